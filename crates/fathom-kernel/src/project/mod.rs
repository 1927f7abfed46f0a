//! What the fast projectors share: how a request is cut, who does which part, and what logits are folded into.
//!
//! The words for all these pieces stand in the [crate's documentation](crate).

pub(crate) mod packed;
pub(crate) mod plan;
pub(crate) mod reduce;
pub(crate) mod sums;
pub(crate) mod top;
pub(crate) mod work_queue;
