//! The forms that a grid can be stored or drawn in: one list for every program that writes files.

use crate::Error;
use fathom_reading::{Grid, ReadingError};
use fathom_render::html::{HtmlOptions, explorer};
use fathom_render::{RenderError, png};
use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::str::FromStr;

/// A form that a grid can be stored or drawn in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// The form that replays: `schema/reading.schema.json` says what it holds.
    Json,
    /// The same, compact and binary.
    Pack,
    /// A table, one row per cell.
    Csv,
    /// The same table in Parquet.
    Parquet,
    /// The explorer: a page that opens from disk, with nothing else.
    Html,
    /// A figure.
    Svg,
    /// The same figure in pixels.
    Png,
}

/// Pixels per unit of a [`Form::Png`], where nothing is said: sharp on a dense screen, 192 dots per inch in print.
pub const PNG_SCALE: f32 = 2.0;

/// How a grid is drawn where a form draws it.
pub struct Drawn<'a> {
    /// Gives the figure as SVG.
    pub figure: &'a dyn Fn(&Grid) -> Result<String, RenderError>,
    /// Pixels per unit of a picture.
    pub scale: f32,
}

impl Form {
    /// All of them.
    pub const ALL: [Form; 7] =
        [Form::Json, Form::Pack, Form::Csv, Form::Parquet, Form::Html, Form::Svg, Form::Png];

    /// Their names, in this order.
    pub const NAMES: [&'static str; 7] = ["json", "pack", "csv", "parquet", "html", "svg", "png"];

    /// Its name, which is also the ending of its files.
    pub fn name(self) -> &'static str {
        Form::NAMES[self as usize]
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Form::Json => "application/json",
            Form::Pack => fathom_reading::pack::MEDIA_TYPE,
            Form::Csv => "text/csv; charset=utf-8",
            Form::Parquet => "application/vnd.apache.parquet",
            Form::Html => "text/html; charset=utf-8",
            Form::Svg => "image/svg+xml",
            Form::Png => "image/png",
        }
    }

    /// Whether it holds a figure.
    pub fn is_figure(self) -> bool {
        matches!(self, Form::Svg | Form::Png)
    }

    /// The form that a file's ending names.
    pub fn of_path(path: &Path) -> Option<Form> {
        path.extension().and_then(|ending| ending.to_str())?.to_ascii_lowercase().parse().ok()
    }

    /// The endings in a sentence: `.json, .pack, … or .png`.
    pub fn endings() -> String {
        let endings = Form::ALL.map(|form| format!(".{}", form.name()));
        let [first @ .., last] = &endings;
        format!("{} or {last}", first.join(", "))
    }

    /// Writes `grid` in this form. Returned are the characters of a picture that no font of this machine has.
    ///
    /// # Errors
    /// Of a grid whose parts don't fit together or that can't be drawn, and what writing fails with.
    pub fn write(
        self,
        grid: &Grid,
        drawn: &Drawn<'_>,
        out: &mut (impl Write + Send + ?Sized),
    ) -> Result<Vec<char>, Error> {
        let io = |error: io::Error| Error::from(ReadingError::Io(error));
        let mut missing = Vec::new();
        match self {
            Form::Svg => out.write_all((drawn.figure)(grid)?.as_bytes()).map_err(io)?,
            Form::Png => {
                let picture = png::draw(&(drawn.figure)(grid)?, drawn.scale)?;
                out.write_all(&picture.bytes).map_err(io)?;
                missing = picture.missing;
            }
            Form::Json => grid.write_json(&mut *out)?,
            Form::Csv => grid.write_csv(&mut *out)?,
            Form::Parquet => grid.write_parquet(&mut *out)?,
            Form::Pack => out.write_all(&grid.to_pack()?).map_err(io)?,
            Form::Html => out.write_all(explorer(grid, &HtmlOptions::default())?.as_bytes()).map_err(io)?,
        }
        Ok(missing)
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Form {
    type Err = String;

    fn from_str(name: &str) -> Result<Form, String> {
        Form::ALL
            .into_iter()
            .find(|form| form.name() == name)
            .ok_or_else(|| format!("there is no form {name:?}: choose among {}", Form::NAMES.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fathom_reading::{Reading, example::divergence_example};
    use fathom_render::{View, figure::FigureOptions};

    #[test]
    fn every_grid_is_written_in_every_form() {
        for grid in [Reading::example(), divergence_example()] {
            for form in Form::ALL {
                assert_eq!(form.to_string().parse(), Ok(form));
                assert_eq!(
                    Form::of_path(Path::new(&format!("a.b.{}", form.name().to_uppercase()))),
                    Some(form)
                );
                let figure = |grid: &Grid| View::of(grid).figure(grid, &FigureOptions::default());
                let mut out = Vec::new();
                form.write(&grid, &Drawn { figure: &figure, scale: 1.0 }, &mut out).unwrap();
                assert!(out.len() > 500, "{form}: {}", out.len());
            }
        }
        assert_eq!(Form::of_path(Path::new("json")), None);
        assert!(Form::endings().ends_with(".svg or .png"));
    }
}
