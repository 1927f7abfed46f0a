//! From what was typed to a reading: the model found and loaded, the prompt run, the lens held up.

use crate::args::{
    BosChoice, CommonArgs, GenerateArgs, LayerSelection, LensName, ModelArgs, ProjectionName, PromptArgs,
};
use crate::exit::usage;
use crate::input::Text;
use crate::progress::{Downloads, Steps};
use crate::{input, saved, stream, style};
use anyhow::Result;
use fathom::reading::{Layer, Origin, Position, Reading, Site, TokenId};
use fathom::{
    Bos, Control, Generation, LensKind, LoadOptions, Model, ModelError, Output, Precision, ProjectionKind,
    Prompt, PromptSource, ReadOptions, SiteSelection,
};
use std::sync::Arc;

/// What a command needs beyond the shared options.
pub(crate) struct Request<'a> {
    /// The prompt argument.
    pub(crate) prompt: Option<&'a str>,
    /// The shared options.
    pub(crate) common: &'a CommonArgs,
    /// Tokens to generate when nothing is said.
    pub(crate) generate: u32,
    /// Which positions to read, once the run is known; `None`: all.
    pub(crate) positions: &'a dyn Fn(&RunShape) -> Result<Option<Vec<Position>>>,
    /// Words to watch. Of a saved reading, none means those that it recorded.
    pub(crate) watch: &'a [String],
    /// Layers asked for in place of `--layers` (`predictions --layer`).
    pub(crate) layers: Option<&'a LayerSelection>,
}

impl Request<'_> {
    /// The layers asked for.
    fn layers(&self) -> Option<&LayerSelection> {
        self.layers.or(self.common.lens.layers.as_ref())
    }
}

/// What is known of a run before it is read.
pub(crate) struct RunShape {
    /// Tokens in all, T.
    pub(crate) tokens: usize,
    /// Of which before the output: specials and prompt.
    pub(crate) prompt: usize,
    /// Of a saved reading, the positions that it holds.
    pub(crate) saved: Option<Vec<Position>>,
}

impl RunShape {
    /// The position that `asked` means: by default the last prompt token, which the blank follows (or the only one
    /// that was saved).
    pub(crate) fn position(&self, asked: Option<u32>) -> Result<Position> {
        let last = self.tokens.saturating_sub(1);
        match (asked, self.saved.as_deref()) {
            (Some(asked), _) if asked as usize > last => Err(self.out_of_range(asked)),
            (Some(asked), _) => Ok(Position(asked)),
            (None, Some([only])) => Ok(*only),
            (None, _) => Ok(Position(self.prompt.saturating_sub(1) as u32)),
        }
    }

    fn out_of_range(&self, asked: u32) -> anyhow::Error {
        let range = match self.tokens {
            0 | 1 => "this run has 1 token, so the only position is 0".to_string(),
            tokens => format!("this run has {tokens} tokens, so positions are 0 to {}", tokens - 1),
        };
        let more = if self.saved.is_some() { "" } else { " (--generate N makes more)" };
        usage(format!("--position {asked} is out of range: {range}{more}"))
    }
}

/// Makes the reading that `request` asks for: from the saved file, or by running the model.
pub(crate) fn reading(request: &Request<'_>) -> Result<Reading> {
    if let Some(path) = &request.common.from {
        if request.prompt.is_some() {
            return Err(usage("--from draws a saved reading: leave the prompt out"));
        }
        return from_saved(&saved::load(path)?, request);
    }
    check(&request.common.generate)?;
    let text = input::prompt(request.prompt, &request.common.prompt)?;
    let model = load(&request.common.model.model, &request.common.model)?;
    let control = Control { progress: Some(Arc::new(Steps::default())), ..Control::default() };
    let rows = rows(&model, request)?;
    let output = run(&model, &text, request, &sites(&rows), &control)?;
    let prompt = output.run.origins.iter().filter(|&&origin| origin != Origin::Output).count();
    let shape = RunShape { tokens: output.run.tokens.len(), prompt, saved: None };
    let positions = (request.positions)(&shape)?;
    let options = ReadOptions {
        rows: Some(rows),
        watch_at: positions.as_ref().and_then(|positions| positions.first().copied()),
        positions,
        top_k: request.common.lens.top_k,
        watch: request.watch.to_vec(),
        projection: match request.common.lens.projection {
            ProjectionName::F32 => ProjectionKind::F32,
            ProjectionName::Screened => ProjectionKind::Screened,
        },
        control,
        ..ReadOptions::default()
    };
    let lens = match request.common.lens.lens {
        LensName::Logit => LensKind::Logit,
        LensName::Raw => LensKind::Raw,
    };
    Ok(output.read_with(lens, &options)?)
}

