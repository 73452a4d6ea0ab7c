//! Where the data is, as an operator writes it. Knows nothing of connections.

use std::fmt::{self, Debug, Formatter};
use std::path::Path;
use std::str::FromStr;

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;

use crate::errors::OpenError;

/// Where the data is: `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/DATABASE`.
#[derive(Clone)]
pub struct DatabaseUrl {
    shown: String,
    place: Place,
}

/// What the URL names.
#[derive(Clone)]
pub(crate) enum Place {
    /// A file of SQLite's.
    File(SqliteConnectOptions),
    /// A database of a PostgreSQL server.
    Server(PgConnectOptions),
}

/// What a PostgreSQL URL may say behind its `?`. The driver would ignore anything else, and log its value.
const SERVER_PARAMETERS: [&str; 14] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
    "options[search_path]",
    "statement-cache-capacity",
];

impl DatabaseUrl {
    /// The URL without user and password, for people.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// The file that it names.
    pub(crate) fn file(&self) -> Option<&Path> {
        match &self.place {
            Place::File(file) => Some(file.get_filename()),
            Place::Server(_) => None,
        }
    }
}

/// Without the password, which the driver's own form would show.
impl Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("DatabaseUrl").field(&self.shown).finish()
    }
}

impl FromStr for DatabaseUrl {
    type Err = OpenError;

    fn from_str(url: &str) -> Result<Self, OpenError> {
        let place = match url.split_once(':') {
            Some(("sqlite", _)) => file(url).map(Place::File),
            Some(("postgres" | "postgresql", _)) => server(url).map(Place::Server),
            Some(_) | None => Err(
                "write sqlite://FILE, for instance sqlite://handsel.db, or postgres://USER:PASSWORD@HOST:5432/DATABASE",
            ),
        };
        match place {
            Ok(place) => Ok(Self { shown: shown(url, &place), place }),
            Err(problem) => Err(OpenError::Url { url: without_secrets(url).to_owned(), problem }),
        }
    }
}

fn file(url: &str) -> Result<SqliteConnectOptions, &'static str> {
    // In the driver's own form of this URL, a database in memory has a name like that of a file.
    let in_memory = url.contains(":memory:") || url.contains("mode=memory");
    let options =
        SqliteConnectOptions::from_str(url).map_err(|_| "write sqlite://FILE, for instance sqlite://handsel.db")?;
    let name = options.get_filename().as_os_str().to_string_lossy().into_owned();
    if name.is_empty() || name.contains(":memory:") || in_memory {
        return Err(
            "a database in memory would lose what it acknowledged; name a file, for instance sqlite://handsel.db",
        );
    }
    Ok(options)
}

fn server(url: &str) -> Result<PgConnectOptions, &'static str> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let names = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split('=').next().unwrap_or_default());
    if names.into_iter().any(|name| !SERVER_PARAMETERS.contains(&name)) {
        return Err("it may say sslmode, sslrootcert, sslcert, sslkey, host, port, application_name or options after \
             its ?, and nothing else");
    }
    let options = PgConnectOptions::from_str(url).map_err(|_| {
        "write postgres://USER:PASSWORD@HOST:5432/DATABASE with what is special in the password as %XX; sslmode is \
         disable, prefer, require, verify-ca or verify-full"
    })?;
    match options.get_database() {
        Some(name) if !name.is_empty() => Ok(options),
        Some(_) | None => Err("it names no database; write postgres://USER:PASSWORD@HOST:5432/DATABASE"),
    }
}

fn shown(url: &str, place: &Place) -> String {
    match place {
        Place::File(_) => url.to_owned(),
        Place::Server(server) => {
            let (host, port, database) = (server.get_host(), server.get_port(), server.get_database());
            let host = server.get_socket().map_or_else(|| host.to_owned(), |socket| socket.display().to_string());
            format!("postgres://{host}:{port}/{}", database.unwrap_or_default())
        }
    }
}

/// What can be shown of something that need not be a URL: a password may have any of its signs.
fn without_secrets(url: &str) -> &str {
    let rest = url.rsplit_once('@').map_or(url, |(_, rest)| rest);
    rest.split_once('?').map_or(rest, |(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_file_or_a_database() {
        for (url, expected) in [
            ("sqlite://handsel.db", true),
            ("sqlite:///var/lib/handsel/handsel.db", true),
            ("sqlite::memory:", false),
            ("sqlite://%3Amemory%3A", false),
            ("sqlite://x.db?mode=memory", false),
            ("sqlite://", false),
            ("postgres://handsel:secret@db.example:5433/handsel", true),
            ("postgresql://handsel@[::1]/handsel?sslmode=verify-full&sslrootcert=/etc/ca.pem", true),
            ("postgres:///handsel?host=/run/postgresql", true),
            ("postgres://handsel@db/handsel?sslmode=please", false),
            ("postgres://handsel@db/handsel?sslmod=require", false),
            ("postgres://handsel@db:many/handsel", false),
            ("postgres://", false),
            ("mysql://root@localhost/x", false),
            ("handsel.db", false),
        ] {
            assert_eq!(url.parse::<DatabaseUrl>().is_ok(), expected, "{url}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        for url in [
            "mysql://root:hunter2@db/x",
            "postgres://root:hunter2@db:many/x",
            "postgres://root:hunter2@db/x?password=hunter2&what=hunter2",
            "postgres://db/x?what=hunter2",
        ] {
            let error = url.parse::<DatabaseUrl>().expect_err("it names no database").to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
        for url in ["postgres://root:hunter2@db/x", "postgres://db/x?user=root&password=hunter2"] {
            let url: DatabaseUrl = url.parse().expect("a URL");
            assert_eq!(url.shown(), "postgres://db:5432/x");
            assert!(!format!("{url:?}").contains("hunter2"), "{url:?}");
        }
    }
}
