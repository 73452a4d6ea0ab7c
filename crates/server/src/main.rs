//! The binary `handsel`: parses, builds, runs. Knows nothing of how: everything it does is in the library beside it.

use std::process::ExitCode;

use clap::Parser;
use handsel_server::cli::Cli;

fn main() -> ExitCode {
    match handsel_server::commands::run(Cli::parse()) {
        Ok(status) => status,
        Err(error) => {
            // The chain in one line: what was tried, then what stood in the way.
            eprintln!("handsel: {error:#}");
            ExitCode::FAILURE
        }
    }
}
