//! Ranks as lines over the layers: best at the top, a logarithmic axis, each line named where it ends.

use super::canvas::{Anchor, Canvas, Num};
use super::sheet::Look;
use crate::fonts::{self, Weight};
use crate::theme::Theme;
use fathom_reading::known::WATCH_RANK;
use fathom_reading::text::rank;
use fathom_reading::{Rank, Reading};

/// Room of the axis below.
pub(super) const BELOW: f32 = 34.0;
/// Size of the names at the lines' ends, and their distance.
pub(super) const NAME: f32 = 11.0;
const APART: f32 = 15.0;
pub(super) const AXIS: f32 = 9.5;
/// A lower chart shows nothing.
const LEAST_HEIGHT: f32 = 200.0;

/// Everything measured.
pub(super) struct Chart<'a> {
    reading: &'a Reading,
    column: usize,
    names: Vec<String>,
    /// Of the lines' field, without names.
    field: f32,
    pub(super) width: f32,
    pub(super) height: f32,
    /// Powers of ten down to the worst rank that the vocabulary has, so that all readings of a model compare.
    decades: f32,
    /// That rank.
    most: u32,
}

impl<'a> Chart<'a> {
    /// A chart at least `height` high, for the watched tokens of a column.
    pub(super) fn new(reading: &'a Reading, column: usize, names: &[String], height: f32) -> Chart<'a> {
        let most = reading.columns[WATCH_RANK]
            .iter()
            .filter_map(|rank| rank.some())
            .map(Rank::get)
            .max()
            .unwrap_or(1);
        let most = most.max(reading.info.model.vocabulary).max(10);
        let decades = (most as f32).log10();
        let names: Vec<String> =
            names.iter().map(|name| fonts::cut(name, 110.0, NAME, Weight::Bold)).collect();
        let widest = names.iter().map(|name| fonts::width(name, NAME, Weight::Bold)).fold(0.0, f32::max);
        let field = ((reading.rows.len() - 1) as f32 * 14.0).clamp(240.0, 640.0);
        let height = height.clamp(LEAST_HEIGHT, 480.0).max(names.len() as f32 * APART);
        Chart { reading, column, names, field, width: field + 36.0 + widest, height, decades, most }
    }

    fn x(&self, row: usize) -> f32 {
        across(row, self.reading.rows.len(), self.field)
    }

    fn y(&self, rank: f32) -> f32 {
        rank.max(1.0).log10() / self.decades * self.height
    }

    /// Draws it with the field's left top at (0, 0).
    pub(super) fn draw(&self, canvas: &mut Canvas, look: &Look) {
        self.axes(canvas, look);
        let tokens = self.names.len();
        // The first named stands on top.
        for w in (0..tokens).rev() {
            line(canvas, look, w, &self.places(w));
        }
        self.ends(canvas, look);
    }

    fn axes(&self, canvas: &mut Canvas, look: &Look) {
        let mut values: Vec<u32> =
            (0..=self.decades as u32).map(|decade| 10u32.saturating_pow(decade)).collect();
        // Where the axis ends, so that nobody asks why it goes so far.
        let lowest = values.last().map_or(0.0, |&value| self.y(value as f32));
        if self.height - lowest > AXIS + 3.0 {
            values.push(self.most);
        }
        for value in values {
            let y = self.y(value as f32);
            canvas.stroke(&format!("M-6 {}h{}", Num(y), Num(self.field + 12.0)), &look.line, 0.75, "");
            let label = rank(Rank::new(value).unwrap_or(Rank::FIRST));
            canvas.label(-11.0, y + AXIS * 0.36, look.face(AXIS, &look.muted), Anchor::End, &label);
        }
        let places: Vec<f32> = (0..self.reading.rows.len()).map(|row| self.x(row)).collect();
        let labels: Vec<String> = self.reading.rows.iter().map(ToString::to_string).collect();
        layers(canvas, look, &labels, &places, self.height);
        canvas.label(-11.0, -9.0, look.face(AXIS, &look.muted), Anchor::End, "rank");
    }

    /// The places of token `w`, by row; none where it has no rank.
    fn places(&self, w: usize) -> Vec<Option<(f32, f32)>> {
        let rank = |row: usize| self.reading.cell(row, self.column).watch().nth(w)?.rank.some();
        let rows = 0..self.reading.rows.len();
        rows.map(|row| Some((self.x(row), self.y(rank(row)?.number())))).collect()
    }

    fn ends(&self, canvas: &mut Canvas, look: &Look) {
        let wanted: Vec<f32> = (0..self.names.len()).map(|w| end(&self.places(w))).collect();
        ends(canvas, look, &self.names, &wanted, (self.field, self.height));
    }
}

/// Names beside the ends of lines (at heights `wanted`, on the right of a field of this width and height), pushed apart
/// where they would overlap, each tied to its line.
pub(super) fn ends(
    canvas: &mut Canvas,
    look: &Look,
    names: &[String],
    wanted: &[f32],
    (field, height): (f32, f32),
) {
    for (w, y) in spread(wanted, APART, height).into_iter().enumerate() {
        let (from, to) = (Num(field + 5.0), Num(field + 16.0));
        let tie = format!("M{from} {}L{to} {}h4", Num(wanted[w]), Num(y));
        canvas.stroke(&tie, &look.series(w), 0.75, "");
        marker(canvas, look, w, field + 26.0, y);
        canvas.face(look.bold(NAME, &look.text), Anchor::Start);
        canvas.token(field + 34.0, y + NAME * 0.36, &names[w]);
        canvas.end();
    }
}

/// Where row `row` of `rows` stands in a field of this width: the last on its right edge.
pub(super) fn across(row: usize, rows: usize, field: f32) -> f32 {
    let last = rows - 1;
    if last == 0 { field } else { field * row as f32 / last as f32 }
}

/// The height at which a line ends; the top for one that has no place.
pub(super) fn end(places: &[Option<(f32, f32)>]) -> f32 {
    places.iter().rev().flatten().next().map_or(0.0, |&(_, y)| y)
}

/// The line of series `w` through some places, and its marker at each; broken where there is none.
pub(super) fn line(canvas: &mut Canvas, look: &Look, w: usize, places: &[Option<(f32, f32)>]) {
    let mut d = String::new();
    for (i, place) in places.iter().enumerate() {
        let Some((x, y)) = place else { continue };
        let begins = i == 0 || places[i - 1].is_none();
        d.push_str(&format!("{}{} {}", if begins { 'M' } else { 'L' }, Num(*x), Num(*y)));
    }
    let dashes = &Theme::get().series.dashes;
    let dash: Vec<String> = dashes[w % dashes.len()].iter().map(|&part| Num(part).to_string()).collect();
    canvas.stroke(&d, &look.series(w), 1.8, &dash.join(" "));
    for &(x, y) in places.iter().flatten() {
        marker(canvas, look, w, x, y);
    }
}

/// The names of rows below a field of this height, as many as there is room for, and what they are of.
pub(super) fn layers(canvas: &mut Canvas, look: &Look, labels: &[String], places: &[f32], height: f32) {
    canvas.face(look.face(AXIS, &look.muted), Anchor::Middle);
    for row in ticks(places, labels, |label| fonts::width(label, AXIS, Weight::Regular)) {
        canvas.text(places[row], height + 16.0, &labels[row]);
    }
    canvas.text(places.last().map_or(0.0, |last| last / 2.0), height + 30.0, "layer");
    canvas.end();
}

/// The rows that have a label: every one, or every second, fifth, tenth … from layer 0 on, so that the eye can count
/// between them; and always the first and the last. `places` and `labels` are theirs, `width` a label's.
fn ticks(places: &[f32], labels: &[String], width: impl Fn(&str) -> f32) -> Vec<usize> {
    let apart = |a: usize, b: usize| {
        (width(&labels[a]) + width(&labels[b])) / 2.0 + 7.0 <= (places[b] - places[a]).abs()
    };
    let last = labels.len().saturating_sub(1);
    // An embedding before the layers does not shift the steps.
    let zero = labels.iter().position(|label| label == "0").unwrap_or(0);
    let even = |step: usize| (zero..labels.len()).step_by(step);
    let fits = |step: &usize| even(*step).zip(even(*step).skip(1)).all(|(a, b)| apart(a, b));
    let step = [1, 2, 5, 10, 20, 50, 100, 200, 500].into_iter().find(fits).unwrap_or(labels.len().max(1));
    let mut shown: Vec<usize> = even(step).filter(|&row| row == last || apart(row, last)).collect();
    if shown.last() != Some(&last) {
        shown.push(last);
    }
    if zero > 0 && apart(0, shown[0]) {
        shown.insert(0, 0);
    }
    shown
}

/// Places at least `apart` from one another, in the order of `wanted`'s values and as near to them as the order allows,
/// within 0..`most` where they fit.
fn spread(wanted: &[f32], apart: f32, most: f32) -> Vec<f32> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
    // Groups of touching names, each around the mean of what its members want.
    let mut groups: Vec<(f32, Vec<usize>)> = Vec::new();
    for index in order {
        groups.push((wanted[index], vec![index]));
        while let [.., (above, first), (below, second)] = &groups[..] {
            let half = |group: &[usize]| (group.len() - 1) as f32 * apart / 2.0;
            if above + half(first) + apart <= below - half(second) {
                break;
            }
            let joined: Vec<usize> = first.iter().chain(second).copied().collect();
            let middle = joined.iter().map(|&i| wanted[i]).sum::<f32>() / joined.len() as f32;
            // A group of names that want the edge still has to stand within it.
            let room = half(&joined);
            let middle = middle.min(most - room).max(room);
            groups.truncate(groups.len() - 2);
            groups.push((middle, joined));
        }
    }
    let mut places = vec![0.0; wanted.len()];
    for (middle, members) in groups {
        let top = middle - (members.len() - 1) as f32 * apart / 2.0;
        for (nth, &index) in members.iter().enumerate() {
            places[index] = top + nth as f32 * apart;
        }
    }
    places
}

