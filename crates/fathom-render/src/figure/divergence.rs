//! Where a model diverges from another form of itself: three charts over the layers, on scales that do not move.

use super::bump::{self, AXIS};
use super::canvas::{Anchor, Canvas, Num};
use super::sheet::{Look, Sheet};
use super::{FigureOptions, drawable};
use crate::divergence_text::findings;
use crate::error::RenderError;
use crate::fonts::{self, Weight};
use crate::style::Charset;
use crate::terminal::divergence_of;
use crate::view::sides;
use fathom_reading::{Grid, LayerDivergence};

/// Of one chart's field, and from one field to the next.
const HEIGHT: f32 = 132.0;
const STEP: f32 = HEIGHT + 44.0;
/// Above a field: what it shows.
const HEAD: f32 = 26.0;
/// Left of a field: its axis.
const GUTTER: f32 = 40.0;
/// Right of a field: the lines' names, 34 from its edge.
const END: f32 = 34.0;

/// A line: its name, and what a layer says on it.
struct Series {
    name: &'static str,
    value: fn(&LayerDivergence) -> f64,
}

/// How values stand on an axis, 0 below and 1 above.
#[derive(Clone, Copy)]
enum Axis {
    /// By powers of ten, from the first to the second; what is less stands below.
    Decades(i32, i32),
    /// From nothing to all.
    Share,
}

impl Axis {
    fn place(self, value: f64) -> f32 {
        match self {
            Axis::Decades(least, most) => {
                ((value.log10() - f64::from(least)) / f64::from(most - least)).clamp(0.0, 1.0) as f32
            }
            Axis::Share => value.clamp(0.0, 1.0) as f32,
        }
    }

    fn ticks(self) -> Vec<(f64, String)> {
        match self {
            Axis::Decades(least, most) => (least..=most).map(|decade| self.decade(decade, least)).collect(),
            Axis::Share => {
                [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| (share, format!("{}%", share * 100.0))).into()
            }
        }
    }

    /// A power of ten and its name. The least stands for what is less, too.
    fn decade(self, decade: i32, least: i32) -> (f64, String) {
        let value = 10f64.powi(decade);
        let name = if (-2..=2).contains(&decade) { value.to_string() } else { format!("1e{decade}") };
        (value, if decade == least { format!("≤ {name}") } else { name })
    }
}

/// A chart of the figure.
struct Panel {
    title: &'static str,
    axis: Axis,
    lines: [Series; 2],
}

const PANELS: [Panel; 3] = [
    Panel {
        title: "KL(A to B) of the lens's distributions, bits",
        axis: Axis::Decades(-6, 1),
        lines: [
            Series { name: "largest", value: |layer| layer.kl_max_bits as f64 },
            Series { name: "mean", value: |layer| layer.kl_mean_bits },
        ],
    },
    Panel {
        title: "share of positions where it is another",
        axis: Axis::Share,
        lines: [
            Series { name: "target's rank", value: |layer| layer.rank_changed },
            Series { name: "best token", value: |layer| layer.top_changed },
        ],
    },
    Panel {
        title: "hidden states apart, |B - A| / |A|",
        axis: Axis::Decades(-6, 0),
        lines: [
            Series { name: "largest", value: |layer| layer.distance_max as f64 },
            Series { name: "mean", value: |layer| layer.distance_mean },
        ],
    },
];

/// Draws how far B is from A after every layer: the divergence of what the lens reads, the share of positions whose best
/// token and whose target's rank are others, and the distance of the hidden states. Where KL counts as parting,
/// `threshold_bits`, there is a line.
///
/// # Errors
/// Of a comparison of nothing, or of more layers than a file can show.
pub fn divergence(grid: &Grid, threshold_bits: f32, options: &FigureOptions) -> Result<String, RenderError> {
    let divergence = divergence_of(grid)?;
    let (rows, positions) = (grid.rows.len(), grid.positions().len());
    drawable(rows, 1)?;
    let layers = divergence.layers();
    let field = ((rows - 1) as f32 * 14.0).clamp(320.0, 640.0);
    let names = PANELS.iter().flat_map(|panel| &panel.lines).map(|line| line.name);
    let widest = names.map(|name| fonts::width(name, bump::NAME, Weight::Bold)).fold(0.0, f32::max);
    let at = if positions == 1 { "1 position".to_owned() } else { format!("{positions} positions") };
    let about = format!("The same tokens through two forms of a model, over {at}: where B parts from A.");
    let makers = sides(grid).collect();
    let width = GUTTER + field + END + widest;
    let title = crate::text::plain(&grid.info.about.title, Charset::Unicode);
    let head = (title.as_str(), about.as_str());
    let mut sheet = Sheet::of(&grid.tokens, makers, options, width, head);
    let labels: Vec<String> = grid.rows.iter().map(ToString::to_string).collect();
    let places: Vec<f32> = (0..rows).map(|row| bump::across(row, rows, field)).collect();
    sheet.body(STEP * PANELS.len() as f32 + 22.0, |canvas, look| {
        for (nth, panel) in PANELS.iter().enumerate() {
            canvas.at(GUTTER, nth as f32 * STEP + HEAD);
            let line = (nth == 0).then_some(f64::from(threshold_bits));
            panel.draw(canvas, look, &layers, &places, line);
            if nth + 1 == PANELS.len() {
                bump::layers(canvas, look, &labels, &places, HEIGHT);
            }
            canvas.end();
        }
    });
    for sentence in findings(&divergence, &layers, threshold_bits, Charset::Unicode) {
        sheet.note(&sentence);
    }
    Ok(sheet.finish())
}

