//! The words of a reading: who made it, and the texts of its tokens.

use fathom_kernel::Norm;
use fathom_model::{Compute, Model, Run};
use fathom_reading::known::TOP_ID;
use fathom_reading::text::{lone_text, sequence_texts};
use fathom_reading::{
    About, Columns, Info, LensInfo, LensKind, NotFinite, Predicts, Screening, Target, Token, TokenId, Watched,
};
use std::collections::BTreeMap;

pub(crate) fn info(
    kind: LensKind,
    (screening, not_finite): (Option<Screening>, Option<NotFinite>),
    model: &Model,
    run: &Run,
) -> Info {
    let norm = &model.head().norm;
    let norm = match (kind, norm) {
        (_, Norm::None) => "the model has no final norm".to_string(),
        (LensKind::Logit, norm) => format!("{} on every row", norm.name()),
        (LensKind::Raw, norm) => format!("{} on the last row only", norm.name()),
    };
    Info {
        model: model.info().clone(),
        lens: LensInfo { kind, norm, screening },
        precision: model.precision_label(),
        sampling: run.sampling.clone(),
        run_id: run.run_id.clone(),
        program: program(model),
        not_finite,
        about: About::LENS,
        predicts: Predicts::Next,
        other: None,
    }
}

/// The program, and where the model ran if that was no processor: the last digits depend on it.
fn program(model: &Model) -> String {
    let program = concat!("fathom ", env!("CARGO_PKG_VERSION"));
    match model.device() {
        Compute::Cpu => program.to_owned(),
        device => format!("{program} ({device})"),
    }
}

/// The run's tokens, their texts as they read in this order: those of any reading of the run.
pub fn tokens(model: &Model, run: &Run) -> Vec<Token> {
    let bytes: Vec<&[u8]> =
        run.tokens.iter().map(|&id| model.tokenizer().bytes(id).unwrap_or_default()).collect();
    let texts = sequence_texts(&bytes);
    let ids = run.tokens.iter().zip(&run.origins);
    ids.zip(bytes.iter().zip(texts))
        .map(|((&id, &origin), (bytes, text))| Token { id, text, bytes: bytes.to_vec(), origin })
        .collect()
}

/// The text of every token that the reading names.
pub(crate) fn vocabulary(
    model: &Model,
    columns: &Columns,
    targets: &[Target],
    watched: &[Watched],
) -> BTreeMap<TokenId, String> {
    let targets = targets.iter().map(|target| target.id);
    let watched = watched.iter().flat_map(|watched| watched.ids.iter().copied());
    let ids = columns[TOP_ID].iter().copied().chain(targets).chain(watched);
    let mut ids: Vec<TokenId> = ids.filter_map(TokenId::some).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().map(|id| (id, token_text(model, id))).collect()
}

/// The text of a token on its own. An id that the tokenizer does not know (the embedding may have more rows than the
/// vocabulary has tokens) is shown by its number.
pub(crate) fn token_text(model: &Model, id: TokenId) -> String {
    match model.tokenizer().bytes(id) {
        Some(bytes) => lone_text(bytes),
        None => format!("⟨id {id}⟩"),
    }
}
