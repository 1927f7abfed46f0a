//! The explorer: a reading (or two) and the viewer in one HTML file that opens from disk and asks the network for nothing.
//!
//! The page holds the viewer's module and stylesheet (`viewer/`, built and committed under `assets/`) and the reading as
//! a pack ([`fathom_reading::pack`]) in base64. Its content security policy names the two by their SHA-256 and allows
//! nothing else, so that no token, name or prompt can ever be run, whatever it holds.
//!
//! ```
//! use fathom_render::html::{HtmlOptions, explorer};
//! let page = explorer(&fathom_reading::Reading::example(), &HtmlOptions::default())?;
//! assert!(page.starts_with("<!doctype html>"));
//! // The example's token `</script>` is nowhere in it as it stands.
//! assert_eq!(page.matches("</script>").count(), 2);
//! # Ok::<(), fathom_render::RenderError>(())
//! ```

use crate::RenderError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fathom_reading::{Origin, Reading, text};
use sha2::{Digest, Sha256};

/// The viewer's module and stylesheet: `export mount(element, source, options)`, for pages and notebooks alike.
const JS: &str = include_str!("../assets/viewer.js");
const CSS: &str = include_str!("../assets/viewer.css");

/// Longest title, in characters.
const LONGEST_TITLE: usize = 80;

/// What can be said about a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HtmlOptions {
    /// The page's title; by default the prompt.
    pub title: Option<String>,
}

/// The viewer's bundle: its ES module and its stylesheet. A server or a notebook mounts it itself.
pub fn bundle() -> (&'static str, &'static str) {
    (JS, CSS)
}

/// One self-contained page that explores `reading`.
pub fn explorer(reading: &Reading, options: &HtmlOptions) -> Result<String, RenderError> {
    let title = options.title.clone().unwrap_or_else(|| prompt(reading));
    Ok(page(&title, &[("fathom-reading", pack(reading)?)]))
}

/// One self-contained page that compares two readings.
pub fn compare(a: &Reading, b: &Reading, options: &HtmlOptions) -> Result<String, RenderError> {
    let title = options.title.clone().unwrap_or_else(|| match (prompt(a), prompt(b)) {
        (a, b) if a == b => a,
        (a, b) => format!("{a} | {b}"),
    });
    Ok(page(&title, &[("fathom-reading", pack(a)?), ("fathom-other", pack(b)?)]))
}

fn pack(reading: &Reading) -> Result<String, RenderError> {
    let pack = reading.to_pack().map_err(|error| RenderError::Unpackable(error.to_string()))?;
    Ok(STANDARD.encode(pack))
}

/// The prompt as it was written, made visible and cut.
fn prompt(reading: &Reading) -> String {
    let prompt = reading.tokens.iter().filter(|token| token.origin == Origin::Prompt);
    let words = fathom_reading::text::joined(prompt);
    let shown: Vec<String> = words.split(' ').map(text::visible).collect();
    let shown = shown.join(" ");
    match shown.char_indices().nth(LONGEST_TITLE) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown,
    }
}

fn page(title: &str, readings: &[(&str, String)]) -> String {
    let (title, policy) = (escape(title), policy());
    let data: String = readings
        .iter()
        // Base64 has no `<`: nothing in it can end the element.
        .map(|(id, pack)| {
            format!("<script type=\"application/vnd.fathom.pack+base64\" id=\"{id}\">{pack}</script>\n")
        })
        .collect();
    format!(
        "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"color-scheme\" content=\"light dark\">
<meta name=\"referrer\" content=\"no-referrer\">
<link rel=\"icon\" href=\"data:,\">
<title>{title} · Fathom</title>
<style>{CSS}</style>
</head>
<body>
<div id=\"fathom\"><p class=\"fathom-first\">{title}</p></div>
<noscript>This page draws a reading with JavaScript, all of which it holds itself.</noscript>
{data}<script type=\"module\">{JS}</script>
</body>
</html>
"
    )
}

/// Only this very script and stylesheet; pictures only out of the page itself.
fn policy() -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    format!(
        "default-src 'none'; script-src {}; style-src {}; img-src data: blob:; base-uri 'none'; form-action 'none'",
        hash(JS),
        hash(CSS)
    )
}

/// Text of an element or an attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an inline script or style may not hold: it would end the element, or begin a comment in it.
    #[test]
    fn the_bundle_can_stand_in_a_page() {
        for dangerous in ["</script", "<script", "<!--"] {
            assert!(!JS.to_ascii_lowercase().contains(dangerous), "viewer.js holds {dangerous}");
        }
        assert!(!CSS.to_ascii_lowercase().contains("</style"), "viewer.css ends its element");
        assert!(JS.len() + CSS.len() < 150_000, "the bundle has grown to {} bytes", JS.len() + CSS.len());
    }

    #[test]
    fn the_page_holds_the_reading_and_no_markup_of_anybody_elses() {
        let mut reading = Reading::example();
        let evil = "</title><img src=x onerror=alert(1)>\u{202e}";
        (reading.tokens[1].text, reading.tokens[1].bytes) = (evil.into(), evil.into());
        reading.info.model.name = "</script><script>alert(1)</script>".into();
        let page = explorer(&reading, &HtmlOptions::default()).unwrap();
        assert!(!page.contains("<img") && !page.contains("<script>") && !page.contains('\u{202e}'));
        assert!(page.contains("<title>&lt;/title&gt;&lt;img src=x onerror"));
        let start = page.find("id=\"fathom-reading\">").unwrap() + "id=\"fathom-reading\">".len();
        let end = start + page[start..].find('<').unwrap();
        let pack = STANDARD.decode(&page[start..end]).unwrap();
        assert_eq!(Reading::from_pack(&pack).unwrap(), reading);
    }

    #[test]
    fn two_readings_make_a_comparison() {
        let a = Reading::example();
        let b = a.select(&[1, 2, 3, 4], &[0, 1, 2]);
        let page = compare(&a, &b, &HtmlOptions { title: Some("A & B".into()) }).unwrap();
        assert!(page.contains("<title>A &amp; B · Fathom</title>"));
        assert!(page.contains("id=\"fathom-other\""));
    }

    #[test]
    fn a_title_is_cut_between_characters() {
        let mut reading = Reading::example();
        // One character over two tokens is whole.
        let text = "日".repeat(200).into_bytes();
        reading.tokens[1].bytes = text[..4].to_vec();
        reading.tokens[2].bytes = text[4..].to_vec();
        reading.tokens.truncate(3);
        assert_eq!(prompt(&reading), format!("{}…", "日".repeat(LONGEST_TITLE)));
    }
}
