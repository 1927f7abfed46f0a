//! The models that requests may name: those on this machine, and the one that the server was started with.
//!
//! A request gives a name out of this list, never a path. Models are loaded one at a time on a thread of their own,
//! and the least recently used one is dropped when there are too many.

use crate::api::types::{ModelState, ModelSummary};
use crate::config::Config;
use crate::problem::{Problem, say};
use fathom::fetch::{Announcement, Environment, FetchProgress, Listed, Presence};
use fathom::{Control, ErrorKind, LoadOptions, Model, Precision, Progress, Step};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Whether a model can be used now.
pub(crate) enum Found {
    /// Yes.
    Ready(Model),
    /// It is being loaded: this much of it is, 0 to 1.
    Loading(f32),
    /// It can't be.
    Failed(Problem),
}

/// The models, and which are in memory.
pub(crate) struct Models {
    /// The default model: what requests call it, and what finds it.
    default: (String, String),
    offline: bool,
    threads: Option<usize>,
    device: fathom::Compute,
    precision: Precision,
    most: usize,
    slots: Mutex<Slots>,
    /// Held while loading: two at once would only be slower.
    loading: Mutex<()>,
}

#[derive(Default)]
struct Slots {
    by_name: HashMap<String, Slot>,
    /// Counts uses, to tell which was used last.
    clock: u64,
}

struct Slot {
    state: State,
    used: u64,
}

enum State {
    Ready(Model),
    Loading(Arc<Loaded>),
    Failed(Problem),
}

/// How much of a model is loaded, in ten-thousandths.
#[derive(Default)]
struct Loaded(AtomicU32);

impl Loaded {
    fn set(&self, done: u64, total: u64) {
        let part = done.min(total) * 10_000 / total.max(1);
        self.0.store(part as u32, Ordering::Relaxed);
    }

    fn fraction(&self) -> f32 {
        self.0.load(Ordering::Relaxed) as f32 / 10_000.0
    }
}

impl FetchProgress for Loaded {
    fn announce(&self, what: &Announcement) {
        say(&format!("fetching {} from {}", what.what, what.from));
    }

    fn advance(&self, bytes_done: u64, total: Option<u64>) {
        if let Some(total) = total {
            self.set(bytes_done, total);
        }
    }

    fn finish(&self) {
        self.set(0, 1);
    }
}

/// The same, as the loading hears of it.
struct Layers(Arc<Loaded>);

impl Progress for Layers {
    fn report(&self, _: Step, done: u64, total: u64) {
        self.0.set(done, total);
    }
}

impl Models {
    /// The list; nothing is loaded yet.
    pub(crate) fn new(config: &Config) -> Models {
        let spec = config.model.clone();
        let name = match fathom::fetch::find(&spec) {
            Some(entry) => entry.name.to_owned(),
            // A path's last part: the rest of it is nobody's business.
            None => match std::path::Path::new(&spec).file_name().filter(|_| looks_local(&spec)) {
                Some(name) => name.to_string_lossy().into_owned(),
                None => spec.clone(),
            },
        };
        Models {
            default: (name, spec),
            offline: config.offline,
            threads: config.threads,
            device: config.device,
            precision: config.precision,
            most: config.limits.models.max(1),
            slots: Mutex::default(),
            loading: Mutex::default(),
        }
    }

    /// What a request that names `asked` means, or why it means nothing.
    pub(crate) fn name(&self, asked: Option<&str>) -> Result<String, Problem> {
        let Some(asked) = asked else { return Ok(self.default.0.clone()) };
        if asked == self.default.0 {
            return Ok(asked.to_owned());
        }
        let present = present();
        let entry =
            fathom::fetch::find(asked).filter(|found| present.iter().any(|here| here.entry == *found));
        match entry {
            Some(entry) => Ok(entry.name.to_owned()),
            None => {
                let mut names = vec![self.default.0.clone()];
                names.extend(present.iter().map(|here| here.entry.name.to_owned()));
                names.dedup();
                let names = names.join(", ");
                Err(Problem::new("unknown-model", format!("no model of that name is here; there is {names}")))
            }
        }
    }

    /// The model of this name (from [`Models::name`]), which starts to load if it is not in memory; `wake` is called
    /// when that is over.
    pub(crate) fn want(self: &Arc<Self>, name: &str, wake: &Arc<dyn Fn() + Send + Sync>) -> Found {
        let mut slots = self.slots();
        slots.clock += 1;
        let now = slots.clock;
        if let Some(slot) = slots.by_name.get_mut(name) {
            slot.used = now;
            match &slot.state {
                State::Ready(model) => return Found::Ready(model.clone()),
                State::Loading(loaded) => return Found::Loading(loaded.fraction()),
                State::Failed(problem) => {
                    // Asked again, it is tried again: a disk may have room by now.
                    let problem = problem.clone();
                    slots.by_name.remove(name);
                    return Found::Failed(problem);
                }
            }
        }
        let loaded = Arc::new(Loaded::default());
        let state = State::Loading(loaded.clone());
        slots.by_name.insert(name.to_owned(), Slot { state, used: now });
        drop(slots);
        let (models, wanted, wake) = (self.clone(), name.to_owned(), wake.clone());
        let thread = std::thread::Builder::new().name("fathom-load".to_owned());
        let started = thread.spawn(move || {
            models.load(&wanted, loaded);
            wake();
        });
        match started {
            Ok(_) => Found::Loading(0.0),
            Err(error) => {
                // Asked again, it is tried again.
                self.slots().by_name.remove(name);
                Found::Failed(Problem::failure("no thread to load a model", &error))
            }
        }
    }

