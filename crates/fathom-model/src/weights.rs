//! Strict loading: every weight the config asks for is found, has its shape, and nothing in the file is left over.

use crate::ModelError;
use crate::dequant::{check_dtype, columns_to_f32, rows_into, rows_to_f32};
use crate::error::TensorName;
use crate::names::{Names, Rule};
use crate::precision::{Counts, Precision};
use crate::slots::{Part, Place, Slot, Wanted};
use crate::spec::{ModelConfig, Tie};
use fathom_formats::{Checkpoint, Kind, TensorView};
use fathom_kernel::{Float, Held, Matrix};
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

/// A config's weights, each found in the checkpoint. Nothing is read before it is asked for.
#[derive(Debug)]
pub(crate) struct Weights {
    checkpoint: Arc<Checkpoint>,
    found: HashMap<Slot, Source>,
    precision: Precision,
    /// How the matrices made so far are held.
    pub(crate) counts: Counts,
}

/// Where a weight lies.
#[derive(Clone, Debug)]
struct Source {
    /// One tensor, or one per expert or head.
    tensors: Vec<String>,
    /// Whether the tensors lack the weight's first dimension, being slices of it.
    in_parts: bool,
    /// Rows of each tensor.
    rows: Vec<Range<usize>>,
    shape: Vec<usize>,
    transposed: bool,
    add_one: bool,
}

impl Weights {
    /// Finds every weight of `config` by the family's table.
    ///
    /// # Errors
    /// Missing, misshapen and unused tensors, by name.
    pub(crate) fn find(
        checkpoint: Arc<Checkpoint>,
        names: &Names,
        config: &ModelConfig,
    ) -> Result<Weights, ModelError> {
        let file_names = checkpoint.names();
        let mut known = BTreeSet::new();
        let mut used = BTreeSet::new();
        let mut missing = Vec::new();
        let mut found = HashMap::new();
        for wanted in config.wanted() {
            let candidates = candidates(names, &wanted.slot);
            known.extend(candidates.iter().map(|(name, ..)| name.clone()));
            match candidates.iter().find(|(name, ..)| checkpoint.tensor(name).is_some()) {
                Some((name, rule, prefix)) => {
                    let source = source(&checkpoint, config, (rule, *prefix), &wanted, name)?;
                    used.extend(source.tensors.iter().cloned());
                    found.insert(wanted.slot, source);
                }
                None if wanted.required => {
                    let name =
                        candidates.first().map_or_else(|| wanted.slot.to_string(), |(name, ..)| name.clone());
                    missing.push(name);
                }
                None => {}
            }
        }
        let tied_head = config.head.tie == Tie::Tied;
        let head = Slot { place: Place::Head, layer: None, part: Part::Weight };
        let head_names: Vec<String> = candidates(names, &head).into_iter().map(|(name, ..)| name).collect();
        let unused: Vec<&str> = file_names
            .iter()
            .copied()
            .filter(|name| !used.contains(*name) && !names.ignores(name))
            // Files of tied models often carry the head a second time.
            .filter(|name| !(tied_head && head_names.iter().any(|head| head == name)))
            .collect();
        if !missing.is_empty() {
            let tensors = with_nearest(missing, &unused);
            return Err(ModelError::MissingTensors { tensors });
        }
        if !unused.is_empty() {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let tensors = with_nearest(unused.into_iter().map(str::to_owned).collect(), &known);
            return Err(ModelError::UnusedTensors { tensors });
        }
        drop(file_names);
        Ok(Weights { checkpoint, found, precision: Precision::F32, counts: Counts::default() })
    }

    /// The same, its matrices to be held so.
    pub(crate) fn held_as(self, precision: Precision) -> Weights {
        Weights { precision, ..self }
    }

    /// How the matrices are to be held.
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
    pub(crate) fn has(&self, slot: &Slot) -> bool {
        self.found.contains_key(slot)
    }

    /// The shape of a weight.
    #[cfg(feature = "tensors")]
    pub(crate) fn shape(&self, slot: &Slot) -> Result<&[usize], ModelError> {
        Ok(&self.look_up(slot)?.shape)
    }

