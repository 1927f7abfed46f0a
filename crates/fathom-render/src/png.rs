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
use crate::fonts::{self, FILES};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::{Database, ID, Source, Style, Weight};
use resvg::usvg::{FontResolver, Options, Tree};
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock, Mutex};

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
/// Of a scale that is no positive number, of a picture of more than 64 million pixels, and of what is no SVG.
pub fn draw(svg: &str, scale: f32) -> Result<Picture, RenderError> {
    if !(scale.is_finite() && scale > 0.0) {
        return Err(RenderError::BadScale { scale: scale.to_string() });
    }
    let missing = Arc::new(Mutex::new(BTreeSet::new()));
    let tree = Tree::from_str(svg, &options(&missing)).map_err(bad)?;
    let (width, height) = pixels(tree.size().width(), tree.size().height(), scale)?;
    let mut pixmap = Pixmap::new(width, height).ok_or_else(|| bad("it has no size"))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    let bytes = pixmap.encode_png().map_err(bad)?;
    let missing = missing.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).iter().copied().collect();
    Ok(Picture { bytes, width, height, missing })
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

/// The carried fonts, in the order of [`FILES`].
static CARRIED: LazyLock<(Database, [ID; 3])> = LazyLock::new(|| {
    let mut fonts = Database::new();
    let ids = FILES.map(|bytes| fonts.load_font_source(Source::Binary(Arc::new(bytes)))[0]);
    (fonts, ids)
});

/// The carried fonts and the system's, found once and only when a character needs them.
static ALL: LazyLock<(Database, Vec<ID>)> = LazyLock::new(|| {
    let mut fonts = CARRIED.0.clone();
    fonts.load_system_fonts();
    let mut upright: Vec<(bool, u16, String, u32, ID)> = fonts
        .faces()
        .filter(|face| face.style == Style::Normal && !CARRIED.1.contains(&face.id))
        .map(|face| {
            let family = face.families.first().map_or_else(String::new, |(name, _)| name.clone());
            let off = face.weight.0.abs_diff(Weight::NORMAL.0);
            // A serif beside a sans is the last choice; the rest makes the order the same at every start.
            (!family.contains("Sans"), off, family, face.index, face.id)
        })
        .collect();
    upright.sort_unstable_by(|a, b| (a.0, a.1, &a.2, a.3).cmp(&(b.0, b.1, &b.2, b.3)));
    (fonts, upright.into_iter().map(|face| face.4).collect())
});

fn options(missing: &Arc<Mutex<BTreeSet<char>>>) -> Options<'static> {
    let missing = Arc::clone(missing);
    let select_font =
        |font: &resvg::usvg::Font, _: &mut Arc<Database>| Some(CARRIED.1[usize::from(font.weight() >= 600)]);
    let select_fallback = move |c: char, used: &[ID], fonts: &mut Arc<Database>| {
        let has = |fonts: &Database, id: ID| {
            !used.contains(&id)
                && fonts.with_face_data(id, |data, index| fonts::draws(data, index, c)) == Some(true)
        };
        if let Some(id) = CARRIED.1.into_iter().find(|&id| has(&CARRIED.0, id)) {
            return Some(id);
        }
        let (all, order) = &*ALL;
        let found = order.iter().copied().find(|&id| has(all, id));
        match found {
            // Ids of the smaller set stay what they are in the larger one.
            Some(_) => *fonts = Arc::new(all.clone()),
            None => {
                missing.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).insert(c);
            }
        }
        found
    };
    Options {
        fontdb: Arc::new(CARRIED.0.clone()),
        font_resolver: FontResolver {
            select_font: Box::new(select_font),
            select_fallback: Box::new(select_fallback),
        },
        ..Options::default()
    }
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
