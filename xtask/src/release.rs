//! The programs that try the server as it ships. Knows nothing of what they find out.

use std::ffi::OsString;

use anyhow::Result;

use crate::process::{self, cargo};

/// Runs a program of the tests beside a release build of the server.
pub(crate) fn run(program: &str, args: &[OsString]) -> Result<()> {
    // The binary as it ships, and built first, so that no compiler takes the processor from it.
    process::run(&mut cargo(&["build", "--release", "-p", "handsel", "--bin", "handsel"]))?;
    let mut run = cargo(&["run", "--release", "-p", "handsel-tests", "--bin", program, "--"]);
    process::run(run.args(args))
}
