//! One file a command.

pub(crate) mod compare;
pub(crate) mod compare_precision;
pub(crate) mod completions;
pub(crate) mod models;
pub(crate) mod predictions;
pub(crate) mod rankings;
pub(crate) mod read;
pub(crate) mod serve;
pub(crate) mod watch;
