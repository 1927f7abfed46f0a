//! The comparison with the article's recorded numbers, tried on a tiny random GPT-2: it accepts the model's own numbers
//! and sees every kind of difference. (With the real weights: tests/recorded.rs.)

mod common;

use common::article::{Agreement, reproduce};
use common::{everything, logits_of, read, tokens};
use fathom_fixtures::article::{self, Recorded, RecordedCandidates, RecordedWatch};
use fathom_kernel::Control;
use fathom_model::{Model, Prompt, SiteSelection};
use fathom_reading::LensKind;

const PROMPT: &str = "The keys to the cabinet";

/// What this model would have had recorded, in every form that the article's numbers have.
fn recorded(model: &Model) -> Recorded {
    let prompt = model.tokens_of(&Prompt::text(PROMPT)).unwrap();
    let ids: Vec<u32> = prompt.iter().map(|(id, _)| id.0).collect();
    let output_ids = vec![42, 7, 300];
    let run = model
        .run_forced(&prompt, &tokens(&output_ids), &SiteSelection::residual(), &Control::default())
        .unwrap();
    let reading = read(model, &run, LensKind::Raw, &everything(model));
    let first = ids.len() - 1;
    // Row 0 of this reading is the embedding.
    let rank = |row: usize, column: usize, id: u32| {
        let logits = logits_of(&reading, row, column);
        1 + logits.iter().filter(|logit| **logit > logits[id as usize]).count() as u32
    };
    let layers = || 1..reading.rows.len();
    let ranks =
        layers().map(|row| output_ids.iter().enumerate().map(|(i, id)| rank(row, first + i, *id)).collect());
    let watch = layers().map(|row| [9, 11].map(|id| rank(row, first, id)).to_vec());
    let candidates = layers().flat_map(|row| {
        let top = || reading.cell(row, first - 1).top().take(10);
        let (position, layer) = (first as u32, row as u32 - 1);
        let exact = RecordedCandidates {
            position,
            layer,
            ids: top().map(|candidate| candidate.id.0).collect(),
            probs: top().map(|candidate| f64::from(candidate.prob)).collect(),
            text: Vec::new(),
            percent: Vec::new(),
        };
        let pictured = RecordedCandidates {
            ids: Vec::new(),
            probs: Vec::new(),
            text: top().map(|candidate| reading.text(candidate.id)).collect(),
            percent: top().map(|candidate| f64::from((candidate.prob * 1e4).round()) / 100.0).collect(),
            ..exact.clone()
        };
        [exact, pictured]
    });
    Recorded {
        name: "tiny".to_owned(),
        model: "tiny".to_owned(),
        source: "here".to_owned(),
        read: "exact".to_owned(),
        prompt: PROMPT.to_owned(),
        tokens: None,
        output: Vec::new(),
        ranks: Some(ranks.collect()),
        watch: Some(RecordedWatch { ids: vec![9, 11], text: Vec::new(), ranks: watch.collect() }),
        candidates: candidates.collect(),
        ids: Some(ids),
        output_ids,
    }
}

#[test]
fn a_models_own_numbers_are_reproduced() {
    let model = common::tiny_model("gpt2", 1);
    let layers = model.layers() as usize;
    let agreement = reproduce(&model, &recorded(&model)).unwrap();
    assert_eq!(agreement, Agreement { ranks: layers * (3 + 2), probabilities: layers * 20 });
}

#[test]
fn every_kind_of_difference_is_seen() {
    let model = common::tiny_model("gpt2", 1);
    let right = recorded(&model);
    let lines = |change: &dyn Fn(&mut Recorded)| {
        let mut recorded = right.clone();
        change(&mut recorded);
        reproduce(&model, &recorded).unwrap_err()
    };
    // A rank is compared by the noise rule, so the change must be one that no noise explains.
    let far = |rank: &mut u32| *rank = if *rank > 150 { 1 } else { 300 };
    let wrong = lines(&|recorded| far(&mut recorded.ranks.as_mut().unwrap()[1][2]));
    assert!(wrong.len() == 1 && wrong[0].starts_with("layer 1, position"), "{wrong:?}");
    let wrong = lines(&|recorded| far(&mut recorded.watch.as_mut().unwrap().ranks[0][1]));
    assert!(wrong.len() == 1 && wrong[0].contains("token 11"), "{wrong:?}");
    let wrong = lines(&|recorded| recorded.candidates[0].probs[3] *= 1.2);
    assert!(wrong.len() == 1 && wrong[0].contains("candidate 4"), "{wrong:?}");
    let wrong = lines(&|recorded| recorded.candidates[0].ids[0] ^= 1);
    assert!(wrong[0].contains("candidate 1"), "{wrong:?}");
    let wrong = lines(&|recorded| recorded.candidates[1].percent[0] *= 1.2);
    assert!(wrong[0].contains("candidate 1"), "{wrong:?}");
    let wrong = lines(&|recorded| recorded.candidates[1].text[0].push('x'));
    assert!(wrong[0].contains("candidate 1"), "{wrong:?}");
    let wrong = lines(&|recorded| recorded.ids.as_mut().unwrap()[0] += 1);
    assert!(wrong[0].contains("the prompt's tokens"), "{wrong:?}");
    // The positions are of predicted tokens: one off is another state.
    let wrong = lines(&|recorded| recorded.candidates.iter_mut().for_each(|row| row.position -= 1));
    assert!(wrong.len() > 10, "{wrong:?}");
    let wrong = lines(&|recorded| recorded.candidates[0].layer = 99);
    assert!(wrong[0].starts_with("layer 99"), "{wrong:?}");
    // A model with other layers is not the recorded one.
    let wrong = lines(&|recorded| recorded.ranks.as_mut().unwrap().push(vec![1, 1, 1]));
    assert!(wrong[0].contains("the model has"), "{wrong:?}");
}

#[test]
fn another_model_does_not_reproduce_the_article() {
    // Every recorded run can be put to the comparison; a random model fails all of them, if only by its tokens.
    let model = common::tiny_model("gpt2", 1);
    for recorded in article::runs() {
        assert!(reproduce(&model, &recorded).is_err(), "{}", recorded.name);
    }
}
