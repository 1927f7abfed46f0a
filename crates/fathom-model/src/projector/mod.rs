//! The lens's projection on a device, out of tensor operations.
//!
//! Chunks of rows are multiplied with the unembedding there, and the logits are reduced there: sums, counts and
//! candidates. What comes back is a few numbers a row; logits stay. Memory on the device is the unembedding and a handful
//! of `[rows, V]` tensors of 32 MB, whatever the positions and layers.

mod chunks;
mod reduce;
mod top;

use crate::ModelError;
use crate::device::{Backend, Compute, DeviceHead};
use candle_core::{Device, Result, Tensor};
use chunks::Chunk;
use fathom_kernel::{
    Control, HeadOptions, KernelError, NaiveProjector, Projected, ProjectionRequest, Projector, Ranked,
    Shape, Step, Unembedding,
};
use reduce::{Asked, Row};

/// Logits of one product, `rows * V`: 32 MB, of which about eight exist at a time.
const LOGITS: usize = 8 << 20;
/// Rows of a product, whatever the vocabulary.
const ROWS: std::ops::RangeInclusive<usize> = 16..=128;
/// Ids and counts are exact in f32 up to here.
const MOST_TOKENS: usize = 1 << 24;

/// Projects on a device. It holds its head's weights there, so it serves that head alone.
///
/// Every product has the same shape (rows are filled up with zeros), so a row's logits do not depend on what else is
/// asked, and [`Model::logits`](crate::Model::logits) gives those of a reading's last row: one product, one device. They
/// differ from the kernels' on the CPU in the last digits. Sums are taken in f32 by the device, and put together in f64.
///
/// Groups whose logits are not finite are left to the reference projection on the CPU, and more candidates than 256 are
/// sorted there.
#[derive(Clone, Debug)]
pub struct TensorProjector {
    /// `[V, d]`
    weight: Tensor,
    /// `[V]`
    bias: Option<Tensor>,
    scale: f64,
    softcap: Option<f64>,
    /// Rows of every product.
    rows: usize,
}

impl TensorProjector {
    /// Copies a head's weights to a device, some rows at a time.
    ///
    /// # Errors
    /// [`ModelError::NoBackend`], [`ModelError::NoDevice`], and [`ModelError::Compute`] if the device has no room.
    pub fn new(head: &Unembedding, device: Compute) -> std::result::Result<TensorProjector, ModelError> {
        match device.open()? {
            Backend::Kernels => TensorProjector::on(head, &Device::Cpu),
            Backend::Tensors(device) => TensorProjector::on(head, &device),
        }
    }

    pub(crate) fn on(
        head: &Unembedding,
        device: &Device,
    ) -> std::result::Result<TensorProjector, ModelError> {
        const PIECE: usize = 4096;
        let (vocab, width) = (head.vocab(), head.width());
        if vocab > MOST_TOKENS {
            return Err(ModelError::unsupported(
                format!("a vocabulary of {vocab} tokens on a device"),
                format!("at most {MOST_TOKENS} are; --device cpu has no such limit"),
            ));
        }
        let weight = Tensor::zeros((vocab, width), candle_core::DType::F32, device)?;
        for first in (0..vocab).step_by(PIECE) {
            let count = PIECE.min(vocab - first);
            let mut rows = vec![0f32; count * width];
            for (token, row) in (first..).zip(rows.chunks_exact_mut(width)) {
                head.weight_row(token as u32, row);
            }
            weight.slice_set(&Tensor::from_vec(rows, (count, width), device)?, 0, first)?;
        }
        let HeadOptions { bias, scale, softcap } = head.options();
        Ok(TensorProjector {
            weight,
            bias: bias.map(|bias| Tensor::from_vec(bias, vocab, device)).transpose()?,
            scale: f64::from(scale),
            softcap: softcap.map(f64::from),
            rows: (LOGITS / vocab).clamp(*ROWS.start(), *ROWS.end()),
        })
    }

