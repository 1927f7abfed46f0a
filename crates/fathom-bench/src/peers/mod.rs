//! Others on the same states, the same weights and the same number of threads, in turn with Fathom.
//!
//! The machine's speed changes by the minute, so a round measures Fathom and every peer one after the other, and what is
//! reported is the median of the rounds' ratios. The peers are scripts (`peers/*.py`) that load once and then answer;
//! their clocks are around the work alone.

mod venv;
mod worker;

pub use venv::python;
pub use worker::{Answer, Worker};

use crate::clock::median;
use crate::{generation, passes, prompt};
use anyhow::{Context, Result};
use fathom_kernel::ScreenUnit;
use fathom_model::{Model, Run};
use fathom_reading::known::TARGET_RANK;
use fathom_reading::{Layer, Reading, Site};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// Prompts longer than this are measured once, on the most threads only: PyTorch takes half a minute for one.
const LONG: usize = 256;
/// Rounds of shorter ones.
const ROUNDS: usize = 3;
/// Of a longer prompt, Ecco's way reads this many positions; its time is in proportion.
const LOOPED: usize = 16;
/// Tokens generated.
const GENERATED: usize = 32;

/// Everything that was compared.
#[derive(Clone, Debug, Serialize)]
pub struct Peers {
    /// Versions of the peers' libraries.
    pub versions: BTreeMap<String, String>,
    /// Seconds from starting each peer's process until its model was loaded.
    pub ready: BTreeMap<String, f64>,
    /// The lens over all layers and positions.
    pub lens: Vec<Comparison>,
    /// The forward pass over a prompt.
    pub forward: Vec<Comparison>,
    /// A prompt of 16 tokens and 32 generated ones.
    pub generation: Vec<Comparison>,
    /// Cells whose rank PyTorch's f32 puts elsewhere (its sums have another order), of how many.
    pub ranks_moved: (usize, usize),
}

/// One piece of work, done by Fathom and by others in turn.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// Tokens of the prompt.
    pub tokens: usize,
    /// Threads of each.
    pub threads: usize,
    /// Rounds that medians are over.
    pub rounds: usize,
    /// Seconds that Fathom took.
    pub fathom: f64,
    /// Seconds that its screened lens took.
    pub screened: Option<f64>,
    /// The others.
    pub peers: Vec<Peer>,
}

/// What a peer took.
#[derive(Clone, Debug, Serialize)]
pub struct Peer {
    /// Who.
    pub name: &'static str,
    /// Seconds.
    pub seconds: f64,
    /// How often Fathom's time goes into it: the median of the rounds' ratios.
    pub ratio: f64,
    /// The same of the screened lens's.
    pub screened_ratio: Option<f64>,
}

/// Seconds of a round.
#[derive(Clone, Debug)]
struct Round {
    fathom: f64,
    screened: Option<f64>,
    peers: Vec<(&'static str, f64)>,
}

/// The peers, loaded.
pub struct Bench {
    torch: Worker,
    llama: Worker,
    result: Peers,
}

impl Bench {
    /// Starts the peers on the model's file.
    ///
    /// # Errors
    /// When one does not come up.
    pub fn start(python: &Path, model: &Path) -> Result<Bench> {
        let torch = Worker::start("PyTorch", python, include_str!("../../peers/pytorch.py"), model)?;
        let llama = Worker::start("llama.cpp", python, include_str!("../../peers/llamacpp.py"), model)?;
        let versions = torch.versions.clone().into_iter().chain(llama.versions.clone()).collect();
        let ready = [("PyTorch", torch.ready_after), ("llama.cpp", llama.ready_after)];
        let ready = ready.map(|(name, seconds)| (name.to_owned(), seconds)).into();
        let (lens, forward, generation) = (vec![], vec![], vec![]);
        let result = Peers { versions, ready, lens, forward, generation, ranks_moved: (0, 0) };
        Ok(Bench { torch, llama, result })
    }

    /// What was measured.
    pub fn finish(self) -> Peers {
        self.result
    }

