//! Which class transformers builds a folder's tokenizer with, and what the class makes of `tokenizer.json`.
//!
//! Most classes take the file as it is. Some take only its vocabulary, merges and template, and bring normaliser,
//! pre-tokenizer and decoder themselves: what the file says of these has no effect there, nor here. (transformers 5.23:
//! `AutoTokenizer.from_pretrained`, `TokenizersBackend`, and each class's `__init__`; `fixtures/tokenizer_folders.py`
//! holds the tables below against it.)

use serde_json::{Value, json};
use tokenizers::ModelWrapper;

use super::files::Files;

/// How a tokenizer is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// From `tokenizer.json` as it is.
    Kept,
    Llama,
    Gpt2,
    CodeGen,
    Gemma,
    Qwen2,
    GptNeoX,
    Cohere,
    /// A class that builds its own and that Fathom does not know: the file is taken as it is.
    Unknown,
}

/// The class of each model type that Fathom runs (`TOKENIZER_MAPPING_NAMES`); those without one are left out.
const BY_MODEL_TYPE: &[(&str, &str)] = &[
    ("cohere", "CohereTokenizer"),
    ("gemma", "GemmaTokenizer"),
    ("gemma2", "GemmaTokenizer"),
    ("gemma3_text", "GemmaTokenizer"),
    ("gpt2", "GPT2Tokenizer"),
    ("gpt_neo", "GPT2Tokenizer"),
    ("gpt_neox", "GPTNeoXTokenizer"),
    ("gptj", "GPT2Tokenizer"),
    ("granite", BACKEND),
    ("internlm2", BACKEND),
    ("mistral", BACKEND),
    ("mixtral", BACKEND),
    ("mpt", "GPTNeoXTokenizer"),
    ("olmo", "GPTNeoXTokenizer"),
    ("olmo2", BACKEND),
    ("olmo3", BACKEND),
    ("olmoe", "GPTNeoXTokenizer"),
    ("opt", "GPT2Tokenizer"),
    ("phi", "GPT2Tokenizer"),
    ("phi3", BACKEND),
    ("qwen2", "Qwen2Tokenizer"),
    ("qwen2_moe", "Qwen2Tokenizer"),
    ("qwen3", "Qwen2Tokenizer"),
    ("qwen3_moe", "Qwen2Tokenizer"),
    ("stablelm", BACKEND),
    ("starcoder2", "GPT2Tokenizer"),
];

/// Model types whose files name a wrong class (`MODELS_WITH_INCORRECT_HUB_TOKENIZER_CLASS`).
const MISNAMED: &[&str] = &["internlm2", "phi3", "qwen2"];

/// Model types that go by `MistralCommonBackend` where Mistral's own library is installed, which transformers does not
/// ask for.
const MISTRAL: &[&str] = &["mistral", "mixtral"];

const BACKEND: &str = "TokenizersBackend";

/// Classes that build their own tokenizer, or are none of the `tokenizers` library's, without `Tokenizer` at the end.
const OTHERS: &[&str] = &[
    "Albert",
    "Barthez",
    "Bartpho",
    "Bart",
    "BertJapanese",
    "Bert",
    "Bertweet",
    "BigBird",
    "BioGpt",
    "BlenderbotSmall",
    "Blenderbot",
    "ByT5",
    "CLIP",
    "CTRL",
    "Camembert",
    "Canine",
    "Clvp",
    "CodeLlama",
    "CpmAnt",
    "Cpm",
    "DPRQuestionEncoder",
    "Deberta",
    "DebertaV2",
    "Dia",
    "DistilBert",
    "Electra",
    "Esm",
    "Esmc",
    "FSMT",
    "Flaubert",
    "Funnel",
    "GPTNeoXJapanese",
    "Herbert",
    "LED",
    "Lasr",
    "LayoutLMv2",
    "LayoutLMv3",
    "LayoutXLM",
    "Luke",
    "Lxmert",
    "MBart50",
    "MBart",
    "MPNet",
    "MarkupLM",
    "Mgpstr",
    "MobileBert",
    "Mvp",
    "MyT5",
    "Nllb",
    "Nougat",
    "OpenAIGPT",
    "PLBart",
    "Pegasus",
    "Perceiver",
    "Phobert",
    "ProphetNet",
    "Qwen3_5",
    "Rag",
    "Reformer",
    "RemBert",
    "RoCBert",
    "RoFormer",
    "Roberta",
    "SeamlessM4T",
    "Siglip2",
    "Splinter",
    "T5",
    "Tapas",
    "Udop",
    "VideoPrism",
    "Vits",
    "Wav2Vec2CTC",
    "Wav2Vec2PhonemeCTC",
    "Whisper",
    "XGLM",
    "XLMRoberta",
    "XLM",
    "XLNet",
];

