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
//! - [`Projector`] is the interface, [`NaiveProjector`] the reference, [`BlockedProjector`] the default, and
//!   [`ScreenedProjector`] the one for machines with a matrix unit.
//! - [`compare_pairs`] compares two models' states and heads, row by row.
//! - [`Matrix`] and [`multiply`] are the same product for a decoder's own linear maps, whose results are kept.
//! - [`Control`] cancels long work and reports how far it is; the model's crate shares it.
//!
//! ```
//! use fathom_kernel::{BlockedProjector, Control, HeadOptions, ProjectionRequest, Projector, Unembedding};
//!
//! // Three tokens, width two.
//! let weight = [1.0, 0.0, 0.0, 1.0, -1.0, -1.0];
//! let head = Unembedding::new(&weight, 3, 2, HeadOptions::default())?;
//! let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
//!
//! // One position, two layers; the last row is the last layer. Token 1 is watched.
//! let states = [1.0, 0.5, 0.0, 3.0];
//! let request = ProjectionRequest { states: &states, rows_per_group: 2, top_k: 2, ranked: &[vec![1]] };
//! let read = BlockedProjector::default().project(&head, &request, &pool, &Control::default())?;
//!
//! assert_eq!(read.top(0), (&[0, 1][..], &[1.0, 0.5][..]));
//! assert_eq!(read.top(1), (&[1, 0][..], &[3.0, 0.0][..]));
//! assert_eq!((read.ranked(0)[0].count_above, read.ranked(1)[0].count_above), (1, 0));
//! assert!(read.kl_bits[0] > 0.0 && read.kl_bits[1] == 0.0);
//! # Ok::<(), fathom_kernel::KernelError>(())
//! ```
//!
//! # Words for pieces
//! A projection is a product of rows and tokens, and both are cut several times. Among projectors each word has one meaning:
//!
//! | of the rows | is | size |
//! |---|---|---|
//! | *row* | one state `[d]`: a site at a position | |
//! | *group* | the rows of one position, the last of them the reference | as asked |
//! | *bundle* | whole groups, or a part of one beside its reference: multiplied and folded together | up to 64 rows |
//! | *chunk* | bundles that share one pass over the weights | about 384 rows; screened, 64 to 512 |
//! | *slot* | a place in a chunk, which holds a row | |
//! | *block* | rows that the micro-kernel multiplies at once | up to 8 rows |
//!
//! | of the vocabulary | is | size |
//! |---|---|---|
//! | *lane* | one vector: a value of each of a panel's tokens | 16 tokens |
//! | *panel* | the weights of 16 tokens, value by value: `[d][16]` | 16 tokens |
//! | *tile* | panels that are multiplied and folded together; within it sums are f32 | 6 panels (96 tokens); screened, 12 |
//! | *segment* | tiles whose sums are added up in f64: a fixed part of the vocabulary | 16 tiles (1536 tokens); screened, 8 |
//! | *span* | segments that one thread takes for one chunk | as many as keep all threads busy |
//!
//! A decoder's matrices ([`multiply`]) have panels and blocks of rows too. A product is cut into *pieces*: panels times rows
//! that one thread takes, four per thread. Where rows are long, a *span* there is a part of the inputs (up to 768). The
//! blocks of a [`BlockType`] are ggml's: 32 or 256 quantised weights of one row.
//!
//! # Floors
//! Each module uses those before it alone: `simd`; `panels`; `unembedding`, `micro_kernel`; `product`, `matrix`;
//! `logits`, `projection`; `project` (what projectors share); `naive`; `blocked`; `screened`.

mod blocked;
mod control;
mod error;
mod logits;
mod matrix;
mod micro_kernel;
mod naive;
mod norm;
mod panels;
mod product;
mod project;
mod projection;
mod screened;
mod simd;
mod unembedding;

pub use blocked::{BlockedProjector, compare_pairs};
pub use control::{CancelToken, Cancelled, Control, Progress, Step};
pub use error::KernelError;
pub use matrix::{Matrix, Product, multiply};
pub use naive::NaiveProjector;
pub use norm::Norm;
pub use panels::{BlockType, Float, Storage};
pub use projection::{
    Bounds, Pair, PairSide, Pairs, Projected, ProjectionRequest, Projector, Ranked, ScreeningStats, Shape,
};
pub use screened::{ScreenUnit, ScreenedProjector};
pub use simd::Isa;
pub use unembedding::{HeadOptions, Unembedding};
