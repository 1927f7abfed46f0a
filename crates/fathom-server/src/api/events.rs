//! The events of a reading, as they happen.

use super::document::Finding;
use super::types::Summary;
use super::types::events::Done;
use crate::app::{App, not_found};
use crate::id::Id;
use crate::job::Job;
use crate::log::Event;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;

type Sent = Result<sse::Event, Infallible>;

/// Follow a reading
///
/// A stream of server-sent events, each with JSON as its data; `Events` says which there are and what they hold. Every
/// listener hears all events from the first one; `Last-Event-ID` goes on where a stream
/// broke off. When the last listener of an unfinished reading goes away, it is cancelled after a short grace.
#[utoipa::path(
    get, path = "/api/v1/readings/{id}/events", tag = "readings",
    params(("id" = String, Path, description = "The reading's id")),
    responses(
        (status = 200, description = "The events", body = String, content_type = "text/event-stream"),
        Finding,
    )
)]
pub(crate) async fn events(
    State(app): State<Arc<App>>,
    id: Id,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let after = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let from = after.map_or(0, |seen| seen.saturating_add(1));
    let (sender, receiver) = mpsc::channel(16);
    match app.jobs.get(&id) {
        Some(job) => {
            tokio::spawn(follow(app.clone(), job, from, sender));
        }
        None => {
            let found = app.blocking(move |app| Ok(app.reading(&id).map_err(|_| not_found(&id))?.0)).await?;
            tokio::spawn(tell_done(found, sender));
        }
    }
    let stream = Sse::new(ReceiverStream::new(receiver));
    let mut response = stream.keep_alive(KeepAlive::new().interval(Duration::from_secs(15))).into_response();
    // A proxy that collects the answer would hold the tokens back.
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    headers.insert(axum::http::header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
    Ok(response)
}

/// Sends what has happened and what happens, until it is over or the listener is gone.
async fn follow(app: Arc<App>, job: Arc<Job>, from: usize, sender: mpsc::Sender<Sent>) {
    let listening = job.listen();
    let mut changed = job.log.subscribe();
    let mut stopping = app.stopping.subscribe();
    let mut next = from;
    loop {
        let (events, over) = job.log.since(next);
        for event in events {
            if sender.send(Ok(sent(next, &event))).await.is_err() {
                return gone(app, job, listening).await;
            }
            next += 1;
        }
        if over {
            return;
        }
        tokio::select! {
            _ = changed.changed() => {}
            () = sender.closed() => return gone(app, job, listening).await,
            () = until_stopping(&mut stopping) => {
                // The engine says why it ends; a moment for that, then the stream ends in any case.
                let _ = tokio::time::timeout(Duration::from_millis(500), changed.changed()).await;
                for event in job.log.since(next).0 {
                    let _ = sender.try_send(Ok(sent(next, &event)));
                    next += 1;
                }
                return;
            }
        }
    }
}

async fn until_stopping(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

/// A listener went away: if it was the last and none comes back, nobody wants the reading any more.
async fn gone(app: Arc<App>, job: Arc<Job>, listening: crate::job::Listening) {
    drop(listening);
    tokio::time::sleep(app.limits.grace).await;
    if job.is_alone() && !job.is_over() {
        app.cancel(&job);
    }
}

/// A reading of an earlier day: all that there is to say.
async fn tell_done(summary: Summary, sender: mpsc::Sender<Sent>) {
    let _ = sender.send(Ok(sent(0, &Event::new("done", &Done { summary })))).await;
}

fn sent(number: usize, event: &Event) -> sse::Event {
    sse::Event::default().event(event.name).id(number.to_string()).data(&*event.data)
}
