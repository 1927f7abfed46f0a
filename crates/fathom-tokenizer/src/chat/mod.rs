//! Chats: messages become the text that a model was tuned on, by the model's own template.
//!
//! A template is a program out of a file that anybody may have written: it gets a budget, and what it makes of a
//! message is not believed but checked: the text between marks put in for the contents must be the template's own.
//!
//! ```
//! use fathom_fixtures::write::GgufWriter;
//! use fathom_formats::{Gguf, Value};
//! use fathom_reading::Origin;
//! use fathom_tokenizer::{Tokenizer, chat::{ChatOptions, Message}};
//!
//! let bytes = GgufWriter::new()
//!     .meta("general.architecture", "gpt2")
//!     .meta("tokenizer.ggml.model", "gpt2")
//!     .meta("tokenizer.ggml.pre", "gpt-2")
//!     .meta("tokenizer.ggml.tokens", Value::from_iter(["h", "i", "<|im_start|>", "<|im_end|>"]))
//!     .meta("tokenizer.ggml.token_type", Value::from(vec![1, 1, 3, 3]))
//!     .meta("tokenizer.ggml.merges", Value::from_iter([""; 0]))
//!     .meta("tokenizer.chat_template", "{% for m in messages %}<|im_start|>{{ m.content }}<|im_end|>{% endfor %}")
//!     .to_bytes()?;
//! let tokenizer = Tokenizer::from_gguf(&Gguf::from_bytes(bytes)?)?;
//!
//! let chat = tokenizer.chat(&[Message::user("hi")], &ChatOptions::default())?;
//! let marked: Vec<_> = chat.tokens().map(|(id, origin)| (id.0, origin)).collect();
//! let (template, prompt) = (Origin::Template, Origin::Prompt);
//! assert_eq!(marked, [(2, template), (0, prompt), (1, prompt), (3, template)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod environment;
mod locate;
mod metered;
mod meters;
mod python;

use std::fmt;
use std::ops::Range;
use std::time::SystemTime;

use fathom_reading::{Origin, TokenId};

use crate::added::touches;
use crate::error::shown;
use crate::gguf::Placed;
use crate::{Specials, Tokenizer, TokenizerError};
use environment::Rendering;

/// Far more than any template that a person wrote.
const MOST_TEMPLATE_BYTES: usize = 1 << 20;

/// What somebody says in a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Who: `system`, `user` or `assistant` in most templates.
    pub role: String,
    /// What: text, whatever special strings it holds.
    pub content: String,
}

impl Message {
    /// What the user says.
    pub fn user(content: impl Into<String>) -> Message {
        Message::new("user", content)
    }

    /// What anybody says.
    pub fn new(role: impl Into<String>, content: impl Into<String>) -> Message {
        Message { role: role.into(), content: content.into() }
    }
}

/// How a chat becomes tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatOptions {
    /// Whether the text ends where the model's answer begins. Default: yes.
    pub add_generation_prompt: bool,
    /// Which of the model's templates; default: the one named `default`, or its only one.
    pub template: Option<String>,
    /// The time for templates that write the date (in UTC); default: now.
    pub now: Option<SystemTime>,
}

impl Default for ChatOptions {
    fn default() -> Self {
        ChatOptions { add_generation_prompt: true, template: None, now: None }
    }
}

/// A chat as tokens: nothing is to be added to them, no BOS either (a template writes its own).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chat {
    /// The tokens in order, cut where their origin changes.
    pub pieces: Vec<ChatPiece>,
    /// The text that the template made.
    pub text: String,
    /// What a person should know of it.
    pub notes: Vec<ChatNote>,
}

/// Neighbouring tokens of one origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatPiece {
    /// The tokens.
    pub ids: Vec<TokenId>,
    /// [`Origin::Prompt`] where a token holds a byte of a message's content, else [`Origin::Template`].
    pub origin: Origin,
}

/// What a person should know of a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChatNote {
    /// The template changes the messages' contents: all tokens count as the template's.
    ContentNotFound,
    /// The template wrote the date: on another day the tokens are others.
    WritesDate,
}

impl fmt::Display for ChatNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ChatNote::ContentNotFound => {
                "the chat template changes what the messages say, so their tokens could not be told from the template's: all are marked as template"
            }
            ChatNote::WritesDate => "the chat template writes today's date: on another day the tokens are others",
        })
    }
}

impl Chat {
    /// Every token with where it came from.
    pub fn tokens(&self) -> impl Iterator<Item = (TokenId, Origin)> {
        self.pieces.iter().flat_map(|piece| piece.ids.iter().map(|&id| (id, piece.origin)))
    }
}

/// A model's chat templates, as text: they are compiled when they are used, so that a bad one spoils nothing else.
#[derive(Default)]
pub(crate) struct Templates {
    named: Vec<(String, String)>,
    /// What templates call `bos_token` and so on.
    tokens: Vec<(String, String)>,
    /// Why there are none, where something is wrong with them.
    problem: Option<String>,
}

