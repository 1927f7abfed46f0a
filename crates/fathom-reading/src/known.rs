//! The table of columns: every column that Fathom computes, defined once.
//!
//! From a definition follow the store, the files, the tables, Python's names, the viewer's types, `docs/numbers.md` and
//! what can colour a cell. To add one: define it here, list it in [`ALL`], and fill it where it is computed.
//!
//! `z` is a cell's logits over the whole vocabulary, `p = softmax(z)`. Where a cell has no distribution (a NaN or an
//! infinite logit among its `z`), it has no number.

use crate::column::{Column, Curve, Per, Scale, Unit, ValueType};
use crate::columns::Key;
use crate::values::Value;
use crate::{Rank, TokenId};
use std::borrow::Cow;

const BITS: Scale = Scale::Fixed {
    curve: Curve::Root,
    strong: 0.0,
    faint: 16.0,
    blank: 16.0,
    ticks: Cow::Borrowed(&[0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0]),
    steps: [0.5, 2.0, 6.0, 16.0],
};
const RANKS: Scale = Scale::Fixed {
    curve: Curve::Log,
    strong: 1.0,
    faint: 5000.0,
    blank: 5000.0,
    ticks: Cow::Borrowed(&[1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 5000.0]),
    steps: [1.0, 10.0, 100.0, 5000.0],
};
const PROBABILITIES: Scale = Scale::Fixed {
    curve: Curve::Root,
    strong: 1.0,
    faint: 0.0,
    blank: 1e-4,
    ticks: Cow::Borrowed(&[1.0, 0.5, 0.2, 0.05, 0.01, 1e-4]),
    steps: [0.9, 0.25, 0.01, 1e-4],
};
/// Small differences of two forms of one model, as well as large ones.
const DIFFERENCES: Scale = Scale::Fixed {
    curve: Curve::Log,
    strong: 10.0,
    faint: 1e-6,
    blank: 1e-6,
    ticks: Cow::Borrowed(&[10.0, 1.0, 0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6]),
    steps: [1.0, 0.01, 1e-4, 1e-6],
};

/// A definition before it is a [`Column`]: what a constant can be put together of.
#[derive(Clone, Copy)]
struct Definition {
    name: &'static str,
    short: Option<&'static str>,
    value_type: ValueType,
    per: Per,
    unit: Unit,
    of_target: bool,
    label: &'static str,
    describes: &'static str,
    title: Option<&'static str>,
    says: &'static str,
    scale: Colours,
    required: bool,
}

/// The scale of a known column.
#[derive(Clone, Copy)]
enum Colours {
    None,
    Own,
    Ranks,
    Probabilities,
    Bits,
    Differences,
}

