//! Ctrl-C: the first stops the work and cleans up, the second ends the program at once.

use fathom::CancelToken;
use std::sync::OnceLock;

/// What a shell says of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// The token that Ctrl-C cancels.
pub(crate) fn token() -> CancelToken {
    static TOKEN: OnceLock<CancelToken> = OnceLock::new();
    TOKEN
        .get_or_init(|| {
            let token = CancelToken::new();
            let handed = token.clone();
            // Without a handler Ctrl-C ends the program, which is no worse than before: nothing to report.
            let _ = ctrlc::set_handler(move || {
                if handed.is_cancelled() {
                    std::process::exit(INTERRUPTED);
                }
                handed.cancel();
            });
            token
        })
        .clone()
}
