//! The HTTP API under `/api/v1`, and its OpenAPI document.

mod document;
mod events;
mod export;
mod extract;
mod models;
mod object;
mod ranks;
mod readings;
mod refused;
pub(crate) mod types;

use crate::app::App;
use crate::problem::Problem;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use serde_json::Value;
use std::sync::Arc;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What the document says besides the routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Fathom",
        description = "See how a language model finds the words to say: readings made, followed, exported and asked. \
                       Errors are `application/problem+json`. Where the server was started with a token, every \
                       request carries `Authorization: Bearer TOKEN`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(types::events::Events, Problem)),
    tags((name = "readings", description = "Readings"), (name = "models", description = "Models"))
)]
struct Head;

/// The routes and their document.
fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Head::openapi())
        .routes(routes!(models::list))
        .routes(routes!(readings::list, readings::create))
        .routes(routes!(export::get, readings::rename, readings::delete))
        .routes(routes!(readings::summary))
        .routes(routes!(readings::cancel))
        .routes(routes!(events::events))
        .routes(routes!(ranks::ranks))
}

/// The routes.
pub(crate) fn router(body_bytes: usize) -> Router<Arc<App>> {
    let (router, _) = routes().split_for_parts();
    router
        .method_not_allowed_fallback(|| async {
            Problem::new("method", "this address takes other methods: /api/docs lists them")
        })
        .layer(DefaultBodyLimit::max(body_bytes))
}

/// The OpenAPI document.
pub(crate) fn document() -> Value {
    document::with_ranges(serde_json::to_value(routes().into_openapi()).unwrap_or_default())
}
