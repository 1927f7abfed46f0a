//! The patterns of each way of cutting: llama.cpp's as llama.cpp runs them, which is what GGUF files are judged by.
//!
//! It tells characters apart by class (letter, mark, number …), not by case: its `[\p{Lu}\p{Lt}…]` is any letter, and
//! where words end at a capital (`gpt-4o`, `tekken`) only ASCII's capitals are known. In patterns that name ranges of
//! characters it writes white space beyond ASCII as one character, so none of it is in a range.

use regex::Regex;

use super::Split;
use super::stage::{GiveBack, Stage};

const GPT2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+";

/// English contractions. Not `(?i:…)`: case folding would take in ſ and K (the Kelvin sign).
macro_rules! contractions {
    () => {
        r"'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]"
    };
}

/// Words and numbers by the pattern given, then what Llama 3 has for the rest: punctuation with the line ends after it
/// (and with more, for some), line ends with the white space before them, white space.
macro_rules! words {
    ($($words:expr),+) => {
        words!(after r"[\r\n]*"; $($words),+)
    };
    (after $after:expr; $($words:expr),+) => {
        concat!($($words),+, r"| ?[^\s\p{L}\p{N}]+", $after, r"|\s*[\r\n]+|\s+")
    };
}

/// Capitals and then small letters, of the letters given: `HTTPServer` is one word, `httpServer` is two.
macro_rules! cased {
    ($letters:expr, $after:expr) => {
        concat!(
            r"[^\r\n\p{L}\p{N}]?[",
            $letters,
            r"--[a-z]]*[",
            $letters,
            r"--[A-Z]]+",
            $after,
            r"|[^\r\n\p{L}\p{N}]?[",
            $letters,
            r"--[a-z]]+[",
            $letters,
            r"--[A-Z]]*",
            $after
        )
    };
}

const ASCII_THEN_LETTERS: &str = concat!(
    r"[!-/:-@\[-`{-~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+",
    r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+"
);
const SPARK: &str =
    concat!(r"[!-/:-@\[-`{-~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+", r"| ?[\p{P}\p{S}]+|[\r\n]|\s+");
const CHINESE_AND_KANA: &str = r"[\x{4E00}-\x{9FA5}\x{3040}-\x{30FF}]+";
/// From the Samaritan letters up to the Chinese ones, and Korean.
const EASTERN: &str = r"[[\x{4E00}-\x{9FA5}\x{800}-\x{4E00}\x{AC00}-\x{D7FF}]--\s]+";
/// The letters that have cases, as of the Unicode version that DeepSeek's tokenizer was made with.
const CASED_LETTERS: &str = r"(?x) \s? [
        A-Za-z\x{B5}\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{1BA}\x{1BC}-\x{1BF}\x{1C4}-\x{293}\x{295}-\x{2AF}
        \x{370}-\x{373}\x{376}\x{377}\x{37B}-\x{37D}\x{37F}\x{386}\x{388}-\x{38A}\x{38C}\x{38E}-\x{3A1}
        \x{3A3}-\x{3F5}\x{3F7}-\x{481}\x{48A}-\x{52F}\x{531}-\x{556}\x{10A0}-\x{10C5}\x{13A0}-\x{13F5}
        \x{13F8}-\x{13FD}\x{1C90}-\x{1CBA}\x{1CBD}-\x{1CBF}\x{1D00}-\x{1D2B}\x{1D6B}-\x{1D77}
        \x{1D79}-\x{1D9A}\x{1E00}-\x{1F15}\x{1F18}-\x{1F1D}\x{1F20}-\x{1F45}\x{1F48}-\x{1F4D}
        \x{1F50}-\x{1F57}\x{1F59}\x{1F5B}\x{1F5D}\x{1F5F}-\x{1F7D}\x{1F80}-\x{1FB4}\x{1FB6}-\x{1FBC}\x{1FBE}
        \x{1FC2}-\x{1FC4}\x{1FC6}-\x{1FCC}\x{1FD0}-\x{1FD3}\x{1FD6}-\x{1FDB}\x{1FE0}-\x{1FEC}
        \x{1FF2}-\x{1FF4}\x{1FF6}-\x{1FFC}\x{2102}\x{2107}\x{210A}-\x{2113}\x{2115}\x{2119}-\x{211D}\x{2124}
        \x{2126}\x{2128}\x{212A}-\x{212D}\x{212F}-\x{2134}\x{2139}\x{213C}-\x{213F}\x{2145}-\x{2149}\x{214E}
        \x{2183}\x{2184}\x{2C00}-\x{2C7B}\x{2C7E}-\x{2CE4}\x{2CEB}-\x{2CEE}\x{2CF2}\x{2CF3}\x{A640}-\x{A66D}
        \x{A680}-\x{A69B}\x{A722}-\x{A76F}\x{A771}-\x{A787}\x{A78B}-\x{A78E}\x{AB70}-\x{ABBF}
        \x{FB00}-\x{FB06}\x{FB13}-\x{FB17}\x{FF21}-\x{FF3A}\x{FF41}-\x{FF5A}\x{10400}-\x{1044F}
        \x{104B0}-\x{104D3}\x{104D8}-\x{104FB}\x{10C80}-\x{10CB2}\x{10CC0}-\x{10CF2}\x{118A0}-\x{118DF}
        \x{1E900}-\x{1E943}
    ]+";
