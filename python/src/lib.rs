//! `fathom._fathom`: the native half of the Python package `fathom`, a thin face over the crates below it.
//!
//! The nouns are the library's: [`model::NativeModel`] makes [`output::NativeOutput`]s, a lens makes a
//! [`reading::NativeReading`] of one. What people call (`fathom.Model`, `fathom.Output` …) is Python's own, under
//! `src-py/fathom`: defaults, words and display live there, and nothing that computes does.
//!
//! Three rules hold in every call: work is done with the GIL released and stops at Ctrl-C ([`work`]); an error is one
//! of the package's exceptions, with the message that the command line would print ([`errors`]); numbers are lent,
//! not copied, and keep what they lie in alive ([`lend`], [`arrow`]).

mod arrow;
mod borrow;
mod cli;
mod drawing;
mod errors;
mod hooks;
mod lend;
mod model;
mod output;
mod prompt;
mod reading;
mod save;
mod stream;
mod tokens;
mod work;

/// The module itself.
#[pyo3::pymodule]
mod _fathom {
    #[pymodule_export]
    use crate::arrow::NativeTable;
    #[pymodule_export]
    use crate::cli::cli;
    #[pymodule_export]
    use crate::lend::Lent;
    #[pymodule_export]
    use crate::model::NativeModel;
    #[pymodule_export]
    use crate::output::NativeOutput;
    #[pymodule_export]
    use crate::prompt::NativePrompt;
    #[pymodule_export]
    use crate::reading::NativeReading;
    #[pymodule_export]
    use crate::stream::NativeStream;
    #[pymodule_export]
    use crate::tokens::{NativeTokenizer, visible};

    /// The version of the package and of the program.
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "Python's name for it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    /// The name of the default model.
    #[pymodule_export]
    const DEFAULT_MODEL: &str = fathom::DEFAULT_MODEL;

    /// The front end of the notebook widget: an ES module.
    #[pymodule_export]
    const WIDGET_MODULE: &str = fathom::render::notebook::MODULE;
}
