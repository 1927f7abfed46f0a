//! Invented readings as large as real ones: no model's output, but shaped as a logit lens's usually are. Ranks fall
//! from thousands to 1 at a layer of each position's own, and probabilities, entropy and KL follow.

use fathom_reading::known::*;
use fathom_reading::*;
use std::collections::BTreeMap;

/// What is to be invented.
pub(crate) struct Plan<'a> {
    pub(crate) layers: u32,
    pub(crate) prompt: &'a [&'a str],
    pub(crate) outputs: &'a [&'a str],
    pub(crate) watched: &'a [&'a str],
    pub(crate) top_k: usize,
    pub(crate) lens: LensKind,
}

/// Words that fill the candidates of early layers.
const FILLERS: [&str; 24] = [
    "umerable",
    " cabinet",
    "ively",
    "ches",
    " purposes",
    "\n",
    " the",
    ",",
    " of",
    "'s",
    " a",
    " not",
    " to",
    " and",
    " be",
    " located",
    " in",
    " used",
    " also",
    " made",
    ".",
    " key",
    " all",
    " door",
];

/// A number in 0 .. 1 that depends on all three and looks random.
fn noise(a: usize, b: usize, c: usize) -> f32 {
    let mut x = ((a as u64) << 42 | (b as u64) << 21 | c as u64).wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) >> 40) as f32 / (1u64 << 24) as f32
}

/// A rank that falls from `from` to `to` around `turn` (a share of the depth).
fn falling(from: f32, to: f32, turn: f32, depth: f32, wobble: f32) -> u32 {
    let gate = 1.0 / (1.0 + (-14.0 * (depth - turn)).exp());
    let log = from.ln() * (1.0 - gate) + to.ln() * gate + wobble * (1.0 - depth) * 0.9;
    (log.exp().round() as u32).clamp(1, 49_152)
}

/// `The keys to the cabinet` and eight words more, 30 layers: the default model's figure.
#[allow(dead_code)] // as below
pub(crate) fn keys() -> Reading {
    reading(&Plan {
        layers: 30,
        prompt: &["The", " keys", " to", " the", " cabinet"],
        outputs: &[" are", " located", " in", " the", " left", " drawer", ".", "\n"],
        watched: &[" is", " are"],
        top_k: 10,
        lens: LensKind::Logit,
    })
}

/// 30 layers x 40 positions.
#[allow(dead_code)] // not every test file that invents readings needs a long one
pub(crate) fn long() -> Reading {
    let text = "The| countries| of| the| European| Union| are|:|\n|1|.| Austria|\n|2|.| Belgium|\n|3|.| Bulgaria|\n|4|.";
    let outputs = " Croatia|\n|5|.| Chile|\n|6|.| Czech| Republic|\n|7|.| Denmark|\n|8|.| 日本";
    let (prompt, outputs): (Vec<&str>, Vec<&str>) = (text.split('|').collect(), outputs.split('|').collect());
    reading(&Plan {
        layers: 30,
        prompt: &prompt,
        outputs: &outputs,
        watched: &[" Croatia", " Cyprus", " Chile", " Czech Republic", "\n"],
        top_k: 10,
        lens: LensKind::Logit,
    })
}

/// The reading of a plan. Every last layer ranks the next token first, but for ` Chile`, which was drawn.
pub(crate) fn reading(plan: &Plan<'_>) -> Reading {
    let texts: Vec<&str> = plan.prompt.iter().chain(plan.outputs).copied().collect();
    let mut words: Vec<&str> = texts.iter().chain(plan.watched).copied().chain(FILLERS).collect();
    words.sort_unstable();
    words.dedup();
    let id = |text: &str| TokenId(words.binary_search(&text).map_or(0, |i| i as u32));
    let rows: Vec<Site> =
        std::iter::once(Site::EMBED).chain((0..plan.layers).map(|l| Site::after(Layer(l)))).collect();
    let positions: Vec<Position> = (0..texts.len() as u32).map(Position).collect();
    let targets: Vec<Target> = (0..texts.len())
        .map(|p| match texts.get(p + 1) {
            Some(next) => Target { id: id(next), is_argmax: false },
            None => Target { id: id(" the"), is_argmax: true },
        })
        .collect();
    let mut columns = Columns::of_reading(plan.top_k);
    for row in 0..rows.len() {
        for column in 0..positions.len() {
            let next = texts.get(column + 1).copied().unwrap_or(" the");
            cell(plan, &mut columns, (row, rows.len()), column, next, &id);
        }
    }
    let tokens = texts.iter().enumerate().map(|(p, text)| Token {
        id: id(text),
        text: (*text).into(),
        bytes: text.as_bytes().to_vec(),
        origin: if p < plan.prompt.len() { Origin::Prompt } else { Origin::Output },
    });
    let watched =
        plan.watched.iter().map(|text| Watched { text: (*text).into(), ids: vec![id(text)], sequence: None });
    let vocabulary: BTreeMap<TokenId, String> =
        words.iter().enumerate().map(|(i, text)| (TokenId(i as u32), (*text).to_owned())).collect();
    Reading {
        info: info(plan),
        tokens: tokens.collect(),
        rows: rows.into_iter().map(Into::into).collect(),
        axis: Axis::Positions(positions),
        targets,
        watched: watched.collect(),
        columns,
        vocabulary,
    }
}

