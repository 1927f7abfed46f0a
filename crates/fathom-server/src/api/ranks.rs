//! Further questions to a finished reading.

use super::document::Asking;
use super::extract::Body;
use super::types::{Ranks, RanksRequest};
use crate::app::App;
use crate::engine::{RanksTask, run, stopping};
use crate::id::Id;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;
use tokio::sync::oneshot;

/// Ask for ranks
///
/// Rank, probability and logit of any tokens at every layer and position of a finished reading. The hidden states are
/// still in memory, or the very run is made again; the numbers are the same.
#[utoipa::path(
    post, path = "/api/v1/readings/{id}/ranks", tag = "readings", request_body = RanksRequest,
    params(("id" = String, Path, description = "The reading's id")),
    responses(
        (status = 200, description = "The columns", body = Ranks),
        Asking,
    )
)]
pub(crate) async fn ranks(
    State(app): State<Arc<App>>,
    id: Id,
    Body(request): Body<RanksRequest>,
) -> Result<Json<Ranks>, Problem> {
    run::watched(request.tokens.len(), &app.limits)?;
    if request.tokens.is_empty() {
        return Err(Problem::invalid("no `tokens`: give at least one"));
    }
    let (sender, answer) = oneshot::channel();
    let asked = app.clone();
    asked
        .blocking(move |app| {
            let (summary, reading) = app.reading(&id)?;
            let model = app.models.name(Some(&summary.model))?;
            let whose = (id, model, reading);
            app.engine.ask(Box::new(RanksTask::new(
                whose,
                request.tokens,
                app.kept.clone(),
                app.limits.time,
                sender,
            )))
        })
        .await?;
    // Dropped when the client goes away, which stops the computing.
    let lost = |_| match *app.stopping.borrow() {
        true => Err(stopping()),
        false => Err(Problem::failure("the question was lost", &"this is a bug in Fathom")),
    };
    answer.await.unwrap_or_else(lost).map(Json)
}
