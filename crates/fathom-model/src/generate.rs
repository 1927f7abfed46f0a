//! Generation: one token at a time, each chosen from the logits that the lens's last row would show.

use crate::cache::KvCache;
use crate::record::{SiteSelection, States};
use crate::sample::Chooser;
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
    /// position, the last generated token's included.
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
        let mut chooser = Chooser::new(settings)?;
        if settings.max_new == 0 {
            return self.run(prompt, sites, control);
        }
        self.check_tokens(prompt.iter().map(|(id, _)| *id), settings.max_new)?;
        let mut tokens = prompt.to_vec();
        let room = tokens.len() + settings.max_new;
        let mut states = States::new(sites.clone(), self.config().layers.len(), room);
        let mut cache = KvCache::with_room(room);
        self.forward(&[tokens.iter().map(|(id, _)| *id).collect()], Some(&mut cache), &mut states, control)?;
        // The prompt's pass has reported its layers; from here on progress is tokens.
        let quiet = Control { cancel: control.cancel.clone(), progress: None };
        for done in 1..=settings.max_new {
            let state = states.row(states.last(), tokens.len() - 1).unwrap_or_default();
            let id = chooser.choose(&self.logits(state));
            tokens.push((id, Origin::Output));
            on_token(id, self.tokenizer().bytes(id).unwrap_or_default());
            self.forward(&[vec![id]], Some(&mut cache), &mut states, &quiet)?;
            control.report(Step::Generate, done as u64, settings.max_new as u64);
            if self.tokenizer().end_tokens().contains(&id) {
                break;
            }
        }
        Ok(self.finish(tokens, states, Some(chooser.sampling())))
    }
}
