//! What a hub repository holds, and which of it is needed.

use super::{Hub, Spec, trouble};
use crate::error::{FetchError, SourceError, Stop};
use crate::local::{Names, SAFETENSORS, TORCH, is_plain_relative};
use fathom_formats::{listed, shortened};
use serde::Deserialize;
use std::time::Duration;

/// A repository at one commit.
#[derive(Debug, Deserialize)]
pub(crate) struct Listing {
    /// The commit that the revision stands for.
    #[serde(rename = "sha")]
    pub(crate) commit: String,
    /// Its files.
    pub(crate) siblings: Vec<Entry>,
}

/// One file of a repository.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Entry {
    /// Its path in the repository.
    #[serde(rename = "rfilename")]
    pub(crate) name: String,
    /// Its size.
    #[serde(default)]
    pub(crate) size: Option<u64>,
    /// Git's name for its content: what the hub sends as ETag for small files.
    #[serde(default, rename = "blobId")]
    blob_id: Option<String>,
    /// Large files: their SHA-256, which the hub sends as ETag for them.
    #[serde(default)]
    lfs: Option<Lfs>,
}

#[derive(Clone, Debug, Deserialize)]
struct Lfs {
    sha256: String,
}

impl Entry {
    /// The name of the content in the cache: the ETag.
    pub(crate) fn blob(&self) -> Option<&str> {
        self.lfs.as_ref().map(|lfs| lfs.sha256.as_str()).or(self.blob_id.as_deref())
    }

    /// The SHA-256 that the hub promises.
    pub(crate) fn sha256(&self) -> Option<&str> {
        self.blob().filter(|blob| crate::digest::is_sha256(blob))
    }

    /// Fills in what a mirror without `blobs=true` left out.
    pub(crate) fn complete(&mut self, etag: &str, size: u64) {
        self.blob_id = Some(etag.to_owned());
        self.size = Some(size);
    }
}

/// Asks the hub what the repository holds.
pub(crate) fn list(hub: &Hub, spec: &Spec) -> Result<Listing, Stop> {
    let answer = hub
        .repo(spec.revision())
        .info_request()
        .query("blobs", "true")
        .config()
        // Without these a network that drops packets would hang us here for minutes.
        .timeout_resolve(Some(Duration::from_secs(15)))
        .timeout_connect(Some(Duration::from_secs(15)))
        .timeout_per_read(Some(Duration::from_secs(30)))
        .build()
        .call();
    let mut answer = answer.map_err(|error| trouble(&error, spec, hub))?;
    let listing: Listing = answer.body_mut().read_json().map_err(|error| {
        SourceError::Hub(format!(
            "its answer cannot be understood ({error}): is a login page or proxy in the way?"
        ))
    })?;
    let commit_is_plain =
        !listing.commit.is_empty() && listing.commit.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !commit_is_plain {
        return Err(SourceError::Hub(format!("`{}` is no commit", listing.commit)).into());
    }
    Ok(listing)
}

const REQUIRED: [&str; 2] = ["config.json", "tokenizer.json"];
const OPTIONAL: [&str; 3] = ["tokenizer_config.json", "generation_config.json", "special_tokens_map.json"];

/// What to fetch.
#[derive(Debug)]
pub(crate) enum Needed {
    /// These, and nothing else.
    Files(Vec<Entry>),
    /// These, then the shards that the last of them (the index) names.
    Sharded(Vec<Entry>, Names),
}

impl Listing {
    fn find(&self, name: &str) -> Option<Entry> {
        self.siblings.iter().find(|entry| entry.name == name).cloned()
    }

    /// The entries with these names: a shard index may name files that are not there.
    pub(crate) fn all(&self, index: &str, names: &[String]) -> Result<Vec<Entry>, SourceError> {
        let one = |name: &String| {
            self.find(name).ok_or_else(|| {
                SourceError::Hub(format!("{index} names {}, which is not there", listed(&[name], 1)))
            })
        };
        names.iter().map(one).collect()
    }

    /// Chooses what a model needs from what there is.
    pub(crate) fn needed(&self, spec: &Spec) -> Result<Needed, Stop> {
        if let Some(file) = &spec.file {
            let weights = self.find(file).ok_or_else(|| self.no_such_file(spec, file))?;
            if file.ends_with(".gguf") {
                return Ok(Needed::Files(vec![weights]));
            }
            return Ok(Needed::Files(self.with_settings(weights)?));
        }
        if let Some(found) = self.named(SAFETENSORS)? {
            return Ok(found);
        }
        let ggufs = self.ggufs();
        match ggufs.as_slice() {
            [one] => Ok(Needed::Files(vec![(*one).clone()])),
            [] => Ok(self.named(TORCH)?.ok_or_else(|| SourceError::Hub(self.no_weights()))?),
            several => Err(FetchError::SeveralModels {
                place: format!("the repository {}", spec.repo),
                how: "by giving its name as the model".to_owned(),
                files: several
                    .iter()
                    .map(|entry| Spec { file: Some(entry.name.clone()), ..spec.clone() }.to_string())
                    .collect(),
            }
            .into()),
        }
    }

    /// A repository's checkpoint of one format, where it has it.
    fn named(&self, names: Names) -> Result<Option<Needed>, SourceError> {
        if let Some(weights) = self.find(names.single) {
            return Ok(Some(Needed::Files(self.with_settings(weights)?)));
        }
        let Some(index) = self.find(names.index) else { return Ok(None) };
        Ok(Some(Needed::Sharded(self.with_settings(index)?, names)))
    }

    fn ggufs(&self) -> Vec<&Entry> {
        let is_gguf = |entry: &&Entry| entry.name.ends_with(".gguf") && is_plain_relative(&entry.name);
        self.siblings.iter().filter(is_gguf).collect()
    }

    /// Weights last: a repository that lacks something small should say so before gigabytes are moved.
    fn with_settings(&self, weights: Entry) -> Result<Vec<Entry>, SourceError> {
        let mut entries = Vec::new();
        for name in REQUIRED {
            let missing = || SourceError::Hub(format!("the repository has weights but no {name}"));
            entries.push(self.find(name).ok_or_else(missing)?);
        }
        entries.extend(OPTIONAL.iter().filter_map(|name| self.find(name)));
        entries.push(weights);
        Ok(entries)
    }

    fn no_such_file(&self, spec: &Spec, file: &str) -> SourceError {
        let ggufs: Vec<&str> = self.ggufs().iter().map(|entry| entry.name.as_str()).collect();
        let others =
            if ggufs.is_empty() { String::new() } else { format!("; it has {}", listed(&ggufs, 20)) };
        SourceError::Hub(format!("{} at {} has no file `{file}`{others}", spec.repo, spec.revision()))
    }

    fn no_weights(&self) -> String {
        let endings = [".bin", ".pt", ".pth", ".h5", ".msgpack", ".ckpt", ".onnx"];
        let other = self.siblings.iter().find(|entry| endings.iter().any(|end| entry.name.ends_with(end)));
        let hint = other.map_or_else(String::new, |entry| format!("; it has {}", shortened(&entry.name)));
        let (best, last) = (SAFETENSORS.single, TORCH.single);
        format!("the repository has no {best}, .gguf file or {last}, nor an index of shards{hint}")
    }
}
