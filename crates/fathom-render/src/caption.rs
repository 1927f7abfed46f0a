//! What stands below every view: who made the numbers, what they can't say, and what to do next.

use crate::page::{Page, Paint};
use crate::style::{Charset, Hints};
use crate::text::plain;
use crate::view::default_position;
use fathom_reading::{Info, LensKind, Origin, Position, Reading, Sampling, SamplingMethod};

/// A command worth trying next: its name and options.
pub(crate) struct Next {
    pub(crate) command: &'static str,
    /// Each with its value: `--position 4`.
    pub(crate) options: Vec<String>,
    /// Whether it asks about output tokens, so that they have to be made again.
    pub(crate) outputs: bool,
}

/// Longest prompt that is repeated in a hint.
const LONGEST_PROMPT: usize = 60;

/// What the raw lens does to early rows.
pub(crate) const RAW_LENS: &str =
    "Raw lens: rows before the last skip the final norm, as Ecco does, so their probabilities look too sure.";

/// What a lens can't show.
pub(crate) const EARLY_LAYERS: &str =
    "Early layers are read as if they were the last: what they hold in another form stays unseen.";

/// The caption lines.
pub(crate) fn caption(page: &mut Page<'_>, reading: &Reading, next: &[Next]) {
    let charset = page.style.charset;
    page.blank();
    page.prose(&provenance(&reading.info, charset), Paint::DIM);
    let raw = reading.info.lens.kind == LensKind::Raw;
    if raw {
        page.prose(RAW_LENS, Paint::PLAIN);
    }
    if let Some(place) = reading.info.not_finite {
        page.prose(&format!("Note: {}.", place.note()), Paint::PLAIN);
    }
    page.prose(EARLY_LAYERS, Paint::DIM);
    let hints: Vec<Vec<String>> = next.iter().filter_map(|next| command(page, reading, next)).collect();
    for (i, hint) in hints.iter().enumerate() {
        page.command(if i == 0 { "Next:" } else { "  or:" }, hint);
    }
}

/// `smollm2-135m (sha256 0123abcd) · llama, Q4_1 weights, f32 · logit lens, RMSNorm on every row · greedy`
pub(crate) fn provenance(info: &Info, charset: Charset) -> String {
    // Numbers that were taken from elsewhere have no file of weights, and no hash of it.
    let hash: String = info.model.sha256.chars().take(8).collect();
    let known = hash.chars().any(|digit| digit != '0');
    let parts = [
        if known { format!("{} ({hash})", info.model.name) } else { info.model.name.clone() },
        weights(info),
        format!("{} lens, {}", info.lens.kind.name(), info.lens.norm) + &screening(info),
        info.sampling.as_ref().map_or_else(|| "nothing generated".to_owned(), sampling),
    ];
    parts.map(|part| plain(&part, charset)).join(charset.glyphs().dot)
}

/// `, screened (probabilities within 0.0001%)`, or nothing where all is exact.
fn screening(info: &Info) -> String {
    info.lens.screening.map_or_else(String::new, |screening| {
        format!(", screened (ranks exact, probabilities within {})", within(screening.prob * 100.0))
    })
}

/// A bound in percent, rounded up to one digit.
fn within(percent: f64) -> String {
    if percent <= 0.0 {
        return "0%".to_owned();
    }
    let digits = (-percent.log10().floor()).max(0.0) as usize;
    let unit = 10f64.powi(digits as i32);
    format!("{:.digits$}%", (percent * unit).ceil() / unit)
}

/// How the weights are stored and held: `Q4_1 weights, f32 arithmetic`, `F16 weights rounded to bf16, f32 arithmetic`.
fn weights(info: &Info) -> String {
    let held = match info.precision.as_str() {
        "f32" => String::new(),
        packed if packed.starts_with("packed") => format!(" kept {packed}"),
        half => format!(" rounded to {half}"),
    };
    format!("{} weights{held}, f32 arithmetic", info.model.weights)
}

fn sampling(sampling: &Sampling) -> String {
    match sampling.method {
        SamplingMethod::Greedy => return "greedy".into(),
        SamplingMethod::Forced => return "continuation supplied".into(),
        SamplingMethod::Sampled => {}
    }
    let settings = [
        sampling.temperature.map(|t| format!("temperature {t}")),
        sampling.top_k.map(|k| format!("top-k {k}")),
        sampling.top_p.map(|p| format!("top-p {p}")),
        sampling.seed.map(|seed| format!("seed {seed}")),
        sampling.generator.clone(),
    ];
    let settings: Vec<String> = settings.into_iter().flatten().collect();
    if settings.is_empty() { "sampled".into() } else { format!("sampled ({})", settings.join(", ")) }
}

