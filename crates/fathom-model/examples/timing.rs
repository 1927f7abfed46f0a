//! Loads a model and says how fast it runs: `cargo run --release -p fathom-model --example timing -- MODEL [THREADS]`.

use fathom_kernel::Control;
use fathom_model::{Generation, LoadOptions, Model, Nothing, Prompt, SiteSelection};
use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    fathom_model::keep_freed_memory();
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or("usage: timing MODEL [THREADS]")?;
    let threads = args.next().map(|n| n.parse()).transpose()?;

    let start = Instant::now();
    let model = Model::load(Path::new(&path), LoadOptions { threads, ..LoadOptions::default() })?;
    println!("{:?}", model.info());
    let (seconds, threads) = (start.elapsed().as_secs_f64(), model.pool().current_num_threads());
    println!("load          {seconds:>8.3} s on {threads} threads, CPU {:.3} s", cpu_seconds());
    print_memory();

    let control = Control::default();
    let prompt = model.tokens_of(&Prompt::text("The keys to the cabinet"))?;
    for length in [16, 128, 512, 1024] {
        let length = length.min(model.config().context);
        let ids: Vec<_> = prompt.iter().cycle().take(length).map(|(id, _)| *id).collect();
        let mut seconds = f64::INFINITY;
        let cpu = cpu_seconds();
        for _ in 0..3 {
            let start = Instant::now();
            model.forward(std::slice::from_ref(&ids), None, &mut Nothing, &control)?;
            seconds = seconds.min(start.elapsed().as_secs_f64());
        }
        let cpu = (cpu_seconds() - cpu) / 3.0;
        println!(
            "prefill {length:>5} {seconds:>8.3} s {:>8.0} tokens/s, CPU {cpu:.3} s",
            length as f64 / seconds
        );
    }
    print_memory();

    let settings = Generation { max_new: 40, ..Generation::default() };
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let mut text = Vec::new();
    let sites = SiteSelection::residual();
    let run = model.generate(
        &prompt,
        &settings,
        &sites,
        &mut |_, bytes| text.extend_from_slice(bytes),
        &control,
    )?;
    let (seconds, made) = (start.elapsed().as_secs_f64(), run.tokens.len() - prompt.len());
    let cpu = cpu_seconds() - cpu;
    println!("decode  {made:>5} {seconds:>8.3} s {:>8.1} tokens/s, CPU {cpu:.3} s", made as f64 / seconds);
    println!("{}", String::from_utf8_lossy(&text));
    println!("{:?}", run.tokens);
    print_memory();
    Ok(())
}

/// CPU time of this process so far, where the system says so: what counts on a busy machine.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the parenthesised name: fields 14 and 15 of the line, in hundredths of a second.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |i: usize| fields.get(i).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// Resident memory now and at its most, where the system says so.
fn print_memory() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lines = status.lines().filter(|line| line.starts_with("VmHWM") || line.starts_with("VmRSS"));
    println!("{}", lines.collect::<Vec<_>>().join(", "));
}
