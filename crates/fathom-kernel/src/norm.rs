//! The final norm, from a residual state to what the unembedding reads.

/// A model's final norm. Rows in, rows out, each row on its own.
///
/// Sums are taken in f64, so a result differs from the exact one by the rounding of its last two operations
/// only, and from torch's f32 result by about as much as torch's differs from the exact one (1e-6 relative).
#[derive(Clone, Debug, PartialEq)]
pub enum Norm {
    /// `x / sqrt(mean(x²) + eps) * weight` (Zhang & Sennrich 2019; Llama). Gemma's `1 + weight` is added at load.
    Rms {
        /// `[d]`
        weight: Vec<f32>,
        /// Added to the mean square.
        eps: f32,
    },
    /// `(x - mean(x)) / sqrt(var(x) + eps) * weight + bias`, with the biased variance (Ba et al. 2016; GPT-2).
    Layer {
        /// `[d]`
        weight: Vec<f32>,
        /// `[d]`, if the norm has one.
        bias: Option<Vec<f32>>,
        /// Added to the variance.
        eps: f32,
    },
    /// No norm: rows are copied.
    None,
}

impl Norm {
    /// Norms `rows` `[n, d]` into `out` `[n, d]`.
    ///
    /// # Panics
    /// If the two differ in length, or the length is no multiple of the weight's, or the bias' length differs.
    pub fn apply(&self, rows: &[f32], out: &mut [f32]) {
        assert_eq!(rows.len(), out.len(), "norm: input and output differ in length");
        match self {
            Norm::Rms { weight, eps } => {
                each_row(rows, out, weight.len(), |x, y| rms(x, y, weight, *eps));
            }
            Norm::Layer { weight, bias, eps } => {
                if let Some(bias) = bias {
                    assert_eq!(bias.len(), weight.len(), "norm: weight and bias differ in length");
                }
                each_row(rows, out, weight.len(), |x, y| layer(x, y, weight, bias.as_deref(), *eps));
            }
            Norm::None => out.copy_from_slice(rows),
        }
    }

    /// `RMSNorm`, `LayerNorm` or `no norm`: as a reading names it.
    pub fn name(&self) -> &'static str {
        match self {
            Norm::Rms { .. } => "RMSNorm",
            Norm::Layer { .. } => "LayerNorm",
            Norm::None => "no norm",
        }
    }
}

fn each_row(rows: &[f32], out: &mut [f32], width: usize, norm: impl Fn(&[f32], &mut [f32])) {
    if rows.is_empty() {
        return;
    }
    assert!(
        width > 0 && rows.len().is_multiple_of(width),
        "norm: {} values are no rows of width {width}",
        rows.len()
    );
    for (x, y) in rows.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
        norm(x, y);
    }
}

fn rms(x: &[f32], y: &mut [f32], weight: &[f32], eps: f32) {
    let mean_square = sum(x, |v| v * v) / x.len() as f64;
    let scale = 1.0 / (mean_square + f64::from(eps)).sqrt();
    for ((y, &x), &w) in y.iter_mut().zip(x).zip(weight) {
        *y = (f64::from(x) * scale) as f32 * w;
    }
}

fn layer(x: &[f32], y: &mut [f32], weight: &[f32], bias: Option<&[f32]>, eps: f32) {
    let mean = sum(x, |v| v) / x.len() as f64;
    let variance = sum(x, |v| (v - mean) * (v - mean)) / x.len() as f64;
    let scale = 1.0 / (variance + f64::from(eps)).sqrt();
    for (i, (y, &x)) in y.iter_mut().zip(x).enumerate() {
        let scaled = (f64::from(x) - mean) * scale * f64::from(weight[i]);
        *y = (scaled + bias.map_or(0.0, |bias| f64::from(bias[i]))) as f32;
    }
}

/// Sum of `f(x)` in f64, in eight interleaved partial sums: their order is fixed, and the compiler can vectorise.
fn sum(x: &[f32], f: impl Fn(f64) -> f64) -> f64 {
    let mut partial = [0.0f64; 8];
    let chunks = x.chunks_exact(8);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (p, &v) in partial.iter_mut().zip(chunk) {
            *p += f(f64::from(v));
        }
    }
    for (p, &v) in partial.iter_mut().zip(rest) {
        *p += f(f64::from(v));
    }
    partial.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::Norm;

    #[test]
    fn rms_matches_by_hand() {
        let norm = Norm::Rms { weight: vec![1.0, 2.0], eps: 0.0 };
        let mut out = [0.0; 4];
        norm.apply(&[3.0, 4.0, 0.5, -0.5], &mut out);
        let s = 12.5f64.sqrt();
        assert_eq!(out, [(3.0 / s) as f32, (4.0 / s) as f32 * 2.0, 1.0, -2.0]);
    }

    #[test]
    fn layer_norm_has_zero_mean_and_unit_variance() {
        let width = 19;
        let x: Vec<f32> = (0..width).map(|i| (i * i) as f32 + 1e4).collect();
        let mut y = vec![0.0; width];
        Norm::Layer { weight: vec![1.0; width], bias: None, eps: 0.0 }.apply(&x, &mut y);
        let mean: f64 = y.iter().map(|&v| f64::from(v)).sum::<f64>() / width as f64;
        let var: f64 = y.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>() / width as f64 - mean * mean;
        assert!(mean.abs() < 1e-6 && (var - 1.0).abs() < 1e-6, "{mean} {var}");
        let mut shifted = vec![0.0; width];
        Norm::Layer { weight: vec![2.0; width], bias: Some(vec![0.5; width]), eps: 0.0 }
            .apply(&x, &mut shifted);
        for (a, b) in y.iter().zip(&shifted) {
            assert!((2.0 * a + 0.5 - b).abs() < 1e-6);
        }
    }

    #[test]
    fn none_copies_and_no_rows_are_fine() {
        let mut out = [0.0; 3];
        Norm::None.apply(&[1.0, f32::NAN, 3.0], &mut out);
        assert_eq!((out[0], out[2]), (1.0, 3.0));
        Norm::Rms { weight: vec![1.0; 4], eps: 1e-5 }.apply(&[], &mut []);
        Norm::Rms { weight: vec![], eps: 1e-5 }.apply(&[], &mut []);
    }
}
