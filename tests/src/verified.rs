//! A directory with a database that is verified when the last one who uses it lets go. Knows nothing of what was done
//! with it: `handsel verify` says whether it keeps what is promised.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ThreadId};

use tempfile::TempDir;

use crate::server::binary;

/// The directory; for whoever serves over it without a [`Server`](crate::Server).
pub struct VerifiedDirectory {
    directory: TempDir,
    is_broken: AtomicBool,
    made_on: ThreadId,
}

impl VerifiedDirectory {
    /// Without a database yet.
    pub fn fresh() -> Self {
        let directory = tempfile::tempdir().expect("a directory for the database");
        Self { directory, is_broken: AtomicBool::new(false), made_on: thread::current().id() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Where the database is to be.
    pub fn database_file(&self) -> PathBuf {
        self.path().join("handsel.db")
    }

    /// What the test does to the database breaks promises: it is not verified.
    pub(crate) fn is_broken(&self) {
        self.is_broken.store(true, Ordering::SeqCst);
    }

    fn verify(&self) -> Result<(), String> {
        let verify = ["verify", "--json", "--database-url", "sqlite://handsel.db"];
        let ran = Command::new(binary()).current_dir(self.path()).args(verify).env_clear().output();
        let Output { status, stdout, stderr } = ran.expect("the binary starts");
        let [found, errors] = [stdout, stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
        if status.success() { Ok(()) } else { Err(format!("handsel verify: {status}\n{found}{errors}")) }
    }
}

impl Drop for VerifiedDirectory {
    fn drop(&mut self) {
        // A test that fails already says why, and a second panic would say nothing but that there were two.
        let is_to_be_verified = !thread::panicking() && !self.is_broken.load(Ordering::SeqCst);
        if !is_to_be_verified || !self.database_file().is_file() {
            return;
        }
        let Err(report) = self.verify() else { return };
        assert!(!is_heard(self.made_on), "the test's database breaks a promise; {report}");
        // Past the tests' own capture of what is printed, which would be lost with the process.
        let _ = writeln!(io::stderr(), "a test's database breaks a promise; {report}");
        std::process::exit(101);
    }
}

/// Whether a panic here fails the test: a task's would be kept for whoever waits for it, a thread's as well.
fn is_heard(made_on: ThreadId) -> bool {
    thread::current().id() == made_on && tokio::task::try_id().is_none()
}