fn from_saved(reading: &Reading, request: &Request<'_>) -> Result<Reading> {
    let shape = RunShape {
        tokens: reading.tokens.len(),
        prompt: reading.prompt_len(),
        saved: Some(reading.positions().to_vec()),
    };
    let positions = (request.positions)(&shape)?;
    let embed = request.common.lens.embed;
    let part = saved::part(reading, request.layers(), embed, positions.as_deref())?;
    if request.watch.is_empty() { Ok(part) } else { saved::watching(&part, request.watch) }
}

/// Loads a model, with notes and bars on standard error.
pub(crate) fn load(name: &str, args: &ModelArgs) -> Result<Model> {
    let downloads = Downloads::default();
    let options = LoadOptions {
        offline: args.offline,
        threads: args.threads.map(usize::from),
        device: args.device,
        precision: args.precision.into(),
        progress: &downloads,
        ..LoadOptions::default()
    };
    let model = Model::load_with(name, &options)?;
    if model.precision() == Precision::Packed
        && !model.storage().iter().any(|report| report.storage.is_quantised())
    {
        let weights = &model.info().weights;
        style::note(&format!("nothing in {name} is quantised: its weights are kept as stored ({weights})"));
    }
    for note in model.notes() {
        style::note(&note.text);
        let details = note.details.iter().filter(|_| args.verbose);
        details.for_each(|detail| style::say(&format!("  {}", style::harmless(detail))));
    }
    Ok(model)
}

/// Settings that no model could run with.
pub(crate) fn check(args: &GenerateArgs) -> Result<()> {
    if let Some(t) = args.temperature.filter(|t| !t.is_finite() || *t < 0.0) {
        return Err(usage(format!("--temperature {t}: give 0 (greedy) or a positive number")));
    }
    if let Some(p) = args.top_p.filter(|p| !(*p > 0.0 && *p <= 1.0)) {
        return Err(usage(format!("--top-p {p}: give a probability above 0, at most 1")));
    }
    if args.top_k_sampling == Some(0) {
        return Err(usage("--top-k-sampling 0: give at least 1 candidate to draw from"));
    }
    Ok(())
}

/// The sites that the figure's rows show.
pub(crate) fn rows(model: &Model, request: &Request<'_>) -> Result<Vec<Site>> {
    let layers = model.config().layers.len() as u32;
    let chosen = match request.layers() {
        Some(selection) => selection.resolve(layers)?,
        None => (0..i64::from(layers)).collect(),
    };
    let mut rows: Vec<Site> = chosen.into_iter().map(saved::site).collect();
    if request.common.lens.embed && rows.first() != Some(&Site::EMBED) {
        rows.insert(0, Site::EMBED);
    }
    Ok(rows)
}

/// What to record for these rows.
pub(crate) fn sites(rows: &[Site]) -> SiteSelection {
    let layers: Vec<Layer> = rows.iter().filter_map(|site| site.layer).collect();
    SiteSelection::residual().in_layers(&layers)
}

