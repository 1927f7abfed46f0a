//! The matrix unit of recent Intel processors (AMX): 16 rows of states times 16 tokens times 32 values of `k` in one
//! instruction, sixteen times the multiply-adds of the f32 units.
//!
//! Stable Rust has no intrinsics for it, so a product is a block of assembly, complete in itself: it configures the
//! tiles, computes, stores and releases them, and leaves nothing behind. Configuring takes as long as a tenth of a pair's
//! product, so all pairs are in one block.

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

    /// Tiles of rows (`states`, any number) times panels (`weights`, an even number), all of them as tiles of two parts: row
    /// `m`'s sums for panel `p` go to `out[m * stride + p]`.
    ///
    /// For each 32 values of `k`: second parts of states with first parts of weights, first parts with first parts, first
    /// parts of states with second parts of weights. In this order half of what is loaded serves two products.
    pub(crate) fn product(
        self,
        width: usize,
        states: &[Line],
        weights: &[Line],
        out: &mut [Lane],
        stride: usize,
    ) {
        let each = lines(width);
        let (tiles, panels) = (states.len() / each, weights.len() / each);
        if tiles == 0 || panels == 0 {
            return;
        }
        assert!(width > 0 && panels.is_multiple_of(2) && stride >= panels);
        assert!(out.len() >= (tiles * ROWS - 1) * stride + panels);
        let grid = Grid {
            states: states.as_ptr(),
            weights: weights.as_ptr(),
            out: out.as_mut_ptr(),
            pairs_of_tiles: tiles / 2,
            pairs_of_panels: panels / 2,
            steps: steps(width),
        };
        let (each, row) = (each * size_of::<Line>(), stride * size_of::<Lane>());
        // SAFETY: an `Amx` exists only where processor and system have the unit. `states` and `weights` hold `tiles` and
        // `panels` rows of tiles of `lines(width)` = `steps` x 32 lines; stores go to panels 0 .. `panels` of rows
        // 0 .. `tiles` x 16 of `out`, 64 bytes each, within the length that was asserted. Both blocks declare the tiles
        // that they overwrite and release all; memory is not claimed to be untouched; the stack is not used.
        unsafe {
            if grid.pairs_of_tiles > 0 {
                pairs(&grid, each, row);
            }
            if tiles % 2 == 1 {
                let (rows, out) = (
                    states.as_ptr().byte_add((tiles - 1) * each),
                    grid.out.byte_add((tiles - 1) * ROWS * row),
                );
                last(&Grid { states: rows, out, ..grid }, each, row);
            }
        }
    }
}

/// What is multiplied.
#[repr(C)]
struct Grid {
    states: *const Line,
    weights: *const Line,
    out: *mut Lane,
    pairs_of_tiles: usize,
    pairs_of_panels: usize,
    steps: usize,
}

