//! Every colour of the drawings, from one file that the viewer reads too: `theme.json`.
//!
//! - `grounds`: surface, text and lines of the light and the dark theme.
//! - `ramps`: colours from faint to strong at even steps, linear in sRGB between them. Each has one direction of
//!   lightness, so that it reads the same to colour-blind eyes and in grey. `rose` is the article's pink, a straight
//!   line in OKLCH; cividis and viridis are matplotlib's, turned on a light ground so that strong stands out on both.
//! - `diverging`: less, the same, more: the middle is near the ground.
//! - `series`: watched tokens, after Okabe and Ito, each at least 3:1 against its ground (so some are darker or
//!   lighter than theirs). Colour `i` goes with dash `i` and marker `i`: no line is told apart by hue alone.
//!
//! ```
//! use fathom_render::{Background, theme::Theme};
//! let theme = Theme::get();
//! assert_eq!(theme.ground(Background::Light).surface.to_string(), "#ffffff");
//! ```

use crate::style::Background;
use anstyle::RgbColor;
use serde::{Deserialize, Deserializer, de};
use std::fmt;
use std::sync::LazyLock;

/// The file as it stands.
pub const JSON: &str = include_str!("../theme.json");

/// An sRGB colour, written `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hex(pub RgbColor);

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RgbColor(r, g, b) = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hex, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.strip_prefix('#').filter(|d| d.len() == 6 && d.is_ascii());
        let channel = |at: usize| digits.and_then(|d| u8::from_str_radix(&d[at..at + 2], 16).ok());
        match (channel(0), channel(2), channel(4)) {
            (Some(r), Some(g), Some(b)) => Ok(Hex(RgbColor(r, g, b))),
            _ => Err(de::Error::custom(format!("{text:?} is no colour: expected #rrggbb"))),
        }
    }
}

/// The colours that everything stands on and is written in.
#[derive(Clone, Debug, Deserialize)]
pub struct Ground {
    /// Behind everything.
    pub surface: Hex,
    /// Behind what stands out a little: a head, a panel.
    pub raised: Hex,
    /// Behind what lies deeper: the track of a bar.
    pub sunken: Hex,
    /// Words and numbers.
    pub text: Hex,
    /// Words that stand back.
    pub muted: Hex,
    /// Rules and grids.
    pub line: Hex,
    /// What is measured: bars.
    pub accent: Hex,
    /// What is selected.
    pub focus: Hex,
    /// What needs care.
    pub warning: Hex,
}

/// One thing a theme, light and dark.
#[derive(Clone, Debug, Deserialize)]
pub struct Both<T> {
    light: T,
    dark: T,
}

impl<T> Both<T> {
    /// The one for this ground.
    pub fn on(&self, background: Background) -> &T {
        match background {
            Background::Light => &self.light,
            Background::Dark => &self.dark,
        }
    }
}

/// The ramps of one ground, faint to strong.
#[derive(Clone, Debug, Deserialize)]
pub struct Ramps {
    cividis: Vec<Hex>,
    viridis: Vec<Hex>,
    rose: Vec<Hex>,
}

/// Which ramp colours cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Palette {
    /// Blue to yellow.
    #[default]
    Cividis,
    /// Violet over green to yellow.
    Viridis,
    /// The article's pink: the terminal's ramp.
    Rose,
}

/// Colours, dashes and markers of watched tokens.
#[derive(Clone, Debug, Deserialize)]
pub struct Series {
    light: Vec<Hex>,
    dark: Vec<Hex>,
    /// Lengths of stroke and gap in units of a line of ordinary width; empty for a whole line.
    pub dashes: Vec<Vec<f32>>,
    /// Names of shapes: `circle`, `diamond`, `triangle`, `square`, and each `-open`.
    pub markers: Vec<String>,
}

/// The whole file.
#[derive(Clone, Debug, Deserialize)]
pub struct Theme {
    grounds: Both<Ground>,
    ramps: Both<Ramps>,
    diverging: Both<Vec<Hex>>,
    /// Watched tokens.
    pub series: Series,
}

static THEME: LazyLock<Theme> =
    LazyLock::new(|| serde_json::from_str(JSON).expect("theme.json is part of the program and tested"));

