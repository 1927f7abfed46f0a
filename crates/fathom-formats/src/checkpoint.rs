//! A checkpoint of any format.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{io, shown};
use crate::shards::shard_set;
use crate::source::Source;
use crate::{
    Dtype, FormatError, Gguf, Memory, Opened, Safetensors, TensorView, Torch, safetensors, sniff, torch,
};

/// Which format a checkpoint is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A GGUF file.
    Gguf,
    /// One or several safetensors files.
    Safetensors,
    /// One or several files of PyTorch's.
    Torch,
    /// Tensors in memory.
    Memory,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Kind::Gguf => "GGUF",
            Kind::Safetensors => "safetensors",
            Kind::Torch => "PyTorch",
            Kind::Memory => "memory",
        })
    }
}

/// An open checkpoint: named tensors, whatever the format they came in.
#[derive(Debug)]
pub enum Checkpoint {
    /// A GGUF file.
    Gguf(Gguf),
    /// One or several safetensors files.
    Safetensors(Safetensors),
    /// One or several files of PyTorch's.
    Torch(Torch),
    /// Tensors in memory.
    Memory(Memory),
}

impl Checkpoint {
    /// Opens a file (told by its first bytes, whatever its name) or a folder: `model.safetensors`, else
    /// `model.safetensors.index.json` with its shards, else the one `.gguf` file that it holds, else
    /// `pytorch_model.bin` or its index with its shards.
    ///
    /// # Errors
    /// A [`FormatError`] that says what was expected, what is there instead, and what to do.
    pub fn open(path: &Path) -> Result<Checkpoint, FormatError> {
        let about = fs::metadata(path).map_err(io(path, "look at the path"))?;
        if about.is_dir() { Checkpoint::open_folder(path) } else { Checkpoint::open_file(path) }
    }

