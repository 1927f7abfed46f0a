//! A generation that its caller drives: some of the prompt, a token, a token …, with the run to look at in between.

use crate::cache::KvCache;
use crate::record::{SiteSelection, States};
use crate::run::FORCED;
use crate::sample::Chooser;
use crate::{Generation, Model, ModelError, Run};
use fathom_kernel::Control;
use fathom_reading::{NotFinite, NotFiniteWhat, Origin, Position, Sampling, SamplingMethod, TokenId};
use std::collections::VecDeque;

/// Where output tokens come from.
enum Source {
    /// From the model's own logits, at most this many more.
    Chosen { chooser: Box<Chooser>, left: usize },
    /// From an earlier run, one after the other.
    Given(VecDeque<TokenId>),
}

/// A run that grows: [`Model::generate`] in steps, so that a caller can share the machine between several, show each
/// token as it comes, and read positions whose next token is known while the rest is still to be made.
///
/// ```
/// use fathom_kernel::Control;
/// use fathom_model::{Generation, Generator, LoadOptions, Model, Prompt, SiteSelection};
///
/// # let folder = tempfile::tempdir()?;
/// # fathom_fixtures::tiny::write_safetensors("llama", folder.path());
/// let model = Model::load(folder.path(), LoadOptions::default())?;
/// let prompt = model.tokens_of(&Prompt::text("The keys to the cabinet"))?;
/// let control = Control::default();
///
/// let settings = Generation { max_new: 4, ..Generation::default() };
/// let mut generator = Generator::new(&model, &prompt, &settings, &SiteSelection::residual())?;
/// while generator.run_prompt(&model, 2, &control)? > 0 {} // two tokens at a time
/// while let Some(id) = generator.next_token(&model, &mut |_, _| {}, &control)? {
///     assert_eq!(generator.run().tokens.last(), Some(&id));
/// }
/// let run = generator.finish(&model);
/// assert_eq!(run.tokens.len(), prompt.len() + 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Generator {
    /// The tokens that have gone through the model, and their states. Its id is made at the end.
    run: Run,
    /// Tokens of the prompt that are still to go through.
    waiting: VecDeque<(TokenId, Origin)>,
    source: Source,
    cache: Option<KvCache>,
    /// Tokens at the end, if no end token comes before.
    room: usize,
}

impl Generator {
    /// Checks what can be checked before anything is computed.
    ///
    /// # Errors
    /// [`ModelError::Sampling`] for settings that can't be, [`ModelError::EmptyPrompt`],
    /// [`ModelError::TokenOutOfRange`], and [`ModelError::TooLong`] if the prompt and all new tokens do not fit.
    pub fn new(
        model: &Model,
        prompt: &[(TokenId, Origin)],
        settings: &Generation,
        sites: &SiteSelection,
    ) -> Result<Generator, ModelError> {
        let chooser = Box::new(Chooser::new(settings)?);
        let sampling = (settings.max_new > 0).then(|| chooser.sampling());
        let source = Source::Chosen { chooser, left: settings.max_new };
        Generator::start(model, prompt.to_vec(), (source, settings.max_new), sampling, sites)
    }

    /// A given continuation (teacher forcing), run as part of the prompt.
    ///
    /// # Errors
    /// As [`Generator::new`].
    pub fn forced(
        model: &Model,
        prompt: &[(TokenId, Origin)],
        continuation: &[TokenId],
        sites: &SiteSelection,
    ) -> Result<Generator, ModelError> {
        let output = continuation.iter().map(|id| (*id, Origin::Output));
        let tokens = prompt.iter().copied().chain(output).collect();
        let sampling = (!continuation.is_empty()).then_some(FORCED);
        Generator::start(model, tokens, (Source::Given(VecDeque::new()), 0), sampling, sites)
    }

    /// The very run that chose `output` after `prompt` with `sampling`, token by token as then, so that its states
    /// come out the same to the bit; nothing is drawn anew.
    ///
    /// # Errors
    /// As [`Generator::new`].
    pub fn again(
        model: &Model,
        prompt: &[(TokenId, Origin)],
        output: &[TokenId],
        sampling: Option<Sampling>,
        sites: &SiteSelection,
    ) -> Result<Generator, ModelError> {
        let forced = sampling.as_ref().is_some_and(|sampling| sampling.method == SamplingMethod::Forced);
        if forced || output.is_empty() {
            return Generator::forced(model, prompt, output, sites);
        }
        let source = Source::Given(output.iter().copied().collect());
        Generator::start(model, prompt.to_vec(), (source, output.len()), sampling, sites)
    }