const fn cow(text: Option<&'static str>) -> Option<Cow<'static, str>> {
    match text {
        Some(text) => Some(Cow::Borrowed(text)),
        None => None,
    }
}

impl Definition {
    const fn column(self) -> Column {
        Column {
            name: Cow::Borrowed(self.name),
            short: cow(self.short),
            value_type: self.value_type,
            per: self.per,
            unit: self.unit,
            of_target: self.of_target,
            label: Cow::Borrowed(self.label),
            describes: Cow::Borrowed(self.describes),
            title: cow(self.title),
            says: Cow::Borrowed(self.says),
            scale: match self.scale {
                Colours::None => None,
                Colours::Own => Some(Scale::Own),
                Colours::Ranks => Some(RANKS),
                Colours::Probabilities => Some(PROBABILITIES),
                Colours::Bits => Some(BITS),
                Colours::Differences => Some(DIFFERENCES),
            },
            required: self.required,
        }
    }
}

macro_rules! columns {
    ($($key:ident: $value:ty = $name:literal, $unit:ident, $per:ident, $says:literal
        $(, $field:ident: $to:expr)* ;)*) => {
        $(
            #[doc = $says]
            pub const $key: Key<$value> = {
                static COLUMN: Column = {
                    #[allow(unused_mut)] // a column may leave every field at its default
                    let mut definition = Definition {
                        name: $name,
                        short: None,
                        value_type: <$value as Value>::TYPE,
                        per: Per::$per,
                        unit: Unit::$unit,
                        of_target: false,
                        label: $name,
                        describes: $name,
                        title: None,
                        says: $says,
                        scale: Colours::None,
                        required: true,
                    };
                    $(columns!(@set definition $field $to);)*
                    definition.column()
                };
                Key::new(&COLUMN)
            };
        )*

        /// Every known column, in the order in which files hold them.
        pub const ALL: &[&Column] = &[$($key.column()),*];
    };
    (@set $definition:ident short $to:expr) => { $definition.short = Some($to) };
    (@set $definition:ident title $to:expr) => { $definition.title = Some($to) };
    (@set $definition:ident $field:ident $to:expr) => { $definition.$field = $to };
}

columns! {
    TARGET_LOGIT: f32 = "target_logit", Logit, Cell,
        "Logit of the target: the token that came next, or where none came, the last layer's best.",
        short: "logit", label: "logit", describes: "logit of the token that came next", of_target: true,
        title: "Logit of each token that came next, after every layer", scale: Colours::Own;
    TARGET_PROB: f32 = "target_prob", Probability, Cell,
        "Probability of the target over the whole vocabulary, `p[target]`, 0..1.",
        short: "prob", label: "probability", describes: "probability of the token that came next", of_target: true,
        title: "Probability of each token that came next, after every layer", scale: Colours::Probabilities;
    TARGET_RANK: Rank = "target_rank", Rank, Cell,
        "Rank of the target: `1 + #{u : z[u] > z[target]}`; 1 is best, and ties share the better rank.",
        short: "rank", label: "rank", describes: "rank of the token that came next", of_target: true,
        title: "Rank of each token that came next, after every layer", scale: Colours::Ranks;
    ENTROPY_BITS: f32 = "entropy_bits", Bits, Cell,
        "Entropy of the cell's distribution, `-sum p log2 p`.",
        short: "entropy", label: "entropy, bits", describes: "entropy, bits",
        title: "Entropy after every layer, in bits", scale: Colours::Bits;
    KL_BITS: f32 = "kl_bits", Bits, Cell,
        "`KL(p_last ‖ p)`, from the last layer to this one: zero at the last layer; none where the last layer has no distribution.",
        short: "kl", label: "KL, bits", describes: "KL from the last layer, bits",
        title: "KL divergence of the last layer from every layer, in bits", scale: Colours::Bits;
    KL_REVERSE_BITS: f32 = "kl_reverse_bits", Bits, Cell,
        "`KL(p ‖ p_last)`, from this layer to the last one: zero at the last layer; none where the last layer has no distribution.",
        short: "kl-reverse", label: "reverse KL, bits", describes: "reverse KL, to the last layer, bits",
        title: "KL divergence of every layer from the last layer, in bits", scale: Colours::Bits;
    SURPRISAL_BITS: f32 = "surprisal_bits", Bits, Cell,
        "Surprisal of the target, `-log2 p[target]`, from logit and log-sum-exp.",
        short: "surprisal", label: "surprisal, bits", describes: "surprisal of the token that came next, bits", of_target: true,
        title: "Surprisal of each token that came next, after every layer, in bits", scale: Colours::Bits;
    TOP_ID: TokenId = "top_id", Token, Candidate,
        "The k tokens with the largest logits, best first; equal logits by smaller id.";
    TOP_LOGIT: f32 = "top_logit", Logit, Candidate, "Logits of the candidates.";
    TOP_PROB: f32 = "top_prob", Probability, Candidate, "Probabilities of the candidates over the whole vocabulary.";
    WATCH_LOGIT: f32 = "watch_logit", Logit, Watched, "Logits of the watched tokens (first tokens of watched strings).";
    WATCH_PROB: f32 = "watch_prob", Probability, Watched, "Probabilities of the watched tokens over the whole vocabulary.";
    WATCH_RANK: Rank = "watch_rank", Rank, Watched, "Ranks of the watched tokens, as the target's.";
    DISTANCE: f32 = "distance", Ratio, Cell,
        "How far the hidden states of two sides are apart: `‖h_b - h_a‖ / ‖h_a‖`; none where `h_a` alone is zero.",
        label: "states apart", describes: "distance of the hidden states, as a share of A's length", scale: Colours::Differences, required: false;
    KL_SIDES_BITS: f32 = "kl_ab_bits", Bits, Cell,
        "`KL(p_a ‖ p_b)` of two sides' distributions at the same place and position.",
        label: "KL(A ‖ B), bits", describes: "KL from A to B, bits", scale: Colours::Differences, required: false;
    KL_SIDES_REVERSE_BITS: f32 = "kl_ba_bits", Bits, Cell,
        "`KL(p_b ‖ p_a)` of two sides' distributions at the same place and position.",
        label: "KL(B ‖ A), bits", describes: "KL from B to A, bits", scale: Colours::Differences, required: false;
    RANK_A: Rank = "rank_a", Rank, Cell, "Rank of the target in side A, the reference.",
        label: "rank in A", describes: "rank of the token that came next in A", of_target: true, scale: Colours::Ranks, required: false;
    RANK_B: Rank = "rank_b", Rank, Cell, "Rank of the target in side B.",
        label: "rank in B", describes: "rank of the token that came next in B", of_target: true, scale: Colours::Ranks, required: false;
    TOP_A: TokenId = "top_a_id", Token, Cell, "The best token of side A, the reference.", required: false;
    TOP_B: TokenId = "top_b_id", Token, Cell, "The best token of side B.", required: false;
}

/// Those that every lens reading has.
pub fn of_every_reading() -> impl Iterator<Item = &'static Column> {
    ALL.iter().copied().filter(|column| column.required)
}

