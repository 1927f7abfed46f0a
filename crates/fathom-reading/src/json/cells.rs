//! The cells of a file, gathered into columns in the order in which they come, then put in the reading's order.

use super::records::{CellRecord, RowRecord};
use crate::{Columns, Position, ReadingError, Site, Target, TokenId, Watched};
use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

/// What the cells of a file said, in the file's order.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) sites: Vec<Site>,
    pub(super) positions: Vec<Position>,
    targets: Vec<Target>,
    columns: Columns,
    /// Watched tokens of every cell. `[cells * w]`
    watch_id: Vec<TokenId>,
    /// Watched tokens a cell, w.
    watched: usize,
    pub(super) texts: BTreeMap<TokenId, String>,
}

/// Reads the list of cells. Our own refusals are kept beside serde's error, which could only carry their text.
pub(super) struct CellsSeed<'r> {
    pub(super) gathered: &'r mut Gathered,
    pub(super) refusal: &'r mut Option<ReadingError>,
}

impl<'de> DeserializeSeed<'de> for CellsSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for CellsSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of cells")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut cells: A) -> Result<(), A::Error> {
        for index in 0.. {
            let next = cells.next_element::<CellRecord<'_>>();
            match next.map_err(|error| A::Error::custom(format!("cells[{index}]: {error}")))? {
                None => break,
                Some(record) => self.gathered.push(index, record).map_err(|refusal| {
                    *self.refusal = Some(refusal);
                    A::Error::custom("refused")
                })?,
            }
        }
        Ok(())
    }
}

impl Gathered {
    fn push(&mut self, index: usize, record: CellRecord<'_>) -> Result<(), ReadingError> {
        let place = |field: &str| format!("cells[{index}]{field}");
        let site = RowRecord { site: record.site, layer: record.layer }.site()?;
        if self.sites.is_empty() {
            self.watched = record.watch.len();
        }
        if self.columns.top_k == 0 {
            // The first candidates: the cells before had none, which is checked to mean that they have no numbers.
            self.columns.top_k = record.top.len();
            (0..self.sites.len()).for_each(|_| self.columns.push_no_candidates());
        }
        let (found, kept) = (record.top.len(), self.columns.top_k);
        let lists = [
            ("top", if found == 0 { kept } else { found }, kept),
            ("watch", record.watch.len(), self.watched),
        ];
        for (list, found, expected) in lists {
            if found != expected {
                let expected = format!("{expected} as in the cells before");
                return Err(ReadingError::invalid(place(&format!(".{list}")), expected, found));
            }
        }
        self.sites.push(site);
        self.positions.push(record.position);
        let (columns, target) = (&mut self.columns, record.target);
        self.targets.push(Target { id: target.id, is_argmax: target.is_argmax });
        columns.target_logit.push(target.logit);
        columns.target_prob.push(target.prob);
        columns.target_rank.push(target.rank);
        columns.entropy_bits.push(record.entropy_bits);
        columns.kl_bits.push(record.kl_bits);
        columns.kl_reverse_bits.push(record.kl_reverse_bits);
        columns.surprisal_bits.push(record.surprisal_bits);
        match target.text {
            Some(text) => name(&mut self.texts, &place(".target"), target.id, text.into_owned())?,
            None if target.id == TokenId::NONE => {}
            None => return Err(ReadingError::invalid(place(".target.text"), "the token's text", "null")),
        }
        if record.top.is_empty() {
            columns.push_no_candidates();
        }
        for candidate in record.top {
            columns.top_id.push(candidate.id);
            columns.top_logit.push(candidate.logit);
            columns.top_prob.push(candidate.prob);
            name(&mut self.texts, &place(".top"), candidate.id, candidate.text.into_owned())?;
        }
        for score in record.watch {
            self.watch_id.push(score.id);
            columns.watch_logit.push(score.logit);
            columns.watch_prob.push(score.prob);
            columns.watch_rank.push(score.rank);
            name(&mut self.texts, &place(".watch"), score.id, score.text.into_owned())?;
        }
        Ok(())
    }

