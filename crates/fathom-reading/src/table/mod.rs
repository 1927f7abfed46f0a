//! Grids as tables, one row per cell: CSV, Arrow and Parquet. Written only: JSON is the form that replays.
//!
//! All carry the same columns, those of the grid: where the cell is (`site`, `layer`, -1 for `embed`; in a grid of parts
//! of sites `head`, `unit` and `source`; `position`, or what the grid's columns stand for), `token_id` and `token` (the token
//! at the position), `target_id`, `target_text` and `target_is_argmax` where there are targets, one for each column with a
//! value per cell, and the candidates and watched tokens: as lists of structs (`top`, `watch`) in Arrow and Parquet, as
//! numbered columns (`top_1_id` …) in CSV.
//! Where there is no number ([`Columns`](crate::Columns)), all are null, or empty in CSV.

mod arrow;
mod csv;
mod long;
mod parquet;

use crate::columns::Stored;
use crate::json::text_name;
use crate::values::Values;
use crate::{Axis, Cell, Grid, Per, Token, ValueType};
use std::borrow::Cow;

/// The token at a cell's position. Checked grids have one for each.
fn token_of<'a>(grid: &'a Grid, cell: &Cell<'_>) -> &'a Token {
    &grid.tokens[cell.position().index()]
}

/// A column of the table with one value per row.
#[derive(Clone, Copy)]
enum Flat<'a> {
    Site,
    Layer,
    Head,
    Unit,
    Source,
    Position,
    /// What the columns stand for that are not positions.
    Label,
    TokenId,
    Token,
    TargetId,
    TargetText,
    IsArgmax,
    Value(&'a Stored),
    /// The text of a column of tokens.
    Text(&'a Stored),
}

/// A value of a flat column.
enum Datum<'a> {
    None,
    Text(Cow<'a, str>),
    Int(u32),
    /// A layer, -1 for the embedding.
    Layer(i32),
    Number(f32),
    Bool(bool),
}

/// The flat columns of a grid, in order.
fn flat(grid: &Grid) -> Vec<Flat<'_>> {
    let mut flat = vec![Flat::Site, Flat::Layer];
    let any = |has: fn(&crate::Place) -> bool| grid.rows.iter().any(has);
    if any(|place| place.head.is_some()) {
        flat.push(Flat::Head);
    }
    if any(|place| place.unit.is_some()) {
        flat.push(Flat::Unit);
    }
    if any(|place| place.source.is_some()) {
        flat.push(Flat::Source);
    }
    match grid.axis {
        Axis::Positions(_) => flat.extend([Flat::Position, Flat::TokenId, Flat::Token]),
        _ => flat.push(Flat::Label),
    }
    let (of_target, of_cell): (Vec<&Stored>, Vec<&Stored>) =
        grid.columns.per(Per::Cell).partition(|stored| stored.column.field().is_some());
    if !grid.targets.is_empty() {
        flat.extend([Flat::TargetId, Flat::TargetText]);
        flat.extend(of_target.into_iter().map(Flat::Value));
        flat.push(Flat::IsArgmax);
    }
    for stored in of_cell {
        flat.push(Flat::Value(stored));
        if stored.column.value_type == ValueType::Token {
            flat.push(Flat::Text(stored));
        }
    }
    flat
}

impl<'a> Flat<'a> {
    fn name(self, grid: &Grid) -> Cow<'a, str> {
        Cow::Borrowed(match self {
            Flat::Site => "site",
            Flat::Layer => "layer",
            Flat::Head => "head",
            Flat::Unit => "unit",
            Flat::Source => "source",
            Flat::Position => "position",
            Flat::Label => grid.axis.name(),
            Flat::TokenId => "token_id",
            Flat::Token => "token",
            Flat::TargetId => "target_id",
            Flat::TargetText => "target_text",
            Flat::IsArgmax => "target_is_argmax",
            Flat::Value(stored) => &stored.column.name,
            Flat::Text(stored) => {
                let text = text_name(&stored.column);
                return Cow::Owned(text.unwrap_or_else(|| format!("{}_text", stored.column.name)));
            }
        })
    }

    fn of<'g>(self, grid: &'g Grid, cell: Cell<'_>) -> Datum<'g> {
        let (place, target) = (cell.place(), cell.target().id.some());
        let int = |number: Option<u32>| number.map_or(Datum::None, Datum::Int);
        let text = |id: Option<crate::TokenId>| id.map_or(Datum::None, |id| Datum::Text(grid.text_of(id)));
        match self {
            Flat::Site => Datum::Text(Cow::Borrowed(place.site.kind.name())),
            Flat::Layer => Datum::Layer(place.site.layer_number()),
            Flat::Head => int(place.head),
            Flat::Unit => int(place.unit),
            Flat::Source => int(place.source.map(|source| source.0)),
            Flat::Position => Datum::Int(cell.position().0),
            Flat::Label => Datum::Text(Cow::Owned(cell.column_label())),
            Flat::TokenId => Datum::Int(token_of(grid, &cell).id.0),
            Flat::Token => Datum::Text(Cow::Borrowed(&token_of(grid, &cell).text)),
            Flat::TargetId => int(target.map(|id| id.0)),
            Flat::TargetText => text(target),
            Flat::IsArgmax => Datum::Bool(cell.target_is_argmax()),
            Flat::Value(stored) => match &stored.values {
                Values::Numbers(values) => Datum::Number(values[cell.index()]),
                Values::Ranks(values) => int(values[cell.index()].some().map(crate::Rank::get)),
                Values::Tokens(values) => int(values[cell.index()].some().map(|id| id.0)),
            },
            Flat::Text(stored) => match &stored.values {
                Values::Tokens(values) => text(values[cell.index()].some()),
                _ => Datum::None,
            },
        }
    }
}