    /// Compares one prompt length on the model's number of threads.
    ///
    /// # Errors
    /// The model's, the lens's or a peer's.
    pub fn prompt(&mut self, model: &Model, tokens: usize, most_threads: usize) -> Result<()> {
        let threads = model.pool().current_num_threads();
        let (rounds, warm) = if tokens > LONG { (1, 0) } else { (ROUNDS, 1) };
        if tokens > LONG && threads < most_threads {
            return Ok(());
        }
        let (_, run) = passes::forward(model, tokens)?;
        let (_, reading) = passes::read(model, &run)?;
        self.give_states(model, &run, &reading)?;
        let (mut lens, mut forward) = (Vec::new(), Vec::new());
        for round in 0..rounds + warm {
            let measured = (self.lens_round(model, &run, &reading)?, self.forward_round(model, tokens)?);
            if round >= warm {
                lens.push(measured.0);
                forward.push(measured.1);
            }
        }
        let mut lens = Comparison::new(tokens, threads, &lens);
        if tokens <= LONG {
            lens.peers.push(self.loops(model, &run, &reading)?);
        }
        self.result.lens.push(lens);
        self.result.forward.push(Comparison::new(tokens, threads, &forward));
        Ok(())
    }

    /// Compares generation after a short prompt.
    ///
    /// # Errors
    /// The model's or a peer's.
    pub fn generation(&mut self, model: &Model) -> Result<()> {
        let threads = model.pool().current_num_threads();
        let (_, run) = passes::forward(model, generation::PROMPT)?;
        let (_, reading) = passes::read(model, &run)?;
        self.give_states(model, &run, &reading)?;
        let ids: Vec<u32> = run.tokens.iter().map(|id| id.0).collect();
        let mut rounds = Vec::new();
        for round in 0..=ROUNDS {
            let fathom = generation::seconds(model, GENERATED)?;
            let torch = json!({"do": "generate", "threads": threads, "tokens": GENERATED});
            let llama = json!({"do": "generate", "threads": threads, "ids": ids, "tokens": GENERATED});
            let peers = vec![
                ("PyTorch f32", self.torch.ask(&torch)?.seconds),
                ("llama.cpp Q4_1", self.llama.ask(&llama)?.seconds),
            ];
            if round > 0 {
                rounds.push(Round { fathom, screened: None, peers });
            }
        }
        self.result.generation.push(Comparison::new(generation::PROMPT, threads, &rounds));
        Ok(())
    }

    /// Hands PyTorch the states that Fathom recorded, in a file of their own.
    fn give_states(&mut self, model: &Model, run: &Run, reading: &Reading) -> Result<()> {
        let mut file = tempfile::NamedTempFile::new().context("a file for the states")?;
        for layer in 0..model.layers() {
            let rows = run.states.rows(Site::after(Layer(layer)));
            let bytes: Vec<u8> = rows.iter().flat_map(|value| value.to_le_bytes()).collect();
            file.write_all(&bytes).context("writing the states")?;
        }
        let ids: Vec<u32> = run.tokens.iter().map(|id| id.0).collect();
        let targets: Vec<u32> = reading.targets.iter().map(|target| target.id.0).collect();
        let request = json!({
            "do": "states", "threads": 1, "path": file.path(), "layers": model.layers(), "ids": ids, "targets": targets,
        });
        self.torch.ask(&request).map(drop)
    }

    fn lens_round(&mut self, model: &Model, run: &Run, reading: &Reading) -> Result<Round> {
        let threads = model.pool().current_num_threads();
        let (took, _) = passes::read(model, run)?;
        let screened = screened(model, run)?;
        let ask = |precision| json!({"do": "lens", "threads": threads, "precision": precision});
        let exact = self.torch.ask(&ask("f32"))?;
        let half = self.torch.ask(&ask("bf16"))?;
        let ours = reading.columns[TARGET_RANK].iter();
        let moved = ours.zip(&exact.ranks).filter(|(ours, theirs)| ours.get() != **theirs).count();
        self.result.ranks_moved.0 += moved;
        self.result.ranks_moved.1 += exact.ranks.len();
        let peers = vec![("PyTorch f32", exact.seconds), ("PyTorch bf16", half.seconds)];
        Ok(Round { fathom: took.wall, screened, peers })
    }

