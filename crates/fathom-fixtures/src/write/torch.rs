//! What `torch.save(state_dict, path)` writes, without torch: the pickle is byte for byte the same (a test compares
//! them), its frame a plain zip archive, or the older form.

use fathom_formats::Dtype;
use std::collections::HashMap;

/// Builds a PyTorch checkpoint: storages, and tensors that are views of them.
///
/// ```
/// use fathom_fixtures::write::TorchWriter;
/// use fathom_formats::{Dtype, Torch};
/// let mut file = TorchWriter::new();
/// let numbers = file.storage(Dtype::U8, &[1, 2, 3, 4, 5, 6]);
/// file.tensor("rows", numbers, 0, &[2, 3], &[3, 1]);
/// file.tensor("turned", numbers, 0, &[3, 2], &[1, 3]);
/// let read = Torch::from_bytes(file.to_zip())?;
/// assert_eq!(read.tensor("turned").unwrap().data, [1, 4, 2, 5, 3, 6]);
/// # Ok::<(), fathom_formats::FormatError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct TorchWriter {
    storages: Vec<(Dtype, Vec<u8>)>,
    tensors: Vec<Item>,
}

#[derive(Debug, Clone)]
struct Item {
    name: String,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    View {
        storage: usize,
        offset: usize,
        shape: Vec<usize>,
        strides: Vec<usize>,
    },
    /// The same tensor under another name.
    Same {
        name: String,
    },
}

impl TorchWriter {
    /// An empty file.
    pub fn new() -> TorchWriter {
        TorchWriter::default()
    }

    /// Adds numbers for tensors to share; gives their number.
    pub fn storage(&mut self, dtype: Dtype, bytes: &[u8]) -> usize {
        self.storages.push((dtype, bytes.to_vec()));
        self.storages.len() - 1
    }

    /// Adds a view of a storage. Offset and strides count numbers; nothing is checked.
    pub fn tensor(&mut self, name: &str, storage: usize, offset: usize, shape: &[usize], strides: &[usize]) {
        let (shape, strides) = (shape.to_vec(), strides.to_vec());
        self.tensors
            .push(Item { name: name.to_owned(), what: What::View { storage, offset, shape, strides } });
    }

    /// Adds a tensor that lies row by row in a storage of its own.
    pub fn whole(&mut self, name: &str, dtype: Dtype, shape: &[usize], bytes: &[u8]) {
        let storage = self.storage(dtype, bytes);
        let strides: Vec<usize> = (0..shape.len()).map(|dim| shape[dim + 1..].iter().product()).collect();
        self.tensor(name, storage, 0, shape, &strides);
    }

    /// Adds a tensor that was added before, under another name: a tied head.
    pub fn same(&mut self, name: &str, as_name: &str) {
        self.tensors.push(Item { name: name.to_owned(), what: What::Same { name: as_name.to_owned() } });
    }

    /// The zip form, as since version 1.6.
    pub fn to_zip(&self) -> Vec<u8> {
        let pickle = self.pickle();
        let mut entries: Vec<(String, &[u8])> =
            vec![("model/data.pkl".to_owned(), &pickle), ("model/byteorder".to_owned(), b"little")];
        let data = self.storages.iter().enumerate();
        entries.extend(data.map(|(i, (_, bytes))| (format!("model/data/{i}"), bytes.as_slice())));
        entries.push(("model/version".to_owned(), b"3\n"));
        let entries: Vec<(&str, &[u8])> =
            entries.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
        zip_stored(&entries)
    }

    /// The form before version 1.6.
    pub fn to_legacy(&self) -> Vec<u8> {
        let mut out = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}q\x00.".to_vec();
        out.extend(self.pickle_as(true));
        let mut keys = Pickle::default();
        keys.out.extend(b"\x80\x02]q\x00(");
        (0..self.storages.len()).for_each(|i| keys.text(&i.to_string()));
        out.extend(keys.out);
        out.extend(b"e.");
        for (dtype, bytes) in &self.storages {
            out.extend(((bytes.len() / dtype.block_bytes()) as u64).to_le_bytes());
            out.extend(bytes);
        }
        out
    }

    /// `data.pkl`.
    pub fn pickle(&self) -> Vec<u8> {
        self.pickle_as(false)
    }

    fn pickle_as(&self, legacy: bool) -> Vec<u8> {
        let mut pickle = Pickle::default();
        pickle.out.extend(b"\x80\x02");
        pickle.dict();
        pickle.out.push(b'(');
        for item in &self.tensors {
            pickle.text(&item.name);
            match &item.what {
                What::View { storage, offset, shape, strides } => {
                    pickle.global("torch._utils", "_rebuild_tensor_v2");
                    pickle.out.push(b'(');
                    self.reference(&mut pickle, *storage, legacy);
                    pickle.int(*offset);
                    pickle.ints(shape);
                    pickle.ints(strides);
                    pickle.out.push(0x89); // requires_grad: False
                    pickle.dict(); // hooks
                    pickle.marked_tuple();
                    pickle.out.push(b'R');
                    pickle.keep(format!("tensor {}", item.name));
                }
                What::Same { name } => pickle.get(&format!("tensor {name}")),
            }
        }
        pickle.out.push(b'u');
        pickle.metadata();
        pickle.out.push(b'.');
        pickle.out
    }

    /// The persistent id of a storage.
    fn reference(&self, pickle: &mut Pickle, storage: usize, legacy: bool) {
        let (dtype, bytes) = &self.storages[storage];
        let class = match dtype {
            Dtype::F32 => "FloatStorage",
            Dtype::F16 => "HalfStorage",
            Dtype::BF16 => "BFloat16Storage",
            Dtype::F64 => "DoubleStorage",
            Dtype::I64 => "LongStorage",
            Dtype::I32 => "IntStorage",
            Dtype::I16 => "ShortStorage",
            Dtype::I8 => "CharStorage",
            Dtype::U8 => "ByteStorage",
            Dtype::Bool => "BoolStorage",
            other => panic!("torch has no storage of {other}"),
        };
        pickle.out.push(b'(');
        pickle.text("storage");
        pickle.global("torch", class);
        pickle.text(&storage.to_string());
        pickle.text("cpu");
        pickle.int(bytes.len() / dtype.block_bytes());
        if legacy {
            pickle.out.push(b'N');
        }
        pickle.marked_tuple();
        pickle.out.push(b'Q');
    }
}

