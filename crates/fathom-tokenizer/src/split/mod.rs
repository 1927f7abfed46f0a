//! Pre-tokenizers: a text is cut into pieces, and no token crosses a cut.
//!
//! The patterns are those of the original tokenizers with one change. They end in `\s+(?!\S)|\s+` ("a run of
//! white space without its last character, which goes with the word after it"), and a look-ahead needs a
//! backtracking engine, which gives up on long runs. Here the last alternative is a plain `\s+`, and the last
//! character is given back afterwards: the same cuts, in linear time whatever the text.

mod patterns;
mod stage;

use std::ops::Range;
use std::sync::OnceLock;

use stage::Stage;

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
    /// Punctuation, then GPT-2's pattern, then digits by threes.
    Falcon,
    /// llama.cpp's for files that name none: nearly Falcon's.
    Default,
    /// Llama 3's pattern: digits by threes.
    Llama3,
    /// Digits by threes, then nearly Llama 3's pattern.
    MiniCpm5,
    /// Qwen 2's: Llama 3's with each digit alone.
    Qwen2,
    /// Qwen 2's, with marks as parts of words.
    Qwen35,
    /// Qwen 2's without contractions: Turkish has suffixes there.
    Ufakzeka,
    /// Lines, then Qwen 2's pattern.
    Laguna,
    /// Qwen 2's, with line ends apart from the punctuation before them.
    SeedCoder,
    /// Qwen 2's, with words of single letters as one.
    ExaoneMoe,
    /// Words that end where capitals begin, with contractions; digits by threes.
    Gpt4o,
    /// GPT-4o's, with marks as parts of words.
    GraniteEmbed,
    /// Words that end where capitals begin; each digit alone.
    Tekken,
    /// Korean, Chinese and their punctuation, then words with contractions; each digit alone.
    Youtu,
    /// Line ends, words of cased letters, punctuation, Eastern scripts, numbers: each with its own pattern.
    DeepSeekLlm,
    /// The same with words of any letters, and each digit alone.
    DeepSeekCoder,
    /// Digits by threes, Chinese and kana, then words with their punctuation.
    DeepSeekV3,
    /// DeepSeek V3's with each line end alone.
    Spark,
    /// Up to white space or the end of a part of a sentence.
    Bloom,
    /// BLOOM's, then each digit alone.
    Viking,
    /// Image tokens, runs of spaces, digits and punctuation, then GPT-2's pattern.
    Chameleon,
    /// Numbers by thousands; else a token may be several words.
    SuperBpe,
}

const fn plain(split: Split) -> Pre {
    Pre { split, whole_pieces: false, adds_bos: false }
}

const fn whole(split: Split) -> Pre {
    Pre { split, whole_pieces: true, adds_bos: false }
}

/// Each behaviour with the `tokenizer.ggml.pre` names that llama.cpp treats so; checked against it by
/// `fixtures/tokenizer_splits.py`.
const KNOWN: &[(Pre, &[&str])] = &[
    (plain(Split::Default), &["default"]),
    (
        plain(Split::SmolLm),
        &["smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b", "mellum2"],
    ),
    (
        plain(Split::Gpt2),
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
    (whole(Split::Llama3), &["glm4", "glm5"]),
    (plain(Split::Llama3), &["dbrx", "smaug-bpe", "chatglm-bpe"]),
    (whole(Split::MiniCpm5), &["minicpm5"]),
    (
        plain(Split::Qwen2),
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
            "bailingmoe",
            "bailingmoe2",
            "llada-moe",
        ],
    ),
    (plain(Split::Qwen35), &["qwen35"]),
    (plain(Split::Ufakzeka), &["ufakzeka"]),
    (plain(Split::Laguna), &["laguna"]),
    (plain(Split::SeedCoder), &["seed-coder"]),
    (plain(Split::ExaoneMoe), &["exaone-moe"]),
    (plain(Split::Gpt4o), &["gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"]),
    (whole(Split::GraniteEmbed), &["granite-embed-multi-97m"]),
    (Pre { split: Split::Tekken, whole_pieces: true, adds_bos: true }, &["tekken"]),
    (whole(Split::Youtu), &["youtu"]),
    (plain(Split::DeepSeekLlm), &["deepseek-llm"]),
    (plain(Split::DeepSeekCoder), &["deepseek-coder"]),
    (plain(Split::DeepSeekV3), &["deepseek-v3", "hunyuan-dense", "hy_v4", "joyai-llm"]),
    (plain(Split::Spark), &["spark2_5"]),
    (plain(Split::Falcon), &["falcon"]),
    (plain(Split::Bloom), &["bloom", "poro-chat", "gpt3-finnish"]),
    (plain(Split::Viking), &["viking"]),
    (Pre { split: Split::Chameleon, whole_pieces: false, adds_bos: true }, &["chameleon"]),
    (plain(Split::SuperBpe), &["superbpe"]),
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

/// The compiled stages of each split, made when it is first used.
static STAGES: [OnceLock<Vec<Stage>>; Split::SuperBpe as usize + 1] =
    [const { OnceLock::new() }; Split::SuperBpe as usize + 1];

impl Split {
    fn stages(self) -> &'static [Stage] {
        STAGES[self as usize].get_or_init(|| patterns::stages(self))
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every way of cutting, by the names that have it.
    fn all() -> Vec<Split> {
        let mut all: Vec<Split> = KNOWN.iter().map(|(pre, _)| pre.split).collect();
        all.dedup();
        assert_eq!(all.len(), STAGES.len());
        all
    }

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
    fn thousands() {
        assert_eq!(cut(Split::SuperBpe, "a b 1234567,12"), ["a b ", "1", "234", "567", ",", "12"]);
        assert_eq!(cut(Split::SuperBpe, "123x٣1234٣"), ["123", "x", "٣1", "234٣"]);
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
        assert_eq!(Pre::named(Some("Tekken")), None);
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn a_long_run_is_no_trouble() {
        let text = format!("{}x{}", " ".repeat(400_000), "\n".repeat(400_000));
        for split in all() {
            // Some cut each line end alone, or each two spaces.
            let short = |piece: &Range<usize>| matches!(&text[piece.clone()], "\n" | "    ");
            assert!(split.pieces(&text).iter().filter(|piece| !short(piece)).count() <= 5, "{split:?}");
        }
    }

    proptest! {
        #[test]
        fn pieces_are_the_whole_text(text in "[ \t\r\na'sSt1٣é日!\u{3000}\u{301}\\PC]{0,40}") {
            for split in all() {
                let pieces = split.pieces(&text);
                prop_assert!(pieces.iter().all(|piece| !piece.is_empty()));
                let joined: String = pieces.into_iter().map(|piece| &text[piece]).collect();
                prop_assert_eq!(&joined, &text);
            }
        }
    }
}
