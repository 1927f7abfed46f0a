//! A finished reading in every form.

use super::document::Exporting;
use super::extract::Parameters;
use crate::app::App;
use crate::id::Id;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use fathom::reading::Position;
use fathom::render::View;
use fathom::render::figure::FigureOptions;
use fathom::{Drawn, Form, PNG_SCALE, Reading};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

/// What to export.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Export {
    /// The form.
    #[serde(default = "json", deserialize_with = "form")]
    #[param(required = false, schema_with = forms)]
    format: Form,
    /// What a figure shows (`svg`, `png`); left out: what suits the grid.
    #[serde(default, deserialize_with = "view")]
    #[param(required = false, schema_with = views)]
    view: Option<View>,
    /// At which position, for `predictions` and `watch`; left out: the blank after the prompt.
    position: Option<u32>,
}

fn json() -> Form {
    Form::Json
}

fn form<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Form, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map_err(|_| D::Error::unknown_variant(&name, &Form::NAMES))
}

fn view<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<View>, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map(Some).map_err(|_| D::Error::unknown_variant(&name, &View::NAMES))
}

/// The schema of a name among some.
fn names<const N: usize>(names: [&'static str; N]) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).build()
}

fn forms() -> Object {
    names(Form::NAMES)
}

fn views() -> Object {
    names(View::NAMES)
}

/// Get a reading
///
/// A finished one, in any form. Figures are drawn as the command line draws them.
#[utoipa::path(
    get, path = "/api/v1/readings/{id}", tag = "readings",
    params(("id" = String, Path, description = "The reading's id"), Export),
    responses(
        (status = 200, description = "The reading", content(
            (serde_json::Value = "application/json"),
            (Vec<u8> = "application/vnd.fathom.pack"),
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.apache.parquet"),
            (String = "text/html"),
            (String = "image/svg+xml"),
            (Vec<u8> = "image/png"),
        )),
        Exporting,
    )
)]
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    id: Id,
    Parameters(export): Parameters<Export>,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let (summary, reading) = app.reading(&id)?;
        let body = write(&reading, export)?;
        let (extension, media) = (export.format.name(), export.format.media_type());
        let mut response = body.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
        let name = format!("attachment; filename=\"{}.{extension}\"", file_name(&summary.name));
        if let Ok(name) = HeaderValue::from_str(&name) {
            headers.insert(header::CONTENT_DISPOSITION, name);
        }
        Ok(response)
    })
    .await
}

fn write(reading: &Reading, export: Export) -> Result<Vec<u8>, Problem> {
    let options = FigureOptions { position: export.position.map(Position), ..FigureOptions::default() };
    let figure = |grid: &Reading| export.view.unwrap_or_else(|| View::of(grid)).figure(grid, &options);
    let mut out = Vec::new();
    export.format.write(reading, &Drawn { figure: &figure, scale: PNG_SCALE }, &mut out)?;
    Ok(out)
}

/// A file name out of a reading's name: what every system takes.
fn file_name(name: &str) -> String {
    let plain = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    let plain: String = plain.take(60).collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "reading".to_owned() } else { words.join("-") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_plain() {
        assert_eq!(file_name("The keys to the cabinet"), "the-keys-to-the-cabinet");
        assert_eq!(file_name("../../etc/passwd\"\r\n"), "etc-passwd");
        assert_eq!(file_name("鍵"), "reading");
    }
}
