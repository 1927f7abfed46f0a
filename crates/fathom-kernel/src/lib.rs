//! Fathom's arithmetic: hidden-state rows times the unembedding, **reduced on the way**.
//!
//! Between a model that recorded its hidden states and a reading of them lies one large product: every row (a layer at
//! a position) times a vocabulary of tens of thousands of tokens. This crate does that product and never keeps its
//! result: each row leaves as a handful of numbers ([`Projected`]): log-sum-exp, entropy, KL divergence from the last
//! layer, the best candidates, and the ranks of chosen tokens. Slices in, numbers out; it knows no model, no file and
//! no tensor library.
//!
//! - [`Norm`] and [`Unembedding`] are a model's head. The model's own output logits come from
//!   [`Unembedding::logits`], so a reading's last row and the model can't disagree.
//! - [`Projector`] is the interface, [`Naive`] the reference, [`Blocked`] what everybody uses.
//! - [`compare_pairs`] holds two models' states and heads against each other, row by row.
//! - [`Matrix`] and [`multiply`] are the same product for a decoder's own linear maps, whose results are kept.
//! - [`Control`] cancels long work and reports how far it is; the model's crate shares it.
//!
//! ```
//! use fathom_kernel::{Blocked, Control, HeadOptions, Projection, Projector, Unembedding};
//!
//! // Three tokens, width two.
//! let weight = [1.0, 0.0, 0.0, 1.0, -1.0, -1.0];
//! let head = Unembedding::new(&weight, 3, 2, HeadOptions::default())?;
//! let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
//!
//! // One position, two layers; the last row is the last layer. Token 1 is watched.
//! let states = [1.0, 0.5, 0.0, 3.0];
//! let request = Projection { states: &states, rows_per_group: 2, top_k: 2, ranked: &[vec![1]] };
//! let read = Blocked::default().project(&head, &request, &pool, &Control::default())?;
//!
//! assert_eq!(read.top(0), (&[0, 1][..], &[1.0, 0.5][..]));
//! assert_eq!(read.top(1), (&[1, 0][..], &[3.0, 0.0][..]));
//! assert_eq!((read.ranked(0)[0].count_above, read.ranked(1)[0].count_above), (1, 0));
//! assert!(read.kl_bits[0] > 0.0 && read.kl_bits[1] == 0.0);
//! # Ok::<(), fathom_kernel::KernelError>(())
//! ```

mod blocked;
mod control;
mod error;
mod matrix;
mod naive;
mod norm;
mod panels;
mod product;
mod projection;
mod queue;
mod screened;
mod simd;
mod unembedding;

pub use blocked::{Blocked, Pair, PairSide, Pairs, compare_pairs};
pub use control::{CancelToken, Cancelled, Control, Progress, Step};
pub use error::KernelError;
pub use matrix::{Matrix, Product, multiply};
pub use naive::Naive;
pub use norm::Norm;
pub use panels::{BlockType, Float, Held};
pub use projection::{Bounds, Projected, Projection, Projector, Ranked, Screening, Shape};
pub use screened::{Screen, Screened};
pub use simd::Isa;
pub use unembedding::{HeadOptions, Unembedding};
