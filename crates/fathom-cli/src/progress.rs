//! Bars for long work, on standard error, and only where that is a terminal.

use crate::terminal;
use fathom::fetch::{Announcement, FetchProgress};
use fathom::{Progress, Step};
use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// The announcement and the bar of a download.
#[derive(Default)]
pub(crate) struct Downloads {
    bar: Mutex<Option<ProgressBar>>,
}

impl FetchProgress for Downloads {
    fn announce(&self, what: &Announcement) {
        let size = what.size.map_or_else(String::new, |size| format!(" ({})", HumanBytes(size)));
        crate::style::note(&format!(
            "fetching {}{size} from {} to {}",
            what.what,
            what.from,
            what.to.display()
        ));
        let bar = ProgressBar::with_draw_target(what.size, target());
        bar.set_style(style(what.size.is_some()));
        bar.enable_steady_tick(Duration::from_millis(120));
        *self.bar.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(bar);
    }

    fn advance(&self, bytes_done: u64, total: Option<u64>) {
        if let Some(bar) = self.bar.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).as_ref() {
            if let Some(total) = total.filter(|_| bar.length().is_none()) {
                bar.set_length(total);
                bar.set_style(style(true));
            }
            bar.set_position(bytes_done);
        }
    }

    fn note(&self, message: &str) {
        match self.bar.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).as_ref() {
            Some(bar) => bar.suspend(|| crate::style::note(message)),
            None => crate::style::note(message),
        }
    }

    fn finish(&self) {
        if let Some(bar) = self.bar.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take() {
            bar.finish_and_clear();
        }
    }
}

fn target() -> ProgressDrawTarget {
    // A bar moves the cursor, which a dumb terminal can't.
    if io::stderr().is_terminal() && !terminal::is_dumb() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    }
}

fn style(known_size: bool) -> ProgressStyle {
    let template = if known_size {
        "{bar:32} {bytes:>10} of {total_bytes}  {binary_bytes_per_sec}  {eta} left"
    } else {
        "{spinner} {bytes}  {binary_bytes_per_sec}"
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Work that is over sooner than this gets no bar: it would only flicker.
const PATIENCE: Duration = Duration::from_millis(400);

/// One bar for the steps of a run: it shows the step at hand.
#[derive(Default)]
pub(crate) struct Steps {
    current: Mutex<Option<Current>>,
}

/// The step at hand.
struct Current {
    step: Step,
    since: Instant,
    bar: Option<ProgressBar>,
}

impl Progress for Steps {
    fn report(&self, step: Step, done: u64, total: u64) {
        let mut current = self.current.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if current.as_ref().is_none_or(|current| current.step != step) {
            if let Some(bar) = current.take().and_then(|over| over.bar) {
                bar.finish_and_clear();
            }
            *current = Some(Current { step, since: Instant::now(), bar: None });
        }
        let Some(Current { since, bar, .. }) = current.as_mut() else { return };
        if done >= total {
            if let Some(bar) = bar.take() {
                bar.finish_and_clear();
            }
        } else if bar.is_some() || since.elapsed() >= PATIENCE {
            bar.get_or_insert_with(|| steps(step, total)).set_position(done);
        }
    }
}

fn steps(step: Step, total: u64) -> ProgressBar {
    let what = match step {
        Step::Load => "loading",
        Step::Forward => "running",
        // The tokens themselves are shown as they come.
        Step::Generate => return ProgressBar::hidden(),
        Step::Project => "projecting",
        _ => "working",
    };
    let bar = ProgressBar::with_draw_target(Some(total), target());
    let style = ProgressStyle::with_template("{msg:>10} {bar:32} {percent:>3}%  {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(what);
    bar
}
