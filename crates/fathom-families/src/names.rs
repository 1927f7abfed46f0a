//! How a family's files name and lay out their weights: a table of [`Rule`]s.
//!
//! Whatever the layout, a weight `[out, in]` is some rows of one stored matrix, in some order, that may be stored
//! transposed or less one. A [`Layout`] says which; so splitting a fused projection and undoing a permutation are
//! the same step, and no tensor is taken apart in memory.

use crate::params::{Param, ParamKind, ParamRole};
use crate::spec::{MlpSpec, ModelConfig};
use std::ops::Range;

/// One line of a family's table: what files call a weight.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The name without `.weight` or `.bias`; `{}` is the layer. A second `{}` is an expert or a head: the weight is
    /// stored as so many tensors.
    pub name: &'static str,
    /// Whether the weight's name has no `.weight` (the fused experts of transformers 5 are parameters of their module).
    pub bare: bool,
    /// What it holds: one role, or several fused.
    pub roles: &'static [ParamRole],
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
    /// The fused roles one after the other.
    Stacked,
    /// Each head's rows interleaved: `0, n/2, 1, n/2 + 1, …` of the original. llama.cpp stores Llama's queries and
    /// keys so, for rotation of neighbours; undone, one rotary pairing serves both file formats.
    RotaryInterleaved,
    /// The fused roles one after the other, queries and keys each as [`Layout::RotaryInterleaved`]: what llama.cpp's
    /// converter makes of such files when it fuses.
    StackedInterleaved,
    /// Queries, keys and values by key/value head: the queries that share it, the key, the value, head by head.
    /// GPT-NeoX and BLOOM (one query each), Falcon and InternLM 2 (several).
    Grouped,
    /// Of each expert in turn: the rows of its gate, then its other input's (the experts of transformers 5).
    ByExpert,
}

/// `name` holds `role` as it is.
pub(crate) const fn rule(name: &'static str, roles: &'static [ParamRole]) -> Rule {
    let layout = if roles.len() == 1 { Layout::Whole } else { Layout::Stacked };
    Rule { name, bare: false, roles, layout, transposed: false, add_one: false }
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

    /// The same, its name being all that the file has.
    pub const fn bare(mut self) -> Rule {
        self.bare = true;
        self
    }

    /// The same in another layout.
    pub const fn layout(mut self, layout: Layout) -> Rule {
        self.layout = layout;
        self
    }

    /// The name in the file for `param`: `blk.3.attn_q.weight`. Of a weight in parts, it is part `part`'s.
    pub fn name_for(&self, prefix: &str, param: &Param, part: usize) -> String {
        let layer = param.layer.map(|layer| layer.to_string()).unwrap_or_default();
        let name = self.name.replacen("{}", &layer, 1).replacen("{}", &part.to_string(), 1);
        let suffix = if self.bare && param.kind == ParamKind::Weight { "" } else { param.kind.suffix() };
        format!("{prefix}{name}{suffix}")
    }

    /// Whether the weight is stored as one tensor per expert or head.
    pub fn in_parts(&self) -> bool {
        self.name.matches("{}").nth(1).is_some()
    }

    /// Rows of all fused roles, and at which of them those of `param` begin.
    fn stacked(&self, config: &ModelConfig, param: &Param) -> (usize, usize) {
        let sizes = self.roles.iter().map(|role| (*role, role_rows(config, param, *role)));
        let total = sizes.clone().map(|(_, size)| size).sum();
        (total, sizes.take_while(|(role, _)| *role != param.role).map(|(_, size)| size).sum())
    }

    /// Rows of the stored matrix, and which of them are `param`'s, in order. `rows` is the param's own number.
    pub fn rows(&self, config: &ModelConfig, param: &Param, rows: usize) -> (usize, Vec<Range<usize>>) {
        match self.layout {
            Layout::Whole => (rows, std::iter::once(0..rows).collect()),
            Layout::Stacked => {
                let (total, start) = self.stacked(config, param);
                (total, std::iter::once(start..start + rows).collect())
            }
            Layout::RotaryInterleaved => (rows, interleaved_rows(config, param, 0, rows)),
            Layout::StackedInterleaved => {
                let (total, start) = self.stacked(config, param);
                let rotated = matches!(param.role, ParamRole::Query | ParamRole::Key);
                let ranges = match rotated {
                    true => interleaved_rows(config, param, start, rows),
                    false => std::iter::once(start..start + rows).collect(),
                };
                (total, ranges)
            }
            Layout::Grouped => grouped_rows(config, param),
            Layout::ByExpert => rows_by_expert(config, param),
        }
    }
}

