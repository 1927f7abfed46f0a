//! What the peak memory of a reading is made of.

use crate::passes::block_weights;
use crate::process::Process;
use fathom_model::Model;
use serde::Serialize;

/// A whole command's peak, beside what it can't do without. Bytes.
#[derive(Clone, Debug, Serialize)]
pub struct Memory {
    /// Tokens of the prompt.
    pub tokens: usize,
    /// The most that the program held.
    pub peak: u64,
    /// The blocks' weights in f32.
    pub blocks: u64,
    /// The packed unembedding, which a tied embedding is read from too.
    pub head: u64,
    /// The recorded states: one row for each layer, and the embedding, at each position.
    pub states: u64,
}

impl Memory {
    /// Everything else: the program, the file as far as it is mapped, tokenizer, buffers. The goal is 100 MB.
    pub fn rest(&self) -> u64 {
        self.peak.saturating_sub(self.blocks + self.head + self.states)
    }
}

/// The parts of every command that reads a prompt, on most threads.
pub fn measure(model: &Model, processes: &[Process]) -> Vec<Memory> {
    let rows = model.config().layers.len() as u64 + 1;
    let row = (model.config().width * size_of::<f32>()) as u64;
    let threads = processes.iter().map(|process| process.threads).max();
    let of = |process: &Process| {
        let (tokens, peak) = process.tokens.zip(process.peak_bytes)?;
        let head = model.head().unembedding.size_in_bytes() as u64;
        let blocks = block_weights(model) * size_of::<f32>() as u64;
        Some(Memory { tokens, peak, blocks, head, states: rows * row * tokens as u64 })
    };
    processes.iter().filter(|process| Some(process.threads) == threads).filter_map(of).collect()
}
