//! Everything that was measured, as JSON and as Markdown tables.

use crate::generation::Generation;
use crate::goals::{self, Goal};
use crate::instructions::Count;
use crate::load::Load;
use crate::machine::Machine;
use crate::memory::Memory;
use crate::passes::Pass;
use crate::peers::{Comparison, Peers};
use crate::precision::Held;
use crate::process::Process;
use crate::scale::Scale;
use crate::screened::Case;
use serde::Serialize;
use std::fmt::Write;

/// Processes that wanted a core before the run, from which on its times are not the machine's.
const BUSY: f64 = 1.0;
const BUSY_NOTE: &str = " **Other programs were working on the same cores**: times on the wall, and everything with two \
                         threads, say little then; *of peak*, CPU, memory and, less, ratios hold.";

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
    /// What their peak memory is made of.
    pub memory: Vec<Memory>,
    /// Loading.
    pub loads: Vec<Load>,
    /// Forward passes and lenses.
    pub passes: Vec<Pass>,
    /// The lens over more and more layers.
    pub scales: Vec<Scale>,
    /// The screened lens, where a screen pays.
    pub screened: Vec<Case>,
    /// Generation.
    pub generation: Vec<Generation>,
    /// Instructions of a small, fixed projection; none where valgrind was missing.
    pub instructions: Vec<Count>,
    /// Every precision beside f32.
    pub precisions: Vec<Held>,
    /// Others, where they were asked for.
    pub peers: Option<Peers>,
    /// What could not be measured, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<String>,
}

/// Columns of a Markdown table, right-aligned but for the first; nothing without rows.
fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut rows = rows.into_iter().peekable();
    if rows.peek().is_none() {
        return String::new();
    }
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

fn ratio(value: Option<f64>) -> String {
    or_dash(value, |value| format!("{value:.2}"))
}

fn or_dash<T>(value: Option<T>, text: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "–".to_owned(), text)
}

/// Counted instructions, as a table.
pub fn instructions(counts: &[Count]) -> String {
    let rows = counts.iter().map(|count| {
        vec![
            format!("{} ({})", count.projector, count.isa),
            format!("{:.3} million", count.instructions as f64 / 1e6),
        ]
    });
    table(&["one projection, 16 rows x 64 x 2,048 tokens", "instructions (callgrind)"], rows)
}

impl Report {
    /// As Markdown.
    pub fn markdown(&self) -> String {
        let tables = [
            self.goals(),
            self.processes(),
            self.memory(),
            self.loads(),
            self.passes(),
            self.naive(),
            self.scales(),
            self.screened(),
            self.generation(),
            instructions(&self.instructions),
            self.precisions(),
        ];
        let peers = self.peers.as_ref().map(Peers::markdown);
        let parts = std::iter::once(self.head()).chain(tables).chain(peers).chain([self.missing()]);
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }

    fn head(&self) -> String {
        let Machine { processor, cores, load_before, isa, peak_gflops } = &self.machine;
        let busy = load_before.is_some_and(|load| load > BUSY);
        format!(
            "Measured on {cores} cores of an {processor} ({isa}; {} of f32 multiply-adds a core), model {}, \
             medians of {} rounds. Load on the machine before the run (0 is quiet): {}.{}\n",
            or_dash(*peak_gflops, |peak| format!("{peak:.0} GFLOP/s")),
            self.model,
            self.rounds,
            or_dash(*load_before, |load| format!("{load:.1}")),
            if busy { BUSY_NOTE } else { "" },
        )
    }

    /// What the tables lack.
    fn missing(&self) -> String {
        let failed = self.failed.iter().map(|failed| format!("- {failed}\n"));
        match self.failed.is_empty() {
            true => String::new(),
            false => format!("**Not measured**:\n\n{}", failed.collect::<String>()),
        }
    }

