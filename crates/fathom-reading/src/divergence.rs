//! What a divergence comes to, layer by layer: a grid that compares two forms of a model on the same tokens.

use crate::known::{DISTANCE, KL_SIDES_BITS, RANK_A, RANK_B, TOP_A, TOP_B};
use crate::{Grid, Place, Position, Rank, ReadingError, TokenId};
use std::ops::Range;

/// A grid of two sides, A (the reference, [`Grid::info`]) and B ([`Info::other`](crate::Info::other)), with the columns
/// `kl_ab_bits`, `distance`, `rank_a`, `rank_b`, `top_a_id` and `top_b_id`, and what its rows come to. A side without a
/// distribution at a cell has no rank and no best token there, and no summary counts such a cell.
#[derive(Clone, Copy, Debug)]
pub struct Divergence<'a> {
    grid: &'a Grid,
    kl_bits: &'a [f32],
    distance: &'a [f32],
    ranks: [&'a [Rank]; 2],
    tops: [&'a [TokenId]; 2],
}

/// What a row of a [`Divergence`] comes to, over the positions where both sides have numbers; NaN where none has.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerDivergence {
    /// The row.
    pub place: Place,
    /// Mean of `KL(a ‖ b)` over the positions, in bits.
    pub kl_mean_bits: f64,
    /// The largest, in bits.
    pub kl_max_bits: f32,
    /// Where that is.
    pub kl_max_at: Position,
    /// Share of positions whose target has another rank.
    pub rank_changed: f64,
    /// The largest change of a rank, by the ratio of the two. `None` where none changed.
    pub largest_change: Option<RankChange>,
    /// Share of positions whose best token is another.
    pub top_changed: f64,
    /// Mean of the relative distance of the hidden states.
    pub distance_mean: f64,
    /// The largest.
    pub distance_max: f32,
}

/// A target's rank in both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RankChange {
    /// Where.
    pub position: Position,
    /// In A.
    pub a: Rank,
    /// In B.
    pub b: Rank,
}

impl<'a> Divergence<'a> {
    /// Looks at `grid` as a divergence.
    ///
    /// # Errors
    /// Of a grid that is none: that lacks a column or the positions.
    pub fn of(grid: &'a Grid) -> Result<Divergence<'a>, ReadingError> {
        if grid.positions().is_empty() {
            return Err(ReadingError::invalid("a divergence", "at least one row and one position", "none"));
        }
        let missing = |name: &str| ReadingError::invalid("a divergence", format!("a column {name}"), "none");
        let numbers = |key: crate::Key<f32>| grid.columns.get(key).ok_or_else(|| missing(&key.column().name));
        let ranks = |key: crate::Key<Rank>| grid.columns.get(key).ok_or_else(|| missing(&key.column().name));
        let tokens =
            |key: crate::Key<TokenId>| grid.columns.get(key).ok_or_else(|| missing(&key.column().name));
        Ok(Divergence {
            grid,
            kl_bits: numbers(KL_SIDES_BITS)?,
            distance: numbers(DISTANCE)?,
            ranks: [ranks(RANK_A)?, ranks(RANK_B)?],
            tops: [tokens(TOP_A)?, tokens(TOP_B)?],
        })
    }

    /// The grid itself.
    pub fn grid(&self) -> &'a Grid {
        self.grid
    }

