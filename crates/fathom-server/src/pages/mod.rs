//! The pages: the application, the API's documentation, and their files.

mod docs;

use crate::app::App;
use crate::problem::Problem;
use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;

/// The application's page: a shell that its script fills.
const APP: &str = include_str!("../../assets/app.html");
/// What `viewer/` builds from `src/app`.
const SCRIPT: &str = include_str!("../../assets/app.js");
const STYLE: &str = include_str!("../../assets/app.css");
const DOCS_STYLE: &str = include_str!("../../assets/docs.css");
const ICON: &str = include_str!("../../assets/icon.svg");

/// Everything that is not the API.
pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(|| async { html(APP.to_owned()) }))
        // The script finds out whether there is such a reading: the address is the same page.
        .route("/r/{id}", get(|| async { html(APP.to_owned()) }))
        .route("/assets/app.js", get(|headers| file(headers, "text/javascript; charset=utf-8", SCRIPT)))
        .route("/assets/app.css", get(|headers| file(headers, "text/css; charset=utf-8", STYLE)))
        .route("/assets/docs.css", get(|headers| file(headers, "text/css; charset=utf-8", DOCS_STYLE)))
        .route("/assets/icon.svg", get(|headers| file(headers, "image/svg+xml", ICON)))
        .route("/api/openapi.json", get(|| async { json(crate::openapi_json()) }))
        .route("/api/docs", get(|| async { html(docs::page(&crate::api::document())) }))
        .fallback(|| async { Problem::new("not-found", "nothing is here: the application is at /") })
}

fn html(page: String) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))], page).into_response()
}

fn json(text: String) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], text).into_response()
}

/// A file of the program: asked for again by its tag, sent only when it has changed.
async fn file(headers: HeaderMap, media: &'static str, text: &'static str) -> Response {
    let tag = format!("\"{}-{:x}\"", env!("CARGO_PKG_VERSION"), fnv(text.as_bytes()));
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = match known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => text.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// 64 bits of FNV-1a: enough to tell one build's file from another's.
fn fnv(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}
