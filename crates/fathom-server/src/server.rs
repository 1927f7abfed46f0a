//! Listening, and stopping.

use crate::app::App;
use crate::config::Config;
use crate::problem::say;
use crate::store::StoreError;
use crate::{api, connections, guard, pages};
use axum::Router;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// How long open connections may take to finish when the server stops.
const FAREWELL: Duration = Duration::from_secs(3);
/// How long threads that are still at work then are waited for.
const LAST: Duration = Duration::from_secs(1);

/// Why a server can't start or go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Others could use it.
    #[error(
        "{host} can be reached from other machines: give a --token that every request must carry (16 characters or more)"
    )]
    NeedsToken {
        /// The address asked for.
        host: std::net::IpAddr,
    },
    /// A token that is guessed soon, or that no header can carry.
    #[error("the token should be {expected}")]
    BadToken {
        /// What would do.
        expected: &'static str,
    },
    /// The port is taken, or may not be used.
    #[error("can't listen at {address}: {source}{}", if source.kind() == std::io::ErrorKind::AddrInUse { " (--port 0 takes a free one)" } else { "" })]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The history can't be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system gives no threads, or no address.
    #[error("the server failed: {0}")]
    Io(#[from] std::io::Error),
}

/// A server that listens already and answers once [`Server::run`] runs.
pub struct Server {
    app: Arc<App>,
    listener: TcpListener,
    router: Router,
}

impl Server {
    /// Opens history and port. The default model begins to load.
    ///
    /// # Errors
    /// See [`ServeError`].
    pub async fn bind(config: &Config) -> Result<Server, ServeError> {
        check(config)?;
        let address = SocketAddr::new(config.host, config.port);
        let listener = TcpListener::bind(address).await;
        let listener = listener.map_err(|source| ServeError::Listen { address, source })?;
        let app = App::new(config)?;
        Ok(Server { router: router(&app), app, listener })
    }

    /// Where the application is, for a browser; with the token, which the page takes from there and keeps.
    pub fn url(&self) -> std::io::Result<String> {
        let address = self.listener.local_addr()?;
        let host = match address.ip() {
            host if host.is_unspecified() => "localhost".to_owned(),
            std::net::IpAddr::V6(host) => format!("[{host}]"),
            host => host.to_string(),
        };
        let fragment = self.app.token.as_ref().map_or_else(String::new, |token| format!("#token={token}"));
        Ok(format!("http://{host}:{}/{fragment}", address.port()))
    }

    /// Answers until `stop` is ready; then work under way is cancelled, its listeners are told, and connections are
    /// given a moment to end.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) {
        let Server { app, listener, router } = self;
        let stopping = app.clone();
        let ended = tokio::spawn(async move {
            stop.await;
            // Joins the computing thread: not on a thread that answers requests.
            let _ = tokio::task::spawn_blocking(move || stopping.stop()).await;
        });
        connections::serve(&app, listener, router, FAREWELL).await;
        let _ = tokio::time::timeout(FAREWELL, ended).await;
    }
}

/// The whole application as a service, for tests.
pub(crate) fn router(app: &Arc<App>) -> Router {
    pages::router()
        .merge(api::router(app.limits.body_bytes))
        .layer(axum::middleware::from_fn_with_state(app.clone(), guard::guard))
        .with_state(app.clone())
}

fn check(config: &Config) -> Result<(), ServeError> {
    match &config.token {
        None if !config.host.is_loopback() => Err(ServeError::NeedsToken { host: config.host }),
        Some(token) if token.len() < 16 => {
            Err(ServeError::BadToken { expected: "16 characters or more, hard to guess" })
        }
        // It stands in a header and in a link.
        Some(token) if !token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)) => {
            Err(ServeError::BadToken { expected: "letters, digits and - . _ ~ alone" })
        }
        _ => Ok(()),
    }
}

/// Serves until `stop` is ready. `ready` is given the address, once it answers; an error of it ends the server.
///
/// # Errors
/// See [`ServeError`], and those of `ready`.
pub fn serve<E: From<ServeError>>(
    config: &Config,
    ready: impl FnOnce(&str) -> Result<(), E>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), E> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(ServeError::Io)?;
    let served = runtime.block_on(async {
        let server = Server::bind(config).await?;
        ready(&server.url().map_err(ServeError::Io)?)?;
        server.run(stop).await;
        Ok(())
    });
    // Dropped, it would wait for ever for a thread that is stuck in a request.
    runtime.shutdown_timeout(LAST);
    served
}

/// Opens a page in the user's browser; a machine without one is no error.
pub fn open_browser(url: &str) {
    if let Err(error) = opener::open_browser(url) {
        say(&format!("no browser could be opened ({error}): open the address yourself"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_is_stuck_holds_up_no_end() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            port: 0,
            data: Some(folder.path().to_owned()),
            model: "nowhere.gguf".to_owned(),
            offline: true,
            ..Config::default()
        };
        let ready = |_: &str| {
            // As a request leaves it whose prompt never becomes tokens.
            tokio::task::spawn_blocking(|| {
                loop {
                    std::thread::park();
                }
            });
            Ok::<(), ServeError>(())
        };
        serve(&config, ready, async {}).unwrap();
    }
}
