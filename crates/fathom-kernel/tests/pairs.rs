//! Two heads side by side: against the projector's own numbers, and against plain sums in f64.

use fathom_kernel::{
    BlockType, BlockedProjector, Control, Float, HeadOptions, KernelError, Pairs, ProjectionRequest,
    Projector, Unembedding, compare_pairs,
};

fn ramp(n: usize, step: usize) -> Vec<f32> {
    (0..n).map(|i| ((i * step) % 97) as f32 / 97.0 - 0.5).collect()
}

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

/// A head over `weight`, held as `float`.
fn head(float: Float, weight: &[f32], vocab: usize, width: usize) -> Unembedding {
    let fill = |first: usize, rows: &mut [f32]| {
        rows.copy_from_slice(&weight[first * width..][..rows.len()]);
        Ok::<(), KernelError>(())
    };
    Unembedding::from_rows_as(float, vocab, width, HeadOptions::default(), &pool(2), fill).unwrap()
}

const VOCAB: usize = 1003;
const WIDTH: usize = 24;
const PAIRS: usize = 70; // more than a chunk

#[test]
fn a_head_beside_itself_departs_by_nothing() {
    let head = head(Float::F32, &ramp(VOCAB * WIDTH, 31), VOCAB, WIDTH);
    let states = ramp(PAIRS * WIDTH, 13);
    let targets: Vec<u32> = (0..PAIRS as u32).map(|i| i * 7).collect();
    let pairs = Pairs { heads: [&head, &head], states: [&states, &states], targets: &targets };
    let ranked: Vec<Vec<u32>> = targets.iter().map(|&id| vec![id]).collect();
    let request = ProjectionRequest { states: &states, rows_per_group: 1, top_k: 1, ranked: &ranked };
    let read = BlockedProjector::default().project(&head, &request, &pool(1), &Control::default()).unwrap();
    let found = compare_pairs(&pairs, &pool(2), &Control::default()).unwrap();
    assert_eq!(found.len(), PAIRS);
    for (i, pair) in found.iter().enumerate() {
        assert_eq!((pair.kl_bits, pair.kl_reverse_bits), (0.0, 0.0), "pair {i}");
        assert_eq!(pair.sides[0], pair.sides[1]);
        let side = pair.sides[0];
        assert_eq!((side.top, side.top_logit), (read.top(i).0[0], read.top(i).1[0]));
        assert_eq!(side.count_above, read.ranked(i)[0].count_above);
        assert_eq!(side.target_logit, read.ranked(i)[0].logit);
        assert!((side.lse - read.lse[i]).abs() < 1e-6);
    }
}

#[test]
fn two_heads_differ_by_the_definition() {
    let weight: Vec<f32> = ramp(VOCAB * WIDTH, 31).iter().map(|x| x * 6.0).collect();
    let heads = [head(Float::F32, &weight, VOCAB, WIDTH), head(Float::Bf16, &weight, VOCAB, WIDTH)];
    // The second model's states are near the first one's, and its width is its own affair: here the same.
    let a = ramp(PAIRS * WIDTH, 13);
    let b: Vec<f32> = a.iter().enumerate().map(|(i, x)| x + (i % 5) as f32 * 0.01).collect();
    let targets: Vec<u32> = (0..PAIRS as u32).map(|i| (i * 14) % VOCAB as u32).collect();
    let pairs = Pairs { heads: [&heads[0], &heads[1]], states: [&a, &b], targets: &targets };
    let found = compare_pairs(&pairs, &pool(1), &Control::default()).unwrap();
    assert_eq!(found, compare_pairs(&pairs, &pool(3), &Control::default()).unwrap(), "threads");
    let mut changed = 0;
    for (i, pair) in found.iter().enumerate() {
        let logits = [(&heads[0], &a), (&heads[1], &b)].map(|(head, states)| {
            let mut z = vec![0.0; VOCAB];
            head.logits(&states[i * WIDTH..][..WIDTH], &mut z, &pool(1));
            z
        });
        let log_p = [0, 1].map(|side| {
            let z: Vec<f64> = logits[side].iter().map(|&z| f64::from(z)).collect();
            let lse = z.iter().map(|z| z.exp()).sum::<f64>().ln();
            z.into_iter().map(|z| z - lse).collect::<Vec<f64>>()
        });
        let kl = |p: &[f64], q: &[f64]| {
            p.iter().zip(q).map(|(p, q)| p.exp() * (p - q)).sum::<f64>() / std::f64::consts::LN_2
        };
        let (forth, back) = (kl(&log_p[0], &log_p[1]), kl(&log_p[1], &log_p[0]));
        assert!((pair.kl_bits - forth).abs() < 1e-6 * (1.0 + forth), "{} for {forth}", pair.kl_bits);
        assert!((pair.kl_reverse_bits - back).abs() < 1e-6 * (1.0 + back));
        assert!(forth > 0.0);
        for (side, z) in pair.sides.iter().zip(&logits) {
            let target = z[targets[i] as usize];
            assert_eq!(side.target_logit, target);
            assert_eq!(side.count_above as usize, z.iter().filter(|x| **x > target).count());
            let best = z.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            assert_eq!(side.top as usize, z.iter().position(|x| *x == best).unwrap());
        }
        changed += usize::from(pair.sides[0].count_above != pair.sides[1].count_above);
    }
    assert!(changed > PAIRS / 2, "the ranks of {changed} targets changed");
}

