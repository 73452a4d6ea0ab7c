//! Where the database's errors end. Knows nothing of the edges that report them.

use std::io::ErrorKind;
use std::time::Duration;

use handsel_domain::Unavailable;
use sea_orm::sqlx;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};

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
    if is_closed(&error) {
        tracing::debug!("somebody still asked the database after this process had let go of it");
    } else {
        tracing::error!(%error, "the database did not do what it was asked (database_url)");
    }
    Unavailable
}

/// Whether this process has let go of the database: it ends, and somebody whom it no longer waits for asks on.
fn is_closed(error: &DbErr) -> bool {
    matches!(error, DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed))
        || matches!(sqlx_error(error), Some(sqlx::Error::PoolClosed))
}

/// Whether another process holds SQLite's write lock, or a caller of this one still waits for it on the only connection
/// that writes: worth trying again, since nothing was changed.
pub(crate) fn is_busy(error: &DbErr) -> bool {
    if matches!(error, DbErr::ConnectionAcquire(_)) {
        return true;
    }
    // https://www.sqlite.org/rescode.html: the low byte is the primary code, 5 SQLITE_BUSY and 6 SQLITE_LOCKED.
    let code = code(error).filter(|code| code.chars().all(|digit| digit.is_ascii_digit()));
    matches!(code.and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff), Some(5 | 6))
}

/// Whether the same would happen to whatever is asked next, after as long a wait: the database is away, or somebody
/// keeps a lock beyond all patience.
pub(crate) fn is_lasting(error: &DbErr, is_postgres: bool) -> bool {
    if !is_postgres {
        return is_busy(error);
    }
    match sqlx_error(error) {
        Some(sqlx::Error::Database(error)) => {
            // https://www.postgresql.org/docs/current/errcodes-appendix.html: 08 connections, 53 resources, 57 an
            // operator's doing or a limit of time, 58 the system; a lock that was not to be had.
            let code = error.code().unwrap_or_default();
            ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class)) || code == "55P03"
        }
        Some(error) => matches!(
            error,
            sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::Protocol(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
        ),
        None => matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)),
    }
}

/// Whether somebody else kept a lock for longer than PostgreSQL was to wait for it: nothing was changed.
pub(crate) fn is_locked(error: &DbErr) -> bool {
    // 55P03 lock_not_available.
    code(error).as_deref() == Some("55P03")
}

/// Whether all the time that there was has been spent on waiting: for SQLite's write lock, for a connection, or for an
/// answer. Whoever has waited behind it has waited as long, and in vain, too.
pub(crate) fn is_waited_out(error: &DbErr, is_postgres: bool) -> bool {
    (!is_postgres && is_busy(error))
        || matches!(error, DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) | DbErr::Conn(RuntimeErr::Internal(_)))
        || matches!(sqlx_error(error), Some(sqlx::Error::PoolTimedOut))
}

/// Whether PostgreSQL has ended a transaction since it and another one were in each other's way: nothing was changed,
/// and the next attempt comes after the other one.
pub(crate) fn is_conflict(error: &DbErr) -> bool {
    // 40001 serialization_failure, 40P01 deadlock_detected.
    matches!(code(error).as_deref(), Some("40001" | "40P01"))
}

fn sqlx_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

fn code(error: &DbErr) -> Option<String> {
    sqlx_error(error)?.as_database_error()?.code().map(|code| code.into_owned())
}

/// The database has not answered for so long.
pub(crate) fn no_answer(limit: Duration) -> DbErr {
    DbErr::Conn(RuntimeErr::Internal(format!("no answer within {} seconds", limit.as_secs())))
}

/// Why there is no connection, and which part of the URL to look at.
pub(crate) fn not_connected(error: sqlx::Error) -> DbErr {
    const TLS_ADVICE: &str = "; sslmode and sslrootcert in the URL say whether and how TLS is used";
    let advice = match &error {
        sqlx::Error::Tls(_) => TLS_ADVICE,
        // What TLS itself finds wrong, a certificate for instance, comes as this.
        sqlx::Error::Io(error) if error.kind() == ErrorKind::InvalidData => TLS_ADVICE,
        sqlx::Error::Io(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => {
            "; can the files be read that sslrootcert, sslcert, sslkey or host in the URL name?"
        }
        sqlx::Error::Io(_) => "; is this its host and port, and is it running?",
        sqlx::Error::Database(error) => match error.code().as_deref() {
            Some("28P01" | "28000") => "; the URL names the user and the password",
            Some("3D000") => "; create it, or name another one in the URL",
            _ => "",
        },
        _ => "",
    };
    if advice.is_empty() {
        return DbErr::Conn(RuntimeErr::SqlxError(error.into()));
    }
    DbErr::Conn(RuntimeErr::Internal(format!("{error}{advice}")))
}

/// A row that the domain's own rules would never have let in.
pub(crate) fn corrupt(what: &str, value: impl std::fmt::Display) -> DbErr {
    DbErr::Type(format!("stored {what} {value} is not one"))
}
