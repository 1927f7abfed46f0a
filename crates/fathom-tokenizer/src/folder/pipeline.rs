//! What `tokenizer.json` does to a text before its model cuts it into tokens: normalisers and pre-tokenizers, one after
//! the other, each within the text's [`Budget`].
//!
//! The crate's own parts do the work, but for searches: where a regular expression meets its limit the crate takes that
//! for the end of the text, and gives other tokens without a word.

use fancy_regex::{Regex, RegexBuilder};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokenizers::pattern::{Invert, Pattern};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{
    Error, NormalizedString, NormalizerWrapper, Offsets, PreTokenizedString, PreTokenizer,
    PreTokenizerWrapper, SplitDelimiterBehavior,
};

use super::budget::Budget;
use super::bytes::{flatten, kind};

/// Texts up to this length, and how often one search in them may go back and try another way: such a step may cost what
/// the text is long.
const STEPS: [(usize, usize); 3] = [(1 << 12, 1 << 20), (1 << 16, 1 << 17), (usize::MAX, 1 << 15)];

/// The parts in order.
pub(super) struct Pipeline {
    normalizers: Vec<Normalizer>,
    pre_tokenizers: Vec<Splitter>,
}

enum Normalizer {
    Replace { search: Search, content: String },
    Other(NormalizerWrapper),
}

enum Splitter {
    Split { search: Search, behavior: SplitDelimiterBehavior, invert: bool },
    Other(PreTokenizerWrapper),
}

/// What is looked for in a text.
pub(super) enum Search {
    Text(String),
    /// One expression, with each of the limits in [`STEPS`].
    Regex(Vec<Regex>),
}

impl Pipeline {
    /// From the two parts as the crate describes them.
    pub(super) fn new(normalizer: &Value, pre_tokenizer: &Value) -> Result<Pipeline, Error> {
        let (mut normalizers, mut pre_tokenizers) = (Vec::new(), Vec::new());
        flatten(normalizer, "normalizers", &mut normalizers);
        flatten(pre_tokenizer, "pretokenizers", &mut pre_tokenizers);
        Ok(Pipeline {
            normalizers: normalizers.iter().map(Normalizer::new).collect::<Result<_, _>>()?,
            pre_tokenizers: pre_tokenizers.iter().map(Splitter::new).collect::<Result<_, _>>()?,
        })
    }

    /// True where bytes become visible characters, GPT-2's way.
    pub(super) fn is_byte_level(&self) -> bool {
        self.byte_level().next().is_some()
    }

    /// True where a text reaches the model byte for byte: not normalised, and without a space before it.
    pub(super) fn leaves_text_alone(&self) -> bool {
        self.normalizers.is_empty() && !self.byte_level().any(|part| part.add_prefix_space)
    }

    fn byte_level(&self) -> impl Iterator<Item = &ByteLevel> {
        self.pre_tokenizers.iter().filter_map(|part| match part {
            Splitter::Other(PreTokenizerWrapper::ByteLevel(part)) => Some(part),
            _ => None,
        })
    }

    /// The normalisers, spending of `budget`.
    pub(super) fn within<'a>(&'a self, budget: &'a Budget) -> Normalizing<'a> {
        Normalizing { pipeline: self, budget }
    }

    pub(super) fn pre_tokenize(&self, pieces: &mut PreTokenizedString, budget: &Budget) -> Result<(), Error> {
        for splitter in &self.pre_tokenizers {
            budget.goes_on()?;
            match splitter {
                Splitter::Split { search, behavior, invert } => pieces.split(|_, text| {
                    let found = Spending { search, budget };
                    if *invert { text.split(Invert(found), *behavior) } else { text.split(found, *behavior) }
                })?,
                Splitter::Other(other) => other.pre_tokenize(pieces)?,
            }
        }
        budget.goes_on()
    }
}

/// The normalisers as the crate calls them. (It drops their errors: the budget keeps them.)
pub(super) struct Normalizing<'a> {
    pipeline: &'a Pipeline,
    budget: &'a Budget,
}