#[test]
fn blocks_beside_their_f32_form_depart_by_nothing() {
    // A Q8_0 row is its scale, one here, and codes: small integers.
    let (vocab, width) = (50, 32);
    let blocks: Vec<u8> = (0..vocab)
        .flat_map(|row| {
            [0x00, 0x3c].into_iter().chain((0..width).map(move |k| ((row * 5 + k * 3) % 7) as u8))
        })
        .collect();
    let row = |i: usize| Ok::<_, KernelError>(&blocks[i * 34..][..34]);
    let options = HeadOptions::default();
    let packed = Unembedding::from_blocks(BlockType::Q8_0, vocab, width, options, &pool(1), row).unwrap();
    let weight: Vec<f32> = (0..vocab * width).map(|i| ((i / width * 5 + i % width * 3) % 7) as f32).collect();
    let wide = head(Float::F32, &weight, vocab, width);
    let states = ramp(3 * width, 13);
    let pairs = Pairs { heads: [&wide, &packed], states: [&states, &states], targets: &[0, 1, 2] };
    for pair in compare_pairs(&pairs, &pool(1), &Control::default()).unwrap() {
        assert_eq!((pair.kl_bits, pair.sides[0]), (0.0, pair.sides[1]));
    }
}

#[test]
fn logits_that_are_not_finite_leave_no_distance() {
    let fine = head(Float::F32, &[1.0, 2.0], 2, 1);
    let broken = head(Float::F32, &[f32::INFINITY, 2.0], 2, 1);
    let pairs = Pairs { heads: [&fine, &broken], states: [&[1.0], &[1.0]], targets: &[0] };
    assert!(compare_pairs(&pairs, &pool(1), &Control::default()).unwrap()[0].kl_bits.is_nan());
}

#[test]
fn what_does_not_fit_is_named() {
    let (two, three) = (head(Float::F32, &[1.0, 2.0], 2, 1), head(Float::F32, &[1.0, 2.0, 3.0], 3, 1));
    let refused =
        |pairs: Pairs<'_>| compare_pairs(&pairs, &pool(1), &Control::default()).unwrap_err().to_string();
    let one: &[f32] = &[1.0];
    assert!(
        refused(Pairs { heads: [&two, &three], states: [one, one], targets: &[0] }).contains("vocabulary")
    );
    assert!(refused(Pairs { heads: [&two, &two], states: [one, &[]], targets: &[0] }).contains("expected 1"));
    assert!(refused(Pairs { heads: [&two, &two], states: [one, one], targets: &[2] }).contains("token id 2"));
    let cancelled = Control::default();
    cancelled.cancel.cancel();
    let pairs = Pairs { heads: [&two, &two], states: [one, one], targets: &[0] };
    assert!(compare_pairs(&pairs, &pool(1), &cancelled).is_err());
}
