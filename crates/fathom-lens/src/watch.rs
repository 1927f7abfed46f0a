//! Watched strings: from text to tokens, and how likely a string of several tokens is.

use crate::LensError;
use crate::gather::GroupRows;
use fathom_kernel::{Control, Projection, Projector};
use fathom_model::{Model, Run, SiteSelection};
use fathom_reading::{LensKind, Position, SequenceScore, Site, TokenId, Watched};
use fathom_tokenizer::Specials;

/// Resolves `text`: the token of exactly these bytes, or where there is none, the tokens that it is written with.
pub(crate) fn resolve(model: &Model, text: &str) -> Result<Watched, LensError> {
    if text.is_empty() {
        return Err(LensError::EmptyWatch);
    }
    let tokenizer = model.tokenizer();
    let ids = match tokenizer.id_of_bytes(text.as_bytes()) {
        Some(id) => vec![id],
        None => tokenizer.encode(text, Specials::AsText)?,
    };
    if ids.is_empty() {
        return Err(LensError::EmptyWatch);
    }
    Ok(Watched { text: text.to_string(), ids, sequence: None })
}

/// How likely `ids` are after `position`, at every one of `sites` (which end with the last layer): the run's tokens
/// up to `position`, then the string, go through the model once more (teacher forcing).
pub(crate) fn sequence_score(
    model: &Model,
    run: &Run,
    position: Position,
    ids: &[TokenId],
    sites: &[Site],
    lens: LensKind,
    projector: &dyn Projector,
    control: &Control,
) -> Result<SequenceScore, LensError> {
    let tokens: Vec<_> =
        run.tokens.iter().copied().zip(run.origins.iter().copied()).take(position.index() + 1).collect();
    // The last token's own state predicts what would follow the string: it is not needed.
    let forced = model.run_forced(&tokens, &ids[..ids.len() - 1], &SiteSelection::residual(), control)?;
    let width = model.config().width;
    let rows = GroupRows::new(&forced.states, sites, lens, &model.head().norm, width)?;
    let positions: Vec<Position> = (position.0..).take(ids.len()).map(Position).collect();
    let mut states = Vec::new();
    rows.fill(&positions, &mut states);
    let ranked: Vec<Vec<u32>> = ids.iter().map(|id| vec![id.0]).collect();
    let request = Projection { states: &states, rows_per_group: rows.len(), top_k: 0, ranked: &ranked };
    let projected = projector.project(&model.head().unembedding, &request, model.pool(), control)?;
    let mut logprob_bits = vec![0.0_f64; rows.len()];
    for (row, sum) in (0..ids.len() * rows.len()).zip((0..rows.len()).cycle()) {
        let score = projected.ranked(row)[0];
        logprob_bits[sum] += (f64::from(score.logit) - projected.lse[row]) * std::f64::consts::LOG2_E;
    }
    Ok(SequenceScore { position, logprob_bits: logprob_bits.into_iter().map(|sum| sum as f32).collect() })
}
