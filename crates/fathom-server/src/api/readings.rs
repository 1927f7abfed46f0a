//! Readings: made, listed, named, cancelled, deleted.

use super::document;
use super::extract::Body;
use super::types::{Accepted, CreateReading, Readings, Rename, Summary};
use crate::app::{App, not_found};
use crate::engine::run::{self, Plan};
use crate::engine::{Planned, ReadingTask};
use crate::id::{EXAMPLE, Id};
use crate::job::Job;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use fathom::Reading;
use std::sync::Arc;
use std::time::Instant;

/// List readings
///
/// Those under way or failed since the server started, then those saved, the newest first.
#[utoipa::path(
    get, path = "/api/v1/readings", tag = "readings",
    responses((status = 200, description = "All readings", body = Readings), document::Reading)
)]
pub(crate) async fn list(State(app): State<Arc<App>>) -> Result<Json<Readings>, Problem> {
    let readings = app.blocking(|app| app.summaries()).await?;
    Ok(Json(Readings { readings }))
}

/// Make a reading
///
/// Answers at once; the events tell how it goes. It is saved when it is done. What can be checked before the model
/// runs is refused here; where the model is still loading, later, by a `failed` event.
#[utoipa::path(
    post, path = "/api/v1/readings", tag = "readings", request_body = CreateReading,
    responses(
        (status = 202, description = "Accepted", body = Accepted, headers(("Location" = String, description = "Where it will be"))),
        document::Creating,
    )
)]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    Body(request): Body<CreateReading>,
) -> Result<Response, Problem> {
    let came = Instant::now();
    let (job, queue_position) = app.planning(move |app| accept(app, request, came)).await?;
    let accepted = Accepted { id: job.id.to_string(), queue_position };
    let mut response = (StatusCode::ACCEPTED, Json(accepted)).into_response();
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/readings/{}", job.id)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// Queues a reading that came at `came`.
fn accept(app: &Arc<App>, request: CreateReading, came: Instant) -> Result<(Arc<Job>, usize), Problem> {
    run::check(&request, &app.limits)?;
    let parent = request.parent.as_ref().map(|parent| parent_of(app, &parent.reading)).transpose()?;
    let asked = request.model.as_deref().or(parent.as_ref().map(|(summary, _)| summary.model.as_str()));
    let model = app.models.name(asked)?;
    let reading = parent.map(|(_, reading)| reading);
    let planned = match app.models.ready(&model) {
        Some(loaded) => {
            let plan = Plan::new(&loaded, &request, reading.as_deref(), &app.limits)?;
            Some(Planned { plan, model: loaded.info().sha256.clone(), took: came.elapsed() })
        }
        None => None,
    };
    if came.elapsed() >= app.limits.time {
        // Whoever asked has been told so.
        return Err(run::out_of_time(app.limits.time));
    }
    let prompt = request.prompt.as_deref().or(request.chat.as_deref()).unwrap_or_default();
    let prompt = match prompt.is_empty() {
        true => before_the_run(&request, reading.as_deref()),
        false => prompt.to_owned(),
    };
    let job = Job::new(request, &model, &prompt);
    let kept = (app.store.clone(), app.kept.clone());
    let parent = reading.map(|reading| (*reading).clone());
    let task = ReadingTask::new(job.clone(), model, (parent, planned), kept, app.limits.clone());
    let ahead = app.engine.submit(job.clone(), Box::new(task))?;
    app.jobs.insert(job.clone());
    Ok((job, ahead))
}

fn parent_of(app: &App, id: &str) -> Result<crate::app::Stored, Problem> {
    let found = Id::parse(id).map(|id| app.reading(&id));
    found
        .unwrap_or_else(|| Err(not_found(id)))
        .map_err(|problem| Problem::invalid(format!("`parent.reading`: {}", problem.detail)))
}

/// What a list shows of a prompt that was given in tokens, until its text is known.
fn before_the_run(request: &CreateReading, parent: Option<&Reading>) -> String {
    let branch = request.parent.as_ref().and_then(|parent| parent.position).zip(parent);
    match (branch, &request.prompt_ids) {
        (Some((position, reading)), _) => {
            let kept = reading.tokens.iter().take(position as usize);
            format!("{}…", fathom::reading::text::joined(kept))
        }
        (None, Some(ids)) => format!("{} tokens", ids.len()),
        (None, None) => String::new(),
    }
}

/// What is known of a reading
///
/// Its status, name and texts, whether it is finished or not.
#[utoipa::path(
    get, path = "/api/v1/readings/{id}/summary", tag = "readings",
    params(("id" = String, Path, description = "The reading's id")),
    responses(
        (status = 200, description = "The summary", body = Summary),
        document::Finding,
    )
)]
pub(crate) async fn summary(State(app): State<Arc<App>>, id: Id) -> Result<Json<Summary>, Problem> {
    app.blocking(move |app| {
        if id.as_str() == EXAMPLE {
            return Ok(Json(app.example.summary.clone()));
        }
        if let Some(saved) = app.store.summary(&id)? {
            return Ok(Json(saved));
        }
        app.jobs.get(&id).map(|job| Json(job.summary())).ok_or_else(|| not_found(&id))
    })
    .await
}

