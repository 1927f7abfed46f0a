//! What a request means, and the time that it may take.

use crate::api::types::{BosName, ById, ByText, CreateReading, LensName, Parent, ProjectionName, TokenName};
use crate::config::Limits;
use crate::problem::Problem;
use fathom::reading::{LensKind, Origin, ProjectionKind, TokenId};
use fathom::{Bos, CancelToken, Control, Generation, Generator, Model, Progress, Prompt, PromptSource};
use fathom::{Reading, SiteSelection, Step};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Tokens of a prompt that run in one step: short enough that others do not wait long, long enough that the
/// weights are streamed rarely.
pub(crate) const PROMPT_STEP: usize = 128;
/// States (rows times positions) that are projected in one step.
pub(crate) const STATES_STEP: usize = 1024;

/// A request with its tokens.
pub(crate) struct Plan {
    /// Its tokens.
    pub(crate) prompt: Vec<(TokenId, Origin)>,
    pub(crate) continuation: Option<Vec<TokenId>>,
    pub(crate) generation: Generation,
}

impl Plan {
    /// What `request` means on `model`; `parent` is the reading that it names.
    pub(crate) fn new(
        model: &Model,
        request: &CreateReading,
        parent: Option<&Reading>,
        limits: &Limits,
    ) -> Result<Plan, Problem> {
        let prompt = prompt(model, request, parent)?;
        let continuation = match (&request.continuation, &request.continuation_ids) {
            (Some(text), _) => Some(model.continuation_of(text).map_err(fathom::Error::from)?),
            (None, Some(ids)) => Some(ids.iter().copied().map(TokenId).collect()),
            (None, None) => None,
        };
        let tokens = prompt.len() + continuation.as_ref().map_or(0, Vec::len);
        if tokens > limits.prompt_tokens {
            let most = limits.prompt_tokens;
            let detail = format!("the prompt has {tokens} tokens, and this server takes up to {most}");
            return Err(Problem::new("too-long", detail));
        }
        for word in &request.watch {
            fathom::lens::resolve(model, word).map_err(fathom::Error::from)?;
        }
        let plan = Plan { prompt, continuation, generation: generation(request) };
        // Refused by the model now rather than when it is its turn.
        plan.generator(model)?;
        Ok(plan)
    }

    /// The run, ready to start.
    pub(crate) fn generator(&self, model: &Model) -> Result<Generator, Problem> {
        let sites = SiteSelection::residual();
        let made = match &self.continuation {
            Some(continuation) => Generator::forced(model, &self.prompt, continuation, &sites),
            None => Generator::new(model, &self.prompt, &self.generation, &sites),
        };
        Ok(made.map_err(fathom::Error::from)?)
    }
}

fn prompt(
    model: &Model,
    request: &CreateReading,
    parent: Option<&Reading>,
) -> Result<Vec<(TokenId, Origin)>, Problem> {
    if let (Some(Parent { position: Some(position), token: Some(token), .. }), Some(reading)) =
        (&request.parent, parent)
    {
        return branch(model, reading, *position as usize, token);
    }
    if let Some(message) = &request.chat {
        return Ok(model.chat(message)?.tokens().collect());
    }
    let source = match (&request.prompt, &request.prompt_ids) {
        (Some(text), _) => PromptSource::Text(text.clone()),
        (None, Some(ids)) => PromptSource::Ids(ids.iter().copied().map(TokenId).collect()),
        (None, None) => return Err(Problem::invalid("no prompt: give `prompt`, `chat` or `prompt_ids`")),
    };
    let bos = match request.bos {
        BosName::Auto => Bos::Auto,
        BosName::On => Bos::On,
        BosName::Off => Bos::Off,
    };
    let prompt = Prompt { source, bos, parse_specials: request.parse_special };
    Ok(model.tokens_of(&prompt).map_err(fathom::Error::from)?)
}

/// The parent's tokens before `position`, then the new one. What the parent had generated is prompt now: this run's
/// model did not choose it.
fn branch(
    model: &Model,
    reading: &Reading,
    position: usize,
    token: &TokenName,
) -> Result<Vec<(TokenId, Origin)>, Problem> {
    if reading.info.model.sha256 != model.info().sha256 {
        let detail = "the parent was made with another model: its tokens mean something else here";
        return Err(Problem::new("other-model", detail));
    }
    let tokens = &reading.tokens;
    // One past the end adds a token.
    if position > tokens.len() {
        let end = tokens.len();
        let detail = format!(
            "position {position} is out of range: the parent's tokens are 0 to {}, and {end} adds one",
            end.saturating_sub(1)
        );
        return Err(Problem::invalid(detail));
    }
    let kept = tokens[..position].iter().map(|token| match token.origin {
        Origin::Output => (token.id, Origin::Prompt),
        origin => (token.id, origin),
    });
    let new: Vec<TokenId> = match token {
        TokenName::Id(ById { id }) => vec![TokenId(*id)],
        TokenName::Text(ByText { text }) if text.is_empty() => Vec::new(),
        TokenName::Text(ByText { text }) => {
            fathom::lens::resolve(model, text).map_err(fathom::Error::from)?.ids
        }
    };
    Ok(kept.chain(new.into_iter().map(|id| (id, Origin::Prompt))).collect())
}

