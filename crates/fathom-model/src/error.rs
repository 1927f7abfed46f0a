//! What can go wrong between a checkpoint and its hidden states.

use crate::Compute;
use fathom_families::FamilyError;
use fathom_formats::FormatError;
use fathom_reading::{NotFinite, Site};
use fathom_tokenizer::TokenizerError;

/// Everything that loading or running a model can fail with: what was expected, what was found, where.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The weight file is not what it says.
    #[error(transparent)]
    Format(Box<FormatError>),
    /// The tokenizer can't be built, or can't encode the prompt.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// The config can't be read as a decoder that Fathom runs.
    #[error(transparent)]
    Family(#[from] FamilyError),
    /// A checkpoint, tensor or precision that Fathom can't run exactly. Exit code 3.
    #[error("{what} is not supported{}", explained(.hint))]
    Unsupported {
        /// What, by its name in the file: `architecture "mamba"`.
        what: String,
        /// What is supported instead.
        hint: Option<String>,
    },
    /// Weights that the config asks for and the file lacks.
    #[error("{} missing from the checkpoint: {}", count(tensors.len(), "tensor"), list(tensors))]
    MissingTensors {
        /// Their names, with the nearest name that the file does have.
        tensors: Vec<TensorName>,
    },
    /// One weight under two names, with other numbers under each.
    #[error(
        "tensors {first} and {second} are one weight of this model, and differ: the checkpoint should hold one of them"
    )]
    TwoNames {
        /// The name that comes first in the family's table.
        first: String,
        /// The other.
        second: String,
    },
    /// Weights that the file has and nothing uses: the config is not of this model, or the family is read wrongly.
    #[error("{} in the checkpoint that this model would not use: {}", count(tensors.len(), "tensor"), list(tensors))]
    UnusedTensors {
        /// Their names, with the nearest name that is known.
        tensors: Vec<TensorName>,
    },
    /// A weight of another shape than the config says.
    #[error("tensor {name}: expected shape {expected:?} from the config, found {found:?}")]
    Shape {
        /// The tensor.
        name: String,
        /// Shape by the config.
        expected: Vec<usize>,
        /// Shape in the file.
        found: Vec<usize>,
    },
    /// A prompt without tokens, for a model that begins with none.
    #[error("the prompt is empty and this model adds no first token: give it some text")]
    EmptyPrompt,
    /// `--bos on` for a tokenizer without a BOS token.
    #[error("this model's tokenizer has no BOS token to put first")]
    NoBos,
    /// More tokens than the model has positions.
    #[error("{prompt} prompt tokens and {output} output tokens make {}, the model's context is {context}", prompt + output)]
    TooLong {
        /// Tokens of the prompt, specials included.
        prompt: usize,
        /// Tokens to generate, or of the continuation.
        output: usize,
        /// The most that fit.
        context: usize,
    },
    /// A token id outside the vocabulary.
    #[error("token id {id} is outside the vocabulary (0 to {})", vocabulary - 1)]
    TokenOutOfRange {
        /// The id.
        id: u32,
        /// Size of the vocabulary.
        vocabulary: usize,
    },
    /// A token of the model's own tokenizer that the model itself lacks: added, and the embedding not resized for it.
    #[error(
        "the tokenizer has the token {text:?} (id {id}), the model has no embedding for it (ids 0 to {}): the tokenizer \
         belongs to another model, or the embedding was not resized when the token was added",
        vocabulary - 1
    )]
    NoEmbedding {
        /// The id.
        id: u32,
        /// Its text.
        text: String,
        /// Size of the model's vocabulary.
        vocabulary: usize,
    },
    /// A generation setting that can't be.
    #[error("{setting} should be {expected}, found {found}")]
    Sampling {
        /// The setting.
        setting: &'static str,
        /// What would do.
        expected: &'static str,
        /// What was given.
        found: String,
    },
    /// Logits without a distribution (a NaN, an infinite one, or nothing but -inf): no token can be chosen from them.
    #[error("no token can be chosen: {0}")]
    NotFinite(NotFinite),
    /// A recorder gave another number of values than the state has that they would replace.
    #[error("the replacement at {site} should be {expected:?}, found {found} values")]
    Replacement {
        /// Where.
        site: Site,
        /// Shape of the recorded state.
        expected: Vec<usize>,
        /// How many values there were.
        found: usize,
    },
    /// A recorder ended the run, with an error of its own.
    #[error("a recorder ended the run: {0}")]
    Recorder(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Sequences or a cache that can't go through in one pass.
    #[error("batch: expected {expected}, found {found}")]
    Batch {
        /// What would do.
        expected: String,
        /// What was given.
        found: String,
    },
    /// A device whose backend was not compiled in.
    #[error(
        "this build of Fathom has no {feature} backend, so it can't run on {device}: build it with \
         `cargo build --release -p fathom-cli --features {feature}` (docs/gpu.md says what that needs)"
    )]
    NoBackend {
        /// What was asked for.
        device: Compute,
        /// The feature that would bring it.
        feature: &'static str,
    },
    /// A device that is not there, or does not answer.
    #[error("cannot use {device}: {why}")]
    NoDevice {
        /// What was asked for.
        device: Compute,
        /// What its driver says.
        why: String,
    },
    /// The caller cancelled.
    #[error("cancelled")]
    Cancelled,
    /// An operation was given what it can't compute with, or a device failed: a bug, or no memory.
    #[error("cannot compute: {0}")]
    Compute(String),
    /// The packed head can't be made.
    #[error(transparent)]
    Kernel(#[from] fathom_kernel::KernelError),
    /// The thread pool can't be made.
    #[error("cannot start the model's threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

#[cfg(feature = "tensors")]
impl From<candle_core::Error> for ModelError {
    fn from(error: candle_core::Error) -> ModelError {
        ModelError::Compute(error.to_string())
    }
}

impl From<FormatError> for ModelError {
    /// Boxed: it is several times the size of the others.
    fn from(error: FormatError) -> ModelError {
        ModelError::Format(Box::new(error))
    }
}

/// A tensor's name, and the nearest other name where one is near.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorName {
    /// The name.
    pub name: String,
    /// The nearest name on the other side (known or in the file).
    pub nearest: Option<String>,
}

impl ModelError {
    pub(crate) fn unsupported(what: impl Into<String>, hint: impl Into<Option<String>>) -> ModelError {
        ModelError::Unsupported { what: what.into(), hint: hint.into() }
    }

    /// Whether the model is sound but Fathom can't run it (exit code 3).
    pub fn is_unsupported(&self) -> bool {
        match self {
            ModelError::Unsupported { .. } => true,
            ModelError::Format(error) => error.is_unsupported(),
            ModelError::Family(error) => error.is_unsupported(),
            ModelError::Tokenizer(error) => error.is_unsupported(),
            _ => false,
        }
    }
}

fn explained(hint: &Option<String>) -> String {
    hint.as_ref().map(|hint| format!(": {hint}")).unwrap_or_default()
}

fn count(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// The first few names; a checkpoint of another model would otherwise fill the screen.
fn list(tensors: &[TensorName]) -> String {
    const SHOWN: usize = 5;
    let mut text: Vec<String> = tensors
        .iter()
        .take(SHOWN)
        .map(|tensor| match &tensor.nearest {
            Some(nearest) => format!("{} (nearest: {nearest})", tensor.name),
            None => tensor.name.clone(),
        })
        .collect();
    if tensors.len() > SHOWN {
        text.push(format!("and {} more", tensors.len() - SHOWN));
    }
    text.join(", ")
}