/// All pairs of panels times all pairs of tiles of rows. Tiles 0 to 3 are the results, 4 and 5 states, 6 and 7 weights.
///
/// # Safety
/// As argued in [`Amx::product`]; there is at least one pair of either.
unsafe fn pairs(grid: &Grid, each: usize, row: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        std::arch::asm!(
            "ldtilecfg [{b0}]",
            "mov {b0}, [{grid} + {weights}]",
            "mov {column}, [{grid} + {out}]",
            "mov {p}, [{grid} + {panels}]",
            "2:", // a pair of panels
            "lea {b1}, [{b0} + {each}]",
            "mov {a0}, [{grid} + {states}]",
            "mov {to}, {column}",
            "mov {i}, [{grid} + {tiles}]",
            "3:", // a pair of tiles
            "lea {a1}, [{a0} + {each}]",
            "mov {n}, [{grid} + {steps}]",
            "tilezero tmm0", "tilezero tmm1", "tilezero tmm2", "tilezero tmm3",
            "4:", // 32 values
            "tileloadd tmm4, [{a0} + {line}*1 + 1024]",
            "tileloadd tmm6, [{b0} + {line}*1]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tileloadd tmm7, [{b1} + {line}*1]",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "tileloadd tmm5, [{a1} + {line}*1 + 1024]",
            "tdpbf16ps tmm2, tmm5, tmm6",
            "tdpbf16ps tmm3, tmm5, tmm7",
            "tileloadd tmm4, [{a0} + {line}*1]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "tileloadd tmm5, [{a1} + {line}*1]",
            "tdpbf16ps tmm2, tmm5, tmm6",
            "tileloadd tmm6, [{b0} + {line}*1 + 1024]",
            "tdpbf16ps tmm3, tmm5, tmm7",
            "tileloadd tmm7, [{b1} + {line}*1 + 1024]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tdpbf16ps tmm2, tmm5, tmm6",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "tdpbf16ps tmm3, tmm5, tmm7",
            "add {a0}, 2048", "add {a1}, 2048", "add {b0}, 2048", "add {b1}, 2048",
            "dec {n}",
            "jnz 4b",
            "tilestored [{to} + {row}*1], tmm0",
            "tilestored [{to} + {row}*1 + 64], tmm1",
            "lea {to}, [{to} + {row}*8]", "lea {to}, [{to} + {row}*8]", // 16 rows on
            "tilestored [{to} + {row}*1], tmm2",
            "tilestored [{to} + {row}*1 + 64], tmm3",
            "lea {to}, [{to} + {row}*8]", "lea {to}, [{to} + {row}*8]",
            "mov {a0}, {a1}", // the pair of tiles after this one
            "sub {b0}, {each}", "sub {b1}, {each}",
            "dec {i}",
            "jnz 3b",
            "lea {b0}, [{b1} + {each}]",
            "add {column}, 128",
            "dec {p}",
            "jnz 2b",
            "tilerelease",
            grid = in(reg) grid,
            weights = const std::mem::offset_of!(Grid, weights),
            states = const std::mem::offset_of!(Grid, states),
            out = const std::mem::offset_of!(Grid, out),
            tiles = const std::mem::offset_of!(Grid, pairs_of_tiles),
            panels = const std::mem::offset_of!(Grid, pairs_of_panels),
            steps = const std::mem::offset_of!(Grid, steps),
            line = in(reg) size_of::<Line>(),
            row = in(reg) row,
            each = in(reg) each,
            b0 = inout(reg) &raw const CONFIG => _,
            a0 = out(reg) _, a1 = out(reg) _, b1 = out(reg) _, column = out(reg) _, to = out(reg) _,
            p = out(reg) _, i = out(reg) _, n = out(reg) _,
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
            out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            options(nostack),
        );
    }
}

/// All pairs of panels times one tile of rows. Tiles 0 and 1 are the results.
///
/// # Safety
/// As argued in [`Amx::product`]; there is at least one pair of panels.
unsafe fn last(grid: &Grid, each: usize, row: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        std::arch::asm!(
            "ldtilecfg [{b0}]",
            "mov {b0}, [{grid} + {weights}]",
            "mov {to}, [{grid} + {out}]",
            "mov {p}, [{grid} + {panels}]",
            "2:", // a pair of panels
            "lea {b1}, [{b0} + {each}]",
            "mov {a}, [{grid} + {states}]",
            "mov {n}, [{grid} + {steps}]",
            "tilezero tmm0", "tilezero tmm1",
            "3:", // 32 values
            "tileloadd tmm4, [{a} + {line}*1 + 1024]",
            "tileloadd tmm6, [{b0} + {line}*1]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tileloadd tmm7, [{b1} + {line}*1]",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "tileloadd tmm5, [{a} + {line}*1]",
            "tdpbf16ps tmm0, tmm5, tmm6",
            "tdpbf16ps tmm1, tmm5, tmm7",
            "tileloadd tmm6, [{b0} + {line}*1 + 1024]",
            "tdpbf16ps tmm0, tmm5, tmm6",
            "tileloadd tmm7, [{b1} + {line}*1 + 1024]",
            "tdpbf16ps tmm1, tmm5, tmm7",
            "add {a}, 2048", "add {b0}, 2048", "add {b1}, 2048",
            "dec {n}",
            "jnz 3b",
            "tilestored [{to} + {row}*1], tmm0",
            "tilestored [{to} + {row}*1 + 64], tmm1",
            "add {to}, 128",
            "mov {b0}, {b1}", // the panel after this pair
            "dec {p}",
            "jnz 2b",
            "tilerelease",
            grid = in(reg) grid,
            weights = const std::mem::offset_of!(Grid, weights),
            states = const std::mem::offset_of!(Grid, states),
            out = const std::mem::offset_of!(Grid, out),
            panels = const std::mem::offset_of!(Grid, pairs_of_panels),
            steps = const std::mem::offset_of!(Grid, steps),
            line = in(reg) size_of::<Line>(),
            row = in(reg) row,
            each = in(reg) each,
            b0 = inout(reg) &raw const CONFIG => _,
            a = out(reg) _, b1 = out(reg) _, to = out(reg) _, p = out(reg) _, n = out(reg) _,
            out("tmm0") _, out("tmm1") _, out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
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
