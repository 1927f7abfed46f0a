//! Drawings of a reading. The last step of Fathom's picture: `prompt -> tokens -> Run -> Lens -> Reading -> figure`.
//!
//! [`terminal`] holds the views, one file each: pure functions from a [`Reading`](fathom_reading::Reading) and a
//! [`Style`] to a string. They know no model, do no input or output, and never print a token's text but through
//! [`fathom_reading::text::visible`]. [`html`] wraps a reading and the explorer in one self-contained page,
//! [`notebook`] in the forms of a notebook. [`lead`] computes what the watch view says in words.
//!
//! ```
//! use fathom_render::{ColorDepth, Style, terminal};
//! let reading = fathom_reading::Reading::example();
//! let style = Style { width: 100, color: ColorDepth::TrueColor, ..Style::default() };
//! print!("{}", terminal::rankings(&reading, &style, terminal::Span::Outputs)?);
//! # Ok::<(), fathom_render::RenderError>(())
//! ```

#![forbid(unsafe_code)]

mod caption;
mod divergence_text;
mod error;
pub mod figure;
mod fonts;
mod glyphs;
pub mod html;
mod layout;
pub mod lead;
mod metric;
pub mod notebook;
mod page;
mod palette;
pub mod png;
mod runs;
mod style;
pub mod terminal;
mod text;
pub mod theme;
mod view;
mod views;

pub use error::RenderError;
pub use metric::DEFAULT_METRIC;
pub use style::{Background, Charset, ColorDepth, Hints, LayerChoice, Style};
pub use views::View;