/// A pickle in the making, with the memo that Python's pickler would have.
#[derive(Debug, Default)]
struct Pickle {
    out: Vec<u8>,
    memo: HashMap<String, usize>,
    kept: usize,
}

impl Pickle {
    fn keep(&mut self, what: String) {
        self.put();
        self.memo.insert(what, self.kept - 1);
    }

    fn put(&mut self) {
        match u8::try_from(self.kept) {
            Ok(n) => self.out.extend([b'q', n]),
            Err(_) => {
                self.out.push(b'r');
                self.out.extend((self.kept as u32).to_le_bytes());
            }
        }
        self.kept += 1;
    }

    fn get(&mut self, what: &str) {
        match u8::try_from(self.memo[what]) {
            Ok(n) => self.out.extend([b'h', n]),
            Err(_) => {
                self.out.push(b'j');
                self.out.extend((self.memo[what] as u32).to_le_bytes());
            }
        }
    }

    fn text(&mut self, text: &str) {
        let what = format!("text {text}");
        if self.memo.contains_key(&what) {
            return self.get(&what);
        }
        self.out.push(b'X');
        self.out.extend((text.len() as u32).to_le_bytes());
        self.out.extend(text.as_bytes());
        self.keep(what);
    }

    fn global(&mut self, module: &str, name: &str) {
        let what = format!("global {module} {name}");
        if self.memo.contains_key(&what) {
            return self.get(&what);
        }
        self.out.extend(format!("c{module}\n{name}\n").as_bytes());
        self.keep(what);
    }

    /// `OrderedDict()`.
    fn dict(&mut self) {
        self.global("collections", "OrderedDict");
        self.out.extend(b")R");
        self.put();
    }

    fn int(&mut self, n: usize) {
        if let Ok(n) = u8::try_from(n) {
            self.out.extend([b'K', n]);
        } else if let Ok(n) = u16::try_from(n) {
            self.out.push(b'M');
            self.out.extend(n.to_le_bytes());
        } else if let Ok(n) = i32::try_from(n) {
            self.out.push(b'J');
            self.out.extend(n.to_le_bytes());
        } else {
            self.out.extend([0x8a, 8]);
            self.out.extend((n as u64).to_le_bytes());
        }
    }

    fn ints(&mut self, ints: &[usize]) {
        if ints.len() > 3 {
            self.out.push(b'(');
        }
        ints.iter().for_each(|n| self.int(*n));
        match ints.len() {
            0 => return self.out.push(b')'),
            n @ 1..=3 => self.out.push(0x84 + n as u8),
            _ => self.out.push(b't'),
        }
        self.put();
    }

    fn marked_tuple(&mut self) {
        self.out.push(b't');
        self.put();
    }

    /// The `_metadata` that a module's state dict carries.
    fn metadata(&mut self) {
        self.out.push(b'}');
        self.put();
        self.text("_metadata");
        self.dict();
        self.text("");
        self.out.push(b'}');
        self.put();
        self.text("version");
        self.out.extend(b"K\x01sssb");
    }
}

/// A zip archive of entries as they are, each at a multiple of 64 bytes, as torch has them. (Their checksums are zero:
/// Fathom does not look at them.)
pub fn zip_stored(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    // Version, flags, method, time and date, checksum, sizes: what both headers have.
    let common = |name: &str, bytes: &[u8], extra: usize| {
        let mut head = vec![0u8; 14];
        (0..2).for_each(|_| head.extend((bytes.len() as u32).to_le_bytes()));
        head.extend((name.len() as u16).to_le_bytes());
        head.extend((extra as u16).to_le_bytes());
        head
    };
    for (name, bytes) in entries {
        let offset = out.len() as u32;
        let start = out.len() + 30 + name.len();
        // Torch pads through an extra field, of at least its own four bytes.
        let extra = (start + 4).next_multiple_of(64) - start;
        out.extend(b"PK\x03\x04");
        out.extend(common(name, bytes, extra));
        out.extend(name.as_bytes());
        out.extend(b"FB");
        out.extend((extra as u16 - 4).to_le_bytes());
        out.resize(start + extra, b'Z');
        out.extend(*bytes);
        directory.extend(b"PK\x01\x02\0\0");
        directory.extend(common(name, bytes, 0));
        directory.extend([0; 10]); // comment, disk, attributes
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = out.len() as u32;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    (0..2).for_each(|_| out.extend((entries.len() as u16).to_le_bytes()));
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}
