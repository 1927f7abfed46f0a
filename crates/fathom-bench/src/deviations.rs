//! How far Fathom's numbers are from transformers': the tables of docs/correctness.md.

use anyhow::{Context, Result};
use fathom_fixtures::tiny::{self, GgufType};
use fathom_fixtures::{LensReport, Reference, Tolerance, compare_reading, compare_sites, site};
use fathom_kernel::Control;
use fathom_lens::{Lens, ReadOptions};
use fathom_model::{FAMILIES, Model, ModelError, Prompt, Run, SiteSelection};
use fathom_reading::{Layer, LensKind, Position, Site, TokenId};
use std::fmt::Write;
use std::path::Path;

/// The kinds of sites that are compared, in the order of a block, and the logits.
const KINDS: [&str; 7] = ["embed", "z", "attn_out", "resid_mid", "mlp_out", "resid_post", "logits"];

/// The largest differences of one model, over its prompts; or of several.
#[derive(Clone, Debug)]
pub struct Deviations {
    /// Which model, in which form.
    pub model: String,
    /// `model_type` of its config.json; empty for several.
    pub family: String,
    /// By kind of site: the largest difference relative to its row's norm, and transformers' own f32 against its f64.
    pub sites: Vec<(f64, f64)>,
    /// By lens.
    pub lenses: Vec<(String, LensReport)>,
}

impl Deviations {
    fn new(model: &str, family: &str) -> Deviations {
        let (model, family) = (model.to_owned(), family.to_owned());
        Deviations { model, family, sites: vec![(0.0, 0.0); KINDS.len()], lenses: Vec::new() }
    }

    /// Compares what `reference` recorded.
    fn add(&mut self, model: &Model, reference: &Reference) -> Result<()> {
        let prompt: Vec<TokenId> = reference.ids.iter().map(|id| TokenId(*id)).collect();
        let prompt = model.tokens_of(&Prompt::ids(prompt))?;
        let run = model.run(&prompt, &SiteSelection::all(), &Control::default())?;
        for (kind, (worst, noise)) in KINDS.iter().zip(&mut self.sites) {
            let mut part = reference.clone();
            part.sites.retain(|site| kind_of(&site.site) == *kind);
            let found = match compare_sites(&part, Tolerance::DEFAULT_MODEL, |name| rows(model, &run, name)) {
                Ok(report) => report.worst,
                Err(difference) => difference.relative,
            };
            *worst = worst.max(found);
            *noise = part.sites.iter().map(|site| site.noise).fold(*noise, f64::max);
        }
        for lens in &reference.lenses {
            let kind = if lens.lens == "raw" { LensKind::Raw } else { LensKind::Logit };
            let blocks = (0..model.layers()).map(|layer| Site::after(Layer(layer)));
            let options = ReadOptions {
                rows: Some(std::iter::once(Site::EMBED).chain(blocks).collect()),
                positions: Some(lens.positions.iter().map(|p| Position(*p as u32)).collect()),
                ..ReadOptions::default()
            };
            let reading = Lens::new(kind).read(model, &run, &options)?;
            let report = compare_reading(lens, &reading)
                .map_err(|error| anyhow::anyhow!("{}, {}: {error}", self.model, reference.name))?;
            self.add_lens(&lens.lens, &report);
        }
        Ok(())
    }

    fn add_lens(&mut self, lens: &str, report: &LensReport) {
        let at = self.lenses.iter().position(|(name, _)| name == lens);
        let at = at.unwrap_or_else(|| {
            self.lenses.push((lens.to_owned(), LensReport::default()));
            self.lenses.len() - 1
        });
        let sum = &mut self.lenses[at].1;
        sum.cells += report.cells;
        sum.ranks_moved += report.ranks_moved;
        sum.worst_prob = sum.worst_prob.max(report.worst_prob);
        sum.worst_entropy_bits = sum.worst_entropy_bits.max(report.worst_entropy_bits);
        sum.worst_kl_bits = sum.worst_kl_bits.max(report.worst_kl_bits);
    }
}

fn kind_of(name: &str) -> &'static str {
    let kind = site(name).map_or("logits", |site| site.kind.name());
    KINDS.into_iter().find(|known| *known == kind).unwrap_or("logits")
}

/// The rows of a site by its reference name, `[T, width]`.
fn rows(model: &Model, run: &Run, name: &str) -> Option<Vec<f32>> {
    if let Some(site) = site(name) {
        return run.states.has(site).then(|| run.states.rows(site).to_vec());
    }
    let states = (0..run.tokens.len()).map(|position| run.states.row(run.states.last(), position));
    states.map(|state| model.logits(state?).ok()).collect::<Option<Vec<_>>>().map(|rows| rows.concat())
}

