//! **The application**: readings made in a browser, and the HTTP API beneath.
//!
//! This crate stands on the facade `fathom` and knows nothing of tensors. One thread computes (`engine`), in short
//! steps shared out fairly between the readings under way; requests are answered by others (`api`), which hand work
//! over and follow its events. Finished readings are in an embedded store (`store`), one transaction a change.
//!
//! ```no_run
//! use fathom_server::{Config, ServeError, open_browser, serve};
//!
//! let ready = |url: &str| {
//!     open_browser(url);
//!     Ok::<(), ServeError>(())
//! };
//! let stop = async {
//!     let _ = tokio::signal::ctrl_c().await;
//! };
//! serve(&Config::default(), ready, stop)?;
//! # Ok::<(), ServeError>(())
//! ```

#![forbid(unsafe_code)]

mod api;
mod app;
mod config;
mod connections;
#[cfg(test)]
mod contract;
mod engine;
mod example;
mod guard;
mod id;
mod job;
mod log;
mod models;
mod pages;
mod patient;
mod problem;
mod server;
mod states;
mod store;

pub use config::{Config, Limits};
pub use problem::Problem;
pub use server::{ServeError, Server, open_browser, serve};
pub use store::StoreError;

/// The OpenAPI document, as committed in `docs/openapi.json`.
pub fn openapi_json() -> String {
    // A value's keys are in one order, whatever features serde_json was built with.
    let mut text = format!("{:#}", api::document());
    text.push('\n');
    text
}
