use super::*;
use crate::simd::{Isa, Job, Simd};
use half::{bf16, f16};

/// Bytes that look like nothing, the same every time.
fn noise(n: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..n).map(|_| next()).collect()
}

/// Rows of blocks whose half-precision numbers are finite: noise with scales of moderate size.
pub(crate) fn blocks(kind: BlockType, rows: usize, width: usize) -> Vec<u8> {
    let mut bytes = noise(rows * kind.row_bytes(width));
    let halves: &[usize] = match kind {
        BlockType::Q4_0 | BlockType::Q5_0 | BlockType::Q8_0 => &[0],
        BlockType::Q4_1 | BlockType::Q5_1 | BlockType::Q4K | BlockType::Q5K => &[0, 2],
        BlockType::Q2K => &[80, 82],
        BlockType::Q3K => &[108],
        BlockType::Q6K => &[208],
    };
    for (i, block) in bytes.chunks_exact_mut(kind.bytes()).enumerate() {
        for &at in halves {
            let x = f16::from_f32(((i * 7 + at) % 19) as f32 / 190.0 - 0.04);
            block[at..at + 2].copy_from_slice(&x.to_le_bytes());
        }
    }
    bytes
}

/// Everything that products ask of panels, on one instruction set: the weights widened, and a row's chains.
struct Everything<'a>(&'a Panels, &'a [f32]);

impl Job for Everything<'_> {
    type Out = (Vec<u32>, Vec<u32>);

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> (Vec<u32>, Vec<u32>) {
        let Everything(panels, x) = self;
        let mut scratch = Vec::new();
        let bits =
            |lanes: &[Lane]| lanes.iter().flat_map(|lane| lane.0.map(f32::to_bits)).collect::<Vec<_>>();
        let widened = bits(panels.widened(s, 0..panels.count(), &mut scratch));
        let mut sums = vec![Lane::ZERO; panels.count()];
        panels.chains(s, 0..panels.count(), x, &mut sums);
        (widened, bits(&sums))
    }
}

/// On every instruction set: the weights are `rows`, and the chains are chains over them.
fn check(panels: &Panels, rows: &[f32], name: &str) {
    let width = panels.width();
    let x: Vec<f32> = (0..width).map(|k| (k * 11 % 23) as f32 / 23.0 - 0.4).collect();
    let row = |i: usize| &rows[i * width..][..width];
    for isa in Isa::available() {
        let (widened, sums) = isa.run(Everything(panels, &x));
        for i in 0..panels.rows() {
            let lane = |k: usize| widened[(i / LANES * width + k) * LANES + i % LANES];
            assert!(
                row(i).iter().enumerate().all(|(k, w)| w.to_bits() == lane(k)),
                "{name}, {isa:?}, row {i}"
            );
            let chain = row(i).iter().zip(&x).fold(0.0f32, |sum, (w, x)| x.mul_add(*w, sum));
            assert_eq!(sums[i], chain.to_bits(), "{name}, {isa:?}, row {i}");
        }
    }
    let mut found = vec![0.0; width];
    panels.row(panels.rows() - 1, &mut found);
    assert_eq!(found, row(panels.rows() - 1), "{name}");
}

#[test]
fn halves_are_rounded_to_nearest_and_multiplied_as_f32() {
    let (rows, width) = (51, 75);
    let weights: Vec<f32> = noise(rows * width).iter().map(|&x| (f32::from(x) - 128.0) / 37.0).collect();
    let fill = |first: usize, out: &mut [f32]| {
        out.copy_from_slice(&weights[first * width..][..out.len()]);
        Ok::<(), ()>(())
    };
    for (float, bytes) in [(Float::Bf16, 2), (Float::F16, 2)] {
        let panels = Panels::from_rows(float, rows, width, fill).unwrap();
        let rounded: Vec<f32> = weights.iter().map(|&x| float.round(x)).collect();
        assert_ne!(rounded, weights);
        check(&panels, &rounded, &format!("{float:?}"));
        assert_eq!(panels.size_in_bytes(), (LANES * width * bytes).next_multiple_of(64) * 4);
    }
    // Ties go to the even neighbour.
    assert_eq!(Float::Bf16.round(1.0 + 1.0 / 256.0), 1.0);
    assert_eq!(Float::Bf16.round(1.0 + 3.0 / 256.0), 1.0 + 4.0 / 256.0);
    assert_eq!(Float::F16.round(1.0 + 1.0 / 2048.0), 1.0);
    assert_eq!(Float::F16.round(65519.0), 65504.0);
    assert!(Float::F16.round(65520.0).is_infinite());
    assert_eq!(Float::F32.round(0.1), 0.1);
    assert_eq!(Float::Bf16.round(0.1), bf16::from_f32(0.1).to_f32());
}