impl Theme {
    /// The theme.
    pub fn get() -> &'static Theme {
        &THEME
    }

    /// Surface, text and lines.
    pub fn ground(&self, background: Background) -> &Ground {
        self.grounds.on(background)
    }

    /// The colour of a strength of 0 (faint) to 1 (strong).
    pub fn heat(&self, palette: Palette, strength: f32, background: Background) -> Hex {
        let ramps = self.ramps.on(background);
        let stops = match palette {
            Palette::Cividis => &ramps.cividis,
            Palette::Viridis => &ramps.viridis,
            Palette::Rose => &ramps.rose,
        };
        between(stops, strength)
    }

    /// The colour of a difference of -1 (less) over 0 to 1 (more).
    pub fn difference(&self, difference: f32, background: Background) -> Hex {
        between(self.diverging.on(background), (difference + 1.0) / 2.0)
    }

    /// The colour of watched token `index`; the last is followed by the first again.
    pub fn series(&self, index: usize, background: Background) -> Hex {
        let colours = match background {
            Background::Light => &self.series.light,
            Background::Dark => &self.series.dark,
        };
        colours[index % colours.len()]
    }
}

/// The colour at `share` of evenly spaced stops.
fn between(stops: &[Hex], share: f32) -> Hex {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let along = share * (stops.len() - 1) as f32;
    let (Hex(low), Hex(high)) = (stops[along.floor() as usize], stops[along.ceil() as usize]);
    let mix = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * along.fract()).round() as u8;
    Hex(RgbColor(mix(low.0, high.0), mix(low.1, high.1), mix(low.2, high.2)))
}

fn linear(channel: u8) -> f32 {
    let c = f32::from(channel) / 255.0;
    if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

/// Relative luminance of WCAG 2, 0..1.
pub(crate) fn luminance(color: RgbColor) -> f32 {
    0.2126 * linear(color.0) + 0.7152 * linear(color.1) + 0.0722 * linear(color.2)
}

/// Black or white, whichever WCAG says can be read better on `ground`: of the two, one always reaches AA's 4.5.
pub(crate) fn ink_on(ground: RgbColor) -> RgbColor {
    let y = luminance(ground);
    if (y + 0.05) / 0.05 >= 1.05 / (y + 0.05) { RgbColor(0, 0, 0) } else { RgbColor(255, 255, 255) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Background; 2] = [Background::Light, Background::Dark];

    fn contrast(a: RgbColor, b: RgbColor) -> f32 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn ramps_have_one_direction_of_lightness_and_words_can_be_read_on_them() {
        for background in BOTH {
            for palette in [Palette::Cividis, Palette::Viridis, Palette::Rose] {
                let along = (0..=200).map(|i| Theme::get().heat(palette, i as f32 / 200.0, background).0);
                let mut light: Vec<f32> = along.clone().map(luminance).collect();
                if background == Background::Light {
                    light.reverse();
                }
                // A step of one in 255 may go astray where matplotlib's do.
                assert!(light.windows(2).all(|w| w[1] > w[0] - 2e-3), "{palette:?} {background:?}");
                assert!((light[200] + 0.05) / (light[0] + 0.05) > 3.5, "{palette:?} spans too little");
                for ground in along {
                    assert!(contrast(ground, ink_on(ground)) >= 4.5, "{palette:?} {ground:?}");
                }
            }
        }
    }

    #[test]
    fn words_and_lines_stand_out_from_the_ground() {
        let theme = Theme::get();
        for background in BOTH {
            let ground = theme.ground(background);
            for surface in [ground.surface.0, ground.raised.0, ground.sunken.0] {
                assert!(contrast(surface, ground.text.0) >= 7.0);
                assert!(contrast(surface, ground.muted.0) >= 4.5);
                assert!(contrast(surface, ground.warning.0) >= 4.5);
                assert!(contrast(surface, ground.accent.0) >= 3.0);
            }
            for index in 0..8 {
                let found = contrast(ground.surface.0, theme.series(index, background).0);
                assert!(found >= 3.0, "series {index} on {background:?}: {found}");
            }
        }
    }

    #[test]
    fn series_are_complete_and_differences_are_balanced() {
        let series = &Theme::get().series;
        assert_eq!(
            [series.light.len(), series.dark.len(), series.dashes.len(), series.markers.len()],
            [8; 4]
        );
        for background in BOTH {
            let at = |d: f32| luminance(Theme::get().difference(d, background).0);
            let surface = luminance(Theme::get().ground(background).surface.0);
            assert!((at(0.0) - surface).abs() < 0.1, "the middle is near the ground");
            assert!((at(-1.0) - at(1.0)).abs() < 0.1, "both ends are as strong");
        }
    }
}
