//! **The application**: readings made in a browser, and the HTTP API beneath.
//!
//! This crate stands on the facade `fathom` and knows nothing of tensors. One thread computes (`engine`), in short
//! steps shared out fairly between the readings under way; requests are answered by others (`api`), which hand work
//! over and follow its events. Finished readings are in an embedded store (`store`), one transaction a change.
//!
//! ```no_run
//! use fathom_server::{Config, open_browser, serve};
//!
//! serve(&Config::default(), |url| {
//!     println!("{url}");
//!     open_browser(url);
//! })?;
//! # Ok::<(), fathom_server::ServeError>(())
//! ```

#![forbid(unsafe_code)]

mod api;
mod app;
mod config;
mod engine;
mod example;
mod guard;
mod id;
mod job;
mod log;
mod models;
mod pages;
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
    // By way of a value: its keys are in one order, whatever features serde_json was built with.
    let document = serde_json::to_value(api::document()).unwrap_or_default();
    let mut text = format!("{document:#}");
    text.push('\n');
    text
}
