//! Who leads among watched tokens, by how much, and from which layer for good.

use crate::style::Charset;
use crate::text;
use crate::view::{last_layer, layer_name};
use fathom_reading::text::{bits, percent, rank};
use fathom_reading::{Reading, Watched};
use std::f64::consts::LN_2;

/// The outcome of a watch at one position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lead {
    /// Index into [`Reading::watched`] of the string that is likeliest after the last layer.
    pub leader: usize,
    /// The next best, where more than one is comparable.
    pub runner_up: Option<usize>,
    /// Difference of the two log-probabilities after the last layer, in bits: 1 bit is twice as likely.
    pub margin_bits: f64,
    /// Index into [`Reading::rows`] from which on the leader leads at every row: its lead for good.
    pub since: usize,
}

/// `log2 p` of each watched string in a cell: of one token from its logit, of several from the whole string's score,
/// never from its first token alone. `None` where several tokens were not scored at this position, or the cell has no numbers.
pub fn scores_bits(reading: &Reading, row: usize, column: usize) -> Vec<Option<f64>> {
    let cell = reading.cell(row, column);
    // log2 p = z/ln2 - log2 sum exp z, and the target's logit and surprisal give that sum without an exponential.
    // The difference of two tokens is that of their logits exactly: what they share cancels.
    let offset = f64::from(cell.surprisal_bits()) + f64::from(cell.target().logit) / LN_2;
    // Without a target (or with one that the head forbids) the best candidate gives it, from its rounded probability.
    let best = || {
        cell.top().next().map_or(f64::NAN, |best| f64::from(best.logit) / LN_2 - f64::from(best.prob).log2())
    };
    let offset = if offset.is_nan() { best() } else { offset };
    let score = |(watched, score): (&Watched, fathom_reading::WatchedScore)| {
        if watched.ids.len() == 1 {
            return Some(f64::from(score.logit) / LN_2 - offset).filter(|bits| !bits.is_nan());
        }
        let sequence = watched.sequence.as_ref().filter(|s| s.position == cell.position())?;
        sequence.logprob_bits.get(row).map(|&bits| f64::from(bits)).filter(|bits| !bits.is_nan())
    };
    reading.watched.iter().zip(cell.watch()).map(score).collect()
}

/// The watched string that leads in a cell and its margin over the next best, in bits. `None` on a tie or where
/// nothing can be compared.
pub fn leader(reading: &Reading, row: usize, column: usize) -> Option<(usize, Option<usize>, f64)> {
    let scores = scores_bits(reading, row, column);
    let mut order: Vec<(usize, f64)> =
        scores.iter().enumerate().filter_map(|(w, s)| s.filter(|s| s.is_finite()).map(|s| (w, s))).collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    match order[..] {
        [] => None,
        [(only, _)] => Some((only, None, 0.0)),
        [(first, a), (second, b), ..] => (a > b).then_some((first, Some(second), a - b)),
    }
}

/// Who leads at the end of `column` (an index into [`Reading::positions`]), and since when for good. `None` where the
/// last layer has a tie or nothing to compare.
///
/// ```
/// use fathom_render::lead::lead;
/// let reading = fathom_reading::Reading::example();
/// let lead = lead(&reading, 4).unwrap();
/// assert_eq!(reading.watched[lead.leader].text, " are");
/// assert_eq!(reading.rows[lead.since].to_string(), "2");
/// ```
pub fn lead(reading: &Reading, column: usize) -> Option<Lead> {
    let last = reading.rows.len().checked_sub(1)?;
    let (winner, runner_up, margin_bits) = leader(reading, last, column)?;
    let behind = |row: usize| leader(reading, row, column).is_none_or(|(first, ..)| first != winner);
    let since = (0..last).rev().find(|&row| behind(row)).map_or(0, |row| row + 1);
    Some(Lead { leader: winner, runner_up, margin_bits, since })
}

