//! Watched strings: from text to tokens, and how likely a string of several tokens is.

use crate::fold::{log2_prob, number};
use crate::gather::GroupRows;
use crate::plan::Plan;
use crate::{Lens, LensError, ReadOptions, describe};
use fathom_kernel::ProjectionRequest;
use fathom_model::{Model, ModelError, Run, SiteSelection};
use fathom_reading::{Layer, Position, SequenceScore, Site, SiteKind, TokenId, Watched};
use fathom_tokenizer::Specials;

/// Resolves `text`: the token of exactly these bytes, or where there is none, the tokens that it is written with.
///
/// # Errors
/// [`LensError::EmptyWatch`], and the tokenizer's.
pub fn resolve(model: &Model, text: &str) -> Result<Watched, LensError> {
    let tokenizer = model.tokenizer();
    let ids = match tokenizer.id_of_bytes(text.as_bytes()) {
        Some(id) if !text.is_empty() => vec![id],
        _ => tokenizer.encode(text, Specials::AsText).map_err(Box::new)?,
    };
    match ids.is_empty() {
        true => Err(LensError::EmptyWatch),
        false => Ok(Watched { text: text.to_string(), ids, sequence: None }),
    }
}

/// The token `id`, as something watched.
///
/// # Errors
/// [`ModelError::TokenOutOfRange`].
pub fn by_id(model: &Model, id: TokenId) -> Result<Watched, LensError> {
    let vocabulary = model.head().unembedding.vocab();
    if id.index() >= vocabulary {
        return Err(ModelError::TokenOutOfRange { id: id.0, vocabulary }.into());
    }
    let text = describe::token_text(model, id);
    Ok(Watched { text, ids: vec![id], sequence: None })
}

impl Lens {
    /// How likely `ids` are after `position`, at every row of the plan: the run's tokens up to `position`, then the
    /// string, go through the model once more (teacher forcing).
    pub(crate) fn sequence_score(
        &self,
        model: &Model,
        run: &Run,
        plan: &Plan,
        (position, ids): (Position, &[TokenId]),
        options: &ReadOptions,
    ) -> Result<SequenceScore, LensError> {
        let tokens = run.tokens.iter().copied().zip(run.origins.iter().copied());
        let tokens: Vec<_> = tokens.take(position.index() + 1).collect();
        // The last token's own state predicts what would follow the string: it is not needed.
        let continuation = &ids[..ids.len() - 1];
        let forced = model.run_forced(&tokens, continuation, &selection(&plan.sites), &options.control)?;
        let rows = GroupRows::new(model, &forced, &plan.sites, self.kind())?;
        let positions: Vec<Position> = (position.0..).take(ids.len()).map(Position).collect();
        let mut states = Vec::new();
        rows.fill(&positions, &mut states);
        let ranked: Vec<Vec<u32>> = ids.iter().map(|id| vec![id.0]).collect();
        let request =
            ProjectionRequest { states: &states, rows_per_group: rows.len(), top_k: 0, ranked: &ranked };
        let projected = self.project(model, &request, &options.control)?;
        let mut sums = vec![0.0_f64; plan.rows];
        for group in 0..positions.len() {
            for (row, sum) in sums.iter_mut().enumerate() {
                let from = group * rows.len() + row;
                // Without a distribution on the way the sum is NaN.
                *sum += projected
                    .ranked(from)
                    .first()
                    .map_or(f64::NAN, |score| log2_prob(&projected, from, score.logit));
            }
        }
        Ok(SequenceScore { position, logprob_bits: sums.into_iter().map(number).collect() })
    }
}

/// What must be recorded for these sites.
fn selection(sites: &[Site]) -> SiteSelection {
    let kinds: Vec<SiteKind> = sites.iter().map(|site| site.kind).collect();
    let layers: Vec<Layer> = sites.iter().filter_map(|site| site.layer).collect();
    SiteSelection::of(&kinds).in_layers(&layers)
}