    /// The logits of up to `self.rows` states, `[self.rows, V]`; those of rows that are not there mean nothing.
    fn product<'a>(&self, states: impl Iterator<Item = &'a [f32]>) -> Result<Tensor> {
        let width = self.weight.dim(1)?;
        let mut rows = Vec::with_capacity(self.rows * width);
        states.for_each(|state| rows.extend_from_slice(state));
        rows.resize(self.rows * width, 0.0);
        let rows = Tensor::from_vec(rows, (self.rows, width), self.weight.device())?;
        let mut z = rows.matmul(&self.weight.t()?)?;
        if let Some(bias) = &self.bias {
            z = z.broadcast_add(bias)?;
        }
        if self.scale != 1.0 {
            z = (z * self.scale)?;
        }
        match self.softcap {
            None => Ok(z),
            Some(cap) => (z / cap)?.tanh()? * cap,
        }
    }

    /// The numbers of a chunk's rows.
    fn chunk(&self, request: &ProjectionRequest<'_>, shape: &Shape, chunk: &Chunk) -> Result<Vec<Row>> {
        let state = |row: &usize| &request.states[row * shape.width..][..shape.width];
        let z = self.product(chunk.rows.iter().map(state))?.narrow(0, 0, chunk.rows.len())?;
        let ids = |row: &usize| request.ranked.get(row / shape.rows_per_group).map_or(&[][..], Vec::as_slice);
        let asked = Asked {
            references: &chunk.references,
            ranked: chunk.rows.iter().map(ids).collect(),
            top_k: shape.top_k,
        };
        reduce::rows(&z, &asked)
    }
}

impl DeviceHead for TensorProjector {
    fn logits(&self, state: &[f32]) -> std::result::Result<Vec<f32>, ModelError> {
        let logits = self.product(std::iter::once(state))?.narrow(0, 0, 1)?.flatten_all()?;
        // -0 becomes +0, as in the kernels.
        Ok(logits.to_vec1::<f32>()?.into_iter().map(|logit| logit + 0.0).collect())
    }
}

impl Projector for TensorProjector {
    fn project(
        &self,
        head: &Unembedding,
        request: &ProjectionRequest<'_>,
        pool: &rayon::ThreadPool,
        control: &Control,
    ) -> std::result::Result<Projected, KernelError> {
        let shape = Shape::of(head, request)?;
        if self.weight.dims() != [shape.vocab, shape.width] {
            return Err(KernelError::Value {
                what: "the projector's head",
                found: format!("{:?}", self.weight.dims()),
                expected: "the one that is projected through: a device's projector belongs to its model",
            });
        }
        let chunks = chunks::plan(&shape, self.rows);
        let mut out = Projected::for_shape(&shape, request.ranked);
        let mut undecided = Vec::new();
        for (done, chunk) in (1..).zip(&chunks) {
            control.check()?;
            let rows = pool.install(|| self.chunk(request, &shape, chunk));
            let rows = rows.map_err(|error| KernelError::Device(error.to_string()))?;
            for (i, &row) in chunk.rows.iter().enumerate().filter(|(i, _)| chunk.reported[*i]) {
                match rows[i].numbers(&rows[chunk.references[i] as usize], chunk.references[i] as usize == i)
                {
                    Some(numbers) => write(&mut out, row, numbers, &rows[i].top, &rows[i].ranked),
                    None => undecided.push(row / shape.rows_per_group),
                }
            }
            control.report(Step::Project, done, chunks.len() as u64);
        }
        undecided.dedup();
        by_reference(head, request, &shape, &undecided, &mut out, pool, control)?;
        Ok(out)
    }
}

fn write(out: &mut Projected, row: usize, numbers: reduce::Numbers, top: &[(u32, f32)], ranked: &[Ranked]) {
    out.lse[row] = numbers.lse;
    out.entropy_bits[row] = numbers.entropy_bits;
    out.kl_bits[row] = numbers.kl_bits;
    out.kl_reverse_bits[row] = numbers.kl_reverse_bits;
    for (at, (id, logit)) in (row * out.top_k..).zip(top) {
        out.top_ids[at] = *id;
        out.top_logits[at] = *logit;
    }
    out.ranked_mut(row).copy_from_slice(ranked);
}

/// Groups with logits that are not finite, which the reference projection defines; no working model has any.
fn by_reference(
    head: &Unembedding,
    request: &ProjectionRequest<'_>,
    shape: &Shape,
    groups: &[usize],
    out: &mut Projected,
    pool: &rayon::ThreadPool,
    control: &Control,
) -> std::result::Result<(), KernelError> {
    let size = shape.rows_per_group * shape.width;
    for &group in groups {
        let ranked = request.ranked.get(group).cloned();
        let alone = ProjectionRequest {
            states: &request.states[group * size..][..size],
            ranked: ranked.as_slice(),
            ..*request
        };
        let found = NaiveProjector.project(head, &alone, pool, control)?;
        for i in 0..shape.rows_per_group {
            let row = group * shape.rows_per_group + i;
            let (ids, logits) = found.top(i);
            let numbers = reduce::Numbers {
                lse: found.lse[i],
                entropy_bits: found.entropy_bits[i],
                kl_bits: found.kl_bits[i],
                kl_reverse_bits: found.kl_reverse_bits[i],
            };
            let top: Vec<(u32, f32)> = ids.iter().copied().zip(logits.iter().copied()).collect();
            write(out, row, numbers, &top, found.ranked(i));
        }
    }
    Ok(())
}