/// Who leads at the end, by how much, and since which layer for good, in a sentence. `shown` prints a token.
pub(crate) fn verdict(
    reading: &Reading,
    column: usize,
    charset: Charset,
    shown: &dyn Fn(&str) -> String,
) -> String {
    let shown = |w: usize| shown(&reading.watched[w].text);
    let last = reading.rows.len() - 1;
    let standing = |w: usize| {
        let score = reading.cell(last, column).watch().nth(w);
        match score {
            Some(score) if reading.watched[w].ids.len() == 1 => {
                format!("rank {}, {}", rank(score.rank), text::number(percent(score.prob), charset))
            }
            _ => "as a whole string".to_owned(),
        }
    };
    match lead(reading, column) {
        None => {
            format!("After {} nothing leads: the scores are equal or can't be compared.", last_layer(reading))
        }
        Some(Lead { leader, runner_up: None, .. }) => {
            format!("{} ends at {}.", shown(leader), standing(leader))
        }
        Some(Lead { leader, runner_up: Some(second), margin_bits, since }) => {
            let from = if since == 0 {
                "at every layer".to_owned()
            } else {
                format!("for good from {}", layer_name(reading.rows[since]))
            };
            format!(
                "{} leads at the end ({}), {} bits ahead of {} ({}); it leads {from}.",
                shown(leader),
                standing(leader),
                text::number(bits(margin_bits as f32), charset),
                shown(second),
                standing(second)
            )
        }
    }
}

/// What must be said of watched strings of several tokens: a sentence each.
pub(crate) fn of_several_tokens(
    reading: &Reading,
    column: usize,
    charset: Charset,
    shown: &dyn Fn(&str) -> String,
) -> Vec<String> {
    let sentence = |watched: &Watched| {
        let pieces: Vec<String> = watched.ids.iter().map(|&id| shown(&reading.text(id))).collect();
        let whole = match &watched.sequence {
            Some(score) if score.position == reading.positions()[column] => {
                let last = score.logprob_bits.last().copied().unwrap_or(f32::NAN);
                let (bits, layer) = (text::number(bits(last), charset), last_layer(reading));
                format!("the whole string has log2 p = {bits} after {layer}, which is what its lead compares")
            }
            Some(score) => {
                format!("scored as a whole at position {} only, it can't lead here", score.position)
            }
            None => "not scored as a whole, it can't lead".to_owned(),
        };
        format!(
            "* {} is {} tokens ({}): its column shows the first, {}; {whole}.",
            shown(&watched.text),
            pieces.len(),
            pieces.join(" + "),
            pieces[0]
        )
    };
    reading.watched.iter().filter(|watched| watched.ids.len() > 1).map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fathom_reading::known::WATCH_LOGIT;

    #[test]
    fn log_probabilities_are_those_of_the_columns() {
        let reading = Reading::example();
        for row in 0..reading.rows.len() {
            for (column, position) in reading.positions().iter().enumerate() {
                let scores = scores_bits(&reading, row, column);
                for (score, watched) in scores[..2].iter().zip(reading.cell(row, column).watch()) {
                    let expected = f64::from(watched.prob).log2();
                    assert!((score.unwrap() - expected).abs() < 1e-4, "{row} {column}");
                }
                // Several tokens: only where the string was scored.
                assert_eq!(scores[2].is_some(), position.0 == 4);
            }
        }
    }

    #[test]
    fn an_equal_score_is_nobodys_lead() {
        let mut reading = Reading::example();
        let w = reading.watched.len();
        let last = (reading.rows.len() - 1) * reading.positions().len() + 4;
        let logits = &mut reading.columns[WATCH_LOGIT];
        logits[last * w + 1] = logits[last * w];
        assert_eq!(lead(&reading, 4), None);
        // A tie on the way only puts off the lead for good.
        let mut reading = Reading::example();
        let third = 3 * reading.positions().len() + 4;
        reading.columns[WATCH_LOGIT][third * w + 1] = reading.columns[WATCH_LOGIT][third * w];
        assert_eq!(lead(&reading, 4).unwrap().since, 4);
    }
}