impl Class {
    /// As `AutoTokenizer` chooses it. `byte_level`: whether `tokenizer.json` has a part of that name.
    pub(super) fn of(files: &Files, byte_level: bool) -> Class {
        let text = |value: &Value, key: &str| value[key].as_str().map(str::to_owned);
        let own = files.config.get("tokenizer_class").and_then(Value::as_str).map(str::to_owned);
        let declared = own.or_else(|| text(&files.model, "tokenizer_class"));
        let remote = match files.config.get("auto_map") {
            None => false,
            Some(Value::Array(_)) => true,
            Some(map) => !map["AutoTokenizer"].is_null(),
        };
        let model_type = text(&files.model, "model_type").unwrap_or_default();
        let registered =
            BY_MODEL_TYPE.iter().find(|(known, _)| *known == model_type).map(|(_, class)| *class);
        let misnamed = MISNAMED.contains(&model_type.as_str());
        let declared = declared.as_deref().map(stem);
        let Some(declared) = declared else { return Class::named(registered.map_or(BACKEND, stem)) };
        if remote {
            return Class::named(declared);
        }
        // Files in Llama 3's manner name Llama 2's class.
        if declared == "LlamaTokenizer" && byte_level && !misnamed && !MISTRAL.contains(&model_type.as_str())
        {
            return Class::Kept;
        }
        match registered.map(stem) {
            Some(BACKEND) => Class::Kept,
            Some(registered) if misnamed => Class::named(registered),
            _ => Class::named(declared),
        }
    }

    fn named(name: &str) -> Class {
        match name {
            "LlamaTokenizer" => Class::Llama,
            "GPT2Tokenizer" => Class::Gpt2,
            "CodeGenTokenizer" => Class::CodeGen,
            "GemmaTokenizer" => Class::Gemma,
            "Qwen2Tokenizer" => Class::Qwen2,
            "GPTNeoXTokenizer" => Class::GptNeoX,
            "CohereTokenizer" => Class::Cohere,
            other if other.strip_suffix("Tokenizer").is_some_and(|name| OTHERS.contains(&name)) => {
                Class::Unknown
            }
            _ => Class::Kept,
        }
    }

    /// True for a class that takes only vocabulary, merges and template from the file.
    pub(super) fn rebuilds(self) -> bool {
        !matches!(self, Class::Kept | Class::Unknown)
    }

