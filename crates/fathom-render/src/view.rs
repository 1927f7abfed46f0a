//! What more than one kind of drawing asks of a reading.

use crate::error::RenderError;
use fathom_reading::{Grid, Info, Origin, Place, Position, Rank, Reading, Site, SiteKind, TokenId};

/// The default position of `predictions` and `watch`: the last token of the prompt, after which comes the blank.
pub fn default_position(reading: &Reading) -> Position {
    Position(reading.prompt_len().saturating_sub(1) as u32)
}

/// Refuses what is no lens reading, and what the views would have to index out of range.
pub(crate) fn check(reading: &Reading) -> Result<(), RenderError> {
    check_grid(reading)?;
    match reading.is_reading() {
        true => Ok(()),
        false => Err(RenderError::NotAReading { what: format!("\"{}\"", reading.info.about.what) }),
    }
}

/// Refuses a grid that the views would have to index out of range.
pub(crate) fn check_grid(grid: &Grid) -> Result<(), RenderError> {
    let (rows, positions) = (grid.rows.len(), grid.axis.len());
    if rows == 0 || positions == 0 {
        return Err(RenderError::Empty { rows, positions });
    }
    let wrong = grid.columns.iter().find_map(|stored| {
        let each = grid.columns.per_cell(stored.column.per, grid.watched.len());
        let (expected, found) = (rows * positions * each, stored.values.len());
        let column = stored.column.name.clone().into_owned();
        (expected != found).then_some(RenderError::Malformed { column, expected, found })
    });
    if let Some(wrong) = wrong {
        return Err(wrong);
    }
    let targets = grid.targets.len();
    if targets != 0 && targets != positions {
        return Err(RenderError::Malformed { column: "targets".into(), expected: positions, found: targets });
    }
    if grid.watched.iter().any(|watched| watched.ids.is_empty()) {
        return Err(RenderError::Malformed { column: "watched.ids".into(), expected: 1, found: 0 });
    }
    Ok(())
}

/// Who made a grid: one, who needs no name, or two sides.
pub(crate) fn sides(grid: &Grid) -> impl Iterator<Item = (&'static str, &Info)> {
    let other = grid.info.other.as_deref();
    std::iter::once((if other.is_some() { "A" } else { "" }, &grid.info)).chain(other.map(|info| ("B", info)))
}

/// The column that colours a grid: the one asked for, or where that is the default and the grid lacks it, its first.
pub(crate) fn default_metric<'a>(grid: &'a Grid, asked: &'a str) -> std::borrow::Cow<'a, str> {
    let first = || grid.columns.colours().next().map(|stored| stored.column.name.clone());
    match grid.columns.colour(asked) {
        Err(_) if asked == crate::DEFAULT_METRIC => first().unwrap_or(asked.into()),
        _ => asked.into(),
    }
}

/// `layer 3`, or what its site is called where it is none.
pub(crate) fn layer_name(place: impl Into<Place>) -> String {
    let site = place.into();
    if site == Site::EMBED { "the embedding".to_owned() } else { format!("layer {site}") }
}

/// What the last row is called in a sentence: a reading of some layers may end before the model does.
pub(crate) fn last_layer(reading: &Reading) -> String {
    let last = reading.rows[reading.rows.len() - 1];
    let end = last.is_site()
        && last.site.kind == SiteKind::ResidPost
        && last.site.layer_number() + 1 == reading.info.model.layers as i32;
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
        available: match reading.positions() {
            [only] => format!("position {only}"),
            [first, .., last] => format!("{} positions, {first} to {last}", reading.positions().len()),
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
        let next = reading.tokens.get(reading.positions()[*column].index() + 1);
        next.is_some_and(|token| span == Span::WithPrompt || token.origin == Origin::Output)
    };
    let chosen: Vec<usize> = (0..reading.positions().len()).filter(output).collect();
    // Nothing came after: the model's own choice for the blank is worth a column.
    if chosen.is_empty() { vec![reading.positions().len() - 1] } else { chosen }
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
