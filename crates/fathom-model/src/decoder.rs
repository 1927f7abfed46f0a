//! The decoder as a whole: tokens in, the last residual stream out, a recorder listening on the way.

use crate::block::{Block, BlockNorm, Pass};
use crate::cache::KvCache;
use crate::device::Backend;
use crate::loader::Loader;
use crate::ops::{Array, Kernels, Linear, Ops, linear};
use crate::precision::StorageReport;
use crate::record::{Recorder, hook};
use crate::weights::{Weights, fits};
use crate::{Head, ModelError};
use fathom_families::{ModelConfig, Param, ParamKind, ParamRole, Tie};
use fathom_kernel::{Control, Float, HeadOptions, Matrix, Norm, Step, Storage, Unembedding};
use fathom_reading::{Site, TokenId};
use rayon::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A config with its weights; everything but tokenizer and threads.
pub(crate) struct Decoder {
    pub(crate) config: ModelConfig,
    pub(crate) head: Arc<Head>,
    /// How the matrices are stored in memory.
    pub(crate) storage: Vec<StorageReport>,
    stack: Box<dyn Stack>,
}

/// The blocks of a decoder and what feeds them, whatever computes them.
trait Stack: Send + Sync {
    /// Runs a batch that was checked, on the current rayon pool.
    fn forward(
        &self,
        decoder: &Decoder,
        batch: &Batch<'_>,
        cache: Option<&mut KvCache>,
        recorder: &mut dyn Recorder,
        control: &Control,
    ) -> Result<(), ModelError>;
}

/// Sequences that go through together.
struct Batch<'a> {
    tokens: &'a [Vec<TokenId>],
    /// Tokens of each.
    lengths: Vec<usize>,
    /// Rows of each, padding included: T.
    rows: usize,
    /// Position of the first row.
    offset: usize,
}

/// [`Stack`] by one way to compute.
struct Blocks<O: Ops> {
    ops: O,
    embedding: Embedding,
    /// From the embedding's width to the stream's.
    projection: Option<O::Map>,
    /// Learned positions, `[rows, d]`.
    positions: Option<Vec<f32>>,
    embedding_norm: Option<BlockNorm<O>>,
    blocks: Vec<Block<O>>,
}

/// Where token embeddings are read from, so that they are in memory once.
enum Embedding {
    /// The packed head, which they are tied to.
    Head,
    /// The mapped file; only rows that a prompt uses are converted (and rounded, in half precision).
    File(Weights),
    /// Converted, `[V, d]`: what somebody else holds in memory may change under our hands, or be wanted back.
    Copied(Vec<f32>),
}

const TOKENS: Param = Param { role: ParamRole::TokenEmbedding, layer: None, kind: ParamKind::Weight };
const HEAD: Param = Param { role: ParamRole::Head, layer: None, kind: ParamKind::Weight };

impl Decoder {
    /// Converts all weights on `pool`, which must be the current one, for `backend` to compute with.
    pub(crate) fn load(
        mut config: ModelConfig,
        weights: Weights,
        backend: &Backend,
        pool: &rayon::ThreadPool,
        control: &Control,
    ) -> Result<Decoder, ModelError> {
        let load = Loader { weights: &weights, layer: None, ops: &Kernels };
        let tied = !weights.has(&HEAD);
        // From here on the config says which head this checkpoint has.
        config.head.tie = if tied { Tie::Tied } else { Tie::Separate };
        let head = Arc::new(Head {
            norm: match config.final_norm {
                Some(norm) => load.kernel_norm(norm, ParamRole::FinalNorm, config.width)?,
                None => Norm::None,
            },
            unembedding: unembedding(&config, &weights, if tied { &TOKENS } else { &HEAD }, pool)?,
        });
        control.report(Step::Load, 1, config.layers.len() as u64 + 1);
        let (stack, storage) = match backend {
            Backend::Kernels => Blocks::load(&config, weights, Kernels, control)?,
            #[cfg(feature = "tensors")]
            Backend::Tensors(device) => {
                Blocks::load(&config, weights, crate::ops::Tensors(device.clone()), control)?
            }
        };
        Ok(Decoder { config, head, storage, stack })
    }

    /// Runs a batch on the current rayon pool.
    pub(crate) fn forward(
        &self,
        tokens: &[Vec<TokenId>],
        cache: Option<&mut KvCache>,
        recorder: &mut dyn Recorder,
        control: &Control,
    ) -> Result<(), ModelError> {
        let offset = cache.as_ref().map_or(0, |cache| cache.len());
        let lengths: Vec<usize> = tokens.iter().map(Vec::len).collect();
        let rows = self.check(tokens, &lengths, offset, cache.is_some())?;
        self.stack.forward(self, &Batch { tokens, lengths, rows, offset }, cache, recorder, control)
    }

