//! A small invented reading for tests and snapshots of the crates that draw, store or compare readings.
//!
//! Not a model's output: logits come from a hash. But every number is computed from them as a real reading's is, so
//! that ranks, probabilities, entropy and KL agree with one another. It holds what goes wrong in practice: a
//! character split over two tokens, a newline, markup, a bidi override, a spreadsheet formula, a quote, a watched
//! string of several tokens, ranks from 1 to beyond 5000.

use crate::*;
use std::collections::BTreeMap;

const LAYERS: u32 = 4;
const VOCABULARY: u32 = 6_000;
const TOP_K: usize = 5;

/// The named tokens: id and bytes. All others are called ` word17`.
const NAMED: [(u32, &[u8]); 20] = [
    (0, b"<|begin|>"),
    (1, b"The"),
    (2, b" keys"),
    (3, b"\xE2\x82"),
    (4, b"\xAC\n"),
    (5, b" are"),
    (6, b"</script>"),
    (7, b" is"),
    (8, b" aren"),
    (9, b"'t"),
    (10, b"\xE2\x80\xAEevil"), // U+202E, the right-to-left override
    (11, b"\t"),
    (12, b"    "),
    (13, b"=1+1"),
    (14, b"\""),
    (15, "日本".as_bytes()),
    (16, "😀".as_bytes()),
    (17, b" na\xC3\xAFve"),
    (18, b"\x1B[2J"),
    (19, b" the"),
];

/// The run: ids, and where they came from.
const RUN: [(u32, Origin); 7] = [
    (0, Origin::Special),
    (1, Origin::Prompt),
    (2, Origin::Prompt),
    (3, Origin::Prompt),
    (4, Origin::Prompt),
    (5, Origin::Output),
    (6, Origin::Output),
];

impl Reading {
    /// A small invented reading, always the same, for tests: 5 rows (`embed`, 0 … 3), 7 positions, 3 watched strings.
    #[doc(hidden)]
    pub fn example() -> Reading {
        let rows: Vec<Site> =
            std::iter::once(Site::EMBED).chain((0..LAYERS).map(|l| Site::after(Layer(l)))).collect();
        let positions: Vec<Position> = (0..RUN.len() as u32).map(Position).collect();
        let logits: Vec<Vec<f32>> = (0..rows.len())
            .flat_map(|row| (0..positions.len()).map(move |column| cell_logits(row, column)))
            .collect();
        let targets = targets(&logits[(rows.len() - 1) * positions.len()..]);
        let watched = watched(rows.len());
        let columns = columns(&logits, positions.len(), &targets, &watched);
        let vocabulary = vocabulary(&columns, &targets);
        Reading { info: info(), tokens: tokens(), rows, positions, targets, watched, columns, vocabulary }
    }

    /// The example where the last layer's MLP gives NaN from position 4 on: no numbers there, no KL above them, no target at
    /// the end.
    #[doc(hidden)]
    pub fn damaged_example() -> Reading {
        let mut reading = Reading::example();
        let (rows, width, w) = (reading.rows.len(), reading.positions.len(), reading.watched.len());
        let columns = &mut reading.columns;
        for (row, column) in (0..rows).flat_map(|row| (0..width).map(move |column| (row, column))) {
            let (cell, k) = (row * width + column, columns.top_k);
            let (damaged, last) = (column >= 4, row + 1 == rows);
            if damaged {
                (columns.kl_bits[cell], columns.kl_reverse_bits[cell]) = (f32::NAN, f32::NAN);
            }
            if damaged && (last || column + 1 == width) {
                (columns.target_logit[cell], columns.target_prob[cell]) = (f32::NAN, f32::NAN);
                (columns.surprisal_bits[cell], columns.target_rank[cell]) = (f32::NAN, Rank::NONE);
            }
            if damaged && last {
                columns.entropy_bits[cell] = f32::NAN;
                columns.top_id[cell * k..(cell + 1) * k].fill(TokenId::NONE);
                columns.watch_rank[cell * w..(cell + 1) * w].fill(Rank::NONE);
                for (column, each) in [
                    (&mut columns.top_logit, k),
                    (&mut columns.top_prob, k),
                    (&mut columns.watch_logit, w),
                    (&mut columns.watch_prob, w),
                ] {
                    column[cell * each..(cell + 1) * each].fill(f32::NAN);
                }
            }
        }
        if let Some(target) = reading.targets.last_mut() {
            target.id = TokenId::NONE;
        }
        for score in reading.watched.iter_mut().filter_map(|watched| watched.sequence.as_mut()) {
            score.logprob_bits[rows - 1] = f32::NAN;
        }
        reading.info.not_finite = Some(NotFinite {
            what: NotFiniteWhat::State,
            site: Site::within(SiteKind::MlpOut, Layer(LAYERS - 1)),
            position: Position(4),
        });
        reading
    }
}

