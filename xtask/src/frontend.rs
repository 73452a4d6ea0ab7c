//! The page's own checks, by npm. Knows nothing of what they check.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;

/// What was locked when `node_modules` was filled: a copy of ours beside what npm keeps there itself.
const INSTALLED: &str = "node_modules/.handsel-lock.json";
const LOCK: &str = "package-lock.json";

/// Installs what the lock file names, where that is not there yet, then checks the types and runs the unit tests.
pub(crate) fn test(folder: &Path, path: &OsStr) -> Result<()> {
    install(folder, path)?;
    process::run(npm(folder, path).args(["run", "check"]))?;
    process::run(npm(folder, path).arg("test"))
}

/// Installs what the lock file names, where that is not there yet.
pub(crate) fn install(folder: &Path, path: &OsStr) -> Result<()> {
    if is_installed(folder) {
        return Ok(());
    }
    process::run(npm(folder, path).args(["ci", "--no-audit", "--no-fund"]))?;
    // Last: where npm was interrupted, it begins anew.
    fs::copy(folder.join(LOCK), folder.join(INSTALLED)).context("cannot note what is installed")?;
    Ok(())
}

fn is_installed(folder: &Path) -> bool {
    let read = |file: &str| fs::read(folder.join(file)).ok();
    read(INSTALLED).is_some_and(|installed| Some(installed) == read(LOCK))
}

fn npm(folder: &Path, path: &OsStr) -> Command {
    let mut npm = Command::new("npm");
    npm.current_dir(folder).env("PATH", path);
    npm
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_installed_is_what_was_locked_then() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |file: &str, text: &str| fs::write(folder.path().join(file), text).expect("written");
        fs::create_dir(folder.path().join("node_modules")).expect("a folder");
        assert!(!is_installed(folder.path()), "nothing is there");
        write(LOCK, "1");
        assert!(!is_installed(folder.path()), "npm has not run");
        write(INSTALLED, "1");
        assert!(is_installed(folder.path()));
        write(LOCK, "2");
        assert!(!is_installed(folder.path()), "something else is locked by now");
    }
}
