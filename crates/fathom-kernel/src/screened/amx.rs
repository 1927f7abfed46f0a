//! The matrix unit of recent Intel processors (AMX): 16 rows of states times 16 tokens times 32 values of `k` in one
//! instruction, sixteen times the multiply-adds of the f32 units.
//!
//! Stable Rust has no intrinsics for it, so the product is one block of assembly, complete in itself: it configures the
//! tiles, computes, stores and releases them, and leaves nothing behind.

use super::split::{Line, ROWS, lines, steps};
use crate::simd::Lane;

/// The proof that this machine has the unit and this process may use it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Amx(());

/// What `ldtilecfg` reads: palette 1, eight tiles of 16 rows of 64 bytes.
#[repr(C, align(64))]
struct Config([u8; 64]);

static CONFIG: Config = {
    let mut bytes = [0; 64];
    bytes[0] = 1;
    let mut tile = 0;
    while tile < 8 {
        bytes[16 + 2 * tile] = 64;
        bytes[48 + tile] = ROWS as u8;
        tile += 1;
    }
    Config(bytes)
};

impl Amx {
    /// Asks the processor, and then the system: tiles are large, so Linux keeps them for those who ask.
    pub(crate) fn new() -> Option<Amx> {
        static FOUND: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
        let found = FOUND.get_or_init(|| processor_has_it() && system_allows_it());
        found.then_some(Amx(()))
    }

    /// `R` times 16 rows of states times two panels of weights, all as tiles of two parts: `out[row * stride + panel]`.
    ///
    /// For each 32 values of `k`: first parts with first parts, second parts of states with first parts of weights, first
    /// parts of states with second parts of weights.
    pub(crate) fn product<const R: usize>(
        self,
        width: usize,
        states: [&[Line]; R],
        weights: [&[Line]; 2],
        out: &mut [Lane],
        stride: usize,
    ) {
        let needed = lines(width);
        assert!(states.iter().chain(&weights).all(|tiles| tiles.len() >= needed) && stride >= 2);
        assert!(out.len() >= (R * ROWS - 1) * stride + 2 && width > 0);
        let (steps, row_bytes) = (steps(width), stride * size_of::<Lane>());
        let out = out.as_mut_ptr();
        // SAFETY: an `Amx` exists only where processor and system have the unit. Each of `steps` rounds reads 2 kB from
        // each of the operands, which hold `lines(width)` = `steps` x 32 lines of 64 bytes, as was asserted; stores go to
        // rows 0 .. R * 16 of `out`, 64 bytes at panels 0 and 1 of each, within the length that was asserted. Tiles
        // are declared as overwritten and are released; memory is not claimed to be untouched; the stack is not used.
        unsafe {
            match R {
                1 => {
                    one(steps, [states[0].as_ptr(), weights[0].as_ptr(), weights[1].as_ptr()], out, row_bytes)
                }
                2 => {
                    let second = out.add(ROWS * stride);
                    let from = [states[0], states[1], weights[0], weights[1]].map(<[Line]>::as_ptr);
                    two(steps, from, [out, second], row_bytes);
                }
                _ => unreachable!("one or two tiles of rows"),
            }
        }
    }
}

/// See [`Amx::product`]; tiles 0 and 1 are the results.
///
/// # Safety
/// As argued there.
unsafe fn one(steps: usize, from: [*const Line; 3], out: *mut Lane, row_bytes: usize) {
    unsafe {
        std::arch::asm!(
            "ldtilecfg [{config}]",
            "tilezero tmm0", "tilezero tmm1",
            "2:",
            "tileloadd tmm4, [{a} + {line}*1]",
            "tileloadd tmm6, [{b0} + {line}*1]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tileloadd tmm7, [{b1} + {line}*1]",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "tileloadd tmm5, [{a} + {line}*1 + 1024]",
            "tdpbf16ps tmm0, tmm5, tmm6",
            "tdpbf16ps tmm1, tmm5, tmm7",
            "tileloadd tmm6, [{b0} + {line}*1 + 1024]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tileloadd tmm7, [{b1} + {line}*1 + 1024]",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "add {a}, 2048", "add {b0}, 2048", "add {b1}, 2048",
            "dec {steps}",
            "jnz 2b",
            "tilestored [{out} + {row}*1], tmm0",
            "tilestored [{out} + {row}*1 + 64], tmm1",
            "tilerelease",
            config = in(reg) &raw const CONFIG,
            a = inout(reg) from[0] => _,
            b0 = inout(reg) from[1] => _,
            b1 = inout(reg) from[2] => _,
            out = in(reg) out,
            line = in(reg) size_of::<Line>(),
            row = in(reg) row_bytes,
            steps = inout(reg) steps => _,
            out("tmm0") _, out("tmm1") _, out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            options(nostack),
        );
    }
}

