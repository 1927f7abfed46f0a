//! The text of tokens, and how numbers are written for people. All for display: data keeps raw bytes and raw numbers.
//!
//! Three steps, kept apart on purpose:
//! 1. bytes to text: [`sequence_texts`] for the tokens of a run, [`lone_text`] for a token on its own, [`joined`] for several together;
//! 2. text to something harmless that can be seen: [`visible`], which every renderer applies last, before its own
//!    format's escaping (HTML, SVG);
//! 3. numbers to a few characters: [`percent`], [`bits`], [`logit`], [`rank`], [`rank_short`].

mod numbers;
mod visible;

pub(crate) use numbers::NO_NUMBER;
pub use numbers::{bits, logit, percent, rank, rank_short};
pub(crate) use visible::is_unseen;
pub use visible::visible;

use crate::Token;

/// The text of each token of a run.
///
/// A character whose bytes are spread over several tokens stands, whole, on the token that completes it. Every byte
/// that stands in no character of its own token (the earlier pieces of such a character, and bytes that are no
/// UTF-8 at all) is written `⟨E2⟩`, one mark a byte. Nothing else is changed: see [`visible`].
///
/// ```
/// use fathom_reading::text::sequence_texts;
/// // "€ 5": the euro sign is E2 82 AC.
/// let texts = sequence_texts(&[b"\xE2\x82", b"\xAC 5", b"\xFF"]);
/// assert_eq!(texts, ["⟨E2⟩⟨82⟩", "€ 5", "⟨FF⟩"]);
/// ```
pub fn sequence_texts(tokens: &[&[u8]]) -> Vec<String> {
    let bytes = tokens.concat();
    // owner[i]: the token that byte i belongs to.
    let owner: Vec<usize> = tokens
        .iter()
        .enumerate()
        .flat_map(|(token, bytes)| std::iter::repeat_n(token, bytes.len()))
        .collect();
    let mut texts = vec![String::new(); tokens.len()];
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            let end = at + character.len_utf8();
            let completes = owner[end - 1];
            // Pieces on earlier tokens are marked; on the completing token the character stands for its own.
            for i in (at..end).filter(|&i| owner[i] != completes) {
                mark_byte(&mut texts[owner[i]], bytes[i]);
            }
            texts[completes].push(character);
            at = end;
        }
        for &byte in chunk.invalid() {
            mark_byte(&mut texts[owner[at]], byte);
            at += 1;
        }
    }
    texts
}

/// The text of a token on its own, as [`sequence_texts`] writes it: bytes that are no whole character are `⟨E2⟩`.
///
/// ```
/// use fathom_reading::text::lone_text;
/// assert_eq!(lone_text(b" is"), " is");
/// assert_eq!(lone_text(b"\xE2\x82"), "⟨E2⟩⟨82⟩");
/// ```
pub fn lone_text(bytes: &[u8]) -> String {
    sequence_texts(&[bytes]).swap_remove(0)
}

/// The text that tokens are of together, from their bytes: a character that is spread over several is whole again, and
/// bytes that make none are `⟨D9⟩`, as in [`lone_text`].
pub fn joined<'a>(tokens: impl IntoIterator<Item = &'a Token>) -> String {
    let bytes: Vec<u8> = tokens.into_iter().flat_map(|token| token.bytes.iter().copied()).collect();
    lone_text(&bytes)
}

fn mark_byte(text: &mut String, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    text.push('⟨');
    text.push(HEX[usize::from(byte >> 4)].into());
    text.push(HEX[usize::from(byte & 15)].into());
    text.push('⟩');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_character_stands_on_the_token_that_completes_it() {
        // 😀 is F0 9F 98 80, spread over four tokens with an empty one between.
        let texts = sequence_texts(&[b"a\xF0", b"\x9F", b"", b"\x98", b"\x80b"]);
        assert_eq!(texts, ["a⟨F0⟩", "⟨9F⟩", "", "⟨98⟩", "😀b"]);
    }

    #[test]
    fn bytes_that_are_no_utf8_are_marked_and_disturb_nothing() {
        // A lone continuation byte, an overlong form, a surrogate, and a character that never ends.
        assert_eq!(lone_text(b"\x80x"), "⟨80⟩x");
        assert_eq!(lone_text(b"\xC0\xAF"), "⟨C0⟩⟨AF⟩");
        assert_eq!(lone_text(b"\xED\xA0\x80"), "⟨ED⟩⟨A0⟩⟨80⟩");
        assert_eq!(sequence_texts(&[b"\xE2\x82", b"x"]), ["⟨E2⟩⟨82⟩", "x"]);
        assert_eq!(sequence_texts(&[b"\xE2", b"\xE2\x82", b"\xAC"]), ["⟨E2⟩", "⟨E2⟩⟨82⟩", "€"]);
    }

    #[test]
    fn no_tokens_no_texts() {
        assert!(sequence_texts(&[]).is_empty());
        assert_eq!(lone_text(b""), "");
    }

    /// Bytes with a good share of valid characters, broken characters and nonsense.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            "[a-z ⟨⟩€é日😀\n]{0,3}".prop_map(String::into_bytes),
            Just(vec![0xE2, 0x82]),
            proptest::collection::vec(any::<u8>(), 0..3),
        ];
        proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
    }

    /// Bytes cut into tokens at arbitrary places (empty tokens too).
    fn cut() -> impl Strategy<Value = Vec<Vec<u8>>> {
        (bytes(), proptest::collection::vec(any::<proptest::sample::Index>(), 0..8)).prop_map(
            |(bytes, cuts)| {
                let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
                cuts.extend([0, bytes.len()]);
                cuts.sort_unstable();
                cuts.windows(2).map(|pair| bytes[pair[0]..pair[1]].to_vec()).collect()
            },
        )
    }

    /// What the rule demands, said the other way round: each byte in turn is a mark, the end of a character
    /// (then the character), or the silent start of a character that ends in the same token.
    fn expected(tokens: &[Vec<u8>]) -> Vec<String> {
        let all = tokens.concat();
        let mut texts = Vec::new();
        let mut start = 0;
        for token in tokens {
            let end = start + token.len();
            let mut text = String::new();
            for i in start..end {
                // The one character that byte i belongs to, by trying every span of 1 to 4 bytes around it.
                let spans = (i.saturating_sub(3)..=i)
                    .flat_map(|from| (i + 1..=all.len().min(from + 4)).map(move |to| (from, to)));
                let character = spans
                    .filter_map(|(from, to)| {
                        let valid = std::str::from_utf8(&all[from..to]).ok()?;
                        (valid.chars().count() == 1).then(|| (to, valid.to_owned()))
                    })
                    .next();
                match character {
                    Some((to, character)) if to == i + 1 => text.push_str(&character),
                    Some((to, _)) if to <= end => {}
                    _ => text.push_str(&format!("⟨{:02X}⟩", all[i])),
                }
            }
            texts.push(text);
            start = end;
        }
        texts
    }

    proptest! {
        #[test]
        fn every_byte_is_accounted_for(tokens in cut()) {
            let slices: Vec<&[u8]> = tokens.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(sequence_texts(&slices), expected(&tokens));
        }

        #[test]
        fn valid_text_cut_at_characters_is_unchanged(words in proptest::collection::vec(any::<String>(), 0..6)) {
            let slices: Vec<&[u8]> = words.iter().map(String::as_bytes).collect();
            prop_assert_eq!(sequence_texts(&slices), words);
        }
    }
}
