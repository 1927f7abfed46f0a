//! A finished reading in every form.

use super::document::Exporting;
use super::extract::Parameters;
use crate::app::App;
use crate::id::Id;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use fathom::Reading;
use fathom::reading::Position;
use fathom::render::figure::{self, FigureOptions};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Pixels of a PNG to one of the SVG: sharp on today's screens.
const PNG_SCALE: f32 = 2.0;

/// A form that a reading can be had in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// The form that replays: `schema/reading.schema.json` says what it holds.
    #[default]
    Json,
    /// The same, compact and binary.
    Pack,
    /// A table, a row a cell.
    Csv,
    /// The same table in Parquet.
    Parquet,
    /// A page that opens from disk, with nothing else.
    Html,
    /// A figure.
    Svg,
    /// The same figure in pixels.
    Png,
}

/// What a figure shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum View {
    /// Every layer and position.
    #[default]
    Read,
    /// The top candidates of every layer at one position.
    Predictions,
    /// The rank of each output token at every layer.
    Rankings,
    /// The ranks of the watched words at one position.
    Watch,
}

/// What to export.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Export {
    /// The form.
    #[serde(default)]
    #[param(inline)]
    format: Format,
    /// What a figure shows (`svg`, `png`).
    #[serde(default)]
    #[param(inline)]
    view: View,
    /// At which position, for `predictions` and `watch`; left out: the blank after the prompt.
    position: Option<u32>,
}

impl Format {
    /// File extension and media type.
    fn kind(self) -> (&'static str, &'static str) {
        match self {
            Format::Json => ("json", "application/json"),
            Format::Pack => ("pack", "application/vnd.fathom.pack"),
            Format::Csv => ("csv", "text/csv; charset=utf-8"),
            Format::Parquet => ("parquet", "application/vnd.apache.parquet"),
            // Only ever saved: shown from here, it would be a page of this server.
            Format::Html => ("html", "text/html; charset=utf-8"),
            Format::Svg => ("svg", "image/svg+xml"),
            Format::Png => ("png", "image/png"),
        }
    }
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
        let (extension, media) = export.format.kind();
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
    let mut out = Vec::new();
    let written = match export.format {
        Format::Json => reading.write_json(&mut out),
        Format::Pack => reading.to_pack().map(|pack| out = pack),
        Format::Csv => reading.write_csv(&mut out),
        Format::Parquet => reading.write_parquet(&mut out),
        Format::Html => {
            let page = fathom::render::html::explorer(reading, &fathom::render::html::HtmlOptions::default());
            return Ok(page.map_err(fathom::Error::from)?.into_bytes());
        }
        Format::Svg => return Ok(figure(reading, export)?.into_bytes()),
        Format::Png => {
            let picture = fathom::render::png::rasterise(&figure(reading, export)?, PNG_SCALE);
            return Ok(picture.map_err(fathom::Error::from)?);
        }
    };
    written.map_err(fathom::Error::from)?;
    Ok(out)
}

/// The figure as SVG.
fn figure(reading: &Reading, export: Export) -> Result<String, Problem> {
    let options = FigureOptions { position: export.position.map(Position), ..FigureOptions::default() };
    let draw = match export.view {
        View::Read => figure::read,
        View::Predictions => figure::predictions,
        View::Rankings => figure::rankings,
        View::Watch => figure::watch,
    };
    Ok(draw(reading, &options).map_err(fathom::Error::from)?)
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
