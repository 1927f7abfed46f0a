//! Where a model departs from itself: the same tokens through one model held in two ways, or through two checkpoints of it.

use crate::{Info, Position, Rank, ReadingError, Site, Target, Token, TokenId};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;
use std::ops::Range;

/// Two lens readings of the same tokens against each other, cell by cell: `a` is the reference. Columns are of
/// `rows x positions`, row by row. What is not finite is NaN (written as null, empty in CSV); a side without a distribution
/// at a cell has [`Rank::NONE`] and [`TokenId::NONE`] there, and its `not_finite` says since where. No summary counts such a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Departure {
    /// The reference.
    pub a: Info,
    /// What is held against it.
    pub b: Info,
    /// The run's tokens, the same for both.
    pub tokens: Vec<Token>,
    /// The sites that were read, in order of depth.
    pub rows: Vec<Site>,
    /// The positions, ascending.
    pub positions: Vec<Position>,
    /// One target a position: the next token, or where none came, the reference's best.
    pub targets: Vec<Target>,
    /// `KL(a ‖ b)` of the two distributions over the whole vocabulary, in bits.
    pub kl_bits: Vec<f32>,
    /// `KL(b ‖ a)`, in bits.
    pub kl_reverse_bits: Vec<f32>,
    /// `‖h_b - h_a‖ / ‖h_a‖` of the two hidden states; NaN where `h_a` alone is zero.
    pub distance: Vec<f32>,
    /// The target's rank in the reference.
    pub rank_a: Vec<Rank>,
    /// Its rank in the other.
    pub rank_b: Vec<Rank>,
    /// The reference's best token.
    pub top_a: Vec<TokenId>,
    /// The other's best token.
    pub top_b: Vec<TokenId>,
    /// The text of every token that the columns name.
    pub vocabulary: BTreeMap<TokenId, String>,
}

/// What a row of a [`Departure`] comes to, over the positions where both sides have numbers; NaN where none has.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerDeparture {
    /// The row.
    pub site: Site,
    /// Mean of `KL(a ‖ b)` over the positions, in bits.
    pub kl_mean_bits: f64,
    /// The largest, in bits.
    pub kl_max_bits: f32,
    /// Where that is.
    pub kl_max_at: Position,
    /// Share of positions whose target has another rank.
    pub rank_changed: f64,
    /// The largest change of a rank, by the ratio of the two: where, from, to. `None` where none changed.
    pub largest_change: Option<(Position, Rank, Rank)>,
    /// Share of positions whose best token is another.
    pub top_changed: f64,
    /// Mean of the relative distance of the hidden states.
    pub distance_mean: f64,
    /// The largest.
    pub distance_max: f32,
}

impl Departure {
    /// Rows in words' numbers, one a site.
    pub fn layers(&self) -> Vec<LayerDeparture> {
        (0..self.rows.len()).map(|row| self.layer(row)).collect()
    }

    fn layer(&self, row: usize) -> LayerDeparture {
        let count = self.positions.len();
        let cells = row * count..(row + 1) * count;
        let (kl, distance) = (&self.kl_bits[cells.clone()], &self.distance[cells.clone()]);
        let share = |n: usize, of: usize| if of == 0 { f64::NAN } else { n as f64 / of as f64 };
        let mean = |values: &[f32]| {
            let measured = || values.iter().filter(|x| !x.is_nan());
            let sum: f64 = measured().map(|x| f64::from(*x)).sum();
            if measured().next().is_none() { f64::NAN } else { sum / measured().count() as f64 }
        };
        let largest = |values: &[f32]| {
            let all = values.iter().copied().enumerate().filter(|(_, x)| !x.is_nan());
            all.reduce(|best, next| if next.1 > best.1 { next } else { best }).unwrap_or((0, f32::NAN))
        };
        let (kl_at, kl_max_bits) = largest(kl);
        let ranks = || self.rank_a[cells.clone()].iter().zip(&self.rank_b[cells.clone()]);
        let both = |(a, b): &(&Rank, &Rank)| a.some().is_some() && b.some().is_some();
        let ratio = |a: Rank, b: Rank| (f64::from(b.get()).ln() - f64::from(a.get()).ln()).abs();
        let changed = ranks().enumerate().filter(|(_, pair)| both(pair) && pair.0 != pair.1);
        let furthest = changed.clone().reduce(|best, next| {
            if ratio(*next.1.0, *next.1.1) > ratio(*best.1.0, *best.1.1) { next } else { best }
        });
        let tops = || self.top_pairs(cells.clone());
        LayerDeparture {
            site: self.rows[row],
            kl_mean_bits: mean(kl),
            kl_max_bits,
            kl_max_at: self.positions[kl_at],
            rank_changed: share(changed.count(), ranks().filter(both).count()),
            largest_change: furthest.map(|(i, (a, b))| (self.positions[i], *a, *b)),
            top_changed: share(tops().filter(|(_, a, b)| a != b).count(), tops().count()),
            distance_mean: mean(distance),
            distance_max: largest(distance).1,
        }
    }

