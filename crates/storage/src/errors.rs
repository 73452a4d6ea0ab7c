//! Where the database's errors end. Knows nothing of the edges that report them.

use handsel_domain::Unavailable;
use sea_orm::{DbErr, RuntimeErr};

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL names no database that this program can use.
    #[error("database URL {url:?}: {problem}")]
    Url {
        /// As given, without its password.
        url: String,
        /// What is wrong, and what to write instead.
        problem: &'static str,
    },
    /// It names one, but it could not be opened or brought up to date.
    #[error("database {url}: {problem}")]
    Database {
        /// As given, without its password.
        url: String,
        /// What the database says.
        problem: String,
    },
}

/// Logs the error where it ends, and leaves what callers may know of it.
#[expect(clippy::needless_pass_by_value, reason = "the error ends here")]
pub(crate) fn unavailable(error: DbErr) -> Unavailable {
    tracing::error!(%error, "the database did not do what it was asked");
    Unavailable
}

/// Whether another process holds SQLite's write lock, or a caller of this one still waits for it on the only connection
/// that writes: worth trying again, since nothing was changed.
pub(crate) fn is_busy(error: &DbErr) -> bool {
    if matches!(error, DbErr::ConnectionAcquire(_)) {
        return true;
    }
    // https://www.sqlite.org/rescode.html: the low byte is the primary code, 5 SQLITE_BUSY and 6 SQLITE_LOCKED.
    let (DbErr::Conn(RuntimeErr::SqlxError(error))
    | DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error))) = error
    else {
        return false;
    };
    let code = error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<u32>().ok());
    matches!(code.map(|code| code & 0xff), Some(5 | 6))
}

/// A row that the domain's own rules would never have let in.
pub(crate) fn corrupt(what: &str, value: impl std::fmt::Display) -> DbErr {
    DbErr::Type(format!("stored {what} {value} is not one"))
}
