//! Generated parts of documents, between `<!-- begin NAME -->` and `<!-- end NAME -->`.

use anyhow::{Context, Result};
use std::path::Path;

/// Replaces the part called `name` of the document `path` by `text`.
///
/// # Errors
/// When the file can't be read or written, or has no such part.
pub fn update(path: &Path, name: &str, text: &str) -> Result<()> {
    let document = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let updated = replaced(&document, name, text).with_context(|| {
        format!("{} has no part between `<!-- begin {name} -->` and its end", path.display())
    })?;
    std::fs::write(path, updated).with_context(|| format!("writing {}", path.display()))
}

fn replaced(document: &str, name: &str, text: &str) -> Option<String> {
    let begin = format!("<!-- begin {name} -->");
    let start = document.find(&begin)? + begin.len();
    let end = start + document[start..].find(&format!("<!-- end {name} -->"))?;
    Some(format!("{}\n{}\n{}", &document[..start], text.trim(), &document[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_part_changes() {
        let document = "a\n<!-- begin x -->\nold\n<!-- end x -->\nb\n";
        let updated = replaced(document, "x", "new\n").unwrap();
        assert_eq!(updated, "a\n<!-- begin x -->\nnew\n<!-- end x -->\nb\n");
        assert_eq!(replaced(&updated, "x", "new"), Some(updated.clone()));
        assert_eq!(replaced(document, "y", "new"), None);
    }
}