fn generation(request: &CreateReading) -> Generation {
    let Some(asked) = &request.generate else { return Generation { max_new: 0, ..Generation::default() } };
    let default = Generation::default();
    Generation {
        max_new: asked.max_new_tokens.unwrap_or(default.max_new),
        temperature: asked.temperature,
        top_k: asked.top_k,
        top_p: asked.top_p,
        seed: asked.seed.unwrap_or(default.seed),
    }
}

/// What of a request can be checked without its model.
pub(crate) fn check(request: &CreateReading, limits: &Limits) -> Result<(), Problem> {
    let branch = request.parent.as_ref().is_some_and(|parent| parent.token.is_some());
    let given = [request.prompt.is_some(), request.chat.is_some(), request.prompt_ids.is_some(), branch];
    if given.iter().filter(|given| **given).count() != 1 {
        let detail = "give exactly one of `prompt`, `chat`, `prompt_ids`, and a `parent` with a `token`";
        return Err(Problem::invalid(detail));
    }
    if branch && request.parent.as_ref().is_some_and(|parent| parent.position.is_none()) {
        return Err(Problem::invalid("`parent.token` says what changes; `parent.position` must say where"));
    }
    let continued =
        [request.continuation.is_some(), request.continuation_ids.is_some(), request.generate.is_some()];
    if continued.iter().filter(|given| **given).count() > 1 {
        let detail = "give at most one of `continuation`, `continuation_ids` and `generate`";
        return Err(Problem::invalid(detail));
    }
    let new = request.generate.as_ref().and_then(|asked| asked.max_new_tokens).unwrap_or(0);
    if new > limits.new_tokens {
        let most = limits.new_tokens;
        let detail = format!("max_new_tokens is {new}, and this server generates up to {most}");
        return Err(Problem::new("too-long", detail));
    }
    if let Some(k) = request.top_k.filter(|k| *k > limits.top_k) {
        return Err(Problem::invalid(format!("top_k is {k}, and this server keeps up to {}", limits.top_k)));
    }
    watched(request.watch.len(), limits)?;
    request.name.as_deref().map_or(Ok(()), name)
}

/// Not too many words.
pub(crate) fn watched(count: usize, limits: &Limits) -> Result<(), Problem> {
    match count > limits.watched {
        true => {
            Err(Problem::invalid(format!("{count} words at once, and this server takes {}", limits.watched)))
        }
        false => Ok(()),
    }
}

/// A name that a person can read in a list.
pub(crate) fn name(name: &str) -> Result<(), Problem> {
    match name.trim().is_empty() || name.chars().count() > 200 {
        true => Err(Problem::invalid("a name has 1 to 200 characters")),
        false => Ok(()),
    }
}

/// The lens of this name.
pub(crate) fn lens(name: LensName) -> LensKind {
    match name {
        LensName::Logit => LensKind::Logit,
        LensName::Raw => LensKind::Raw,
    }
}

/// The projection of this name.
pub(crate) fn projection(name: ProjectionName) -> ProjectionKind {
    match name {
        ProjectionName::F32 => ProjectionKind::F32,
        ProjectionName::Screened => ProjectionKind::Screened,
    }
}

/// Ends a step, wherever it is, when a task has used up its time.
pub(crate) struct Deadline {
    at: Option<Instant>,
    cancel: CancelToken,
    passed: AtomicBool,
}

impl Deadline {
    /// `cancel` is what stops the task; `used` of `limit` is spent already.
    pub(crate) fn new(cancel: &CancelToken, used: Duration, limit: Duration) -> Arc<Deadline> {
        let at = Instant::now().checked_add(limit.saturating_sub(used));
        Arc::new(Deadline { at, cancel: cancel.clone(), passed: AtomicBool::new(false) })
    }

    /// How a step keeps to it.
    pub(crate) fn control(self: &Arc<Deadline>) -> Control {
        Control { cancel: self.cancel.clone(), progress: Some(self.clone()) }
    }

    /// Whether the time is up.
    pub(crate) fn has_passed(&self) -> bool {
        self.passed.load(Ordering::Relaxed) || self.at.is_some_and(|at| Instant::now() >= at)
    }
}

impl Progress for Deadline {
    fn report(&self, _: Step, _: u64, _: u64) {
        if self.has_passed() {
            self.passed.store(true, Ordering::Relaxed);
            self.cancel.cancel();
        }
    }
}

/// What a task ends with whose time is up.
pub(crate) fn out_of_time(limit: Duration) -> Problem {
    let seconds = limit.as_secs_f32();
    Problem::new(
        "time",
        format!("it would take more than the {seconds} s of computing that this server gives"),
    )
}
