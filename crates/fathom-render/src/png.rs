//! A figure as a picture: SVG drawn in pixels, with the program's own fonts first.
//!
//! Latin, Greek, Cyrillic, Hebrew, Arabic and the signs that make tokens visible are drawn with carried fonts, the same on every
//! machine. For other scripts (Chinese, Japanese, Korean, Indic, Thai, emoji) the system's fonts are looked through, and only then. A
//! character that no font has is drawn as an empty box and listed in [`Picture::missing`].
//!
//! ```
//! use fathom_render::{figure::{FigureOptions, rankings}, png};
//! let reading = fathom_reading::Reading::example();
//! let svg = rankings(&reading, &FigureOptions::default())?;
//! let picture = png::draw(&svg, 2.0)?;
//! assert!(picture.bytes.starts_with(b"\x89PNG"));
//! # Ok::<(), fathom_render::RenderError>(())
//! ```

use crate::error::RenderError;
use crate::glyphs;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::Tree;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

/// Pixels that a picture may have, in millions: 256 MB while it is drawn.
const MOST_MILLIONS: u32 = 64;

/// A figure in pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The PNG file.
    pub bytes: Vec<u8>,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Characters that no font has: they are drawn as empty boxes.
    pub missing: Vec<char>,
}

/// The PNG of an SVG at `scale` pixels a unit: see [`draw`].
///
/// # Errors
/// As [`draw`].
pub fn rasterise(svg: &str, scale: f32) -> Result<Vec<u8>, RenderError> {
    Ok(draw(svg, scale)?.bytes)
}

/// Draws an SVG at `scale` pixels a unit.
///
/// # Errors
/// Of a scale that is no positive number, of a picture of more than 64 million pixels, of what is no SVG, and where the
/// library that draws gives up.
pub fn draw(svg: &str, scale: f32) -> Result<Picture, RenderError> {
    guarded(|| unguarded(svg, scale))
}

fn unguarded(svg: &str, scale: f32) -> Result<Picture, RenderError> {
    if !(scale.is_finite() && scale > 0.0) {
        return Err(RenderError::BadScale { scale: scale.to_string() });
    }
    let (svg, missing) = glyphs::assigned(svg).map_err(bad)?;
    let tree = Tree::from_str(&svg, &glyphs::options()).map_err(bad)?;
    let (width, height) = pixels(tree.size().width(), tree.size().height(), scale)?;
    let mut pixmap = Pixmap::new(width, height).ok_or_else(|| bad("it has no size"))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    let bytes = pixmap.encode_png().map_err(bad)?;
    Ok(Picture { bytes, width, height, missing: missing.into_iter().collect() })
}

thread_local! {
    /// Whether this thread is drawing.
    static DRAWING: Cell<bool> = const { Cell::new(false) };
}

/// What `draw` makes; an error where it panics. Texts come from anywhere, and usvg and the libraries below it meet fonts and
/// scripts that nobody tried together.
fn guarded<T>(draw: impl FnOnce() -> Result<T, RenderError>) -> Result<T, RenderError> {
    let before = DRAWING.replace(true);
    let drawn = catch_unwind(AssertUnwindSafe(draw));
    DRAWING.set(before);
    drawn.unwrap_or_else(|panic| {
        let said = (panic.downcast_ref::<String>().map(String::as_str)).or(panic.downcast_ref().copied());
        Err(RenderError::DrawingFailed { why: said.unwrap_or("no reason given").to_owned() })
    })
}

/// Keeps Rust from telling of panics while a picture is drawn: [`draw`] returns them as errors. For programs, which own what
/// their process prints.
pub fn quiet_panics() {
    let tell = take_hook();
    set_hook(Box::new(move |panic| {
        if !DRAWING.get() {
            tell(panic);
        }
    }));
}

fn bad(why: impl std::fmt::Display) -> RenderError {
    RenderError::BadSvg { why: why.to_string() }
}

