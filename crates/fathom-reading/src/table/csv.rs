//! CSV: everything flat, everything in every line.

use super::{Datum, Flat, flat};
use crate::columns::Stored;
use crate::{Cell, Grid, Info, Per, ReadingError, SamplingMethod, TokenId, ValueType};
use std::io::{BufWriter, Write};

/// Constant columns at the end: who made these numbers.
const MADE_BY: [&str; 9] =
    ["model", "model_sha256", "lens", "norm", "precision", "sampling", "run_id", "program", "screening"];

impl Grid {
    /// Writes the grid as CSV (RFC 4180 quoting, `\n` line ends, UTF-8, a header line), one line per cell.
    ///
    /// Candidates and watched tokens are numbered columns: `top_1_id`, `top_1_text`, `top_1_logit`, `top_1_prob`,
    /// `top_2_id` …, `watch_1_asked` (the string watched), `watch_1_id` (its first token), `watch_1_text`,
    /// `watch_1_logit`, `watch_1_prob`, `watch_1_rank` …. Model, lens,
    /// norm, precision, sampling and the bounds of a screened reading stand in constant columns at the end, so that tables of several readings can be
    /// put together. Numbers are f32 in their shortest exact form; what is not
    /// finite is empty, and so is what rests on it ([`Columns`](crate::Columns)).
    ///
    /// **Texts are data and are written exactly**, whatever they begin with. A token may well be `=`, `-` or `@x`:
    /// a quote mark put before it for the sake of spreadsheet programs would make another token of it. Who opens a
    /// reading of an untrusted model in a spreadsheet program should import the text columns as text (or use the
    /// Parquet form), since such programs run what begins with `=`. CSV has no types: in pandas,
    /// `keep_default_na=False` keeps tokens such as `null` from becoming missing values; in polars, `schema_overrides`
    /// keeps a column of tokens like `1` text. The Parquet form needs neither.
    pub fn write_csv<W: Write>(&self, writer: W) -> Result<(), ReadingError> {
        self.check()?;
        let mut csv = csv::WriterBuilder::new().from_writer(BufWriter::new(writer));
        let flat = flat(self);
        csv.write_record(header(self, &flat))?;
        let made_by = made_by(&self.info);
        let mut line = Vec::new();
        for cell in self.cells() {
            line.clear();
            fields(self, &flat, cell, &mut line);
            line.extend_from_slice(&made_by);
            csv.write_record(&line)?;
        }
        csv.flush()?;
        Ok(())
    }
}

/// Of the candidates or the watched tokens: the columns beside the token itself.
fn of_entries(grid: &Grid, per: Per) -> impl Iterator<Item = &Stored> {
    grid.columns.per(per).filter(|stored| stored.column.value_type != ValueType::Token)
}

fn header(grid: &Grid, flat: &[Flat<'_>]) -> Vec<String> {
    let mut names: Vec<String> = flat.iter().map(|flat| flat.name(grid).into_owned()).collect();
    let fields =
        |per| of_entries(grid, per).map(|stored| stored.column.field().unwrap_or(&stored.column.name));
    if grid.columns.per(Per::Candidate).next().is_some() {
        for n in 1..=grid.columns.top_k {
            let all = ["id", "text"].into_iter().chain(fields(Per::Candidate));
            names.extend(all.map(|field| format!("top_{n}_{field}")));
        }
    }
    if grid.columns.per(Per::Watched).next().is_some() {
        for n in 1..=grid.watched.len() {
            let all = ["asked", "id", "text"].into_iter().chain(fields(Per::Watched));
            names.extend(all.map(|field| format!("watch_{n}_{field}")));
        }
    }
    names.extend(MADE_BY.map(str::to_owned));
    names
}

fn fields(grid: &Grid, flat: &[Flat<'_>], cell: Cell<'_>, line: &mut Vec<String>) {
    line.extend(flat.iter().map(|flat| written(flat.of(grid, cell))));
    let entry = |per, at: usize, line: &mut Vec<String>| {
        line.extend(of_entries(grid, per).map(|stored| match &stored.values {
            crate::Values::Ranks(ranks) => ranks[at].some().map_or_else(String::new, |rank| rank.to_string()),
            values => number(values.number(at)),
        }));
    };
    if grid.columns.per(Per::Candidate).next().is_some() {
        let (k, kept) = (grid.columns.top_k, cell.top());
        let none = (k - kept.len()) * (2 + of_entries(grid, Per::Candidate).count());
        for (i, candidate) in kept.enumerate() {
            line.extend([candidate.id.to_string(), grid.text(candidate.id)]);
            entry(Per::Candidate, cell.index() * k + i, line);
        }
        line.extend(std::iter::repeat_n(String::new(), none));
    }
    if grid.columns.per(Per::Watched).next().is_some() {
        for (w, asked) in grid.watched.iter().enumerate() {
            let id: TokenId = asked.ids[0];
            line.extend([asked.text.clone(), id.to_string(), grid.text(id)]);
            entry(Per::Watched, cell.index() * grid.watched.len() + w, line);
        }
    }
}

fn written(datum: Datum<'_>) -> String {
    match datum {
        Datum::None => String::new(),
        Datum::Text(text) => text.into_owned(),
        Datum::Int(number) => number.to_string(),
        Datum::Layer(layer) => layer.to_string(),
        Datum::Number(x) => number(x),
        Datum::Bool(yes) => yes.to_string(),
    }
}

/// Shortest form that reads back as the same f32; `{:?}` turns to exponents where `{}` would write 40 zeros.
fn number(number: f32) -> String {
    if number.is_finite() { format!("{number:?}") } else { String::new() }
}

fn made_by(info: &Info) -> [String; 9] {
    [
        info.model.name.clone(),
        info.model.sha256.clone(),
        info.lens.kind.name().to_owned(),
        info.lens.norm.clone(),
        info.precision.clone(),
        sampling(info),
        info.run_id.clone(),
        info.program.clone(),
        screening(info),
    ]
}

/// `cells=300 prob=1.2e-6 surprisal_bits=…`: the bounds of a screened reading; empty where all is exact.
fn screening(info: &Info) -> String {
    info.lens.screening.map_or_else(String::new, |s| {
        format!(
            "cells={} prob={:e} surprisal_bits={:e} entropy_bits={:e} kl_bits={:e} kl_reverse_bits={:e}",
            s.cells, s.prob, s.surprisal_bits, s.entropy_bits, s.kl_bits, s.kl_reverse_bits
        )
    })
}

/// `greedy`, `sampled temperature=0.8 top_p=0.95 seed=7 generator=…`; empty without output.
fn sampling(info: &Info) -> String {
    let Some(sampling) = &info.sampling else { return String::new() };
    let method = match sampling.method {
        SamplingMethod::Greedy => "greedy",
        SamplingMethod::Sampled => "sampled",
        SamplingMethod::Forced => "forced",
    };
    let settings = [
        ("temperature", sampling.temperature.map(|t| t.to_string())),
        ("top_k", sampling.top_k.map(|k| k.to_string())),
        ("top_p", sampling.top_p.map(|p| p.to_string())),
        ("seed", sampling.seed.map(|seed| seed.to_string())),
        ("generator", sampling.generator.clone()),
    ];
    let settings = settings.into_iter().filter_map(|(name, value)| Some(format!(" {name}={}", value?)));
    settings.fold(method.to_owned(), |all, setting| all + &setting)
}
