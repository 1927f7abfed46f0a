//! Any width and any text: no panic, no line wider than the terminal, nothing that moves the cursor.

mod invented;

use fathom_reading::known::*;
use fathom_reading::{LensKind, Reading};
use fathom_render::terminal::{Span, predictions, rankings, read, watch};
use fathom_render::{Background, Charset, ColorDepth, Hints, LayerChoice, Style};
use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "\\PC{0,12}",
        "[ a-z\n\t]{0,8}",
        "[日本語😀👩‍💻e\u{301}\u{300}ａ\u{202e}\u{200d}\u{fe0f}مرحباไทย한국]{0,30}",
        Just("\u{1b}[2J\u{1b}]0;x\u{7}".to_owned()),
        Just("🇩🇪🇫🇷".to_owned()),
    ]
}

fn style() -> impl Strategy<Value = Style> {
    (
        prop_oneof![0..400usize, 0..90usize],
        proptest::option::of(0..80usize),
        prop_oneof![
            Just(ColorDepth::None),
            Just(ColorDepth::Ansi16),
            Just(ColorDepth::Ansi256),
            Just(ColorDepth::TrueColor)
        ],
        prop_oneof![Just(Background::Dark), Just(Background::Light)],
        prop_oneof![Just(Charset::Unicode), Just(Charset::Ascii)],
        prop_oneof![Just(LayerChoice::Fit), Just(LayerChoice::All)],
        proptest::option::of(0..4usize),
        prop_oneof![
            Just(Hints::Off),
            Just(Hints::FromReading),
            text().prop_map(Hints::Saved),
            (text(), text()).prop_map(|(input, output)| Hints::Run { input, output })
        ],
    )
        .prop_map(|(width, height, color, background, charset, layers, panels, hints)| Style {
            width,
            height,
            color,
            background,
            charset,
            layers,
            panels,
            hints,
        })
}

fn reading() -> impl Strategy<Value = Reading> {
    let texts = || proptest::collection::vec(text(), 1..7);
    (1..40u32, texts(), proptest::collection::vec(text(), 0..12), texts(), text(), 1..12usize).prop_map(
        |(layers, prompt, outputs, watched, name, top_k)| {
            let refs = |texts: &'_ [String]| {
                texts.iter().map(|text| text.clone().leak() as &str).collect::<Vec<&str>>()
            };
            let mut reading = invented::reading(&invented::Plan {
                layers,
                prompt: &refs(&prompt),
                outputs: &refs(&outputs),
                watched: &refs(&watched),
                top_k,
                lens: if layers % 2 == 0 { LensKind::Logit } else { LensKind::Raw },
            });
            reading.info.model.name = name.clone();
            reading.info.lens.norm = name;
            reading
        },
    )
}

/// Takes the colours out, and refuses every other escape sequence.
fn without_colours(drawing: &str) -> Result<String, TestCaseError> {
    let mut out = String::new();
    let mut rest = drawing;
    while let Some(at) = rest.find('\u{1b}') {
        out.push_str(&rest[..at]);
        let sequence = &rest[at + 1..];
        let end = sequence.find('m').unwrap_or(0);
        let colour = sequence
            .strip_prefix('[')
            .is_some_and(|s| s[..end.max(1) - 1].bytes().all(|b| b.is_ascii_digit() || b == b';'));
        prop_assert!(
            colour && end > 0,
            "an escape sequence that is no colour: {:?}",
            &sequence[..sequence.len().min(12)]
        );
        rest = &sequence[end + 1..];
    }
    Ok(out + rest)
}

fn sound(drawing: &str, style: &Style) -> Result<(), TestCaseError> {
    let plain = without_colours(drawing)?;
    prop_assert!(style.color != ColorDepth::None || plain == drawing, "colours where none were allowed");
    prop_assert!(plain.ends_with('\n'));
    for line in plain.lines() {
        prop_assert!(!line.chars().any(char::is_control), "a control character in {line:?}");
        let width = UnicodeWidthStr::width(line);
        prop_assert!(width <= style.width, "{width} columns where {} are: {line:?}", style.width);
    }
    prop_assert!(style.charset == Charset::Unicode || plain.is_ascii(), "{plain}");
    Ok(())
}

/// What can colour a reading.
const COLOURS: [&str; 7] = ["rank", "prob", "logit", "entropy", "kl", "kl-reverse", "surprisal"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn every_view_is_sound(
        reading in reading(),
        style in style(),
        metric in proptest::sample::select(&COLOURS[..]),
        span in prop_oneof![Just(Span::Outputs), Just(Span::WithPrompt)],
        position in any::<proptest::sample::Index>(),
        top_k in 0..20usize,
    ) {
        let position = Some(reading.positions()[position.index(reading.positions().len())]);
        let drawings = [
            rankings(&reading, &style, span),
            predictions(&reading, &style, position, top_k),
            watch(&reading, &style, position),
            read(&reading, &style, metric),
        ];
        for drawing in drawings {
            sound(&drawing.unwrap(), &style)?;
        }
    }

    /// What a JSON file can hold after a lossy conversion must not panic either.
    #[test]
    fn numbers_that_are_none_draw_too(style in style(), value in prop_oneof![Just(f32::NAN), Just(f32::INFINITY), Just(f32::NEG_INFINITY), Just(-1.0f32), Just(1e30)]) {
        let mut reading = if style.width % 2 == 0 { invented::keys() } else { invented::long() };
        for key in [TARGET_LOGIT, TARGET_PROB, ENTROPY_BITS, KL_BITS, KL_REVERSE_BITS, SURPRISAL_BITS, TOP_PROB, WATCH_PROB, WATCH_LOGIT] {
            reading.columns[key].iter_mut().step_by(3).for_each(|x| *x = value);
        }
        for metric in COLOURS {
            sound(&read(&reading, &style, metric).unwrap(), &style)?;
        }
        sound(&predictions(&reading, &style, None, 10).unwrap(), &style)?;
        sound(&watch(&reading, &style, None).unwrap(), &style)?;
    }
}

/// From 40 columns on nothing has to be clipped: every row holds a rank for each column of its panel's head.
#[test]
fn every_rank_is_there_at_every_width() {
    for reading in [invented::keys(), invented::long()] {
        for width in 40..=300 {
            let style = Style { width, hints: Hints::Off, ..Style::default() };
            let drawing = rankings(&reading, &style, Span::WithPrompt).unwrap();
            let (mut columns, mut rows) = (0, 0);
            for line in drawing.lines() {
                let words: Vec<&str> =
                    line.split_whitespace().filter(|word| !"█▓▒░".contains(*word)).collect();
                let head =
                    line.starts_with("       ") && words.iter().all(|word| word.parse::<u32>().is_ok());
                let label = words.first().copied().unwrap_or("");
                if head && !words.is_empty() {
                    columns = words.len();
                } else if label == "embed" || (line.starts_with("   ") && label.parse::<u32>().is_ok()) {
                    rows += 1;
                    assert_eq!(words.len(), columns + 1, "width {width}: {line}");
                }
            }
            assert!(rows >= 8, "width {width}: {rows} rows");
        }
    }
}
