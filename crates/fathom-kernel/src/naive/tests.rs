//! The reference against numbers worked out by hand.

use super::*;
use crate::HeadOptions;

fn pool() -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap()
}

/// Width 1 and states of 1: the weights are the logits.
fn project(logits: &[f32], reference: &[f32], k: usize, ranked: &[u32]) -> Projected {
    // d = 2: the first row reads the first column, the reference the second.
    let weight: Vec<f32> = logits.iter().zip(reference).flat_map(|(&a, &b)| [a, b]).collect();
    let head = Unembedding::new(&weight, logits.len(), 2, HeadOptions::default()).unwrap();
    let request = ProjectionRequest {
        states: &[1.0, 0.0, 0.0, 1.0],
        rows_per_group: 2,
        top_k: k,
        ranked: &[ranked.to_vec()],
    };
    NaiveProjector.project(&head, &request, &pool(), &Control::default()).unwrap()
}

#[test]
fn numbers_of_a_small_distribution() {
    // p = 1/2, 1/4, 1/4 against q = 1/4, 1/4, 1/2.
    let (two, one) = (2.0f32.ln(), 0.0);
    let out = project(&[two, one, one], &[one, one, two], 3, &[1, 0]);
    assert!((out.lse[0] - 4.0f64.ln()).abs() < 1e-7);
    assert!((out.entropy_bits[0] - 1.5).abs() < 1e-7);
    // KL(q ‖ p) = 1/4 log(1/2) + 0 + 1/2 log 2 = 1/4 bit, and the same backwards.
    assert!((out.kl_bits[0] - 0.25).abs() < 1e-7 && (out.kl_reverse_bits[0] - 0.25).abs() < 1e-7);
    assert_eq!((out.kl_bits[1], out.kl_reverse_bits[1]), (0.0, 0.0));
    assert_eq!(out.top(0).0, [0, 1, 2]);
    assert_eq!(out.top(1).0, [2, 0, 1]);
    assert_eq!(out.ranked(0), [Ranked { logit: 0.0, count_above: 1 }, Ranked { logit: two, count_above: 0 }]);
    assert!((out.prob(0, two) - 0.5).abs() < 1e-7);
}

#[test]
fn minus_infinity_is_a_probability_of_zero() {
    let weight = [0.0, f32::MIN, 0.0];
    let bias = vec![0.0, f32::NEG_INFINITY, 0.0];
    let head =
        Unembedding::new(&weight, 3, 1, HeadOptions { bias: Some(bias), ..Default::default() }).unwrap();
    let request = ProjectionRequest { states: &[0.0, 1.0], rows_per_group: 2, top_k: 3, ranked: &[vec![1]] };
    let out = NaiveProjector.project(&head, &request, &pool(), &Control::default()).unwrap();
    assert!((out.entropy_bits[0] - 1.0).abs() < 1e-12 && out.kl_bits[0].abs() < 1e-12);
    assert_eq!(out.ranked(0)[0], Ranked { logit: f32::NEG_INFINITY, count_above: 2 });
    assert_eq!(out.top(0).0, [0, 2, 1]);
}

#[test]
fn nan_and_plus_infinity_leave_no_distribution() {
    // Zero states make 0 * NaN = NaN of both rows.
    let head = Unembedding::new(&[1.0, f32::NAN, 2.0, f32::NAN], 4, 1, HeadOptions::default()).unwrap();
    let request = ProjectionRequest { states: &[1.0], rows_per_group: 1, top_k: 9, ranked: &[vec![1, 0, 2]] };
    let out = NaiveProjector.project(&head, &request, &pool(), &Control::default()).unwrap();
    assert!(out.lse[0].is_nan() && out.entropy_bits[0].is_nan() && out.kl_bits[0].is_nan());
    assert_eq!(out.top_k, 4);
    assert_eq!(out.top(0).0, [2, 0, 1, 3]);
    let above: Vec<u32> = out.ranked(0).iter().map(|r| r.count_above).collect();
    assert_eq!(above, [0, 1, 0]);

    let head = Unembedding::new(&[1.0, f32::INFINITY], 2, 1, HeadOptions::default()).unwrap();
    let request = ProjectionRequest { states: &[1.0, 1.0], rows_per_group: 1, top_k: 1, ranked: &[] };
    let out = NaiveProjector.project(&head, &request, &pool(), &Control::default()).unwrap();
    assert!(out.lse.iter().all(|x| x.is_nan()) && out.top(1).0 == [1]);
}