/// Rows of a [`Layout::RotaryInterleaved`] matrix that begins at row `start`, in the original order.
fn interleaved_rows(config: &ModelConfig, param: &Param, start: usize, rows: usize) -> Vec<Range<usize>> {
    let size = param.layer.map_or(rows, |layer| config.layers[layer].attention.head_size);
    let original = |row: usize| {
        let (head, row) = (row / size, row % size);
        // Row i of the first half is stored at 2i, of the second half at 2i + 1.
        start + head * size + 2 * (row % (size / 2)) + row / (size / 2)
    };
    (0..rows).map(original).map(|row| row..row + 1).collect()
}

/// Rows of a [`Layout::Grouped`] matrix, and which of them are `param`'s.
fn grouped_rows(config: &ModelConfig, param: &Param) -> (usize, Vec<Range<usize>>) {
    let Some(layer) = param.layer.and_then(|layer| config.layers.get(layer)) else { return (0, Vec::new()) };
    let attention = &layer.attention;
    let (size, shared) = (attention.head_size, attention.query_heads / attention.kv_heads);
    let group = (shared + 2) * size;
    let within = match param.role {
        ParamRole::Query => 0..shared * size,
        ParamRole::Key => shared * size..(shared + 1) * size,
        _ => (shared + 1) * size..group,
    };
    let ranges = (0..attention.kv_heads).map(|head| head * group + within.start..head * group + within.end);
    (attention.kv_heads * group, ranges.collect())
}

/// Rows of a [`Layout::ByExpert`] matrix, all experts' one after the other, and which of them are `param`'s.
fn rows_by_expert(config: &ModelConfig, param: &Param) -> (usize, Vec<Range<usize>>) {
    let layer = param.layer.and_then(|layer| config.layers.get(layer));
    let Some(MlpSpec::Experts(mlp)) = layer.map(|layer| &layer.mlp) else { return (0, Vec::new()) };
    let start = if param.role == ParamRole::ExpertGate { 0 } else { mlp.width };
    let rows = |expert: usize| expert * 2 * mlp.width + start..expert * 2 * mlp.width + start + mlp.width;
    (mlp.experts * 2 * mlp.width, (0..mlp.experts).map(rows).collect())
}

/// Rows of `role` in the layer of `param`.
fn role_rows(config: &ModelConfig, param: &Param, role: ParamRole) -> usize {
    let Some(layer) = param.layer.and_then(|layer| config.layers.get(layer)) else { return 0 };
    let attention = &layer.attention;
    let mlp_width = match &layer.mlp {
        MlpSpec::Dense(mlp) => mlp.width,
        MlpSpec::Experts(mlp) => mlp.width,
    };
    match role {
        ParamRole::Query => attention.query_heads * attention.head_size,
        ParamRole::Key | ParamRole::Value => attention.kv_heads * attention.head_size,
        ParamRole::Gate | ParamRole::Up => mlp_width,
        // Nothing else is fused in any file.
        _ => 0,
    }
}

/// A family's table of one file format.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// What may stand before every name: the first that the file uses, uses it throughout.
    pub prefixes: &'static [&'static str],
    /// The weights, in tables that families share. Aliases are further rules for the same role; the first that the
    /// file has is taken.
    pub rules: &'static [&'static [Rule]],
}

