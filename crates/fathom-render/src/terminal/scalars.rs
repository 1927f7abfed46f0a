//! One column of any grid: its number in every cell, on its colour.

use super::legend::legend;
use super::{check_grid, gutter, labelled, room};
use crate::caption::provenance;
use crate::error::RenderError;
use crate::layout::{self, Keep, Wish};
use crate::metric::ColorScale;
use crate::page::{Page, Paint};
use crate::style::{ColorDepth, Style};
use crate::text::{self, Align};
use crate::view::{default_metric, sides};
use fathom_reading::Grid;

/// Draws every place at every column of the grid, coloured by the column `metric` (as the figure of this name does).
///
/// # Errors
/// Of a grid that has no cells, contradicts itself, or has no such column.
pub fn heatmap(grid: &Grid, style: &Style, metric: &str) -> Result<String, RenderError> {
    check_grid(grid)?;
    let scale = ColorScale::of(&default_metric(grid, metric), grid)?;
    let mut page = Page::new(style);
    let charset = style.charset;
    let gutter = gutter(grid, &[grid.axis.name()]);
    let widest = grid.cells().map(|cell| text::width(&scale.words(cell))).max().unwrap_or(0);
    let wish = Wish { least: widest + 1, comfortable: widest + 2, most: (widest + 4).max(9) };
    let panels = layout::panels(grid.axis.len(), room(&page, gutter), &wish, style.panels, Keep::Last);
    let layers = layout::layers(grid, style, panels.ranges.len(), 3, 9, |row| {
        grid.row(row).map(|cell| scale.strength(cell).unwrap_or(-0.1)).collect()
    })?;
    let title = text::plain(&grid.info.about.title, charset);
    page.title(&title, &format!("colour: {}", scale.describes(charset)));
    for range in &panels.ranges {
        page.blank();
        let mut line = labelled(&page, grid.axis.name(), gutter, Paint::DIM);
        for column in range.clone() {
            line.push(page.cell(&grid.axis.label(column), panels.cell, Align::Centre), Paint::DIM);
        }
        page.line(line);
        if !grid.positions().is_empty() {
            let mut line = labelled(&page, "in", gutter, Paint::DIM);
            for position in &grid.positions()[range.clone()] {
                let token = text::run_token(grid, position.index(), charset).unwrap_or_default();
                line.push(page.cell(&token, panels.cell - 1, Align::Centre), Paint::PLAIN).space(1);
            }
            page.line(line);
        }
        for &row in &layers.rows {
            let mut line = labelled(&page, &grid.rows[row].to_string(), gutter, Paint::DIM);
            for column in range.clone() {
                let cell = grid.cell(row, column);
                let strength = scale.strength(cell);
                let words = text::number(scale.words(cell), charset);
                let paint = match style.color {
                    ColorDepth::None => Paint::PLAIN,
                    _ if scale.is_diverging() => Paint::PLAIN,
                    _ => Paint::on(strength),
                };
                line.push(page.cell(&words, panels.cell, Align::Centre), paint);
            }
            page.line(line);
        }
    }
    page.blank();
    // Two colours that meet in the middle need more than a terminal's one ramp: there the numbers say it.
    if !scale.is_diverging() {
        legend(&mut page, &scale);
    }
    if !panels.left_out.is_empty() {
        let (all, left_out) = (grid.axis.len(), panels.left_out.len());
        let name = grid.axis.name();
        let sentence = format!(
            "{left_out} of {all} {name}s left out: a wider terminal shows more, -o FILE.csv has all."
        );
        page.prose(&sentence, Paint::PLAIN);
    }
    if let Some(note) = layers.note() {
        page.prose(&note, Paint::PLAIN);
    }
    page.blank();
    for (name, info) in sides(grid) {
        let who = provenance(info, charset);
        let who = if name.is_empty() { who } else { format!("{name}: {who}") };
        page.prose(&who, Paint::DIM);
        if let Some(place) = info.not_finite {
            page.prose(&format!("Note: {}.", place.note()), Paint::PLAIN);
        }
    }
    Ok(page.finish())
}
