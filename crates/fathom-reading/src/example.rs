//! A small invented reading for tests and snapshots of the crates that draw, store or compare readings.
//!
//! Not a model's output: logits come from a hash. But every number is computed from them as a real reading's is, so
//! that ranks, probabilities, entropy and KL agree with one another. It holds what goes wrong in practice: a
//! character split over two tokens, a newline, markup, a bidi override, a spreadsheet formula, a quote, a watched
//! string of several tokens, ranks from 1 to beyond 5000.

use crate::known::*;
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
        Reading {
            info: info(),
            tokens: tokens(),
            rows: rows.into_iter().map(Place::from).collect(),
            axis: Axis::Positions(positions),
            targets,
            watched,
            columns,
            vocabulary,
        }
    }

    /// The example where the last layer's MLP gives NaN from position 4 on: no numbers there, no KL above them, no target at
    /// the end.
    #[doc(hidden)]
    pub fn damaged_example() -> Reading {
        let mut reading = Reading::example();
        let (rows, width, w) = (reading.rows.len(), reading.axis.len(), reading.watched.len());
        let k = reading.columns.top_k;
        for stored in reading.columns.iter_mut() {
            let (name, per, of_target) = (&*stored.column.name, stored.column.per, stored.column.of_target);
            let to_last = name == KL_BITS.column().name || name == KL_REVERSE_BITS.column().name;
            for (row, column) in (0..rows).flat_map(|row| (4..width).map(move |column| (row, column))) {
                let (cell, last) = (row * width + column, row + 1 == rows);
                if last || to_last || of_target && column + 1 == width {
                    let each = match per {
                        Per::Cell => 1,
                        Per::Candidate => k,
                        Per::Watched => w,
                    };
                    stored.values.clear(cell * each..(cell + 1) * each);
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
        about: About::LENS,
        predicts: Predicts::Next,
        other: None,
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
    let mut columns = Columns::of_reading(TOP_K);
    for (i, z) in logits.iter().enumerate() {
        let p = &spread[i];
        let last = &spread[logits.len() - positions + i % positions];
        let target = targets[i % positions].id.index();
        let rank =
            |id: usize| Rank::from_count_above(z.iter().filter(|&&other| other > z[id]).count() as u32);
        columns[TARGET_LOGIT].push(z[target]);
        columns[TARGET_PROB].push(p.0[target] as f32);
        columns[TARGET_RANK].push(rank(target));
        columns[ENTROPY_BITS].push(p.0.iter().zip(&p.1).map(|(p, log)| -p * log).sum::<f64>() as f32);
        columns[KL_BITS].push(kl(last, p));
        columns[KL_REVERSE_BITS].push(kl(p, last));
        columns[SURPRISAL_BITS].push(-p.1[target] as f32);
        for id in order(z).into_iter().take(TOP_K) {
            columns[TOP_ID].push(id);
            columns[TOP_LOGIT].push(z[id.index()]);
            columns[TOP_PROB].push(p.0[id.index()] as f32);
        }
        for id in watched.iter().map(|watched| watched.ids[0].index()) {
            columns[WATCH_LOGIT].push(z[id]);
            columns[WATCH_PROB].push(p.0[id] as f32);
            columns[WATCH_RANK].push(rank(id));
        }
    }
    columns
}

/// Texts of all tokens that the columns name, and of the run's and the watched ones.
fn vocabulary(columns: &Columns, targets: &[Target]) -> BTreeMap<TokenId, String> {
    let named = NAMED.iter().map(|&(id, bytes)| (TokenId(id), text::lone_text(bytes)));
    let others = columns[TOP_ID].iter().copied().chain(targets.iter().map(|target| target.id));
    let others = others.filter(|id| id.index() >= NAMED.len()).map(|id| (id, format!(" word{id}")));
    named.chain(others).collect()
}

/// Two rows and two positions of the example's model, held against a form of it in bf16.
pub fn divergence_example() -> Grid {
    let reading = Reading::example();
    let rank = |n| Rank::new(n).unwrap_or(Rank::NONE);
    let ids = |ids: [u32; 4]| ids.map(TokenId).to_vec();
    let other = Info { precision: "bf16".into(), ..reading.info.clone() };
    Grid {
        info: Info { about: About::DIVERGENCE, other: Some(Box::new(other)), ..reading.info },
        tokens: reading.tokens[..3].to_vec(),
        rows: vec![Site::after(Layer(0)).into(), Site::after(Layer(1)).into()],
        axis: Axis::Positions(vec![Position(0), Position(1)]),
        targets: reading.targets[..2].to_vec(),
        watched: Vec::new(),
        columns: Columns::new(0)
            .with(KL_SIDES_BITS, vec![0.0, 0.001, 0.5, 0.25])
            .with(KL_SIDES_REVERSE_BITS, vec![0.0, 0.001, 0.4, 0.2])
            .with(DISTANCE, vec![0.0, 0.01, 0.02, 0.04])
            .with(RANK_A, [1, 7, 1, 1000].map(rank).to_vec())
            .with(RANK_B, [1, 7, 3, 1001].map(rank).to_vec())
            .with(TOP_A, ids([1, 2, 3, 4]))
            .with(TOP_B, ids([1, 2, 9, 4])),
        vocabulary: reading.vocabulary,
    }
}
