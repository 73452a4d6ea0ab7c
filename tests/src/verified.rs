//! A database that is verified when the last one who uses it lets go. Knows nothing of what was done with it: `handsel
//! verify` says whether it keeps what is promised.

use std::io::{self, Write};
use std::iter;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ThreadId};

use tempfile::TempDir;

use crate::database::Database;
use crate::over::{self, Over};
use crate::server::binary;

/// The database, and the directory in which its servers run; for whoever serves over it without a
/// [`Server`](crate::Server).
pub struct VerifiedDatabase {
    directory: TempDir,
    database: Database,
    /// Where its servers tell each other of what they commit, if anywhere: a Redis, and a prefix there.
    broker: Option<(String, String)>,
    is_broken: AtomicBool,
    /// Somebody else's to verify and to remove.
    is_foreign: bool,
    made_on: ThreadId,
}

impl VerifiedDatabase {
    /// One that nobody has used, of the kind that was chosen for this run, with the broker that belongs to it.
    pub fn fresh() -> Self {
        let over = Over::chosen();
        let mut fresh = Self::fresh_over(over);
        fresh.broker = over.fresh_broker();
        fresh
    }

    pub(crate) fn fresh_over(over: Over) -> Self {
        Self::made(|directory| over.fresh_database(directory))
    }

    pub(crate) fn foreign(database: Database) -> Self {
        let mut foreign = Self::made(|_| database);
        foreign.is_foreign = true;
        foreign
    }

    fn made(database: impl FnOnce(&TempDir) -> Database) -> Self {
        let directory = tempfile::tempdir().expect("a directory for the server");
        let (database, made_on) = (database(&directory), thread::current().id());
        Self { directory, database, broker: None, is_broken: AtomicBool::new(false), is_foreign: false, made_on }
    }

    /// Where its servers and commands run: a file of SQLite's is there, and nothing else.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The database itself.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// What tells servers and commands of it. A file is named as somebody would who is in its directory.
    pub(crate) fn variables(&self) -> Vec<(&'static str, &str)> {
        let database_url = if self.database.is_sqlite() { "sqlite://handsel.db" } else { self.database.url() };
        let broker =
            self.broker.iter().flat_map(|(url, prefix)| [("REDIS_URL", url), ("HANDSEL_REDIS_PREFIX", prefix)]);
        iter::once(("DATABASE_URL", database_url)).chain(broker.map(|(name, value)| (name, value.as_str()))).collect()
    }

    /// What the test does to the database breaks promises: it is not verified.
    pub(crate) fn is_broken(&self) {
        self.is_broken.store(true, Ordering::SeqCst);
    }

    fn verify(&self) -> Result<(), String> {
        let mut verify = Command::new(binary());
        verify.current_dir(self.directory()).args(["verify", "--json"]).env_clear().envs(self.variables());
        let Output { status, stdout, stderr } = verify.output().expect("the binary starts");
        let [found, errors] = [stdout, stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
        if status.success() { Ok(()) } else { Err(format!("handsel verify: {status}\n{found}{errors}")) }
    }
}

impl Drop for VerifiedDatabase {
    fn drop(&mut self) {
        // A test that fails already says why, and a second panic would say nothing but that there were two.
        if thread::panicking() || self.is_foreign {
            return;
        }
        let verified = if self.is_broken.load(Ordering::SeqCst) { Ok(()) } else { self.verify() };
        // One that nobody has ever used cannot be verified.
        let is_fine = verified.is_ok() || !over::is_in_use(&self.database);
        over::is_done_with(&self.database);
        let (false, Err(report)) = (is_fine, verified) else { return };
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