    /// The first row at which the best token of some position is another.
    pub fn first_top_change(&self) -> Option<Site> {
        let count = self.positions.len().max(1);
        let differs = self.top_pairs(0..self.top_a.len()).find(|(_, a, b)| a != b);
        differs.map(|(cell, ..)| self.rows[cell / count])
    }

    /// Of these cells, those where both sides have a best token: the cell, A's, B's.
    fn top_pairs(&self, cells: Range<usize>) -> impl Iterator<Item = (usize, TokenId, TokenId)> + '_ {
        cells.filter_map(|cell| Some((cell, self.top_a[cell].some()?, self.top_b[cell].some()?)))
    }

    /// The first row at which `KL(a ‖ b)` of some position exceeds `bits`.
    pub fn first_above(&self, bits: f32) -> Option<Site> {
        let count = self.positions.len().max(1);
        self.kl_bits.iter().position(|kl| *kl > bits).map(|cell| self.rows[cell / count])
    }

    /// True where the two are the same everywhere: not a hidden state, not a probability differs.
    pub fn is_none(&self) -> bool {
        let zero = |values: &[f32]| values.iter().all(|x| *x == 0.0);
        zero(&self.distance) && zero(&self.kl_bits) && self.rank_a == self.rank_b && self.top_a == self.top_b
    }

    /// The text of a token that this names; `⟨id 17⟩` for one that it does not, `(none)` for no token.
    pub fn text(&self, id: TokenId) -> String {
        if id == TokenId::NONE {
            return "(none)".to_owned();
        }
        self.vocabulary.get(&id).cloned().unwrap_or_else(|| format!("⟨id {id}⟩"))
    }

    /// One JSON object: who the two are, `first` (where they part), `layers` (a row each), `cells` (a cell each).
    ///
    /// # Errors
    /// What writing fails with.
    pub fn write_json(&self, out: impl Write, kl_threshold_bits: f32) -> Result<(), ReadingError> {
        let document = Document {
            schema: "fathom.departure/1",
            a: &self.a,
            b: &self.b,
            same: self.is_none(),
            first: First {
                top_1: self.first_top_change().map(Site::layer_number),
                kl: self.first_above(kl_threshold_bits).map(Site::layer_number),
                kl_threshold_bits,
            },
            tokens: self.tokens.iter().map(|token| Word { id: token.id, text: &token.text }).collect(),
            layers: self.layers().iter().map(LayerRecord::new).collect(),
            cells: (0..self.kl_bits.len()).map(|cell| self.record(cell)).collect(),
        };
        Ok(serde_json::to_writer_pretty(out, &document)?)
    }

    /// A row a cell, with a header.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn write_csv(&self, out: impl Write) -> Result<(), ReadingError> {
        let mut table = csv::Writer::from_writer(out);
        (0..self.kl_bits.len()).try_for_each(|cell| table.serialize(self.record(cell)))?;
        Ok(table.flush()?)
    }

    fn record(&self, cell: usize) -> CellRecord {
        let (row, column) = (cell / self.positions.len(), cell % self.positions.len());
        let (site, target) = (self.rows[row], self.targets[column]);
        let text = |id: TokenId| id.some().map(|id| self.text(id));
        CellRecord {
            site: site.kind.name(),
            layer: site.layer_number(),
            position: self.positions[column],
            kl_bits: finite(self.kl_bits[cell]),
            kl_reverse_bits: finite(self.kl_reverse_bits[cell]),
            distance: finite(self.distance[cell]),
            target_id: target.id,
            target_text: text(target.id),
            target_is_argmax: target.is_argmax,
            rank_a: self.rank_a[cell],
            rank_b: self.rank_b[cell],
            top_a_id: self.top_a[cell],
            top_a_text: text(self.top_a[cell]),
            top_b_id: self.top_b[cell],
            top_b_text: text(self.top_b[cell]),
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    a: &'a Info,
    b: &'a Info,
    same: bool,
    first: First,
    tokens: Vec<Word<'a>>,
    layers: Vec<LayerRecord>,
    cells: Vec<CellRecord>,
}

/// Layers (-1 is the embedding) at which the two part; null where they don't.
#[derive(Serialize)]
struct First {
    top_1: Option<i32>,
    kl: Option<i32>,
    kl_threshold_bits: f32,
}

#[derive(Serialize)]
struct Word<'a> {
    id: TokenId,
    text: &'a str,
}

