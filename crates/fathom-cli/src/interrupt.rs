//! Signals: Ctrl-C, being told to terminate, and a terminal that went away.
//!
//! They are heard on a thread of its own, which nothing else can hold up. A command ends at once, and what is half
//! written goes first; a server is asked to stop, and ends at once when it is asked again.

use crate::style;
use fathom::WholeFile;
use std::future::Future;
use std::sync::atomic::{AtomicU8, Ordering};
use tokio::sync::oneshot;

/// What a shell adds to a signal's number when it says how a program ended.
const BY_SIGNAL: u8 = 128;

/// How the program is to end since a signal was heard; 0 before.
static CODE: AtomicU8 = AtomicU8::new(0);

/// From now on signals remove unfinished files and end the program.
pub(crate) fn install() {
    listen(end);
}

/// From now on the first signal makes what is returned ready, and the second one ends the program.
pub(crate) fn asked_to_stop() -> impl Future<Output = ()> + Send + 'static {
    let (sender, asked) = oneshot::channel();
    let mut sender = Some(sender);
    listen(move |code| match sender.take() {
        Some(sender) => {
            CODE.store(code, Ordering::SeqCst);
            style::note("stopping (once more ends it at once)");
            // The server may have ended already.
            let _ = sender.send(());
        }
        None => end(code),
    });
    async move {
        // Without a thread that listens nobody will ask.
        if asked.await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// The code to exit with where nothing else went wrong: 128 and the signal's number, or 0.
pub(crate) fn code() -> u8 {
    CODE.load(Ordering::SeqCst)
}

fn end(code: u8) {
    WholeFile::abandon_all();
    style::say("");
    std::process::exit(code.into());
}

/// Calls `hear` with the exit code of each signal. Without a thread for it the program ends all the same, as the system
/// ends it.
fn listen(mut hear: impl FnMut(u8) + Send + 'static) {
    let heard = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        if let Ok(runtime) = runtime {
            runtime.block_on(async {
                let mut signals = signals();
                loop {
                    hear(BY_SIGNAL + signals.next().await);
                }
            });
        }
    };
    let _ = std::thread::Builder::new().name("fathom-signals".to_owned()).spawn(heard);
}

#[cfg(unix)]
use on_unix::signals;

#[cfg(unix)]
mod on_unix {
    use nix::libc;
    use std::future::poll_fn;
    use std::task::Poll;
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// The signals that end a program.
    pub(super) struct Signals(Vec<(u8, Signal)>);

    pub(super) fn signals() -> Signals {
        let kinds = [SignalKind::hangup(), SignalKind::interrupt(), SignalKind::terminate()];
        let heard = kinds.into_iter().filter(|kind| !is_ignored(*kind));
        let heard = heard.filter_map(|kind| Some((kind.as_raw_value() as u8, signal(kind).ok()?)));
        Signals(heard.collect())
    }

    impl Signals {
        /// The number of the next one.
        pub(super) async fn next(&mut self) -> u8 {
            poll_fn(|context| {
                for (number, signal) in &mut self.0 {
                    if signal.poll_recv(context).is_ready() {
                        return Poll::Ready(*number);
                    }
                }
                Poll::Pending
            })
            .await
        }
    }

    /// Whether whoever started the program wants it to go on regardless (`nohup`, a shell's background job).
    #[expect(unsafe_code, reason = "no library that we use asks how a signal is handled without changing it")]
    fn is_ignored(kind: SignalKind) -> bool {
        // SAFETY: all zeros is a valid `sigaction`, a plain C struct, and the call only writes it.
        unsafe {
            let mut now: libc::sigaction = std::mem::zeroed();
            libc::sigaction(kind.as_raw_value(), std::ptr::null(), &mut now) == 0
                && now.sa_sigaction == libc::SIG_IGN
        }
    }
}

#[cfg(not(unix))]
fn signals() -> CtrlC {
    CtrlC
}

/// The one signal of other systems, by the number that it has elsewhere.
#[cfg(not(unix))]
struct CtrlC;

#[cfg(not(unix))]
impl CtrlC {
    async fn next(&mut self) -> u8 {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        2
    }
}
