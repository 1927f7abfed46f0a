//! Which stored tensor is which weight, and what becomes of those that are none.
//!
//! Strict in one direction: a weight that the config asks for must be there, in its shape, under one name. What is left
//! over is judged as the reference judges it ([`crate::leftovers`]).

use crate::ModelError;
use crate::dequant::{check_dtype, rows_into};
use crate::error::TensorName;
use crate::leftovers;
use crate::weights::Source;
use fathom_families::{Candidate, ModelConfig, Names, Param, ParamKind, ParamRole, RequiredTensor, Tie};
use fathom_formats::{Checkpoint, Note, TensorView};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A config's weights in a checkpoint.
#[derive(Debug)]
pub(crate) struct Inventory {
    /// Where each lies.
    pub(crate) found: HashMap<Param, Source>,
    /// What the checkpoint holds besides, or otherwise than its config says.
    pub(crate) notes: Vec<Note>,
}

const HEAD: Param = Param { role: ParamRole::Head, layer: None, kind: ParamKind::Weight };
const TOKENS: Param = Param { role: ParamRole::TokenEmbedding, ..HEAD };

/// Finds every weight of `config` by the family's table.
///
/// # Errors
/// Missing and misshapen tensors by name, one weight under two names, and leftovers that would change the numbers.
pub(crate) fn take(
    checkpoint: &Checkpoint,
    names: &Names,
    config: &ModelConfig,
) -> Result<Inventory, ModelError> {
    let mut search = Search {
        checkpoint,
        names,
        config,
        found: HashMap::new(),
        used: BTreeSet::new(),
        prefixes: BTreeMap::new(),
        missing: Vec::new(),
        notes: Vec::new(),
    };
    for required in config.required_tensors() {
        search.look_for(&required)?;
    }
    if config.head.tie == Tie::Tied {
        search.look_for_tied_head()?;
    }
    search.finish()
}

struct Search<'a> {
    checkpoint: &'a Checkpoint,
    names: &'a Names,
    config: &'a ModelConfig,
    found: HashMap<Param, Source>,
    /// Tensors that are weights.
    used: BTreeSet<String>,
    /// How many weights stand behind each prefix.
    prefixes: BTreeMap<&'a str, usize>,
    missing: Vec<Param>,
    notes: Vec<Note>,
}

impl<'a> Search<'a> {
    fn look_for(&mut self, required: &RequiredTensor) -> Result<(), ModelError> {
        let candidates = self.names.candidates(&required.param);
        let mut there =
            candidates.iter().filter(|candidate| self.checkpoint.tensor(&candidate.name).is_some());
        let Some(first) = there.next() else {
            if !required.optional {
                self.missing.push(required.param);
            }
            return Ok(());
        };
        let source = Source::find(self.checkpoint, self.config, first, required)?;
        self.used.extend(source.tensors.iter().cloned());
        *self.prefixes.entry(first.prefix).or_default() += 1;
        self.found.insert(required.param, source);
        Ok(())
    }

