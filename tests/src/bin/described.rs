//! Says what of all that is described no test has seen, and fails where one has seen what is not described. Knows nothing of
//! which tests have run: `cargo xtask test` asks after all of them.

use std::process::ExitCode;

use handsel_tests::described::{Described, SEEN_IN};

fn main() -> ExitCode {
    let Some(file) = std::env::var_os(SEEN_IN) else {
        eprintln!("{SEEN_IN} must name the file that the tests have written");
        return ExitCode::from(2);
    };
    let seen = match std::fs::read_to_string(&file) {
        Ok(seen) => seen,
        Err(error) => {
            eprintln!("{}: {error}", file.display());
            return ExitCode::from(2);
        }
    };
    let (never, breaches) = (Described::read().never(&seen), Described::breaches(&seen));
    println!("described, and seen by no test of this run:");
    for what in &never {
        println!("  {what}");
    }
    for breach in &breaches {
        eprintln!("{breach}");
    }
    if breaches.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
