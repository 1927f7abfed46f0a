//! What the figures were measured on.

use serde::Serialize;
use std::fs::read_to_string;

/// The machine, as far as it tells.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// The processor's name.
    pub processor: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// Processes that wanted a core in the minute before: more than a few tenths means that others were working.
    pub load_before: Option<f64>,
    /// The kernel's instruction set.
    pub isa: String,
    /// GFLOP/s of one core in f32 multiply-adds, where we know how to reach the peak.
    pub peak_gflops: Option<f64>,
}

/// Describes this machine.
pub fn describe() -> Machine {
    let cpuinfo = read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find(|line| line.starts_with("model name"));
    let processor = model.and_then(|line| line.split(':').nth(1)).unwrap_or(std::env::consts::ARCH);
    let load = read_to_string("/proc/loadavg").unwrap_or_default();
    Machine {
        processor: processor.trim().to_owned(),
        cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        load_before: load.split(' ').next().and_then(|load| load.parse().ok()),
        isa: fathom_kernel::Isa::detect().name().to_owned(),
        peak_gflops: None,
    }
}
