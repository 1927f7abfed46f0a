//! The article's own recorded numbers (GPT-2 family), for whoever has those weights, and for drawing.
//!
//! Conventions: lens `raw`, row `L` after block `L` (no embedding row), no BOS, `position` is the index of the token
//! being *predicted*, one more than the position of the state that predicts it.

use crate::{fixtures, load};
use fathom_reading::known::*;
use fathom_reading::{
    Axis, Columns, Info, Layer, LensInfo, LensKind, ModelInfo, Origin, Position, Rank, Reading, Sampling,
    SamplingMethod, Site, Target, Token, TokenId,
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// One recorded run of the article or of its notebooks.
#[derive(Clone, Debug, Deserialize)]
pub struct Recorded {
    /// Our name for it: `ones`, `europe-gpt2-xl`, `keys-cabinet`, …
    pub name: String,
    /// `distilgpt2`, `gpt2` or `gpt2-xl`.
    pub model: String,
    /// `article` or `notebook`.
    pub source: String,
    /// `exact` (floats embedded in a notebook), or `from the image`.
    pub read: String,
    /// The prompt.
    pub prompt: String,
    /// The texts of the prompt's tokens, where recorded.
    pub tokens: Option<Vec<String>>,
    /// The prompt's ids, where recorded.
    pub ids: Option<Vec<u32>>,
    /// What followed: give it as the continuation (some runs were sampled).
    pub output_ids: Vec<u32>,
    /// The texts of the output's tokens.
    pub output: Vec<String>,
    /// `[layers][output]`: the rank of each output token after each block.
    pub ranks: Option<Vec<Vec<u32>>>,
    /// Ranks of watched tokens at the first position after the prompt.
    pub watch: Option<RecordedWatch>,
    /// Top candidates of some rows.
    #[serde(default)]
    pub candidates: Vec<RecordedCandidates>,
}

/// Two tokens watched at the blank.
#[derive(Clone, Debug, Deserialize)]
pub struct RecordedWatch {
    /// Their ids.
    pub ids: Vec<u32>,
    /// Their texts.
    pub text: Vec<String>,
    /// `[layers][tokens]`.
    pub ranks: Vec<Vec<u32>>,
}

/// The best candidates of one row: exact (`ids`, `probs`), or as an image shows them (`text`, `percent`).
#[derive(Clone, Debug, Deserialize)]
pub struct RecordedCandidates {
    /// The index of the predicted token: the state sits one before.
    pub position: u32,
    /// After which block.
    pub layer: u32,
    /// Best first.
    #[serde(default)]
    pub ids: Vec<u32>,
    /// Exact f32 probabilities.
    #[serde(default)]
    pub probs: Vec<f64>,
    /// Best first.
    #[serde(default)]
    pub text: Vec<String>,
    /// Per cent, two decimals.
    #[serde(default)]
    pub percent: Vec<f64>,
}

#[derive(Deserialize)]
struct File {
    runs: Vec<Recorded>,
}

/// Every recorded run.
///
/// # Panics
/// When the fixture is damaged.
pub fn runs() -> Vec<Recorded> {
    load::<File>(&fixtures().join("article/recorded.json")).runs
}

/// The recorded run of this name.
///
/// # Panics
/// When there is none.
pub fn run(name: &str) -> Recorded {
    let mut runs = runs();
    let names: Vec<String> = runs.iter().map(|run| run.name.clone()).collect();
    let at = names
        .iter()
        .position(|have| have == name)
        .unwrap_or_else(|| panic!("no run {name}; there are {names:?}"));
    runs.swap_remove(at)
}

impl Recorded {
    /// Prompt and output ids together, where the prompt's are known.
    pub fn all_ids(&self) -> Option<Vec<u32>> {
        Some([self.ids.as_deref()?, &self.output_ids].concat())
    }

    /// The recorded ranks as a reading to draw (`rankings --from`): GPT-2 XL's figure has 48 rows.
    ///
    /// Only ranks were recorded: there are no candidates, and every other number is 0.
    ///
    /// # Panics
    /// When the run has no rank matrix, or its prompt's tokens are not known.
    pub fn reading(&self) -> Reading {
        let ranks = self.ranks.as_ref().expect("a run with a rank matrix");
        let (ids, texts) =
            (self.ids.as_ref().expect("known ids"), self.tokens.as_ref().expect("known tokens"));
        let token = |(id, text): (&u32, &String), origin| Token {
            id: TokenId(*id),
            text: text.clone(),
            bytes: text.clone().into_bytes(),
            origin,
        };
        let prompt = ids.iter().zip(texts).map(|pair| token(pair, Origin::Prompt));
        let output = self.output_ids.iter().zip(&self.output).map(|pair| token(pair, Origin::Output));
        let cells = ranks.len() * self.output_ids.len();
        let rank = |rank: &u32| Rank::new(*rank).expect("ranks begin at 1");
        // The state one before the first output token predicts it.
        let first = ids.len() as u32 - 1;
        let named = |(id, text): (&u32, &String)| (TokenId(*id), text.clone());
        Reading {
            info: self.info(ranks.len() as u32),
            tokens: prompt.chain(output).collect(),
            rows: (0..ranks.len() as u32).map(|layer| Site::after(Layer(layer)).into()).collect(),
            axis: Axis::Positions((first..first + self.output_ids.len() as u32).map(Position).collect()),
            targets: self.output_ids.iter().map(|id| Target { id: TokenId(*id), is_argmax: false }).collect(),
            watched: Vec::new(),
            columns: [TARGET_LOGIT, TARGET_PROB, ENTROPY_BITS, KL_BITS, KL_REVERSE_BITS, SURPRISAL_BITS]
                .into_iter()
                .fold(Columns::of_reading(0), |columns, key| columns.with(key, vec![0.0; cells]))
                .with(TARGET_RANK, ranks.iter().flatten().map(rank).collect()),
            vocabulary: self.output_ids.iter().zip(&self.output).map(named).collect::<BTreeMap<_, _>>(),
        }
    }

    fn info(&self, layers: u32) -> Info {
        let width = match self.model.as_str() {
            "gpt2-xl" => 1600,
            _ => 768,
        };
        Info {
            model: ModelInfo {
                name: self.model.clone(),
                sha256: "0".repeat(64),
                family: "gpt2".to_owned(),
                layers,
                width,
                vocabulary: 50257,
                parameters: 0,
                weights: "F32".to_owned(),
            },
            lens: LensInfo {
                kind: LensKind::Raw,
                norm: "LayerNorm on the last row only".to_owned(),
                screening: None,
            },
            precision: "f32".to_owned(),
            sampling: Some(Sampling {
                method: SamplingMethod::Forced,
                temperature: None,
                top_k: None,
                top_p: None,
                seed: None,
                generator: None,
            }),
            run_id: format!("recorded-{}", self.name),
            program: "recorded by the article (ranks only)".to_owned(),
            not_finite: None,
            about: Default::default(),
            predicts: Default::default(),
            other: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_matrices_are_whole() {
        let layers = BTreeMap::from([("distilgpt2", 6), ("gpt2", 12), ("gpt2-xl", 48)]);
        for run in runs() {
            let rows = layers[run.model.as_str()];
            assert_eq!(run.output_ids.len(), run.output.len(), "{}", run.name);
            if let Some(ranks) = &run.ranks {
                assert_eq!(ranks.len(), rows, "{}", run.name);
                assert!(ranks.iter().all(|row| row.len() == run.output_ids.len()), "{}", run.name);
                assert!(ranks.iter().flatten().all(|rank| (1..=50257).contains(rank)), "{}", run.name);
            }
            if let Some(watch) = &run.watch {
                assert_eq!(
                    (watch.ranks.len(), watch.ranks[0].len()),
                    (rows, watch.ids.len()),
                    "{}",
                    run.name
                );
            }
            for row in &run.candidates {
                assert!(
                    row.ids.len() == row.probs.len() && row.text.len() == row.percent.len(),
                    "{}",
                    run.name
                );
                assert!(row.probs.windows(2).all(|pair| pair[0] >= pair[1]), "{}", run.name);
            }
        }
    }

    #[test]
    fn the_sampled_chile_is_there() {
        // The article's example of a token that sampling chose and the model did not: rank 43 in the last row.
        let run = run("europe-gpt2");
        let at = run.output.iter().position(|text| text == " Chile").unwrap();
        assert_eq!(run.ranks.unwrap()[11][at], 43);
    }

    #[test]
    fn gpt2_xl_is_a_reading_of_48_rows() {
        let reading = run("europe-gpt2-xl").reading();
        assert_eq!((reading.rows.len(), reading.positions().len()), (48, 30));
        assert_eq!(reading.prompt_len(), 23);
        assert_eq!(reading.cell(0, 0).target().rank.get(), 20613);
    }
}
