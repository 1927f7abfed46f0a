//! CSV: everything flat, everything in every line.

use super::token_of;
use crate::{Cell, Info, Reading, ReadingError, SamplingMethod, WatchedScore};
use std::io::{BufWriter, Write};

/// Constant columns at the end: who made these numbers.
const MADE_BY: [&str; 9] =
    ["model", "model_sha256", "lens", "norm", "precision", "sampling", "run_id", "program", "screening"];

impl Reading {
    /// Writes the reading as CSV (RFC 4180 quoting, `\n` line ends, UTF-8, a header line), a line a cell.
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
        csv.write_record(header(self.columns.top_k, self.watched.len()))?;
        let made_by = made_by(&self.info);
        let mut line = Vec::new();
        for cell in self.cells() {
            line.clear();
            fields(self, cell, &mut line);
            line.extend_from_slice(&made_by);
            csv.write_record(&line)?;
        }
        csv.flush()?;
        Ok(())
    }
}

fn header(top_k: usize, watched: usize) -> Vec<String> {
    let fixed = "site layer position token_id token target_id target_text target_logit target_prob target_rank \
                 target_is_argmax entropy_bits kl_bits kl_reverse_bits surprisal_bits";
    let mut names: Vec<String> = fixed.split_whitespace().map(str::to_owned).collect();
    for n in 1..=top_k {
        names.extend(["id", "text", "logit", "prob"].map(|field| format!("top_{n}_{field}")));
    }
    for n in 1..=watched {
        names.extend(
            ["asked", "id", "text", "logit", "prob", "rank"].map(|field| format!("watch_{n}_{field}")),
        );
    }
    names.extend(MADE_BY.map(str::to_owned));
    names
}

fn fields(reading: &Reading, cell: Cell<'_>, line: &mut Vec<String>) {
    let token = token_of(reading, &cell);
    line.push(cell.site().kind.name().to_owned());
    line.push(cell.site().layer_number().to_string());
    line.push(cell.position().to_string());
    line.push(token.id.to_string());
    line.push(token.text.clone());
    score(reading, cell.target(), line);
    line.push(cell.target_is_argmax().to_string());
    line.extend(
        [cell.entropy_bits(), cell.kl_bits(), cell.kl_reverse_bits(), cell.surprisal_bits()].map(number),
    );
    for candidate in cell.top() {
        line.extend([candidate.id.to_string(), reading.text(candidate.id)]);
        line.extend([candidate.logit, candidate.prob].map(number));
    }
    let none = reading.columns.top_k - cell.top().len();
    line.extend(std::iter::repeat_n(String::new(), 4 * none));
    for (watched, asked) in cell.watch().zip(&reading.watched) {
        line.push(asked.text.clone());
        score(reading, watched, line);
    }
}

/// Id, text, logit, probability, rank.
fn score(reading: &Reading, score: WatchedScore, line: &mut Vec<String>) {
    let id = score.id.some();
    line.push(id.map_or_else(String::new, |id| id.to_string()));
    line.push(id.map_or_else(String::new, |id| reading.text(id)));
    line.extend([score.logit, score.prob].map(number));
    line.push(score.rank.some().map_or_else(String::new, |rank| rank.to_string()));
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
