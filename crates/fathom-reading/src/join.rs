//! A reading from its parts, as they are computed one after the other.

use crate::{Columns, NotFinite, Reading, ReadingError, Screening};

impl Reading {
    /// Puts parts of one reading side by side: the same rows, candidates and watched strings, positions ascending from
    /// part to part. What describes the run (model, tokens, sampling) is taken from the last part, which knows most;
    /// of a watched string, the first part that scored it as a whole.
    ///
    /// ```
    /// let whole = fathom_reading::Reading::example();
    /// let rows = [0, 1, 2, 3, 4];
    /// let parts = [whole.select(&rows, &[0, 1, 2, 3]), whole.select(&rows, &[4]), whole.select(&rows, &[5, 6])];
    /// assert_eq!(fathom_reading::Reading::join(&parts)?, whole);
    /// # Ok::<(), fathom_reading::ReadingError>(())
    /// ```
    ///
    /// # Errors
    /// If there is no part, or they do not fit together.
    pub fn join(parts: &[Reading]) -> Result<Reading, ReadingError> {
        let Some(last) = parts.last() else {
            return Err(ReadingError::invalid("parts", "at least one", 0));
        };
        let ids = |part: &Reading| part.watched.iter().map(|watched| watched.ids.clone()).collect::<Vec<_>>();
        for (i, part) in parts.iter().enumerate() {
            let fits =
                part.rows == last.rows && part.columns.top_k == last.columns.top_k && ids(part) == ids(last);
            if !fits {
                let expected = "the rows, candidates and watched strings of the last part";
                return Err(ReadingError::invalid(format!("parts[{i}]"), expected, "others"));
            }
            part.check()?;
        }
        let mut watched = last.watched.clone();
        for (w, watched) in watched.iter_mut().enumerate() {
            let scored = parts.iter().map(|part| &part.watched[w]).find(|part| part.sequence.is_some());
            if let Some(scored) = scored {
                *watched = scored.clone();
            }
        }
        let mut info = last.info.clone();
        info.lens.screening =
            parts.iter().filter_map(|part| part.info.lens.screening).reduce(Screening::with);
        info.not_finite = parts.iter().filter_map(|part| part.info.not_finite).reduce(NotFinite::first);
        let joined = Reading {
            info,
            tokens: last.tokens.clone(),
            rows: last.rows.clone(),
            positions: parts.iter().flat_map(|part| part.positions.iter().copied()).collect(),
            targets: parts.iter().flat_map(|part| part.targets.iter().copied()).collect(),
            watched,
            columns: columns(parts, last.rows.len(), last.columns.top_k, last.watched.len()),
            vocabulary: parts.iter().flat_map(|part| part.vocabulary.clone()).collect(),
        };
        joined.check()?;
        Ok(joined)
    }
}

/// The parts' columns, woven row by row.
fn columns(parts: &[Reading], rows: usize, top_k: usize, watched: usize) -> Columns {
    let mut all = Columns { top_k, ..Columns::default() };
    for row in 0..rows {
        for part in parts {
            let cells = row * part.positions.len()..(row + 1) * part.positions.len();
            let tops = cells.start * top_k..cells.end * top_k;
            let watches = cells.start * watched..cells.end * watched;
            let from = &part.columns;
            all.target_logit.extend_from_slice(&from.target_logit[cells.clone()]);
            all.target_prob.extend_from_slice(&from.target_prob[cells.clone()]);
            all.target_rank.extend_from_slice(&from.target_rank[cells.clone()]);
            all.entropy_bits.extend_from_slice(&from.entropy_bits[cells.clone()]);
            all.kl_bits.extend_from_slice(&from.kl_bits[cells.clone()]);
            all.kl_reverse_bits.extend_from_slice(&from.kl_reverse_bits[cells.clone()]);
            all.surprisal_bits.extend_from_slice(&from.surprisal_bits[cells]);
            all.top_id.extend_from_slice(&from.top_id[tops.clone()]);
            all.top_logit.extend_from_slice(&from.top_logit[tops.clone()]);
            all.top_prob.extend_from_slice(&from.top_prob[tops]);
            all.watch_logit.extend_from_slice(&from.watch_logit[watches.clone()]);
            all.watch_prob.extend_from_slice(&from.watch_prob[watches.clone()]);
            all.watch_rank.extend_from_slice(&from.watch_rank[watches]);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let whole = Reading::example();
        let all = [0, 1, 2, 3, 4];
        let part = |positions: &[usize]| whole.select(&all, positions);
        let refused = |parts: &[Reading]| Reading::join(parts).unwrap_err().to_string();
        assert!(refused(&[]).contains("at least one"));
        assert!(refused(&[part(&[4]), part(&[3])]).contains("ascending"));
        assert!(refused(&[whole.select(&[0, 1], &[0]), part(&[1])]).contains("parts[0]"));
        assert!(refused(&[part(&[0]).with_watched(&[0]), part(&[1])]).contains("parts[0]"));
        let mut damaged = part(&[0]);
        damaged.columns.target_prob.clear();
        assert!(Reading::join(&[damaged, part(&[1])]).is_err());
    }

    #[test]
    fn bounds_hold_for_all_parts() {
        let whole = Reading::example();
        let mut parts = [0, 1, 2].map(|position| whole.select(&[0, 1, 2, 3, 4], &[position]));
        assert_eq!(Reading::join(&parts).unwrap().info.lens.screening, None);
        let bounds = |cells, prob, kl_bits| Some(Screening { cells, prob, kl_bits, ..Screening::default() });
        (parts[0].info.lens.screening, parts[1].info.lens.screening) =
            (bounds(3, 0.1, 0.2), bounds(5, 0.01, 0.4));
        assert_eq!(Reading::join(&parts).unwrap().info.lens.screening, bounds(8, 0.1, 0.4));
    }

    #[test]
    fn the_last_part_describes_the_run_and_the_first_score_stays() {
        let whole = Reading::example();
        let all = [0, 1, 2, 3, 4];
        let (first, mut last) = (whole.select(&all, &[0, 1]), whole.select(&all, &[2]));
        last.watched[2].sequence = None;
        last.info.run_id = "the last".to_owned();
        let joined = Reading::join(&[first, last]).unwrap();
        assert_eq!(joined.watched, whole.watched);
        assert_eq!(joined.info.run_id, "the last");
    }
}
