//! From logits on the device to a few numbers a row on the host.
//!
//! With `c` a row's largest logit, `w = z - c`, and `u` the same of its reference, the device sums
//!
//! | sum | of | gives |
//! |---|---|---|
//! | `s` | `e^w` | `lse = c + ln s` |
//! | `h` | `e^w w` | `entropy = ln s - h / s` |
//! | `a` | `e^u (u - w)` | `KL(ref ‖ row) = a / s_ref - ln s_ref + ln s` |
//! | `b` | `e^w (u - w)` | `KL(row ‖ ref) = -b / s - ln s + ln s_ref` |
//!
//! as the kernel does (`fathom-kernel/src/blocked/sums.rs`): differences from the largest logit keep the terms small.

use super::top;
use candle_core::{DType, Result, Tensor};
use fathom_kernel::Ranked;
use std::f64::consts::LN_2;

/// What is asked of each row.
pub(super) struct Asked<'a> {
    /// Where the row's reference is.
    pub(super) references: &'a [u32],
    /// Tokens to rank.
    pub(super) ranked: Vec<&'a [u32]>,
    /// Candidates.
    pub(super) top_k: usize,
}

/// What comes back of one row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    largest: f64,
    s: f64,
    h: f64,
    a: f64,
    b: f64,
    pub(super) ranked: Vec<Ranked>,
    pub(super) top: Vec<(u32, f32)>,
}

/// A row's sums.
pub(super) struct Numbers {
    pub(super) lse: f64,
    pub(super) entropy_bits: f64,
    pub(super) kl_bits: f64,
    pub(super) kl_reverse_bits: f64,
}

impl Row {
    /// `None` where a logit of the row or of its reference was not finite: their sums are not either.
    pub(super) fn numbers(&self, reference: &Row, is_reference: bool) -> Option<Numbers> {
        let sums = [self.s, self.h, self.a, self.b, reference.s, reference.h];
        if !sums.iter().all(|sum| sum.is_finite()) {
            return None;
        }
        let (ln_s, ln_reference) = (self.s.ln(), reference.s.ln());
        // Rounding may bring a sum that can't be negative just below 0.
        let kl = |nats: f64| if is_reference { 0.0 } else { (nats / LN_2).max(0.0) };
        Some(Numbers {
            lse: self.largest + ln_s,
            entropy_bits: ((ln_s - self.h / self.s) / LN_2).max(0.0),
            kl_bits: kl(self.a / reference.s - ln_reference + ln_s),
            kl_reverse_bits: kl(ln_reference - ln_s - self.b / self.s),
        })
    }
}

/// The rows of `z [n, V]`, in one transfer.
pub(super) fn rows(z: &Tensor, asked: &Asked<'_>) -> Result<Vec<Row>> {
    let mut columns = sums(z, asked)?;
    let ranked = asked.ranked.iter().map(|ids| ids.len()).max().unwrap_or(0);
    if ranked > 0 {
        columns.extend(ranks(z, asked, ranked)?);
    }
    let on_device = (1..=top::MOST).contains(&asked.top_k);
    if on_device {
        columns.extend(top::candidates(z, asked.top_k)?);
    }
    let numbers = Tensor::cat(&columns, 1)?.to_vec2::<f32>()?;
    let mut rows: Vec<Row> = numbers
        .iter()
        .zip(&asked.ranked)
        .map(|(numbers, ids)| {
            let (sums, rest) = numbers.split_at(5);
            let (logits, rest) = rest.split_at(ranked);
            let (counts, rest) = rest.split_at(ranked);
            let (top_ids, top_logits) = rest.split_at(rest.len() / 2);
            // -0 becomes +0, as in the kernels.
            let ranked = logits.iter().zip(counts).take(ids.len());
            let ranked = ranked.map(|(z, n)| Ranked { logit: z + 0.0, count_above: *n as u32 });
            let top = top_ids.iter().zip(top_logits).map(|(id, z)| (*id as u32, z + 0.0));
            let [largest, s, h, a, b] = [0, 1, 2, 3, 4].map(|i| f64::from(sums[i]));
            Row { largest, s, h, a, b, ranked: ranked.collect(), top: top.collect() }
        })
        .collect();
    if asked.top_k > top::MOST {
        for (row, top) in rows.iter_mut().zip(top::on_the_host(z, asked.top_k)?) {
            row.top = top;
        }
    }
    Ok(rows)
}

/// The largest logit, and the four sums, `[n, 1]` each.
fn sums(z: &Tensor, asked: &Asked<'_>) -> Result<Vec<Tensor>> {
    let references = Tensor::new(asked.references, z.device())?;
    let largest = z.max_keepdim(1)?;
    let w = z.broadcast_sub(&largest)?;
    let e = w.exp()?;
    let (s, h) = (e.sum_keepdim(1)?, (&e * &w)?.sum_keepdim(1)?);
    // u - w
    let gap = (w.index_select(&references, 0)? - &w)?;
    let b = (&e * &gap)?.sum_keepdim(1)?;
    let a = (e.index_select(&references, 0)? * gap)?.sum_keepdim(1)?;
    Ok(vec![largest, s, h, a, b])
}

/// The logits of the ranked tokens, `[n, count]`, and for each token how many logits are larger, `[n, 1]`. Rows that rank
/// fewer have token 0 in the places that are left.
fn ranks(z: &Tensor, asked: &Asked<'_>, count: usize) -> Result<Vec<Tensor>> {
    let ids = asked.ranked.iter();
    let ids = ids.flat_map(|ids| ids.iter().copied().chain(std::iter::repeat(0)).take(count));
    let ids = Tensor::from_vec(ids.collect::<Vec<u32>>(), (asked.ranked.len(), count), z.device())?;
    let logits = z.gather(&ids, 1)?;
    let mut columns = vec![logits.clone()];
    for i in 0..count {
        let above = z.broadcast_gt(&logits.narrow(1, i, 1)?)?;
        columns.push(above.to_dtype(DType::F32)?.sum_keepdim(1)?);
    }
    Ok(columns)
}