/// The default model on all its recorded prompts.
///
/// # Errors
/// When it can't be loaded, or a reading is not the reference's.
pub fn default_model(path: &Path) -> Result<Deviations> {
    let model = crate::model(path, 2)?;
    let mut all = Deviations::new("SmolLM2-135M-Instruct, Q4_1", "llama");
    for prompt in fathom_fixtures::DEFAULT_PROMPTS {
        all.add(&model, &fathom_fixtures::default_reference(prompt))?;
    }
    Ok(all)
}

/// The tiny models whose family Fathom runs, from safetensors and, where there is a layout, from GGUF. What the model
/// refuses as unsupported is left out.
///
/// # Errors
/// When one can't be loaded, or a reading is not the reference's.
pub fn tiny_models() -> Result<Vec<Deviations>> {
    let family = |name: &str| tiny::config(name)["model_type"].as_str().unwrap_or_default().to_owned();
    let known =
        |name: &String| FAMILIES.iter().any(|known| known.model_types.contains(&family(name).as_str()));
    let mut all = Vec::new();
    for name in tiny::names().into_iter().filter(known) {
        let folder = tempfile::tempdir().context("a folder for a tiny model")?;
        tiny::write_safetensors(&name, folder.path());
        let model = match crate::model(folder.path(), 1) {
            Ok(model) => model,
            Err(error) if error.downcast_ref().is_some_and(ModelError::is_unsupported) => continue,
            Err(error) => return Err(error.context(name)),
        };
        let mut deviations = Deviations::new(&name, &family(&name));
        deviations.add(&model, &tiny::reference(&name))?;
        all.push(deviations);
        if tiny::manifest(&name).gguf.is_some() {
            let path = tiny::write_gguf_as(&name, folder.path(), GgufType::F32);
            let mut deviations = Deviations::new(&format!("{name}, GGUF"), &family(&name));
            deviations.add(&crate::model(&path, 1)?, &tiny::reference(&name))?;
            all.push(deviations);
        }
    }
    Ok(all)
}

/// The worst of several.
fn merged(what: &str, all: &[&Deviations]) -> Deviations {
    let mut sum = Deviations::new(what, "");
    for one in all {
        for ((worst, noise), (other_worst, other_noise)) in sum.sites.iter_mut().zip(&one.sites) {
            *worst = worst.max(*other_worst);
            *noise = noise.max(*other_noise);
        }
        for (lens, report) in &one.lenses {
            sum.add_lens(lens, report);
        }
    }
    sum
}

/// The tiny models by family: Llama, GPT-2, and what else there is.
pub fn by_family(tiny: &[Deviations]) -> Vec<Deviations> {
    let of = |family: &str| tiny.iter().filter(|one| one.family == family).collect::<Vec<_>>();
    let others: Vec<_> =
        tiny.iter().filter(|one| !["llama", "gpt2"].contains(&one.family.as_str())).collect();
    let mut groups = vec![
        merged(&format!("tiny Llama, {} forms", of("llama").len()), &of("llama")),
        merged(&format!("tiny GPT-2, {} forms", of("gpt2").len()), &of("gpt2")),
    ];
    if !others.is_empty() {
        groups.push(merged(&format!("tiny models of other families, {} forms", others.len()), &others));
    }
    groups
}

/// Both tables, as Markdown.
pub fn markdown(all: &[Deviations]) -> String {
    let mut text =
        String::from("Hidden states and logits: the largest difference of a row, relative to its norm");
    let _ = writeln!(text, " (in brackets: transformers' own f32 against its f64).\n");
    let _ = writeln!(text, "| model | {} |\n|---|{}", KINDS.join(" | "), "---:|".repeat(KINDS.len()));
    for model in all {
        let sites = model.sites.iter().map(|(worst, noise)| format!("{worst:.1e} ({noise:.1e})"));
        let _ = writeln!(text, "| {} | {} |", model.model, sites.collect::<Vec<_>>().join(" | "));
    }
    text.push_str("\nReadings: cells compared, ranks that differ (all within the noise), and the largest differences.\n\n");
    text.push_str("| model | lens | cells | ranks moved | probability | entropy, bits | KL, bits |\n");
    text.push_str("|---|---|---:|---:|---:|---:|---:|\n");
    for model in all {
        for (lens, report) in &model.lenses {
            let LensReport { cells, ranks_moved, worst_prob, worst_entropy_bits, worst_kl_bits } = report;
            let _ = writeln!(
                text,
                "| {} | {lens} | {cells} | {ranks_moved} | {worst_prob:.1e} | {worst_entropy_bits:.1e} | {worst_kl_bits:.1e} |",
                model.model
            );
        }
    }
    text
}