    /// The model of this name if it is in memory.
    pub(crate) fn ready(&self, name: &str) -> Option<Model> {
        match &self.slots().by_name.get(name)?.state {
            State::Ready(model) => Some(model.clone()),
            _ => None,
        }
    }

    /// What requests call the default model.
    pub(crate) fn default_name(&self) -> &str {
        &self.default.0
    }

    fn load(&self, name: &str, loaded: Arc<Loaded>) {
        let turn = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        let spec = if name == self.default.0 { &self.default.1 } else { name };
        let control = Control { progress: Some(Arc::new(Layers(loaded.clone()))), ..Control::default() };
        let options = LoadOptions {
            // Only the model that the server was started with may be fetched: a request downloads nothing.
            offline: self.offline || name != self.default.0,
            // Saved readings are continued with it, where their hash says that it is theirs.
            verify: true,
            threads: self.threads,
            device: self.device,
            precision: self.precision,
            progress: &*loaded,
            control,
        };
        self.make_room();
        let state = match catch_unwind(AssertUnwindSafe(|| Model::load_with(spec, &options))) {
            Ok(Ok(model)) => State::Ready(model),
            Ok(Err(error)) if error.kind() == ErrorKind::Unsupported => {
                State::Failed(Problem::new("unsupported", error.to_string()))
            }
            Ok(Err(error)) => State::Failed(Problem::failure(&format!("{name} can't be loaded"), &error)),
            // Left as loading, it would never be tried again.
            Err(_) => State::Failed(Problem::failure(
                &format!("{name} can't be loaded"),
                &"this is a bug in Fathom",
            )),
        };
        drop(turn);
        if let Some(slot) = self.slots().by_name.get_mut(name) {
            slot.state = state;
        }
    }

    /// Drops the model that was used least recently, if one more would be too many. Whoever runs it keeps it alive.
    fn make_room(&self) {
        let mut slots = self.slots();
        let ready = |slot: &Slot| matches!(slot.state, State::Ready(_));
        while slots.by_name.values().filter(|slot| ready(slot)).count() >= self.most {
            let oldest =
                slots.by_name.iter().filter(|(_, slot)| ready(slot)).min_by_key(|(_, slot)| slot.used);
            let Some(name) = oldest.map(|(name, _)| name.clone()) else { return };
            slots.by_name.remove(&name);
        }
    }

    /// The list, as the API gives it.
    pub(crate) fn list(&self) -> Vec<ModelSummary> {
        let present = present();
        let mut names = vec![self.default.0.clone()];
        names.extend(
            present.iter().map(|here| here.entry.name.to_owned()).filter(|name| *name != self.default.0),
        );
        let slots = self.slots();
        names.into_iter().map(|name| self.summary(name, &slots)).collect()
    }

    fn summary(&self, name: String, slots: &Slots) -> ModelSummary {
        let entry = fathom::fetch::find(&name);
        let mut summary = ModelSummary {
            default: name == self.default.0,
            state: ModelState::Present,
            fraction: None,
            problem: None,
            about: entry.map(|entry| entry.about.to_owned()),
            family: entry.map(|entry| entry.family.to_owned()),
            layers: entry.map(|entry| entry.layers),
            parameters: entry.map(|entry| entry.parameters),
            notes: Vec::new(),
            name,
        };
        match slots.by_name.get(&summary.name).map(|slot| &slot.state) {
            None => {}
            Some(State::Ready(model)) => {
                let info = model.info();
                summary.state = ModelState::Ready;
                summary.family = Some(info.family.clone());
                summary.layers = Some(info.layers);
                summary.parameters = Some(info.parameters);
                summary.notes = model.notes().iter().map(|note| note.text.clone()).collect();
            }
            Some(State::Loading(loaded)) => {
                summary.state = ModelState::Loading;
                summary.fraction = Some(loaded.fraction());
            }
            Some(State::Failed(problem)) => {
                summary.state = ModelState::Failed;
                summary.problem = Some(problem.clone());
            }
        }
        summary
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The known models that are on this disk.
fn present() -> Vec<Listed> {
    let here = |listed: &Listed| matches!(listed.presence, Presence::Present { .. });
    fathom::fetch::list(&Environment::from_env()).into_iter().filter(here).collect()
}

/// Whether the server's own `--model` is a path rather than a name of the hub.
fn looks_local(spec: &str) -> bool {
    std::path::Path::new(spec).exists() || spec.ends_with(".gguf") || spec.ends_with(".safetensors")
}