fn cell(
    plan: &Plan<'_>,
    columns: &mut Columns,
    (row, rows): (usize, usize),
    column: usize,
    next: &str,
    id: &dyn Fn(&str) -> TokenId,
) {
    let depth = row as f32 / (rows - 1) as f32;
    let syntax = matches!(next, "\n" | "." | ",");
    let turn = if syntax { 0.05 } else { 0.35 + 0.5 * noise(1, column, 0) };
    let from = if syntax { 60.0 } else { 900.0 + 30_000.0 * noise(2, column, 0) };
    let end = if next == " Chile" { 43.0 } else { 1.0 };
    let rank = falling(from, end, turn, depth, 2.0 * noise(row, column, 7) - 1.0);
    let sure = (0.25 + 0.7 * noise(3, column, 0)) * (0.25 + 0.75 * depth);
    let prob = if rank == 1 { sure } else { (0.3 / (rank as f32).powf(1.3)).min(0.2) };
    let logsumexp = 12.0 + 8.0 * depth;
    columns[TARGET_RANK].push(Rank::new(rank).unwrap());
    columns[TARGET_PROB].push(prob);
    columns[TARGET_LOGIT].push(prob.ln() + logsumexp);
    columns[SURPRISAL_BITS].push(-prob.log2());
    columns[ENTROPY_BITS].push(0.4 + 13.0 * (1.0 - depth).powf(0.7) * (0.6 + 0.4 * noise(4, column, row)));
    let kl = 11.0 * (1.0 - depth).powf(0.8) * (0.5 + 0.5 * noise(5, column, row));
    columns[KL_BITS].push(kl);
    columns[KL_REVERSE_BITS].push(kl * 0.8);
    candidates(plan, columns, (row, column), (rank, prob), (next, depth, logsumexp), id);
    for (w, text) in plan.watched.iter().enumerate() {
        let late = *text == " are" || *text == " Croatia";
        let (end, turn) = if late { (1.0, 0.68) } else { (2.0 + 3.0 * w as f32, 0.5) };
        let rank =
            falling(if late { 9000.0 } else { 2500.0 }, end, turn, depth, 1.2 * noise(row, w, 77) - 0.6);
        let prob = (0.6 * depth.max(0.02) / (rank as f32).powf(1.2)).min(0.9);
        columns[WATCH_RANK].push(Rank::new(rank).unwrap());
        columns[WATCH_PROB].push(prob);
        columns[WATCH_LOGIT].push(prob.ln() + logsumexp);
    }
}

/// The target where it ranks, fillers elsewhere, with probabilities that fall.
fn candidates(
    plan: &Plan<'_>,
    columns: &mut Columns,
    (row, column): (usize, usize),
    (rank, prob): (u32, f32),
    (next, depth, logsumexp): (&str, f32, f32),
    id: &dyn Fn(&str) -> TokenId,
) {
    let mut fillers: Vec<&str> = FILLERS.iter().copied().filter(|filler| *filler != next).collect();
    // Neighbouring layers mostly agree.
    let by = |i: usize| noise(column, (row / 3) * usize::from(depth < 0.6), i);
    let mut order: Vec<usize> = (0..fillers.len()).collect();
    order.sort_by(|&a, &b| by(a).total_cmp(&by(b)));
    fillers = order.into_iter().map(|i| fillers[i]).collect();
    let mut p = if rank == 1 { prob } else { (prob * 3.0).clamp(0.05 + 0.2 * depth, 0.6) };
    for k in 0..plan.top_k {
        let here = k as u32 + 1 == rank;
        let text = if here { next } else { fillers[k % fillers.len()] };
        columns[TOP_ID].push(id(text));
        columns[TOP_PROB].push(p);
        columns[TOP_LOGIT].push(p.ln() + logsumexp);
        p = (p * (0.25 + 0.5 * noise(row, column, 50 + k))).min((1.0 - p).max(0.0) * 0.5);
    }
}

fn info(plan: &Plan<'_>) -> Info {
    let raw = plan.lens == LensKind::Raw;
    Info {
        model: ModelInfo {
            name: "smollm2-135m".into(),
            sha256: "5a1395716f7913741cc51d98581b9b1228d80987a9f7d3664106742eb06bba83".into(),
            family: "llama".into(),
            layers: plan.layers,
            width: 576,
            vocabulary: 49_152,
            parameters: 134_515_008,
            weights: "Q4_1".into(),
        },
        lens: LensInfo {
            screening: None,
            kind: plan.lens,
            norm: if raw { "RMSNorm on the last row only" } else { "RMSNorm on every row" }.into(),
        },
        precision: "f32".into(),
        sampling: Some(Sampling {
            method: SamplingMethod::Greedy,
            temperature: None,
            top_k: None,
            top_p: None,
            seed: None,
            generator: None,
        }),
        run_id: "invented".into(),
        program: "fathom 0.1.0".into(),
        not_finite: None,
        about: Default::default(),
        predicts: Default::default(),
        other: None,
    }
}
