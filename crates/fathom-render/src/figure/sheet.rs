//! What every figure shares: its ground, a head that says what it is of, legend, notes and caption.

use super::FigureOptions;
use super::canvas::{Anchor, Canvas, Face, Num, escape, isolated};
use crate::caption::{EARLY_LAYERS, RAW_LENS, provenance};
use crate::fonts::{self, FAMILY, Weight};
use crate::metric::ColorScale;
use crate::style::{Background, Charset};
use crate::text::plain;
use crate::theme::{Ground, Palette, Theme, ink_on};
use fathom_reading::{Info, LensKind, Origin, Reading, Token};

/// Room around everything.
const MARGIN: f32 = 20.0;
/// No figure is narrower: its caption would be a column of words.
const LEAST_WIDTH: f32 = 440.0;
/// Lines of a prompt that are shown.
const PROMPT_LINES: usize = 2;

/// The colours of one figure, as SVG writes them.
#[derive(Clone)]
pub(super) struct Look {
    is_diverging: bool,
    background: Background,
    palette: Palette,
    pub(super) text: String,
    pub(super) muted: String,
    pub(super) line: String,
    pub(super) sunken: String,
    pub(super) accent: String,
    pub(super) warning: String,
    surface: String,
}

impl Look {
    pub(super) fn new(options: &FigureOptions) -> Look {
        let Ground { surface, sunken, text, muted, line, accent, warning, .. } =
            Theme::get().ground(options.background);
        Look {
            is_diverging: false,
            background: options.background,
            palette: options.palette,
            text: text.to_string(),
            muted: muted.to_string(),
            line: line.to_string(),
            sunken: sunken.to_string(),
            accent: accent.to_string(),
            warning: warning.to_string(),
            surface: surface.to_string(),
        }
    }

    /// The same, with the colours of a scale: the palette's, or two that meet at its centre.
    pub(super) fn on(&self, scale: &ColorScale<'_>) -> Look {
        Look { is_diverging: scale.is_diverging(), ..self.clone() }
    }

    /// Ground and ink of a strength. What lies beyond the scale has no ground, and its ink stands back.
    pub(super) fn tile(&self, strength: Option<f32>) -> (Option<String>, &str) {
        let Some(strength) = strength else { return (None, &self.muted) };
        let ground = match self.is_diverging {
            true => Theme::get().difference(2.0 * strength - 1.0, self.background),
            false => Theme::get().heat(self.palette, strength, self.background),
        };
        (Some(ground.to_string()), if ink_on(ground.0).0 == 0 { "#000" } else { "#fff" })
    }

    /// Behind everything.
    pub(super) fn surface(&self) -> &str {
        &self.surface
    }

    /// Colour of watched token `index`.
    pub(super) fn series(&self, index: usize) -> String {
        Theme::get().series(index, self.background).to_string()
    }

    pub(super) fn face<'a>(&self, size: f32, fill: &'a str) -> Face<'a> {
        Face { size, weight: Weight::Regular, fill }
    }

    pub(super) fn bold<'a>(&self, size: f32, fill: &'a str) -> Face<'a> {
        Face { size, weight: Weight::Bold, fill }
    }
}

/// A figure that grows downwards.
pub(super) struct Sheet<'a> {
    /// Who made the numbers: one, or two of which each has a name.
    makers: Vec<(&'static str, &'a Info)>,
    pub(super) look: Look,
    pub(super) canvas: Canvas,
    /// Room between the margins.
    width: f32,
    /// Where the next thing begins.
    y: f32,
    title: String,
    /// Sentences for those who do not see the figure.
    description: Vec<String>,
}

