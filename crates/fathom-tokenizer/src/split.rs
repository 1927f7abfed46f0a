//! Pre-tokenizers: a text is cut into pieces, and no token crosses a cut.
//!
//! The patterns are those of the original tokenizers with one change. They end in `\s+(?!\S)|\s+` ("a run of
//! white space without its last character, which goes with the word after it"), and a look-ahead needs a
//! backtracking engine, which gives up on long runs. Here the last alternative is a plain `\s+`, and the last
//! character is given back afterwards: the same cuts, in linear time whatever the text.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// How a `tokenizer.ggml.pre` behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pre {
    pub(crate) split: Split,
    /// A piece that is a token as a whole is taken before any merge is tried.
    pub(crate) whole_pieces: bool,
    /// BOS is added where `tokenizer.ggml.add_bos_token` is silent.
    pub(crate) adds_bos: bool,
}

/// The ways of cutting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Split {
    /// GPT-2's pattern.
    Gpt2,
    /// Each digit alone, then GPT-2's pattern.
    SmolLm,
    /// Llama 3's pattern: digits by threes.
    Llama3,
    /// Qwen 2's: Llama 3's with each digit alone.
    Qwen2,
    /// llama.cpp's for files that name none.
    Default,
}

/// Each way of cutting with the `tokenizer.ggml.pre` names that llama.cpp treats so; checked against it by
/// `fixtures/tokenizer_references.py`.
const KNOWN: &[(Pre, &[&str])] = &[
    (
        Pre { split: Split::SmolLm, whole_pieces: false, adds_bos: false },
        &["smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b", "mellum2"],
    ),
    (
        Pre { split: Split::Gpt2, whole_pieces: false, adds_bos: false },
        &[
            "gpt-2",
            "phi-2",
            "jina-es",
            "jina-de",
            "gigachat",
            "jina-v2-es",
            "jina-v2-de",
            "a.x-4.0",
            "mellum",
            "modern-bert",
            "mpt",
            "olmo",
            "jais",
            "trillion",
            "granite-docling",
            "exaone4",
        ],
    ),
    (
        Pre { split: Split::Llama3, whole_pieces: true, adds_bos: true },
        &[
            "llama-bpe",
            "llama3",
            "llama-v3",
            "falcon3",
            "falcon-h1",
            "pixtral",
            "midm-2.0",
            "lfm2",
            "jina-v5-nano",
        ],
    ),
    (Pre { split: Split::Llama3, whole_pieces: true, adds_bos: false }, &["glm4", "glm5"]),
    (
        Pre { split: Split::Llama3, whole_pieces: false, adds_bos: false },
        &["dbrx", "smaug-bpe", "chatglm-bpe"],
    ),
    (
        Pre { split: Split::Qwen2, whole_pieces: false, adds_bos: false },
        &[
            "qwen2",
            "deepseek-r1-qwen",
            "kormo",
            "f2llmv2",
            "stablelm2",
            "hunyuan",
            "solar-open",
            "megrez",
            "grok-2",
        ],
    ),
    (Pre { split: Split::Default, whole_pieces: false, adds_bos: false }, &["default"]),
];

impl Pre {
    /// The behaviour that a `tokenizer.ggml.pre` asks for; a file without one (or with an empty one) gets `default`.
    pub(crate) fn named(name: Option<&str>) -> Option<Pre> {
        let name = name.filter(|name| !name.is_empty()).unwrap_or("default");
        KNOWN.iter().find(|(_, names)| names.contains(&name)).map(|(pre, _)| *pre)
    }

    /// Every known name, for an error.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        KNOWN.iter().flat_map(|(_, names)| names.iter().copied())
    }
}

/// When a match gives its last white-space character back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum GiveBack {
    Never,
    /// Whenever it ends in white space: only the pattern's last alternative can.
    Any,
    /// Unless it ends in a line end: then another alternative matched it.
    NotLineEnds,
}

struct Stage {
    pattern: Regex,
    give_back: GiveBack,
}

const GPT2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+";
// Not `(?i:…)`: case folding would take in ſ and K (the Kelvin sign).
const LLAMA3: &str = r"'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+";
const QWEN2: &str = r"'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+";

static SMOLLM_STAGES: LazyLock<Vec<Stage>> =
    LazyLock::new(|| stages(&[(r"\p{N}", GiveBack::Never), (GPT2, GiveBack::Any)]));
static GPT2_STAGES: LazyLock<Vec<Stage>> = LazyLock::new(|| stages(&[(GPT2, GiveBack::Any)]));
static LLAMA3_STAGES: LazyLock<Vec<Stage>> = LazyLock::new(|| stages(&[(LLAMA3, GiveBack::NotLineEnds)]));
static QWEN2_STAGES: LazyLock<Vec<Stage>> = LazyLock::new(|| stages(&[(QWEN2, GiveBack::NotLineEnds)]));
static DEFAULT_STAGES: LazyLock<Vec<Stage>> = LazyLock::new(|| {
    stages(&[
        (r"[\p{P}$+<=>\^~|]+", GiveBack::Never),
        (GPT2, GiveBack::Any),
        (r"\p{N}+", GiveBack::Never),
        (r"[0-9][0-9][0-9]", GiveBack::Never),
    ])
});

