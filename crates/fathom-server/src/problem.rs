//! Errors as `application/problem+json` (RFC 9457).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use fathom::ErrorKind;
use serde::{Deserialize, Serialize};
use std::io::Write;
use utoipa::ToSchema;

/// What went wrong, for programs (`type`) and people (`title`, `detail`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Which kind of problem: a relative reference into `/api/docs`.
    #[serde(rename = "type")]
    #[schema(example = "/api/docs#too-long")]
    pub kind: String,
    /// The kind in words, always the same for one kind.
    pub title: String,
    /// The HTTP status.
    #[schema(example = 422)]
    pub status: u16,
    /// What was expected, what was found, and what to do.
    pub detail: String,
}

/// The kinds of problem: slug, status and title. `/api/docs` lists them.
pub(crate) const KINDS: &[(&str, StatusCode, &str)] = &[
    ("bad-request", StatusCode::BAD_REQUEST, "The request can't be read"),
    ("invalid", StatusCode::UNPROCESSABLE_ENTITY, "The request can't be meant"),
    ("too-long", StatusCode::UNPROCESSABLE_ENTITY, "More tokens than this server or model takes"),
    ("unknown-model", StatusCode::UNPROCESSABLE_ENTITY, "No such model here"),
    ("unsupported", StatusCode::UNPROCESSABLE_ENTITY, "Not supported"),
    ("token", StatusCode::UNAUTHORIZED, "A token is needed"),
    ("forbidden", StatusCode::FORBIDDEN, "Not from there"),
    ("misdirected", StatusCode::MISDIRECTED_REQUEST, "Not this server's name"),
    ("not-found", StatusCode::NOT_FOUND, "Not found"),
    ("method", StatusCode::METHOD_NOT_ALLOWED, "Method not allowed"),
    ("not-ready", StatusCode::CONFLICT, "The reading is not finished"),
    ("other-model", StatusCode::CONFLICT, "The model has changed"),
    ("protected", StatusCode::CONFLICT, "The example stays"),
    ("slow", StatusCode::REQUEST_TIMEOUT, "The request came too slowly"),
    ("too-large", StatusCode::PAYLOAD_TOO_LARGE, "The request is too large"),
    ("media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "Not JSON"),
    ("busy", StatusCode::TOO_MANY_REQUESTS, "Too many readings at once"),
    ("time", StatusCode::GATEWAY_TIMEOUT, "The reading took too long"),
    ("cancelled", StatusCode::CONFLICT, "Cancelled"),
    ("disk-full", StatusCode::INSUFFICIENT_STORAGE, "The disk is full"),
    ("failure", StatusCode::INTERNAL_SERVER_ERROR, "The server failed"),
    ("stopping", StatusCode::SERVICE_UNAVAILABLE, "The server is stopping"),
];

impl Problem {
    /// A problem of one of the [`KINDS`].
    pub(crate) fn new(slug: &str, detail: impl Into<String>) -> Problem {
        let known = KINDS.iter().find(|(known, _, _)| *known == slug);
        let (slug, status, title) = known.copied().unwrap_or(KINDS[KINDS.len() - 2]);
        Problem {
            kind: format!("/api/docs#{slug}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
        }
    }

    /// A request that can't be meant.
    pub(crate) fn invalid(detail: impl Into<String>) -> Problem {
        Problem::new("invalid", detail)
    }

    /// Something of this server's own. The details go to its log: they may name its files.
    pub(crate) fn failure(what: &str, error: &dyn std::fmt::Display) -> Problem {
        say(&format!("{what}: {error}"));
        Problem::new("failure", format!("{what}; the server's own messages say why"))
    }

    /// What can't be drawn, with what a request can ask for in its place: the error's own words name what the command
    /// line and the library have.
    fn of_drawing(error: &fathom::render::RenderError) -> Option<Problem> {
        use fathom::render::RenderError;
        match error {
            RenderError::PictureTooLarge { width, height, most, .. } => Some(Problem::invalid(format!(
                "the picture would be {width} x {height} pixels, more than {most} million: `format=svg` has no limit"
            ))),
            RenderError::TooManyCells { rows, columns, most } => Some(Problem::invalid(format!(
                "{rows} layers x {columns} columns are too many for one figure (at most {most} cells): \
                 take `format=html`, `csv` or `json`"
            ))),
            RenderError::NothingWatched => Some(Problem::invalid(
                "this reading watches no words: make it again with `watch`, or ask for `/ranks`",
            )),
            RenderError::DrawingFailed { why } => {
                say(&error.to_string());
                Some(Problem::new(
                    "failure",
                    format!(
                        "the picture can't be drawn, which is a fault in Fathom or in the library that it draws with: \
                         {why}; `format=svg` holds the same figure"
                    ),
                ))
            }
            _ => None,
        }
    }

    /// What was asked for was stopped.
    pub(crate) fn cancelled() -> Problem {
        Problem::new("cancelled", "it was stopped before it was finished")
    }

    /// Which of the [`KINDS`] it is.
    pub(crate) fn slug(&self) -> &str {
        self.kind.rsplit('#').next().unwrap_or_default()
    }
}

impl From<fathom::Error> for Problem {
    fn from(error: fathom::Error) -> Problem {
        use fathom::{Error, LensError, ModelError};
        // Somebody stopped it, or its time was up: its task says which, and the log has nothing to tell.
        if error.is_cancelled() {
            return Problem::cancelled();
        }
        let too_long = |error: &ModelError| matches!(error, ModelError::TooLong { .. });
        match (&error, error.kind()) {
            (Error::Model(inner) | Error::Lens(LensError::Model(inner)), _) if too_long(inner) => {
                Problem::new("too-long", error.to_string())
            }
            (Error::Render(inner), _) if let Some(problem) = Problem::of_drawing(inner) => problem,
            // Names no file, and says what is wrong with the model.
            (Error::Lens(LensError::NotFinite(_)) | Error::Model(ModelError::NotFinite(_)), _) => {
                say(&error.to_string());
                Problem::new("failure", error.to_string())
            }
            (_, ErrorKind::Usage) => Problem::invalid(error.to_string()),
            (_, ErrorKind::Unsupported) => Problem::new("unsupported", error.to_string()),
            // Names no file, and says that the model is at fault and not the request.
            (
                Error::Model(ModelError::Tokenizer(inner))
                | Error::Lens(LensError::Model(ModelError::Tokenizer(inner))),
                ErrorKind::Failure,
            ) if inner.is_models_fault() => Problem::new("failure", error.to_string()),
            (Error::Lens(LensError::Tokenizer(inner)), ErrorKind::Failure) if inner.is_models_fault() => {
                Problem::new("failure", error.to_string())
            }
            (_, ErrorKind::Failure) => Problem::failure("the reading could not be made", &error),
        }
    }
}

/// A line of the server's log, on standard error. `eprintln!` would panic where nobody reads it any more.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "fathom serve: {line}");
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        match status {
            StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fathom::render::RenderError;
    use fathom::tokenizer::TokenizerError;
    use fathom::{Error, LensError, ModelError};

    #[test]
    fn a_models_fault_is_not_the_requests() {
        let work = || TokenizerError::TokenizerWork { what: "memory" };
        let template = || TokenizerError::ChatTemplate { name: "default".into(), problem: "it loops".into() };
        let errors = [
            Error::Model(ModelError::Tokenizer(work())),
            Error::Model(ModelError::Tokenizer(TokenizerError::TokenizerPanic)),
            Error::Model(ModelError::Tokenizer(template())),
            Error::Lens(LensError::Tokenizer(Box::new(work()))),
        ];
        for error in errors {
            let said = error.to_string();
            let problem = Problem::from(error);
            assert_eq!((problem.status, problem.slug()), (500, "failure"), "{said}");
            assert_eq!(problem.detail, said);
        }
        // A text that a sound tokenizer has no tokens for is the asker's.
        let encode = TokenizerError::Encode { reason: "no".into() };
        assert_eq!(Problem::from(Error::Model(ModelError::Tokenizer(encode))).slug(), "invalid");
    }

    #[test]
    fn what_was_cancelled_has_not_failed() {
        assert_eq!(Problem::from(Error::from(ModelError::Cancelled)).slug(), "cancelled");
    }

    #[test]
    fn advice_is_for_whoever_asks_over_http() {
        let too_large = RenderError::PictureTooLarge {
            scale: "2".to_owned(),
            width: 90_000,
            height: 90_000,
            most: 64,
            fits: "0.1".to_owned(),
        };
        let too_many = RenderError::TooManyCells { rows: 100, columns: 10_000, most: 20_000 };
        for error in [too_large, too_many, RenderError::NothingWatched] {
            let problem = Problem::from(Error::from(error));
            let told = &problem.detail;
            assert_eq!(problem.slug(), "invalid");
            assert!(!told.contains("scale") && !told.contains("fathom ") && told.contains('`'), "{told}");
        }
    }
}