#[test]
fn one_sided_minus_infinity_makes_kl_infinite() {
    // Logits of row 0: -1e38 * 10 = -inf and 0; of the reference: 0 and 0.
    let out_of = |states: &[f32]| {
        let head = Unembedding::new(&[-1e38, 0.0], 2, 1, HeadOptions::default()).unwrap();
        let request = ProjectionRequest { states, rows_per_group: 2, top_k: 1, ranked: &[] };
        NaiveProjector.project(&head, &request, &pool(), &Control::default()).unwrap()
    };
    let out = out_of(&[10.0, 0.0]);
    assert_eq!(out.kl_bits, [f64::INFINITY, 0.0]);
    assert!((out.kl_reverse_bits[0] - 1.0).abs() < 1e-12);
    let out = out_of(&[0.0, 10.0]);
    assert_eq!(out.kl_reverse_bits, [f64::INFINITY, 0.0]);
}

#[test]
fn wrong_requests_are_named() {
    let head = Unembedding::new(&[0.0; 6], 3, 2, HeadOptions::default()).unwrap();
    let ask = |states: &[f32], rows_per_group, ranked: &[Vec<u32>]| {
        let request = ProjectionRequest { states, rows_per_group, top_k: 1, ranked };
        NaiveProjector.project(&head, &request, &pool(), &Control::default()).map(|out| out.rows())
    };
    assert_eq!(ask(&[0.0; 8], 2, &[]), Ok(4));
    assert_eq!(ask(&[], 2, &[]), Ok(0));
    assert!(matches!(ask(&[0.0; 6], 2, &[]), Err(KernelError::Groups { found: 6, .. })));
    assert!(matches!(ask(&[0.0; 6], 0, &[]), Err(KernelError::Groups { .. })));
    assert!(matches!(ask(&[0.0; 4], 1, &[vec![]]), Err(KernelError::Length { expected: 2, found: 1, .. })));
    let error = ask(&[0.0; 4], 1, &[vec![], vec![3]]).unwrap_err();
    assert_eq!(error.to_string(), "token id 3 is outside the vocabulary (0 to 2)");
    assert!(Unembedding::new(&[0.0; 5], 3, 2, HeadOptions::default()).is_err());
    assert!(Unembedding::new(&[], 0, 2, HeadOptions::default()).is_err());
    assert!(Unembedding::new(&[], 2, 0, HeadOptions::default()).is_err());
    for options in [
        HeadOptions { scale: f32::NAN, ..Default::default() },
        HeadOptions { softcap: Some(0.0), ..Default::default() },
        HeadOptions { bias: Some(vec![0.0; 2]), ..Default::default() },
    ] {
        assert!(Unembedding::new(&[0.0; 6], 3, 2, options).is_err());
    }
}

#[test]
fn a_cancelled_control_stops() {
    let head = Unembedding::new(&[0.0; 6], 3, 2, HeadOptions::default()).unwrap();
    let control = Control::default();
    control.cancel.cancel();
    let request = ProjectionRequest { states: &[0.0; 2], rows_per_group: 1, top_k: 1, ranked: &[] };
    let result = NaiveProjector.project(&head, &request, &pool(), &control);
    assert_eq!(result.unwrap_err(), KernelError::Cancelled(crate::Cancelled));
}
