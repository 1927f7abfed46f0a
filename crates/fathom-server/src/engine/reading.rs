//! A reading in steps: some of the prompt, a token, the columns whose next token is known.

use super::columns::Columns;
use super::run::{self, Deadline, PROMPT_STEP, Plan, out_of_time};
use super::{Task, Turn};
use crate::api::types::events::{Advanced, Loading, RunToCome, RunToken, Started};
use crate::api::types::{Row, Status};
use crate::config::Limits;
use crate::job::{Job, PROMPT_CHARS, shortened};
use crate::log::Event;
use crate::problem::Problem;
use crate::states::Kept;
use crate::store::Store;
use fathom::reading::text::{joined, sequence_texts};
use fathom::reading::{Layer, Origin, Position, Reading, Site, TokenId};
use fathom::{Generator, Model};
use std::sync::Arc;
use std::time::Duration;

/// A reading on its way.
pub(crate) struct ReadingTask {
    job: Arc<Job>,
    model: String,
    parent: Option<Reading>,
    /// What the request means, where that was found out when it came.
    planned: Option<Planned>,
    store: Arc<Store>,
    kept: Arc<Kept>,
    limits: Limits,
    stage: Stage,
    /// What was said of the loading last, in hundredths.
    loaded: Option<u32>,
}

/// What a request means on a model, and what it took to find out.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    /// The model's hash.
    pub(crate) model: String,
    pub(crate) took: Duration,
}

enum Stage {
    Start,
    Running(Box<Growing>),
    Over,
}

/// A run that grows, and its columns.
struct Growing {
    generator: Generator,
    columns: Columns,
    /// Tokens before the output; those that were known at the start; and all that there may be.
    prompt: usize,
    known: usize,
    most: usize,
    /// Of the known ones, how many have not run.
    left: usize,
}

impl ReadingTask {
    /// The reading that `job` asks for, with the model that requests call `model`.
    pub(crate) fn new(
        job: Arc<Job>,
        model: String,
        (parent, planned): (Option<Reading>, Option<Planned>),
        (store, kept): (Arc<Store>, Arc<Kept>),
        limits: Limits,
    ) -> ReadingTask {
        ReadingTask { job, model, parent, planned, store, kept, limits, stage: Stage::Start, loaded: None }
    }

    fn start(&mut self, model: &Model) -> Result<Turn, Problem> {
        let request = &self.job.request;
        let planned = self.planned.take().filter(|planned| planned.model == model.info().sha256);
        let plan = match planned {
            Some(planned) => planned.plan,
            None => Plan::new(model, request, self.parent.as_ref(), &self.limits)?,
        };
        self.parent = None;
        let layers = (0..model.layers()).map(|layer| Site::after(Layer(layer)));
        let rows: Vec<Site> = std::iter::once(Site::EMBED).chain(layers).collect();
        let output = plan.continuation.iter().flatten().map(|id| (*id, Origin::Output));
        let tokens: Vec<_> = plan.prompt.iter().copied().chain(output).collect();
        let new = if plan.continuation.is_some() { 0 } else { plan.generation.max_new };
        let (prompt, known) = (plan.prompt.len(), tokens.len());
        let started = RunToCome {
            tokens: run_tokens(model, &tokens),
            rows: rows.iter().map(|site| Row::of(*site)).collect(),
            model: self.model.clone(),
            max_new_tokens: new,
        };
        self.job.update(|summary| (summary.tokens, summary.prompt_tokens) = (known, prompt));
        self.job.log.push(Event::new("started", &Started { run: started }));
        let asked = (request.top_k.unwrap_or(10), request.watch.clone());
        let at = Position(prompt.saturating_sub(1) as u32);
        self.stage = Stage::Running(Box::new(Growing {
            generator: plan.generator(model)?,
            columns: Columns::new(model, run::lens(request.lens), rows, asked, at)?
                .projected(run::projection(request.projection)),
            prompt,
            known,
            most: known + new,
            left: known,
        }));
        Ok(Turn::More)
    }

    /// The run is complete: its last column, the whole reading, and where it is kept.
    fn finish(&mut self, model: &Model, deadline: &Arc<Deadline>) -> Result<Turn, Problem> {
        let Stage::Running(growing) = std::mem::replace(&mut self.stage, Stage::Over) else {
            return Ok(Turn::Over);
        };
        let Growing { generator, mut columns, .. } = *growing;
        let run = generator.finish(model);
        let part = columns.advance(model, &run, run.tokens.len(), deadline)?;
        self.job.log.push(token_event(None, part)?);
        let reading = columns.finish(model, &run, deadline)?;
        self.job.update(|summary| {
            summary.prompt = shortened(&text_of(&reading, |origin| origin != Origin::Output), PROMPT_CHARS);
            summary.output = shortened(&text_of(&reading, |origin| origin == Origin::Output), PROMPT_CHARS);
            summary.tokens = reading.tokens.len();
        });
        let mut summary = self.job.summary();
        summary.status = Status::Done;
        self.store.save(&summary, &reading)?;
        self.keep_up(&summary.name)?;
        self.kept.put(&self.job.id, Arc::new(run));
        self.job.done();
        Ok(Turn::Over)
    }
}

impl ReadingTask {
    /// What was asked for while it was being saved: another name, or that it be deleted.
    fn keep_up(&self, saved_name: &str) -> Result<(), Problem> {
        let name = self.job.summary().name;
        if name != saved_name {
            self.store.rename(&self.job.id, &name)?;
        }
        if self.job.is_forgotten() {
            self.store.delete(&self.job.id)?;
            return Err(Problem::cancelled());
        }
        Ok(())
    }
}