    fn start(
        model: &Model,
        prompt: Vec<(TokenId, Origin)>,
        (source, new): (Source, usize),
        sampling: Option<Sampling>,
        sites: &SiteSelection,
    ) -> Result<Generator, ModelError> {
        model.check_tokens(prompt.iter().map(|(id, _)| *id), new)?;
        let room = prompt.len() + new;
        let states = States::new(sites.clone(), model.config().layers.len(), room);
        let run = Run { run_id: String::new(), tokens: Vec::new(), origins: Vec::new(), states, sampling };
        Ok(Generator { run, waiting: prompt.into(), source, cache: None, room })
    }

    /// Runs at most `most` more tokens of the prompt, and returns how many are left.
    ///
    /// In one piece, a prompt's states are those of [`Model::run`]; in several they may differ from them by rounding,
    /// as the model's matrix products are of other shapes.
    ///
    /// # Errors
    /// As [`Model::forward`]; the generator is of no use after one.
    pub fn run_prompt(&mut self, model: &Model, most: usize, control: &Control) -> Result<usize, ModelError> {
        let now = most.clamp(1, self.waiting.len().max(1)).min(self.waiting.len());
        if now == 0 {
            return Ok(0);
        }
        // Without a second pass there is nobody to keep keys and values for.
        if now < self.room && self.cache.is_none() {
            self.cache = Some(KvCache::with_room(self.room));
        }
        let tokens: Vec<_> = self.waiting.drain(..now).collect();
        self.forward(model, &tokens, control)?;
        Ok(self.waiting.len())
    }

    /// The next output token, which then goes through the model too; `None` when the output is complete. `on_token`
    /// hears it as soon as it is chosen. The prompt must have run.
    ///
    /// # Errors
    /// As [`Model::forward`], and [`ModelError::NotFinite`] where the logits have no distribution; the generator is of no
    /// use after one.
    pub fn next_token(
        &mut self,
        model: &Model,
        on_token: &mut dyn FnMut(TokenId, &[u8]),
        control: &Control,
    ) -> Result<Option<TokenId>, ModelError> {
        debug_assert!(self.waiting.is_empty(), "the prompt has not run");
        let id = match &mut self.source {
            Source::Chosen { left: 0, .. } => return Ok(None),
            Source::Chosen { chooser, left } => {
                let states = &self.run.states;
                let last = self.run.tokens.len().saturating_sub(1);
                let state = states.row(states.last(), last).unwrap_or_default();
                let Some(id) = chooser.choose(&model.logits(state)?) else {
                    return Err(self.not_finite(model, control)?);
                };
                let ends = model.tokenizer().end_tokens().contains(&id);
                *left = if ends { 0 } else { *left - 1 };
                id
            }
            Source::Given(given) => match given.pop_front() {
                Some(id) => id,
                None => return Ok(None),
            },
        };
        on_token(id, model.tokenizer().bytes(id).unwrap_or_default());
        self.forward(model, &[(id, Origin::Output)], control)?;
        Ok(Some(id))
    }

    /// Why no token can be chosen.
    fn not_finite(&self, model: &Model, control: &Control) -> Result<ModelError, ModelError> {
        let Run { tokens, states, .. } = &self.run;
        let logits = NotFinite {
            what: NotFiniteWhat::Logits,
            site: states.last(),
            position: Position(tokens.len().saturating_sub(1) as u32),
        };
        Ok(ModelError::NotFinite(model.first_not_finite(tokens, control)?.unwrap_or(logits)))
    }

    /// What has gone through the model so far: a lens may read it.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The run, complete.
    pub fn finish(self, model: &Model) -> Run {
        let Run { tokens, origins, states, sampling, .. } = self.run;
        model.finish(tokens.into_iter().zip(origins).collect(), states, sampling)
    }

    fn forward(
        &mut self,
        model: &Model,
        tokens: &[(TokenId, Origin)],
        control: &Control,
    ) -> Result<(), ModelError> {
        let ids = tokens.iter().map(|(id, _)| *id).collect();
        model.forward(&[ids], self.cache.as_mut(), &mut self.run.states, control)?;
        self.run.tokens.extend(tokens.iter().map(|(id, _)| *id));
        self.run.origins.extend(tokens.iter().map(|(_, origin)| *origin));
        Ok(())
    }
}
