//! What happened to a reading, for as many listeners as there are: each sees all of it, in order.

use serde::Serialize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// An event of a reading's stream.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// `queued`, `token`, …
    pub(crate) name: &'static str,
    /// JSON.
    pub(crate) data: Arc<str>,
}

impl Event {
    /// An event with this value.
    pub(crate) fn new(name: &'static str, value: &impl Serialize) -> Event {
        Event::written(name, serde_json::to_string(value).unwrap_or_default())
    }

    /// An event whose JSON is written already.
    pub(crate) fn written(name: &'static str, data: String) -> Event {
        Event { name, data: data.into() }
    }
}

#[derive(Default)]
struct Past {
    events: Vec<Event>,
    /// Of all events' data.
    bytes: usize,
    closed: bool,
}

impl Past {
    fn add(&mut self, event: Event) {
        if !self.closed {
            self.bytes += event.data.len();
            self.events.push(event);
        }
    }
}

/// The events so far.
pub(crate) struct Log {
    past: Mutex<Past>,
    changed: watch::Sender<()>,
}

impl Log {
    pub(crate) fn new() -> Log {
        Log { past: Mutex::default(), changed: watch::Sender::new(()) }
    }

    /// Adds an event; after the last one nothing is added any more.
    pub(crate) fn push(&self, event: Event) {
        self.past().add(event);
        self.changed.send_replace(());
    }

    /// Adds the last event.
    pub(crate) fn close(&self, event: Event) {
        let mut past = self.past();
        past.add(event);
        past.closed = true;
        drop(past);
        self.changed.send_replace(());
    }

    /// The events from number `from` on, and whether there will be no more.
    pub(crate) fn since(&self, from: usize) -> (Vec<Event>, bool) {
        let past = self.past();
        (past.events.get(from..).unwrap_or_default().to_vec(), past.closed)
    }

    /// What it takes in memory, nearly: the data of its events.
    pub(crate) fn bytes(&self) -> usize {
        self.past().bytes
    }

    /// Told of every change from now on.
    pub(crate) fn subscribe(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    fn past(&self) -> MutexGuard<'_, Past> {
        self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