    /// The longest sequence's length, once the batch is known to be possible.
    fn check(
        &self,
        tokens: &[Vec<TokenId>],
        lengths: &[usize],
        offset: usize,
        cached: bool,
    ) -> Result<usize, ModelError> {
        let (least, most) = (lengths.iter().min(), lengths.iter().max());
        let (Some(&least), Some(&most)) = (least, most) else {
            return Err(ModelError::Batch { expected: "a sequence".to_owned(), found: "none".to_owned() });
        };
        if least == 0 {
            return Err(ModelError::EmptyPrompt);
        }
        if cached && least != most {
            let expected = "sequences of one length, with a cache".to_owned();
            return Err(ModelError::Batch { expected, found: format!("{least} to {most} tokens") });
        }
        let context = self.config.context;
        if offset + most > context {
            return Err(ModelError::TooLong { prompt: offset + most, output: 0, context });
        }
        let vocabulary = self.config.vocabulary;
        match tokens.iter().flatten().find(|id| id.index() >= vocabulary) {
            Some(id) => Err(ModelError::TokenOutOfRange { id: id.0, vocabulary }),
            None => Ok(most),
        }
    }
}

impl<O: Ops> Blocks<O> {
    /// The blocks, and how all matrices of the model are stored.
    fn load(
        config: &ModelConfig,
        weights: Weights,
        ops: O,
        control: &Control,
    ) -> Result<(Box<dyn Stack>, Vec<StorageReport>), ModelError> {
        let load = Loader { weights: &weights, layer: None, ops: &ops };
        let d = config.width;
        let steps = config.layers.len() as u64 + 1;
        let projection =
            config.embedding.inner.map(|_| load.linear(ParamRole::EmbeddingProjection)).transpose()?;
        let positions = Param { role: ParamRole::PositionEmbedding, ..TOKENS };
        let positions = weights.has(&positions).then(|| weights.values(&positions)).transpose()?;
        let embedding_norm = load.norm(config.embedding.norm, ParamRole::EmbeddingNorm, d)?;
        // Blocks side by side as well as the rows of each, so that no thread waits at the end of every tensor.
        let done = AtomicU64::new(1);
        let block = |(layer, spec)| -> Result<Block<O>, ModelError> {
            control.check().map_err(|_| ModelError::Cancelled)?;
            let block = Block::load(&weights, spec, layer, d, &ops)?;
            control.report(Step::Load, done.fetch_add(1, Relaxed) + 1, steps);
            Ok(block)
        };
        let blocks = config.layers.par_iter().enumerate().map(block).collect::<Result<Vec<_>, _>>()?;
        // Behind a projection the packed head is not the matrix that it is tied to.
        let packed = config.head.tie == Tie::Tied && config.head.inner.is_none();
        let storage = weights.counts.list();
        let embedding = match packed {
            true => Embedding::Head,
            false if weights.are_borrowed() => {
                let mut rows = weights.values(&TOKENS)?;
                rounded(weights.precision().float(), &mut rows)?;
                Embedding::Copied(rows)
            }
            false => Embedding::File(weights),
        };
        Ok((Box::new(Blocks { ops, embedding, projection, positions, embedding_norm, blocks }), storage))
    }

    /// `[B, T, d]`; rows past a sequence's length are zero (or their norm).
    fn embed(&self, decoder: &Decoder, batch: &Batch<'_>) -> Result<O::Tensor, ModelError> {
        let (d, len) = (decoder.config.width, batch.rows);
        let embedding = &decoder.config.embedding;
        let mut rows = self.token_rows(decoder, batch)?;
        for (sequence, rows) in batch.tokens.iter().zip(rows.chunks_exact_mut(len * d)) {
            for (i, row) in rows.chunks_exact_mut(d).take(sequence.len()).enumerate() {
                if let Some(scale) = embedding.scale {
                    row.iter_mut().for_each(|x| *x *= scale);
                }
                if let (Some(table), Some(spec)) = (&self.positions, embedding.positions) {
                    let position = &table[(spec.offset + batch.offset + i) * d..][..d];
                    row.iter_mut().zip(position).for_each(|(x, p)| *x += p);
                }
            }
        }
        let x = self.ops.tensor(rows, &[batch.tokens.len(), len, d])?;
        BlockNorm::apply(&self.embedding_norm, &self.ops, &x)
    }

    /// The tokens' own embeddings, `[B, T, d]`; rows past a sequence's length are zero.
    fn token_rows(&self, decoder: &Decoder, batch: &Batch<'_>) -> Result<Vec<f32>, ModelError> {
        let width = decoder.config.embedding.inner.unwrap_or(decoder.config.width);
        let (count, len) = (batch.tokens.len(), batch.rows);
        let mut rows = vec![0f32; count * len * width];
        for (sequence, rows) in batch.tokens.iter().zip(rows.chunks_exact_mut(len * width)) {
            for (id, row) in sequence.iter().zip(rows.chunks_exact_mut(width)) {
                match &self.embedding {
                    Embedding::Head => decoder.head.unembedding.weight_row(id.0, row),
                    Embedding::File(weights) => {
                        weights.fill_rows(&TOKENS, id.index(), row)?;
                        rounded(weights.precision().float(), row)?;
                    }
                    Embedding::Copied(rows) => row.copy_from_slice(&rows[id.index() * width..][..width]),
                }
            }
        }
        let Some(projection) = &self.projection else { return Ok(rows) };
        let rows = self.ops.tensor(rows, &[count * len, width])?;
        self.ops.values(linear(&self.ops, projection, &rows)?)
    }
}