/// Stop a reading
///
/// The computing stops within a step's tile. What is finished already stays as it is.
#[utoipa::path(
    post, path = "/api/v1/readings/{id}/cancel", tag = "readings",
    params(("id" = String, Path, description = "The reading's id")),
    responses(
        (status = 204, description = "It is being stopped, or was over already"),
        document::Finding,
    )
)]
pub(crate) async fn cancel(State(app): State<Arc<App>>, id: Id) -> Result<StatusCode, Problem> {
    match app.jobs.get(&id) {
        Some(job) if !job.is_over() => app.cancel(&job),
        Some(_) => {}
        None => {
            app.blocking(move |app| app.reading(&id).map(|_| ())).await?;
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Rename a reading
#[utoipa::path(
    patch, path = "/api/v1/readings/{id}", tag = "readings", request_body = Rename,
    params(("id" = String, Path, description = "The reading's id")),
    responses(
        (status = 204, description = "It has that name now"),
        document::Naming,
    )
)]
pub(crate) async fn rename(
    State(app): State<Arc<App>>,
    id: Id,
    Body(rename): Body<Rename>,
) -> Result<StatusCode, Problem> {
    run::name(&rename.name)?;
    protect(&id)?;
    app.blocking(move |app| {
        // A reading under way takes the name along when it is saved.
        let job = app.jobs.get(&id);
        if let Some(job) = &job {
            job.update(|summary| summary.name.clone_from(&rename.name));
        }
        match app.store.rename(&id, &rename.name)? || job.is_some() {
            true => Ok(StatusCode::NO_CONTENT),
            false => Err(not_found(&id)),
        }
    })
    .await
}

/// Delete a reading
///
/// For good. One that is under way is stopped first.
#[utoipa::path(
    delete, path = "/api/v1/readings/{id}", tag = "readings",
    params(("id" = String, Path, description = "The reading's id")),
    responses(
        (status = 204, description = "It is gone"),
        document::Deleting,
    )
)]
pub(crate) async fn delete(State(app): State<Arc<App>>, id: Id) -> Result<StatusCode, Problem> {
    protect(&id)?;
    app.blocking(move |app| {
        let job = app.jobs.remove(&id);
        if let Some(job) = &job {
            job.forget();
            app.cancel(job);
        }
        app.kept.remove(&id);
        match app.store.delete(&id)? || job.is_some() {
            true => Ok(StatusCode::NO_CONTENT),
            false => Err(not_found(&id)),
        }
    })
    .await
}

fn protect(id: &Id) -> Result<(), Problem> {
    match id.as_str() == EXAMPLE {
        true => {
            Err(Problem::new("protected", "the example belongs to the program: make a reading of your own"))
        }
        false => Ok(()),
    }
}
