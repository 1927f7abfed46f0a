//! Colours: one ramp from faint to strong, and the series colours of watched tokens.
//!
//! The ramp is a straight line in OKLCH (Ottosson 2020), so equal steps look equal, and its lightness only ever
//! rises (or falls, on a light ground), so it reads the same to colour-blind eyes and in grey. Its end is the
//! article's pink. Series colours are Okabe and Ito's.

use crate::style::{Background, ColorDepth};
use anstyle::{Ansi256Color, AnsiColor, Color, RgbColor};

/// A ramp's end: lightness 0..1, chroma, hue in degrees.
struct Oklch(f32, f32, f32);

/// The ramp's two ends, weakest first.
fn ends(background: Background) -> (Oklch, Oklch) {
    match background {
        Background::Dark => (Oklch(0.25, 0.055, 305.0), Oklch(0.76, 0.175, 355.0)),
        Background::Light => (Oklch(0.955, 0.018, 335.0), Oklch(0.56, 0.235, 357.0)),
    }
}

/// The colour of a strength of 0 (faint) to 1 (strong).
pub(crate) fn heat(strength: f32, background: Background) -> RgbColor {
    let (weak, strong) = ends(background);
    let s = if strength.is_finite() { strength.clamp(0.0, 1.0) } else { 0.0 };
    let mix = |a: f32, b: f32| a + (b - a) * s;
    oklch(mix(weak.0, strong.0), mix(weak.1, strong.1), mix(weak.2, strong.2))
}

fn oklch(lightness: f32, chroma: f32, hue: f32) -> RgbColor {
    let (a, b) = (chroma * hue.to_radians().cos(), chroma * hue.to_radians().sin());
    let cube = |x: f32| x * x * x;
    let l = cube(lightness + 0.396_337_78 * a + 0.215_803_76 * b);
    let m = cube(lightness - 0.105_561_346 * a - 0.063_854_17 * b);
    let s = cube(lightness - 0.089_484_18 * a - 1.291_485_5 * b);
    let channel = |linear: f32| {
        let linear = linear.clamp(0.0, 1.0);
        let encoded =
            if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
        (encoded * 255.0).round() as u8
    };
    RgbColor(
        channel(4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s),
        channel(-1.268_438 * l + 2.609_757_4 * m - 0.341_319_4 * s),
        channel(-0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s),
    )
}

fn linear(channel: u8) -> f32 {
    let c = f32::from(channel) / 255.0;
    if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

/// Relative luminance of WCAG 2, 0..1.
fn luminance(color: RgbColor) -> f32 {
    0.2126 * linear(color.0) + 0.7152 * linear(color.1) + 0.0722 * linear(color.2)
}

/// Black or white, whichever WCAG says can be read better on `ground`: of the two, one always reaches AA's 4.5.
pub(crate) fn ink_on(ground: RgbColor) -> RgbColor {
    let y = luminance(ground);
    if (y + 0.05) / 0.05 >= 1.05 / (y + 0.05) { RgbColor(0, 0, 0) } else { RgbColor(255, 255, 255) }
}

/// Okabe and Ito's colours, the most distant first; black and yellow, which a ground could swallow, left out.
const SERIES: [RgbColor; 8] = [
    RgbColor(0xe6, 0x9f, 0x00),
    RgbColor(0x56, 0xb4, 0xe9),
    RgbColor(0x00, 0x9e, 0x73),
    RgbColor(0xcc, 0x79, 0xa7),
    RgbColor(0xd5, 0x5e, 0x00),
    RgbColor(0x2a, 0x86, 0xc9),
    RgbColor(0x8f, 0x8f, 0x8f),
    RgbColor(0xb0, 0x9a, 0x30),
];

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
pub(crate) fn series(index: usize, depth: ColorDepth) -> Option<Color> {
    match depth {
        ColorDepth::None => None,
        ColorDepth::Ansi16 => Some(SERIES_16[index % 8].into()),
        _ => at_depth(SERIES[index % 8], depth),
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

fn at_depth(color: RgbColor, depth: ColorDepth) -> Option<Color> {
    match depth {
        ColorDepth::TrueColor => Some(color.into()),
        _ => Some(nearest_256(color).into()),
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
