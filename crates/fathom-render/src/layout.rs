//! What is drawn of a reading that is too big: which layers, and which columns in which panel.

use crate::error::RenderError;
use crate::style::{LayerChoice, Style};
use fathom_reading::{Place, Reading, Site};
use std::ops::Range;

/// Lines that a figure may take where the style says nothing: a screen or two, every layer of a small model.
const DEFAULT_HEIGHT: usize = 64;
/// The fewest rows that still show how something develops.
const FEWEST_ROWS: usize = 8;

/// Rows of the reading that are drawn, ascending, and how many are not.
pub(crate) struct Layers {
    pub(crate) rows: Vec<usize>,
    pub(crate) hidden: usize,
}

impl Layers {
    /// The sentence that owns up to hidden rows, if any are.
    pub(crate) fn note(&self) -> Option<String> {
        let all = self.hidden + self.rows.len();
        (self.hidden > 0)
            .then(|| format!("{} of {all} layers hidden, those that change least: --layers all", self.hidden))
    }
}

/// Chooses layers for a view of `panels` panels, each with `head` lines above and below its rows, and `around` lines
/// besides. `feature(row)` is what the view shows of a row: rows that their neighbours foretell go first.
pub(crate) fn layers(
    reading: &Reading,
    style: &Style,
    panels: usize,
    head: usize,
    around: usize,
    feature: impl Fn(usize) -> Vec<f32>,
) -> Result<Layers, RenderError> {
    let all = reading.rows.len();
    let rows = match &style.layers {
        LayerChoice::All => (0..all).collect(),
        LayerChoice::List(sites) => listed(&reading.rows, sites)?,
        LayerChoice::Fit => {
            let height = style.height.unwrap_or(DEFAULT_HEIGHT).saturating_sub(around);
            let budget = (height / panels.max(1)).saturating_sub(head).max(FEWEST_ROWS);
            // Hiding one or two rows costs a line to say so, and saves nothing.
            if all <= budget + 2 { (0..all).collect() } else { telling(all, budget, feature) }
        }
    };
    // A list is the user's own choice: nothing was hidden from them.
    let hidden = if matches!(style.layers, LayerChoice::Fit) { all - rows.len() } else { 0 };
    Ok(Layers { rows, hidden })
}

fn listed(rows: &[Place], sites: &[Site]) -> Result<Vec<usize>, RenderError> {
    if let Some(missing) = sites.iter().find(|&site| !rows.iter().any(|row| row == site)) {
        let available = match (rows.first(), rows.last()) {
            (Some(first), Some(last)) if rows.len() > 1 => {
                format!("{} layers, {first} to {last}", rows.len())
            }
            _ => rows.iter().map(Place::to_string).collect(),
        };
        return Err(RenderError::LayerNotRead { layer: missing.to_string(), available });
    }
    Ok((0..rows.len()).filter(|&row| sites.iter().any(|site| rows[row] == *site)).collect())
}

/// `keep` of `all` rows: the first, the last, and again and again the row that differs most from what a straight line
/// between its kept neighbours foretells.
fn telling(all: usize, keep: usize, feature: impl Fn(usize) -> Vec<f32>) -> Vec<usize> {
    let features: Vec<Vec<f32>> = (0..all).map(feature).collect();
    let mut kept = vec![0, all - 1];
    while kept.len() < keep.min(all) {
        let surprise = |row: usize, a: usize, b: usize| -> f32 {
            let t = (row - a) as f32 / (b - a) as f32;
            let foretold = features[a].iter().zip(&features[b]).map(|(a, b)| a + (b - a) * t);
            // What a row has no number for tells nothing.
            let off = features[row].iter().zip(foretold).map(|(x, y)| (x - y).abs());
            let off: f32 = off.filter(|off| !off.is_nan()).sum();
            // Where nothing changes, stay evenly spread.
            (if off.is_finite() { off } else { 0.0 }) + 1e-3 * (row - a).min(b - row) as f32
        };
        let gaps = kept.windows(2).flat_map(|pair| {
            let (a, b) = (pair[0], pair[1]);
            (a + 1..b).map(move |row| (row, a, b))
        });
        let best = gaps.max_by(|x, y| surprise(x.0, x.1, x.2).total_cmp(&surprise(y.0, y.1, y.2)));
        let Some((row, ..)) = best else { break };
        kept.push(row);
        kept.sort_unstable();
    }
    kept
}