impl<O: Ops> Stack for Blocks<O> {
    fn forward(
        &self,
        decoder: &Decoder,
        batch: &Batch<'_>,
        mut cache: Option<&mut KvCache>,
        recorder: &mut dyn Recorder,
        control: &Control,
    ) -> Result<(), ModelError> {
        let x = self.embed(decoder, batch)?;
        let mut x = hook(&self.ops, recorder, Site::EMBED, batch.offset, &batch.lengths, x)?;
        let mut pass = Pass {
            lengths: &batch.lengths,
            rows: batch.rows,
            offset: batch.offset,
            cache: cache.as_deref_mut(),
            recorder,
            rotary: Vec::new(),
        };
        for (i, block) in self.blocks.iter().enumerate() {
            control.check().map_err(|_| ModelError::Cancelled)?;
            x = block.forward(x, &mut pass)?;
            control.report(Step::Forward, i as u64 + 1, self.blocks.len() as u64);
        }
        if let Some(cache) = cache {
            cache.advance(batch.rows);
        }
        Ok(())
    }
}

/// Token embeddings as `float` holds them.
fn rounded(float: Float, rows: &mut [f32]) -> Result<(), ModelError> {
    if float != Float::F32 {
        fits(float, &TOKENS, rows)?;
        rows.iter_mut().for_each(|x| *x = float.round(*x));
    }
    Ok(())
}

/// Packs the head's matrix as it is converted: the f32 matrix never exists beside the packed one.
fn unembedding(
    config: &ModelConfig,
    weights: &Weights,
    matrix: &Param,
    pool: &rayon::ThreadPool,
) -> Result<Unembedding, ModelError> {
    let bias = match config.head.bias {
        true => Some(weights.values(&Param { kind: ParamKind::Bias, ..HEAD })?),
        false => None,
    };
    let options = HeadOptions { bias, scale: config.head.logit_scale, softcap: config.head.softcap };
    let projection = match config.head.inner {
        None => None,
        Some(inner) => {
            // [inner, d]
            let projection = weights.values(&Param { role: ParamRole::HeadProjection, ..HEAD })?;
            Some((inner, transposed(&projection, inner, config.width)?))
        }
    };
    let [vocabulary, width] = [config.vocabulary, config.width];
    let storage = match projection {
        None => weights.storage_of_whole(matrix)?,
        Some(_) => Storage::Float(weights.precision().float()),
    };
    let packed = match storage {
        Storage::Blocks(blocks) => {
            Unembedding::from_blocks(blocks, vocabulary, width, options, pool, |token| {
                weights.blocks(matrix, token)
            })
        }
        Storage::Float(float) => {
            Unembedding::from_rows_as(float, vocabulary, width, options, pool, |first, rows| {
                match &projection {
                    None => weights.fill_rows(matrix, first, rows)?,
                    Some((inner, projection)) => {
                        projected_rows(weights, matrix, first, [*inner, width], projection, rows)?;
                    }
                }
                fits(float, matrix, rows)
            })
        }
    };
    weights.release(matrix);
    let packed = packed?;
    weights.counts.add(packed.storage(), vocabulary * width, packed.size_in_bytes());
    Ok(packed)
}

/// The map `x P` of a matrix `P [inputs, outputs]`.
fn transposed(matrix: &[f32], inputs: usize, outputs: usize) -> Result<Linear, ModelError> {
    let matrix = Matrix::from_rows(outputs, inputs, |first, out| {
        for (row, values) in (first..).zip(out.chunks_exact_mut(inputs)) {
            values.iter_mut().enumerate().for_each(|(i, x)| *x = matrix[i * outputs + row]);
        }
        Ok::<(), ModelError>(())
    })?;
    Ok(Linear::new(matrix, None))
}

/// Rows of `E [V, inner]` times `P [inner, d]`: the head as the stream sees it, so that a lens needs one matrix only.
fn projected_rows(
    weights: &Weights,
    matrix: &Param,
    first: usize,
    [inner, width]: [usize; 2],
    projection: &Linear,
    rows: &mut [f32],
) -> Result<(), ModelError> {
    let count = rows.len() / width;
    let mut stored = vec![0f32; count * inner];
    weights.fill_rows(matrix, first, &mut stored)?;
    let product = linear(&Kernels, projection, &Array::new(stored, &[count, inner])?)?;
    rows.copy_from_slice(product.values());
    Ok(())
}
