//! Everything that was measured, as JSON and as Markdown tables.

use crate::generation::Generation;
use crate::load::Load;
use crate::machine::Machine;
use crate::passes::Pass;
use crate::process::Process;
use serde::Serialize;
use std::fmt::Write;

/// The result of `cargo xtask bench`.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The form of this file.
    pub schema: &'static str,
    /// What it was measured on.
    pub machine: Machine,
    /// The model's name.
    pub model: String,
    /// Rounds that the medians are over.
    pub rounds: usize,
    /// Whole commands.
    pub processes: Vec<Process>,
    /// Loading.
    pub loads: Vec<Load>,
    /// Forward passes and lenses.
    pub passes: Vec<Pass>,
    /// Generation.
    pub generation: Vec<Generation>,
}

/// Columns of a Markdown table, right-aligned but for the first.
fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = format!("| {} |\n|---|{}\n", head.join(" | "), "---:|".repeat(head.len() - 1));
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}

fn seconds(seconds: f64) -> String {
    match seconds {
        s if s >= 10.0 => format!("{s:.1} s"),
        s if s >= 1.0 => format!("{s:.2} s"),
        s => format!("{:.0} ms", s * 1e3),
    }
}

fn or_dash<T>(value: Option<T>, text: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "–".to_owned(), text)
}

impl Report {
    /// As Markdown.
    pub fn markdown(&self) -> String {
        let parts = [self.head(), self.processes(), self.passes(), self.generation(), self.loads()];
        parts.join("\n")
    }

    fn head(&self) -> String {
        let Machine { processor, cores, load_before, isa, peak_gflops } = &self.machine;
        format!(
            "Measured on {cores} cores of an {processor} ({isa}; {} of f32 multiply-adds a core), model {}, \
             medians of {} rounds. Load on the machine before the run: {}.\n",
            or_dash(*peak_gflops, |peak| format!("{peak:.0} GFLOP/s")),
            self.model,
            self.rounds,
            or_dash(*load_before, |load| format!("{load:.1}")),
        )
    }

    fn processes(&self) -> String {
        let rows = self.processes.iter().map(|process| {
            vec![
                process.what.clone(),
                process.threads.to_string(),
                seconds(process.seconds),
                or_dash(process.cpu, seconds),
                or_dash(process.peak_bytes, |bytes| format!("{:.0} MB", bytes as f64 / 1e6)),
            ]
        });
        table(&["whole command", "threads", "time", "CPU", "peak memory"], rows)
    }

    fn passes(&self) -> String {
        let rows = self.passes.iter().map(|pass| {
            vec![
                pass.tokens.to_string(),
                pass.threads.to_string(),
                seconds(pass.forward),
                format!("{:.0}", pass.forward_tokens_per_second),
                seconds(pass.lens),
                format!("{:.0}", pass.lens_gflops),
                or_dash(pass.lens_peak_ratio, |ratio| format!("{ratio:.2}")),
                seconds(pass.reading),
                or_dash(pass.naive_lens, |naive| format!("{} ({:.1}x)", seconds(naive), naive / pass.lens)),
            ]
        });
        let head = [
            "prompt tokens",
            "threads",
            "forward",
            "tokens/s",
            "lens, all layers",
            "GFLOP/s",
            "of peak",
            "reading",
            "naive lens",
        ];
        table(&head, rows)
    }

    fn generation(&self) -> String {
        let rows = self.generation.iter().map(|generation| {
            let Generation { threads, tokens, plain, live } = generation;
            vec![threads.to_string(), tokens.to_string(), format!("{plain:.1}"), format!("{live:.1}")]
        });
        table(&["generation: threads", "tokens", "tokens/s", "tokens/s, each read at every layer"], rows)
    }

    fn loads(&self) -> String {
        let rows = self.loads.iter().map(|load| {
            let Load { threads, open, tokenizer, packing, weights, total } = load;
            let steps = [open, tokenizer, packing, weights, total].map(|step| seconds(*step));
            std::iter::once(threads.to_string()).chain(steps).collect()
        });
        table(&["loading: threads", "open", "tokenizer", "unembedding, packed", "blocks", "total"], rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_units() {
        assert_eq!(table(&["a", "b"], [vec!["x".into(), "1".into()]]), "| a | b |\n|---|---:|\n| x | 1 |\n");
        assert_eq!([0.0123, 1.234, 12.34].map(seconds), ["12 ms", "1.23 s", "12.3 s"]);
        assert_eq!(or_dash(None::<f64>, seconds), "–");
    }
}
