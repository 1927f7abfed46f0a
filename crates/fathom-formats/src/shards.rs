//! Checkpoints in several files, with an index (`….index.json`) that says which shard holds which tensor. The index is
//! as little to be trusted as any other file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use crate::error::{file as file_error, io, shortened, shown};
use crate::source::Source;
use crate::table::{Entry, Table};
use crate::{FileError, FormatError, read_regular};

/// Opens all shards that an index names, whose names end with `ending`, and checks them against it: none may be missing
/// or left over, and each tensor must be in the shard that the index names and in no other. `parse` reads one shard.
pub(crate) fn open(
    folder: &Path,
    index: &Path,
    ending: &'static str,
    mut parse: impl FnMut(&Source, usize) -> Result<Vec<Entry>, FormatError>,
) -> Result<(Vec<Source>, Table), FormatError> {
    let index = Index::read(index, ending)?;
    // The empty path means the working folder, but cannot be listed.
    let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let shards = index.shards(listed)?;
    let mut sources = Vec::with_capacity(shards.len());
    let mut entries: Vec<Entry> = Vec::new();
    for (number, shard) in shards.iter().enumerate() {
        let source = Source::open(&folder.join(shard))?;
        entries.extend(parse(&source, number)?);
        sources.push(source);
    }
    let tensors = Table::new(entries).map_err(|twice| same_name(&index, &shards, *twice))?;
    for (tensor, shard) in &index.shard_of {
        if tensors.get(tensor).is_none_or(|entry| shards[entry.file] != shard) {
            return Err(FormatError::NotInShard {
                file: index.path.clone(),
                tensor: shown(tensor),
                shard: shown(shard),
            });
        }
    }
    Ok((sources, tensors))
}

/// Two entries of one name: twice in one shard, or in two.
fn same_name(index: &Index, shards: &[&str], (first, second): (Entry, Entry)) -> FormatError {
    let (file, tensor) = (index.path.clone(), shown(&first.name));
    if first.file == second.file {
        return FormatError::DuplicateTensor { file: index.path.with_file_name(shards[first.file]), tensor };
    }
    FormatError::InTwoShards {
        file,
        tensor,
        first: shown(shards[first.file]),
        second: shown(shards[second.file]),
    }
}

/// More than a million tensors' worth.
const MAX_INDEX: u64 = 100_000_000;
/// A process may map some 65,000 files; the largest known models have about 200 shards.
const MAX_SHARDS: usize = 4096;

/// A checked index: every shard's name is a plain file name.
#[derive(Debug)]
struct Index {
    path: PathBuf,
    ending: &'static str,
    /// Shard by tensor.
    shard_of: BTreeMap<String, String>,
}

impl Index {
    fn read(path: &Path, ending: &'static str) -> Result<Index, FormatError> {
        let bad = |message: String| FormatError::BadIndex { file: path.to_owned(), message };
        let text = read_regular(path, MAX_INDEX).map_err(|error| match error {
            FileError::TooLarge { .. } | FileError::LfsPointer => bad(error.to_string()),
            error => file_error(path)(error),
        })?;
        if text.is_empty() {
            return Err(FormatError::Empty { path: path.to_owned() });
        }
        let raw: RawIndex = serde_json::from_slice(&text).map_err(|error| bad(shortened(&error)))?;
        let shard_of = raw.weight_map.0;
        if shard_of.is_empty() {
            return Err(bad("its weight_map is empty".to_owned()));
        }
        for shard in shard_of.values() {
            if !is_plain_name(shard, ending) {
                return Err(FormatError::ShardName { file: path.to_owned(), shard: shown(shard), ending });
            }
        }
        Ok(Index { path: path.to_owned(), ending, shard_of })
    }

