//! What tells one state of a file from another without reading it.

use std::fs::{self, Metadata};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::FormatError;
use crate::error::io;

/// Which file it is, how long, and when it was last written and last changed in any way (which no program can set back).
///
/// On Windows, whose files have neither number nor time of change that Rust can ask for, the time of creation stands for
/// both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    device: u64,
    inode: u64,
    bytes: u64,
    modified_ns: i64,
    changed_ns: i64,
}

impl Stamp {
    /// Of an open file ([`std::fs::File::metadata`]), or of what a path leads to.
    pub fn of(about: &Metadata) -> Stamp {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let nanoseconds = |s: i64, ns: i64| s.saturating_mul(1_000_000_000).saturating_add(ns);
            Stamp {
                device: about.dev(),
                inode: about.ino(),
                bytes: about.len(),
                modified_ns: nanoseconds(about.mtime(), about.mtime_nsec()),
                changed_ns: nanoseconds(about.ctime(), about.ctime_nsec()),
            }
        }
        #[cfg(not(unix))]
        {
            let nanoseconds = |time: std::io::Result<SystemTime>| time.map_or(0, since_epoch);
            Stamp {
                device: 0,
                inode: 0,
                bytes: about.len(),
                modified_ns: nanoseconds(about.modified()),
                changed_ns: nanoseconds(about.created()),
            }
        }
    }

    /// The file's length.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// True where `other` is the same file, not written to between the two. (Its time of change moves, too, when somebody
    /// renames it, or gives it another name or owner.)
    pub fn same_content(&self, other: &Stamp) -> bool {
        let what = |stamp: &Stamp| (stamp.device, stamp.inode, stamp.bytes, stamp.modified_ns);
        what(self) == what(other)
    }

    /// True where the file has been left alone for `seconds`. File systems count time in steps of up to two seconds: a
    /// file that was written to a moment ago can be written to again and keep its stamp.
    pub fn settled(&self, seconds: u16) -> bool {
        let now = since_epoch(SystemTime::now());
        self.modified_ns.max(self.changed_ns) < now.saturating_sub(i64::from(seconds) * 1_000_000_000)
    }
}

fn since_epoch(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |time| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX))
}

/// A file as it was when it was opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Where it is.
    pub path: PathBuf,
    /// Which it was.
    pub stamp: Stamp,
}

impl Opened {
    /// Refuses a file that was written to since. One that another was put in the place of is as it was: who has it open
    /// has the old one.
    ///
    /// # Errors
    /// [`FormatError::Changed`]; and the system's own, where the path can't be looked at any more.
    pub fn check_unchanged(&self) -> Result<(), FormatError> {
        let now = match fs::metadata(&self.path) {
            // Somebody removed the name; the file is there as long as it is open.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            found => Stamp::of(&found.map_err(io(&self.path, "look at the file"))?),
        };
        let same_file = (now.device, now.inode) == (self.stamp.device, self.stamp.inode);
        if same_file && !now.same_content(&self.stamp) {
            return Err(FormatError::Changed { path: self.path.clone() });
        }
        Ok(())
    }
}
