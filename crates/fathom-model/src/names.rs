//! How a family's files name and lay out their weights: a table of [`Rule`]s.
//!
//! Whatever the layout, a weight `[out, in]` is some rows of one stored matrix, in some order, that may be stored
//! transposed or less one. A [`Layout`] says which; so splitting a fused projection and undoing a permutation are
//! the same step, and no tensor is taken apart in memory.

use crate::slots::{Place, Slot};
use crate::spec::{MlpSpec, ModelConfig};
use std::ops::Range;

/// One line of a family's table: what files call a weight.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The name without `.weight` or `.bias`; `{}` is the layer. A second `{}` is an expert or a head: the weight is
    /// stored as so many tensors.
    pub name: &'static str,
    /// What it holds: one place, or several fused.
    pub places: &'static [Place],
    /// How it lies in the file.
    pub layout: Layout,
    /// Whether a matrix is stored `[in, out]` (GPT-2's Conv1D).
    pub transposed: bool,
    /// Whether the stored value is less by one (Gemma's norms in safetensors).
    pub add_one: bool,
}

/// Which rows of the stored matrix are the weight's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// All of them.
    Whole,
    /// The fused places one after the other.
    Stacked,
    /// Each head's rows interleaved: `0, n/2, 1, n/2 + 1, …` of the original. llama.cpp stores Llama's queries and
    /// keys so, for rotation of neighbours; undone, one rotary pairing serves both file formats.
    RotaryInterleaved,
    /// Queries, keys and values by key/value head: the queries that share it, the key, the value, head by head.
    /// GPT-NeoX and BLOOM (one query each), Falcon and InternLM 2 (several).
    Grouped,
}

/// `name` holds `place` as it is.
pub(crate) const fn rule(name: &'static str, places: &'static [Place]) -> Rule {
    let layout = if places.len() == 1 { Layout::Whole } else { Layout::Stacked };
    Rule { name, places, layout, transposed: false, add_one: false }
}

impl Rule {
    /// The same, stored `[in, out]`.
    pub const fn transposed(mut self) -> Rule {
        self.transposed = true;
        self
    }

    /// The same, stored less one.
    pub const fn add_one(mut self) -> Rule {
        self.add_one = true;
        self
    }

    /// The same in another layout.
    pub const fn layout(mut self, layout: Layout) -> Rule {
        self.layout = layout;
        self
    }

    /// The name in the file for `slot`: `blk.3.attn_q.weight`. Of a weight in parts, it is part `part`'s.
    pub(crate) fn name_for(&self, prefix: &str, slot: &Slot, part: usize) -> String {
        let layer = slot.layer.map(|layer| layer.to_string()).unwrap_or_default();
        let name = self.name.replacen("{}", &layer, 1).replacen("{}", &part.to_string(), 1);
        format!("{prefix}{name}{}", slot.part.suffix())
    }

    /// Whether the weight is stored as one tensor per expert or head.
    pub(crate) fn in_parts(&self) -> bool {
        self.name.matches("{}").nth(1).is_some()
    }

    /// Rows of the stored matrix, and which of them are `slot`'s, in order. `rows` is the slot's own number.
    pub(crate) fn rows(&self, config: &ModelConfig, slot: &Slot, rows: usize) -> (usize, Vec<Range<usize>>) {
        match self.layout {
            Layout::Whole => (rows, std::iter::once(0..rows).collect()),
            Layout::Stacked => {
                let sizes = self.places.iter().map(|place| (*place, place_rows(config, slot, *place)));
                let total = sizes.clone().map(|(_, size)| size).sum();
                let start = sizes.take_while(|(place, _)| *place != slot.place).map(|(_, size)| size).sum();
                (total, std::iter::once(start..start + rows).collect())
            }
            Layout::RotaryInterleaved => {
                let size = slot.layer.map_or(rows, |layer| config.layers[layer].attention.head_size);
                let original = |row: usize| {
                    let (head, row) = (row / size, row % size);
                    // Row i of the first half is stored at 2i, of the second half at 2i + 1.
                    head * size + 2 * (row % (size / 2)) + row / (size / 2)
                };
                (rows, (0..rows).map(original).map(|row| row..row + 1).collect())
            }
            Layout::Grouped => grouped_rows(config, slot),
        }
    }
}

/// Rows of a [`Layout::Grouped`] matrix, and which of them are `slot`'s.
fn grouped_rows(config: &ModelConfig, slot: &Slot) -> (usize, Vec<Range<usize>>) {
    let Some(layer) = slot.layer.and_then(|layer| config.layers.get(layer)) else { return (0, Vec::new()) };
    let attention = &layer.attention;
    let (size, shared) = (attention.head_size, attention.query_heads / attention.kv_heads);
    let group = (shared + 2) * size;
    let within = match slot.place {
        Place::Query => 0..shared * size,
        Place::Key => shared * size..(shared + 1) * size,
        _ => (shared + 1) * size..group,
    };
    let ranges = (0..attention.kv_heads).map(|head| head * group + within.start..head * group + within.end);
    (attention.kv_heads * group, ranges.collect())
}

/// Rows of `place` in the layer of `slot`.
fn place_rows(config: &ModelConfig, slot: &Slot, place: Place) -> usize {
    let Some(layer) = slot.layer.and_then(|layer| config.layers.get(layer)) else { return 0 };
    let attention = &layer.attention;
    let mlp_width = match &layer.mlp {
        MlpSpec::Dense(mlp) => mlp.width,
        MlpSpec::Experts(mlp) => mlp.width,
    };
    match place {
        Place::Query => attention.query_heads * attention.head_size,
        Place::Key | Place::Value => attention.kv_heads * attention.head_size,
        Place::Gate | Place::Up => mlp_width,
        // Nothing else is fused in any file.
        _ => 0,
    }
}

/// A family's table of one file format.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// What may stand before every name: the first that the file uses, uses it throughout.
    pub prefixes: &'static [&'static str],
    /// The weights, in tables that families share. Aliases are further rules for the same place; the first that the
    /// file has is taken.
    pub rules: &'static [&'static [Rule]],
    /// Tensors that are no weights (masks, rotary tables); `{}` is a layer, a last `*` anything.
    pub ignored: &'static [&'static str],
}

impl Names {
    /// Whether `name` is a tensor to pass over.
    pub(crate) fn ignores(&self, name: &str) -> bool {
        self.prefixes.iter().any(|prefix| {
            let rest = name.strip_prefix(prefix);
            rest.is_some_and(|name| self.ignored.iter().any(|pattern| matches_layer(pattern, name)))
        })
    }
}

/// Whether `name` is `pattern` with a number for `{}`, or begins as the pattern does before its `*`.
fn matches_layer(pattern: &str, name: &str) -> bool {
    if let Some(start) = pattern.strip_suffix('*') {
        return name.starts_with(start);
    }
    match pattern.split_once("{}") {
        None => pattern == name,
        Some((before, after)) => {
            let layer = name.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            layer.is_some_and(|layer| !layer.is_empty() && layer.bytes().all(|byte| byte.is_ascii_digit()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_want_a_number() {
        assert!(matches_layer("h.{}.attn.bias", "h.11.attn.bias"));
        assert!(!matches_layer("h.{}.attn.bias", "h..attn.bias"));
        assert!(!matches_layer("h.{}.attn.bias", "h.1.attn.c_attn.bias"));
        assert!(!matches_layer("h.{}.attn.bias", "h.x.attn.bias"));
        assert!(matches_layer("rope_freqs.weight", "rope_freqs.weight"));
        assert!(matches_layer("vision.*", "vision.layers.0.weight") && !matches_layer("vision.*", "visual"));
    }
}
