//! The Hugging Face hub, and the cache that we share with Python's `huggingface_hub`.
//!
//! Which `hf-hub`: 1.0 is asynchronous and brings 327 crates (tokio, the Xet storage client); 0.5 with `ureq` is
//! synchronous and a quarter of that, and everything here is one file after another. It gives us the hub's
//! addresses, its API and the layout of its cache. The bytes themselves move through `ureq` (the client inside
//! hf-hub 0.5) in `transfer`, because hf-hub 0.5's own download gives a file its final name unchecked, cannot
//! finish one that was cut exactly at its end, appends a whole file to a part when a server ignores `Range`, waits
//! for ever on a silent server, and panics on a redirect to nowhere. It also reads neither `HF_TOKEN` nor
//! `HF_HUB_CACHE`: see [`Environment`].

pub(crate) mod listing;
pub(crate) mod spec;
mod transfer;

use crate::digest::{Digests, is_sha256};
use crate::environment::Environment;
use crate::error::{FetchError, SourceError, Stop, disk};
use crate::local::{self, Local, Names};
use crate::progress::{Announced, Announcement, FetchProgress};
use fathom_formats::read_regular;
use hf_hub::api::sync::{Api, ApiBuilder, ApiRepo};
use hf_hub::{Cache, CacheRepo, Repo, RepoType};
use listing::{Entry, Listing, Needed};
pub(crate) use spec::Spec;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A reference is a commit's forty digits.
const MOST_REFERENCE: u64 = 4096;

/// One repository on the hub, with everything needed to ask for it.
pub(crate) struct Hub {
    api: Api,
    agent: ureq::Agent,
    token: Option<String>,
    repo: String,
    cache: Cache,
    pub(crate) digests: Digests,
    /// The hub's address where it is not the usual one.
    endpoint: Option<String>,
}

impl Hub {
    pub(crate) fn new(environment: &Environment, repo: &str, digests: Digests) -> Result<Self, FetchError> {
        let cache = Cache::new(environment.hub_cache.clone().ok_or(FetchError::NoCacheFolder)?);
        let mut builder = ApiBuilder::from_cache(cache.clone())
            .with_progress(false)
            .with_token(environment.hub_token.clone());
        if let Some(endpoint) = &environment.hub_endpoint {
            builder = builder.with_endpoint(endpoint.clone());
        }
        let api = builder
            .build()
            .map_err(|error| FetchError::BadName { name: repo.to_owned(), why: error.to_string() })?;
        let agent = ureq::Agent::config_builder()
            .timeout_resolve(Some(Duration::from_secs(15)))
            .timeout_connect(Some(Duration::from_secs(15)))
            .timeout_per_read(Some(Duration::from_secs(60)))
            // A token is for the hub, not for the storage that it sends us to.
            .redirect_auth_headers(ureq::config::RedirectAuthHeaders::SameHost)
            // Ranges count the bytes of what travels: it must be the file itself.
            .accept_encoding("identity")
            .user_agent(concat!("fathom/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        Ok(Hub {
            api,
            agent,
            token: environment.hub_token.clone(),
            repo: repo.to_owned(),
            cache,
            digests,
            endpoint: environment.hub_endpoint.clone(),
        })
    }

    fn at(&self, revision: &str) -> Repo {
        Repo::with_revision(self.repo.clone(), RepoType::Model, revision.to_owned())
    }

    fn repo(&self, revision: &str) -> ApiRepo {
        self.api.repo(self.at(revision))
    }

    fn cached(&self, revision: &str) -> CacheRepo {
        self.cache.repo(self.at(revision))
    }

    /// The repository's folder in the cache.
    pub(crate) fn folder(&self) -> PathBuf {
        self.cache.path().join(self.at("main").folder_name())
    }

    /// `the Hugging Face hub (org/name)`, or the mirror's address.
    pub(crate) fn said(&self, spec: &Spec) -> String {
        let short = |revision: &str| match revision.get(..8) {
            Some(start) if revision.len() == 40 => format!(" at {start}"),
            _ => format!(" at {revision}"),
        };
        let revision = spec.revision.as_deref().map_or_else(String::new, short);
        match &self.endpoint {
            None => format!("the Hugging Face hub ({}{revision})", self.repo),
            Some(endpoint) => format!("the hub at {endpoint} ({}{revision})", self.repo),
        }
    }

