//! The article's recorded numbers against a model's own, under the raw lens.

use super::{everything, rank_within, read, tokens};
use fathom_fixtures::article::{Recorded, RecordedCandidates};
use fathom_kernel::Control;
use fathom_lens::ReadOptions;
use fathom_model::{Model, Prompt, SiteSelection};
use fathom_reading::{Layer, LensKind, Position, Reading, Site, TokenId};

/// f32 states that were never normed give logits of a hundred and more, and these differ by up to a few hundredths
/// between two correct implementations (fixtures/README.md); a rank may move past logits that near.
const RAW_NOISE: f32 = 0.02;
/// The last row is normed: the noise rule's 1e-3.
const LAST_NOISE: f32 = 1e-3;

/// What agreed.
#[derive(Debug, Default, PartialEq)]
pub struct Agreement {
    pub ranks: usize,
    pub probabilities: usize,
}

/// Runs `recorded` through `model` and compares every number that was recorded.
///
/// # Errors
/// One line for each that differs.
pub fn reproduce(model: &Model, recorded: &Recorded) -> Result<Agreement, Vec<String>> {
    let prompt =
        model.tokens_of(&Prompt::text(recorded.prompt.clone())).map_err(|error| vec![error.to_string()])?;
    let prompt_ids: Vec<u32> = prompt.iter().map(|(id, _)| id.0).collect();
    if let Some(ids) = recorded.ids.as_ref().filter(|ids| **ids != prompt_ids) {
        return Err(vec![format!("the prompt's tokens: expected {ids:?}, found {prompt_ids:?}")]);
    }
    let output = tokens(&recorded.output_ids);
    let run = model
        .run_forced(&prompt, &output, &SiteSelection::residual(), &Control::default())
        .map_err(|error| vec![error.to_string()])?;
    let rows = (0..model.layers()).map(|layer| Site::after(Layer(layer))).collect();
    // Positions before the prompt's last one are compared only where candidates were recorded.
    let first = prompt.len() as u32 - 1;
    let asked = recorded.candidates.iter().map(|row| row.position - 1);
    let positions = (first..run.tokens.len() as u32).chain(asked).map(Position).collect();
    let options = ReadOptions { rows: Some(rows), positions: Some(positions), ..everything(model) };
    let mut check = Check {
        reading: read(model, &run, LensKind::Raw, &options),
        agreement: Agreement::default(),
        wrong: Vec::new(),
    };
    check.run(recorded, first);
    match check.wrong.is_empty() {
        true => Ok(check.agreement),
        false => Err(check.wrong),
    }
}

struct Check {
    reading: Reading,
    agreement: Agreement,
    wrong: Vec<String>,
}

impl Check {
    fn run(&mut self, recorded: &Recorded, first: u32) {
        for (layer, ranks) in recorded.ranks.iter().flatten().enumerate() {
            for (i, (&id, &rank)) in recorded.output_ids.iter().zip(ranks).enumerate() {
                self.rank(layer, first + i as u32, id, rank);
            }
        }
        if let Some(watch) = &recorded.watch {
            for (layer, ranks) in watch.ranks.iter().enumerate() {
                for (&id, &rank) in watch.ids.iter().zip(ranks) {
                    self.rank(layer, first, id, rank);
                }
            }
        }
        for row in &recorded.candidates {
            self.candidates(row);
        }
    }

    /// The logits after block `layer` at `position`, by token.
    fn logits(&self, layer: usize, position: u32) -> Vec<f32> {
        let column = self.reading.column_of(Position(position)).expect("the position was read");
        super::logits_of(&self.reading, layer, column)
    }

    fn noise(&self, layer: usize) -> f32 {
        if layer + 1 == self.reading.rows.len() { LAST_NOISE } else { RAW_NOISE }
    }

    fn rank(&mut self, layer: usize, position: u32, id: u32, expected: u32) {
        if layer >= self.reading.rows.len() {
            self.wrong.push(format!("layer {layer}: the model has {} layers", self.reading.rows.len()));
            return;
        }
        let logits = self.logits(layer, position);
        if rank_within(&logits, TokenId(id), expected, self.noise(layer)) {
            self.agreement.ranks += 1;
            return;
        }
        let own = logits[id as usize];
        let found = 1 + logits.iter().filter(|logit| **logit > own).count();
        self.wrong.push(format!(
            "layer {layer}, position {position}, token {id}: expected rank {expected}, found {found}"
        ));
    }

    fn candidates(&mut self, row: &RecordedCandidates) {
        // Recorded by the index of the predicted token: the state sits one before.
        let (position, layer) = (row.position - 1, row.layer as usize);
        let column = self.reading.column_of(Position(position)).expect("the position was read");
        if layer >= self.reading.rows.len() {
            self.wrong.push(format!("layer {layer}: the model has {} layers", self.reading.rows.len()));
            return;
        }
        // Logits off by the noise change a probability by as much of itself. The last row is held to 1e-4.
        let relative = if layer + 1 == self.reading.rows.len() { 0.0 } else { 2.0 * f64::from(RAW_NOISE) };
        let exact = row.ids.iter().zip(&row.probs).map(|(id, prob)| (id.to_string(), *prob, 1e-4));
        // An image shows per cent with two decimals.
        let pictured = row.text.iter().zip(&row.percent);
        let pictured = pictured.map(|(text, percent)| (text.clone(), percent / 100.0, 1.5e-4));
        for (place, (name, prob, slack)) in exact.chain(pictured).enumerate() {
            let slack = f64::max(slack, relative * prob);
            let found =
                self.reading.cell(layer, column).top().nth(place).expect("every token is a candidate");
            let near = (f64::from(found.prob) - prob).abs() <= slack;
            // Two candidates that are as near to one another may have changed places.
            if near && self.has(layer, column, &name, prob, slack) {
                self.agreement.probabilities += 1;
                continue;
            }
            let (text, number) = (self.reading.text(found.id), place + 1);
            self.wrong.push(format!(
                "layer {layer}, position {position}, candidate {number}: expected {name:?} at {prob:.6}, \
                 found {} {text:?} at {:.6}",
                found.id, found.prob
            ));
        }
    }

    /// Whether the cell gives the token called `name`, by id or text, a probability of about `prob`.
    fn has(&self, layer: usize, column: usize, name: &str, prob: f64, slack: f64) -> bool {
        self.reading.cell(layer, column).top().any(|candidate| {
            let named = candidate.id.to_string() == name || self.reading.text(candidate.id) == name;
            named && (f64::from(candidate.prob) - prob).abs() <= slack
        })
    }
}
