//! Reading requests: what can't be read is a problem too.

use super::object::Object;
use super::refused;
use crate::app::App;
use crate::id::Id;
use crate::problem::Problem;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// A body of JSON, said to be so.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Arc<App>) -> Result<Body<T>, Problem> {
        let app = state;
        // A page elsewhere can post a form without asking, but not JSON.
        if !is_json(request.headers()) {
            return Err(Problem::new("media-type", "send JSON, with `Content-Type: application/json`"));
        }
        let bytes = axum::body::Bytes::from_request(request, state);
        let bytes =
            tokio::time::timeout(app.limits.patience, bytes).await.map_err(|_| slow(app))?.map_err(body)?;
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize::<_, Object<T>>(&mut reader).map_err(|error| {
            let (path, error) = (error.path().to_string(), error.into_inner());
            match error.is_data() {
                true => Problem::invalid(refused::told(&path, &error.to_string())),
                false => Problem::new("bad-request", refused::not_json(&error)),
            }
        })?;
        // Nothing but white space follows it.
        reader.end().map_err(|error| Problem::new("bad-request", refused::not_json(&error)))?;
        Ok(Body(value.0))
    }
}

fn slow(app: &App) -> Problem {
    let seconds = app.limits.patience.as_secs_f32();
    Problem::new("slow", format!("the body did not come within {seconds} s: send it again, at once"))
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
        // A connection that ended, or sent what HTTP does not know.
        _ => Problem::new("bad-request", "the body could not be read to its end: send it again, whole"),
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
        let refused = |rejection: QueryRejection| {
            Problem::new("bad-request", refused::told_of_query(&rejection.body_text()))
        };
        query.map(|Query(value)| Parameters(value)).map_err(refused)
    }
}