/// Runs the prompt with the output that was asked for.
pub(crate) fn run(
    model: &Model,
    text: &Text,
    request: &Request<'_>,
    sites: &SiteSelection,
    control: &Control,
) -> Result<Output> {
    let args = &request.common.generate;
    let tokens = tokens(model, text, &request.common.prompt)?;
    let continuation = match (&args.continuation, &args.continuation_ids) {
        (Some(text), _) => Some(model.continuation_of(text).map_err(fathom::Error::from)?),
        (None, Some(ids)) => Some(ids.iter().copied().map(TokenId).collect()),
        (None, None) => None,
    };
    if let Some(continuation) = continuation {
        if continuation.is_empty() {
            return Err(usage("the continuation is empty: give at least one token, or use --generate"));
        }
        return Ok(model.forced(&tokens, &continuation, sites, control)?);
    }
    let generation = generation(args, request.generate);
    let prompt = match text {
        Text::Written(text) | Text::Chat(text) => text.as_str(),
        Text::Ids(_) => "",
    };
    let mut stream = stream::Stream::new(prompt);
    let mut made = 0;
    let mut on_token = |_, bytes: &[u8]| {
        made += 1;
        stream.token(bytes);
    };
    let output = model.generate_with(&tokens, &generation, sites, &mut on_token, control);
    stream.finish();
    match output {
        // Nobody asked for output: what there is can be read.
        Err(fathom::Error::Model(ModelError::NotFinite(_))) if args.generate.is_none() => {
            let most = generation.max_new;
            style::note(&format!("{made} of {most} tokens generated: the model's own output is not finite"));
            let less = Generation { max_new: made, ..generation };
            Ok(model.generate_with(&tokens, &less, sites, &mut |_, _| {}, control)?)
        }
        Err(why @ fathom::Error::Model(ModelError::NotFinite(_))) => {
            Err(anyhow::Error::from(why)
                .context(format!("{made} of {} tokens generated", generation.max_new)))
        }
        output => Ok(output?),
    }
}

/// The prompt's tokens, each with where it came from.
fn tokens(model: &Model, text: &Text, args: &PromptArgs) -> Result<Vec<(TokenId, Origin)>> {
    let source = match text {
        Text::Written(text) => {
            if !args.parse_special {
                special_note(model, text);
            }
            PromptSource::Text(text.clone())
        }
        Text::Ids(ids) => PromptSource::Ids(ids.iter().copied().map(TokenId).collect()),
        Text::Chat(message) => {
            let chat = model.chat(message)?;
            chat.notes.iter().for_each(|note| style::note(&note.to_string()));
            return Ok(chat.tokens().collect());
        }
    };
    let bos = match args.bos {
        BosChoice::Auto => Bos::Auto,
        BosChoice::On => Bos::On,
        BosChoice::Off => Bos::Off,
    };
    let prompt = Prompt { source, bos, parse_specials: args.parse_special };
    Ok(model.tokens_of(&prompt).map_err(fathom::Error::from)?)
}

/// Says that special strings are read as text.
fn special_note(model: &Model, text: &str) {
    let found = model.tokenizer().special_strings(text);
    if let [first, more @ ..] = &found[..] {
        let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
        style::note(&format!(
            "the prompt holds {first}{more}, read as text like any other: with --parse-special it is the model's special token"
        ));
    }
}

fn generation(args: &GenerateArgs, default: u32) -> Generation {
    let max_new = args.generate.unwrap_or(default) as usize;
    if !args.samples() {
        return Generation { max_new, ..Generation::default() };
    }
    let seed = args.seed.unwrap_or_else(|| {
        let seed = fresh_seed();
        style::note(&format!("drawing with --seed {seed}"));
        seed
    });
    Generation {
        max_new,
        temperature: Some(args.temperature.unwrap_or(1.0)),
        top_k: args.top_k_sampling.map(|k| k as usize),
        top_p: args.top_p,
        seed,
    }
}

/// A seed that differs from run to run, short enough to type.
fn fresh_seed() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::hash::RandomState::new().build_hasher().finish() % 1_000_000
}
