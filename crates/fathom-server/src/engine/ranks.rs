//! A further question to a finished reading: the ranks of tokens at every layer and position.

use super::columns::Columns;
use super::run::{Deadline, PROMPT_STEP, out_of_time};
use super::{Task, Turn};
use crate::api::types::{ById, ByText, Ranks, RanksColumns, Row, TokenName};
use crate::id::Id;
use crate::problem::Problem;
use crate::states::Kept;
use fathom::reading::known::{WATCH_LOGIT, WATCH_PROB, WATCH_RANK};
use fathom::reading::{Origin, Reading, TokenId, Watched};
use fathom::{CancelToken, Generator, Model, Run, SiteSelection};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// The question, with what answers it.
pub(crate) struct RanksTask {
    id: Id,
    model: String,
    reading: Arc<Reading>,
    asked: Vec<TokenName>,
    kept: Arc<Kept>,
    limit: Duration,
    cancel: CancelToken,
    answer: Option<oneshot::Sender<Result<Ranks, Problem>>>,
    stage: Stage,
}

enum Stage {
    Start,
    /// The states are gone: the very run is made again.
    Running(Box<Generator>, Vec<Watched>),
    Reading(Arc<Run>, Box<Columns>, Vec<Watched>),
    Over,
}

impl RanksTask {
    /// Asks for `asked` in the reading `id`; the answer comes through `answer`, and whoever drops its other end stops
    /// the computing.
    pub(crate) fn new(
        (id, model, reading): (Id, String, Arc<Reading>),
        asked: Vec<TokenName>,
        kept: Arc<Kept>,
        limit: Duration,
        answer: oneshot::Sender<Result<Ranks, Problem>>,
    ) -> RanksTask {
        let (cancel, stage) = (CancelToken::new(), Stage::Start);
        RanksTask { id, model, reading, asked, kept, limit, cancel, answer: Some(answer), stage }
    }

    fn start(&mut self, model: &Model) -> Result<Turn, Problem> {
        if self.reading.info.model.sha256 != model.info().sha256 {
            let detail = "this reading was made with another model than the one that has its name now";
            return Err(Problem::new("other-model", detail));
        }
        let resolve = |token: &TokenName| match token {
            TokenName::Text(ByText { text }) => fathom::lens::resolve(model, text),
            TokenName::Id(ById { id }) => fathom::lens::by_id(model, TokenId(*id)),
        };
        let watched: Result<Vec<Watched>, fathom::LensError> = self.asked.iter().map(resolve).collect();
        let watched = watched.map_err(fathom::Error::from)?;
        self.stage = match self.kept.get(&self.id) {
            Some(run) => self.columns(run, watched),
            None => {
                let tokens = &self.reading.tokens;
                let is_output = |token: &&fathom::reading::Token| token.origin == Origin::Output;
                let prompt: Vec<_> = tokens
                    .iter()
                    .take_while(|token| !is_output(token))
                    .map(|token| (token.id, token.origin))
                    .collect();
                let output: Vec<TokenId> = tokens[prompt.len()..].iter().map(|token| token.id).collect();
                let sampling = self.reading.info.sampling.clone();
                let sites = SiteSelection::residual();
                let again = Generator::again(model, &prompt, &output, sampling, &sites);
                Stage::Running(Box::new(again.map_err(fathom::Error::from)?), watched)
            }
        };
        Ok(Turn::More)
    }

    fn columns(&self, run: Arc<Run>, watched: Vec<Watched>) -> Stage {
        let ids = watched.iter().map(|watched| watched.ids[0]).collect();
        let columns = Columns::of_ids(
            self.reading.info.lens.kind,
            self.reading.rows.iter().map(|row| row.site).collect(),
            ids,
        );
        Stage::Reading(run, Box::new(columns), watched)
    }

    fn advance(&mut self, model: &Model, deadline: &Arc<Deadline>) -> Result<Turn, Problem> {
        match &mut self.stage {
            Stage::Start => return self.start(model),
            Stage::Over => return Ok(Turn::Over),
            Stage::Running(generator, _) => {
                let control = deadline.control();
                let left = generator.run_prompt(model, PROMPT_STEP, &control).map_err(fathom::Error::from)?;
                if left > 0 {
                    return Ok(Turn::More);
                }
                let next = generator.next_token(model, &mut |_, _| {}, &control);
                if next.map_err(fathom::Error::from)?.is_some() {
                    return Ok(Turn::More);
                }
            }
            Stage::Reading(run, columns, _) => {
                columns.advance(model, run, run.tokens.len(), deadline)?;
                if columns.read() < run.tokens.len() {
                    return Ok(Turn::More);
                }
            }
        }
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Running(generator, watched) => {
                let run = Arc::new(generator.finish(model));
                self.kept.put(&self.id, run.clone());
                self.stage = self.columns(run, watched);
                Ok(Turn::More)
            }
            Stage::Reading(run, columns, watched) => {
                let ranks = ranks(&columns.finish(model, &run, deadline)?, &watched);
                if let Some(answer) = self.answer.take() {
                    // Whoever asked may be gone.
                    let _ = answer.send(Ok(ranks));
                }
                Ok(Turn::Over)
            }
            Stage::Start | Stage::Over => Ok(Turn::Over),
        }
    }
}

impl Task for RanksTask {
    fn model(&self) -> &str {
        &self.model
    }

    fn loading(&mut self, _: f32) {}

    fn step(&mut self, model: &Model, used: Duration) -> Result<Turn, Problem> {
        let deadline = Deadline::new(&self.cancel, used, self.limit);
        match self.advance(model, &deadline) {
            Ok(Turn::Over) => Ok(Turn::Over),
            _ if deadline.has_passed() => Err(out_of_time(self.limit)),
            result => result,
        }
    }

    fn fail(&mut self, problem: Problem) {
        self.stage = Stage::Over;
        if let Some(answer) = self.answer.take() {
            let _ = answer.send(Err(problem));
        }
    }

    fn is_cancelled(&self) -> bool {
        self.answer.as_ref().is_none_or(oneshot::Sender::is_closed)
    }
}

/// The watched columns of `reading`, token by token.
fn ranks(reading: &Reading, watched: &[Watched]) -> Ranks {
    let columns = &reading.columns;
    let count = watched.len();
    let numbers = |column: &[f32], w: usize| -> Vec<Option<f32>> {
        let of_token = column.iter().skip(w).step_by(count);
        of_token.map(|number| Some(*number).filter(|number| number.is_finite())).collect()
    };
    let tokens = watched.iter().enumerate().map(|(w, watched)| RanksColumns {
        id: watched.ids[0].0,
        text: watched.text.clone(),
        ids: watched.ids.iter().map(|id| id.0).collect(),
        note: watched.note(),
        rank: columns[WATCH_RANK]
            .iter()
            .skip(w)
            .step_by(count)
            .map(|rank| Some(rank.some()?.get()))
            .collect(),
        prob: numbers(&columns[WATCH_PROB], w),
        logit: numbers(&columns[WATCH_LOGIT], w),
    });
    let positions = reading.positions();
    Ranks {
        rows: reading.rows.iter().map(|site| Row::of(site.site)).collect(),
        positions: positions.iter().map(|position| position.0).collect(),
        tokens: tokens.collect(),
    }
}
