//! Where a reading goes when it is not drawn: `-o FILE` and `--json`.
//!
//! Files are opened before the slow work starts, written beside their final name, and renamed into place when
//! whole: a run that fails leaves what was there before.

use crate::args::OutputArgs;
use crate::exit::usage;
use anyhow::{Context, Result};
use fathom::Reading;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A form that a reading can be stored in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    Csv,
    Parquet,
}

impl Form {
    fn of(path: &Path) -> Result<Form> {
        match path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase).as_deref() {
            Some("json") => Ok(Form::Json),
            Some("csv") => Ok(Form::Csv),
            Some("parquet") => Ok(Form::Parquet),
            _ => Err(usage(format!(
                "-o {}: the form of a result is chosen by its file's name: end it in .json, .csv or .parquet",
                path.display()
            ))),
        }
    }

    fn write(self, reading: &Reading, out: &mut (impl Write + Send)) -> Result<()> {
        match self {
            Form::Json => reading.write_json(&mut *out)?,
            Form::Csv => reading.write_csv(&mut *out)?,
            Form::Parquet => reading.write_parquet(&mut *out)?,
        }
        Ok(())
    }
}

/// An opened result file.
enum Sink {
    /// Written beside `path`, then renamed.
    Beside(NamedTempFile),
    /// A device or pipe, which can't be replaced: written as it is.
    Direct(File),
}

/// The results that the user asked for, opened and waiting.
pub(crate) struct Outputs {
    files: Vec<(PathBuf, Form, Sink)>,
    json: bool,
}

impl Outputs {
    /// Opens every file of `args`.
    pub(crate) fn open(args: &OutputArgs) -> Result<Outputs> {
        let files = args.output.iter().map(|path| {
            let form = Form::of(path)?;
            let sink = open(path).with_context(|| format!("can't write {}", path.display()))?;
            Ok((path.clone(), form, sink))
        });
        Ok(Outputs { files: files.collect::<Result<_>>()?, json: args.json })
    }

    /// True when results go elsewhere, so that nothing is drawn.
    pub(crate) fn replace_drawing(&self) -> bool {
        self.json || !self.files.is_empty()
    }

    /// Writes `reading` to every file and, where asked, to standard output.
    pub(crate) fn write(self, reading: &Reading) -> Result<()> {
        for (path, form, sink) in self.files {
            write_file(&path, form, sink, reading).with_context(|| format!("can't write {}", path.display()))?;
            crate::style::note(&format!("wrote {}", path.display()));
        }
        if self.json {
            let mut out = BufWriter::new(io::stdout());
            Form::Json.write(reading, &mut out)?;
            out.write_all(b"\n")?;
            out.flush()?;
        }
        Ok(())
    }
}

fn open(path: &Path) -> Result<Sink> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => return Err(usage("it is a folder: name a file in it")),
        Ok(found) if !found.is_file() => return Ok(Sink::Direct(File::options().write(true).open(path)?)),
        _ => {}
    }
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".fathom-").suffix(".part");
    #[cfg(unix)]
    {
        // What a new file gets by default (the umask applies), not the 0600 of temporary ones.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    Ok(Sink::Beside(builder.tempfile_in(folder)?))
}

fn write_file(path: &Path, form: Form, sink: Sink, reading: &Reading) -> Result<()> {
    match sink {
        Sink::Direct(file) => {
            let mut out = BufWriter::new(file);
            form.write(reading, &mut out)?;
            out.flush()?;
        }
        Sink::Beside(file) => {
            let mut out = BufWriter::new(file);
            form.write(reading, &mut out)?;
            let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
            // A link stays a link: what it points to is replaced.
            let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
            file.persist(target)?;
        }
    }
    Ok(())
}
