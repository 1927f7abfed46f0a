//! Which instruction set runs a job.

#[cfg(target_arch = "aarch64")]
use super::neon;
use super::portable::Portable;
use super::vector::{Job, Simd};
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512};

/// An instruction set of this machine, or the portable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Isa {
    /// x86-64 with AVX-512 F, VL, BW and DQ.
    Avx512,
    /// x86-64 with AVX2, FMA and F16C.
    Avx2,
    /// 64-bit ARM. Tested under Miri only, its speed unknown: no such machine was at hand.
    Neon,
    /// Any machine; slow where `f32::mul_add` is no instruction.
    Portable,
}

impl Isa {
    /// All of them, fastest first.
    const ALL: [Isa; 4] = [Isa::Avx512, Isa::Avx2, Isa::Neon, Isa::Portable];

    /// The fastest one of this machine.
    pub fn detect() -> Isa {
        Isa::ALL.into_iter().find(|isa| isa.is_available()).unwrap_or(Isa::Portable)
    }

    /// Those that this machine can run, fastest first. The last one is always [`Isa::Portable`].
    pub fn available() -> Vec<Isa> {
        Isa::ALL.into_iter().filter(|isa| isa.is_available()).collect()
    }

    /// Whether this machine can run it.
    pub fn is_available(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => avx512::Avx512::new().is_some(),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => avx2::Avx2::new().is_some(),
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => neon::Neon::new().is_some(),
            Isa::Portable => true,
            #[allow(unreachable_patterns)]
            _ => false,
        }
    }

    /// Its name: `AVX-512`, …
    pub fn name(self) -> &'static str {
        match self {
            Isa::Avx512 => "AVX-512",
            Isa::Avx2 => "AVX2",
            Isa::Neon => "NEON",
            Isa::Portable => "portable",
        }
    }

    /// Runs `job` on this instruction set; on the portable code if the machine lacks it (the bits are the same).
    pub(crate) fn run<J: Job>(self, job: J) -> J::Out {
        #[cfg(target_arch = "x86_64")]
        match self {
            Isa::Avx512 => {
                if let Some(s) = avx512::Avx512::new() {
                    return s.run(job);
                }
            }
            Isa::Avx2 => {
                if let Some(s) = avx2::Avx2::new() {
                    return s.run(job);
                }
            }
            Isa::Neon | Isa::Portable => {}
        }
        #[cfg(target_arch = "aarch64")]
        if self == Isa::Neon
            && let Some(s) = neon::Neon::new()
        {
            return s.run(job);
        }
        Portable.run(job)
    }
}