impl<'a> Sheet<'a> {
    /// A sheet for a body of this width, with its head: a title, what it shows, and of which prompt.
    pub(super) fn new(
        reading: &'a Reading,
        options: &FigureOptions,
        width: f32,
        title: &str,
        about: &str,
    ) -> Sheet<'a> {
        Sheet::of(&reading.tokens, vec![("", &reading.info)], options, width, (title, about))
    }

    /// The same, of what some makers did with these tokens; `head`: the title, and what is shown.
    pub(super) fn of(
        tokens: &[Token],
        makers: Vec<(&'static str, &'a Info)>,
        options: &FigureOptions,
        width: f32,
        (title, about): (&str, &str),
    ) -> Sheet<'a> {
        let mut sheet = Sheet {
            makers,
            look: Look::new(options),
            canvas: Canvas::new(),
            width: width.max(LEAST_WIDTH).ceil(),
            y: MARGIN,
            title: title.to_owned(),
            description: Vec::new(),
        };
        sheet.words(title, 15.0, Weight::Bold, |look| &look.text);
        sheet.y += 3.0;
        sheet.words(about, 11.0, Weight::Regular, |look| &look.muted);
        sheet.description.push(about.to_owned());
        sheet.prompt(tokens);
        sheet.y += 12.0;
        sheet
    }

    /// The prompt, shortened to two lines.
    fn prompt(&mut self, tokens: &[Token]) {
        let of_prompt = |token: &&Token| matches!(token.origin, Origin::Prompt | Origin::Template);
        let text = fathom_reading::text::joined(tokens.iter().filter(of_prompt));
        if text.is_empty() {
            return;
        }
        let shown = crate::text::phrase(&text);
        let (size, weight, head) = (11.0, Weight::Regular, "Prompt: ");
        let mut lines = fonts::wrap(&format!("{head}{shown}"), self.width, size, weight);
        if lines.len() > PROMPT_LINES {
            let rest = lines.split_off(PROMPT_LINES - 1).join(" ");
            let ellipsis = fonts::width(" …", size, weight);
            let mut cut = fonts::wrap(&rest, self.width - ellipsis, size, weight).swap_remove(0);
            cut.push_str(" …");
            lines.push(cut);
        }
        self.description.push(format!("{head}{}", isolated(&shown)));
        for line in lines {
            // Each line by itself: an isolate does not go on in the next.
            let line = match line.strip_prefix(head) {
                Some(rest) => format!("{head}{}", isolated(rest)),
                None => isolated(&line),
            };
            self.line(&line, size, weight, |look| &look.muted);
        }
    }

    fn line(&mut self, words: &str, size: f32, weight: Weight, color: impl Fn(&Look) -> &String) {
        self.y += size * 1.35;
        let fill = color(&self.look).clone();
        let baseline = self.y - size * 0.3;
        self.canvas.label(MARGIN, baseline, Face { size, weight, fill: &fill }, Anchor::Start, words);
    }

    fn words(&mut self, sentence: &str, size: f32, weight: Weight, color: impl Fn(&Look) -> &String) {
        for words in fonts::wrap(sentence, self.width, size, weight) {
            self.line(&words, size, weight, &color);
        }
    }

    /// Hands the canvas to `draw`, whose (0, 0) is the left top of the free room, and takes `height` of it.
    pub(super) fn body(&mut self, height: f32, draw: impl FnOnce(&mut Canvas, &Look)) {
        self.canvas.at(MARGIN, self.y);
        draw(&mut self.canvas, &self.look);
        self.canvas.end();
        self.y += height;
    }

    /// The colours of a scale: a tile a tick, strongest first, then what blank means.
    pub(super) fn legend(&mut self, scale: &ColorScale<'_>) {
        let (ticks, beyond) = scale.ticks();
        let (size, height) = (10.0, 16.0);
        let widths = ticks.iter().map(|(label, _)| fonts::width(label, size, Weight::Regular) + 12.0);
        let tile = widths.fold(36.0, f32::max);
        let unit = &*scale.label(Charset::Unicode);
        let head = fonts::width(unit, size, Weight::Regular) + 10.0;
        self.y += 12.0;
        let y = self.y;
        let look = &self.look.on(scale);
        let canvas = &mut self.canvas;
        let baseline = y + height / 2.0 + size * 0.36;
        canvas.label(MARGIN, baseline, look.face(size, &look.muted), Anchor::Start, unit);
        let mut x = MARGIN + head;
        for (label, strength) in &ticks {
            let (ground, ink) = look.tile(Some(*strength));
            canvas.rect(x, y, tile - 1.0, height, ground.as_deref().unwrap_or("none"));
            canvas.label(x + (tile - 1.0) / 2.0, baseline, look.face(size, ink), Anchor::Middle, label);
            x += tile;
        }
        if !beyond.is_empty() {
            let words = format!("{beyond}: blank");
            canvas.label(x + 6.0, baseline, look.face(size, &look.muted), Anchor::Start, &words);
        }
        self.y += height + 4.0;
    }

    /// A sentence below the figure.
    pub(super) fn note(&mut self, sentence: &str) {
        self.y += 3.0;
        self.words(sentence, 11.0, Weight::Regular, |look| &look.text);
        self.description.push(sentence.to_owned());
    }

    /// Adds the caption and closes the file.
    pub(super) fn finish(mut self) -> String {
        self.y += 8.0;
        let rule = format!("M{} {}h{}", Num(MARGIN), Num(self.y), Num(self.width));
        self.canvas.stroke(&rule, &self.look.line, 1.0, "");
        self.y += 5.0;
        for (name, info) in self.makers.clone() {
            let who = provenance(info, Charset::Unicode);
            let who = if name.is_empty() { who } else { format!("{name}: {who}") };
            self.words(&isolated(&who), 10.0, Weight::Regular, |look| &look.muted);
            self.description.push(who);
        }
        if self.makers.iter().any(|(_, info)| info.lens.kind == LensKind::Raw) {
            self.words(RAW_LENS, 10.0, Weight::Regular, |look| &look.warning);
            self.description.push(RAW_LENS.to_owned());
        }
        for (name, info) in self.makers.clone() {
            let Some(place) = info.not_finite else { continue };
            let whose = if name.is_empty() { String::new() } else { format!("{name}: ") };
            let note = format!("Note: {whose}{}.", place.note());
            self.words(&note, 10.0, Weight::Regular, |look| &look.warning);
            self.description.push(note);
        }
        self.description.push(EARLY_LAYERS.to_owned());
        let (width, height) = (self.width + 2.0 * MARGIN, (self.y + MARGIN).ceil());
        let program = self.makers.first().map_or("", |(_, info)| &info.program);
        let (name, family) = (plain(program, Charset::Unicode), FAMILY);
        let title = escape(&self.title);
        let description = escape(&self.description.join(" \n"));
        let surface = &self.look.surface;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" \
             role=\"img\" direction=\"ltr\" xml:space=\"preserve\" font-family=\"{family}\">\n\
             <title>{title}</title>\n<desc>{description}\nDrawn from a reading by {name}.</desc>\n\
             <rect width=\"{w}\" height=\"{h}\" fill=\"{surface}\"/>\n{body}</svg>\n",
            w = Num(width),
            h = Num(height),
            name = escape(&name),
            body = self.canvas.into_string()
        )
    }
}