    fn forward_round(&mut self, model: &Model, tokens: usize) -> Result<Round> {
        let threads = model.pool().current_num_threads();
        let (took, _) = passes::forward(model, tokens)?;
        let ids: Vec<u32> = prompt(tokens).iter().map(|(id, _)| id.0).collect();
        let torch = self.torch.ask(&json!({"do": "forward", "threads": threads}))?;
        let llama = self.llama.ask(&json!({"do": "forward", "threads": threads, "ids": ids}))?;
        let peers = vec![("PyTorch f32", torch.seconds), ("llama.cpp Q4_1", llama.seconds)];
        Ok(Round { fathom: took.wall, screened: None, peers })
    }

    /// Ecco's way for all positions, Fathom before and after.
    fn loops(&mut self, model: &Model, run: &Run, reading: &Reading) -> Result<Peer> {
        let threads = model.pool().current_num_threads();
        let all = reading.positions().len();
        let positions: Vec<usize> = (0..all).step_by(all.div_ceil(LOOPED)).collect();
        let ask = json!({"do": "loops", "threads": threads, "positions": positions});
        let (before, _) = passes::read(model, run)?;
        let fast_before = screened(model, run)?;
        let seconds = self.torch.ask(&ask)?.seconds * all as f64 / positions.len() as f64;
        let (after, _) = passes::read(model, run)?;
        let fast_after = screened(model, run)?;
        Ok(Peer {
            name: "Ecco's way",
            seconds,
            ratio: 2.0 * seconds / (before.wall + after.wall),
            screened_ratio: fast_before.zip(fast_after).map(|(a, b)| 2.0 * seconds / (a + b)),
        })
    }
}

/// Seconds of the screened lens, where a screen pays.
fn screened(model: &Model, run: &Run) -> Result<Option<f64>> {
    match ScreenUnit::detect() {
        Some(_) => Ok(Some(crate::screened::read(model, run)?.0.wall)),
        None => Ok(None),
    }
}

impl Comparison {
    fn new(tokens: usize, threads: usize, rounds: &[Round]) -> Comparison {
        let some = |values: Option<Vec<f64>>| values.filter(|values| !values.is_empty()).map(median);
        let names = rounds.first().map_or(&[][..], |round| &round.peers);
        let peers = names.iter().enumerate().map(|(i, (name, _))| Peer {
            name,
            seconds: median(rounds.iter().map(|round| round.peers[i].1)),
            ratio: median(rounds.iter().map(|round| round.peers[i].1 / round.fathom)),
            screened_ratio: some(
                rounds.iter().map(|round| Some(round.peers[i].1 / round.screened?)).collect(),
            ),
        });
        let fathom = median(rounds.iter().map(|round| round.fathom));
        let screened = some(rounds.iter().map(|round| round.screened).collect());
        Comparison { tokens, threads, rounds: rounds.len(), fathom, screened, peers: peers.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_taken_round_by_round() {
        // The second round ran on a machine half as fast: the ratio does not notice.
        let rounds = [(1.0, 4.0), (2.0, 8.0), (1.0, 4.1)].map(|(fathom, peer)| Round {
            fathom,
            screened: Some(fathom / 2.0),
            peers: vec![("a", peer)],
        });
        let comparison = Comparison::new(16, 1, &rounds);
        assert_eq!((comparison.fathom, comparison.screened, comparison.rounds), (1.0, Some(0.5), 3));
        let peer = &comparison.peers[0];
        assert_eq!((peer.seconds, peer.ratio, peer.screened_ratio), (4.1, 4.0, Some(8.0)));
        let without = rounds.map(|round| Round { screened: None, ..round });
        assert_eq!(Comparison::new(16, 1, &without).peers[0].screened_ratio, None);
    }
}
