//! One error over all crates, with what a caller should do about it.

use fathom_fetch::FetchError;
use fathom_formats::FormatError;
use fathom_lens::LensError;
use fathom_model::ModelError;

/// Anything that can go wrong between a model's name and a figure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The model can't be found or fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The model can't be loaded or run.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The reading can't be made.
    #[error(transparent)]
    Lens(#[from] LensError),
    /// The reading can't be stored or read back.
    #[error(transparent)]
    Reading(#[from] fathom_reading::ReadingError),
    /// The reading can't be drawn as asked.
    #[error(transparent)]
    Render(#[from] fathom_render::RenderError),
}

/// Whose move it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The request can't be meant: a position outside the run, an empty prompt, an unknown name.
    Usage,
    /// The model is sound, but Fathom does not support it.
    Unsupported,
    /// Everything else: files, network, memory, a damaged model.
    Failure,
}

impl Error {
    /// Whose move it is; the command line's exit codes follow from it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Error::Fetch(error) => fetch_kind(error),
            Error::Model(error) => model_kind(error),
            Error::Lens(LensError::Model(error)) => model_kind(error),
            Error::Lens(LensError::Position { .. } | LensError::EmptyWatch | LensError::Nothing { .. }) => {
                ErrorKind::Usage
            }
            Error::Lens(_) | Error::Reading(_) => ErrorKind::Failure,
            Error::Render(_) => ErrorKind::Usage,
        }
    }
}

fn fetch_kind(error: &FetchError) -> ErrorKind {
    match error {
        FetchError::UnknownModel { .. } | FetchError::BadName { .. } | FetchError::SeveralModels { .. } => {
            ErrorKind::Usage
        }
        _ => ErrorKind::Failure,
    }
}

fn model_kind(error: &ModelError) -> ErrorKind {
    match error {
        ModelError::Unsupported { .. } | ModelError::Format(FormatError::UnsupportedDtype { .. }) => {
            ErrorKind::Unsupported
        }
        ModelError::Tokenizer(error) if error.is_unsupported() => ErrorKind::Unsupported,
        ModelError::EmptyPrompt
        | ModelError::NoBos
        | ModelError::TooLong { .. }
        | ModelError::TokenOutOfRange { .. }
        | ModelError::Sampling { .. } => ErrorKind::Usage,
        _ => ErrorKind::Failure,
    }
}