#[derive(Serialize)]
struct LayerRecord {
    site: &'static str,
    layer: i32,
    kl_mean_bits: Option<f64>,
    kl_max_bits: Option<f32>,
    kl_max_position: Option<Position>,
    rank_changed: Option<f64>,
    largest_change: Option<Change>,
    top_changed: Option<f64>,
    distance_mean: Option<f64>,
    distance_max: Option<f32>,
}

#[derive(Serialize)]
struct Change {
    position: Position,
    rank_a: Rank,
    rank_b: Rank,
}

/// What a file holds of a number: none where it is not finite.
fn finite(number: f32) -> Option<f32> {
    Some(number).filter(|number| number.is_finite())
}

impl LayerRecord {
    fn new(layer: &LayerDeparture) -> LayerRecord {
        let share = |number: f64| Some(number).filter(|number| number.is_finite());
        LayerRecord {
            site: layer.site.kind.name(),
            layer: layer.site.layer_number(),
            kl_mean_bits: share(layer.kl_mean_bits),
            kl_max_bits: finite(layer.kl_max_bits),
            kl_max_position: finite(layer.kl_max_bits).map(|_| layer.kl_max_at),
            rank_changed: share(layer.rank_changed),
            largest_change: layer.largest_change.map(|(position, rank_a, rank_b)| Change {
                position,
                rank_a,
                rank_b,
            }),
            top_changed: share(layer.top_changed),
            distance_mean: share(layer.distance_mean),
            distance_max: finite(layer.distance_max),
        }
    }
}

