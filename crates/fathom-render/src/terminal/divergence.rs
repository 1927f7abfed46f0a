//! Where one model diverges from another form of itself, layer by layer.

use crate::RenderError;
use crate::caption::provenance;
use crate::divergence_text::{findings, number, share};
use crate::page::{Line, Page, Paint};
use crate::style::{Charset, Style};
use crate::text::{self, Align};
use crate::view::{check_grid, sides};
use fathom_reading::text::rank;
use fathom_reading::{Divergence, Grid, LayerDivergence};

/// A column of the table: its head, its width, and what a layer says in it.
struct Column {
    head: &'static str,
    width: usize,
    shown: fn(&LayerDivergence, Charset) -> String,
    /// How strong the cell's ground is.
    ground: fn(&LayerDivergence) -> Option<f32>,
}

/// From the left, what a narrow terminal keeps longest.
const COLUMNS: [Column; 7] = [
    Column {
        head: "mean KL",
        width: 9,
        shown: |l, c| number(l.kl_mean_bits, c),
        ground: |l| strength(l.kl_mean_bits),
    },
    Column {
        head: "max KL",
        width: 9,
        shown: |l, c| number(f64::from(l.kl_max_bits), c),
        ground: |l| strength(f64::from(l.kl_max_bits)),
    },
    Column { head: "top changed", width: 12, shown: |l, c| share(l.top_changed, c), ground: |_| None },
    Column { head: "rank changed", width: 13, shown: |l, c| share(l.rank_changed, c), ground: |_| None },
    Column { head: "most", width: 17, shown: change, ground: |_| None },
    Column { head: "states apart", width: 13, shown: |l, c| number(l.distance_mean, c), ground: |_| None },
    Column {
        head: "at most",
        width: 9,
        shown: |l, c| number(f64::from(l.distance_max), c),
        ground: |_| None,
    },
];

/// Each layer's mean and largest KL, the share of positions whose best token and whose target's rank changed, the largest
/// change of a rank, and how far the hidden states are apart; then where the two first part. A KL above `threshold_bits`
/// counts as parting.
///
/// # Errors
/// [`RenderError::Empty`] for a comparison of nothing.
pub fn divergence(grid: &Grid, threshold_bits: f32, style: &Style) -> Result<String, RenderError> {
    let divergence = of(grid)?;
    let positions = grid.positions().len();
    let charset = style.charset;
    let mut page = Page::new(style);
    page.title("Divergence", "of B from A, layer by layer: the same tokens, the lens's whole distributions");
    for (name, info) in sides(grid) {
        page.prose(&format!("{name}: {}", provenance(info, charset)), Paint::PLAIN);
    }
    page.blank();
    let layers = divergence.layers();
    table(&mut page, &layers);
    page.blank();
    for sentence in findings(&divergence, &layers, threshold_bits, charset) {
        page.prose(&sentence, Paint::PLAIN);
    }
    let at = if positions == 1 { "1 position".to_owned() } else { format!("{positions} positions") };
    let about = "KL is KL(A to B) in bits, over the whole vocabulary; most: the target's rank in A and in B where their ratio is \
                 largest; states apart: the mean of |B - A| / |A|.";
    page.prose(&format!("Over {at}. {about}"), Paint::DIM);
    for (name, info) in sides(grid) {
        if let Some(place) = info.not_finite {
            page.prose(&format!("Note: {name}: {}.", place.note()), Paint::PLAIN);
        }
    }
    Ok(page.finish())
}

/// The divergence that a grid is, if it is not empty.
pub(crate) fn of(grid: &Grid) -> Result<Divergence<'_>, RenderError> {
    check_grid(grid)?;
    Divergence::of(grid).map_err(|error| RenderError::NoColumn(error.to_string()))
}