/// Which end is kept when columns are too many.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    First,
    Last,
}

/// Columns in panels of equal cells.
pub(crate) struct Panels {
    pub(crate) cell: usize,
    /// Of the columns handed in: which stand in which panel.
    pub(crate) ranges: Vec<Range<usize>>,
    pub(crate) left_out: Range<usize>,
}

/// What a cell would like to measure.
pub(crate) struct Wish {
    /// Narrower says nothing.
    pub(crate) least: usize,
    /// Good when there are many.
    pub(crate) comfortable: usize,
    /// Wider adds nothing.
    pub(crate) most: usize,
}

/// Spreads `columns` cells over as few panels of `room` terminal columns as are comfortable, evenly.
pub(crate) fn panels(columns: usize, room: usize, wish: &Wish, limit: Option<usize>, keep: Keep) -> Panels {
    let comfortable = wish.comfortable.clamp(wish.least, wish.most);
    if columns * wish.least <= room {
        let cell = (room / columns.max(1)).clamp(wish.least, wish.most);
        // One panel, unless it would be cramped and two are not.
        if cell >= comfortable || columns * comfortable <= room + room / 3 {
            return Panels { cell, ranges: std::iter::once(0..columns).collect(), left_out: 0..0 };
        }
    }
    let most = (room / comfortable).max(1);
    let wanted = columns.div_ceil(most);
    let count = wanted.min(limit.unwrap_or(usize::MAX).max(1));
    let each = if count < wanted { most } else { columns.div_ceil(count) };
    let shown = (each * count).min(columns);
    let (from, left_out) = match keep {
        Keep::First => (0, shown..columns),
        Keep::Last => (columns - shown, 0..columns - shown),
    };
    let ranges = (from..from + shown).step_by(each).map(|at| at..(at + each).min(from + shown)).collect();
    Panels { cell: (room / each).clamp(wish.least, wish.most), ranges, left_out }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WISH: Wish = Wish { least: 6, comfortable: 8, most: 12 };

    #[test]
    fn few_columns_get_wide_cells() {
        let panels = panels(4, 73, &WISH, None, Keep::First);
        assert_eq!((panels.cell, panels.ranges.len()), (12, 1));
    }

    #[test]
    fn many_columns_are_spread_evenly() {
        let panels = panels(20, 73, &WISH, None, Keep::First);
        assert_eq!(panels.ranges, [0..7, 7..14, 14..20]);
        assert!(panels.cell >= 8 && panels.left_out.is_empty());
    }

    #[test]
    fn too_many_are_cut_at_the_end_that_matters_less() {
        let first = panels(500, 73, &WISH, Some(2), Keep::First);
        assert_eq!((first.ranges, first.left_out), (vec![0..9, 9..18], 18..500));
        let last = panels(500, 73, &WISH, Some(2), Keep::Last);
        assert_eq!((last.ranges, last.left_out), (vec![482..491, 491..500], 0..482));
    }

    #[test]
    fn kept_layers_are_the_ends_and_the_turning_points() {
        // Flat, a jump at 20, flat.
        let kept = telling(31, 4, |row| vec![if row < 20 { 0.0 } else { 9.0 }]);
        assert_eq!(kept, [0, 19, 20, 30]);
        let even = telling(31, 4, |_| vec![1.0]);
        assert!(even.windows(2).all(|pair| pair[1] - pair[0] >= 7), "{even:?}");
    }
}
