//! Git LFS pointers: the small texts that stand in a clone where large files should be, until `git lfs pull` brings them.

/// How a pointer begins, and the length that none reaches (the Git LFS specification).
const START: &[u8] = b"version https://git-lfs.github.com/spec/v";
const MOST: usize = 1024;

/// True where `bytes` are a Git LFS pointer rather than a file.
///
/// ```
/// use fathom_formats::is_lfs_pointer;
/// assert!(is_lfs_pointer(b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 665\n"));
/// assert!(!is_lfs_pointer(br#"{"version": "1.0"}"#));
/// ```
pub fn is_lfs_pointer(bytes: &[u8]) -> bool {
    bytes.len() < MOST && bytes.starts_with(START)
}
