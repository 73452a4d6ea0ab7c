//! What a measurement was made on: a number without its machine says nothing.

use std::fs;
use std::thread;

/// Cores and the processor's model.
pub fn facts() -> String {
    let cores = thread::available_parallelism().map_or_else(|_| "?".to_owned(), |cores| cores.to_string());
    format!(
        "{cores} cores, {} on {}",
        model().unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
        std::env::consts::OS
    )
}

/// As Linux names it; other systems have no such file.
fn model() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