    /// The snapshot's folder that the cache holds for a revision.
    fn snapshot(&self, revision: &str) -> Option<PathBuf> {
        let reference = self.folder().join("refs").join(revision);
        let commit = match read_regular(&reference, MOST_REFERENCE).map(String::from_utf8) {
            Ok(Ok(commit)) => commit.trim().to_owned(),
            // A commit needs no reference.
            _ => revision.to_owned(),
        };
        let plain = !commit.is_empty() && commit.bytes().all(|byte| byte.is_ascii_alphanumeric());
        Some(self.cached(revision).pointer_path(&commit)).filter(|folder| plain && folder.is_dir())
    }

    /// The model, when the cache holds all of it. Looks at names only.
    pub(crate) fn held(&self, spec: &Spec) -> Option<Local> {
        let folder = self.snapshot(spec.revision())?;
        let has_settings =
            || ["config.json", "tokenizer.json"].iter().all(|name| folder.join(name).is_file());
        let local = match &spec.file {
            Some(file) => local::checkpoint(&Some(folder.join(file)).filter(|path| path.is_file())?).ok()?,
            None => local::checkpoint(&folder).ok()?,
        };
        // A link whose blob was removed is as good as none.
        if !local.files.iter().all(|file| file.is_file()) {
            return None;
        }
        let is_gguf = local.path.extension().is_some_and(|extension| extension == "gguf");
        (is_gguf || has_settings()).then_some(local)
    }

    /// Compares the weights with the hashes that are their names in the cache. An error says what is wrong.
    pub(crate) fn check(&self, local: &Local) -> Result<(), String> {
        for path in &local.files {
            let Ok(blob) = fs::canonicalize(path) else {
                return Err(format!("{} leads nowhere", path.display()));
            };
            let name = blob.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // Where links are not to be had, the file has no such name and cannot be compared.
            if !is_sha256(&name) {
                continue;
            }
            match self.digests.of(&blob) {
                Ok(found) if found == name => {}
                Ok(found) => return Err(format!("{} has the SHA-256 {found}", blob.display())),
                Err(error) => return Err(format!("{}: {error}", blob.display())),
            }
        }
        Ok(())
    }

    /// Fetches what the cache lacks. The caller holds the lock.
    pub(crate) fn fetch(&self, spec: &Spec, what: &str, progress: &dyn FetchProgress) -> Result<Local, Stop> {
        let listing = listing::list(self, spec)?;
        let commit = &listing.commit;
        let mut wanted = match listing.needed(spec)? {
            Needed::Files(files) => files,
            Needed::Sharded(files, names) => self.with_shards(spec, &listing, files, names)?,
        };
        for entry in &mut wanted {
            self.complete(spec, commit, entry)?;
        }
        let missing = |entry: &&Entry| {
            let blob = self.cached(spec.revision()).blob_path(entry.blob().unwrap_or_default());
            !fs::metadata(blob).is_ok_and(|metadata| Some(metadata.len()) == entry.size)
        };
        let total = wanted.iter().filter(missing).map(|entry| entry.size).sum::<Option<u64>>();
        // With everything there already, only a branch's new name is missing: nothing to announce.
        let announcement =
            Announcement { what: what.to_owned(), size: total, from: self.said(spec), to: self.folder() };
        let announced = (total != Some(0)).then(|| Announced::new(progress, &announcement));
        let mut before = 0;
        for entry in &wanted {
            let counts = missing(&entry);
            let mut on_bytes = |done: u64| {
                if counts {
                    progress.advance(before + done, total);
                }
            };
            transfer::fetch(self, spec, commit, entry, &mut on_bytes)?;
            if counts {
                before += entry.size.unwrap_or_default();
            }
        }
        drop(announced);
        self.name_revision(spec, commit)?;
        transfer::clear_leftovers(&self.folder().join("blobs"));
        let folder = self.cached(spec.revision()).pointer_path(commit);
        let path = match (&spec.file, wanted.last()) {
            (Some(file), _) => folder.join(file),
            (None, Some(weights)) if weights.name.ends_with(".gguf") => folder.join(&weights.name),
            _ => folder,
        };
        Ok(local::checkpoint(&path)?)
    }

