//! What a test's servers run over, chosen from outside for a whole run. Knows nothing of servers.

use std::path::Path;
use std::sync::{Mutex, MutexGuard};

use clap::ValueEnum;
use handsel_services::{Postgres, Redis};
use tempfile::TempDir;

use crate::database::Database;

/// The variable that chooses: `sqlite`, as without it, or `postgres`.
const CHOICE: &str = "HANDSEL_TESTS_OVER";

/// What a test's servers run over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Over {
    /// A file.
    Sqlite,
    /// A database of one PostgreSQL, with one Redis, for all tests of this program.
    Postgres,
}

impl Over {
    /// What was chosen for this run.
    pub fn chosen() -> Self {
        match std::env::var(CHOICE).as_deref() {
            Err(std::env::VarError::NotPresent) | Ok("sqlite") => Self::Sqlite,
            Ok("postgres") => Self::Postgres,
            other => panic!("{CHOICE} is sqlite or postgres, and not {other:?}"),
        }
    }

    /// Where servers over one database tell each other of what they commit: a Redis, and a prefix that nobody has used.
    pub(crate) fn fresh_broker(self) -> Option<(String, String)> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some((Redis::shared().url(), Redis::shared().fresh_prefix())),
        }
    }

    /// A database that nobody has used; a file would be in that directory, and need not be there yet.
    pub(crate) fn fresh_database(self, directory: &TempDir) -> Database {
        match self {
            Self::Sqlite => Database::file(&directory.path().join("handsel.db")),
            Self::Postgres => {
                let done_with = done_with().pop();
                done_with.unwrap_or_else(|| Database::at(Postgres::shared().fresh_database()))
            }
        }
    }
}

/// Whether a server has ever made its tables there.
pub(crate) fn is_in_use(database: &Database) -> bool {
    match database.url().strip_prefix("sqlite://") {
        Some(file) => Path::new(file).is_file(),
        None => Postgres::shared().run(name(database), "SELECT to_regclass('seaql_migrations')").trim() != "",
    }
}

/// Nobody needs it any more. A file goes with its directory; another test may have a server's, without what is in it.
pub(crate) fn is_done_with(database: &Database) {
    // Whoever was killed a moment ago may be connected still.
    const ALONE: &str = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity \
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    const EMPTY: &str = "DROP SCHEMA public CASCADE; CREATE SCHEMA public";
    if database.is_sqlite() {
        return;
    }
    Postgres::shared().run(name(database), &format!("{ALONE}; SET client_min_messages = warning; {EMPTY}"));
    done_with().push(database.clone());
}

/// Databases that are empty again: to make one takes much longer than to empty one.
fn done_with() -> MutexGuard<'static, Vec<Database>> {
    static DONE_WITH: Mutex<Vec<Database>> = Mutex::new(Vec::new());
    DONE_WITH.lock().expect("nobody panics over it")
}

fn name(database: &Database) -> &str {
    database.url().rsplit('/').next().expect("a URL ends with the database")
}
