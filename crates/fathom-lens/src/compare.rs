//! The same tokens through two forms of one model: at which layer, and by how much, the one departs from the other.

use crate::fold::number;
use crate::gather::is_finite;
use crate::plan::Plan;
use crate::{LensError, ReadOptions, describe};
use fathom_kernel::{Control, PairSide, Pairs, Step, compare_pairs};
use fathom_model::{Head, Model, Run};
use fathom_reading::{
    Departure, Info, LensKind, NotFinite, NotFiniteWhat, Position, Rank, Site, Target, Token, TokenId,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Pairs of states that are normed and compared at a time.
const PAIRS_PER_BLOCK: usize = 1024;

/// One side of a comparison: a run, and of the model what is needed to read it. The model itself may go, so that two large
/// ones need not be in memory at once.
pub struct Side {
    info: Info,
    tokens: Vec<Token>,
    head: Arc<Head>,
    run: Run,
    layers: u32,
    width: usize,
    /// Its first layer's attention heads, in words.
    heads: String,
}

impl Side {
    /// `run`, which `model` made, to be read by `lens`.
    pub fn new(lens: LensKind, model: &Model, run: Run) -> Side {
        let heads = model.config().layers.first().map_or_else(String::new, |layer| {
            let heads = &layer.attention;
            format!("{} of {} (keys: {})", heads.query_heads, heads.head_size, heads.kv_heads)
        });
        Side {
            heads,
            info: describe::info(lens, (None, damage(model, &run)), model, &run),
            tokens: describe::tokens(model, &run),
            head: model.shared_head(),
            run,
            layers: model.layers(),
            width: model.config().width,
        }
    }

    /// The run's tokens: what the other side must run too.
    pub fn tokens(&self) -> &[TokenId] {
        &self.run.tokens
    }

    /// The run.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The state of `position` at `site`, as recorded.
    fn recorded(&self, site: Site, position: Position) -> Result<&[f32], LensError> {
        match self.run.states.has(site) {
            true => Ok(&self.run.states.rows(site)[position.index() * self.width..][..self.width]),
            false => Err(LensError::NotRecorded { site }),
        }
    }

    /// Appends it to `out`, normed as the lens says.
    fn append(&self, site: Site, position: Position, out: &mut Vec<f32>) -> Result<(), LensError> {
        let state = self.recorded(site, position)?;
        let start = out.len();
        out.extend_from_slice(state);
        let is_last = site == self.run.states.last();
        if !is_finite(state) {
            out[start..].fill(f32::NAN);
        } else if self.info.lens.kind == LensKind::Logit || is_last {
            self.head.norm.apply(state, &mut out[start..]);
        }
        Ok(())
    }
}

/// The first state that is not finite, where there is one: then the last one is not either. A run that can't be made again
/// is left without the answer, since what it costs is a word of explanation.
fn damage(model: &Model, run: &Run) -> Option<NotFinite> {
    if is_finite(run.states.rows(run.states.last())) {
        return None;
    }
    model.first_not_finite(&run.tokens, &Control::default()).ok().flatten()
}

/// Compares the lens's outputs of `b` with those of `a`, the reference, at the rows and positions that `options` asks for
/// (its candidates and watched tokens are of no use here), on the threads of `model`, either side's.
///
/// # Errors
/// Sides that ran other tokens, or are of models with other vocabularies, layers or lenses; and what a reading fails with.
pub fn departure(a: &Side, b: &Side, model: &Model, options: &ReadOptions) -> Result<Departure, LensError> {
    check(a, b)?;
    let mut plan = Plan::new(model, &b.run, options)?;
    plan.sites.truncate(plan.rows);
    let (pool, control) = (model.pool(), &options.control);
    let targets = targets(a, b, &plan, pool, control)?;
    let cells: Vec<(Site, usize)> = plan
        .sites
        .iter()
        .flat_map(|site| (0..plan.positions.len()).map(move |column| (*site, column)))
        .collect();
    let mut out = Departure {
        a: a.info.clone(),
        b: b.info.clone(),
        tokens: a.tokens.clone(),
        rows: plan.sites.clone(),
        positions: plan.positions.clone(),
        targets,
        kl_bits: Vec::new(),
        kl_reverse_bits: Vec::new(),
        distance: Vec::new(),
        rank_a: Vec::new(),
        rank_b: Vec::new(),
        top_a: Vec::new(),
        top_b: Vec::new(),
        vocabulary: BTreeMap::new(),
    };
    for cells in cells.chunks(PAIRS_PER_BLOCK) {
        block(a, b, cells, pool, control, &mut out)?;
        control.report(Step::Project, out.kl_bits.len() as u64, (plan.rows * plan.positions.len()) as u64);
    }
    let named = out.targets.iter().map(|target| target.id).chain(out.top_a.iter().chain(&out.top_b).copied());
    out.vocabulary =
        named.filter_map(TokenId::some).map(|id| (id, describe::token_text(model, id))).collect();
    Ok(out)
}

/// What two forms of one model have in common.
fn check(a: &Side, b: &Side) -> Result<(), LensError> {
    let sides = |what, expected: String, found: String| match expected == found {
        true => Ok(()),
        false => Err(LensError::Sides { what, expected, found }),
    };
    let (left, right) = (&a.head.unembedding, &b.head.unembedding);
    sides("the number of layers", a.layers.to_string(), b.layers.to_string())?;
    sides("the width", a.width.to_string(), b.width.to_string())?;
    sides("the number of heads", a.heads.clone(), b.heads.clone())?;
    sides("the size of the vocabulary", left.vocab().to_string(), right.vocab().to_string())?;
    sides("the lens", a.info.lens.kind.name().to_owned(), b.info.lens.kind.name().to_owned())?;
    let apart = a.tokens.iter().zip(&b.tokens).position(|(a, b)| (a.id, &a.bytes) != (b.id, &b.bytes));
    match apart {
        None => sides("the number of tokens", a.tokens.len().to_string(), b.tokens.len().to_string()),
        Some(at) => {
            let token = |side: &Side| format!("{} ({:?}) at {at}", side.tokens[at].id, side.tokens[at].text);
            sides("the token", token(a), token(b))
        }
    }
}

/// The next token of each position; after the last one the reference's best.
fn targets(
    a: &Side,
    b: &Side,
    plan: &Plan,
    pool: &rayon::ThreadPool,
    control: &Control,
) -> Result<Vec<Target>, LensError> {
    let mut targets = Vec::with_capacity(plan.positions.len());
    for position in &plan.positions {
        targets.push(match a.run.tokens.get(position.index() + 1) {
            Some(&id) => Target { id, is_argmax: false },
            None => {
                let mut states = [Vec::new(), Vec::new()];
                let last = a.run.states.last();
                a.append(last, *position, &mut states[0])?;
                b.append(last, *position, &mut states[1])?;
                let pairs = pairs(a, b, &states, &[0]);
                let quiet = Control { cancel: control.cancel.clone(), progress: None };
                Target { id: top(&compare_pairs(&pairs, pool, &quiet)?[0].sides[0]), is_argmax: true }
            }
        });
    }
    Ok(targets)
}

fn pairs<'a>(a: &'a Side, b: &'a Side, states: &'a [Vec<f32>; 2], targets: &'a [u32]) -> Pairs<'a> {
    let heads = [&a.head.unembedding, &b.head.unembedding];
    Pairs { heads, states: [&states[0], &states[1]], targets }
}

/// Compares some cells and appends them to `out`.
fn block(
    a: &Side,
    b: &Side,
    cells: &[(Site, usize)],
    pool: &rayon::ThreadPool,
    control: &Control,
    out: &mut Departure,
) -> Result<(), LensError> {
    let mut states = [Vec::new(), Vec::new()];
    let mut targets = Vec::with_capacity(cells.len());
    for &(site, column) in cells {
        let position = out.positions[column];
        a.append(site, position, &mut states[0])?;
        b.append(site, position, &mut states[1])?;
        // Where there is no target, token 0 takes its place, and its ranks are let lie.
        targets.push(out.targets[column].id.some().map_or(0, |id| id.0));
        out.distance.push(distance(a.recorded(site, position)?, b.recorded(site, position)?));
    }
    let quiet = Control { cancel: control.cancel.clone(), progress: None };
    let found = compare_pairs(&pairs(a, b, &states, &targets), pool, &quiet)?;
    for (pair, &(site, column)) in found.iter().zip(cells) {
        out.kl_bits.push(number(pair.kl_bits));
        out.kl_reverse_bits.push(number(pair.kl_reverse_bits));
        let target = out.targets[column].id;
        for (side, info) in pair.sides.iter().zip([&mut out.a, &mut out.b]) {
            if !side.lse.is_finite() && info.not_finite.is_none() {
                let position = out.positions[column];
                info.not_finite = Some(NotFinite { what: NotFiniteWhat::Logits, site, position });
            }
        }
        let [left, right] = &pair.sides;
        out.rank_a.push(rank(left, target));
        out.rank_b.push(rank(right, target));
        out.top_a.push(top(left));
        out.top_b.push(top(right));
    }
    Ok(())
}

/// A side's best token, if it has a distribution.
fn top(side: &PairSide) -> TokenId {
    if side.lse.is_finite() { TokenId(side.top) } else { TokenId::NONE }
}

/// The target's rank on a side, if both are there.
fn rank(side: &PairSide, target: TokenId) -> Rank {
    let there = side.lse.is_finite() && target != TokenId::NONE;
    if there { Rank::from_count_above(side.count_above) } else { Rank::NONE }
}

/// `‖b - a‖ / ‖a‖`; 0 for two states of zero, NaN where that is no finite number.
fn distance(a: &[f32], b: &[f32]) -> f32 {
    let square = |x: f64| x * x;
    let apart: f64 = a.iter().zip(b).map(|(a, b)| square(f64::from(*b) - f64::from(*a))).sum();
    let norm: f64 = a.iter().map(|a| square(f64::from(*a))).sum();
    if apart == 0.0 { 0.0 } else { number((apart / norm).sqrt()) }
}