    /// Now that everything is there, the branch or tag may point at it. (A commit needs no name.)
    fn name_revision(&self, spec: &Spec, commit: &str) -> Result<(), FetchError> {
        if spec.revision() == commit {
            return Ok(());
        }
        let folder = self.folder().join("refs");
        self.cached(spec.revision()).create_ref(commit).map_err(disk("write", folder))
    }

    /// The index says which shards there are, so it has to come first.
    fn with_shards(
        &self,
        spec: &Spec,
        listing: &Listing,
        mut files: Vec<Entry>,
        names: Names,
    ) -> Result<Vec<Entry>, Stop> {
        let Some(mut index) = files.pop() else { return Ok(files) };
        self.complete(spec, &listing.commit, &mut index)?;
        if index.size.is_some_and(|size| size > local::MOST_INDEX) {
            let most = local::MOST_INDEX;
            return Err(SourceError::Hub(format!("{} has more than {most} bytes", index.name)).into());
        }
        let path = transfer::fetch(self, spec, &listing.commit, &index, &mut |_| {})?;
        let bytes = read_regular(&path, local::MOST_INDEX).map_err(disk("read", &path))?;
        let shards = local::shards_of(&bytes, names)
            .map_err(|why| SourceError::Hub(format!("{} {why}", index.name)))?;
        let shards = listing.all(&index.name, &shards)?;
        files.push(index);
        files.extend(shards);
        Ok(files)
    }

    /// A mirror that lists names only is asked for each file's size and hash.
    fn complete(&self, spec: &Spec, commit: &str, entry: &mut Entry) -> Result<(), Stop> {
        if entry.size.is_some() && entry.blob().is_some() {
            return Ok(());
        }
        let address = self.repo(commit).url(&entry.name);
        let metadata = self.api.metadata(&address).map_err(|error| match error {
            hf_hub::api::sync::ApiError::RequestError(error) => trouble(&error, spec, self),
            other => SourceError::Hub(format!("{}: {other}", entry.name)),
        })?;
        entry.complete(metadata.etag().trim_start_matches("W/"), metadata.size() as u64);
        Ok(())
    }
}

/// What an answer, or its absence, means for the person who asked.
fn trouble(error: &ureq::Error, spec: &Spec, hub: &Hub) -> SourceError {
    let what = format!("{} at {}", spec.repo, spec.revision());
    SourceError::Hub(match error {
        ureq::Error::StatusCode(401) if hub.token.is_none() => {
            format!("there is no {what}, or it is private: set HF_TOKEN if you may read it (401)")
        }
        ureq::Error::StatusCode(401) => format!("there is no {what}, or HF_TOKEN may not read it (401)"),
        ureq::Error::StatusCode(403) => {
            format!("{what} is not open to you: accept its terms on its page and set HF_TOKEN (403)")
        }
        ureq::Error::StatusCode(404) => format!("there is no {what} (404)"),
        ureq::Error::StatusCode(429) => "too many requests: wait a little, or set HF_TOKEN (429)".to_owned(),
        ureq::Error::StatusCode(code) => format!("it answered with status {code}: try again later"),
        other => format!("cannot be reached: {other}"),
    })
}

/// Removes what [`Hub::check`] found to be wrong, so that it is fetched again.
pub(crate) fn remove_damaged(hub: &Hub, local: &Local) -> Result<(), FetchError> {
    for path in &local.files {
        let one = Local { path: path.clone(), files: vec![path.clone()] };
        if hub.check(&one).is_err() {
            let blob = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
            remove(&blob)?;
            remove(path)?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), FetchError> {
    if fs::symlink_metadata(path).is_err() {
        return Ok(());
    }
    fs::remove_file(path).map_err(disk("remove", path))
}