    /// The name that transformers gives it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Class::Kept | Class::Unknown => BACKEND,
            Class::Llama => "LlamaTokenizer",
            Class::Gpt2 => "GPT2Tokenizer",
            Class::CodeGen => "CodeGenTokenizer",
            Class::Gemma => "GemmaTokenizer",
            Class::Qwen2 => "Qwen2Tokenizer",
            Class::GptNeoX => "GPTNeoXTokenizer",
            Class::Cohere => "CohereTokenizer",
        }
    }

    /// The special tokens that the class has where no file names others.
    pub(super) fn defaults(self) -> &'static [(&'static str, &'static str)] {
        const END: &str = "<|endoftext|>";
        match self {
            Class::Kept | Class::Unknown => &[],
            Class::Llama => &[("bos_token", "<s>"), ("eos_token", "</s>"), ("unk_token", "<unk>")],
            Class::Gpt2 | Class::CodeGen => &[("bos_token", END), ("eos_token", END), ("unk_token", END)],
            Class::Gemma => &[
                ("bos_token", "<bos>"),
                ("eos_token", "<eos>"),
                ("unk_token", "<unk>"),
                ("pad_token", "<pad>"),
                ("mask_token", "<mask>"),
            ],
            Class::Qwen2 => &[("eos_token", END), ("unk_token", END), ("pad_token", END)],
            Class::GptNeoX => {
                &[("bos_token", END), ("eos_token", END), ("unk_token", END), ("pad_token", "<|padding|>")]
            }
            Class::Cohere => &[
                ("bos_token", "<BOS_TOKEN>"),
                ("eos_token", "<|END_OF_TURN_TOKEN|>"),
                ("unk_token", "<UNK>"),
                ("sep_token", "<SEP>"),
                ("pad_token", "<PAD>"),
                ("cls_token", "<CLS>"),
                ("mask_token", "<MASK_TOKEN>"),
            ],
        }
    }

    /// Puts the class's own parts in the place of the file's; false where the class cannot be built from this model.
    pub(super) fn rebuild(self, files: &Files, model: &mut ModelWrapper, parts: &mut Parts) -> bool {
        if !self.rebuilds() {
            return true;
        }
        let ModelWrapper::BPE(bpe) = model else { return false };
        let flag = |key: &str| files.config.get(key).and_then(Value::as_bool);
        let pieces = matches!(self, Class::Llama | Class::Gemma);
        (bpe.dropout, bpe.ignore_merges) = (None, false);
        (bpe.fuse_unk, bpe.byte_fallback) = (pieces, pieces);
        bpe.unk_token =
            (self == Class::Gemma).then(|| files.named_text("unk_token").unwrap_or("<unk>".to_owned()));
        (bpe.continuing_subword_prefix, bpe.end_of_word_suffix) = (None, None);

        let prefix_space = flag("add_prefix_space");
        let byte_level = |use_regex| json!({"type": "ByteLevel", "add_prefix_space": prefix_space.unwrap_or(false), "trim_offsets": true, "use_regex": use_regex});
        let nfc = json!({"type": "NFC"});
        let decoder =
            json!({"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true});
        let sequence = |parts: Value| json!({"type": "Sequence", "pretokenizers": parts});
        let space = json!({"type": "Replace", "pattern": {"String": "▁"}, "content": " "});
        let fallback = [space, json!({"type": "ByteFallback"}), json!({"type": "Fuse"})];
        (parts.normalizer, parts.pre_tokenizer, parts.decoder) = match self {
            Class::Kept | Class::Unknown => return true,
            Class::Llama => {
                let prefix = prefix_space.unwrap_or(true);
                let scheme = match (prefix, flag("legacy").unwrap_or(false)) {
                    (false, _) => "never",
                    (true, true) => "always",
                    (true, false) => "first",
                };
                let pre = json!({"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": false});
                let strip = json!({"type": "Strip", "content": " ", "start": 1, "stop": 0});
                let decoders: Vec<Value> = fallback.into_iter().chain(prefix.then_some(strip)).collect();
                (Value::Null, pre, json!({"type": "Sequence", "decoders": decoders}))
            }
            Class::Gemma => {
                let split = json!({"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": false});
                let replace = json!({"type": "Replace", "pattern": {"String": " "}, "content": "▁"});
                (replace, split, json!({"type": "Sequence", "decoders": fallback}))
            }
            Class::Gpt2 | Class::CodeGen => (Value::Null, byte_level(true), decoder),
            Class::GptNeoX => {
                // "add_bos_token" is not read beside a tokenizer.json, and the file's template neither.
                parts.post_processor = Value::Null;
                (nfc, byte_level(true), decoder)
            }
            Class::Cohere => {
                let digits = json!({"type": "Digits", "individual_digits": true});
                (nfc, sequence(json!([digits, byte_level(true)])), decoder)
            }
            Class::Qwen2 => {
                let split = json!({"type": "Split", "pattern": {"Regex": QWEN2}, "behavior": "Isolated", "invert": false});
                (nfc, sequence(json!([split, byte_level(false)])), decoder)
            }
        };
        true
    }
}

/// The parts of a tokenizer beside its model, as `tokenizer.json` describes them; null where there is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Parts {
    pub(super) normalizer: Value,
    pub(super) pre_tokenizer: Value,
    pub(super) post_processor: Value,
    pub(super) decoder: Value,
}

const QWEN2: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// A class's name as of transformers 5, which has one where it had two.
fn stem(name: &str) -> &str {
    match name {
        "PreTrainedTokenizerFast" | "PreTrainedTokenizer" => BACKEND,
        _ => name.strip_suffix("Fast").unwrap_or(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tables above, against what `fixtures/tokenizer_folders.py` found in transformers.
    #[test]
    fn tables_as_in_transformers() {
        let path = fathom_fixtures::fixtures().join("tokenizer/folders.json");
        let fixture: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let types = fixture["classes"]["types"].as_object().unwrap();
        for (model_type, facts) in types {
            let registered =
                BY_MODEL_TYPE.iter().find(|(known, _)| known == model_type).map(|(_, class)| *class);
            assert_eq!(registered, facts["class"].as_str(), "{model_type}");
            assert_eq!(MISNAMED.contains(&model_type.as_str()), facts["misnamed"] == true, "{model_type}");
        }
        assert!(types.len() > 25);
        for (model_type, _) in BY_MODEL_TYPE {
            assert!(types.contains_key(*model_type), "{model_type}");
        }
        let builds = fixture["classes"]["builds"].as_object().unwrap();
        for (class, builds) in builds {
            assert_eq!(Class::named(stem(class)) != Class::Kept, *builds == true, "{class}");
        }
        assert!(builds.len() > 50);
    }
}
