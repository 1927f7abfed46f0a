//! A model's work stays on the model's threads.
#![cfg(target_os = "linux")] // Threads are told by /proc.

mod common;

use fathom_fixtures::tiny;
use fathom_kernel::Control;
use fathom_model::{Generation, LoadOptions, Model, Prompt, SiteSelection};
use fathom_reading::{Origin, TokenId};

/// Names of this process's threads.
fn threads() -> Vec<String> {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let name = |task: std::io::Result<std::fs::DirEntry>| {
        std::fs::read_to_string(task.ok()?.path().join("comm")).ok()
    };
    tasks.filter_map(name).map(|name| name.trim().to_owned()).collect()
}

/// Parallel iterators outside the model's pool would start rayon's global one (unnamed, so named after the process here).
#[test]
fn nothing_runs_on_threads_of_the_process() {
    let before = threads();
    for name in ["llama", "gpt2"] {
        let folder = tempfile::tempdir().unwrap();
        tiny::write_safetensors(name, folder.path());
        let model =
            Model::load(folder.path(), LoadOptions { threads: Some(3), ..LoadOptions::default() }).unwrap();
        // 80 * 64 rows of 24: enough values for every operation to be shared out.
        let prompt: Vec<_> = (0..64).map(|i| (TokenId(i + 20), Origin::Prompt)).collect();
        let sites = SiteSelection::all();
        model.run_batch(&vec![prompt; 80], &sites, &Control::default()).unwrap();
        let short = model.tokens_of(&Prompt::ids([TokenId(7)])).unwrap();
        model.generate(&short, &Generation::default(), &sites, &mut |_, _| {}, &Control::default()).unwrap();

        let mut during = threads();
        for known in &before {
            let at = during.iter().position(|name| name == known).expect("threads of the test harness stay");
            during.swap_remove(at);
        }
        during.sort();
        assert_eq!(during, ["fathom-0", "fathom-1", "fathom-2"], "{name}");
    }
}