/// The marker of watched token `w`, around (x, y).
pub(super) fn marker(canvas: &mut Canvas, look: &Look, w: usize, x: f32, y: f32) {
    let names = &Theme::get().series.markers;
    let (shape, open) = match names[w % names.len()].strip_suffix("-open") {
        Some(shape) => (shape, true),
        None => (names[w % names.len()].as_str(), false),
    };
    let (x, y) = (Num(x).to_string(), Num(y).to_string());
    let d = match shape {
        "diamond" => format!("M{x} {y}m0 -4.2l4.2 4.2l-4.2 4.2l-4.2 -4.2z"),
        "triangle" => format!("M{x} {y}m0 -4l3.9 6.6h-7.8z"),
        "square" => format!("M{x} {y}m-3 -3h6v6h-6z"),
        _ => format!("M{x} {y}m-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0 -6.4 0z"),
    };
    let color = look.series(w);
    let (fill, stroke) =
        if open { (look.surface(), color.as_str()) } else { (color.as_str(), look.surface()) };
    let width = if open { 1.5 } else { 0.75 };
    canvas
        .raw(format_args!("<path d=\"{d}\" fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"{width}\"/>"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_that_do_not_touch_stay_where_they_are() {
        assert_eq!(spread(&[10.0, 80.0, 40.0], 15.0, 200.0), [10.0, 80.0, 40.0]);
        assert_eq!(spread(&[0.0, 0.0], 15.0, 200.0), [0.0, 15.0]);
        assert_eq!(spread(&[50.0, 50.0], 15.0, 200.0), [42.5, 57.5]);
    }

    #[test]
    fn layers_are_labelled_in_even_steps() {
        let shown = |rows: &[String], each: f32| -> Vec<usize> {
            let places: Vec<f32> = (0..rows.len()).map(|row| row as f32 * each).collect();
            ticks(&places, rows, |label| label.len() as f32 * 5.0)
        };
        let layers = |count: u32| -> Vec<String> { (0..count).map(|layer| layer.to_string()).collect() };
        assert_eq!(shown(&layers(4), 80.0), [0, 1, 2, 3]);
        assert_eq!(shown(&layers(30), 13.0), [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 29]);
        assert_eq!(shown(&layers(48), 4.0), [0, 5, 10, 15, 20, 25, 30, 35, 40, 47]);
        assert_eq!(shown(&layers(1), 0.0), [0]);
        let embedded: Vec<String> = ["embed".to_owned()].into_iter().chain(layers(5)).collect();
        assert_eq!(shown(&embedded, 80.0), [0, 1, 2, 3, 4, 5]);
        assert_eq!(shown(&embedded, 10.0), [1, 3, 5], "layers 0, 2 and 4; no room for the embedding's name");
    }

    proptest! {
        #[test]
        fn names_never_overlap(wanted in proptest::collection::vec(0.0f32..300.0, 1..12)) {
            let mut places = spread(&wanted, 15.0, 300.0);
            for (a, b) in (0..wanted.len()).flat_map(|a| (0..wanted.len()).map(move |b| (a, b))) {
                prop_assert!(wanted[a] >= wanted[b] || places[a] < places[b], "the order is kept");
            }
            places.sort_by(f32::total_cmp);
            prop_assert!(places.windows(2).all(|pair| pair[1] - pair[0] > 14.9), "{places:?}");
            prop_assert!(places[0] > -0.1 && places[places.len() - 1] < 300.1, "{places:?}");
        }
    }
}