fn info() -> Info {
    Info {
        model: ModelInfo {
            name: "example".into(),
            sha256: "0123456789abcdef".repeat(4),
            family: "llama".into(),
            layers: LAYERS,
            width: 16,
            vocabulary: VOCABULARY,
            parameters: 123_456,
            weights: "F32".into(),
        },
        lens: LensInfo { kind: LensKind::Logit, norm: "RMSNorm on every row".into(), screening: None },
        precision: "f32".into(),
        sampling: Some(Sampling {
            method: SamplingMethod::Greedy,
            temperature: None,
            top_k: None,
            top_p: None,
            seed: None,
            generator: None,
        }),
        run_id: "example-run".into(),
        program: "fathom 0.0.0".into(),
        not_finite: None,
    }
}

fn tokens() -> Vec<Token> {
    let bytes: Vec<&[u8]> = RUN.iter().map(|&(id, _)| NAMED[id as usize].1).collect();
    let texts = text::sequence_texts(&bytes);
    let token = |((&(id, origin), bytes), text): ((&(u32, Origin), &&[u8]), String)| Token {
        id: TokenId(id),
        text,
        bytes: bytes.to_vec(),
        origin,
    };
    RUN.iter().zip(&bytes).zip(texts).map(token).collect()
}

/// The next token, and at the last position the last row's best.
fn targets(last_row: &[Vec<f32>]) -> Vec<Target> {
    let given = RUN[1..].iter().map(|&(id, _)| Target { id: TokenId(id), is_argmax: false });
    let best = order(&last_row[RUN.len() - 1])[0];
    given.chain([Target { id: best, is_argmax: true }]).collect()
}

fn watched(rows: usize) -> Vec<Watched> {
    let one = |text: &str, id| Watched { text: text.into(), ids: vec![TokenId(id)], sequence: None };
    let sequence = SequenceScore {
        position: Position(4),
        logprob_bits: (0..rows).map(|row| -25.5 + 4.25 * row as f32).collect(),
    };
    let several =
        Watched { text: " aren't".into(), ids: vec![TokenId(8), TokenId(9)], sequence: Some(sequence) };
    vec![one(" are", 5), one(" is", 7), several]
}

/// A number in -1 .. 1 that depends on all three and looks random (splitmix64's mixing).
fn noise(row: usize, column: usize, id: u32) -> f32 {
    let mut x =
        ((row as u64) << 40 | (column as u64) << 32 | u64::from(id)).wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) >> 40) as f32 / (1u64 << 23) as f32 - 1.0
}

