//! The same tokens through two forms of one model: at which layer, and how far, the one diverges from the other.

use crate::fold::number;
use crate::gather::is_finite;
use crate::plan::Plan;
use crate::{LensError, ReadOptions, describe};
use fathom_kernel::{Control, PairSide, Pairs, Step, compare_pairs};
use fathom_model::{Head, Model, Run};
use fathom_reading::known::{DISTANCE, KL_SIDES_BITS, KL_SIDES_REVERSE_BITS, RANK_A, RANK_B, TOP_A, TOP_B};
use fathom_reading::{
    About, Axis, Columns, Grid, Info, LensKind, NotFinite, NotFiniteWhat, Position, Rank, Site, Target,
    Token, TokenId,
};
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
pub fn divergence(a: &Side, b: &Side, model: &Model, options: &ReadOptions) -> Result<Grid, LensError> {
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
    let mut found = Found {
        targets: &targets,
        positions: &plan.positions,
        info: [a.info.clone(), b.info.clone()],
        kl_bits: Vec::new(),
        kl_reverse_bits: Vec::new(),
        distance: Vec::new(),
        ranks: [Vec::new(), Vec::new()],
        tops: [Vec::new(), Vec::new()],
    };
    for part in cells.chunks(PAIRS_PER_BLOCK) {
        found.block([a, b], part, pool, control)?;
        control.report(Step::Project, found.distance.len() as u64, cells.len() as u64);
    }
    let Found { info: [mut info, other], ranks: [rank_a, rank_b], tops: [top_a, top_b], .. } = found;
    (info.about, info.other) = (About::DIVERGENCE, Some(Box::new(other)));
    let named = targets.iter().map(|target| target.id).chain(top_a.iter().chain(&top_b).copied());
    let vocabulary =
        named.filter_map(TokenId::some).map(|id| (id, describe::token_text(model, id))).collect();
    let columns = Columns::new(0)
        .with(KL_SIDES_BITS, found.kl_bits)
        .with(KL_SIDES_REVERSE_BITS, found.kl_reverse_bits)
        .with(DISTANCE, found.distance)
        .with(RANK_A, rank_a)
        .with(RANK_B, rank_b)
        .with(TOP_A, top_a)
        .with(TOP_B, top_b);
    Ok(Grid {
        info,
        tokens: a.tokens.clone(),
        rows: plan.sites.iter().map(|&site| site.into()).collect(),
        axis: Axis::Positions(plan.positions),
        targets,
        watched: Vec::new(),
        columns,
        vocabulary,
    })
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

/// The columns of a divergence on their way, cell by cell.
struct Found<'a> {
    targets: &'a [Target],
    positions: &'a [Position],
    /// Of both sides: who made them, and where they are not finite.
    info: [Info; 2],
    kl_bits: Vec<f32>,
    kl_reverse_bits: Vec<f32>,
    distance: Vec<f32>,
    ranks: [Vec<Rank>; 2],
    tops: [Vec<TokenId>; 2],
}

impl Found<'_> {
    /// Compares some cells and appends them.
    fn block(
        &mut self,
        [a, b]: [&Side; 2],
        cells: &[(Site, usize)],
        pool: &rayon::ThreadPool,
        control: &Control,
    ) -> Result<(), LensError> {
        let mut states = [Vec::new(), Vec::new()];
        let mut targets = Vec::with_capacity(cells.len());
        for &(site, column) in cells {
            let position = self.positions[column];
            a.append(site, position, &mut states[0])?;
            b.append(site, position, &mut states[1])?;
            // Where there is no target, token 0 takes its place, and its ranks are let lie.
            targets.push(self.targets[column].id.some().map_or(0, |id| id.0));
            self.distance.push(distance(a.recorded(site, position)?, b.recorded(site, position)?));
        }
        let quiet = Control { cancel: control.cancel.clone(), progress: None };
        let compared = compare_pairs(&pairs(a, b, &states, &targets), pool, &quiet)?;
        for (pair, &(site, column)) in compared.iter().zip(cells) {
            self.kl_bits.push(number(pair.kl_bits));
            self.kl_reverse_bits.push(number(pair.kl_reverse_bits));
            let (target, position) = (self.targets[column].id, self.positions[column]);
            for (nth, side) in pair.sides.iter().enumerate() {
                if !side.lse.is_finite() && self.info[nth].not_finite.is_none() {
                    let found = NotFinite { what: NotFiniteWhat::Logits, site, position };
                    self.info[nth].not_finite = Some(found);
                }
                self.ranks[nth].push(rank(side, target));
                self.tops[nth].push(top(side));
            }
        }
        Ok(())
    }
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
