//! The projector that everybody uses. (First form: the reference on all threads; the fused kernel follows.)

use crate::control::Control;
use crate::error::KernelError;
use crate::naive::Naive;
use crate::projection::{Projected, Projection, Projector};
use crate::unembedding::Unembedding;

/// The default projector.
#[derive(Clone, Debug, Default)]
pub struct Blocked {}

impl Projector for Blocked {
    fn project(
        &self,
        head: &Unembedding,
        request: &Projection<'_>,
        pool: &rayon::ThreadPool,
        control: &Control,
    ) -> Result<Projected, KernelError> {
        Naive.project(head, request, pool, control)
    }
}
