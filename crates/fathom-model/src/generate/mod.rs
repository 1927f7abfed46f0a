//! Generation: one token at a time, each chosen from the logits that the lens's last row would show.

mod steps;

pub use steps::Generator;

use crate::record::SiteSelection;
use crate::{Model, ModelError, Run};
use fathom_kernel::{Control, Step};
use fathom_reading::{Origin, TokenId};

/// How to continue a prompt. Greedy unless a temperature, top-k or top-p is given.
#[derive(Clone, Debug, PartialEq)]
pub struct Generation {
    /// Most tokens to generate; an end token stops earlier, and is kept.
    pub max_new: usize,
    /// Softmax temperature; 0 is greedy.
    pub temperature: Option<f32>,
    /// Candidates kept.
    pub top_k: Option<usize>,
    /// Probability mass kept.
    pub top_p: Option<f32>,
    /// Seed of the random generator.
    pub seed: u64,
}

impl Default for Generation {
    fn default() -> Generation {
        Generation { max_new: 8, temperature: None, top_k: None, top_p: None, seed: 0 }
    }
}

impl Model {
    /// Continues a prompt. `on_token` hears each token and its bytes as it is chosen. States are recorded at every
    /// position, the last generated token's included. [`Generator`] does the same step by step.
    ///
    /// # Errors
    /// As [`Model::forward`], and [`ModelError::Sampling`] for settings that can't be. [`ModelError::TooLong`] if the
    /// prompt and `max_new` tokens do not fit the context.
    pub fn generate(
        &self,
        prompt: &[(TokenId, Origin)],
        settings: &Generation,
        sites: &SiteSelection,
        on_token: &mut dyn FnMut(TokenId, &[u8]),
        control: &Control,
    ) -> Result<Run, ModelError> {
        let mut generator = Generator::new(self, prompt, settings, sites)?;
        generator.run_prompt(self, usize::MAX, control)?;
        // The prompt's pass has reported its layers; from here on progress is tokens.
        let quiet = Control { cancel: control.cancel.clone(), progress: None };
        for done in 1.. {
            if generator.next_token(self, on_token, &quiet)?.is_none() {
                break;
            }
            control.report(Step::Generate, done, settings.max_new as u64);
        }
        Ok(generator.finish(self))
    }
}
