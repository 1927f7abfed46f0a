//! What of the catalogue is on this disk.

use crate::catalogue::{CatalogueEntry, Source, catalogue};
use crate::digest::Digests;
use crate::environment::Environment;
use crate::hub::{Hub, Spec};
use crate::resolve::hub_spec;
use crate::store::{self, FileState};
use std::fs;
use std::path::PathBuf;

/// A catalogue entry, and whether it is here.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The entry.
    pub entry: &'static CatalogueEntry,
    /// Whether and where it is on disk.
    pub presence: Presence,
}

/// Whether a model is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It would have to be downloaded.
    Absent,
    /// It is here.
    Present {
        /// The file, or the folder of safetensors or PyTorch files.
        path: PathBuf,
        /// Bytes of its weight files.
        bytes: u64,
    },
    /// Something is here, but not all of it: the next use fetches it again.
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

/// The whole catalogue with what is on disk. Quick: looks at names and sizes, hashes nothing, never asks the network.
///
/// ```
/// use fathom_fetch::{Environment, Presence, list};
/// # let folder = tempfile::tempdir().unwrap();
/// # let mut environment = Environment::from_env();
/// # environment.cache = Some(folder.path().into());
/// # environment.hub_cache = Some(folder.path().into());
/// for model in list(&environment) {
///     println!("{:16} {}", model.entry.name, if model.presence == Presence::Absent { "" } else { "here" });
/// #   assert_eq!(model.presence, Presence::Absent);
/// }
/// ```
pub fn list(environment: &Environment) -> Vec<Listed> {
    catalogue().iter().map(|entry| Listed { entry, presence: presence(entry, environment) }).collect()
}

fn presence(entry: &CatalogueEntry, environment: &Environment) -> Presence {
    let mut ours = Presence::Absent;
    if let (Some(file), Some(cache)) = (&entry.pinned, &environment.cache) {
        let path = store::path_of(cache, entry, file);
        ours = match store::check_size(&path, file) {
            FileState::Good => Presence::Present { path, bytes: file.bytes },
            FileState::Damaged(why) => Presence::Damaged { path, why },
            FileState::Absent => Presence::Absent,
        };
    }
    if matches!(ours, Presence::Present { .. }) {
        return ours;
    }
    entry.sources.iter().find_map(|source| on_hub(source, environment)).unwrap_or(ours)
}

fn on_hub(source: &Source, environment: &Environment) -> Option<Presence> {
    let Source::Hub { repo, formerly, .. } = source else { return None };
    let spec: Spec = hub_spec(source)?;
    let names = std::iter::once(*repo).chain(*formerly);
    let local = names
        .filter_map(|name| Hub::new(environment, name, Digests::without_memory()).ok()?.held(&spec))
        .next()?;
    let bytes =
        local.files.iter().filter_map(|file| fs::metadata(file).ok()).map(|metadata| metadata.len()).sum();
    Some(Presence::Present { path: local.path, bytes })
}