const WIDE_PUNCTUATION: &str =
    r"\s?[!-/:-~\x{FF01}-\x{FF0F}\x{FF1A}-\x{FF5E}\x{2018}-\x{201F}\x{3001}\x{3002}]+";
const KOREAN_AND_CHINESE: &str = concat!(
    r"[\x{AC00}-\x{D7A3}\x{3131}-\x{318E}]+",
    r"|[\x{FF01}\x{2026}\x{201C}\x{201D}\x{2018}\x{2019}\x{2014}\x{FF1A}\x{FF1B}\x{FF0C}\x{3001}-\x{303F}\x{FE30}-\x{FE4F}]+",
    r"|[\x{3105}-\x{312F}]+",
    r"|[\x{4E00}-\x{9FA5}\x{3040}-\x{30FF}]+",
);
const SENTENCES: &str = r" ?[^(\s|.,!?…。，、।۔،)]+";

/// What a way of cutting does, step by step.
pub(super) fn stages(split: Split) -> Vec<Stage> {
    use GiveBack::{Any, Never, NotLineEnds};
    let llama3 = words!(contractions!(), r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}");
    let qwen2 = words!(contractions!(), r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}");
    let patterns: &[(&str, GiveBack)] = match split {
        Split::Gpt2 => &[(GPT2, Any)],
        Split::SmolLm => &[(r"\p{N}", Never), (GPT2, Any)],
        Split::Falcon => &[(r"[\p{P}$+<=>\^~|`]+", Never), (GPT2, Any), (r"[0-9][0-9][0-9]", Never)],
        Split::Default => {
            &[(r"[\p{P}$+<=>\^~|]+", Never), (GPT2, Any), (r"\p{N}+", Never), (r"[0-9][0-9][0-9]", Never)]
        }
        Split::Llama3 => &[(llama3, NotLineEnds)],
        Split::MiniCpm5 => &[
            (r"\p{N}{1,3}", Never),
            (words!(contractions!(), r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}+"), NotLineEnds),
        ],
        Split::Qwen2 => &[(qwen2, NotLineEnds)],
        Split::Qwen35 => &[(
            concat!(
                contractions!(),
                r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}",
                r"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+"
            ),
            NotLineEnds,
        )],
        Split::Ufakzeka => &[(words!(r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"), NotLineEnds)],
        Split::Laguna => &[(r"[^\n]+|[\n]+", Never), (qwen2, NotLineEnds)],
        Split::SeedCoder => &[(
            concat!(
                contractions!(),
                r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+"
            ),
            NotLineEnds,
        )],
        Split::ExaoneMoe => &[(
            concat!(
                contractions!(),
                r"|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}",
                r"| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+"
            ),
            NotLineEnds,
        )],
        Split::Gpt4o => &[(
            words!(
                after r"[\r\n/]*";
                cased!(r"\p{L}", concat!("(?:", contractions!(), ")?")), r"|\p{N}{1,3}"
            ),
            NotLineEnds,
        )],
        Split::GraniteEmbed => &[(
            words!(
                after r"[\r\n/]*";
                cased!(r"[\p{L}\p{M}]", concat!("(?:", contractions!(), ")?")), r"|\p{N}{1,3}"
            ),
            NotLineEnds,
        )],
        Split::Tekken => &[(words!(after r"[\r\n/]*"; cased!(r"\p{L}", ""), r"|\p{N}"), NotLineEnds)],
        Split::Youtu => &[
            (KOREAN_AND_CHINESE, Never),
            (
                words!(
                    after r"[\r\n/]*";
                    r"[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+(?:", contractions!(), r")?|\p{N}"
                ),
                NotLineEnds,
            ),
        ],
        Split::DeepSeekLlm => &[
            (r"[\r\n]", Never),
            (CASED_LETTERS, Never),
            (WIDE_PUNCTUATION, Never),
            (r"\s+$", Never),
            (EASTERN, Never),
            (r"\p{N}+", Never),
        ],
        Split::DeepSeekCoder => &[
            (r"[\r\n]", Never),
            (r"\s?\p{L}+", Never),
            (r"\s?\p{P}+", Never),
            (EASTERN, Never),
            (r"\p{N}", Never),
        ],
        Split::DeepSeekV3 => {
            &[(r"\p{N}{1,3}", Never), (CHINESE_AND_KANA, Never), (ASCII_THEN_LETTERS, NotLineEnds)]
        }
        Split::Spark => &[(r"\p{N}{1,3}", Never), (CHINESE_AND_KANA, Never), (SPARK, Any), (r"\p{N}", Never)],
        Split::Bloom => &[(SENTENCES, Never)],
        Split::Viking => &[(SENTENCES, Never), (r"\p{N}", Never)],
        Split::Chameleon => &[
            (r"<sentinel:[0-9]+>", Never),
            (r"IMGIMG[A-I]{1,4}Z", Never),
            (r"[\t\n]|    |  ", Never),
            (r"\p{N}", Never),
            (r"[\p{P}!-/:-@\[-`{-~]", Never),
            (GPT2, Any),
        ],
        Split::SuperBpe => &[(r"\p{N}+", Never)],
    };
    let stage = |&(pattern, give_back): &(&str, GiveBack)| Stage::Pattern {
        pattern: Regex::new(pattern).expect("a constant pattern, compiled in a test"),
        give_back,
    };
    let mut stages: Vec<Stage> = patterns.iter().map(stage).collect();
    if split == Split::SuperBpe {
        stages.push(Stage::Thousands);
    }
    stages
}