    fn goals(&self) -> String {
        let rows = goals::of(self).into_iter().map(|goal| {
            let Goal { what, wanted, at_least, found, unit } = goal;
            let bound = format!("{} {wanted}{unit}", if at_least { "≥" } else { "≤" });
            let met = goal.is_met().map(|met| if met { "yes" } else { "no" }.to_owned());
            let found = or_dash(found, |found| format!("{found:.2}{unit}"));
            vec![what.to_owned(), bound, found, or_dash(met, |met| met)]
        });
        table(&["goal", "wanted", "found", "met"], rows)
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

    fn memory(&self) -> String {
        let megabytes = |bytes: u64| format!("{:.0} MB", bytes as f64 / 1e6);
        let rows = self.memory.iter().map(|memory| {
            let parts = [memory.blocks, memory.head, memory.states, memory.rest(), memory.peak];
            std::iter::once(memory.tokens.to_string()).chain(parts.map(megabytes)).collect()
        });
        let head = ["memory of a reading: tokens", "blocks", "unembedding", "states", "the rest", "peak"];
        table(&head, rows)
    }

    fn passes(&self) -> String {
        let rows = self.passes.iter().map(|pass| {
            vec![
                pass.tokens.to_string(),
                pass.threads.to_string(),
                seconds(pass.forward),
                format!("{:.0}", pass.forward_tokens_per_second),
                format!("{:.0}", pass.forward_gflops),
                ratio(pass.forward_peak_ratio),
                seconds(pass.lens),
                format!("{:.0}", pass.lens_gflops),
                ratio(pass.lens_peak_ratio),
                or_dash(pass.screened, seconds),
                or_dash(pass.screened_ratio, |ratio| format!("{ratio:.2}x")),
                seconds(pass.reading),
            ]
        });
        let head = [
            "prompt tokens",
            "threads",
            "forward",
            "tokens/s",
            "GFLOP/s",
            "of peak",
            "lens, all layers",
            "GFLOP/s",
            "of peak",
            "screened",
            "CPU of f32's",
            "reading",
        ];
        table(&head, rows)
    }

    /// In a sentence, since it is a check and no rival.
    fn naive(&self) -> String {
        let measured = self.passes.iter().find_map(|pass| pass.naive_lens.map(|naive| (pass, naive)));
        measured.map_or_else(String::new, |(pass, naive)| {
            let Pass { tokens, threads, lens, .. } = pass;
            let (time, times) = (seconds(naive), naive / lens);
            format!("The naive reference projector takes {time} for {tokens} tokens on {threads} thread(s): {times:.0}x.\n")
        })
    }

    fn scales(&self) -> String {
        let rows = self.scales.iter().map(|scale| {
            let Scale { threads, tokens, layers, lens, per_cell } = scale;
            let cell = format!("{:.0} µs", per_cell * 1e6);
            vec![layers.to_string(), tokens.to_string(), threads.to_string(), seconds(*lens), cell]
        });
        table(&["layers read", "positions", "threads", "lens", "CPU for a layer at a position"], rows)
    }

    fn screened(&self) -> String {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        let rows = self.screened.iter().map(|case| {
            vec![
                case.what.to_owned(),
                seconds(case.f32),
                seconds(case.screened),
                format!("{:.2}x", case.ratio),
                ratio(case.peak_ratio),
                percent(case.exact_rows),
                percent(case.undecided),
                format!("{:.1e}", case.prob_bound),
                format!("{:.1e}", case.entropy_bound),
                format!("{:.1e}", case.kl_bound),
            ]
        });
        let head = [
            "screened lens, 128 tokens, CPU seconds",
            "f32",
            "screened",
            "of f32's",
            "of the f32 peak",
            "rows left to f32",
            "undecided",
            "probability within",
            "entropy within",
            "KL within",
        ];
        table(&head, rows)
    }

    fn generation(&self) -> String {
        let rows = self.generation.iter().map(|generation| {
            let Generation { threads, tokens, plain, live, screened, weights_read, bandwidth } = generation;
            let read = format!("{weights_read:.0} of {bandwidth:.0} GB/s");
            let counts = [threads.to_string(), tokens.to_string()];
            let live = [format!("{live:.1}"), format!("{screened:.1}")];
            counts.into_iter().chain([format!("{plain:.1}"), read]).chain(live).collect()
        });
        let head = [
            "generation: threads",
            "tokens",
            "tokens/s",
            "weights read",
            "tokens/s, each read at every layer",
            "the same, screened",
        ];
        table(&head, rows)
    }

    fn precisions(&self) -> String {
        let times = |rate: f64, ratio: f64| format!("{rate:.0} ({ratio:.2}x)");
        let rows = self.precisions.iter().map(|held| {
            let [forward, lens, generation] = held.ratios;
            vec![
                held.precision.clone(),
                held.threads.to_string(),
                format!("{:.0} MB", held.bytes as f64 / 1e6),
                times(held.forward, forward),
                times(held.lens, lens),
                times(held.generation, generation),
                format!("{:.0}", held.generation_wall),
            ]
        });
        let tokens = self.precisions.first().map_or(0, |held| held.prompt);
        let prompt = format!("{tokens} prompt tokens: tokens/s of CPU");
        let head = [
            "precision",
            "threads",
            "matrices",
            &prompt,
            "lens: layers at positions/s of CPU",
            "generated tokens/s of CPU",
            "on the wall",
        ];
        table(&head, rows)
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

impl Peers {
    fn markdown(&self) -> String {
        let versions: Vec<String> =
            self.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
        let (moved, cells) = self.ranks_moved;
        let ready: Vec<String> =
            self.ready.iter().map(|(name, time)| format!("{name} {}", seconds(*time))).collect();
        let tables = [
            Peers::table("lens, all layers: prompt tokens", &self.lens),
            Peers::table("forward pass: prompt tokens", &self.forward),
            Peers::table("16 tokens and 32 generated: prompt tokens", &self.generation),
        ];
        format!(
            "In turn with {}; in brackets how often Fathom's time goes into the other's, by rounds; where there are two, f32's and \
             screened.\n\n{}\n\
             PyTorch's f32 ranks the target elsewhere in {moved} of {cells} cells: its sums have another order. \
             From the start of a process until its model is loaded: {}.\n",
            versions.join(", "),
            tables.join("\n"),
            ready.join(", ")
        )
    }

    fn table(what: &str, rows: &[Comparison]) -> String {
        // Not every row has every peer.
        let mut names: Vec<&str> = Vec::new();
        for peer in rows.iter().flat_map(|row| &row.peers) {
            if !names.contains(&peer.name) {
                names.push(peer.name);
            }
        }
        let screens = rows.iter().any(|row| row.screened.is_some());
        let ours = [what, "threads", "rounds", "Fathom f32"];
        let ours = ours.into_iter().chain(screens.then_some("Fathom screened"));
        let head: Vec<&str> = ours.chain(names.clone()).collect();
        let lines = rows.iter().map(|row| {
            let ours = [
                row.tokens.to_string(),
                row.threads.to_string(),
                row.rounds.to_string(),
                seconds(row.fathom),
            ];
            let ours = ours.into_iter().chain(screens.then(|| or_dash(row.screened, seconds)));
            let theirs = names.iter().map(|name| {
                or_dash(row.peers.iter().find(|peer| peer.name == *name), |peer| {
                    let screened =
                        peer.screened_ratio.map_or_else(String::new, |ratio| format!("; {ratio:.2}x"));
                    format!("{} ({:.2}x{screened})", seconds(peer.seconds), peer.ratio)
                })
            });
            ours.chain(theirs).collect()
        });
        table(&head, lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_units() {
        assert_eq!(table(&["a", "b"], [vec!["x".into(), "1".into()]]), "| a | b |\n|---|---:|\n| x | 1 |\n");
        assert_eq!(table(&["a", "b"], []), "");
        assert_eq!([0.0123, 1.234, 12.34].map(seconds), ["12 ms", "1.23 s", "12.3 s"]);
        assert_eq!(or_dash(None::<f64>, seconds), "–");
    }
}
