//! The weights that were found in a checkpoint, read in the form that each is asked for in.

use crate::ModelError;
use crate::dequant::{columns_to_f32, rows_into, rows_to_f32};
use crate::inventory::{self, Inventory, missing};
use crate::precision::{Counts, Precision};
use fathom_families::{ModelConfig, Names, Param};
use fathom_formats::{Checkpoint, Kind, Note, TensorView};
use fathom_kernel::{Float, Matrix, Storage};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// A config's weights, each found in the checkpoint. Nothing is read before it is asked for.
#[derive(Debug)]
pub(crate) struct Weights {
    checkpoint: Arc<Checkpoint>,
    found: HashMap<Param, Source>,
    /// What else the checkpoint holds.
    pub(crate) notes: Vec<Note>,
    precision: Precision,
    /// How the matrices made so far are stored.
    pub(crate) counts: Counts,
}

/// Where a weight lies.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// One tensor, or one per expert or head.
    pub(crate) tensors: Vec<String>,
    /// Whether the tensors lack the weight's first dimension, being slices of it.
    pub(crate) in_parts: bool,
    /// Rows of each tensor.
    pub(crate) rows: Vec<Range<usize>>,
    pub(crate) shape: Vec<usize>,
    pub(crate) transposed: bool,
    pub(crate) add_one: bool,
}

impl Weights {
    /// Finds every weight of `config` by the family's table.
    ///
    /// # Errors
    /// Missing and misshapen tensors, by name, and leftovers that would change the numbers.
    pub(crate) fn find(
        checkpoint: Arc<Checkpoint>,
        names: &Names,
        config: &ModelConfig,
    ) -> Result<Weights, ModelError> {
        let Inventory { found, notes } = inventory::take(&checkpoint, names, config)?;
        Ok(Weights { checkpoint, found, notes, precision: Precision::F32, counts: Counts::default() })
    }

    /// The same, its matrices to be stored so.
    pub(crate) fn stored_as(self, precision: Precision) -> Weights {
        Weights { precision, ..self }
    }

    /// How the matrices are to be stored.
    pub(crate) fn precision(&self) -> Precision {
        self.precision
    }

    /// Number of weights; a tied head has none of its own.
    pub(crate) fn parameters(&self) -> u64 {
        self.found.values().map(|source| source.shape.iter().product::<usize>() as u64).sum()
    }

    /// Whether they lie in memory that somebody else owns.
    pub(crate) fn are_borrowed(&self) -> bool {
        self.checkpoint.kind() == Kind::Memory
    }

    /// Whether the checkpoint has this weight.
    pub(crate) fn has(&self, param: &Param) -> bool {
        self.found.contains_key(param)
    }

    /// The shape of a weight.
    #[cfg(feature = "tensors")]
    pub(crate) fn shape(&self, param: &Param) -> Result<&[usize], ModelError> {
        Ok(&self.look_up(param)?.shape)
    }

    /// A weight as f32, `[out, in]` or `[n]`, converted on the current rayon pool.
    pub(crate) fn values(&self, param: &Param) -> Result<Vec<f32>, ModelError> {
        let source = self.look_up(param)?;
        let part = |name: &String| source.values(&self.view(name)?, &source.rows);
        match source.tensors.as_slice() {
            // Mostly there is one, and its values are not copied again.
            [one] => part(one),
            parts => Ok(parts.iter().map(part).collect::<Result<Vec<_>, _>>()?.concat()),
        }
    }

    /// A matrix packed for the products of the blocks.
    pub(crate) fn matrix(&self, param: &Param) -> Result<Matrix, ModelError> {
        self.matrices(param)?.pop().ok_or_else(|| missing(param.to_string()))
    }

    /// The matrices of a weight: one, or those of a stack `[experts, out, in]`.
    ///
    /// Rows go from the file into panels on all threads, so that they are never in memory twice, and the file's pages
    /// are let go.
    pub(crate) fn matrices(&self, param: &Param) -> Result<Vec<Matrix>, ModelError> {
        let source = self.look_up(param)?;
        let (stack, outputs, inputs) = match *source.shape.as_slice() {
            [outputs, inputs] => (1, outputs, inputs),
            [stack, outputs, inputs] => (stack, outputs, inputs),
            ref other => {
                return Err(ModelError::Shape {
                    name: param.to_string(),
                    expected: vec![0, 0],
                    found: other.to_vec(),
                });
            }
        };
        // What must be transposed, or put together from vectors, is made whole first.
        let values = if source.by_rows() { Vec::new() } else { self.values(param)? };
        let matrix = |i: usize| {
            let (tensor, above) = if source.in_parts { (i, 0) } else { (0, i * outputs) };
            let matrix = match self.storage(source, tensor)? {
                Storage::Blocks(blocks) => Matrix::from_blocks(blocks, outputs, inputs, |row| {
                    self.stored_row(source, tensor, above + row)
                }),
                Storage::Float(float) => Matrix::from_rows_as(float, outputs, inputs, |row, out| {
                    match source.by_rows() {
                        true => self.fill_from(source, tensor, above + row, out)?,
                        false => out.copy_from_slice(&values[(i * outputs + row) * inputs..][..out.len()]),
                    }
                    fits(float, param, out)
                }),
            }?;
            self.counts.add(matrix.storage(), outputs * inputs, matrix.size_in_bytes());
            Ok(matrix)
        };
        let matrices = (0..stack).map(matrix).collect();
        self.release(param);
        matrices
    }