fn stages(patterns: &[(&str, GiveBack)]) -> Vec<Stage> {
    patterns
        .iter()
        .map(|&(pattern, give_back)| Stage {
            pattern: Regex::new(pattern).expect("a constant pattern, compiled in a test"),
            give_back,
        })
        .collect()
}

impl Split {
    fn stages(self) -> &'static [Stage] {
        match self {
            Split::Gpt2 => &GPT2_STAGES,
            Split::SmolLm => &SMOLLM_STAGES,
            Split::Llama3 => &LLAMA3_STAGES,
            Split::Qwen2 => &QWEN2_STAGES,
            Split::Default => &DEFAULT_STAGES,
        }
    }

    /// Cuts `text` into pieces that together are the whole of it. Each stage cuts the pieces of the one before.
    pub(crate) fn pieces(self, text: &str) -> Vec<Range<usize>> {
        if text.is_empty() {
            return Vec::new();
        }
        let whole = 0..text.len();
        let mut pieces = Vec::from([whole]);
        for stage in self.stages() {
            let mut finer = Vec::with_capacity(pieces.len() * 2);
            for piece in pieces {
                stage.cut(text, piece, &mut finer);
            }
            pieces = finer;
        }
        pieces
    }
}

impl Stage {
    fn cut(&self, text: &str, piece: Range<usize>, out: &mut Vec<Range<usize>>) {
        let (start, text) = (piece.start, &text[piece]);
        let mut at = 0;
        while let Some(found) = self.pattern.find_at(text, at) {
            if at < found.start() {
                out.push(start + at..start + found.start());
            }
            let end = found.end() - self.given_back(text, &found);
            out.push(start + found.start()..start + end);
            at = end;
        }
        if at < text.len() {
            out.push(start + at..start + text.len());
        }
    }

    /// How many bytes at its end a match leaves to the next one.
    fn given_back(&self, text: &str, found: &regex::Match<'_>) -> usize {
        let last = match found.as_str().chars().next_back() {
            Some(last) if self.give_back != GiveBack::Never && last.is_whitespace() => last,
            _ => return 0,
        };
        let line_end = self.give_back == GiveBack::NotLineEnds && matches!(last, '\r' | '\n');
        // At the text's end there is no word to go with, and a lone character is not given back.
        if line_end || found.end() == text.len() || found.len() == last.len_utf8() {
            return 0;
        }
        last.len_utf8()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Split; 5] = [Split::Gpt2, Split::SmolLm, Split::Llama3, Split::Qwen2, Split::Default];

    fn cut(split: Split, text: &str) -> Vec<&str> {
        split.pieces(text).into_iter().map(|piece| &text[piece]).collect()
    }

    #[test]
    fn white_space_leaves_its_last_character_to_the_word() {
        for split in [Split::Gpt2, Split::SmolLm] {
            assert_eq!(cut(split, "a   b \n c  "), ["a", "  ", " b", " \n", " c", "  "]);
        }
        for split in [Split::Llama3, Split::Qwen2] {
            assert_eq!(cut(split, "a   b \n c  "), ["a", "  ", " b", " \n", " c", "  "]);
            assert_eq!(cut(split, "!\n\n\tb  \n  "), ["!\n\n", "\tb", "  \n", "  "]);
        }
        assert_eq!(cut(Split::Gpt2, "!\n\n\tb\u{3000}c"), ["!", "\n\n", "\t", "b", "\u{3000}", "c"]);
    }

    #[test]
    fn digits() {
        assert_eq!(cut(Split::Gpt2, "x 1234"), ["x", " 1234"]);
        assert_eq!(cut(Split::SmolLm, "x 1234"), ["x", " ", "1", "2", "3", "4"]);
        assert_eq!(cut(Split::Llama3, "x 1234"), ["x", " ", "123", "4"]);
        assert_eq!(cut(Split::Qwen2, "x 1234"), ["x", " ", "1", "2", "3", "4"]);
        assert_eq!(cut(Split::Default, "x 1234"), ["x", " ", "123", "4"]);
    }

    #[test]
    fn contractions() {
        assert_eq!(cut(Split::Gpt2, "I'll DON'T"), ["I", "'ll", " DON", "'", "T"]);
        assert_eq!(cut(Split::Qwen2, "I'll DON'T"), ["I", "'ll", " DON", "'T"]);
        assert_eq!(cut(Split::Qwen2, "I'ſx"), ["I", "'ſx"]);
    }

    #[test]
    fn a_name_is_known_once() {
        let mut names: Vec<_> = Pre::names().collect();
        assert_eq!(Pre::named(None), Pre::named(Some("default")));
        assert_eq!(Pre::named(Some("")), Pre::named(Some("default")));
        assert_eq!(Pre::named(Some("tekken")), None);
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn a_long_run_is_no_trouble() {
        let text = format!("{}x{}", " ".repeat(3_000_000), "\n".repeat(3_000_000));
        for split in ALL {
            assert!(split.pieces(&text).len() <= 4, "{split:?}");
        }
    }

    proptest! {
        #[test]
        fn pieces_are_the_whole_text(text in "[ \t\r\na'sSt1٣é日!\u{3000}\u{301}\\PC]{0,40}") {
            for split in ALL {
                let pieces = split.pieces(&text);
                prop_assert!(pieces.iter().all(|piece| !piece.is_empty()));
                let joined: String = pieces.into_iter().map(|piece| &text[piece]).collect();
                prop_assert_eq!(&joined, &text);
            }
        }
    }
}