/// See [`Amx::product`]; tiles 0 to 3 are the results.
///
/// # Safety
/// As argued there.
unsafe fn two(steps: usize, from: [*const Line; 4], out: [*mut Lane; 2], row_bytes: usize) {
    unsafe {
        std::arch::asm!(
            "ldtilecfg [{config}]",
            "tilezero tmm0", "tilezero tmm1", "tilezero tmm2", "tilezero tmm3",
            "2:",
            "tileloadd tmm4, [{a0} + {line}*1]",
            "tileloadd tmm6, [{b0} + {line}*1]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tileloadd tmm7, [{b1} + {line}*1]",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "tileloadd tmm5, [{a1} + {line}*1]",
            "tdpbf16ps tmm2, tmm5, tmm6",
            "tdpbf16ps tmm3, tmm5, tmm7",
            "tileloadd tmm4, [{a0} + {line}*1 + 1024]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "tileloadd tmm5, [{a1} + {line}*1 + 1024]",
            "tdpbf16ps tmm2, tmm5, tmm6",
            "tdpbf16ps tmm3, tmm5, tmm7",
            "tileloadd tmm4, [{a0} + {line}*1]",
            "tileloadd tmm6, [{b0} + {line}*1 + 1024]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tileloadd tmm7, [{b1} + {line}*1 + 1024]",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "tileloadd tmm5, [{a1} + {line}*1]",
            "tdpbf16ps tmm2, tmm5, tmm6",
            "tdpbf16ps tmm3, tmm5, tmm7",
            "add {a0}, 2048", "add {a1}, 2048", "add {b0}, 2048", "add {b1}, 2048",
            "dec {steps}",
            "jnz 2b",
            "tilestored [{out0} + {row}*1], tmm0",
            "tilestored [{out0} + {row}*1 + 64], tmm1",
            "tilestored [{out1} + {row}*1], tmm2",
            "tilestored [{out1} + {row}*1 + 64], tmm3",
            "tilerelease",
            config = in(reg) &raw const CONFIG,
            a0 = inout(reg) from[0] => _,
            a1 = inout(reg) from[1] => _,
            b0 = inout(reg) from[2] => _,
            b1 = inout(reg) from[3] => _,
            out0 = in(reg) out[0],
            out1 = in(reg) out[1],
            line = in(reg) size_of::<Line>(),
            row = in(reg) row_bytes,
            steps = inout(reg) steps => _,
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
            out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            options(nostack),
        );
    }
}

/// CPUID leaf 7: AMX-TILE and AMX-BF16.
fn processor_has_it() -> bool {
    use std::arch::x86_64::{__cpuid, __cpuid_count};
    let most = __cpuid(0).eax;
    let features = if most >= 7 { __cpuid_count(7, 0).edx } else { 0 };
    features & (1 << 24) != 0 && features & (1 << 22) != 0
}

/// Linux's `arch_prctl(ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA)`, for the whole process. Refused by systems that do not know
/// the unit, and where a thread's signal stack is too small for its registers.
fn system_allows_it() -> bool {
    const ARCH_REQ_XCOMP_PERM: libc::c_long = 0x1023;
    const XFEATURE_XTILEDATA: libc::c_long = 18;
    // SAFETY: the call takes two numbers and changes nothing but what this process may use.
    unsafe { libc::syscall(libc::SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0 }
}
