//! The load that tells whether the promises hold when many write at once. Knows nothing of the promises.

use std::ffi::OsString;

use anyhow::Result;

use crate::process::{self, cargo};

pub(crate) fn run(args: &[OsString]) -> Result<()> {
    // The binary as it ships, and built first, so that no compiler takes the processor from it.
    process::run(&mut cargo(&["build", "--release", "-p", "handsel", "--bin", "handsel"]))?;
    let mut load = cargo(&["run", "--release", "-p", "handsel-tests", "--bin", "load", "--"]);
    process::run(load.args(args))
}
