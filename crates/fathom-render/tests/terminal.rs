//! Snapshots of every view. Plain ones show layout and words; one ANSI snapshot a view holds the colours.

mod invented;

use fathom_reading::known::{TOP_ID, WATCH_LOGIT, WATCH_PROB, WATCH_RANK};
use fathom_reading::{Layer, LensKind, Position, Reading, Site};
use fathom_render::terminal::{Span, predictions, rankings, read, watch};
use fathom_render::{Charset, ColorDepth, Hints, LayerChoice, RenderError, Style};

fn plain(width: usize) -> Style {
    Style { width, ..Style::default() }
}

fn layers(of: &[u32]) -> LayerChoice {
    LayerChoice::List(of.iter().map(|&layer| Site::after(Layer(layer))).collect())
}

/// Few rows, so that a reviewer can read the escape sequences; ESC is written `␛`.
fn coloured(depth: ColorDepth) -> Style {
    Style { color: depth, layers: layers(&[0, 16, 22, 29]), ..plain(100) }
}

fn escapes(drawing: Result<String, RenderError>) -> String {
    drawing.unwrap().replace('\u{1b}', "␛")
}

fn raw() -> Reading {
    invented::reading(&invented::Plan {
        layers: 6,
        prompt: &[" 1", ",", " 1", ",", " 1", ","],
        outputs: &[" 1", ","],
        watched: &[" 1"],
        top_k: 10,
        lens: LensKind::Raw,
    })
}

#[test]
fn rankings_at_80() {
    insta::assert_snapshot!(rankings(&invented::keys(), &plain(80), Span::Outputs).unwrap());
}

#[test]
fn rankings_of_many_columns_wrap_into_panels() {
    insta::assert_snapshot!(rankings(&invented::long(), &plain(160), Span::WithPrompt).unwrap());
}

#[test]
fn rankings_cut_what_does_not_fit_and_say_so() {
    let style = Style { panels: Some(1), height: Some(24), ..plain(40) };
    insta::assert_snapshot!(rankings(&invented::long(), &style, Span::WithPrompt).unwrap());
}

#[test]
fn rankings_with_the_raw_lens_in_ascii() {
    let style = Style { charset: Charset::Ascii, ..plain(80) };
    let drawing = rankings(&raw(), &style, Span::Outputs).unwrap();
    assert!(drawing.is_ascii());
    insta::assert_snapshot!(drawing);
}

#[test]
fn predictions_at_80() {
    insta::assert_snapshot!(predictions(&invented::keys(), &plain(80), None, 10).unwrap());
}

#[test]
fn predictions_of_one_layer_are_a_list() {
    let style = Style { layers: layers(&[29]), ..plain(80) };
    insta::assert_snapshot!(predictions(&invented::keys(), &style, None, 10).unwrap());
}

#[test]
fn watch_at_80() {
    insta::assert_snapshot!(watch(&invented::keys(), &plain(80), None).unwrap());
}

#[test]
fn watch_of_a_string_of_several_tokens_says_so() {
    insta::assert_snapshot!(watch(&Reading::example(), &plain(100), Some(Position(4))).unwrap());
}

#[test]
fn watch_of_many_tokens_drops_what_does_not_fit() {
    insta::assert_snapshot!(watch(&invented::long(), &plain(60), None).unwrap());
}

#[test]
fn read_at_80() {
    insta::assert_snapshot!(read(&invented::keys(), &plain(80), "rank").unwrap());
}

#[test]
fn read_of_hostile_tokens() {
    insta::assert_snapshot!(read(&Reading::example(), &plain(100), "entropy").unwrap());
}

#[test]
fn colours_of_every_view() {
    let keys = invented::keys();
    let style = coloured(ColorDepth::TrueColor);
    insta::assert_snapshot!("ansi_rankings", escapes(rankings(&keys, &style, Span::Outputs)));
    insta::assert_snapshot!("ansi_predictions", escapes(predictions(&keys, &style, None, 5)));
    insta::assert_snapshot!("ansi_watch", escapes(watch(&keys, &style, None)));
    insta::assert_snapshot!("ansi_read", escapes(read(&keys, &style, "kl")));
    insta::assert_snapshot!("ansi256_watch", escapes(watch(&keys, &coloured(ColorDepth::Ansi256), None)));
    insta::assert_snapshot!(
        "ansi16_rankings",
        escapes(rankings(&keys, &coloured(ColorDepth::Ansi16), Span::Outputs))
    );
}

