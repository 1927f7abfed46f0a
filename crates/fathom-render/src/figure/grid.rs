//! Cells in rows of layers and columns of positions, with words above and below: rankings and the heatmap.

use super::canvas::{Anchor, Canvas, Num};
use super::sheet::Look;
use crate::fonts::{self, Weight};
use std::collections::BTreeMap;

/// Sizes of text.
pub(super) const LABEL: f32 = 11.0;
const NUMBER: f32 = 8.5;
/// The angle of words that do not fit their column lying down.
const SLANT: f32 = 55.0;
/// Room of a slanted word; a longer one is cut.
const MOST_SLANTED: f32 = 110.0;
/// Words beside a wider grid than this are slanted, so that more columns fit a page.
const WIDE: f32 = 1000.0;

/// What a cell shows.
pub(super) struct Cell {
    pub(super) strength: Option<f32>,
    pub(super) words: String,
    pub(super) bold: bool,
    /// A mark in the corner.
    pub(super) tick: bool,
}

/// A column's words.
pub(super) struct Column {
    pub(super) number: String,
    pub(super) head: String,
    pub(super) foot: String,
}

/// What a grid is to be made of.
pub(super) struct Content {
    pub(super) rows: Vec<String>,
    pub(super) columns: Vec<Column>,
    /// What the words above, and those below, are.
    pub(super) head: &'static str,
    pub(super) foot: &'static str,
    /// Of cells.
    pub(super) size: f32,
    pub(super) cell: (f32, f32),
    /// Whether the words of many columns may be slanted to keep these narrow.
    pub(super) may_slant: bool,
}

/// Where everything stands.
pub(super) struct Grid {
    content: Content,
    /// Left of the first cell: layer labels, and what slanted words below need.
    gutter: f32,
    cell: (f32, f32),
    slanted: bool,
    /// Room of the words above.
    head: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

impl Grid {
    pub(super) fn new(content: Content) -> Grid {
        let wide = |words: &str, weight| fonts::width(words, LABEL, weight);
        let longest = |of: &dyn Fn(&Column) -> f32| content.columns.iter().map(of).fold(0.0, f32::max);
        let heads = longest(&|column| wide(&column.head, Weight::Regular));
        let feet = longest(&|column| wide(&column.foot, Weight::Bold));
        let lying = (heads.max(feet) + 8.0).clamp(content.cell.0, 92.0);
        let count = content.columns.len() as f32;
        let slanted = content.may_slant && lying > content.cell.0 && lying * count > WIDE;
        let cell = (if slanted || !content.may_slant { content.cell.0 } else { lying }, content.cell.1);
        let labels = content.rows.iter().map(String::as_str).chain([content.head, content.foot]);
        let mut gutter =
            labels.map(|label| fonts::width(label, LABEL, Weight::Regular)).fold(0.0, f32::max) + 8.0;
        let (cos, sin) = (SLANT.to_radians().cos(), SLANT.to_radians().sin());
        let (mut head, mut foot, mut beyond) = (16.0, 16.0, 0.0f32);
        if slanted {
            head = heads.min(MOST_SLANTED) * sin + 10.0;
            foot = feet.min(MOST_SLANTED) * sin + 12.0;
            for (i, column) in content.columns.iter().enumerate() {
                let centre = (i as f32 + 0.5) * cell.0;
                let above = wide(&column.head, Weight::Regular).min(MOST_SLANTED) * cos;
                beyond = beyond.max(centre + above + 8.0 - count * cell.0);
                let below = wide(&column.foot, Weight::Bold).min(MOST_SLANTED) * cos + 6.0;
                gutter = gutter.max(below - centre);
            }
        }
        let width = gutter + count * cell.0 + beyond;
        let height = head + 11.0 + content.rows.len() as f32 * cell.1 + foot;
        Grid { content, gutter, cell, slanted, head, width, height }
    }

    /// Draws everything; `cell(row, column)` tells what a cell shows.
    pub(super) fn draw(&self, canvas: &mut Canvas, look: &Look, cell: impl Fn(usize, usize) -> Cell) {
        let rows = self.content.rows.len() as f32;
        let top = self.head + 11.0;
        let bottom = top + rows * self.cell.1;
        self.labels(canvas, look, top, bottom);
        for (row, label) in self.content.rows.iter().enumerate() {
            let y = top + row as f32 * self.cell.1;
            canvas.at(self.gutter, y);
            let baseline = self.baseline();
            canvas.label(-8.0, baseline, look.face(LABEL - 1.0, &look.muted), Anchor::End, label);
            self.row(canvas, look, |column| cell(row, column));
            canvas.end();
        }
    }