    /// The columns in the order of `rows` and `positions`, and the target of each position. Refuses missing, doubled
    /// and foreign cells, positions whose cells differ in their target, and watched tokens that were not asked for.
    pub(super) fn arrange(
        mut self,
        rows: &[Site],
        positions: &[Position],
        watched: &[Watched],
    ) -> Result<(Columns, Vec<Target>), ReadingError> {
        self.check_watch(watched)?;
        let order = self.order(rows, positions)?;
        let (k, w) = (self.columns.top_k, self.watched);
        if !order.is_sorted() {
            let c = &mut self.columns;
            arrange(&mut self.targets, &order, 1);
            for column in [&mut c.target_logit, &mut c.target_prob, &mut c.entropy_bits, &mut c.kl_bits] {
                arrange(column, &order, 1);
            }
            for column in [&mut c.kl_reverse_bits, &mut c.surprisal_bits] {
                arrange(column, &order, 1);
            }
            arrange(&mut c.target_rank, &order, 1);
            arrange(&mut c.top_id, &order, k);
            arrange(&mut c.top_logit, &order, k);
            arrange(&mut c.top_prob, &order, k);
            arrange(&mut c.watch_logit, &order, w);
            arrange(&mut c.watch_prob, &order, w);
            arrange(&mut c.watch_rank, &order, w);
        }
        let targets = self.targets[..positions.len().min(self.targets.len())].to_vec();
        for (cell, target) in self.targets.iter().enumerate() {
            let (row, column) = (cell / positions.len(), cell % positions.len());
            let first = targets[column];
            if *target != first {
                let place = format!("site {}, position {}: target", rows[row], positions[column]);
                let says = |target: &Target| format!("{} (is_argmax {})", target.id, target.is_argmax);
                return Err(ReadingError::invalid(
                    place,
                    format!("{} as in the first row", says(&first)),
                    says(target),
                ));
            }
        }
        Ok((self.columns, targets))
    }

    fn check_watch(&self, watched: &[Watched]) -> Result<(), ReadingError> {
        if !self.sites.is_empty() && self.watched != watched.len() {
            let expected = format!("{} as in the document's watched", watched.len());
            return Err(ReadingError::invalid("watch of the cells", expected, self.watched));
        }
        for (i, &id) in self.watch_id.iter().enumerate() {
            let (cell, asked) = (i / self.watched, &watched[i % self.watched]);
            if asked.ids.first() != Some(&id) {
                let expected = format!("the first token of watched \"{}\"", asked.text.escape_debug());
                return Err(ReadingError::invalid(
                    format!("cells[{cell}].watch"),
                    expected,
                    format!("token {id}"),
                ));
            }
        }
        Ok(())
    }

    /// For each cell of the reading in order: where it stands in the file. Allocates in proportion to the file, not
    /// to rows × positions, which a hostile file may claim to be anything.
    fn order(&self, rows: &[Site], positions: &[Position]) -> Result<Vec<usize>, ReadingError> {
        let row_of: BTreeMap<_, usize> =
            rows.iter().enumerate().map(|(row, site)| (site.depth(), row)).collect();
        let column_of: BTreeMap<_, usize> =
            positions.iter().enumerate().map(|(column, p)| (p, column)).collect();
        let mut slots = Vec::with_capacity(self.sites.len());
        for (index, (site, position)) in self.sites.iter().zip(&self.positions).enumerate() {
            let place = format!("cells[{index}]");
            let (Some(row), Some(column)) = (row_of.get(&site.depth()), column_of.get(position)) else {
                let found = format!("site {site}, position {position}");
                return Err(ReadingError::invalid(
                    place,
                    "a site of rows and a position of positions",
                    found,
                ));
            };
            slots.push((row * positions.len() + column, index));
        }
        slots.sort_unstable();
        let name = |slot: usize| {
            format!("site {}, position {}", rows[slot / positions.len()], positions[slot % positions.len()])
        };
        for (slot, &(found, index)) in slots.iter().enumerate() {
            if found < slot {
                return Err(ReadingError::invalid(
                    format!("cells[{index}]"),
                    "each cell once",
                    format!("a second {}", name(found)),
                ));
            }
            if found > slot {
                return Err(ReadingError::invalid(name(slot), "a cell", "none"));
            }
        }
        if slots.len() < rows.len().saturating_mul(positions.len()) {
            return Err(ReadingError::invalid(name(slots.len()), "a cell", "none"));
        }
        Ok(slots.into_iter().map(|(_, index)| index).collect())
    }
}

impl Columns {
    /// A cell's candidates, where it has none.
    fn push_no_candidates(&mut self) {
        let kept = self.top_k;
        self.top_id.extend(std::iter::repeat_n(TokenId::NONE, kept));
        self.top_logit.extend(std::iter::repeat_n(f32::NAN, kept));
        self.top_prob.extend(std::iter::repeat_n(f32::NAN, kept));
    }
}

/// Puts the groups of `each` values in the given order.
fn arrange<T: Copy>(column: &mut Vec<T>, order: &[usize], each: usize) {
    *column = order.iter().flat_map(|&from| column[from * each..(from + 1) * each].iter().copied()).collect();
}

/// Learns a token's text. One token has one text.
pub(super) fn name(
    texts: &mut BTreeMap<TokenId, String>,
    place: &str,
    id: TokenId,
    text: String,
) -> Result<(), ReadingError> {
    match texts.entry(id) {
        Entry::Vacant(entry) => {
            entry.insert(text);
        }
        Entry::Occupied(entry) if *entry.get() != text => {
            let expected = format!("text \"{}\" for token {id}, as before", entry.get().escape_debug());
            return Err(ReadingError::invalid(place, expected, format!("\"{}\"", text.escape_debug())));
        }
        Entry::Occupied(_) => {}
    }
    Ok(())
}
