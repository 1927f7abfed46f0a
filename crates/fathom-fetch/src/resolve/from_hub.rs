//! Hub models: the hub's cache first, then the hub.

use super::{FetchOptions, ModelFiles, unreadable};
use crate::catalogue::Source;
use crate::digest;
use crate::error::{Attempt, FetchError, SourceError, Stop};
use crate::hub::{self, Hub, Spec};
use crate::local::Local;
use crate::store;

/// The repository of a hub source.
pub(crate) fn hub_spec(source: &Source) -> Option<Spec> {
    match source {
        Source::Hub { repo, revision, file, .. } => Some(Spec {
            repo: (*repo).to_owned(),
            revision: Some(*revision).filter(|revision| *revision != "main").map(str::to_owned),
            file: file.map(str::to_owned),
        }),
        Source::Wheel { .. } => None,
    }
}

/// A hub model: from the hub's cache, else from the hub into its cache.
pub(super) fn from_hub(
    name: &str,
    spec: &Spec,
    formerly: Option<&str>,
    options: &FetchOptions<'_>,
    attempts: &mut Vec<Attempt>,
) -> Result<Option<ModelFiles>, FetchError> {
    let hub = Hub::new(&options.environment, &spec.repo, options.digests())?;
    if let Some(found) = held(name, &hub, spec, options, attempts)? {
        return Ok(Some(found));
    }
    // A cache filled long ago has it under the repository's old name.
    if let Some(formerly) = formerly {
        let old = Hub::new(&options.environment, formerly, options.digests())?;
        if let Some(local) = old.held(spec).filter(|local| old.check(local).is_ok()) {
            return hub_files(name, &old, local).map(Some);
        }
    }
    let source = hub.said(spec);
    let not_asked = if options.offline {
        Some("by --offline")
    } else if options.environment.hub_offline {
        Some("by HF_HUB_OFFLINE")
    } else {
        None
    };
    if let Some(why) = not_asked {
        attempts.push(Attempt { source, error: SourceError::Offline(why) });
        return Ok(None);
    }
    let _lock = store::lock(&options.environment, &spec.repo, options.progress)?;
    // Another process may have fetched it while we waited.
    if let Some(local) = hub.held(spec).filter(|local| hub.check(local).is_ok()) {
        return hub_files(name, &hub, local).map(Some);
    }
    match hub.fetch(spec, &format!("the model {name}"), options.progress) {
        Ok(local) => Ok(Some(ModelFiles { source, ..hub_files(name, &hub, local)? })),
        Err(Stop::Source(error)) => {
            attempts.push(Attempt { source, error });
            Ok(None)
        }
        Err(Stop::Fetch(error)) => Err(error),
    }
}

/// The hub's cache, as the first place to look. What is damaged there is removed, unless it cannot be replaced.
fn held(
    name: &str,
    hub: &Hub,
    spec: &Spec,
    options: &FetchOptions<'_>,
    attempts: &mut Vec<Attempt>,
) -> Result<Option<ModelFiles>, FetchError> {
    let source = format!("the hub's cache ({})", hub.folder().display());
    let Some(local) = hub.held(spec) else {
        attempts.push(Attempt { source, error: SourceError::NotThere });
        return Ok(None);
    };
    match hub.check(&local) {
        Ok(()) => return hub_files(name, hub, local).map(Some),
        Err(why) => {
            if !options.offline && !options.environment.hub_offline {
                options.progress.note(&format!("the hub's cache is damaged ({why}): fetching it again"));
                hub::remove_damaged(hub, &local)?;
            }
            attempts.push(Attempt { source, error: SourceError::Damaged(why) });
        }
    }
    Ok(None)
}

pub(super) fn hub_files(name: &str, hub: &Hub, local: Local) -> Result<ModelFiles, FetchError> {
    let sha256 =
        digest::of_all(&local.files, |path| path, |path| hub.digests.of(path)).map_err(unreadable)?;
    Ok(ModelFiles {
        name: name.to_owned(),
        path: local.path,
        weights: local.files,
        source: format!("the hub's cache ({})", hub.folder().display()),
        sha256: Some(sha256),
    })
}
