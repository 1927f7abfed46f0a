//! One error over all crates, with what a caller should do about it.

use fathom_fetch::FetchError;
use fathom_lens::LensError;
use fathom_model::ModelError;
use fathom_render::RenderError;
use fathom_tokenizer::TokenizerError;

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
    Render(#[from] RenderError),
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
            Error::Lens(error) => lens_kind(error),
            Error::Reading(_) => ErrorKind::Failure,
            Error::Render(error) => render_kind(error),
        }
    }

    /// Whether the caller stopped it: nothing went wrong.
    pub fn is_cancelled(&self) -> bool {
        use fathom_kernel::KernelError;
        let in_model = |error: &ModelError| {
            matches!(error, ModelError::Cancelled | ModelError::Kernel(KernelError::Cancelled(_)))
        };
        match self {
            Error::Model(error) | Error::Lens(LensError::Model(error)) => in_model(error),
            Error::Lens(LensError::Kernel(error)) => matches!(error, KernelError::Cancelled(_)),
            _ => false,
        }
    }
}

fn fetch_kind(error: &FetchError) -> ErrorKind {
    match error {
        FetchError::UnknownModel { .. } | FetchError::BadName { .. } | FetchError::SeveralModels { .. } => {
            ErrorKind::Usage
        }
        // A file that is not there, a disk, a network, a damaged download.
        _ => ErrorKind::Failure,
    }
}

fn model_kind(error: &ModelError) -> ErrorKind {
    if error.is_unsupported() {
        return ErrorKind::Unsupported;
    }
    match error {
        ModelError::EmptyPrompt
        | ModelError::NoBos
        | ModelError::TooLong { .. }
        | ModelError::TokenOutOfRange { .. }
        | ModelError::NoBackend { .. }
        | ModelError::Sampling { .. } => ErrorKind::Usage,
        ModelError::Tokenizer(error) => tokenizer_kind(error),
        _ => ErrorKind::Failure,
    }
}

/// A text that has no tokens is the asker's; everything else is in the model's files.
fn tokenizer_kind(error: &TokenizerError) -> ErrorKind {
    match error {
        error if error.is_unsupported() => ErrorKind::Unsupported,
        TokenizerError::NoToken { .. } | TokenizerError::Encode { .. } => ErrorKind::Usage,
        // A chat with a model that has no (such) template, or whose template does not want it.
        TokenizerError::NoChatTemplate { .. }
        | TokenizerError::WhichChatTemplate { .. }
        | TokenizerError::ChatRefused { .. }
        | TokenizerError::ChatSpecials { .. } => ErrorKind::Usage,
        _ => ErrorKind::Failure,
    }
}

fn lens_kind(error: &LensError) -> ErrorKind {
    match error {
        LensError::Model(error) => model_kind(error),
        LensError::Tokenizer(error) => tokenizer_kind(error),
        LensError::Position { .. }
        | LensError::EmptyWatch
        | LensError::Nothing { .. }
        | LensError::Sides { .. } => ErrorKind::Usage,
        // States that were not recorded or are not finite, the kernel.
        _ => ErrorKind::Failure,
    }
}

fn render_kind(error: &RenderError) -> ErrorKind {
    match error {
        // A reading that contradicts itself is a damaged file; what the drawing library can't take is nobody's wish.
        RenderError::Malformed { .. } | RenderError::DrawingFailed { .. } => ErrorKind::Failure,
        _ => ErrorKind::Usage,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fathom_formats::FormatError;
    use fathom_model::Compute;
    use std::path::PathBuf;

    fn kind(error: impl Into<Error>) -> ErrorKind {
        error.into().kind()
    }

    fn file() -> PathBuf {
        "m.gguf".into()
    }

    #[test]
    fn what_can_not_be_meant_is_usage() {
        let name = || "nope".to_string();
        assert_eq!(kind(FetchError::UnknownModel { name: name(), near: vec![] }), ErrorKind::Usage);
        assert_eq!(kind(FetchError::BadName { name: name(), why: String::new() }), ErrorKind::Usage);
        assert_eq!(kind(ModelError::EmptyPrompt), ErrorKind::Usage);
        assert_eq!(kind(ModelError::TooLong { prompt: 9, output: 1, context: 8 }), ErrorKind::Usage);
        let no_backend = ModelError::NoBackend { device: Compute::Cuda(0), feature: "cuda" };
        assert_eq!(kind(no_backend), ErrorKind::Usage);
        assert_eq!(kind(ModelError::TokenOutOfRange { id: 9, vocabulary: 8 }), ErrorKind::Usage);
        let no_token = || TokenizerError::NoToken { byte: 1, at: 0 };
        assert_eq!(kind(ModelError::from(no_token())), ErrorKind::Usage);
        assert_eq!(kind(LensError::from(Box::new(no_token()))), ErrorKind::Usage);
        assert_eq!(kind(LensError::EmptyWatch), ErrorKind::Usage);
        assert_eq!(kind(LensError::from(ModelError::EmptyPrompt)), ErrorKind::Usage);
        assert_eq!(kind(RenderError::NothingWatched), ErrorKind::Usage);
    }

    #[test]
    fn sound_models_that_fathom_can_not_read_are_unsupported() {
        let version = || FormatError::GgufVersion { file: file(), version: 1 };
        let pre = || TokenizerError::UnknownPre { file: file(), found: "x".into(), known: "y".into() };
        assert_eq!(
            kind(ModelError::Unsupported { what: "mamba".into(), hint: None }),
            ErrorKind::Unsupported
        );
        assert_eq!(kind(ModelError::from(version())), ErrorKind::Unsupported);
        assert_eq!(kind(ModelError::from(TokenizerError::from(version()))), ErrorKind::Unsupported);
        assert_eq!(kind(ModelError::from(pre())), ErrorKind::Unsupported);
        assert_eq!(kind(LensError::from(ModelError::from(pre()))), ErrorKind::Unsupported);
    }

    #[test]
    fn everything_else_is_a_failure() {
        let gone = || std::io::Error::from(std::io::ErrorKind::StorageFull);
        assert_eq!(kind(FetchError::Unreachable { name: "m".into(), attempts: vec![] }), ErrorKind::Failure);
        assert_eq!(kind(FetchError::NoCacheFolder), ErrorKind::Failure);
        let gone_device = ModelError::NoDevice { device: Compute::Cuda(7), why: "no such device".into() };
        assert_eq!(kind(gone_device), ErrorKind::Failure);
        assert_eq!(kind(FetchError::NoSuchPath { path: file(), near: vec![] }), ErrorKind::Failure);
        assert_eq!(kind(ModelError::from(FormatError::Empty { path: file() })), ErrorKind::Failure);
        assert_eq!(kind(ModelError::MissingTensors { tensors: vec![] }), ErrorKind::Failure);
        assert_eq!(
            kind(ModelError::from(TokenizerError::EmptyVocabulary { file: file() })),
            ErrorKind::Failure
        );
        assert_eq!(kind(LensError::NotRecorded { site: fathom_reading::Site::EMBED }), ErrorKind::Failure);
        assert_eq!(kind(fathom_reading::ReadingError::Io(gone())), ErrorKind::Failure);
        let malformed = RenderError::Malformed { column: "top_id".into(), expected: 1, found: 0 };
        assert_eq!(kind(malformed), ErrorKind::Failure);
    }
}