    fn baseline(&self) -> f32 {
        (self.cell.1 - 1.0) / 2.0 + self.content.size * 0.36
    }

    fn centre(&self, column: usize) -> f32 {
        self.gutter + (column as f32 + 0.5) * self.cell.0 - 0.5
    }

    /// Words above and below.
    fn labels(&self, canvas: &mut Canvas, look: &Look, top: f32, bottom: f32) {
        let small = look.face(LABEL - 1.0, &look.muted);
        let left = self.gutter - 8.0;
        canvas.label(left, top - 14.0, small, Anchor::End, self.content.head);
        // Slanted words below lean over the gutter, but under this.
        canvas.label(left, bottom + 13.0, small, Anchor::End, self.content.foot);
        let columns = || self.content.columns.iter().enumerate();
        canvas.face(look.face(NUMBER, &look.muted), Anchor::Middle);
        columns().for_each(|(i, column)| canvas.text(self.centre(i), top - 3.5, &column.number));
        canvas.end();
        let room = if self.slanted { MOST_SLANTED } else { self.cell.0 - 4.0 };
        let (over, under) = match self.slanted {
            true => (Anchor::Start, Anchor::End),
            false => (Anchor::Middle, Anchor::Middle),
        };
        canvas.face(look.face(LABEL, &look.text), over);
        for (i, column) in columns() {
            let head = fonts::cut(&column.head, room, LABEL, Weight::Regular);
            match self.slanted {
                true => canvas.slanted(self.centre(i) + 2.0, top - 14.0, SLANT, &head),
                false => canvas.token(self.centre(i), top - 14.0, &head),
            }
        }
        canvas.end();
        canvas.face(look.bold(LABEL, &look.text), under);
        for (i, column) in columns() {
            let foot = fonts::cut(&column.foot, room, LABEL, Weight::Bold);
            match self.slanted {
                true => canvas.slanted(self.centre(i) + 3.0, bottom + 10.0, SLANT, &foot),
                false => canvas.token(self.centre(i), bottom + 13.0, &foot),
            }
        }
        canvas.end();
    }

    /// One layer: grounds first, those of one colour in one path; then words, those of one ink in one group.
    fn row(&self, canvas: &mut Canvas, look: &Look, cell: impl Fn(usize) -> Cell) {
        let (width, height) = (self.cell.0 - 1.0, self.cell.1 - 1.0);
        let mut grounds: BTreeMap<String, String> = BTreeMap::new();
        let mut ticks: BTreeMap<&str, String> = BTreeMap::new();
        // Light ink sorts before dark; bold after regular.
        let mut inks: BTreeMap<(&str, bool), Vec<(usize, String)>> = BTreeMap::new();
        for column in 0..self.content.columns.len() {
            let Cell { strength, words, bold, tick } = cell(column);
            let (ground, ink) = look.tile(strength);
            let x = column as f32 * self.cell.0;
            if let Some(ground) = ground {
                let tile = format!("M{} 0h{w}v{h}h-{w}z", Num(x), w = Num(width), h = Num(height));
                grounds.entry(ground).or_default().push_str(&tile);
            }
            if tick {
                ticks.entry(ink).or_default().push_str(&format!("M{} 0h5l-5 5z", Num(x)));
            }
            inks.entry((ink, bold)).or_default().push((column, words));
        }
        grounds.iter().for_each(|(color, d)| canvas.fill(d, color));
        ticks.iter().for_each(|(color, d)| canvas.fill(d, color));
        let size = self.content.size;
        for ((ink, bold), words) in inks {
            let face = if bold { look.bold(size, ink) } else { look.face(size, ink) };
            canvas.face(face, Anchor::Middle);
            for (column, words) in words {
                let x = (column as f32 + 0.5) * self.cell.0 - 0.5;
                canvas.token(x, self.baseline(), &fonts::cut(&words, width - 4.0, size, face.weight));
            }
            canvas.end();
        }
    }
}
