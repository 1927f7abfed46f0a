//! Figures as SVG: snapshots of small ones, and what must hold of every one.

mod invented;

use fathom_reading::{LensKind, Position, Reading};
use fathom_render::figure::{FigureOptions, predictions, rankings, read, watch};
use fathom_render::{Background, RenderError, png};

type Draw = fn(&Reading, &FigureOptions) -> Result<String, RenderError>;

const ALL: [(&str, Draw); 4] =
    [("predictions", predictions), ("rankings", rankings), ("watch", watch), ("read", read)];

/// A reading that a reviewer can take in: four layers over five tokens.
fn small(prompt: &[&str], watched: &[&str]) -> Reading {
    invented::reading(&invented::Plan {
        layers: 4,
        prompt,
        outputs: &[" are", "."],
        watched,
        top_k: 3,
        lens: LensKind::Logit,
    })
}

fn dark() -> FigureOptions {
    FigureOptions { background: Background::Dark, ..FigureOptions::default() }
}

/// One tag a line, so that a changed figure shows as changed lines.
fn lines(svg: &str) -> String {
    svg.replace("><", ">\n<")
}

#[test]
fn every_figure() {
    let reading = small(&["The", " keys", " cabinet"], &[" is", " are"]);
    for (name, draw) in ALL {
        insta::assert_snapshot!(name, lines(&draw(&reading, &FigureOptions::default()).unwrap()));
    }
}

#[test]
fn every_figure_in_the_dark() {
    let reading = small(&["The", " keys", " cabinet"], &[" is", " are"]);
    for (name, draw) in ALL {
        let (light, dark) =
            (draw(&reading, &FigureOptions::default()).unwrap(), draw(&reading, &dark()).unwrap());
        assert_ne!(light, dark, "{name}");
        // The same words stand in both: only colours differ.
        assert_eq!(words(&light), words(&dark), "{name}");
    }
    insta::assert_snapshot!("rankings_dark", lines(&rankings(&reading, &dark()).unwrap()));
}

#[test]
fn a_figure_has_its_full_resolution() {
    // 48 layers x 50 tokens: every rank is written, and the picture can be drawn.
    let outputs: Vec<String> = (0..50).map(|i| format!(" word{i}")).collect();
    let outputs: Vec<&str> = outputs.iter().map(String::as_str).collect();
    let reading = invented::reading(&invented::Plan {
        layers: 48,
        prompt: &["The", " keys"],
        outputs: &outputs,
        watched: &[],
        top_k: 5,
        lens: LensKind::Raw,
    });
    let svg = rankings(&reading, &FigureOptions::default()).unwrap();
    let ranks = words(&svg);
    for (row, site) in reading.rows.iter().enumerate().skip(1) {
        for position in 1..51 {
            let column = reading.column_of(Position(position)).unwrap();
            let rank = reading.cell(row, column).target().rank.get();
            if rank <= 5000 {
                assert!(ranks.contains(&rank.to_string()), "{site:?} {position}: {rank}");
            }
        }
    }
    assert!(
        svg.contains("norm at the last layer only") || svg.contains("raw lens"),
        "the caption names the lens"
    );
    // Slanted or not, the names of the words above and below stand on the same side.
    let x_of = |label: &str| {
        let (before, _) = svg.split_once(&format!(">{label}</text>")).unwrap();
        before.rsplit_once("<text x=\"").unwrap().1.split('"').next().unwrap().to_owned()
    };
    assert!(svg.contains("rotate(-55)"));
    assert_eq!(x_of("input"), x_of("output"));
    let picture = png::draw(&svg, 1.0).unwrap();
    assert!(picture.missing.is_empty(), "{:?}", picture.missing);
    assert!(picture.width > 1000 && picture.height > 800, "{} x {}", picture.width, picture.height);
}

