//! How far a head's tokens let a screen's logit stray: the numbers, kept with the head. What they mean, and how they are
//! measured, stands in `screened/bound.rs`.

use crate::simd::Lane;

/// What is known of a head's tokens: measured once.
#[derive(Debug)]
pub(crate) struct Reach {
    /// `reach(w)` of every token; 0 where there is none. `[panels]`
    pub(crate) tokens: Vec<Lane>,
    /// The largest of them.
    pub(crate) largest: f32,
    /// `slack` of the claim.
    pub(crate) slack: f32,
    /// `α`, for rows.
    pub(crate) alpha: Vec<f64>,
    /// The scale's size.
    pub(crate) scale: f64,
}
