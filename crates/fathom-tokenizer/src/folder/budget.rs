//! What a `tokenizer.json` may spend on a text. The file is a small program that anybody may have written: rules that
//! double a text, or search it for ever, are its fault and are answered as that.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tokenizers::Error;

use crate::TokenizerError;

/// A text may grow to this many times its length, and some more: Unicode's own longest expansion is 18 letters for one.
const GROWTH: usize = 32;
const SPARE_BYTES: usize = 1 << 16;

/// Time that no sound file needs, even where Fathom was built without optimisation.
const TIME: Duration = Duration::from_secs(5);
const TIME_PER_BYTE: Duration = Duration::from_micros(50);

/// What is left for one text.
pub(super) struct Budget {
    most_bytes: usize,
    until: Instant,
    /// The first thing that went wrong: the crate drops errors of normalisers.
    failed: OnceLock<Failure>,
}

#[derive(Clone, Debug)]
enum Failure {
    Over(&'static str),
    Other(String),
}

impl Budget {
    /// Of a text of so many bytes.
    pub(super) fn of(bytes: usize) -> Budget {
        let counted = u32::try_from(bytes).unwrap_or(u32::MAX);
        Budget {
            most_bytes: bytes.saturating_mul(GROWTH).saturating_add(SPARE_BYTES),
            until: Instant::now() + TIME + TIME_PER_BYTE.saturating_mul(counted),
            failed: OnceLock::new(),
        }
    }

    /// An error where the time is over.
    pub(super) fn goes_on(&self) -> Result<(), Error> {
        if Instant::now() < self.until { Ok(()) } else { Err(self.over("time")) }
    }

    /// An error where a text of `bytes` is too much.
    pub(super) fn holds(&self, bytes: usize) -> Result<(), Error> {
        if bytes <= self.most_bytes { Ok(()) } else { Err(self.over("memory")) }
    }

    /// Says what there is too little of.
    pub(super) fn over(&self, what: &'static str) -> Error {
        self.failed.get_or_init(|| Failure::Over(what));
        Error::from(what)
    }

    /// Keeps an error that the crate would drop.
    pub(super) fn keep<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &result {
            self.failed.get_or_init(|| Failure::Other(error.to_string()));
        }
        result
    }

    /// What `work` made, which spent of this; `None` where it panicked.
    pub(super) fn answer<T>(&self, made: Option<Result<T, Error>>) -> Result<T, TokenizerError> {
        match (self.failed.get(), made) {
            (Some(Failure::Over(what)), _) => Err(TokenizerError::TokenizerWork { what }),
            (_, None) => Err(TokenizerError::TokenizerPanic),
            (Some(Failure::Other(reason)), _) => Err(TokenizerError::Encode { reason: reason.clone() }),
            (None, Some(made)) => made.map_err(|error| TokenizerError::Encode { reason: error.to_string() }),
        }
    }
}