    /// A tied model's checkpoint may hold a head all the same. As in transformers: where it differs from the embedding it
    /// is the head, and where the embedding is missing it is the embedding too.
    fn look_for_tied_head(&mut self) -> Result<(), ModelError> {
        let candidates = self.names.candidates(&HEAD);
        let Some(stored) = candidates.iter().find(|head| self.checkpoint.tensor(&head.name).is_some()) else {
            return Ok(());
        };
        let width = self.config.head.inner.unwrap_or(self.config.width);
        let required =
            RequiredTensor { param: HEAD, shape: vec![self.config.vocabulary, width], optional: false };
        let head = Source::find(self.checkpoint, self.config, stored, &required)?;
        self.used.extend(head.tensors.iter().cloned());
        let Some(embedding) = self.found.get(&TOKENS) else {
            self.missing.retain(|param| *param != TOKENS);
            self.found.insert(TOKENS, head);
            return Ok(());
        };
        if !same_numbers(self.checkpoint, &head, embedding)? {
            self.notes.push(Note::new(format!(
                "{} is stored and differs from the token embedding, though the config ties them \
                 (tie_word_embeddings); it is used as the head, as transformers does",
                stored.name
            )));
            self.found.insert(HEAD, head);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Inventory, ModelError> {
        let names = self.checkpoint.names();
        let left: Vec<&str> = names.into_iter().filter(|name| !self.used.contains(*name)).collect();
        leftovers::refuse_other_forms(&left)?;
        if self.missing.contains(&HEAD) && self.missing.iter().all(|param| param.role == ParamRole::Head) {
            return Err(leftovers::no_head(&self.name_of(&HEAD), &left));
        }
        if !self.missing.is_empty() {
            if let Some(refusal) = leftovers::wrapper(&left) {
                return Err(refusal);
            }
            let missing = self.missing.iter().map(|param| self.name_of(param)).collect();
            return Err(ModelError::MissingTensors { tensors: with_nearest(missing, &left) });
        }
        self.refuse_second_names(&left)?;
        let left = left.into_iter().filter(|name| !self.used.contains(*name)).collect();
        let left = leftovers::weights_among(self.checkpoint, self.config, left);
        if self.checkpoint.gguf().is_none() {
            self.notes.extend(leftovers::notes(self.names, self.config.family, &left));
        } else if !left.is_empty() {
            // llama.cpp refuses a file with a tensor that its architecture does not have.
            let known: Vec<String> = self.found.values().flat_map(|source| source.tensors.clone()).collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let tensors = with_nearest(left.into_iter().map(str::to_owned).collect(), &known);
            return Err(ModelError::UnusedTensors { tensors });
        }
        Ok(Inventory { found: self.found, notes: self.notes })
    }

    /// What this checkpoint would call a weight that it lacks.
    fn name_of(&self, param: &Param) -> String {
        let candidates = self.names.candidates(param);
        let usual = self.prefixes.iter().max_by_key(|(_, count)| **count).map(|(prefix, _)| *prefix);
        let like =
            |candidate: &&Candidate<'_>| param.role != ParamRole::Head && Some(candidate.prefix) == usual;
        let best = candidates.iter().find(like).or(candidates.first());
        best.map_or_else(|| param.to_string(), |candidate| candidate.name.clone())
    }

    /// Refuses other numbers under another name of a weight: which of them are meant, no rule says.
    fn refuse_second_names(&mut self, left: &[&str]) -> Result<(), ModelError> {
        if left.is_empty() {
            return Ok(());
        }
        let left: BTreeSet<&str> = left.iter().copied().collect();
        let mut again = Vec::new();
        for required in self.config.required_tensors() {
            let Some(source) = self.found.get(&required.param) else { continue };
            let candidates = self.names.candidates(&required.param);
            for second in candidates.iter().filter(|candidate| left.contains(candidate.name.as_str())) {
                let same = match Source::find(self.checkpoint, self.config, second, &required) {
                    Ok(other) => same_numbers(self.checkpoint, source, &other)?.then_some(other),
                    Err(_) => None,
                };
                match same {
                    Some(other) => again.extend(other.tensors),
                    None => {
                        let first = source.tensors.first().cloned().unwrap_or_default();
                        return Err(ModelError::TwoNames { first, second: second.name.clone() });
                    }
                }
            }
        }
        self.used.extend(again);
        Ok(())
    }
}

/// Whether two weights of one shape hold the same numbers. Bytes first: a file that holds a matrix twice holds it alike.
fn same_numbers(checkpoint: &Checkpoint, a: &Source, b: &Source) -> Result<bool, ModelError> {
    if a.shape != b.shape || a.rows != b.rows || a.tensors.len() != b.tensors.len() {
        return Ok(false);
    }
    for (a, b) in a.tensors.iter().zip(&b.tensors) {
        let (Some(left), Some(right)) = (checkpoint.tensor(a), checkpoint.tensor(b)) else {
            return Ok(false);
        };
        let same = same_values(&left, &right)?;
        // The second is not read again.
        checkpoint.release(b);
        if !same {
            return Ok(false);
        }
    }
    Ok(true)
}

fn same_values(a: &TensorView<'_>, b: &TensorView<'_>) -> Result<bool, ModelError> {
    if a.shape != b.shape {
        return Ok(false);
    }
    if a.dtype == b.dtype && (std::ptr::eq(a.data, b.data) || a.data == b.data) {
        return Ok(true);
    }
    // Another type, or zeros of another sign.
    let width = a.shape.last().copied().unwrap_or(1);
    let (mut left, mut right) = (vec![0f32; width], vec![0f32; width]);
    for row in 0..a.len() / width {
        rows_into(a, row..row + 1, &mut left)?;
        rows_into(b, row..row + 1, &mut right)?;
        if left != right {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Source {
    /// Where the weight lies under this name.
    ///
    /// # Errors
    /// A part that is missing or one too many, another shape, a type that is no weight's.
    fn find(
        checkpoint: &Checkpoint,
        config: &ModelConfig,
        candidate: &Candidate<'_>,
        required: &RequiredTensor,
    ) -> Result<Source, ModelError> {
        let rule = candidate.rule;
        let in_parts = rule.in_parts();
        let (tensors, shape) = match in_parts {
            false => (vec![candidate.name.clone()], required.shape.as_slice()),
            true => {
                let part = |part| rule.name_for(candidate.prefix, &required.param, part);
                let count = required.shape[0];
                if checkpoint.tensor(&part(count)).is_some() {
                    let tensors = with_nearest(vec![part(count)], &[]);
                    return Err(ModelError::UnusedTensors { tensors });
                }
                ((0..count).map(part).collect(), &required.shape[1..])
            }
        };
        // Leading dimensions of stacked experts are rows like any other.
        let leading = shape.len().saturating_sub(2);
        let stack: usize = shape[..leading].iter().product();
        let (total, rows) = rule.rows(config, &required.param, stack * shape[leading]);
        let mut expected = shape.to_vec();
        expected[leading] = total / stack;
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
        let shape = required.shape.clone();
        Ok(Source { tensors, in_parts, rows, shape, transposed, add_one: rule.add_one })
    }
}

/// The error of one weight that is not there.
pub(crate) fn missing(name: String) -> ModelError {
    ModelError::MissingTensors { tensors: vec![TensorName { name, nearest: None }] }
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