/// `[V]` logits of one cell. Towards the last row the target and a few named tokens rise out of the noise; at the
/// blank (column 4) ` is` leads in the middle rows and ` are` overtakes it for good.
fn cell_logits(row: usize, column: usize) -> Vec<f32> {
    let depth = row as f32;
    let target = RUN.get(column + 1).map_or(19, |&(id, _)| id);
    let mut logits: Vec<f32> = (0..VOCABULARY).map(|id| 2.0 * noise(row, column, id)).collect();
    for (id, _) in NAMED {
        logits[id as usize] += depth * (0.5 + 0.5 * noise(9, column, id));
    }
    // Each awkward token is a candidate at some position.
    logits[10 + column] += depth;
    logits[18 - column % 2] += 0.9 * depth;
    logits[target as usize] += [-1.9, -0.5, 1.5, 4.5, 7.5][row];
    if column == 4 {
        logits[7] = [0.5, 3.0, 6.0, 7.0, 8.0][row];
        logits[5] = [-1.995, 1.0, 5.0, 7.5, 10.25][row];
    }
    logits
}

/// Ids from the largest logit down, equal logits by smaller id.
fn order(logits: &[f32]) -> Vec<TokenId> {
    let mut ids: Vec<TokenId> = (0..logits.len() as u32).map(TokenId).collect();
    ids.sort_by(|a, b| logits[b.index()].total_cmp(&logits[a.index()]).then(a.cmp(b)));
    ids
}

/// Probabilities and their base-2 logarithms, over the whole vocabulary.
fn softmax(logits: &[f32]) -> (Vec<f64>, Vec<f64>) {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits.iter().map(|&z| f64::from(z - largest).exp()).sum();
    let log2: Vec<f64> =
        logits.iter().map(|&z| (f64::from(z - largest) - sum.ln()) / std::f64::consts::LN_2).collect();
    (log2.iter().map(|l| l.exp2()).collect(), log2)
}

/// `KL(p ‖ q)` in bits.
fn kl(p: &(Vec<f64>, Vec<f64>), q: &(Vec<f64>, Vec<f64>)) -> f32 {
    p.0.iter().zip(&p.1).zip(&q.1).map(|((p, log_p), log_q)| p * (log_p - log_q)).sum::<f64>() as f32
}

fn columns(logits: &[Vec<f32>], positions: usize, targets: &[Target], watched: &[Watched]) -> Columns {
    let spread: Vec<_> = logits.iter().map(|z| softmax(z)).collect();
    let mut columns = Columns { top_k: TOP_K, ..Columns::default() };
    for (i, z) in logits.iter().enumerate() {
        let p = &spread[i];
        let last = &spread[logits.len() - positions + i % positions];
        let target = targets[i % positions].id.index();
        let rank =
            |id: usize| Rank::from_count_above(z.iter().filter(|&&other| other > z[id]).count() as u32);
        columns.target_logit.push(z[target]);
        columns.target_prob.push(p.0[target] as f32);
        columns.target_rank.push(rank(target));
        columns.entropy_bits.push(p.0.iter().zip(&p.1).map(|(p, log)| -p * log).sum::<f64>() as f32);
        columns.kl_bits.push(kl(last, p));
        columns.kl_reverse_bits.push(kl(p, last));
        columns.surprisal_bits.push(-p.1[target] as f32);
        for id in order(z).into_iter().take(TOP_K) {
            columns.top_id.push(id);
            columns.top_logit.push(z[id.index()]);
            columns.top_prob.push(p.0[id.index()] as f32);
        }
        for id in watched.iter().map(|watched| watched.ids[0].index()) {
            columns.watch_logit.push(z[id]);
            columns.watch_prob.push(p.0[id] as f32);
            columns.watch_rank.push(rank(id));
        }
    }
    columns
}

/// Texts of all tokens that the columns name, and of the run's and the watched ones.
fn vocabulary(columns: &Columns, targets: &[Target]) -> BTreeMap<TokenId, String> {
    let named = NAMED.iter().map(|&(id, bytes)| (TokenId(id), text::lone_text(bytes)));
    let others = columns.top_id.iter().copied().chain(targets.iter().map(|target| target.id));
    let others = others.filter(|id| id.index() >= NAMED.len()).map(|id| (id, format!(" word{id}")));
    named.chain(others).collect()
}
