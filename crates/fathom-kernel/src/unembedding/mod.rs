//! The unembedding: from a normed state of width `d` to one logit for each token of the vocabulary.

mod reach;

use crate::error::KernelError;
use crate::panels::{BlockType, Float, Panels, Storage};
use crate::simd::{LANES, Lane, Simd, math};
pub(crate) use reach::Reach;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// What a model's head does besides the product.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadOptions {
    /// Added to the product: `[V]`.
    pub bias: Option<Vec<f32>>,
    /// What the sum is then multiplied with (Granite, Cohere); usually 1.
    pub scale: f32,
    /// Then `cap * tanh(z / cap)` (Gemma 2).
    pub softcap: Option<f32>,
}

impl Default for HeadOptions {
    fn default() -> HeadOptions {
        HeadOptions { bias: None, scale: 1.0, softcap: None }
    }
}

/// A model's head: weights `[V, d]`, packed for the product, with bias, scale and soft-cap.
///
/// A logit is `acc = fma(x[k], w[k], acc)` for `k` ascending from `acc = 0`, then `(acc + bias) * scale`, then the
/// soft-cap, in f32; -0 becomes +0. Every function of this crate that speaks of logits means exactly that value.
///
/// Tokens lie in panels of 16, the last filled up with zeros: in f32, rounded to 16 bits, or quantised as in a file. In
/// the formula above `w` is the weight as it is stored.
#[derive(Clone)]
pub struct Unembedding {
    panels: Panels,
    bias: Option<Vec<Lane>>,
    scale: f32,
    softcap: Option<f32>,
    /// See [`Unembedding::reach_or_measure`].
    reach: OnceLock<Option<Arc<Reach>>>,
}

impl Unembedding {
    /// Packs `weight` `[vocab, width]`, on the current rayon pool.
    ///
    /// # Errors
    /// If `vocab` or `width` is 0 (or `vocab` is no `u32`), a length does not fit, the scale is not finite or the
    /// soft-cap is not positive and finite.
    pub fn new(
        weight: &[f32],
        vocab: usize,
        width: usize,
        options: HeadOptions,
    ) -> Result<Unembedding, KernelError> {
        check_shape(vocab, width, &options)?;
        let expected = vocab.checked_mul(width);
        if expected != Some(weight.len()) {
            return Err(KernelError::Length {
                what: "the unembedding",
                shape: "vocabulary x width",
                expected: expected.unwrap_or(usize::MAX),
                found: weight.len(),
            });
        }
        let fill = |first: usize, rows: &mut [f32]| {
            rows.copy_from_slice(&weight[first * width..][..rows.len()]);
            Ok::<(), KernelError>(())
        };
        let panels = Panels::from_rows(Float::F32, vocab, width, fill)?;
        Ok(Unembedding::from_panels(panels, options))
    }

    /// As [`Unembedding::new`], on all threads of `pool`, from weights made on the way: `fill(first, rows)` writes
    /// the weights of tokens `first ..` into `rows` `[n, width]` (`n <= 16`). So a quantised matrix is packed
    /// without ever being there in f32 twice.
    ///
    /// # Errors
    /// As [`Unembedding::new`].
    pub fn from_rows(
        vocab: usize,
        width: usize,
        options: HeadOptions,
        pool: &rayon::ThreadPool,
        fill: impl Fn(usize, &mut [f32]) + Sync,
    ) -> Result<Unembedding, KernelError> {
        let fill = |first: usize, rows: &mut [f32]| {
            fill(first, rows);
            Ok(())
        };
        Unembedding::from_rows_as(Float::F32, vocab, width, options, pool, fill)
    }

    /// As [`Unembedding::from_rows`], stored as `float` says.
    ///
    /// # Errors
    /// As [`Unembedding::new`], and the first error of `fill`.
    pub fn from_rows_as<E: From<KernelError> + Send>(
        float: Float,
        vocab: usize,
        width: usize,
        options: HeadOptions,
        pool: &rayon::ThreadPool,
        fill: impl Fn(usize, &mut [f32]) -> Result<(), E> + Sync,
    ) -> Result<Unembedding, E> {
        check_shape(vocab, width, &options)?;
        let panels = pool.install(|| Panels::from_rows(float, vocab, width, &fill))?;
        Ok(Unembedding::from_panels(panels, options))
    }