impl Names {
    /// What files may call `param` (its first part, where it is stored in parts), in order of preference.
    pub fn candidates<'a>(&'a self, param: &Param) -> Vec<Candidate<'a>> {
        let rules = self.rules.iter().copied().flatten().filter(|rule| rule.roles.contains(&param.role));
        let named = |rule: &'a Rule, prefix: &'a str| Candidate {
            name: rule.name_for(prefix, param, 0),
            rule,
            prefix,
        };
        let mut all: Vec<Candidate<'a>> =
            rules.flat_map(|rule| self.prefixes.iter().map(move |prefix| named(rule, prefix))).collect();
        if param.role == ParamRole::Head {
            // The head stands beside the base model, whose prefix it does not have.
            all.sort_by_key(|candidate| !candidate.prefix.is_empty());
        }
        all
    }

    /// Whether the family calls a weight so in any layer, whatever the config asks for.
    pub fn knows(&self, name: &str) -> bool {
        let rest = |prefix: &&str| name.strip_prefix(*prefix);
        self.prefixes.iter().filter_map(rest).any(|name| {
            let stem =
                [ParamKind::Weight, ParamKind::Bias].iter().find_map(|kind| name.strip_suffix(kind.suffix()));
            let is = |rule: &Rule| match (rule.bare, stem) {
                (true, _) => has_form(rule.name, name),
                (false, Some(stem)) => has_form(rule.name, stem),
                (false, None) => false,
            };
            self.rules.iter().copied().flatten().any(is)
        })
    }
}

/// A name that a weight may have in a file.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    /// The whole name.
    pub name: String,
    /// The line of the table that gives it.
    pub rule: &'a Rule,
    /// What stands before the rule's name.
    pub prefix: &'a str,
}

/// Whether `name` is `pattern` with a number for each `{}`.
fn has_form(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split("{}");
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    for part in parts {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        match after.strip_prefix(part) {
            Some(next) if after.len() < rest.len() => rest = next,
            _ => return false,
        }
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_want_a_number_in_each_place() {
        assert!(has_form("h.{}.attn.c_attn", "h.11.attn.c_attn"));
        for other in ["h..attn.c_attn", "h.x.attn.c_attn", "h.1.attn.c_attn.more", "h.1", "g.1.attn.c_attn"] {
            assert!(!has_form("h.{}.attn.c_attn", other), "{other}");
        }
        assert!(has_form("norm", "norm") && !has_form("norm", "norms") && !has_form("norm", "x.norm"));
        assert!(
            has_form("l.{}.experts.{}.w1", "l.0.experts.7.w1")
                && !has_form("l.{}.experts.{}.w1", "l.0.experts.w1")
        );
    }

    #[test]
    fn a_family_knows_its_own_names() {
        const RULES: &[Rule] = &[
            rule("h.{}.q", &[ParamRole::Query]),
            rule("h.{}.experts.up", &[ParamRole::ExpertUp]).bare(),
            rule("head", &[ParamRole::Head]),
        ];
        let names = Names { prefixes: &["model.", ""], rules: &[RULES] };
        for known in
            ["model.h.0.q.weight", "h.99.q.bias", "model.h.3.experts.up", "head.weight", "model.head.bias"]
        {
            assert!(names.knows(known), "{known}");
        }
        for other in ["model.h.0.q", "h.0.q.scales", "x.h.0.q.weight", "model.h.q.weight", "v_head.weight"] {
            assert!(!names.knows(other), "{other}");
        }
        let head = Param { role: ParamRole::Head, layer: None, kind: ParamKind::Weight };
        let all: Vec<String> = names.candidates(&head).into_iter().map(|candidate| candidate.name).collect();
        assert_eq!(all, ["head.weight", "model.head.weight"]);
    }
}