impl tokenizers::Normalizer for Normalizing<'_> {
    fn normalize(&self, text: &mut NormalizedString) -> Result<(), Error> {
        let steps = &mut self.pipeline.normalizers.iter();
        self.budget.keep(steps.try_for_each(|step| step.run(text, self.budget)))
    }
}

impl Normalizer {
    fn new(part: &Value) -> Result<Normalizer, Error> {
        match kind(part) {
            "Replace" => Ok(Normalizer::Replace {
                search: Search::new(&part["pattern"])?,
                content: part["content"].as_str().unwrap_or_default().to_owned(),
            }),
            _ => read(part).map(Normalizer::Other),
        }
    }

    fn run(&self, text: &mut NormalizedString, budget: &Budget) -> Result<(), Error> {
        budget.goes_on()?;
        match self {
            Normalizer::Replace { search, content } => {
                let found = Spending { search, budget }.find_matches(text.get())?;
                let matches = found.iter().filter(|(_, is_match)| *is_match).count();
                budget.holds(text.len().saturating_add(matches.saturating_mul(content.len())))?;
                text.replace(Found(found), content)?;
            }
            Normalizer::Other(other) => tokenizers::Normalizer::normalize(other, text)?,
        }
        budget.holds(text.len())
    }
}

impl Splitter {
    fn new(part: &Value) -> Result<Splitter, Error> {
        match read(part)? {
            PreTokenizerWrapper::Split(split) => Ok(Splitter::Split {
                search: Search::new(&part["pattern"])?,
                behavior: split.behavior,
                invert: split.invert,
            }),
            other => Ok(Splitter::Other(other)),
        }
    }
}

impl Search {
    /// From `{"String": …}` or `{"Regex": …}`.
    pub(super) fn new(pattern: &Value) -> Result<Search, Error> {
        match (pattern["String"].as_str(), pattern["Regex"].as_str()) {
            (Some(text), _) => Ok(Search::Text(text.to_owned())),
            (None, Some(regex)) => {
                let compile = |(_, steps)| RegexBuilder::new(regex).backtrack_limit(steps).build();
                Ok(Search::Regex(STEPS.into_iter().map(compile).collect::<Result<_, _>>()?))
            }
            (None, None) => Err("a pattern is neither a String nor a Regex".into()),
        }
    }

    /// All places, none overlapping another. Where the search meets its limit, that is an error.
    pub(super) fn all(&self, text: &str, budget: &Budget) -> Result<Vec<(usize, usize)>, Error> {
        match self {
            Search::Text(wanted) => {
                Ok(text.match_indices(wanted).map(|(start, found)| (start, start + found.len())).collect())
            }
            Search::Regex(by_length) => {
                let level = STEPS.iter().position(|&(most, _)| text.len() <= most).unwrap_or(0);
                let mut places = Vec::new();
                for found in by_length[level].find_iter(text) {
                    let found = found.map_err(|_| budget.over("time"))?;
                    places.push((found.start(), found.end()));
                    budget.goes_on()?;
                }
                Ok(places)
            }
        }
    }
}

/// A search as the crate asks for it.
struct Spending<'a> {
    search: &'a Search,
    budget: &'a Budget,
}

impl Pattern for Spending<'_> {
    fn find_matches(&self, text: &str) -> Result<Vec<(Offsets, bool)>, Error> {
        if text.is_empty() {
            return Ok(vec![((0, 0), false)]);
        }
        let (mut pieces, mut at) = (Vec::new(), 0);
        for (start, end) in self.search.all(text, self.budget)? {
            if at != start {
                pieces.push(((at, start), false));
            }
            pieces.push(((start, end), true));
            at = end;
        }
        if at != text.len() {
            pieces.push(((at, text.len()), false));
        }
        Ok(pieces)
    }
}

/// Places that are known already.
struct Found(Vec<(Offsets, bool)>);

impl Pattern for Found {
    fn find_matches(&self, _: &str) -> Result<Vec<(Offsets, bool)>, Error> {
        Ok(self.0.clone())
    }
}

fn read<T: DeserializeOwned>(part: &Value) -> Result<T, Error> {
    Ok(serde_json::from_value(part.clone())?)
}
