//! `fathom serve`: the local application.

use crate::args::ServeArgs;
use crate::exit::usage;
use crate::{interrupt, output, style};
use anyhow::Result;
use fathom_server::{Config, Limits, ServeError};
use std::io::Write;
use std::time::Duration;

/// Runs the command: until Ctrl-C.
pub(crate) fn run(args: &ServeArgs) -> Result<()> {
    // Before anybody is told that it serves.
    args.device.check().map_err(fathom::Error::from)?;
    let config = Config {
        host: args.host,
        port: args.port,
        token: args.token.clone(),
        data: args.data.clone(),
        model: args.model.clone(),
        offline: args.offline,
        threads: args.threads.map(usize::from),
        device: args.device,
        precision: args.precision.into(),
        limits: Limits {
            prompt_tokens: args.prompt_tokens,
            new_tokens: args.new_tokens,
            running: args.running,
            waiting: args.waiting,
            time: Duration::from_secs(args.seconds),
            state_bytes: args.state_mib.saturating_mul(1 << 20),
            ..Limits::default()
        },
    };
    let ready = |url: &str| -> Result<()> {
        // On standard output, so that a script can take it from there: a server that nobody can find is of no use.
        output::to_stdout(|out| Ok(writeln!(out, "{url}")?))?;
        style::note("serving there until Ctrl-C");
        if !args.no_open {
            fathom_server::open_browser(url);
        }
        Ok(())
    };
    fathom_server::serve(&config, ready, interrupt::asked_to_stop()).map_err(|error| {
        match error.downcast_ref::<ServeError>() {
            Some(refused @ (ServeError::NeedsToken { .. } | ServeError::BadToken { .. })) => {
                usage(refused.to_string())
            }
            _ => error,
        }
    })
}
