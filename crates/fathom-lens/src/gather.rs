//! Recorded states become the rows that the kernel projects.

use crate::LensError;
use fathom_kernel::Norm;
use fathom_model::States;
use fathom_reading::{LensKind, Position, Site};

/// The sites of a group, in the kernel's order: those asked for, then the last layer, the reference of KL.
pub(crate) struct GroupRows<'a> {
    /// Every site's recorded rows, `[T * d]` each; the last layer's at the end.
    states: Vec<&'a [f32]>,
    lens: LensKind,
    norm: &'a Norm,
    width: usize,
}

impl<'a> GroupRows<'a> {
    /// `sites` must end with the last layer.
    pub(crate) fn new(
        states: &'a States,
        sites: &[Site],
        lens: LensKind,
        norm: &'a Norm,
        width: usize,
    ) -> Result<GroupRows<'a>, LensError> {
        let rows = sites.iter().map(|&site| match states.has(site) {
            true => Ok(states.rows(site)),
            false => Err(LensError::NotRecorded { site }),
        });
        Ok(GroupRows { states: rows.collect::<Result<_, _>>()?, lens, norm, width })
    }

    /// Rows in a group.
    pub(crate) fn len(&self) -> usize {
        self.states.len()
    }

    /// Fills `out` with the groups of `positions`, `[positions * rows, d]`, normed as the lens says.
    pub(crate) fn fill(&self, positions: &[Position], out: &mut Vec<f32>) {
        let d = self.width;
        out.resize(positions.len() * self.len() * d, 0.0);
        for (group, position) in out.chunks_exact_mut(self.len() * d).zip(positions) {
            for (row, (to, states)) in group.chunks_exact_mut(d).zip(&self.states).enumerate() {
                let state = &states[position.index() * d..][..d];
                let is_last = row + 1 == self.len();
                match self.lens {
                    LensKind::Raw if !is_last => to.copy_from_slice(state),
                    LensKind::Raw | LensKind::Logit => self.norm.apply(state, to),
                }
            }
        }
    }
}