#[test]
fn hostile_tokens_stay_text() {
    let nasty = [
        "</text><script>alert(1)</script>",
        "\u{202e}desrever",
        "&amp;\"'",
        "\u{0}\u{1b}[2J",
        " مرحبا",
        "日本",
    ];
    let reading = small(&nasty, &["]]><x", "\u{2066}"]);
    for (name, draw) in ALL {
        let svg = draw(&reading, &FigureOptions::default()).unwrap();
        assert!(!svg.contains("<script") && !svg.contains('\u{202e}') && !svg.contains('\u{1b}'), "{name}");
        // A reader of XML agrees that it is well formed.
        png::draw(&svg, 0.5).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let svg = rankings(
        &reading,
        &FigureOptions { span: fathom_render::terminal::Span::WithPrompt, ..FigureOptions::default() },
    );
    let svg = svg.unwrap();
    assert!(svg.contains("مرحبا") && svg.contains("日本"), "other scripts are kept");
}

#[test]
fn a_figure_is_a_picture_and_nothing_else() {
    // What notebooks and sites let pass: no script, no foreign markup, no handler, no address, whatever tokens hold.
    let nasty =
        ["<script>alert(1)</script>", "\" onload=\"x", "<foreignObject/>", "javascript:x", "&lt;a href"];
    let reading = small(&nasty, &["' onclick='x", "<a xlink:href=x>"]);
    for (name, draw) in ALL {
        for options in [FigureOptions::default(), dark()] {
            let svg = draw(&reading, &options).unwrap();
            let document = resvg::usvg::roxmltree::Document::parse(&svg).unwrap();
            for node in document.descendants().filter(|node| node.is_element()) {
                let tag = node.tag_name().name();
                let drawn = ["svg", "title", "desc", "g", "rect", "path", "circle", "text", "tspan"];
                assert!(drawn.contains(&tag), "{name}: <{tag}>");
                for attribute in node.attributes() {
                    let (key, value) = (attribute.name(), attribute.value());
                    assert!(
                        !key.starts_with("on") && !["href", "style", "src"].contains(&key),
                        "{name}: {key}"
                    );
                    assert!(
                        !value.contains("url(") && !value.contains("javascript:"),
                        "{name}: {key}={value}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_prompt_is_written_as_text_not_as_tokens() {
    // Three bytes of one character stand on two tokens.
    let mut reading = small(&["a", "b", "c"], &[]);
    reading.tokens[0].bytes = vec![0xe6, 0x97];
    reading.tokens[1].bytes = vec![0xa5];
    reading.tokens[0].text = String::new();
    reading.tokens[1].text = "日".into();
    let svg = rankings(&reading, &FigureOptions::default()).unwrap();
    assert!(svg.contains("Prompt: 日c"), "{}", &svg[..1500]);
}

#[test]
fn metrics_change_the_cells_and_the_legend() {
    let reading = invented::keys();
    let drawings: Vec<String> = ["rank", "prob", "entropy", "kl", "kl-reverse", "surprisal"]
        .into_iter()
        .map(|metric| {
            read(&reading, &FigureOptions { metric: metric.into(), ..FigureOptions::default() }).unwrap()
        })
        .collect();
    for (i, a) in drawings.iter().enumerate() {
        assert!(drawings[..i].iter().all(|b| a != b), "metric {i} draws as another does");
    }
}

#[test]
fn what_is_said_of_the_last_position_is_true_of_the_metric() {
    let reading = invented::reading(&invented::Plan {
        layers: 2,
        prompt: &["The", " keys"],
        outputs: &[],
        watched: &[],
        top_k: 3,
        lens: LensKind::Logit,
    });
    for metric in ["rank", "prob", "logit", "entropy", "kl", "kl-reverse", "surprisal"] {
        let options = FigureOptions { metric: metric.into(), ..FigureOptions::default() };
        let of_a_token = !matches!(metric, "entropy" | "kl" | "kl-reverse");
        let said = [read(&reading, &options), rankings(&reading, &options)].map(|svg| {
            let svg = svg.unwrap();
            assert!(svg.contains("Nothing came after the last position"), "{metric:?}");
            ["its colour is that of the model's own choice", "its column shows"]
                .iter()
                .any(|s| svg.contains(s))
        });
        assert_eq!(said, [of_a_token; 2], "{metric:?}");
    }
}

#[test]
fn a_prompt_is_isolated_line_by_line() {
    let words = ["سلام عليكم ورحمة الله "; 12].concat();
    let reading = small(&[&words, "👩\u{200d}👧"], &[]);
    let svg = rankings(&reading, &FigureOptions::default()).unwrap();
    let texts: Vec<&str> =
        svg.split("<text ").skip(1).filter_map(|text| text.split("</text>").next()).collect();
    let isolates = |text: &str, c: char| text.matches(c).count();
    let of_prompt: Vec<&&str> = texts.iter().filter(|text| text.contains("ورحمة")).collect();
    assert!(of_prompt.len() > 1);
    for text in texts {
        assert_eq!(isolates(text, '\u{2068}'), isolates(text, '\u{2069}'), "{text}");
    }
    assert!(
        svg.contains("👩⟨U+200D⟩👧") && svg.contains("👩\u{200d}👧"),
        "a token shows it, the prompt does not"
    );
}

#[test]
fn what_can_not_be_drawn_is_said() {
    let bare = small(&["The"], &[]);
    let error = watch(&bare, &FigureOptions::default()).unwrap_err();
    assert!(matches!(error, RenderError::NothingWatched), "{error}");
    let away = FigureOptions { position: Some(Position(99)), ..FigureOptions::default() };
    let error = predictions(&bare, &away).unwrap_err().to_string();
    assert!(error.contains("99"), "{error}");
    let svg = rankings(&bare, &FigureOptions::default()).unwrap();
    for scale in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        assert!(matches!(png::draw(&svg, scale), Err(RenderError::BadScale { .. })), "{scale}");
    }
    let error = png::draw(&svg, 1000.0).unwrap_err().to_string();
    assert!(error.contains("a scale of"), "{error}");
    assert!(matches!(png::draw("<svg", 1.0), Err(RenderError::BadSvg { .. })));
}

/// The text of a figure, tag by tag, sorted: cells of one colour stand together in the file.
fn words(svg: &str) -> Vec<String> {
    let mut words: Vec<String> = svg
        .split('<')
        .filter_map(|tag| tag.split_once('>'))
        .map(|(_, text)| text.to_owned())
        .filter(|text| !text.trim().is_empty())
        .collect();
    words.sort_unstable();
    words
}
