//! What a file is, by its first bytes: so that "not a model" can say what it is instead.

/// Starts of files that people take for models, or that failed downloads leave behind.
const KNOWN: [(&[u8], &str); 17] = [
    (b"GGUF", "GGUF"),
    (b"FUGG", "byte-swapped (big-endian) GGUF"),
    (b"lmgg", "an old ggml file, from before GGUF"),
    (b"fmgg", "an old ggml (ggmf) file, from before GGUF"),
    (b"tjgg", "an old ggml (ggjt) file, from before GGUF"),
    (b"PK\x03\x04", "a zip archive (a PyTorch .bin/.pt checkpoint, or a wheel)"),
    (b"\x80\x02", "a Python pickle (an old PyTorch checkpoint)"),
    (b"\x89HDF", "an HDF5 file (TensorFlow/Keras weights)"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"<!DOCTYPE", "a web page (a failed download?)"),
    (b"<!doctype", "a web page (a failed download?)"),
    (b"<html", "a web page (a failed download?)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"\x7fELF", "a program"),
    (b"{", "JSON text"),
    (b"\xef\xbb\xbf", "a text file"),
];

/// In words: what the bytes look like, and the bytes themselves.
pub(crate) fn describe(bytes: &[u8]) -> String {
    let head = &bytes[..bytes.len().min(8)];
    let hex: Vec<String> = head.iter().map(|byte| format!("{byte:02x}")).collect();
    let hex = hex.join(" ");
    if crate::is_lfs_pointer(bytes) {
        return "a Git LFS pointer, not the file itself: run `git lfs pull` in its folder".to_owned();
    }
    if let Some((_, what)) = KNOWN.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return format!("the bytes {hex}: {what}");
    }
    match std::str::from_utf8(head) {
        Ok(text) if !text.chars().any(|c| c.is_control() && !c.is_ascii_whitespace()) => {
            format!("the bytes {hex} ({text:?})")
        }
        _ => format!("the bytes {hex}"),
    }
}

/// True if the bytes start as a safetensors file does: a header length that makes sense, then an object.
pub(crate) fn like_safetensors(bytes: &[u8]) -> bool {
    let Some((length, rest)) = bytes.split_first_chunk::<8>() else { return false };
    (2..=crate::safetensors::MAX_HEADER).contains(&u64::from_le_bytes(*length)) && rest.first() == Some(&b'{')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_it_is() {
        assert!(describe(b"PK\x03\x04rest").contains("zip archive"));
        assert!(describe(b"version https://git-lfs.github.com/spec/v1").contains("git lfs pull"));
        assert_eq!(describe(b"hello world"), "the bytes 68 65 6c 6c 6f 20 77 6f (\"hello wo\")");
        assert_eq!(describe(b"\x00\x01"), "the bytes 00 01");
        assert_eq!(describe(b"\xff"), "the bytes ff");
    }

    #[test]
    fn safetensors_start() {
        assert!(like_safetensors(b"\x02\0\0\0\0\0\0\0{}"));
        assert!(!like_safetensors(b"\x02\0\0\0\0\0\0\0"));
        assert!(!like_safetensors(b"\xff\xff\xff\xff\xff\xff\xff\xff{}"));
        assert!(!like_safetensors(b"GGUF"));
    }
}
