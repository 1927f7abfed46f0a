//! Recorded states become the rows that the kernel projects.

use crate::LensError;
use fathom_kernel::Norm;
use fathom_model::{Model, Run};
use fathom_reading::{LensKind, Position, Site, SiteKind};
use rayon::prelude::*;

/// The sites of a group, in the kernel's order: those asked for, then the last layer, the reference of KL.
pub(crate) struct GroupRows<'a> {
    /// Every site's recorded rows, `[T * d]` each; the last layer's at the end.
    states: Vec<&'a [f32]>,
    lens: LensKind,
    norm: &'a Norm,
    width: usize,
    pool: &'a rayon::ThreadPool,
}

impl<'a> GroupRows<'a> {
    /// `sites` must end with the last layer.
    pub(crate) fn new(
        model: &'a Model,
        run: &'a Run,
        sites: &[Site],
        lens: LensKind,
    ) -> Result<GroupRows<'a>, LensError> {
        let (width, tokens) = (model.config().width, run.tokens.len());
        let rows = sites.iter().map(|&site| {
            // `z` lies in the heads' space, which the unembedding knows nothing of, even where the widths agree.
            if site.kind == SiteKind::Z {
                return Err(LensError::NotInTheStream { site });
            }
            if !run.states.has(site) {
                return Err(LensError::NotRecorded { site });
            }
            let rows = run.states.rows(site);
            match rows.len() == tokens * width {
                true => Ok(rows),
                false => Err(LensError::OtherModel { site, tokens, width, found: rows.len() }),
            }
        });
        let states = rows.collect::<Result<_, _>>()?;
        Ok(GroupRows { states, lens, norm: &model.head().norm, width, pool: model.pool() })
    }

    /// Rows in a group.
    pub(crate) fn len(&self) -> usize {
        self.states.len()
    }

    /// Fills `out` with the groups of `positions`, `[positions * rows, d]`, normed as the lens says.
    pub(crate) fn fill(&self, positions: &[Position], out: &mut Vec<f32>) {
        let group = self.len() * self.width;
        out.resize(positions.len() * group, 0.0);
        let groups = out.par_chunks_exact_mut(group).zip(positions);
        self.pool.install(|| groups.for_each(|(group, position)| self.fill_group(*position, group)));
    }

    fn fill_group(&self, position: Position, group: &mut [f32]) {
        let d = self.width;
        for (row, (to, states)) in group.chunks_exact_mut(d).zip(&self.states).enumerate() {
            let state = &states[position.index() * d..][..d];
            let is_last = row + 1 == self.len();
            match self.lens {
                // Whatever norm and soft-cap would make of it: such a state has no numbers.
                _ if !is_finite(state) => to.fill(f32::NAN),
                LensKind::Raw if !is_last => to.copy_from_slice(state),
                LensKind::Raw | LensKind::Logit => self.norm.apply(state, to),
            }
        }
    }
}

/// Whether every number of a state is.
pub(crate) fn is_finite(state: &[f32]) -> bool {
    state.iter().all(|x| x.is_finite())
}
