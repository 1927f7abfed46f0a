//! Readings, cell by cell, against what Hugging Face transformers gives under the same lens: top-10 ids,
//! probabilities, ranks by the f32 noise rule, entropy, KL both ways, surprisal. (The hidden states themselves, and
//! greedy text, are compared in fathom-model's tests.)

mod common;

use common::{all_rows, compare, load, names, read, run};
use fathom_fixtures::tiny::{self, GgufType};
use fathom_fixtures::{DEFAULT_PROMPTS, LensReport, default_model, default_reference, quant};
use fathom_kernel::Control;
use fathom_lens::ReadOptions;
use fathom_model::{Generation, Prompt, SiteSelection};
use fathom_reading::{LensKind, Position};

fn say(what: &str, report: &LensReport) {
    println!(
        "{what}: {} cells, {} ranks moved within the noise, probabilities within {:.1e}, entropy {:.1e}, KL {:.1e} bits",
        report.cells, report.ranks_moved, report.worst_prob, report.worst_entropy_bits, report.worst_kl_bits
    );
}

#[test]
fn the_default_model() {
    let model = load(&default_model(), 2);
    let mut raw = 0;
    for prompt in DEFAULT_PROMPTS {
        let reference = default_reference(prompt);
        for (lens, report) in reference.lenses.iter().zip(compare(&model, &reference, prompt)) {
            let what = format!("{prompt}, {}", lens.lens);
            say(&what, &report);
            // The noise rule lets ranks move; that many would be no noise.
            assert!(report.ranks_moved * 20 <= report.cells, "{what}: {report:?}");
            assert!(lens.lens != "logit" || report.worst_prob <= 1e-4, "{what}: {report:?}");
            raw += usize::from(lens.lens == "raw");
        }
    }
    assert_eq!(raw, 3, "prompts with the raw lens recorded");
}

#[test]
fn a_text_is_read_as_its_tokens_and_generated_as_transformers_does() {
    let model = load(&default_model(), 2);
    let reference = default_reference("keys");
    let prompt = model.tokens_of(&Prompt::text(reference.text.clone())).unwrap();
    let settings = Generation { max_new: 8, ..Generation::default() };
    let sites = SiteSelection::residual();
    let run = model.generate(&prompt, &settings, &sites, &mut |_, _| {}, &Control::default()).unwrap();
    let reading = read(&model, &run, LensKind::Logit, &ReadOptions::default());
    let ids: Vec<u32> = reading.tokens.iter().map(|token| token.id.0).collect();
    let greedy = &reference.greedy.as_ref().unwrap()[..8];
    assert_eq!(ids, [&reference.ids, greedy].concat());
    // What was generated greedily has rank 1 in the last row: both come from one kernel.
    let last = reading.rows.len() - 1;
    for position in reading.prompt_len() - 1..reading.tokens.len() {
        assert_eq!(reading.cell(last, position).target().rank.get(), 1, "position {position}");
    }
}

#[test]
fn tiny_models_from_safetensors() {
    for name in names() {
        let folder = tempfile::tempdir().unwrap();
        tiny::write_safetensors(&name, folder.path());
        let reports = compare(&load(folder.path(), 2), &tiny::reference(&name), &name);
        say(&name, &reports[0]);
        assert_eq!(reports.len(), if ["llama", "gpt2"].contains(&name.as_str()) { 2 } else { 1 }, "{name}");
    }
}

#[test]
fn tiny_models_from_gguf() {
    let names: Vec<String> = names().into_iter().filter(|name| tiny::manifest(name).gguf.is_some()).collect();
    assert!(names.len() >= 4, "{names:?}");
    for name in names {
        let folder = tempfile::tempdir().unwrap();
        let path = tiny::write_gguf_as(&name, folder.path(), GgufType::F32);
        compare(&load(&path, 2), &tiny::reference(&name), &format!("{name} from GGUF"));
    }
}

#[test]
fn a_llama_of_every_quantised_type() {
    let folder = tempfile::tempdir().unwrap();
    let model = load(&quant::write_llama(folder.path()), 2);
    compare(&model, &quant::reference(), "quantised llama");
}

/// The comparison itself: it must see a wrong model, and say that the states are wrong and where.
#[test]
#[should_panic(expected = "The states differ already: the first site that differs is 0.z")]
fn another_rotary_base_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    tiny::write_safetensors("llama", folder.path());
    let path = folder.path().join("config.json");
    let mut config = tiny::config("llama");
    config["rope_parameters"]["rope_theta"] = 500.0.into();
    std::fs::write(&path, config.to_string()).unwrap();
    compare(&load(folder.path(), 2), &tiny::reference("llama"), "llama with another base");
}

/// As above: a lens that norms where it must not, over states that are right.
#[test]
fn the_wrong_lens_is_seen() {
    let model = common::tiny_model("gpt2", 1);
    let reference = tiny::reference("gpt2");
    let run = run(&model, &reference.ids);
    let lens = reference.lens("raw").unwrap();
    let positions = lens.positions.iter().map(|p| Position(*p as u32)).collect();
    let options =
        ReadOptions { rows: Some(all_rows(&model)), positions: Some(positions), ..ReadOptions::default() };
    let reading = read(&model, &run, LensKind::Logit, &options);
    let error = fathom_fixtures::compare_reading(lens, &reading).unwrap_err();
    assert!(error.starts_with("raw lens, row embed, position"), "{error}");
}