/// Pixels of a picture, checked.
fn pixels(width: f32, height: f32, scale: f32) -> Result<(u32, u32), RenderError> {
    let most = f64::from(MOST_MILLIONS) * 1e6;
    let (w, h) = (f64::from(width), f64::from(height));
    let (across, down) = ((w * f64::from(scale)).ceil().max(1.0), (h * f64::from(scale)).ceil().max(1.0));
    // No viewer takes a side that 16 bits can't count.
    if across * down > most || across.max(down) > 65_535.0 {
        let fits = (most / (w * h)).sqrt().min(65_535.0 / w.max(h));
        let fits = if fits > 0.02 { (fits * 100.0 - 1.0).floor() / 100.0 } else { fits * 0.9 };
        return Err(RenderError::PictureTooLarge {
            scale: scale.to_string(),
            width: across as u64,
            height: down as u64,
            most: MOST_MILLIONS,
            fits: fits.to_string(),
        });
    }
    Ok((across as u32, down as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(words: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"20\"><text y=\"15\">{words}</text></svg>"
        )
    }

    #[test]
    fn text_is_drawn_without_any_system_font() {
        let empty = draw(&svg(""), 1.0).unwrap();
        for words in ["is", "␣", "مرحبا", "שלום", "Ж", "⟨E2⟩"] {
            let picture = draw(&svg(words), 1.0).unwrap();
            assert_eq!((picture.width, picture.height, &picture.missing[..]), (100, 20, &[][..]), "{words}");
            assert_ne!(picture.bytes, empty.bytes, "{words}");
        }
    }

    #[test]
    fn a_character_without_a_font_is_named() {
        // A plane that no font fills.
        let picture = draw(&svg("a\u{dfffe}"), 1.0).unwrap();
        assert_eq!(picture.missing, ['\u{dfffe}']);
        // And its box is seen.
        assert_ne!(picture.bytes, draw(&svg("a"), 1.0).unwrap().bytes);
    }

    #[test]
    fn what_stands_beside_a_foreign_character_is_drawn_as_without_it() {
        // A character of DejaVu's, then the same with one that no font has: the rest of the line stays the same. (usvg
        // takes another font for the whole of a text, or gives up the text's other fallbacks.)
        let left = |words: &str| {
            let picture = draw(&svg(words), 4.0).unwrap();
            let pixmap = Pixmap::decode_png(&picture.bytes).unwrap();
            let columns = pixmap.width() as usize;
            // Of "offic", which takes a quarter of the width.
            pixmap.pixels().chunks(columns).flat_map(|row| row[..columns / 4].to_vec()).collect::<Vec<_>>()
        };
        assert_eq!(left("office ⟨ a"), left("office ⟨ \u{dfffe}"));
        assert_eq!(left("office a"), left("office ⟨"), "the line's own font stays");
        assert_ne!(left("office a"), left("offset a"));
    }

    #[test]
    fn what_panics_below_is_an_error() {
        let number = 3;
        let said = |draw: &dyn Fn() -> Result<u8, RenderError>| guarded(draw).unwrap_err().to_string();
        for error in [said(&|| panic!("removal index")), said(&|| panic!("removal index {number}"))] {
            assert!(error.contains("removal index") && error.contains(".svg"), "{error}");
        }
        assert_eq!(guarded(|| Ok(1)), Ok(1));
    }

    #[test]
    fn scales_are_checked() {
        assert_eq!(draw(&svg("a"), 2.5).unwrap().width, 250);
        for scale in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            assert!(matches!(draw(&svg("a"), scale), Err(RenderError::BadScale { .. })), "{scale}");
        }
        let error = draw(&svg("a"), 1000.0).unwrap_err().to_string();
        assert!(error.contains("100000 x 20000 pixels"), "{error}");
        let fits: f32 =
            error.split("a scale of ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        assert!(pixels(100.0, 20.0, fits).is_ok() && pixels(100.0, 20.0, fits * 1.02).is_err(), "{fits}");
        assert!(matches!(draw("<p>", 1.0), Err(RenderError::BadSvg { .. })));
    }
}
