//! Where a reading goes when it is not drawn on the terminal: `-o FILE` and `--json`.
//!
//! Files are opened before the slow work starts, and get their names when they are whole ([`WholeFile`]): a run that
//! fails or is interrupted leaves what was there before, and nothing else.

use crate::args::{CommonArgs, OutputArgs, ThemeName};
use crate::exit::usage;
use crate::style;
use anyhow::{Context, Result, anyhow};
use fathom::reading::Grid;
use fathom::render::figure::FigureOptions;
use fathom::render::html::{self, HtmlOptions};
use fathom::render::{Background, RenderError};
use fathom::{Drawn, Form, PNG_SCALE, Reading, WholeFile};
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// How a command draws its figure.
pub(crate) type Figure<'a> = &'a dyn Fn(&Grid, FigureOptions) -> Result<String, RenderError>;

/// A note on what no font could write.
fn note_missing(missing: &[char]) {
    if missing.is_empty() {
        return;
    }
    let points = missing.iter().take(8).map(|&c| format!("U+{:04X}", c as u32));
    let points = points.collect::<Vec<_>>().join(" ");
    let more = if missing.len() > 8 { " and more" } else { "" };
    style::note(&format!(
        "no font on this machine has {points}{more}: drawn as boxes (install one, such as Noto, or use .svg)"
    ));
}

/// The form that a result's file name chooses.
fn form_of(path: &Path) -> Result<Form> {
    match Form::of_path(path) {
        Some(form) => Ok(form),
        None if path == Path::new("-") => {
            Err(usage("-o names a file; --json prints the JSON on standard output"))
        }
        None => Err(usage(format!(
            "-o {}: the form of a result is chosen by its file's name: end it in {}",
            path.display(),
            Form::endings()
        ))),
    }
}

/// An opened result file.
enum Sink {
    /// Gets its name when all of it is written.
    Whole(WholeFile),
    /// A device or pipe, which can't be replaced: written as it is.
    Direct(File),
}

/// The results that the user asked for, opened and waiting.
pub(crate) struct Outputs {
    files: Vec<(PathBuf, Form, Sink)>,
    json: bool,
    scale: f32,
    background: Background,
}

/// `--scale` and `--theme`, where they can be meant.
fn figure_options(args: &OutputArgs, forms: &[Form]) -> Result<(f32, Background)> {
    match args.scale {
        Some(_) if !forms.contains(&Form::Png) => {
            return Err(usage("--scale is for a picture: name one, such as -o figure.png"));
        }
        Some(scale) if !(scale.is_finite() && scale > 0.0) => {
            return Err(usage(format!("--scale {scale}: give a number above 0, such as 2")));
        }
        _ => {}
    }
    if args.theme.is_some() && !forms.iter().any(|form| form.is_figure()) {
        return Err(usage("--theme is for a figure: name one, such as -o figure.svg"));
    }
    let background = match args.theme {
        Some(ThemeName::Dark) => Background::Dark,
        Some(ThemeName::Light) | None => Background::Light,
    };
    Ok((args.scale.unwrap_or(PNG_SCALE), background))
}

impl Outputs {
    /// Opens every file that `common` names; none may be one that is read, nor be named twice.
    pub(crate) fn open(common: &CommonArgs) -> Result<Outputs> {
        let inputs = [common.from.as_deref(), common.prompt.prompt_file.as_deref()];
        let taken: Vec<PathBuf> = inputs.into_iter().flatten().map(identity).collect();
        let args = &common.output;
        let forms = args.output.iter().map(|path| form_of(path)).collect::<Result<Vec<Form>>>()?;
        let (scale, background) = figure_options(args, &forms)?;
        let mut seen = Vec::new();
        let mut files = Vec::new();
        for (path, form) in args.output.iter().zip(forms) {
            let identity = identity(path);
            if taken.contains(&identity) {
                return Err(usage(format!("-o {} would replace the file that is read", path.display())));
            }
            if seen.contains(&identity) {
                return Err(usage(format!("-o {} is named twice", path.display())));
            }
            seen.push(identity);
            let sink = open(path).with_context(|| format!("can't write {}", path.display()))?;
            files.push((path.clone(), form, sink));
        }
        Ok(Outputs { files, json: args.json, scale, background })
    }

