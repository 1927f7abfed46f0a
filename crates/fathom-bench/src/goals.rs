//! What the project set out to reach, beside what this run found.

use crate::report::Report;
use serde::Serialize;

/// One goal.
#[derive(Clone, Debug, Serialize)]
pub struct Goal {
    /// What is to be reached.
    pub what: &'static str,
    /// The bound.
    pub wanted: f64,
    /// Whether the bound is the least that will do, or the most.
    pub at_least: bool,
    /// What was found; `None` where this run did not measure it.
    pub found: Option<f64>,
    /// Its unit.
    pub unit: &'static str,
}

impl Goal {
    /// Whether it was reached.
    pub fn is_met(&self) -> Option<bool> {
        self.found.map(|found| if self.at_least { found >= self.wanted } else { found <= self.wanted })
    }
}

/// Prompt length of the goals that name none.
const TOKENS: usize = 128;
/// Prompt length of the memory goal.
const LONG: usize = 1024;

/// The goals, each with this run's figure.
pub fn of(report: &Report) -> Vec<Goal> {
    let least = |what, wanted, unit, found| Goal { what, wanted, at_least: true, found, unit };
    let most = |what, wanted, unit, found| Goal { what, wanted, at_least: false, found, unit };
    let pass =
        |tokens, threads| report.passes.iter().find(|pass| pass.tokens == tokens && pass.threads == threads);
    let against = |peer: &str| {
        let rows = report.peers.iter().flat_map(|peers| &peers.lens).filter(|row| row.tokens == TOKENS);
        let ratios =
            rows.flat_map(|row| &row.peers).filter(|other| other.name == peer).map(|peer| peer.ratio);
        ratios.min_by(f64::total_cmp)
    };
    let screened_against = |peer: &str| {
        let rows = report.peers.iter().flat_map(|peers| &peers.lens).filter(|row| row.tokens == TOKENS);
        let peers = rows.flat_map(|row| &row.peers).filter(|other| other.name == peer);
        peers.filter_map(|peer| peer.screened_ratio).min_by(f64::total_cmp)
    };
    let of_f32 = |what: &str| report.screened.iter().find(|case| case.what == what).map(|case| case.ratio);
    let two = |of: fn(&crate::passes::Pass) -> f64| Some(of(pass(LONG, 1)?) / of(pass(LONG, 2)?));
    let peaks =
        report.passes.iter().filter(|pass| pass.tokens >= TOKENS).filter_map(|pass| pass.lens_peak_ratio);
    let memory = report.memory.iter().find(|memory| memory.tokens == LONG);
    let first = report.processes.iter().find(|process| process.tokens == Some(16) && process.threads == 2);
    let live = report.generation.iter().find(|generation| generation.threads == 2);
    vec![
        least("lens, 128 tokens: PyTorch f32 over Fathom f32", 4.0, "x", against("PyTorch f32")),
        least("lens, 128 tokens: Ecco's way over Fathom f32", 80.0, "x", against("Ecco's way")),
        least("lens, 128 tokens and more: of the f32 peak", 0.85, "", peaks.min_by(f64::total_cmp)),
        least(
            "lens, 128 tokens: PyTorch f32 over Fathom screened",
            8.0,
            "x",
            screened_against("PyTorch f32"),
        ),
        least(
            "lens, 128 tokens: Ecco's way over Fathom screened",
            160.0,
            "x",
            screened_against("Ecco's way"),
        ),
        most(
            "lens, 128 tokens, next tokens: screened over f32, CPU",
            0.5,
            "x",
            of_f32("all layers, next tokens"),
        ),
        most(
            "the worst of the screened cases: over f32, CPU",
            1.0,
            "x",
            report.screened.iter().map(|case| case.ratio).max_by(f64::total_cmp),
        ),
        least("lens, 1,024 tokens: two threads over one", 1.8, "x", two(|pass| pass.lens)),
        least("forward, 1,024 tokens: two threads over one", 1.8, "x", two(|pass| pass.forward)),
        most(
            "from the command to the first figure, 16 tokens, two threads",
            1.0,
            " s",
            first.map(|first| first.seconds),
        ),
        most(
            "peak memory, 1,024 tokens, beyond weights, unembedding and states",
            100.0,
            " MB",
            memory.map(|memory| memory.rest() as f64 / 1e6),
        ),
        least(
            "generation, every layer read at each token, two threads",
            20.0,
            " tokens/s",
            live.map(|live| live.live),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::Goal;

    #[test]
    fn a_goal_is_a_bound_from_below_or_above() {
        let goal = |at_least, found| Goal { what: "", wanted: 4.0, at_least, found, unit: "x" };
        assert_eq!(goal(true, Some(4.5)).is_met(), Some(true));
        assert_eq!(goal(false, Some(4.5)).is_met(), Some(false));
        assert_eq!(goal(true, None).is_met(), None);
    }
}
