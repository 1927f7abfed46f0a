//! Templates are rendered as transformers does it (`chat_template_utils.py`): Jinja with trimmed blocks, loop controls,
//! Python's methods, and a few functions. Unlike there, with a budget for work and memory.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use minijinja::machinery::{CodeGenerator, eval, make_string_output, parse};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, ErrorKind};
use regex::Regex;

use super::{ChatOptions, Message, metered, meters, python};
use crate::TokenizerError;
use crate::error::shown;

/// What a template may spend: an instruction costs 1, as do 64 bytes of text made: about 64 MB in all.
const FUEL: u64 = 1_000_000;

/// How deep macros and loops may be in one another: well within a thread's stack.
const DEPTH: usize = 200;

/// A template, and what all of its renderings have in common.
pub(super) struct Rendering<'a> {
    pub(super) name: &'a str,
    pub(super) source: &'a str,
    /// `bos_token` and so on.
    pub(super) tokens: &'a [(String, String)],
    pub(super) options: &'a ChatOptions,
}

pub(super) struct Rendered {
    pub(super) text: String,
    /// Whether the template asked for the time.
    pub(super) dated: bool,
}

/// What a template's functions tell us.
#[derive(Default)]
struct Signals {
    dated: AtomicBool,
    /// What it said when it refused the messages.
    refused: Mutex<Option<String>>,
}

impl Rendering<'_> {
    pub(super) fn run(&self, messages: &[Message]) -> Result<Rendered, TokenizerError> {
        let source = without_generation_blocks(self.source);
        let signals = Arc::new(Signals::default());
        let contents: usize = messages.iter().map(|message| message.content.len()).sum();
        let environment = self.environment(&signals, FUEL + contents as u64);
        let text =
            self.render(&source, &environment, messages).map_err(|error| self.error(&error, &signals))?;
        Ok(Rendered { text, dated: signals.dated.load(Ordering::Relaxed) })
    }

    fn render<'env>(
        &self,
        source: &'env str,
        environment: &'env Environment<'env>,
        messages: &[Message],
    ) -> Result<String, Error> {
        metered::short_enough(source, syntax())?;
        let template = metered::metered(&parse(source, TEMPLATE, syntax())?)?;
        let mut code = CodeGenerator::new(TEMPLATE, source);
        code.compile_stmt(&template);
        let (instructions, blocks) = code.finish();
        let mut text = String::new();
        let variables = self.variables(messages);
        let mut out = make_string_output(&mut text);
        eval(environment, &instructions, variables, &blocks, &mut out, AutoEscape::None)?;
        Ok(text)
    }

    fn environment(&self, signals: &Arc<Signals>, fuel: u64) -> Environment<'_> {
        let mut environment = Environment::new();
        environment.set_syntax(syntax());
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        meters::add_meters(&mut environment);
        environment.set_fuel(Some(fuel));
        environment.set_recursion_limit(DEPTH);
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.set_formatter(|out, state, value| match python::constant(value) {
            Some(name) => Ok(out.write_str(name)?),
            None => minijinja::escape_formatter(out, state, value),
        });
        environment.add_filter("tojson", python::tojson);
        let refusing = Arc::clone(signals);
        environment.add_function("raise_exception", move |message: String| -> Result<String, Error> {
            *refusing.refused.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(message.clone());
            Err(Error::new(ErrorKind::InvalidOperation, message))
        });
        let dating = Arc::clone(signals);
        let now = self.options.now.unwrap_or_else(SystemTime::now);
        let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        environment.add_function("strftime_now", move |format: &str| {
            dating.dated.store(true, Ordering::Relaxed);
            python::strftime(format, seconds)
        });
        environment
    }

    fn variables(&self, messages: &[Message]) -> Value {
        let messages = messages.iter().map(|message| {
            Value::from_pairs([("role", message.role.as_str()), ("content", message.content.as_str())])
        });
        let mut variables = vec![
            ("messages", Value::from_iter(messages)),
            ("tools", Value::from(())),
            ("documents", Value::from(())),
            ("add_generation_prompt", Value::from(self.options.add_generation_prompt)),
        ];
        variables.extend(self.tokens.iter().map(|(name, text)| (name.as_str(), Value::from(text.as_str()))));
        Value::from_pairs(variables)
    }

    fn error(&self, error: &Error, signals: &Signals) -> TokenizerError {
        let name = shown(self.name);
        let refused = signals.refused.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
        match (refused, error.kind()) {
            (Some(message), _) => TokenizerError::ChatRefused { message: shown(&message) },
            (None, ErrorKind::OutOfFuel) => {
                let problem = "it takes more time or memory than a template may".to_owned();
                TokenizerError::ChatTemplate { name, problem }
            }
            (None, kind) => {
                let detail = error.detail().map(|detail| format!(": {}", shown(detail))).unwrap_or_default();
                let line = error.line().map(|line| format!(", in its line {line}")).unwrap_or_default();
                TokenizerError::ChatTemplate { name, problem: format!("{kind}{detail}{line}") }
            }
        }
    }
}

/// What errors would call it: they are told in words of ours.
const TEMPLATE: &str = "chat template";

fn syntax() -> SyntaxConfig {
    // It cannot fail: the delimiters are the usual ones.
    SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().unwrap_or_default()
}

/// transformers' own blocks (`{% generation %}`) mark what an assistant said, for training: here they are plain blocks.
fn without_generation_blocks(source: &str) -> std::borrow::Cow<'_, str> {
    static BLOCKS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\{%([-+]?)\s*(end)?generation\s*([-+]?)%\}")
            .expect("a constant pattern, compiled in a test")
    });
    BLOCKS.replace_all(source, |found: &regex::Captures<'_>| {
        let (before, after) = (&found[1], &found[3]);
        match found.get(2) {
            None => format!("{{%{before} if true {after}%}}"),
            Some(_) => format!("{{%{before} endif {after}%}}"),
        }
    })
}
