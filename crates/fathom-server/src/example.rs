//! The finished reading that the page opens with, while the model loads.

use crate::api::types::{LensName, Status, Summary};
use crate::id::EXAMPLE;
use fathom::Reading;
use fathom::reading::text::joined;
use std::sync::Arc;

/// A real reading of the default model: `cargo xtask pictures` makes it.
const PACK: &[u8] = include_bytes!("../assets/example.pack");

/// The example, as one of the history.
pub(crate) struct Example {
    pub(crate) summary: Summary,
    pub(crate) reading: Arc<Reading>,
}

impl Example {
    pub(crate) fn new() -> Example {
        // Committed, and read back by a test.
        let reading = Reading::from_pack(PACK).unwrap_or_else(|_| Reading::example());
        let prompt = reading.prompt_len();
        let summary = Summary {
            id: EXAMPLE.to_owned(),
            name: "An example".to_owned(),
            prompt: joined(&reading.tokens[..prompt]),
            output: joined(&reading.tokens[prompt..]),
            model: reading.info.model.name.clone(),
            lens: LensName::Logit,
            created: 0,
            status: Status::Done,
            tokens: reading.tokens.len(),
            prompt_tokens: prompt,
            parent: None,
            queue_position: None,
            problem: None,
        };
        Example { summary, reading: Arc::new(reading) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_reading_of_the_default_model() {
        let reading = Reading::from_pack(PACK).unwrap();
        assert_eq!(reading.info.model.name, fathom::DEFAULT_MODEL);
        assert_eq!(reading.info.lens.kind, fathom::LensKind::Logit);
        assert!(reading.prompt_len() < reading.tokens.len());
        assert!(PACK.len() < 100_000, "{} bytes: the page waits for it", PACK.len());
    }
}