#[derive(Serialize)]
struct CellRecord {
    site: &'static str,
    layer: i32,
    position: Position,
    kl_bits: Option<f32>,
    kl_reverse_bits: Option<f32>,
    distance: Option<f32>,
    target_id: TokenId,
    target_text: Option<String>,
    target_is_argmax: bool,
    rank_a: Rank,
    rank_b: Rank,
    top_a_id: TokenId,
    top_a_text: Option<String>,
    top_b_id: TokenId,
    top_b_text: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Layer, Reading};

    /// Two rows, two positions, of the example's model.
    pub(crate) fn example() -> Departure {
        let reading = Reading::example();
        let rank = |n| Rank::new(n).unwrap();
        Departure {
            a: reading.info.clone(),
            b: Info { precision: "bf16".into(), ..reading.info.clone() },
            tokens: reading.tokens[..2].to_vec(),
            rows: vec![Site::after(Layer(0)), Site::after(Layer(1))],
            positions: vec![Position(0), Position(1)],
            targets: reading.targets[..2].to_vec(),
            kl_bits: vec![0.0, 0.001, 0.5, 0.25],
            kl_reverse_bits: vec![0.0, 0.001, 0.4, 0.2],
            distance: vec![0.0, 0.01, 0.02, 0.04],
            rank_a: vec![rank(1), rank(7), rank(1), rank(1000)],
            rank_b: vec![rank(1), rank(7), rank(3), rank(1001)],
            top_a: vec![TokenId(1), TokenId(2), TokenId(3), TokenId(4)],
            top_b: vec![TokenId(1), TokenId(2), TokenId(9), TokenId(4)],
            vocabulary: reading.vocabulary,
        }
    }

    #[test]
    fn layers_are_summed_up() {
        let departure = example();
        let [first, second] = &departure.layers()[..] else { panic!("two rows") };
        assert_eq!((first.kl_max_bits, first.kl_max_at, first.rank_changed), (0.001, Position(1), 0.0));
        assert_eq!((first.largest_change, first.top_changed), (None, 0.0));
        assert_eq!((second.kl_mean_bits, second.kl_max_at), (0.375, Position(0)));
        // By ratio: 1 to 3 is a larger change than 1000 to 1001.
        let change = second.largest_change.unwrap();
        assert_eq!((change.0, change.1.get(), change.2.get()), (Position(0), 1, 3));
        assert_eq!((second.rank_changed, second.top_changed, second.distance_max), (1.0, 0.5, 0.04));
        assert_eq!(departure.first_top_change(), Some(Site::after(Layer(1))));
        assert_eq!(departure.first_above(0.0005), Some(Site::after(Layer(0))));
        assert_eq!(departure.first_above(1.0), None);
        assert!(!departure.is_none());
    }

    /// The example, where B has no distribution after layer 1 at position 0.
    fn damaged() -> Departure {
        let mut departure = example();
        (departure.kl_bits[2], departure.kl_reverse_bits[2], departure.distance[2]) =
            (f32::NAN, f32::NAN, f32::NAN);
        (departure.rank_b[2], departure.top_b[2]) = (Rank::NONE, TokenId::NONE);
        departure
    }

    #[test]
    fn cells_without_numbers_are_left_out_of_what_layers_come_to() {
        let second = &damaged().layers()[1];
        assert_eq!((second.kl_mean_bits, second.kl_max_bits, second.kl_max_at), (0.25, 0.25, Position(1)));
        assert_eq!((second.rank_changed, second.top_changed, second.distance_max), (1.0, 0.0, 0.04));
        assert_eq!(damaged().first_top_change(), None);
        let mut nothing = damaged();
        (nothing.kl_bits[3], nothing.rank_b[3], nothing.top_b[3]) = (f32::NAN, Rank::NONE, TokenId::NONE);
        let second = &nothing.layers()[1];
        assert!([second.kl_mean_bits, second.rank_changed, second.top_changed].iter().all(|x| x.is_nan()));
        let mut json = Vec::new();
        nothing.write_json(&mut json, 0.1).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        for name in [
            "kl_mean_bits",
            "kl_max_bits",
            "kl_max_position",
            "rank_changed",
            "largest_change",
            "top_changed",
        ] {
            assert!(json["layers"][1][name].is_null(), "{name}");
        }
        for name in ["kl_bits", "kl_reverse_bits", "distance", "rank_b", "top_b_id", "top_b_text"] {
            assert!(json["cells"][2][name].is_null(), "{name}");
        }
        assert_eq!(
            (&json["cells"][2]["rank_a"], &json["layers"][0]["kl_max_position"]),
            (&1.into(), &1.into())
        );
        let mut csv = Vec::new();
        nothing.write_csv(&mut csv).unwrap();
        let csv = String::from_utf8(csv).unwrap();
        assert!(!csv.contains("NaN") && !csv.contains("4294967295"), "{csv}");
    }

    #[test]
    fn json_and_csv_hold_every_cell() {
        let departure = example();
        let mut json = Vec::new();
        departure.write_json(&mut json, 0.1).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(json["first"]["top_1"], 1);
        assert_eq!(json["first"]["kl"], 1);
        assert_eq!(json["cells"].as_array().unwrap().len(), 4);
        assert_eq!(json["layers"][1]["largest_change"]["rank_b"], 3);
        let mut csv = Vec::new();
        departure.write_csv(&mut csv).unwrap();
        // Records, not lines: the text of a token may hold a line break.
        let mut read = csv::Reader::from_reader(&csv[..]);
        assert_eq!(
            read.headers().unwrap().iter().take(4).collect::<Vec<_>>(),
            ["site", "layer", "position", "kl_bits"]
        );
        assert_eq!(read.records().map(|record| record.unwrap().len()).collect::<Vec<_>>(), [15; 4]);
    }
}
