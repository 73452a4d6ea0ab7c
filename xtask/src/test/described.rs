//! What of all that is described some test has seen: they write it down, and are asked at the end. Knows nothing of what is
//! described.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{self, cargo, root};

/// The variable by which tests know the file.
const SEEN_IN: &str = "HANDSEL_TESTS_SEEN_IN";

/// The file of one whole run; of a part of the tests nothing can be said.
pub(super) struct Seen(Option<PathBuf>);

impl Seen {
    /// Begins anew where these arguments choose all tests.
    pub(super) fn begin(args: &[OsString]) -> Result<Self> {
        if !args.is_empty() {
            return Ok(Self(None));
        }
        // Where CARGO_TARGET_DIR leads elsewhere there need be none.
        let directory = root().join("target");
        fs::create_dir_all(&directory).with_context(|| format!("cannot make {}", directory.display()))?;
        let file = directory.join("described-seen.txt");
        match fs::remove_file(&file) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).with_context(|| format!("{} is of another run", file.display()))
            }
            _ => Ok(Self(Some(file))),
        }
    }

    /// Has tests write down what they see.
    pub(super) fn by<'a>(&self, tests: &'a mut Command) -> &'a mut Command {
        if let Some(file) = &self.0 {
            tests.env(SEEN_IN, file);
        }
        tests
    }

    /// Names what was seen by none of them; fails where one has seen what is not described.
    pub(super) fn tell(&self) -> Result<()> {
        match &self.0 {
            Some(file) => {
                let mut check = cargo(&["run", "--quiet", "-p", "handsel-tests", "--bin", "described"]);
                process::run(check.env(SEEN_IN, file))
            }
            None => Ok(()),
        }
    }
}