    /// Keeps quantised weights quantised: `row(token)` is the token's blocks as the file has them.
    ///
    /// # Errors
    /// As [`Unembedding::new`], and the first error of `row`.
    ///
    /// # Panics
    /// If a row has another length than [`BlockType::row_bytes`].
    pub fn from_blocks<'a, E: From<KernelError> + Send>(
        blocks: BlockType,
        vocab: usize,
        width: usize,
        options: HeadOptions,
        pool: &rayon::ThreadPool,
        row: impl Fn(usize) -> Result<&'a [u8], E> + Sync,
    ) -> Result<Unembedding, E> {
        check_shape(vocab, width, &options)?;
        let panels = pool.install(|| Panels::from_blocks(blocks, vocab, width, &row))?;
        Ok(Unembedding::from_panels(panels, options))
    }

    fn from_panels(panels: Panels, options: HeadOptions) -> Unembedding {
        let bias = options.bias.map(|bias| {
            let lanes = bias.chunks(LANES).map(|chunk| {
                let mut lane = Lane::ZERO;
                lane.0[..chunk.len()].copy_from_slice(chunk);
                lane
            });
            lanes.collect()
        });
        Unembedding { panels, bias, scale: options.scale, softcap: options.softcap, reach: OnceLock::new() }
    }

    /// How the weights are stored.
    pub fn storage(&self) -> Storage {
        self.panels.storage()
    }

    /// Tokens, V.
    pub fn vocab(&self) -> usize {
        self.panels.rows()
    }

    /// Width of a state, d.
    pub fn width(&self) -> usize {
        self.panels.width()
    }

    /// What it does besides the product: for projectors that hold the weights in another form.
    pub fn options(&self) -> HeadOptions {
        let bias = self.bias.as_ref().map(|lanes| {
            let mut bias: Vec<f32> = lanes.iter().flat_map(|lane| lane.0).collect();
            bias.truncate(self.vocab());
            bias
        });
        HeadOptions { bias, scale: self.scale, softcap: self.softcap }
    }

    /// Bytes of memory held.
    pub fn size_in_bytes(&self) -> usize {
        self.panels.size_in_bytes() + self.bias.as_ref().map_or(0, |bias| size_of_val(bias.as_slice()))
    }

    /// The weights of one token, copied into `out` `[d]`: the embedding, where head and embedding are tied.
    ///
    /// # Panics
    /// If the token is outside the vocabulary or `out` has another length than the width.
    pub fn weight_row(&self, token: u32, out: &mut [f32]) {
        assert!(
            (token as usize) < self.vocab(),
            "token {token} is outside the vocabulary of {}",
            self.vocab()
        );
        assert_eq!(out.len(), self.width(), "a row of the unembedding has the model's width");
        self.panels.row(token as usize, out);
    }

    /// The weights.
    #[inline(always)]
    pub(crate) fn weights(&self) -> &Panels {
        &self.panels
    }

    /// Number of panels.
    pub(crate) fn panels(&self) -> usize {
        self.panels.count()
    }

    /// Whether the weights are stored in f32, where [`Unembedding::panel`] finds them.
    pub(crate) fn is_f32(&self) -> bool {
        self.panels.in_f32().is_some()
    }

    /// A panel's weights, `[d]`, of a head that is stored in f32; nothing of another.
    #[inline(always)]
    pub(crate) fn panel(&self, index: usize) -> &[Lane] {
        let width = self.width();
        self.panels.in_f32().map_or(&[], |lanes| &lanes[index * width..][..width])
    }

    /// Panels that several rows use, in f32: all of them where they lie so, else those of `wanted`, in `scratch`.
    #[inline(always)]
    pub(crate) fn tile<'a, S: Simd>(
        &'a self,
        s: S,
        wanted: Range<usize>,
        scratch: &'a mut Vec<Lane>,
    ) -> TileWeights<'a> {
        let width = self.width();
        match self.panels.in_f32() {
            Some(lanes) => TileWeights { lanes, panels: 0..self.panels(), width },
            None => {
                TileWeights { panels: wanted.clone(), lanes: self.panels.widened(s, wanted, scratch), width }
            }
        }
    }

    /// The panel's bias.
    #[inline(always)]
    pub(crate) fn bias(&self, panel: usize) -> Option<&Lane> {
        self.bias.as_ref().map(|bias| &bias[panel])
    }

    /// A chain's sum is the logit: no bias, no scale, no soft-cap.
    #[inline(always)]
    pub(crate) fn is_plain(&self) -> bool {
        self.bias.is_none() && self.scale == 1.0 && self.softcap.is_none()
    }

    /// What a sum is multiplied with.
    pub(crate) fn scale(&self) -> f32 {
        self.scale
    }

    /// The soft-cap.
    pub(crate) fn softcap(&self) -> Option<f32> {
        self.softcap
    }

    /// How far the screens of its tokens reach: what `measure` found at the first call.
    pub(crate) fn reach_or_measure(&self, measure: impl FnOnce() -> Option<Reach>) -> Option<&Reach> {
        self.reach.get_or_init(|| measure().map(Arc::new)).as_deref()
    }

    /// From the chains' sums to the logits, in place: bias, scale, soft-cap.
    #[inline(always)]
    pub(crate) fn finish_logits<S: Simd>(&self, s: S, bias: Option<&Lane>, lane: &mut Lane) {
        let mut z = s.load(&lane.0);
        if let Some(bias) = bias {
            z = s.add(z, s.load(&bias.0));
        }
        z = s.mul(z, s.splat(self.scale));
        if let Some(cap) = self.softcap {
            let cap = s.splat(cap);
            z = s.mul(cap, math::tanh(s, s.div(z, cap)));
        }
        // -0 becomes +0, as in a plain head's sums.
        s.store(s.add(z, s.splat(0.0)), &mut lane.0);
    }
}