    /// How a matrix that is one tensor is to be stored, and its rows as stored for [`Storage::Blocks`].
    pub(crate) fn storage_of_whole(&self, param: &Param) -> Result<Storage, ModelError> {
        self.storage(self.look_up(param)?, 0)
    }

    /// A row of a matrix that is stored as blocks.
    pub(crate) fn blocks(&self, param: &Param, row: usize) -> Result<&[u8], ModelError> {
        self.stored_row(self.look_up(param)?, 0, row)
    }

    /// How a matrix out of one of the weight's tensors is to be stored.
    fn storage(&self, source: &Source, tensor: usize) -> Result<Storage, ModelError> {
        if source.add_one {
            return Ok(Storage::Float(self.precision.float()));
        }
        let name = source.tensors.get(tensor).map_or("", String::as_str);
        Ok(self.precision.storage(self.view(name)?.dtype, source.by_rows()))
    }

    /// The bytes of row `row` of the weight, which lies in one of its tensors.
    fn stored_row(&self, source: &Source, tensor: usize, row: usize) -> Result<&[u8], ModelError> {
        let view = self.view(source.tensors.get(tensor).map_or("", String::as_str))?;
        let width = source.shape.last().copied().unwrap_or(1);
        let bytes = width / view.dtype.block_len() * view.dtype.block_bytes();
        let stored = source.stored_rows(row).map(|(row, _)| row);
        let row = stored.and_then(|row| view.data.get(row * bytes..(row + 1) * bytes));
        row.ok_or_else(|| missing(view.name.to_owned()))
    }

    /// Says that a weight will not be read again soon.
    pub(crate) fn release(&self, param: &Param) {
        let source = self.found.get(param);
        source.iter().flat_map(|source| &source.tensors).for_each(|name| self.checkpoint.release(name));
    }

    /// Rows `first ..` of a matrix into `out` `[n, in]`, read from the mapped file on this thread: so an embedding is
    /// never held in f32 beside the packed head.
    pub(crate) fn fill_rows(&self, param: &Param, first: usize, out: &mut [f32]) -> Result<(), ModelError> {
        self.fill_from(self.look_up(param)?, 0, first, out)
    }

    /// The same of one of the weight's tensors.
    fn fill_from(
        &self,
        source: &Source,
        tensor: usize,
        first: usize,
        out: &mut [f32],
    ) -> Result<(), ModelError> {
        let view = self.view(source.tensors.get(tensor).map_or("", String::as_str))?;
        let width = source.shape.last().copied().unwrap_or(1);
        let mut done = 0;
        while done < out.len() / width {
            let Some((row, run)) = source.stored_rows(first + done) else { break };
            let run = run.min(out.len() / width - done);
            rows_into(&view, row..row + run, &mut out[done * width..][..run * width])?;
            done += run;
        }
        if source.add_one {
            out.iter_mut().for_each(|value| *value += 1.0);
        }
        Ok(())
    }

    fn look_up(&self, param: &Param) -> Result<&Source, ModelError> {
        self.found.get(param).ok_or_else(|| missing(param.to_string()))
    }

    fn view(&self, name: &str) -> Result<TensorView<'_>, ModelError> {
        self.checkpoint.tensor(name).ok_or_else(|| missing(name.to_owned()))
    }
}

impl Source {
    /// Whether the weight's rows are rows of stored matrices.
    fn by_rows(&self) -> bool {
        !self.transposed && (self.tensors.len() == 1 || self.shape.len() == 3)
    }

    /// Where row `row` of the weight lies in the stored matrix, and how many rows follow it in order, itself included.
    fn stored_rows(&self, row: usize) -> Option<(usize, usize)> {
        let mut before = 0;
        self.rows.iter().find_map(|range| {
            let at = row.checked_sub(before).map(|offset| range.start + offset);
            before += range.len();
            at.filter(|at| range.contains(at)).map(|at| (at, range.end - at))
        })
    }

    fn values(&self, view: &TensorView<'_>, rows: &[Range<usize>]) -> Result<Vec<f32>, ModelError> {
        let dimensions = self.shape.len() - usize::from(self.in_parts);
        let mut values = match (self.transposed, dimensions) {
            (true, _) => columns_to_f32(view, rows)?,
            (false, 1) => {
                // A vector is one stored row, of which `rows` are elements.
                let all = rows_to_f32(view, std::slice::from_ref(&(0..1)))?;
                rows.iter().flat_map(|range| all[range.clone()].iter().copied()).collect()
            }
            (false, _) => rows_to_f32(view, rows)?,
        };
        if self.add_one {
            values.iter_mut().for_each(|value| *value += 1.0);
        }
        Ok(values)
    }
}

/// Refuses weights that would become infinite: a model full of NaN helps nobody.
pub(crate) fn fits(float: Float, param: &Param, weights: &[f32]) -> Result<(), ModelError> {
    let infinite = |x: &&f32| float != Float::F32 && x.is_finite() && !float.round(**x).is_finite();
    match weights.iter().find(infinite) {
        None => Ok(()),
        Some(weight) => Err(ModelError::unsupported(
            format!("the weight {weight} of {param} in half precision"),
            "f16 ends at 65504: use --precision bf16, packed or f32".to_owned(),
        )),
    }
}
