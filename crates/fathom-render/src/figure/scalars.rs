//! One column of any grid: its number in every cell, on its colour.

use super::grid::{Cell, Column, Content, Grid as Tiles};
use super::sheet::Sheet;
use super::{FigureOptions, drawable, shown};
use crate::error::RenderError;
use crate::fonts::{self, Weight};
use crate::metric::ColorScale;
use crate::style::Charset;
use crate::text::plain;
use crate::view::{check_grid, default_metric, sides};
use fathom_reading::Grid;

const CHARSET: Charset = Charset::Unicode;

/// Words of the grid's own, which may come out of anybody's file.
fn in_words(raw: &str) -> String {
    plain(raw, CHARSET)
}

/// Size of a cell's number.
const SIZE: f32 = 9.5;

/// Draws every place at every column of the grid, coloured by [`metric`](FigureOptions::metric): where the grid has no such
/// column and the metric is the default one, by its first that can colour.
///
/// # Errors
/// Of a grid that has no cells, contradicts itself, has no such column, or has more cells than a file can show.
pub fn heatmap(grid: &Grid, options: &FigureOptions) -> Result<String, RenderError> {
    check_grid(grid)?;
    drawable(grid.rows.len(), grid.axis.len())?;
    let scale = ColorScale::of(&default_metric(grid, &options.metric), grid)?;
    let widest =
        grid.cells().map(|cell| fonts::width(&scale.words(cell), SIZE, Weight::Regular)).fold(20.0, f32::max);
    let token = |column: usize| {
        let token = grid.positions().get(column).and_then(|position| grid.token_at(*position));
        token.map_or_else(String::new, |token| shown(&token.text))
    };
    let column =
        |column: usize| Column { number: grid.axis.label(column), head: token(column), foot: String::new() };
    let content = Content {
        rows: grid.rows.iter().map(ToString::to_string).collect(),
        columns: (0..grid.axis.len()).map(column).collect(),
        head: if grid.positions().is_empty() { grid.axis.name() } else { "input" },
        foot: "",
        size: SIZE,
        cell: (widest + 7.0, 17.0),
        may_slant: true,
    };
    let tiles = Tiles::new(content);
    let about = format!("{} Colour: {}.", in_words(&grid.info.about.says), scale.describes(CHARSET));
    let makers = sides(grid).collect();
    let mut sheet =
        Sheet::of(&grid.tokens, makers, options, tiles.width, (&in_words(&grid.info.about.title), &about));
    sheet.body(tiles.height, |canvas, look| {
        let look = &look.on(&scale);
        tiles.draw(canvas, look, |row, column| {
            let cell = grid.cell(row, column);
            Cell { strength: scale.strength(cell), words: scale.words(cell), bold: false, tick: false }
        });
    });
    sheet.legend(&scale);
    Ok(sheet.finish())
}
