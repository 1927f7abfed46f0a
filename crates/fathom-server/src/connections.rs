//! Connections: how many at once, how long one may take to say what it wants, and how they end when the server stops.
//!
//! Whoever opens connections and says nothing, or little by little, must not keep others out: the head of a request has
//! a time limit (an idle connection too, since the next head is what it waits for), its body another (`api::extract`),
//! and an answer that nobody takes a third.

use crate::app::App;
use crate::patient::Patient;
use crate::problem::say;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// How long the server waits after it could not take a connection: files that are open now may be closed by then.
const PAUSE: Duration = Duration::from_millis(100);

/// Answers until the server stops; then open connections are given `farewell` to end.
pub(crate) async fn serve(app: &Arc<App>, listener: TcpListener, router: Router, farewell: Duration) {
    let most = app.limits.connections.clamp(1, Semaphore::MAX_PERMITS.min(u32::MAX as usize));
    let places = Arc::new(Semaphore::new(most));
    let mut stopping = app.stopping.subscribe();
    let mut refusing = false;
    loop {
        let next = async {
            // Where all places are taken, the system keeps the next ones waiting.
            let place = places.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            () = stopped(&mut stopping) => break,
        };
        match (place, accepted) {
            (Ok(place), Ok((stream, _))) => {
                refusing = false;
                tokio::spawn(answer(app.clone(), stream, router.clone(), place));
            }
            (Ok(_), Err(error)) if is_of_the_other_side(&error) => {}
            (Ok(_), Err(error)) => {
                if !std::mem::replace(&mut refusing, true) {
                    say(&format!("no more connections for now: {error}"));
                }
                tokio::time::sleep(PAUSE).await;
            }
            // Nobody closes the places.
            (Err(_), _) => break,
        }
    }
    drop(listener);
    // All places are free once all connections have ended.
    let _ = tokio::time::timeout(farewell, places.acquire_many(most as u32)).await;
}

/// Answers the requests of one connection.
async fn answer(app: Arc<App>, stream: TcpStream, router: Router, _place: OwnedSemaphorePermit) {
    let _ = stream.set_nodelay(true);
    let mut stopping = app.stopping.subscribe();
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(app.limits.patience);
    let stream = TokioIo::new(Patient::new(stream, app.limits.patience));
    // What ends a connection is the other side's doing, or the limits': no news for the log.
    let mut connection = std::pin::pin!(builder.serve_connection(stream, TowerToHyperService::new(router)));
    tokio::select! {
        _ = connection.as_mut() => {}
        () = stopped(&mut stopping) => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

/// A connection that went away before it was taken.
fn is_of_the_other_side(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
