//! Models.

use super::document::Listing;
use super::types::{LimitsSummary, Models};
use crate::app::App;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;

/// List models
///
/// Those that may be named in a request: what is on this machine. The one that the server was started with is first.
#[utoipa::path(
    get, path = "/api/v1/models", tag = "models",
    responses((status = 200, description = "The models, and what a request may ask for", body = Models), Listing)
)]
pub(crate) async fn list(State(app): State<Arc<App>>) -> Result<Json<Models>, crate::problem::Problem> {
    let limits = &app.limits;
    let limits = LimitsSummary {
        prompt_tokens: limits.prompt_tokens,
        new_tokens: limits.new_tokens,
        watched: limits.watched,
        top_k: limits.top_k,
        seconds: limits.time.as_secs(),
    };
    let models = app.blocking(|app| Ok(app.models.list())).await?;
    Ok(Json(Models { models, limits }))
}
