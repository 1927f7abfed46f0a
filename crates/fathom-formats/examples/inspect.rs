//! Says what a checkpoint holds: `cargo run -p fathom-formats --example inspect -- PATH`.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use fathom_formats::Checkpoint;

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("usage: inspect PATH");
        return ExitCode::from(2);
    };
    let start = Instant::now();
    match Checkpoint::open(Path::new(&path)) {
        Ok(checkpoint) => {
            eprintln!("opened in {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
            // A closed pipe (`| head`) ends the listing, no more.
            let _ = list(&checkpoint, &mut io::stdout().lock());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(if error.is_unsupported() { 3 } else { 1 })
        }
    }
}

fn list(checkpoint: &Checkpoint, out: &mut impl Write) -> io::Result<()> {
    let (label, parameters) = (checkpoint.weights_label(), checkpoint.parameters());
    writeln!(out, "{}, {label}, {parameters} parameters", checkpoint.kind())?;
    for (key, value) in checkpoint.gguf().into_iter().flat_map(|gguf| gguf.metadata()) {
        writeln!(out, "  {key:?} = {value}")?;
    }
    for tensor in checkpoint.tensors() {
        writeln!(out, "  {:<5} {:?} {:?}", tensor.dtype, tensor.shape, tensor.name)?;
    }
    Ok(())
}