    /// A weight as f32, `[out, in]` or `[n]`, converted on the current rayon pool.
    pub(crate) fn values(&self, slot: &Slot) -> Result<Vec<f32>, ModelError> {
        let source = self.look_up(slot)?;
        let part = |name: &String| source.values(&self.view(name)?, &source.rows);
        match source.tensors.as_slice() {
            // Mostly there is one, and its values are not copied again.
            [one] => part(one),
            parts => Ok(parts.iter().map(part).collect::<Result<Vec<_>, _>>()?.concat()),
        }
    }

    /// A matrix packed for the products of the blocks.
    pub(crate) fn matrix(&self, slot: &Slot) -> Result<Matrix, ModelError> {
        self.matrices(slot)?.pop().ok_or_else(|| missing(slot.to_string()))
    }

    /// The matrices of a weight: one, or those of a stack `[experts, out, in]`.
    ///
    /// Rows go from the file into panels on all threads, so that they are never in memory twice, and the file's pages
    /// are let go.
    pub(crate) fn matrices(&self, slot: &Slot) -> Result<Vec<Matrix>, ModelError> {
        let source = self.look_up(slot)?;
        let (stack, outputs, inputs) = match *source.shape.as_slice() {
            [outputs, inputs] => (1, outputs, inputs),
            [stack, outputs, inputs] => (stack, outputs, inputs),
            ref other => {
                return Err(ModelError::Shape {
                    name: slot.to_string(),
                    expected: vec![0, 0],
                    found: other.to_vec(),
                });
            }
        };
        // What must be transposed, or put together from vectors, is made whole first.
        let values = if source.by_rows() { Vec::new() } else { self.values(slot)? };
        let matrix = |i: usize| {
            let (tensor, above) = if source.in_parts { (i, 0) } else { (0, i * outputs) };
            let matrix = match self.held(source, tensor)? {
                Held::Blocks(blocks) => Matrix::from_blocks(blocks, outputs, inputs, |row| {
                    self.stored_row(source, tensor, above + row)
                }),
                Held::Float(float) => Matrix::from_rows_as(float, outputs, inputs, |row, out| {
                    match source.by_rows() {
                        true => self.fill_from(source, tensor, above + row, out)?,
                        false => out.copy_from_slice(&values[(i * outputs + row) * inputs..][..out.len()]),
                    }
                    fits(float, slot, out)
                }),
            }?;
            self.counts.add(matrix.held(), outputs * inputs, matrix.size_in_bytes());
            Ok(matrix)
        };
        let matrices = (0..stack).map(matrix).collect();
        self.release(slot);
        matrices
    }

    /// How a matrix that is one tensor is to be held, and its rows as stored for [`Held::Blocks`].
    pub(crate) fn held_whole(&self, slot: &Slot) -> Result<Held, ModelError> {
        self.held(self.look_up(slot)?, 0)
    }

    /// A row of a matrix that is held as blocks.
    pub(crate) fn blocks(&self, slot: &Slot, row: usize) -> Result<&[u8], ModelError> {
        self.stored_row(self.look_up(slot)?, 0, row)
    }

