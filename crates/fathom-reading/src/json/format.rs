//! How the JSON is laid out: each field of the document on a line, each record of a list on a line.

use crate::text::is_unseen;
use serde_json::ser::Formatter;
use std::io::{self, Write};

/// Compact, but with line breaks that make a reading readable in an editor, by `grep` and in a diff.
#[derive(Default)]
pub(super) struct Lines {
    /// Open objects and arrays.
    depth: usize,
    /// The list that is being closed holds records, each on its own line.
    has_records: bool,
}

impl Formatter for Lines {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        self.has_records = false;
        writer.write_all(b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth -= 1;
        // Arrays within records are deeper: only a list of the document itself (depth 1 when closed) breaks its line.
        let close: &[u8] = if self.depth == 1 && self.has_records { b"\n]" } else { b"]" };
        writer.write_all(close)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        writer.write_all(if self.depth == 3 { b"\n{" } else { b"{" })
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth -= 1;
        self.has_records |= self.depth == 2;
        writer.write_all(if self.depth == 0 { b"\n}" } else { b"}" })
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        if self.depth == 1 { writer.write_all(b"\n") } else { Ok(()) }
    }

    /// What [`crate::text::visible`] would not show as it is, is escaped. (Quotes, backslashes and C0 controls are
    /// no part of the fragments: the serialiser has escaped them.)
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut plain = 0;
        for (at, c) in fragment.char_indices().filter(|&(_, c)| is_unseen(c)) {
            writer.write_all(&fragment.as_bytes()[plain..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            plain = at + c.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[plain..])
    }
}
