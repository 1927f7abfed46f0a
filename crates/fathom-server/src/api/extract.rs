//! Reading requests: what can't be read is a problem too.

use crate::id::Id;
use crate::problem::Problem;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

/// A body of JSON, said to be so.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Body<T>, Problem> {
        // A page elsewhere can post a form without asking, but not JSON.
        if !is_json(request.headers()) {
            return Err(Problem::new("media-type", "send JSON, with `Content-Type: application/json`"));
        }
        let bytes = axum::body::Bytes::from_request(request, state).await.map_err(body)?;
        let value = serde_json::from_slice(&bytes);
        value.map(Body).map_err(|error| match error.is_data() {
            true => Problem::invalid(error.to_string()),
            false => Problem::new("bad-request", format!("the body is not JSON: {error}")),
        })
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let found = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = found.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn body(rejection: BytesRejection) -> Problem {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new("too-large", "the body is larger than this server takes")
        }
        _ => Problem::new("bad-request", rejection.body_text()),
    }
}

/// The `{id}` of a path.
impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Id, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let text = path.map(|Path(text)| text).unwrap_or_default();
        Id::parse(&text).ok_or_else(|| Problem::new("not-found", "there is no reading of that id"))
    }
}

/// What follows the `?`.
pub(crate) struct Parameters<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Parameters<T>, Problem> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        let refused = |rejection: QueryRejection| Problem::new("bad-request", rejection.body_text());
        query.map(|Query(value)| Parameters(value)).map_err(refused)
    }
}
