//! The README's pictures, taken again. Knows nothing of what they show.

use anyhow::Result;

use crate::process::{self, cargo};
use crate::requirements::{self, Scope};

/// Lets two people talk in a real browser, over a debug build, and writes what they see to `docs/screenshots/`.
pub(crate) fn run() -> Result<()> {
    let path = requirements::ensure(Scope::Page)?;
    process::run(cargo(&["build", "-p", "handsel", "--bin", "handsel"]).env("PATH", &path))?;
    process::run(cargo(&["run", "--quiet", "-p", "handsel-tests", "--bin", "screenshots"]).env("PATH", &path))
}