    /// How a matrix out of one of the weight's tensors is to be held.
    fn held(&self, source: &Source, tensor: usize) -> Result<Held, ModelError> {
        if source.add_one {
            return Ok(Held::Float(self.precision.float()));
        }
        let name = source.tensors.get(tensor).map_or("", String::as_str);
        Ok(self.precision.held(self.view(name)?.dtype, source.by_rows()))
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
    pub(crate) fn release(&self, slot: &Slot) {
        let source = self.found.get(slot);
        source.iter().flat_map(|source| &source.tensors).for_each(|name| self.checkpoint.release(name));
    }

    /// Rows `first ..` of a matrix into `out` `[n, in]`, read from the mapped file on this thread: so an embedding is
    /// never held in f32 beside the packed head.
    pub(crate) fn fill_rows(&self, slot: &Slot, first: usize, out: &mut [f32]) -> Result<(), ModelError> {
        self.fill_from(self.look_up(slot)?, 0, first, out)
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

    fn look_up(&self, slot: &Slot) -> Result<&Source, ModelError> {
        self.found.get(slot).ok_or_else(|| missing(slot.to_string()))
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
pub(crate) fn fits(float: Float, slot: &Slot, weights: &[f32]) -> Result<(), ModelError> {
    let infinite = |x: &&f32| float != Float::F32 && x.is_finite() && !float.round(**x).is_finite();
    match weights.iter().find(infinite) {
        None => Ok(()),
        Some(weight) => Err(ModelError::unsupported(
            format!("the weight {weight} of {slot} in half precision"),
            "f16 ends at 65504: use --precision bf16, packed or f32".to_owned(),
        )),
    }
}

/// What files may call `slot` (its first part, where it is stored in parts), in order of preference.
fn candidates<'a>(names: &'a Names, slot: &Slot) -> Vec<(String, &'a Rule, &'a str)> {
    let rules = names.rules.iter().copied().flatten().filter(|rule| rule.places.contains(&slot.place));
    rules
        .flat_map(|rule| {
            names.prefixes.iter().map(move |prefix| (rule.name_for(prefix, slot, 0), rule, *prefix))
        })
        .collect()
}

fn missing(name: String) -> ModelError {
    ModelError::MissingTensors { tensors: vec![TensorName { name, nearest: None }] }
}

fn source(
    checkpoint: &Checkpoint,
    config: &ModelConfig,
    (rule, prefix): (&Rule, &str),
    wanted: &Wanted,
    name: &str,
) -> Result<Source, ModelError> {
    let in_parts = rule.in_parts();
    let (tensors, shape) = match in_parts {
        false => (vec![name.to_owned()], wanted.shape.as_slice()),
        true => {
            let parts = (0..wanted.shape[0]).map(|part| rule.name_for(prefix, &wanted.slot, part));
            (parts.collect(), &wanted.shape[1..])
        }
    };
    // Leading dimensions of stacked experts are rows like any other.
    let leading = shape.len().saturating_sub(2);
    let (total, rows) = rule.rows(config, &wanted.slot, shape[..=leading].iter().product());
    let mut expected = shape.to_vec();
    if leading == 0 {
        expected[0] = total;
    }
    let transposed = rule.transposed && shape.len() == 2;
    if transposed {
        expected.reverse();
    }
    for name in &tensors {
        let view = checkpoint.tensor(name).ok_or_else(|| missing(name.clone()))?;
        check_dtype(&view)?;
        if !same_shape(view.shape, &expected) {
            return Err(ModelError::Shape { name: name.clone(), expected, found: view.shape.to_vec() });
        }
    }
    let shape = wanted.shape.clone();
    Ok(Source { tensors, in_parts, rows, shape, transposed, add_one: rule.add_one })
}

/// A matrix of one row may be stored as a vector.
fn same_shape(found: &[usize], expected: &[usize]) -> bool {
    found == expected || (expected.len() == 2 && expected[0] == 1 && found == &expected[1..])
}

/// The names, the first few with the nearest of `others` where one is near enough to be a slip.
fn with_nearest(names: Vec<String>, others: &[&str]) -> Vec<TensorName> {
    // Distances take quadratic time and a hostile file can claim any number of long names; a message shows few.
    const NEAR: f64 = 0.7;
    const NAMES: usize = 8;
    const OTHERS: usize = 4096;
    const LENGTH: usize = 128;
    let nearest = |name: &str| {
        let scored = others.iter().take(OTHERS).filter(|other| other.len() < LENGTH && name.len() < LENGTH);
        let scored = scored.map(|other| (strsim::normalized_damerau_levenshtein(name, other), *other));
        let best = scored.filter(|(score, _)| *score >= NEAR).max_by(|a, b| a.0.total_cmp(&b.0));
        best.map(|(_, other)| other.to_owned())
    };
    let all = names.into_iter().enumerate();
    all.map(|(i, name)| TensorName { nearest: (i < NAMES).then(|| nearest(&name)).flatten(), name }).collect()
}
