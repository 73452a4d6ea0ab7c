//! What a test's servers run over, chosen from outside for a whole run. Knows nothing of servers.

use clap::ValueEnum;
use handsel_services::Postgres;
use tempfile::TempDir;

use crate::database::Database;

/// The variable that chooses: `sqlite`, as without it, or `postgres`.
const CHOICE: &str = "HANDSEL_TESTS_OVER";

/// What a test's servers run over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Over {
    /// A file.
    Sqlite,
    /// A database of one server for all tests of this program.
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

    /// A database that nobody has used; a file would be in that directory, and need not be there yet.
    pub(crate) fn fresh_database(self, directory: &TempDir) -> Database {
        match self {
            Self::Sqlite => Database::file(&directory.path().join("handsel.db")),
            Self::Postgres => Database::at(Postgres::shared().fresh_database()),
        }
    }
}

/// Whether a server has ever made its tables there.
pub(crate) fn is_in_use(database: &Database) -> bool {
    match database.url().strip_prefix("sqlite://") {
        Some(file) => std::path::Path::new(file).is_file(),
        None => Postgres::shared().run(name(database), "SELECT to_regclass('seaql_migrations')").trim() != "",
    }
}

/// Nobody needs it any more. A file goes with its directory.
pub(crate) fn remove(database: &Database) {
    if !database.is_sqlite() {
        // Whoever was killed a moment ago may be connected still.
        Postgres::shared().run("postgres", &format!("DROP DATABASE {} WITH (FORCE)", name(database)));
    }
}

fn name(database: &Database) -> &str {
    database.url().rsplit('/').next().expect("a URL ends with the database")
}