/// A block's weights by the formulas of ggml's `dequantize_row_*`, as far as the parts that a block is taken into go;
/// the whole way from bytes is compared with another implementation in `fathom-model`.
fn dequantised(kind: BlockType, bytes: &[u8], width: usize) -> Vec<f32> {
    let mut block = Parsed::new();
    let mut rows = Vec::new();
    for bytes in bytes.chunks_exact(kind.bytes()) {
        block.parse(kind, bytes);
        let (d, m) = (f16::from_bits(block.d).to_f32(), f16::from_bits(block.m).to_f32());
        for (i, &code) in block.codes[..kind.span()].iter().enumerate() {
            let code = f32::from(code);
            let of = |bytes: [u8; 16], piece: usize| f32::from(bytes[i / piece]);
            rows.push(match kind {
                BlockType::Q4_0 => (code - 8.0) * d,
                BlockType::Q5_0 => (code - 16.0) * d,
                BlockType::Q8_0 => (code - 128.0) * d,
                BlockType::Q4_1 | BlockType::Q5_1 => code * d + m,
                BlockType::Q2K => d * of(block.scales, 16) * code - m * of(block.mins, 16),
                BlockType::Q3K => d * (of(block.scales, 16) - 32.0) * (code - 4.0),
                BlockType::Q4K | BlockType::Q5K => d * of(block.scales, 32) * code - m * of(block.mins, 32),
                BlockType::Q6K => d * (of(block.scales, 16) - 128.0) * (code - 32.0),
            });
        }
    }
    assert_eq!(rows.len() % width, 0);
    rows
}

#[test]
fn blocks_stay_as_small_as_in_the_file_and_are_multiplied_as_f32() {
    for kind in BlockType::ALL {
        let (rows, width) = (51, 768);
        let bytes = blocks(kind, rows, width);
        let row = |i: usize| Ok::<_, ()>(&bytes[i * kind.row_bytes(width)..][..kind.row_bytes(width)]);
        let panels = Panels::from_blocks(kind, rows, width, row).unwrap();
        check(&panels, &dequantised(kind, &bytes, width), &kind.to_string());
        // 64 rows are held for 51; a scale of 4 or 6 bits takes a byte.
        let file = 64 * kind.row_bytes(width);
        let held = panels.size_in_bytes();
        assert!(held >= file && held * 100 <= file * 120, "{kind}: {held} bytes for {file}");
        let fail = |i: usize| if i == 40 { Err(i) } else { Ok(&bytes[..kind.row_bytes(width)]) };
        assert_eq!(Panels::from_blocks(kind, rows, width, fail).err(), Some(40));
    }
}

#[test]
fn every_row_is_where_products_look_for_it() {
    for (rows, width) in [(1, 1), (16, 3), (35, 4), (700, 1000), (0, 4), (3, 0)] {
        let weight = |row: usize, k: usize| (row * width + k) as f32;
        let panels = Panels::from_rows(Float::F32, rows, width, |first, out| {
            for (i, out) in out.chunks_exact_mut(width.max(1)).enumerate() {
                (0..width).for_each(|k| out[k] = weight(first + i, k));
            }
            Ok::<(), ()>(())
        });
        let panels = panels.unwrap();
        let lanes = panels.in_f32().unwrap();
        assert_eq!(lanes.len(), rows.div_ceil(LANES) * width);
        for (i, lane) in lanes.iter().enumerate() {
            let (first, k) = (i / width * LANES, i % width);
            let expected = |j: usize| if first + j < rows { weight(first + j, k) } else { 0.0 };
            assert!(lane.0.iter().enumerate().all(|(j, x)| *x == expected(j)), "{rows} x {width}, {i}");
        }
    }
    let fail = |first, _: &mut [f32]| if first == 32 { Err("here") } else { Ok(()) };
    assert_eq!(Panels::from_rows(Float::F32, 35, 4, fail).err(), Some("here"));
}
