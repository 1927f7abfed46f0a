//! `cargo run -p fathom-fetch --example resolve -- smollm2-135m [--offline]`: a name becomes files, with what is
//! said on the way.

use fathom_fetch::{Announcement, DEFAULT_MODEL, FetchOptions, FetchProgress, resolve};
use std::process::ExitCode;

struct Lines;

impl FetchProgress for Lines {
    fn announce(&self, announcement: &Announcement) {
        let Announcement { what, size, from, to } = announcement;
        let size = size.map_or_else(String::new, |size| format!(" ({} MB)", size / 1_000_000));
        eprintln!("fetching {what}{size} from {from} to {}", to.display());
    }

    fn advance(&self, bytes_done: u64, total: Option<u64>) {
        match total {
            Some(total) => eprint!("\r{:3} %", 100 * bytes_done / total.max(1)),
            None => eprint!("\r{bytes_done} bytes"),
        }
    }

    fn finish(&self) {
        eprintln!();
    }

    fn note(&self, message: &str) {
        eprintln!("{message}");
    }
}

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let offline = arguments.iter().any(|argument| argument == "--offline");
    arguments.retain(|argument| argument != "--offline");
    let name = arguments.first().map_or(DEFAULT_MODEL, String::as_str);
    match resolve(name, &FetchOptions { offline, ..FetchOptions::new(&Lines) }) {
        Ok(found) => {
            println!("{found:#?}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