    /// `KL(a ‖ b)` of every cell, in bits.
    pub fn kl_bits(&self) -> &'a [f32] {
        self.kl_bits
    }

    /// Summary statistics of every row.
    pub fn layers(&self) -> Vec<LayerDivergence> {
        (0..self.grid.rows.len()).map(|row| self.layer(row)).collect()
    }

    fn layer(&self, row: usize) -> LayerDivergence {
        let positions = self.grid.positions();
        let count = positions.len();
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
        let ranks = || {
            let pairs = self.ranks[0][cells.clone()].iter().zip(&self.ranks[1][cells.clone()]);
            pairs.zip(positions).map(|((&a, &b), &position)| RankChange { position, a, b })
        };
        let both = |pair: &RankChange| pair.a.some().is_some() && pair.b.some().is_some();
        let ratio = |pair: &RankChange| (f64::from(pair.b.get()).ln() - f64::from(pair.a.get()).ln()).abs();
        let changed = ranks().filter(|pair| both(pair) && pair.a != pair.b);
        let tops = || self.top_pairs(cells.clone());
        LayerDivergence {
            place: self.grid.rows[row],
            kl_mean_bits: mean(kl),
            kl_max_bits,
            kl_max_at: positions[kl_at],
            rank_changed: share(changed.clone().count(), ranks().filter(both).count()),
            largest_change: changed
                .reduce(|best, next| if ratio(&next) > ratio(&best) { next } else { best }),
            top_changed: share(tops().filter(|(_, a, b)| a != b).count(), tops().count()),
            distance_mean: mean(distance),
            distance_max: largest(distance).1,
        }
    }

    /// The first row at which the best token of some position is another.
    pub fn first_top_change(&self) -> Option<Place> {
        let differs = self.top_pairs(0..self.tops[0].len()).find(|(_, a, b)| a != b);
        differs.map(|(cell, ..)| self.row_of_cell(cell))
    }

    /// Of these cells, those where both sides have a best token: the cell, A's, B's.
    fn top_pairs(&self, cells: Range<usize>) -> impl Iterator<Item = (usize, TokenId, TokenId)> + '_ {
        cells.filter_map(|cell| Some((cell, self.tops[0][cell].some()?, self.tops[1][cell].some()?)))
    }

    /// The first row at which `KL(a ‖ b)` of some position exceeds `bits`.
    pub fn first_above(&self, bits: f32) -> Option<Place> {
        self.kl_bits.iter().position(|kl| *kl > bits).map(|cell| self.row_of_cell(cell))
    }

    fn row_of_cell(&self, cell: usize) -> Place {
        self.grid.rows[cell / self.grid.axis.len()]
    }

    /// True where the two are the same everywhere: not a hidden state, not a probability differs.
    pub fn is_none(&self) -> bool {
        let zero = |values: &[f32]| values.iter().all(|x| *x == 0.0);
        zero(self.distance)
            && zero(self.kl_bits)
            && self.ranks[0] == self.ranks[1]
            && self.tops[0] == self.tops[1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::divergence_example as example;
    use crate::{Layer, Site};

    fn after(layer: u32) -> Option<Place> {
        Some(Site::after(Layer(layer)).into())
    }

    #[test]
    fn layers_are_summed_up() {
        let grid = example();
        grid.check().unwrap();
        let divergence = Divergence::of(&grid).unwrap();
        let [first, second] = &divergence.layers()[..] else { panic!("two rows") };
        assert_eq!((first.kl_max_bits, first.kl_max_at, first.rank_changed), (0.001, Position(1), 0.0));
        assert_eq!((first.largest_change, first.top_changed), (None, 0.0));
        assert_eq!((second.kl_mean_bits, second.kl_max_at), (0.375, Position(0)));
        // By ratio: 1 to 3 is a larger change than 1000 to 1001.
        let change = second.largest_change.unwrap();
        assert_eq!((change.position, change.a.get(), change.b.get()), (Position(0), 1, 3));
        assert_eq!((second.rank_changed, second.top_changed, second.distance_max), (1.0, 0.5, 0.04));
        assert_eq!(divergence.first_top_change(), after(1));
        assert_eq!(divergence.first_above(0.0005), after(0));
        assert_eq!(divergence.first_above(1.0), None);
        assert!(!divergence.is_none());
        assert!(Divergence::of(&crate::Reading::example()).unwrap_err().to_string().contains("kl_ab_bits"));
    }

    /// The example, where B has no distribution after layer 1 at position 0.
    fn damaged() -> Grid {
        let mut grid = example();
        (grid.columns[KL_SIDES_BITS][2], grid.columns[DISTANCE][2]) = (f32::NAN, f32::NAN);
        (grid.columns[RANK_B][2], grid.columns[TOP_B][2]) = (Rank::NONE, TokenId::NONE);
        grid
    }

    #[test]
    fn cells_without_numbers_are_left_out_of_what_layers_come_to() {
        let grid = damaged();
        let divergence = Divergence::of(&grid).unwrap();
        let second = &divergence.layers()[1];
        assert_eq!((second.kl_mean_bits, second.kl_max_bits, second.kl_max_at), (0.25, 0.25, Position(1)));
        assert_eq!((second.rank_changed, second.top_changed, second.distance_max), (1.0, 0.0, 0.04));
        assert_eq!(divergence.first_top_change(), None);
        let mut nothing = damaged();
        nothing.columns[KL_SIDES_BITS][3] = f32::NAN;
        (nothing.columns[RANK_B][3], nothing.columns[TOP_B][3]) = (Rank::NONE, TokenId::NONE);
        let second = &Divergence::of(&nothing).unwrap().layers()[1];
        assert!([second.kl_mean_bits, second.rank_changed, second.top_changed].iter().all(|x| x.is_nan()));
        let json: serde_json::Value = serde_json::from_str(&nothing.to_json().unwrap()).unwrap();
        for name in ["kl_ab_bits", "distance", "rank_b", "top_b_id", "top_b_text"] {
            assert!(json["cells"][2][name].is_null(), "{name}");
        }
        assert_eq!(json["cells"][2]["rank_a"], 1);
        let mut csv = Vec::new();
        nothing.write_csv(&mut csv).unwrap();
        let csv = String::from_utf8(csv).unwrap();
        assert!(!csv.contains("NaN") && !csv.contains("4294967295"), "{csv}");
    }

    #[test]
    fn every_form_holds_every_cell_and_reads_back() {
        let grid = example();
        let json = grid.to_json().unwrap();
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            (&value["schema"], &value["about"]["what"]),
            (&"fathom.grid/1".into(), &"divergence".into())
        );
        assert_eq!((&value["predicts"], &value["other"]["precision"]), (&"next".into(), &"bf16".into()));
        assert_eq!(value["cells"].as_array().unwrap().len(), 4);
        assert_eq!(value["cells"][2]["top_b_id"], 9);
        assert_eq!(Grid::from_json(&json).unwrap(), grid);
        assert_eq!(Grid::from_pack(&grid.to_pack().unwrap()).unwrap(), grid);
        let mut csv = Vec::new();
        grid.write_csv(&mut csv).unwrap();
        // Records, not lines: the text of a token may hold a line break.
        let mut read = csv::Reader::from_reader(&csv[..]);
        let header: Vec<String> = read.headers().unwrap().iter().map(str::to_owned).collect();
        assert_eq!(header[..4], ["site", "layer", "position", "token_id"]);
        assert!(
            ["kl_ab_bits", "rank_b", "top_b_id", "top_b_text"]
                .iter()
                .all(|name| header.contains(&(*name).into()))
        );
        assert_eq!(read.records().map(|record| record.unwrap().len()).collect::<Vec<_>>(), [header.len(); 4]);
        let batch = grid.to_record_batch().unwrap();
        assert_eq!((batch.num_rows(), batch.column_by_name("top").is_none()), (4, true));
    }
}
