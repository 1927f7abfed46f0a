//! A run: tokens that went through the model, and the states that were recorded on the way.

use crate::record::{BatchStates, SiteSelection, States};
use crate::{Model, ModelError};
use fathom_kernel::Control;
use fathom_reading::{Origin, Sampling, SamplingMethod, TokenId};

/// What a reading says of an output that was given.
pub(crate) const FORCED: Sampling = Sampling {
    method: SamplingMethod::Forced,
    temperature: None,
    top_k: None,
    top_p: None,
    seed: None,
    generator: None,
};

/// What a lens reads: T tokens, and the states of T positions at every recorded site.
#[derive(Clone, Debug)]
pub struct Run {
    /// The same for every reading of this run, and for a repetition of it: a hash of model, tokens and sampling.
    pub run_id: String,
    /// All tokens: specials, prompt, output.
    pub tokens: Vec<TokenId>,
    /// Where each came from.
    pub origins: Vec<Origin>,
    /// The recorded states.
    pub states: States,
    /// How the output was chosen; `None` without output.
    pub sampling: Option<Sampling>,
}

impl Run {
    /// Number of tokens before the first output token.
    pub fn prompt_len(&self) -> usize {
        self.origins.iter().take_while(|origin| **origin != Origin::Output).count()
    }
}

impl Model {
    /// Runs a prompt once.
    ///
    /// # Errors
    /// As [`Model::forward`].
    pub fn run(
        &self,
        prompt: &[(TokenId, Origin)],
        sites: &SiteSelection,
        control: &Control,
    ) -> Result<Run, ModelError> {
        self.run_tokens(prompt.to_vec(), None, sites, control)
    }

    /// Runs a prompt with a given continuation (teacher forcing), in one pass.
    ///
    /// # Errors
    /// As [`Model::forward`].
    pub fn run_forced(
        &self,
        prompt: &[(TokenId, Origin)],
        continuation: &[TokenId],
        sites: &SiteSelection,
        control: &Control,
    ) -> Result<Run, ModelError> {
        self.check_tokens(prompt.iter().map(|(id, _)| *id), continuation.len())?;
        let output = continuation.iter().map(|id| (*id, Origin::Output));
        let tokens = prompt.iter().copied().chain(output).collect();
        let sampling = (!continuation.is_empty()).then_some(FORCED);
        self.run_tokens(tokens, sampling, sites, control)
    }

    /// Runs several prompts in one batch: one run each, as if each had run alone (to f32 rounding).
    ///
    /// # Errors
    /// As [`Model::forward`].
    pub fn run_batch(
        &self,
        prompts: &[Vec<(TokenId, Origin)>],
        sites: &SiteSelection,
        control: &Control,
    ) -> Result<Vec<Run>, ModelError> {
        for prompt in prompts {
            self.check_tokens(prompt.iter().map(|(id, _)| *id), 0)?;
        }
        let tokens: Vec<Vec<TokenId>> =
            prompts.iter().map(|prompt| prompt.iter().map(|(id, _)| *id).collect()).collect();
        let lengths: Vec<usize> = tokens.iter().map(Vec::len).collect();
        let mut states = BatchStates::new(sites, self.config().layers.len(), &lengths);
        self.forward(&tokens, None, &mut states, control)?;
        let runs = states.into_states().into_iter().zip(prompts);
        Ok(runs.map(|(states, prompt)| self.finish(prompt.clone(), states, None)).collect())
    }

    fn run_tokens(
        &self,
        tokens: Vec<(TokenId, Origin)>,
        sampling: Option<Sampling>,
        sites: &SiteSelection,
        control: &Control,
    ) -> Result<Run, ModelError> {
        let ids: Vec<TokenId> = tokens.iter().map(|(id, _)| *id).collect();
        self.check_tokens(ids.iter().copied(), 0)?;
        let mut states = States::new(sites.clone(), self.config().layers.len(), ids.len());
        self.forward(&[ids], None, &mut states, control)?;
        Ok(self.finish(tokens, states, sampling))
    }

    pub(crate) fn finish(
        &self,
        tokens: Vec<(TokenId, Origin)>,
        states: States,
        sampling: Option<Sampling>,
    ) -> Run {
        let run_id = run_id(&self.info().sha256, &tokens, &sampling);
        let (tokens, origins) = tokens.into_iter().unzip();
        Run { run_id, tokens, origins, states, sampling }
    }
}

/// 64 bits of FNV-1a over what makes a run what it is, in hex: short, and stable over versions and machines.
fn run_id(model: &str, tokens: &[(TokenId, Origin)], sampling: &Option<Sampling>) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let mut add = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    };
    add(model.as_bytes());
    for (id, origin) in tokens {
        add(&id.0.to_le_bytes());
        add(&[*origin as u8]);
    }
    add(serde_json::to_string(sampling).unwrap_or_default().as_bytes());
    format!("{hash:016x}")
}
