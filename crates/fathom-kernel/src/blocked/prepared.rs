//! What all spans of a chunk share: its states in the order in which the product reads them, and the logits that are to
//! be ranked.

use crate::micro_kernel::MAX_ROWS;
use crate::product::{gather_panel, multiply_gathered};
use crate::project::packed::Packed;
use crate::project::plan::{Chunk, Slot};
use crate::project::top::Floor;
use crate::projection::ProjectionRequest;
use crate::simd::{Job, LANES, Lane, Simd};
use crate::unembedding::Unembedding;
use std::ops::Range;

/// The preparation, as work for an instruction set.
pub(super) struct Prepare<'a> {
    pub(super) head: &'a Unembedding,
    pub(super) request: &'a ProjectionRequest<'a>,
    pub(super) chunk: &'a Chunk,
}

/// Its result.
pub(super) struct Prepared {
    pub(super) bundles: Vec<Packed>,
    /// For each slot the logits of its group's ranked tokens; none where the slot is not reported.
    pub(super) ranked: Vec<Vec<f32>>,
    /// For each slot what its spans tell one another about its candidates.
    pub(super) floor: Vec<Floor>,
}

impl Job for Prepare<'_> {
    type Out = Prepared;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Prepared {
        let mut ranked = vec![Vec::new(); self.chunk.slots.len()];
        let mut bundles = Vec::with_capacity(self.chunk.bundles.len());
        for slots in &self.chunk.bundles {
            let bundle = self.pack(slots.clone(), S::ROWS);
            self.rank(s, &bundle, &mut ranked);
            bundles.push(bundle);
        }
        Prepared { bundles, ranked, floor: self.chunk.slots.iter().map(|_| Floor::default()).collect() }
    }
}

impl Prepare<'_> {
    fn pack(&self, slots: Range<usize>, most: usize) -> Packed {
        let width = self.head.width();
        let row = |slot: &Slot| &self.request.states[slot.row * width..][..width];
        Packed::new(self.chunk.slots[slots.clone()].iter().map(row), width, most).in_slots(slots)
    }

    /// The logits of each slot's ranked tokens, by the same chains as all others. Tokens of all the bundle's groups
    /// share panels, sixteen at a time.
    #[inline(always)]
    fn rank<S: Simd>(&self, s: S, bundle: &Packed, ranked: &mut [Vec<f32>]) {
        let slots = &self.chunk.slots;
        let mut wanted: Vec<(usize, u32)> = Vec::new();
        for slot in slots[bundle.slots.clone()]
            .iter()
            .enumerate()
            .filter(|(i, slot)| slot.reference == bundle.slots.start + i)
        {
            let tokens = self.request.ranked.get(slot.1.group).map_or(&[][..], Vec::as_slice);
            wanted.extend(tokens.iter().map(|&token| (slot.1.group, token)));
        }
        let mut panel = Vec::new();
        let mut out = [Lane::ZERO; MAX_ROWS];
        for wanted in wanted.chunks(LANES) {
            let bias = gather_panel(self.head, wanted.iter().map(|&(_, token)| token), &mut panel);
            let (first_group, last_group) = (wanted[0].0, wanted[wanted.len() - 1].0);
            for (first, block) in bundle.blocks(self.head.width()) {
                let rows = bundle.slots.start + first..bundle.slots.start + first + block.rows;
                if slots[rows.end - 1].group < first_group || slots[rows.start].group > last_group {
                    continue;
                }
                multiply_gathered(s, self.head, &panel, bias.as_ref(), block, &mut out);
                for (i, lane) in rows.zip(&out) {
                    if slots[i].reported {
                        let own =
                            wanted.iter().zip(&lane.0).filter(|((group, _), _)| *group == slots[i].group);
                        ranked[i].extend(own.map(|(_, &logit)| logit));
                    }
                }
            }
        }
    }
}