impl Task for ReadingTask {
    fn model(&self) -> &str {
        &self.model
    }

    fn loading(&mut self, fraction: f32) {
        let hundredths = (fraction * 100.0) as u32;
        if self.loaded.replace(hundredths) != Some(hundredths) {
            self.job.log.push(Event::new("loading", &Loading { fraction }));
        }
    }

    fn step(&mut self, model: &Model, used: Duration) -> Result<Turn, Problem> {
        let deadline = Deadline::new(&self.job.cancel, used, self.limits.time);
        let result = match &mut self.stage {
            Stage::Start => self.start(model),
            Stage::Over => Ok(Turn::Over),
            Stage::Running(growing) => match growing.step(model, &self.job, &deadline) {
                Ok(true) => Ok(Turn::More),
                Ok(false) => self.finish(model, &deadline),
                Err(problem) => Err(problem),
            },
        };
        match result {
            Ok(Turn::Over) => Ok(Turn::Over),
            // Whatever a step says that was cut off, this is why.
            _ if deadline.has_passed() => Err(out_of_time(self.limits.time)),
            _ if self.job.cancel.is_cancelled() => Err(Problem::cancelled()),
            result => result,
        }
    }

    fn fail(&mut self, problem: Problem) {
        self.stage = Stage::Over;
        self.job.failed(problem);
    }

    fn is_cancelled(&self) -> bool {
        self.job.cancel.is_cancelled()
    }

    fn before(&self) -> Duration {
        self.planned.as_ref().map_or(Duration::ZERO, |planned| planned.took)
    }
}

impl Drop for ReadingTask {
    /// However a task is lost, its listeners hear of an end.
    fn drop(&mut self) {
        if !self.job.is_over() {
            self.job.failed(Problem::failure("the reading was lost", &"this is a bug in Fathom"));
        }
    }
}

impl Growing {
    /// The next step; `false` when only the last column is left.
    fn step(&mut self, model: &Model, job: &Arc<Job>, deadline: &Arc<Deadline>) -> Result<bool, Problem> {
        let ran = self.generator.run().tokens.len();
        // The last position's next token is not known yet.
        let readable = ran.saturating_sub(1);
        if self.columns.read() < readable {
            let run = self.generator.run();
            let part = self.columns.advance(model, run, readable, deadline)?;
            // A token that the model chose comes with the column that it was chosen at.
            let chosen = (ran > self.known
                && part.positions().last().is_some_and(|last| last.index() + 1 == readable))
            .then(|| part.tokens.last().map(|token| RunToken::of(readable, token)))
            .flatten();
            job.log.push(token_event(chosen, part)?);
            return Ok(true);
        }
        if self.left > 0 {
            let ran = self.generator.run_prompt(model, PROMPT_STEP, &deadline.control());
            self.left = ran.map_err(fathom::Error::from)?;
            job.log.push(progress("prompt", self.known - self.left, self.known));
            return Ok(true);
        }
        let next = self.generator.next_token(model, &mut |_, _| {}, &deadline.control());
        let more = next.map_err(fathom::Error::from)?.is_some();
        if more {
            job.update(|summary| summary.tokens = ran + 1);
            job.log.push(progress("generate", ran + 1 - self.prompt, self.most - self.prompt));
        }
        Ok(more)
    }
}

fn progress(step: &'static str, done: usize, total: usize) -> Event {
    Event::new("progress", &Advanced { step, done, total })
}

/// `{"token": …, "reading": …}`: the columns just computed, and the token that was chosen there, if one was.
fn token_event(token: Option<RunToken>, part: &Reading) -> Result<Event, Problem> {
    let token = serde_json::to_string(&token).unwrap_or_default();
    let reading = part.to_json().map_err(fathom::Error::from)?;
    Ok(Event::written("token", format!("{{\"token\":{token},\"reading\":{reading}}}")))
}

/// Tokens with their texts as they read in this order.
fn run_tokens(model: &Model, tokens: &[(TokenId, Origin)]) -> Vec<RunToken> {
    let bytes = tokens.iter().map(|(id, _)| model.tokenizer().bytes(*id).unwrap_or_default());
    let texts = sequence_texts(&bytes.collect::<Vec<_>>());
    let numbered = tokens.iter().zip(texts).enumerate();
    numbered
        .map(|(index, ((id, origin), text))| RunToken { index, id: id.0, text, origin: *origin })
        .collect()
}

/// The text of the tokens of some origin, together; bytes that make no character in it are `⟨D9⟩`.
fn text_of(reading: &Reading, of: impl Fn(Origin) -> bool) -> String {
    let tokens = reading.tokens.iter().filter(|token| of(token.origin));
    joined(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_ends_inside_a_character_says_so() {
        // Arabic alef and lam, and the first byte of meem: what eight tokens of "السلام" can end with.
        let mut reading = Reading::example();
        let last = reading.tokens.len() - 1;
        reading.tokens[last].bytes = vec![0xD8, 0xA7, 0xD9, 0x84, 0xD9];
        let text = text_of(&reading, |origin| origin == reading.tokens[last].origin);
        assert!(text.ends_with("ال⟨D9⟩") && !text.contains('\u{fffd}'), "{text}");
    }
}