/// The known column that people call so: by its name or its short one.
pub fn find(name: &str) -> Option<&'static Column> {
    ALL.iter().copied().find(|column| column.name == name || column.short.as_deref() == Some(name))
}

/// The table as JSON, for programs in other languages: what the viewer is built with.
#[doc(hidden)]
pub fn to_json() -> String {
    let lines: Vec<String> =
        ALL.iter().map(|column| serde_json::to_string(column).unwrap_or_default()).collect();
    format!("[\n  {}\n]\n", lines.join(",\n  "))
}

/// The table in words: the part of `docs/numbers.md` that is generated.
#[doc(hidden)]
pub fn to_markdown() -> String {
    let unit = |column: &Column| match column.unit {
        Unit::Token => "token",
        Unit::Rank => "rank",
        Unit::Logit => "logit",
        Unit::Probability => "0..1",
        Unit::Bits => "bits",
        Unit::Ratio => "ratio",
    };
    let per = |column: &Column| match column.per {
        Per::Cell => "cell",
        Per::Candidate => "candidate",
        Per::Watched => "watched token",
    };
    let row = |column: &&Column| {
        let colours = if column.is_colour() { format!("`{}`", column.typed_name()) } else { String::new() };
        format!("| `{}` | {} | {} | {colours} | {} |\n", column.name, unit(column), per(column), column.says)
    };
    let head = "| Column | Unit | One per | Colours as | Definition |\n|---|---|---|---|---|\n";
    ALL.iter().map(row).fold(head.to_owned(), |all, row| all + &row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_complete() {
        let names: std::collections::BTreeSet<&str> =
            ALL.iter().flat_map(|column| [&*column.name, column.typed_name()]).collect();
        let shorts = ALL.iter().filter(|column| column.short.is_some()).count();
        assert_eq!(names.len(), ALL.len() + shorts);
        assert_eq!(of_every_reading().count(), 13);
        for column in ALL {
            assert_eq!(find(&column.name), Some(*column));
            assert_eq!(find(column.typed_name()), Some(*column));
            assert_eq!(column.is_colour(), column.scale.is_some());
            // A field of a record, or of the cell itself.
            let in_cell = column.per == Per::Cell && !column.name.starts_with("target_");
            assert_eq!(column.field().is_none(), in_cell, "{}", column.name);
        }
        assert_eq!(find("kl").map(|column| &*column.name), Some("kl_bits"));
        assert_eq!(find("KL"), None);
    }
}
