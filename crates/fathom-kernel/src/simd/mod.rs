//! Sixteen f32 lanes at a time, on whatever the machine has.
//!
//! [`Simd`] is a vector of [`LANES`] f32 values whatever the instruction set: one register with AVX-512, two with
//! AVX2, four with NEON, an array otherwise. Every operation is one correctly rounded IEEE operation a lane (or a
//! bit operation), and sums over lanes add in one stated order, so **every instruction set computes the same bits**.
//!
//! Code generic over `Simd` is safe and `#[inline(always)]`; it becomes fast by running inside [`Simd::run`], the
//! only place where the instruction set is switched on. A value of an instruction set's type is the proof that the
//! machine has it; each file's macro `with!` asks for that value before it allows an intrinsic. `unsafe` is confined to
//! the files of the instruction sets, to `screened/amx.rs`, and to `panels/`, where memory is first written.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod isa;
pub(crate) mod math;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;
mod vector;

pub use isa::Isa;
pub(crate) use vector::{Job, LANES, Lane, Simd};

#[cfg(test)]
mod tests;