    fn open_file(path: &Path) -> Result<Checkpoint, FormatError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".safetensors.index.json") {
            return Safetensors::open(path).map(Checkpoint::Safetensors);
        }
        if name.ends_with(".bin.index.json") {
            return Torch::open(path).map(Checkpoint::Torch);
        }
        let source = Source::open(path)?;
        let named = |ending: &str| path.extension().is_some_and(|at| at.eq_ignore_ascii_case(ending));
        if source.starts_with(b"GGUF") || source.starts_with(b"FUGG") || named("gguf") {
            Gguf::from_source(source).map(Checkpoint::Gguf)
        } else if sniff::like_safetensors(&source) || named("safetensors") {
            Safetensors::single(path, source).map(Checkpoint::Safetensors)
        } else if torch::like_torch(&source) {
            Torch::single(path, source).map(Checkpoint::Torch)
        } else {
            Err(FormatError::NotAModel {
                path: path.to_owned(),
                expected: "GGUF, safetensors or PyTorch",
                found: sniff::describe(&source),
            })
        }
    }

    fn open_folder(folder: &Path) -> Result<Checkpoint, FormatError> {
        if is_there(&folder.join(safetensors::SINGLE)) || is_there(&folder.join(safetensors::INDEX)) {
            return Safetensors::open(folder).map(Checkpoint::Safetensors);
        }
        let mut names: Vec<String> = fs::read_dir(folder)
            .and_then(|items| {
                items.map(|item| Ok(item?.file_name().to_string_lossy().into_owned())).collect()
            })
            .map_err(io(folder, "list the folder"))?;
        names.sort();
        let ending = |endings: &[&str]| -> Vec<&str> {
            let fits = |name: &&str| endings.iter().any(|end| name.to_ascii_lowercase().ends_with(end));
            names.iter().map(String::as_str).filter(fits).collect()
        };
        let gguf = ending(&[".gguf"]);
        match gguf.as_slice() {
            [] => {}
            [one] => return Gguf::open(&folder.join(one)).map(Checkpoint::Gguf),
            several => {
                return Err(FormatError::SeveralGguf { folder: folder.to_owned(), found: listed(several) });
            }
        }
        // Shards of the better format are not passed over in favour of what else is there.
        refuse_lone_shard(folder, &names, safetensors::ENDING, safetensors::INDEX)?;
        if is_there(&folder.join(torch::SINGLE)) || is_there(&folder.join(torch::INDEX)) {
            return Torch::open(folder).map(Checkpoint::Torch);
        }
        refuse_lone_shard(folder, &names, torch::ENDING, torch::INDEX)?;
        let other = ending(&[".bin", ".pt", ".pth", ".h5", ".msgpack", ".ckpt", ".ckpt.index", ".onnx"]);
        if !other.is_empty() {
            return Err(FormatError::OtherWeights { folder: folder.to_owned(), found: listed(&other) });
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        Err(FormatError::NoWeights { folder: folder.to_owned(), found: listed(&names) })
    }

    /// Which format it is in.
    pub fn kind(&self) -> Kind {
        match self {
            Checkpoint::Gguf(_) => Kind::Gguf,
            Checkpoint::Safetensors(_) => Kind::Safetensors,
            Checkpoint::Torch(_) => Kind::Torch,
            Checkpoint::Memory(_) => Kind::Memory,
        }
    }

    /// The GGUF file, where it is one (for its metadata).
    pub fn gguf(&self) -> Option<&Gguf> {
        match self {
            Checkpoint::Gguf(gguf) => Some(gguf),
            Checkpoint::Safetensors(_) | Checkpoint::Torch(_) | Checkpoint::Memory(_) => None,
        }
    }

    /// A tensor by its exact name.
    pub fn tensor(&self, name: &str) -> Option<TensorView<'_>> {
        match self {
            Checkpoint::Gguf(gguf) => gguf.tensor(name),
            Checkpoint::Safetensors(files) => files.tensor(name),
            Checkpoint::Torch(files) => files.tensor(name),
            Checkpoint::Memory(memory) => memory.tensor(name),
        }
    }

    /// Says that a tensor has been used: the memory that its part of the mapped file took is given back. It may be read
    /// again, at the price of the first time.
    pub fn release(&self, name: &str) {
        match self {
            Checkpoint::Gguf(gguf) => gguf.release(name),
            Checkpoint::Safetensors(files) => files.release(name),
            Checkpoint::Torch(files) => files.release(name),
            // Somebody else's memory.
            Checkpoint::Memory(_) => {}
        }
    }

    /// All tensors, sorted by name.
    pub fn tensors(&self) -> Box<dyn Iterator<Item = TensorView<'_>> + '_> {
        match self {
            Checkpoint::Gguf(gguf) => Box::new(gguf.tensors()),
            Checkpoint::Safetensors(files) => Box::new(files.tensors()),
            Checkpoint::Torch(files) => Box::new(files.tensors()),
            Checkpoint::Memory(memory) => Box::new(memory.tensors()),
        }
    }

    /// All tensors' names, sorted.
    pub fn names(&self) -> Vec<&str> {
        self.tensors().map(|tensor| tensor.name).collect()
    }

    /// The files that hold the weights, sorted: those to hash.
    pub fn files(&self) -> Vec<PathBuf> {
        match self {
            Checkpoint::Gguf(gguf) => vec![gguf.path().to_owned()],
            Checkpoint::Safetensors(files) => files.files(),
            Checkpoint::Torch(files) => files.files(),
            Checkpoint::Memory(_) => Vec::new(),
        }
    }

    /// The same files as they were when they were opened.
    pub fn opened(&self) -> Vec<Opened> {
        match self {
            Checkpoint::Gguf(gguf) => gguf.source().opened().into_iter().collect(),
            Checkpoint::Safetensors(files) => files.sources().iter().filter_map(Source::opened).collect(),
            Checkpoint::Torch(files) => files.sources().iter().filter_map(Source::opened).collect(),
            Checkpoint::Memory(_) => Vec::new(),
        }
    }

    /// How many parameters it holds: the numbers of all tensors but integers, bools and the constants that some
    /// files carry along ([`is_constant`]). A head that is stored beside the embedding that it equals counts too; two
    /// names for the same bytes (in PyTorch's files) count once.
    pub fn parameters(&self) -> u64 {
        let mut seen = HashSet::new();
        self.tensors()
            .filter(|tensor| seen.insert(tensor.data.as_ptr_range()))
            .filter(|tensor| tensor.dtype.is_float() || tensor.dtype.is_quantised())
            .filter(|tensor| !is_constant(tensor.name, tensor.shape))
            .map(|tensor| tensor.len() as u64)
            .sum()
    }

    /// How the weights are stored, in a word: the types of the matrices (two or more dimensions, floating or
    /// quantised) by their bytes, largest first, each with at least 5 % of them: `F16`, `Q4_1`, `Q4_K + Q6_K`.
    pub fn weights_label(&self) -> String {
        let mut bytes: BTreeMap<Dtype, u64> = BTreeMap::new();
        for tensor in self.tensors() {
            let weight = tensor.dtype.is_float() || tensor.dtype.is_quantised();
            if weight && tensor.shape.len() >= 2 && !is_constant(tensor.name, tensor.shape) {
                *bytes.entry(tensor.dtype).or_default() += tensor.data.len() as u64;
            }
        }
        let total: u64 = bytes.values().sum();
        let mut types: Vec<(Dtype, u64)> = bytes.into_iter().filter(|(_, n)| n * 20 >= total).collect();
        types.sort_by_key(|&(dtype, bytes)| (std::cmp::Reverse(bytes), dtype));
        let names: Vec<String> = types.iter().map(|(dtype, _)| dtype.to_string()).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(" + ") }
    }
}

/// True for tensors that are constants of the architecture rather than learned, which modules left in files as buffers:
/// causal masks (`attn.bias` of two or more dimensions, `attn.masked_bias`), rotary frequencies and their tables,
/// numbers of positions.
pub fn is_constant(name: &str, shape: &[usize]) -> bool {
    let (module, last) = name.rsplit_once('.').unwrap_or(("", name));
    match last {
        "bias" => shape.len() > 1 && (module.ends_with("attn") || module.ends_with("attention")),
        "masked_bias" | "position_ids" | "cos_cached" | "sin_cached" => true,
        // GPT-J's table of sines; OPT's learned one is a module, and has a `.weight`.
        "embed_positions" => module.ends_with("attn"),
        _ => {
            last.ends_with("inv_freq") || name.starts_with("rope_freqs") || name.starts_with("rope_factors_")
        }
    }
}

fn refuse_lone_shard(
    folder: &Path,
    names: &[String],
    ending: &str,
    index: &'static str,
) -> Result<(), FormatError> {
    match names.iter().find(|name| shard_set(name, ending).is_some()) {
        Some(shard) if !is_there(&folder.join(index)) => {
            Err(FormatError::IndexMissing { folder: folder.to_owned(), shard: shown(shard), index })
        }
        _ => Ok(()),
    }
}

/// True for a broken link too: opening it then says that *it* is broken.
pub(crate) fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// The first few names, for a message.
fn listed(names: &[&str]) -> String {
    crate::listed(names, 6)
}
