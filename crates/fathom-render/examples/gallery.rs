//! Every terminal view of three readings, none of them a model's output: `cargo run -p fathom-render --example gallery -- [WIDTH] [none|16|256|true] [light] [ascii] [VIEW]`.

use fathom_reading::{Layer, LensKind, Position, Reading, Site};
use fathom_render::terminal::{self, Span};
use fathom_render::{Background, Charset, ColorDepth, LayerChoice, RenderError, Style};
use std::io::Write;

#[path = "../tests/invented/mod.rs"]
mod invented;

fn main() -> Result<(), RenderError> {
    let mut style = Style { color: ColorDepth::TrueColor, ..Style::default() };
    let mut only = None;
    for word in std::env::args().skip(1) {
        match word.as_str() {
            "none" => style.color = ColorDepth::None,
            "16" => style.color = ColorDepth::Ansi16,
            "256" => style.color = ColorDepth::Ansi256,
            "true" => style.color = ColorDepth::TrueColor,
            "light" => style.background = Background::Light,
            "ascii" => style.charset = Charset::Ascii,
            "all" => style.layers = LayerChoice::All,
            word => match word.parse() {
                Ok(width) => style.width = width,
                Err(_) => only = Some(word.to_owned()),
            },
        }
    }
    for (name, drawing) in gallery(&style)? {
        if only.as_ref().is_none_or(|only| name.contains(only)) {
            // A closed pipe (`| head`) is no error.
            let _ = writeln!(std::io::stdout(), "── {name}\n{drawing}");
        }
    }
    Ok(())
}

fn gallery(style: &Style) -> Result<Vec<(&'static str, String)>, RenderError> {
    let (keys, long, hostile) = (invented::keys(), invented::long(), Reading::example());
    let last = Style { layers: LayerChoice::List(vec![Site::after(Layer(29))]), ..style.clone() };
    let raw = invented::reading(&invented::Plan {
        layers: 6,
        prompt: &[" 1", ",", " 1", ",", " 1", ","],
        outputs: &[" 1", ","],
        watched: &[" 1"],
        top_k: 10,
        lens: LensKind::Raw,
    });
    Ok(vec![
        ("rankings", terminal::rankings(&keys, style, Span::Outputs)?),
        ("rankings-long", terminal::rankings(&long, style, Span::WithPrompt)?),
        ("rankings-raw", terminal::rankings(&raw, style, Span::WithPrompt)?),
        ("rankings-hostile", terminal::rankings(&hostile, style, Span::WithPrompt)?),
        ("predictions", terminal::predictions(&keys, style, None, 10)?),
        ("predictions-layer", terminal::predictions(&keys, &last, None, 10)?),
        ("predictions-raw", terminal::predictions(&raw, style, None, 10)?),
        ("predictions-hostile", terminal::predictions(&hostile, style, Some(Position(2)), 10)?),
        ("watch", terminal::watch(&keys, style, None)?),
        ("watch-many", terminal::watch(&long, style, None)?),
        ("watch-hostile", terminal::watch(&hostile, style, None)?),
        ("read", terminal::read(&keys, style, "rank")?),
        ("read-long", terminal::read(&long, style, "kl")?),
        ("read-raw", terminal::read(&raw, style, "logit")?),
        ("read-hostile", terminal::read(&hostile, style, "entropy")?),
    ])
}