    /// True when results go elsewhere, so that nothing is drawn.
    pub(crate) fn replace_drawing(&self) -> bool {
        self.json || !self.files.is_empty()
    }

    /// Refuses forms that hold one reading only.
    pub(crate) fn of_two(self) -> Result<Outputs> {
        match self.files.iter().find(|(_, form, _)| *form != Form::Html) {
            Some((path, ..)) => {
                Err(usage(format!("-o {}: a comparison is written as .html", path.display())))
            }
            None if self.json => Err(usage("a comparison has no JSON: read each side with --json instead")),
            None => Ok(self),
        }
    }

    /// Writes a comparison to every file.
    pub(crate) fn write_two(self, a: &Reading, b: &Reading) -> Result<()> {
        let page = html::compare(a, b, &HtmlOptions::default())?;
        for (path, _, sink) in self.files {
            write_file(sink, |out| Ok(out.write_all(page.as_bytes())?))
                .with_context(|| format!("can't write {}", path.display()))?;
            style::note(&format!("wrote {}", path.display()));
        }
        Ok(())
    }

    /// Writes `grid`, or the figure that is drawn of it, to every file and, where asked, to standard output.
    pub(crate) fn write(self, grid: &Grid, figure: Figure<'_>) -> Result<()> {
        let options = FigureOptions { background: self.background, ..FigureOptions::default() };
        let drawn = Drawn { figure: &|grid| figure(grid, options.clone()), scale: self.scale };
        for (path, form, sink) in self.files {
            write_file(sink, |out| {
                note_missing(&form.write(grid, &drawn, out)?);
                Ok(())
            })
            .with_context(|| format!("can't write {}", path.display()))?;
            style::note(&format!("wrote {}", path.display()));
        }
        if !self.json {
            return Ok(());
        }
        to_stdout(|out| {
            Form::Json.write(grid, &drawn, out)?;
            Ok(out.write_all(b"\n")?)
        })
    }
}

const NO_STDOUT: &str = "can't write to standard output";

/// Hands standard output to `write` and sees that all of it arrives.
pub(crate) fn to_stdout(write: impl FnOnce(&mut BufWriter<io::Stdout>) -> Result<()>) -> Result<()> {
    let mut out = BufWriter::new(io::stdout());
    write(&mut out).and_then(|()| Ok(out.flush()?)).context(NO_STDOUT)
}

/// The same for text with colours, which are left out where standard output shows none.
pub(crate) fn to_stdout_styled(write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let mut out = anstream::stdout();
    write(&mut out).and_then(|()| Ok(out.flush()?)).context(NO_STDOUT)
}

/// What tells two names of one file from two files: the folder with all links followed, then the file.
fn identity(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| match (fs::canonicalize(folder_of(path)), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_path_buf(),
    })
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

fn open(path: &Path) -> Result<Sink> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => return Err(usage("it is a folder: name a file in it")),
        Ok(found) if !found.is_file() => return Ok(Sink::Direct(File::options().write(true).open(path)?)),
        // Renaming over it would work, but whoever protected it meant it.
        Ok(found) if found.permissions().readonly() => return Err(anyhow!("the file is read-only")),
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let folder = folder_of(path);
    if !folder.exists() {
        return Err(anyhow!("there is no folder {}", folder.display()));
    }
    // The error names the temporary file, which nobody asked for: only its kind is of use.
    let file = WholeFile::begin(path);
    file.map(Sink::Whole).map_err(|error| anyhow!("no file can be made in its folder: {}", error.kind()))
}

fn write_file(sink: Sink, write: impl FnOnce(&mut (dyn Write + Send)) -> Result<()>) -> Result<()> {
    match sink {
        Sink::Direct(file) => {
            let mut out = BufWriter::new(file);
            write(&mut out)?;
            out.flush()?;
        }
        Sink::Whole(file) => {
            let mut out = BufWriter::new(file);
            write(&mut out)?;
            out.into_inner().map_err(io::IntoInnerError::into_error)?.finish()?;
        }
    }
    Ok(())
}
