//! The `fathom` binary as its users meet it: run, fed, interrupted and asked for nonsense. On tiny models, and where
//! only a real one tells, on the default model.

mod bad_input;
mod chat;
mod compare;
mod completions;
mod damaged;
mod help;
mod models;
mod output;
mod precision;
mod predictions;
mod rankings;
mod read;
mod serve;
mod support;
mod terminal;
mod watch;