fn table(page: &mut Page<'_>, layers: &[LayerDivergence]) {
    let labels = layers.iter().map(|layer| text::width(&layer.place.to_string()));
    let gutter = labels.max().unwrap_or(0).max("layer".len()).min(page.style.width / 3);
    let mut left = page.style.width.saturating_sub(gutter);
    let fitting = COLUMNS.iter().take_while(|column| {
        let fits = column.width <= left;
        left = left.saturating_sub(column.width);
        fits
    });
    let columns: Vec<&Column> = fitting.collect();
    let mut head = Line::new();
    head.push(page.cell("layer", gutter, Align::Right), Paint::DIM);
    for column in &columns {
        head.space(1).push(page.cell(column.head, column.width - 1, Align::Right), Paint::DIM);
    }
    page.line(head);
    for layer in layers {
        let mut line = Line::new();
        line.push(page.cell(&layer.place.to_string(), gutter, Align::Right), Paint::DIM);
        for column in &columns {
            let paint = Paint { dim: false, ..Paint::on((column.ground)(layer)) };
            let shown = (column.shown)(layer, page.style.charset);
            line.space(1).push(page.cell(&shown, column.width - 1, Align::Right), paint);
        }
        page.line(line);
    }
}

/// KL as a ground: from a millionth of a bit to a bit, by its logarithm; nothing is blank.
fn strength(kl_bits: f64) -> Option<f32> {
    (kl_bits > 0.0).then(|| ((kl_bits.log10() + 6.0) / 6.0).clamp(0.0, 1.0) as f32)
}

fn change(layer: &LayerDivergence, charset: Charset) -> String {
    let arrow = if charset == Charset::Unicode { "→" } else { "to" };
    match layer.largest_change {
        Some(change) => format!("{} {arrow} {}", rank(change.a), rank(change.b)),
        None => text::number("–".to_owned(), charset),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fathom_reading::known::*;
    use fathom_reading::{About, Columns, Info, Rank, Reading};

    fn example(changed: bool) -> Grid {
        let reading = Reading::example();
        let cells = reading.cells().count();
        let last = cells - 1;
        let at = |i: usize| if changed && i == last { 0.5 } else { 0.0 };
        let ranks = reading.columns[TARGET_RANK].clone();
        let tops: Vec<_> = reading.columns[TOP_ID].iter().copied().step_by(reading.columns.top_k).collect();
        let mut other = (ranks.clone(), tops.clone());
        if changed {
            (other.0[last], other.1[last]) = (Rank::new(40_000).unwrap(), tops[0]);
        }
        let b = Info { precision: "packed".into(), ..reading.info.clone() };
        let columns = Columns::new(0)
            .with(KL_SIDES_BITS, (0..cells).map(at).collect())
            .with(KL_SIDES_REVERSE_BITS, (0..cells).map(at).collect())
            .with(DISTANCE, (0..cells).map(|i| at(i) / 100.0).collect())
            .with(RANK_A, ranks)
            .with(RANK_B, other.0)
            .with(TOP_A, tops)
            .with(TOP_B, other.1);
        let info = Info { about: About::DIVERGENCE, other: Some(Box::new(b)), ..reading.info.clone() };
        Grid { info, watched: Vec::new(), columns, ..reading }
    }

    #[test]
    fn the_same_twice_is_said_to_be_the_same() {
        let drawing = divergence(&example(false), 0.01, &Style::default()).unwrap();
        assert!(drawing.contains("the same, bit for bit"), "{drawing}");
        assert!(drawing.contains("weights kept packed, f32 arithmetic"), "{drawing}");
    }

    #[test]
    fn the_layer_where_it_starts_is_named() {
        for (width, charset) in [(100, Charset::Unicode), (80, Charset::Ascii), (30, Charset::Unicode)] {
            let style = Style { width, charset, ..Style::default() };
            let drawing = divergence(&example(true), 0.01, &style).unwrap();
            let words = drawing.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains("first changes at layer 3."), "{drawing}");
            assert!(words.contains("KL first exceeds 0.01 bits at layer 3."), "{drawing}");
            assert!(drawing.lines().all(|line| text::width(line) <= width), "{drawing}");
            assert!(charset == Charset::Unicode || drawing.is_ascii(), "{drawing}");
            assert_eq!(drawing.contains("40,000"), width > 60, "{drawing}");
        }
    }
}