impl Templates {
    /// Adds a template, or replaces the one of this name.
    pub(crate) fn add(&mut self, name: &str, source: &str) {
        self.named.retain(|(known, _)| known != name);
        self.named.push((name.to_owned(), source.to_owned()));
    }

    pub(crate) fn name_token(&mut self, name: &str, text: &str) {
        self.tokens.push((name.to_owned(), text.to_owned()));
    }

    pub(crate) fn blame(&mut self, problem: String) {
        self.problem.get_or_insert(problem);
    }

    /// By name; without one `default`, or the only one there is.
    fn choose(&self, name: Option<&str>) -> Result<(&str, &str), TokenizerError> {
        let by_name = |name: &str| self.named.iter().find(|(known, _)| known == name);
        let found = match (name, &self.named[..]) {
            (Some(name), _) => by_name(name),
            (None, [only]) => Some(only),
            (None, _) => by_name("default"),
        };
        let (name, source) = found.ok_or_else(|| self.missing(name))?;
        if source.len() > MOST_TEMPLATE_BYTES {
            let problem = format!("it has {} bytes; at most {MOST_TEMPLATE_BYTES} are taken", source.len());
            return Err(TokenizerError::ChatTemplate { name: shown(name), problem });
        }
        Ok((name, source))
    }

    fn missing(&self, name: Option<&str>) -> TokenizerError {
        let known: Vec<_> = self.named.iter().map(|(name, _)| name).collect();
        match name {
            _ if known.is_empty() => {
                let problem =
                    self.problem.as_ref().map(|problem| format!(" ({problem})")).unwrap_or_default();
                TokenizerError::NoChatTemplate { problem }
            }
            name => TokenizerError::WhichChatTemplate {
                wanted: shown(name.unwrap_or("default")),
                known: fathom_formats::listed(&known, 20),
            },
        }
    }
}

impl Tokenizer {
    /// The names of the model's chat templates; most models that have one call it `default`.
    pub fn chat_templates(&self) -> impl Iterator<Item = &str> {
        self.chat.named.iter().map(|(name, _)| name.as_str())
    }

    /// A chat's tokens, each marked as the template's or a message's.
    ///
    /// Special strings in the template become the tokens that they name; in a message they stay text. Apart from that
    /// the whole text is tokenised at once, as the model saw it in training: a token with bytes of both counts as the
    /// message's.
    ///
    /// # Errors
    /// No template, or none of that name; one that is no template, that takes too long or that refuses the messages (in
    /// its own words); a text that the tokenizer has no tokens for.
    pub fn chat(&self, messages: &[Message], options: &ChatOptions) -> Result<Chat, TokenizerError> {
        if messages.is_empty() {
            return Err(TokenizerError::NoMessages);
        }
        let (name, source) = self.chat.choose(options.template.as_deref())?;
        let rendering = Rendering { name, source, tokens: &self.chat.tokens, options };
        let rendered = rendering.run(messages)?;
        let found = locate::contents(&rendering, messages, &rendered.text);
        let mut notes = Vec::new();
        if found.is_none() {
            self.refuse_special_strings(messages)?;
            notes.push(ChatNote::ContentNotFound);
        }
        if rendered.dated {
            notes.push(ChatNote::WritesDate);
        }
        let contents = found.unwrap_or_default();
        let tokens = self.place(&rendered.text, &contents)?.into_iter();
        // A special token may take the white space of a message beside it; that does not make it the message's.
        let tokens = tokens.map(|(id, place)| match self.is_special(id) {
            true => (id, without_space(&rendered.text, place)),
            false => (id, place),
        });
        let pieces = pieces(tokens, &contents);
        Ok(Chat { pieces, text: rendered.text, notes })
    }

    /// Where contents can't be found, their special strings would be taken for the template's.
    fn refuse_special_strings(&self, messages: &[Message]) -> Result<(), TokenizerError> {
        for message in messages {
            let as_text = self.encode(&message.content, Specials::AsText)?;
            if self.encode(&message.content, Specials::Parse)? != as_text {
                return Err(TokenizerError::ChatSpecials { role: shown(&message.role) });
            }
        }
        Ok(())
    }
}

/// The part of a place that is no white space around a token's name.
fn without_space(text: &str, place: Range<usize>) -> Range<usize> {
    let Some(found) = text.get(place.clone()) else { return place };
    let start = place.start + found.len() - found.trim_start().len();
    start..(start + found.trim().len())
}

fn pieces(tokens: impl IntoIterator<Item = Placed>, contents: &[Range<usize>]) -> Vec<ChatPiece> {
    let mut pieces: Vec<ChatPiece> = Vec::new();
    for (id, place) in tokens {
        let origin = if touches(contents, &place) { Origin::Prompt } else { Origin::Template };
        match pieces.last_mut() {
            Some(last) if last.origin == origin => last.ids.push(id),
            _ => pieces.push(ChatPiece { ids: vec![id], origin }),
        }
    }
    pieces
}