fn command(page: &Page<'_>, reading: &Reading, next: &Next) -> Option<Vec<String>> {
    let charset = page.style.charset;
    let source = match &page.style.hints {
        Hints::Off => return None,
        Hints::Saved(source) => vec![plain(source, charset)],
        Hints::Run { input, .. } if !next.outputs => vec![plain(input, charset)],
        Hints::Run { input, output } => vec![plain(input, charset), plain(output, charset)],
        Hints::FromReading => rebuilt(reading, next.outputs, charset)?,
    };
    let words =
        [format!("fathom {}", next.command)].into_iter().chain(source).chain(next.options.iter().cloned());
    Some(words.filter(|word| !word.is_empty()).collect())
}

/// `--position 4`, or nothing where that is what the command looks at anyway.
pub(crate) fn at(page: &Page<'_>, reading: &Reading, position: Position) -> Vec<String> {
    let saved = matches!(page.style.hints, Hints::Saved(_));
    let default = !saved && position == default_position(reading);
    if default { Vec::new() } else { vec![format!("--position {position}")] }
}

/// What to type to get this reading's run again, as far as it can be told from the reading.
fn rebuilt(reading: &Reading, outputs: bool, charset: Charset) -> Option<Vec<String>> {
    let bytes: Vec<u8> = reading
        .tokens
        .iter()
        .filter(|token| token.origin == Origin::Prompt)
        .flat_map(|token| token.bytes.iter().copied())
        .collect();
    let prompt = String::from_utf8(bytes).ok().filter(|prompt| {
        let short = prompt.len() <= LONGEST_PROMPT && !prompt.is_empty() && !prompt.starts_with('-');
        // What `plain` would have to change can't be typed back.
        short && plain(prompt, charset) == *prompt
    });
    // A token may hold bytes of a chat template and of a message: what was said cannot be told from the tokens.
    let chat = reading.tokens.iter().any(|token| token.origin == Origin::Template);
    let mut words = vec![match prompt {
        _ if chat => "--chat MESSAGE".to_owned(),
        Some(prompt) => quoted(&prompt),
        None => "PROMPT".to_owned(),
    }];
    let name = &reading.info.model.name;
    if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./@".contains(&b)) {
        words.push(format!("--model {name}"));
    }
    if reading.info.lens.kind == LensKind::Raw {
        words.push("--lens raw".to_owned());
    }
    if outputs {
        let made = reading.tokens.iter().filter(|token| token.origin == Origin::Output).count();
        let greedy = reading.info.sampling.as_ref().is_some_and(|s| s.method == SamplingMethod::Greedy);
        if !greedy {
            return None;
        }
        words.push(format!("--generate {made}"));
    }
    Some(words)
}

/// A shell word: double quotes where nothing inside them means anything to the shell, single quotes otherwise.
pub(crate) fn quoted(text: &str) -> String {
    if text.contains(['"', '\\', '$', '`', '!']) {
        format!("'{}'", text.replace('\'', "'\\''"))
    } else {
        format!("\"{text}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_rounded_up() {
        let shown = [0.0, 0.00123, 0.5, 0.91, 9.1, 12.3].map(within);
        assert_eq!(shown, ["0%", "0.002%", "0.5%", "1.0%", "10%", "13%"]);
    }

    #[test]
    fn quotes_for_a_shell() {
        assert_eq!(quoted("The keys"), "\"The keys\"");
        assert_eq!(quoted("it's"), "\"it's\"");
        assert_eq!(quoted("it's $5"), "'it'\\''s $5'");
    }

    #[test]
    fn sampling_is_told_completely() {
        let drawn = Sampling {
            method: SamplingMethod::Sampled,
            temperature: Some(0.8),
            top_k: Some(40),
            top_p: None,
            seed: Some(7),
            generator: Some("ChaCha12".into()),
        };
        assert_eq!(sampling(&drawn), "sampled (temperature 0.8, top-k 40, seed 7, ChaCha12)");
    }
}
