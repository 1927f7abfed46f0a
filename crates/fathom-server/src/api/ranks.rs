//! Further questions to a finished reading.

use super::extract::Body;
use super::types::{Ranks, RanksRequest};
use crate::app::App;
use crate::engine::{RanksTask, run};
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
        (status = 404, description = "No such reading", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Not finished, or the model has changed", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "No such token, or too many", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many questions", body = Problem, content_type = "application/problem+json"),
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
    app.blocking(move |app| {
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
    let answer =
        answer.await.unwrap_or_else(|_| Err(Problem::new("stopping", "the server is being stopped")));
    answer.map(Json)
}