#[test]
fn hints_are_commands_or_nothing() {
    let keys = invented::keys();
    let of = |hints| rankings(&keys, &Style { hints, ..plain(200) }, Span::Outputs).unwrap();
    assert!(!of(Hints::Off).contains("Next:"));
    assert!(
        of(Hints::Saved("--from keys.json".into()))
            .contains("Next: fathom predictions --from keys.json --position")
    );
    let run = Hints::Run { input: "\"The keys\" --model gpt2".into(), output: "--generate 8".into() };
    assert!(
        of(run.clone())
            .contains("Next: fathom predictions \"The keys\" --model gpt2 --generate 8 --position")
    );
    // The blank is where `predictions` looks anyway, and it needs no output tokens.
    let after = watch(&keys, &Style { hints: run.clone(), ..plain(200) }, None).unwrap();
    assert!(after.ends_with("Next: fathom predictions \"The keys\" --model gpt2\n"), "{after}");
    // A saved reading is not sent to watch what it did not record.
    let tell = |reading: &Reading, hints| {
        predictions(reading, &Style { hints, ..plain(200) }, None, 5).unwrap().contains("fathom watch")
    };
    let unwatched = keys.with_watched(&[]);
    assert!(tell(&unwatched, run) && !tell(&unwatched, Hints::Saved("--from keys.json".into())));
    let rebuilt =
        "Next: fathom predictions \"The keys to the cabinet\" --model smollm2-135m --generate 8 --position";
    assert!(of(Hints::FromReading).contains(rebuilt));
}

#[test]
fn what_is_not_there_is_refused_with_what_is() {
    let keys = invented::keys();
    let message = |result: Result<String, RenderError>| result.unwrap_err().to_string();
    assert_eq!(
        message(predictions(&keys, &plain(80), Some(Position(13)), 10)),
        "position 13 is not in this reading, which has 13 positions, 0 to 12"
    );
    let style = Style { layers: layers(&[30]), ..plain(80) };
    assert_eq!(
        message(rankings(&keys, &style, Span::Outputs)),
        "layer 30 is not in this reading, which has 31 layers, embed to 29"
    );
    let nothing = Reading { watched: vec![], ..keys.clone() };
    assert!(message(watch(&nothing, &plain(80), None)).contains("malformed"), "columns of unwatched tokens");
    let mut nothing = nothing;
    nothing.columns[WATCH_LOGIT].clear();
    nothing.columns[WATCH_PROB].clear();
    nothing.columns[WATCH_RANK].clear();
    assert_eq!(watch(&nothing, &plain(80), None), Err(RenderError::NothingWatched));
    let mut short = keys;
    short.columns[TOP_ID].pop();
    assert_eq!(
        message(read(&short, &plain(80), "rank")),
        "the reading is malformed: `top_id` holds 4029 values where its cells need 4030"
    );
}

#[test]
fn a_reading_that_ends_early_does_not_speak_of_the_last_layer() {
    let mut keys = invented::keys();
    keys.info.model.layers = 48;
    let drawing = watch(&keys, &plain(200), None).unwrap() + &read(&keys, &plain(200), "rank").unwrap();
    assert!(!drawing.contains("after the last layer") && drawing.contains("layer 29, the last one read"));
}

#[test]
fn fit_hides_layers_only_where_it_must_and_never_the_ends() {
    let rows = |height| {
        let style = Style { height: Some(height), ..plain(80) };
        let drawing = rankings(&invented::keys(), &style, Span::Outputs).unwrap();
        let labels: Vec<String> = drawing
            .lines()
            .map(|line| line.chars().take(6).collect::<String>().trim().to_owned())
            .filter(|label| label == "embed" || label.parse::<u32>().is_ok())
            .collect();
        assert!(labels.contains(&"embed".to_owned()) && labels.contains(&"29".to_owned()));
        (labels.len(), drawing.contains("layers hidden, those that change least: --layers all"))
    };
    assert_eq!(rows(100), (31, false));
    assert_eq!(rows(24), (8, true));
}
