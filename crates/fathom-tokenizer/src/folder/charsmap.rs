//! SentencePiece's compiled normalisation rules (`precompiled_charsmap`), looked at before the crate reads them.
//!
//! The bytes are: the length of a trie, as u32; the trie, a double array of u32; the replacements, each ended by a NUL.
//! `spm_precompiled` takes the length's word for how much memory to ask for, and looks nodes and replacements up without
//! asking whether they are there. So every node that a text can reach is visited here once.

/// The longest replacement taken. Unicode's longest (U+FDFA) has 33 bytes.
const MOST_REPLACEMENT: usize = 64;

/// What is wrong with the rules, if anything is.
pub(super) fn fault(base64: &str) -> Result<(), String> {
    let bytes = decode(base64).ok_or("precompiled_charsmap is not base64")?;
    let fault = |what: &str| Err(format!("precompiled_charsmap {what}"));
    let Some((length, rest)) = bytes.split_first_chunk::<4>() else {
        return fault("is shorter than its header");
    };
    let length = u32::from_le_bytes(*length) as usize;
    if length == 0 || !length.is_multiple_of(4) || length > rest.len() {
        return fault(&format!("says that its trie has {length} bytes, and {} follow", rest.len()));
    }
    let (trie, replacements) = rest.split_at(length);
    let Ok(replacements) = std::str::from_utf8(replacements) else {
        return fault("has replacements that are not UTF-8");
    };
    if replacements.split('\0').any(|one| one.len() > MOST_REPLACEMENT) {
        return fault(&format!("has a replacement of more than {MOST_REPLACEMENT} bytes"));
    }
    let (units, _) = trie.as_chunks::<4>();
    let units: Vec<usize> = units.iter().map(|unit| u32::from_le_bytes(*unit) as usize).collect();
    if reaches_outside(&units, replacements) { fault("points outside itself") } else { Ok(()) }
}

/// Follows every byte from every node.
fn reaches_outside(units: &[usize], replacements: &str) -> bool {
    let mut seen = vec![false; units.len()];
    let mut todo = vec![offset(units[0])];
    while let Some(base) = todo.pop() {
        // A node's children stand at `base ^ byte`, its value at `base`.
        if (base | 0xFF) >= units.len() {
            return true;
        }
        if std::mem::replace(&mut seen[base], true) {
            continue;
        }
        for byte in 1..=0xFF {
            let unit = units[base ^ byte];
            if unit & ((1 << 31) | 0xFF) != byte {
                continue;
            }
            let next = base ^ byte ^ offset(unit);
            if (unit >> 8) & 1 == 1 {
                let value = units.get(next).map(|unit| unit & ((1 << 31) - 1));
                if !value.is_some_and(|value| replacements.is_char_boundary(value)) {
                    return true;
                }
            }
            todo.push(next);
        }
    }
    false
}

fn offset(unit: usize) -> usize {
    (unit >> 10) << ((unit & (1 << 9)) >> 6)
}

/// Base64 with its padding, as the crate takes it.
fn decode(text: &str) -> Option<Vec<u8>> {
    let padding = text.len() - text.trim_end_matches('=').len();
    if !text.len().is_multiple_of(4) || padding > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for four in text.trim_end_matches('=').as_bytes().chunks(4) {
        let mut group = 0u32;
        for index in 0..4 {
            let value = match four.get(index) {
                Some(letter @ b'A'..=b'Z') => letter - b'A',
                Some(letter @ b'a'..=b'z') => letter - b'a' + 26,
                Some(digit @ b'0'..=b'9') => digit - b'0' + 52,
                Some(b'+') => 62,
                Some(b'/') => 63,
                Some(_) => return None,
                None => 0,
            };
            group = (group << 6) | u32::from(value);
        }
        bytes.extend(&group.to_be_bytes()[1..four.len()]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64() {
        for (text, bytes) in
            [("", &b""[..]), ("Zg==", b"f"), ("Zm8=", b"fo"), ("Zm9v", b"foo"), ("+/+/", b"\xfb\xff\xbf")]
        {
            assert_eq!(decode(text).as_deref(), Some(bytes), "{text}");
        }
        for text in ["Z", "Zg=", "Z===", "Z g=", "Zm9v=Zm9"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
