//! GPT-2's way to write bytes as visible characters: every byte has one, so a vocabulary is made of plain strings.
//!
//! Printable Latin-1 stands for itself; the other 68 bytes, in order, are U+0100 and up (a space is `Ġ`, U+0120).

const CHARS: [char; 256] = {
    let mut table = ['\0'; 256];
    let (mut byte, mut next) = (0usize, 0x100u32);
    while byte < 256 {
        table[byte] = match byte {
            0x21..=0x7E | 0xA1..=0xAC | 0xAE..=0xFF => byte as u8 as char,
            _ => {
                next += 1;
                match char::from_u32(next - 1) {
                    Some(character) => character,
                    None => panic!("U+0100 .. U+0143 are all characters"),
                }
            }
        };
        byte += 1;
    }
    table
};

/// By code point: the byte, or -1 where the character stands for none.
const BYTES: [i16; 0x144] = {
    let mut table = [-1; 0x144];
    let mut byte = 0;
    while byte < 256 {
        table[CHARS[byte] as usize] = byte as i16;
        byte += 1;
    }
    table
};

/// Appends the characters of `text`'s bytes.
pub(crate) fn encode(text: &str, out: &mut String) {
    out.extend(text.bytes().map(|byte| CHARS[usize::from(byte)]));
}

/// Appends the bytes that `token` writes; false, with nothing appended, if a character of it stands for none.
pub(crate) fn decode(token: &str, out: &mut Vec<u8>) -> bool {
    let start = out.len();
    for character in token.chars() {
        match BYTES.get(character as usize) {
            Some(&byte) if byte >= 0 => out.push(byte as u8),
            _ => {
                out.truncate(start);
                return false;
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_characters() {
        let mut out = String::new();
        encode(" a\n\u{e9}~\u{7f}", &mut out);
        assert_eq!(out, "ĠaĊÃ©~ġ");
    }

    #[test]
    fn every_byte_goes_there_and_back() {
        for byte in 0..=255u8 {
            let mut out = vec![7];
            assert!(decode(&CHARS[usize::from(byte)].to_string(), &mut out));
            assert_eq!(out, [7, byte]);
        }
    }

    #[test]
    fn other_characters_stand_for_no_byte() {
        for text in [" ", "a\u{144}", "日", "a\0", "\u{ad}", "\u{10ffff}"] {
            let mut out = vec![7];
            assert!(!decode(text, &mut out), "{text:?}");
            assert_eq!(out, [7]);
        }
    }
}
