//! A run: tokens that went through the model, and the states that were recorded on the way.

use crate::digest::Digest;
use crate::record::{BatchStates, Hooked, Recorder, SiteSelection, States};
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

    /// Runs a prompt once, `hooks` listening, who may change the states that it hears: the run goes on with what they hold
    /// then, and that is what is recorded. [`Run::run_id`] tells apart runs whose states were changed in different ways.
    ///
    /// ```
    /// use fathom_kernel::Control;
    /// use fathom_model::{LoadOptions, Model, ModelError, Prompt, Recorder, SiteSelection, State};
    /// use fathom_reading::Site;
    ///
    /// /// Takes away what attention adds in layer 1.
    /// struct WithoutAttention;
    ///
    /// impl Recorder for WithoutAttention {
    ///     fn wants(&self, site: Site) -> bool {
    ///         site.to_string() == "1.attn_out"
    ///     }
    ///
    ///     fn record(&mut self, state: &mut State<'_>) -> Result<(), ModelError> {
    ///         state.values_mut().fill(0.0); // [n, d], row after row
    ///         Ok(())
    ///     }
    /// }
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # fathom_fixtures::tiny::write_safetensors("llama", folder.path());
    /// let model = Model::load(folder.path(), LoadOptions::default())?;
    /// let prompt = model.tokens_of(&Prompt::text("The keys to the cabinet"))?;
    /// let (sites, control) = (SiteSelection::residual(), Control::default());
    /// let plain = model.run(&prompt, &sites, &control)?;
    /// let without = model.run_with(&prompt, &mut WithoutAttention, &sites, &control)?;
    /// assert_ne!(without.run_id, plain.run_id);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Model::forward`].
    pub fn run_with(
        &self,
        prompt: &[(TokenId, Origin)],
        hooks: &mut dyn Recorder,
        sites: &SiteSelection,
        control: &Control,
    ) -> Result<Run, ModelError> {
        let ids: Vec<TokenId> = prompt.iter().map(|(id, _)| *id).collect();
        self.check_tokens(ids.iter().copied(), 0)?;
        let states = States::new(sites.clone(), self.config().layers.len(), ids.len());
        let mut hooked = Hooked { hooks, states, changes: Digest::default() };
        self.forward(&[ids], None, &mut hooked, control)?;
        Ok(self.finish_changed(prompt.to_vec(), hooked.states, None, hooked.changes))
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
        self.finish_changed(tokens, states, sampling, Digest::default())
    }

    fn finish_changed(
        &self,
        tokens: Vec<(TokenId, Origin)>,
        states: States,
        sampling: Option<Sampling>,
        changes: Digest,
    ) -> Run {
        let run_id = run_id(&self.info().sha256, &tokens, &sampling, changes);
        let (tokens, origins) = tokens.into_iter().unzip();
        Run { run_id, tokens, origins, states, sampling }
    }
}

/// In hex, short and stable over versions and machines: what makes a run what it is. `changes` to its states count only
/// where there are any, so that a run without has the id that it always had.
fn run_id(model: &str, tokens: &[(TokenId, Origin)], sampling: &Option<Sampling>, changes: Digest) -> String {
    let mut digest = Digest::default();
    digest.add(model.as_bytes());
    for (id, origin) in tokens {
        digest.add(&id.0.to_le_bytes());
        digest.add(&[*origin as u8]);
    }
    digest.add(serde_json::to_string(sampling).unwrap_or_default().as_bytes());
    if changes != Digest::default() {
        digest.add(&changes.value().to_le_bytes());
    }
    format!("{:016x}", digest.value())
}