impl Panel {
    fn draw(
        &self,
        canvas: &mut Canvas,
        look: &Look,
        layers: &[LayerDivergence],
        places: &[f32],
        limit: Option<f64>,
    ) {
        let field = places.last().copied().unwrap_or(0.0);
        let y = |value: f64| (1.0 - self.axis.place(value)) * HEIGHT;
        let head = look.face(10.5, &look.text);
        canvas.label(-GUTTER, -12.0, head, Anchor::Start, self.title);
        for (value, label) in self.axis.ticks() {
            let across = format!("M-6 {}h{}", Num(y(value)), Num(field + 12.0));
            canvas.stroke(&across, &look.line, 0.75, "");
            let face = look.face(AXIS, &look.muted);
            canvas.label(-10.0, y(value) + AXIS * 0.36, face, Anchor::End, &label);
        }
        if let Some(limit) = limit.filter(|&limit| limit > 0.0) {
            let across = format!("M-6 {}h{}", Num(y(limit)), Num(field + 12.0));
            canvas.stroke(&across, &look.muted, 1.0, "2 3");
            let face = look.face(AXIS, &look.muted);
            canvas.label(field + 4.0, y(limit) - 4.0, face, Anchor::End, "threshold");
        }
        let lines = self.lines.each_ref().map(|line| {
            let values = layers.iter().map(|layer| (line.value)(layer));
            let place = |(x, value): (f32, f64)| (!value.is_nan()).then(|| (x, y(value)));
            places.iter().copied().zip(values).map(place).collect::<Vec<_>>()
        });
        for (w, line) in lines.iter().enumerate().rev() {
            bump::line(canvas, look, w, line);
        }
        let names = self.lines.each_ref().map(|line| line.name.to_owned());
        let ends = lines.each_ref().map(|line| bump::end(line));
        bump::ends(canvas, look, &names, &ends, (field, HEIGHT));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fathom_reading::known::*;
    use fathom_reading::{About, Columns, Info, Rank, Reading};

    fn example() -> Grid {
        let reading = Reading::example();
        let cells = reading.cells().count();
        let tops: Vec<_> = reading.columns[TOP_ID].iter().copied().step_by(reading.columns.top_k).collect();
        let mut other = tops.clone();
        other[cells - 1] = tops[0];
        let b = Info { precision: "bf16".into(), ..reading.info.clone() };
        let columns = Columns::new(0)
            .with(KL_SIDES_BITS, (0..cells).map(|cell| 10f32.powi(cell as i32 / 4 - 7)).collect())
            .with(KL_SIDES_REVERSE_BITS, vec![0.0; cells])
            .with(DISTANCE, (0..cells).map(|cell| cell as f32 * 1e-3).collect())
            .with(RANK_A, vec![Rank::FIRST; cells])
            .with(RANK_B, reading.columns[TARGET_RANK].clone())
            .with(TOP_A, tops)
            .with(TOP_B, other);
        let info = Info { about: About::DIVERGENCE, other: Some(Box::new(b)), ..reading.info.clone() };
        Grid { info, watched: Vec::new(), columns, ..reading }
    }

    #[test]
    fn says_who_the_two_are_and_where_they_part() {
        let svg = divergence(&example(), 0.01, &FigureOptions::default()).unwrap();
        for words in
            ["A: ", "B: ", "rounded to bf16", "first changes at layer", ">best token<", "≤ 1e-6", ">75%<"]
        {
            assert!(svg.contains(words), "{words}: {svg}");
        }
        assert_eq!(svg, divergence(&example(), 0.01, &FigureOptions::default()).unwrap());
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }

    #[test]
    fn what_is_nothing_stands_at_the_bottom() {
        let axis = Axis::Decades(-6, 1);
        assert_eq!([0.0, 1e-9, 1e-6, 10.0, 1e9].map(|x| axis.place(x)), [0.0, 0.0, 0.0, 1.0, 1.0]);
        assert!((axis.place(10f64.powf(-2.5)) - 0.5).abs() < 1e-6);
        let one = Grid { rows: vec![], ..example() };
        assert!(matches!(divergence(&one, 0.01, &FigureOptions::default()), Err(RenderError::Empty { .. })));
    }
}
