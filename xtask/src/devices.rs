//! `cargo xtask devices`: the decoder and the lens out of tensor operations, which is what graphics cards run.

use crate::command;
use anyhow::Result;

/// Tests everything that the feature `tensors` adds, on the processor. Apart from the other tests, as the tensor library
/// takes minutes to build and nothing else needs it.
pub(crate) fn test() -> Result<()> {
    let packages = ["fathom-model", "fathom-lens", "fathom-cli"];
    let mut args = vec!["test", "--locked", "--no-fail-fast"];
    args.extend(packages.iter().flat_map(|package| ["-p", package]));
    args.extend(["--features", "fathom-model/tensors,fathom-lens/tensors,fathom-cli/tensors"]);
    args.extend([
        "--lib",
        "--test",
        "tensors",
        "--test",
        "projector",
        "--test",
        "device",
        "--test",
        "screened",
    ]);
    args.extend(["--test", "cli"]);
    command::run("cargo", &args)
}
