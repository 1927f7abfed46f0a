//! A reading in a notebook: the widget's module, and forms that need no kernel.
//!
//! | form | script | a kernel | JupyterLab shows it untrusted |
//! |---|---|---|---|
//! | [`MODULE`], anywidget's `_esm` (its protocol: `docs/widget.md`) | yes | for further ranks only | no |
//! | [`frame`], the explorer within an `<iframe>` | yes | no | no |
//! | [`image`], a figure as `<img>` | no | no | yes |
//!
//! ```
//! use fathom_render::{figure, notebook};
//! let reading = fathom_reading::Reading::example();
//! let svg = figure::rankings(&reading, &figure::FigureOptions::default())?;
//! assert!(notebook::image(&svg, "Ranks").starts_with("<img alt=\"Ranks\""));
//! assert!(notebook::frame(&reading, None, 480)?.starts_with("<iframe"));
//! # Ok::<(), fathom_render::RenderError>(())
//! ```

use crate::RenderError;
use crate::html::{HtmlOptions, compare, escape, explorer};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fathom_reading::Reading;

/// The widget's front end: an ES module (`export default { render }`) that carries its stylesheet and asks the network
/// for nothing.
pub const MODULE: &str = include_str!("../assets/widget.js");

/// Bytes that a [`frame`] may have: notebooks keep every output in their file, and become slow with larger ones.
pub const MOST_FRAME_BYTES: usize = 4 << 20;

/// The explorer of a reading, or of two to compare, as an `<iframe>` of its own that is `height` CSS pixels high: it
/// neither sees the notebook's page nor asks anybody for anything.
///
/// # Errors
/// Of a reading that contradicts itself, or whose frame would have more than [`MOST_FRAME_BYTES`].
pub fn frame(reading: &Reading, other: Option<&Reading>, height: u32) -> Result<String, RenderError> {
    let options = HtmlOptions::default();
    let page = match other {
        Some(other) => compare(reading, other, &options)?,
        None => explorer(reading, &options)?,
    };
    let frame = format!(
        "<iframe title=\"Fathom\" width=\"100%\" height=\"{height}\" frameborder=\"0\" loading=\"lazy\" \
         sandbox=\"allow-scripts allow-downloads\" srcdoc=\"{}\"></iframe>",
        escape(&page)
    );
    match frame.len() {
        bytes if bytes > MOST_FRAME_BYTES => {
            Err(RenderError::FrameTooLarge { bytes, most: MOST_FRAME_BYTES })
        }
        _ => Ok(frame),
    }
}

/// A figure's SVG as an `<img>`: a picture, in which nothing can run, and which a notebook's sanitiser lets pass.
pub fn image(svg: &str, alt: &str) -> String {
    format!(
        "<img alt=\"{}\" style=\"max-width:100%\" src=\"data:image/svg+xml;base64,{}\">",
        escape(alt),
        STANDARD.encode(svg)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_holds_the_page_as_an_attribute() {
        let reading = Reading::example();
        let frame = frame(&reading, None, 480).unwrap();
        // Nothing of the page is markup of the notebook's.
        assert_eq!(
            (frame.matches('<').count(), frame.matches('"').count()),
            (2, 14),
            "iframe and its end alone"
        );
        let page = explorer(&reading, &HtmlOptions::default()).unwrap();
        let start = frame.find("srcdoc=\"").unwrap() + 8;
        let held = &frame[start..start + frame[start..].find('"').unwrap()];
        let held =
            held.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
        assert_eq!(held, page);
    }

    #[test]
    fn a_frame_is_bounded() {
        let mut reading = Reading::example();
        // What does not compress: a long text of letters in no order.
        let mut state = 1u64;
        let mut letter = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            char::from(b'!' + (state >> 58) as u8)
        };
        let text: String = (0..5 << 20).map(|_| letter()).collect();
        (reading.tokens[0].text, reading.tokens[0].bytes) = (text.clone(), text.into_bytes());
        let error = frame(&reading, None, 480).unwrap_err();
        assert!(matches!(error, RenderError::FrameTooLarge { .. }), "{error}");
        assert!(error.to_string().contains("figure"), "{error}");
    }

    #[test]
    fn an_image_is_a_picture_and_nothing_else() {
        let image = image("<svg onload=\"x\"/>", "\"><script>");
        assert_eq!(image.matches('<').count(), 1);
        assert!(image.contains("alt=\"&quot;&gt;&lt;script&gt;\""));
    }

    #[test]
    fn the_module_is_one_file() {
        assert!(MODULE.contains("export{") || MODULE.contains("export default"), "an ES module");
        for outside in ["import ", "import(", "https://", "@import"] {
            let found = MODULE
                .match_indices(outside)
                .find(|(at, _)| !MODULE[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '.'));
            assert!(found.is_none(), "widget.js asks for something else: {outside}");
        }
        assert!(MODULE.len() < 150_000, "the widget has grown to {} bytes", MODULE.len());
    }
}