    /// The shards, sorted; refuses a folder that lacks one, or that holds a further one of the same set.
    fn shards(&self, folder: &Path) -> Result<Vec<&str>, FormatError> {
        let listed: BTreeSet<&str> = self.shard_of.values().map(String::as_str).collect();
        if listed.len() > MAX_SHARDS {
            return Err(FormatError::BadIndex {
                file: self.path.clone(),
                message: format!("{} shards, expected at most {MAX_SHARDS}", listed.len()),
            });
        }
        for shard in &listed {
            if !folder.join(shard).exists() {
                return Err(FormatError::ShardMissing { file: self.path.clone(), shard: shown(shard) });
            }
        }
        let sets: BTreeSet<(&str, &str)> =
            listed.iter().filter_map(|shard| shard_set(shard, self.ending)).collect();
        for item in fs::read_dir(folder).map_err(io(folder, "list the folder"))? {
            let name = item.map_err(io(folder, "list the folder"))?.file_name();
            let Some(name) = name.to_str() else { continue };
            if !listed.contains(name) && shard_set(name, self.ending).is_some_and(|set| sets.contains(&set)) {
                return Err(FormatError::ShardUnlisted { file: self.path.clone(), shard: shown(name) });
            }
        }
        Ok(listed.into_iter().collect())
    }
}

/// A name that stays in its folder on any system: no separator, no drive, no dots alone, no control characters.
fn is_plain_name(name: &str, ending: &str) -> bool {
    let stem = name.strip_suffix(ending).unwrap_or_default();
    !stem.is_empty()
        && !stem.starts_with('.')
        && name.len() <= 255
        && !name.chars().any(|c| c.is_control() || matches!(c, '/' | '\\' | ':'))
}

/// `("model", "00003")` of `model-00001-of-00003.safetensors`: what the shards of one save have in common.
pub(crate) fn shard_set<'a>(name: &'a str, ending: &str) -> Option<(&'a str, &'a str)> {
    let (rest, of) = name.strip_suffix(ending)?.rsplit_once("-of-")?;
    let (stem, number) = rest.rsplit_once('-')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(of) && digits(number)).then_some((stem, of))
}

#[derive(serde::Deserialize)]
struct RawIndex {
    weight_map: UniqueMap,
}

/// A JSON object of strings in which a key may occur once only.
struct UniqueMap(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for UniqueMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<UniqueMap, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = UniqueMap;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of shard names by tensor")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<UniqueMap, A::Error> {
                let mut all = BTreeMap::new();
                while let Some((tensor, shard)) = map.next_entry::<String, String>()? {
                    let name = shown(&tensor);
                    if all.insert(tensor, shard).is_some() {
                        return Err(A::Error::custom(format!("tensor {name} occurs twice")));
                    }
                }
                Ok(UniqueMap(all))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::safetensors::ENDING as SAFETENSORS;

    #[test]
    fn plain_names_only() {
        for good in ["model-00001-of-00002.safetensors", "a.safetensors", "a b.safetensors"] {
            assert!(is_plain_name(good, SAFETENSORS), "{good}");
        }
        for bad in [
            "",
            ".safetensors",
            "..",
            "../../etc/passwd",
            "../a.safetensors",
            "/etc/a.safetensors",
            "sub/a.safetensors",
            "sub\\a.safetensors",
            "C:a.safetensors",
            "..safetensors",
            "a.bin",
            "a\0.safetensors",
            "a\n.safetensors",
        ] {
            assert!(!is_plain_name(bad, SAFETENSORS), "{bad:?}");
        }
        assert!(!is_plain_name(&format!("{}.safetensors", "a".repeat(300)), SAFETENSORS));
        assert!(is_plain_name("pytorch_model-00001-of-00002.bin", ".bin"));
    }

    #[test]
    fn shard_sets() {
        assert_eq!(shard_set("model-00001-of-00003.safetensors", SAFETENSORS), Some(("model", "00003")));
        assert_eq!(shard_set("a-b-1-of-2.safetensors", SAFETENSORS), Some(("a-b", "2")));
        for other in ["model.safetensors", "model-x-of-3.safetensors", "model-1-of-3.bin", "-of-.safetensors"]
        {
            assert_eq!(shard_set(other, SAFETENSORS), None, "{other}");
        }
    }
}
