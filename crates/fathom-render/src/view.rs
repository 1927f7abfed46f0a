//! What more than one kind of drawing asks of a reading.

use crate::error::RenderError;
use fathom_reading::{Origin, Position, Rank, Reading, Site, SiteKind, TokenId};

/// The default position of `predictions` and `watch`: the last token of the prompt, after which comes the blank.
pub fn default_position(reading: &Reading) -> Position {
    Position(reading.prompt_len().saturating_sub(1) as u32)
}

/// Refuses what the views would have to index out of range.
pub(crate) fn check(reading: &Reading) -> Result<(), RenderError> {
    let (rows, positions) = (reading.rows.len(), reading.positions.len());
    if rows == 0 || positions == 0 {
        return Err(RenderError::Empty { rows, positions });
    }
    let (c, cells) = (&reading.columns, rows * positions);
    let watched = cells * reading.watched.len();
    let lengths = [
        ("targets", positions, reading.targets.len()),
        ("target_logit", cells, c.target_logit.len()),
        ("target_prob", cells, c.target_prob.len()),
        ("target_rank", cells, c.target_rank.len()),
        ("entropy_bits", cells, c.entropy_bits.len()),
        ("kl_bits", cells, c.kl_bits.len()),
        ("surprisal_bits", cells, c.surprisal_bits.len()),
        ("top_id", cells * c.top_k, c.top_id.len()),
        ("top_logit", cells * c.top_k, c.top_logit.len()),
        ("top_prob", cells * c.top_k, c.top_prob.len()),
        ("watch_logit", watched, c.watch_logit.len()),
        ("watch_prob", watched, c.watch_prob.len()),
        ("watch_rank", watched, c.watch_rank.len()),
    ];
    match lengths.into_iter().find(|(_, expected, found)| expected != found) {
        Some((column, expected, found)) => Err(RenderError::Malformed { column, expected, found }),
        None if reading.watched.iter().any(|watched| watched.ids.is_empty()) => {
            Err(RenderError::Malformed { column: "watched.ids", expected: 1, found: 0 })
        }
        None => Ok(()),
    }
}

/// `layer 3`, or what its site is called where it is none.
pub(crate) fn layer_name(site: Site) -> String {
    if site == Site::EMBED { "the embedding".to_owned() } else { format!("layer {site}") }
}

/// What the last row is called in a sentence: a reading of some layers may end before the model does.
pub(crate) fn last_layer(reading: &Reading) -> String {
    let last = reading.rows[reading.rows.len() - 1];
    let end = last.kind == SiteKind::ResidPost && last.layer_number() + 1 == reading.info.model.layers as i32;
    match reading.rows.len() {
        _ if end => "the last layer".to_owned(),
        1 => layer_name(last),
        _ => format!("{}, the last one read", layer_name(last)),
    }
}

/// The column of the position asked for.
pub(crate) fn column_of(reading: &Reading, position: Option<Position>) -> Result<usize, RenderError> {
    let asked = position.unwrap_or_else(|| default_position(reading));
    reading.column_of(asked).ok_or_else(|| RenderError::PositionNotRead {
        position: asked,
        available: match &reading.positions[..] {
            [only] => format!("position {only}"),
            [first, .., last] => format!("{} positions, {first} to {last}", reading.positions.len()),
            [] => "none".into(),
        },
    })
}

/// Of a last position whose target is [`TokenId::NONE`].
pub(crate) const NO_CHOICE: &str =
    "Nothing came after, and the model has no choice of its own: its output is not finite.";

/// Which tokens get a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Span {
    /// The output tokens; where there are none, the blank after the prompt.
    #[default]
    Outputs,
    /// The prompt's tokens too.
    WithPrompt,
}

/// The columns of the reading that are drawn.
pub(crate) fn columns(reading: &Reading, span: Span) -> Vec<usize> {
    let output = |column: &usize| {
        let next = reading.tokens.get(reading.positions[*column].index() + 1);
        next.is_some_and(|token| span == Span::WithPrompt || token.origin == Origin::Output)
    };
    let chosen: Vec<usize> = (0..reading.positions.len()).filter(output).collect();
    // Nothing came after: the model's own choice for the blank is worth a column.
    if chosen.is_empty() { vec![reading.positions.len() - 1] } else { chosen }
}

/// Whether the last layer ranked another token than the column's first.
pub(crate) fn has_other_choice(reading: &Reading, column: usize) -> bool {
    let last = reading.cell(reading.rows.len() - 1, column).target();
    last.rank.some().is_some_and(|rank| rank != Rank::FIRST)
}

/// Whether a column shows the model's own choice, as nothing came after it.
pub(crate) fn shows_own_choice(reading: &Reading, column: usize) -> bool {
    reading.targets[column].is_argmax && reading.targets[column].id != TokenId::NONE
}

/// Whether the last layer ranked the column's token first.
pub(crate) fn is_first_choice(reading: &Reading, column: usize) -> bool {
    reading.cell(reading.rows.len() - 1, column).target().rank == Rank::FIRST
}
