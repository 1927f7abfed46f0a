//! The theme's colours as a terminal can show them: exactly, in 256 colours, or in sixteen.

use crate::style::{Background, ColorDepth};
use crate::theme::{Palette, Theme, ink_on};
use anstyle::{Ansi256Color, AnsiColor, Color, RgbColor};

/// The colour of a strength of 0 (faint) to 1 (strong).
fn heat(strength: f32, background: Background) -> RgbColor {
    Theme::get().heat(Palette::Rose, strength, background).0
}

const SERIES_16: [AnsiColor; 8] = [
    AnsiColor::Yellow,
    AnsiColor::Cyan,
    AnsiColor::Green,
    AnsiColor::Magenta,
    AnsiColor::Red,
    AnsiColor::Blue,
    AnsiColor::BrightBlack,
    AnsiColor::BrightYellow,
];

/// The colour of watched token `index`; the eighth is followed by the first again.
pub(crate) fn series(index: usize, background: Background, depth: ColorDepth) -> Option<Color> {
    match depth {
        ColorDepth::None => None,
        ColorDepth::Ansi16 => Some(SERIES_16[index % 8].into()),
        ColorDepth::Ansi256 => Some(nearest_256(Theme::get().series(index, background).0).into()),
        ColorDepth::TrueColor => Some(Theme::get().series(index, background).0.into()),
    }
}

/// `(ground, ink)` of a cell of this strength. Sixteen colours have no ramp: only the strong half gets a ground.
pub(crate) fn tile(
    strength: f32,
    background: Background,
    depth: ColorDepth,
) -> (Option<Color>, Option<Color>) {
    match depth {
        ColorDepth::None => (None, None),
        ColorDepth::Ansi16 if strength > 0.97 => {
            (Some(AnsiColor::BrightMagenta.into()), Some(AnsiColor::Black.into()))
        }
        ColorDepth::Ansi16 if strength > 0.7 => {
            (Some(AnsiColor::Magenta.into()), Some(AnsiColor::BrightWhite.into()))
        }
        ColorDepth::Ansi16 if strength > 0.4 => (None, Some(AnsiColor::Magenta.into())),
        ColorDepth::Ansi16 => (None, None),
        ColorDepth::Ansi256 => {
            let ground = ramp_256(strength, background);
            (Some(ground.into()), Some(nearest_256(ink_on(rgb_of_256(ground.0))).into()))
        }
        ColorDepth::TrueColor => {
            let ground = heat(strength, background);
            (Some(ground.into()), Some(ink_on(ground).into()))
        }
    }
}

/// The ramp in the 256-colour palette, picked by hand: the nearest entries of the true ramp jump in hue.
fn ramp_256(strength: f32, background: Background) -> Ansi256Color {
    let ramp: [u8; 7] = match background {
        Background::Dark => [53, 90, 126, 162, 169, 206, 212],
        Background::Light => [225, 219, 213, 206, 199, 162, 125],
    };
    let s = if strength.is_finite() { strength.clamp(0.0, 1.0) } else { 0.0 };
    // The last step is for the very top alone: rank 1 stays apart from rank 2.
    let step = if s > 0.97 { 6 } else { ((s / 0.97 * 6.0) as usize).min(5) };
    Ansi256Color(ramp[step])
}

/// The fixed colours of the 256-colour palette: a 6x6x6 cube and 24 greys, as xterm has them.
fn rgb_of_256(index: u8) -> RgbColor {
    let steps = [0u8, 95, 135, 175, 215, 255];
    match index.checked_sub(16) {
        Some(i @ 0..216) => {
            let at = |n: u8| steps[usize::from(n)];
            RgbColor(at(i / 36), at(i / 6 % 6), at(i % 6))
        }
        Some(i) => RgbColor(8 + 10 * (i - 216), 8 + 10 * (i - 216), 8 + 10 * (i - 216)),
        // The first sixteen are the terminal's own choice.
        None => RgbColor(0, 0, 0),
    }
}

/// The nearest of the 240 fixed colours, by distance weighted as the eye weighs the channels.
fn nearest_256(color: RgbColor) -> Ansi256Color {
    let distance = |index: &u8| {
        let other = rgb_of_256(*index);
        let square = |a: u8, b: u8| (i32::from(a) - i32::from(b)).pow(2);
        2 * square(color.0, other.0) + 4 * square(color.1, other.1) + 3 * square(color.2, other.2)
    };
    Ansi256Color((16..=255).min_by_key(distance).unwrap_or(255))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::luminance;

    /// The ramp at both depths that have one.
    fn ramps(background: Background) -> [Vec<RgbColor>; 2] {
        let along = || (0..=100).map(|i| i as f32 / 100.0);
        [
            along().map(|s| heat(s, background)).collect(),
            along().map(|s| rgb_of_256(ramp_256(s, background).0)).collect(),
        ]
    }

    #[test]
    fn lightness_only_rises_on_dark_and_only_falls_on_light() {
        for ramp in ramps(Background::Dark) {
            let light: Vec<f32> = ramp.into_iter().map(luminance).collect();
            assert!(light.is_sorted(), "{light:?}");
            assert!(light[100] > 8.0 * light[0], "the ramp spans too little lightness: {light:?}");
        }
        for ramp in ramps(Background::Light) {
            let light: Vec<f32> = ramp.into_iter().rev().map(luminance).collect();
            assert!(light.is_sorted(), "{light:?}");
        }
    }

    #[test]
    fn every_tile_can_be_read() {
        for background in [Background::Dark, Background::Light] {
            for ground in ramps(background).into_iter().flatten() {
                let (a, b) = (luminance(ground), luminance(ink_on(ground)));
                let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                assert!(contrast >= 4.5, "WCAG AA of {ground:?} on {background:?}: {contrast}");
            }
        }
    }

    #[test]
    fn the_256_palette_keeps_exact_colours() {
        assert_eq!(nearest_256(RgbColor(255, 0, 135)), Ansi256Color(198));
        assert_eq!(nearest_256(RgbColor(8, 8, 8)), Ansi256Color(232));
    }
}