/// Panels of the unembedding in f32.
#[derive(Clone)]
pub(crate) struct TileWeights<'a> {
    /// `[panels][d]`
    lanes: &'a [Lane],
    panels: Range<usize>,
    width: usize,
}

impl<'a> TileWeights<'a> {
    /// A panel's weights: `[d][16]`.
    #[inline(always)]
    pub(crate) fn panel(&self, index: usize) -> &'a [Lane] {
        &self.lanes[(index - self.panels.start) * self.width..][..self.width]
    }

    /// The weights of `panels`, as far as they lie here: what to ask for from memory before they are used.
    #[inline(always)]
    pub(crate) fn soon(&self, panels: Range<usize>) -> &'a [Lane] {
        let at =
            |panel: usize| (panel.clamp(self.panels.start, self.panels.end) - self.panels.start) * self.width;
        &self.lanes[at(panels.start)..at(panels.end)]
    }
}

impl fmt::Debug for Unembedding {
    /// The shape and the options; not the weights.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unembedding")
            .field("vocab", &self.vocab())
            .field("width", &self.width())
            .field("bias", &self.bias.is_some())
            .field("scale", &self.scale)
            .field("softcap", &self.softcap)
            .finish()
    }
}

fn check_shape(vocab: usize, width: usize, options: &HeadOptions) -> Result<(), KernelError> {
    let value = |what, found: String, expected| Err(KernelError::Value { what, found, expected });
    if vocab == 0 || u32::try_from(vocab).is_err() {
        return value("the vocabulary", vocab.to_string(), "1 to 4294967295 tokens");
    }
    if width == 0 {
        return value("the width", width.to_string(), "at least 1");
    }
    if let Some(bias) = &options.bias
        && bias.len() != vocab
    {
        return Err(KernelError::Length {
            what: "the head's bias",
            shape: "vocabulary",
            expected: vocab,
            found: bias.len(),
        });
    }
    if !options.scale.is_finite() {
        return value("the logit scale", options.scale.to_string(), "a finite number");
    }
    if let Some(cap) = options.softcap
        && !(cap.is_finite() && cap > 0.0)
    {
        return value("the logit soft-cap", cap.to_string(), "a positive, finite number");
    }
    Ok(())
}
