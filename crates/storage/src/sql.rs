//! Statements that several databases understand: what differs between them is said once, here. Knows nothing of what
//! any statement is for.
//!
//! Every statement's text is constant, so that it is prepared once for the life of a connection: any number of rows
//! travels as one parameter, a JSON array, which [`over!`] makes into a table.

use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};
use serde_json::Value as Json;

/// One statement, as each database understands it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sql {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

impl Sql {
    /// What all databases understand.
    pub(crate) const fn same(sql: &'static str) -> Self {
        Self { sqlite: sql, postgres: sql }
    }
}

impl From<&'static str> for Sql {
    fn from(sql: &'static str) -> Self {
        Self::same(sql)
    }
}

/// A prepared statement with its parameters.
pub(crate) fn statement<C: ConnectionTrait>(
    connection: &C,
    sql: impl Into<Sql>,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    let (backend, sql) = (connection.get_database_backend(), sql.into());
    let text = if backend == DbBackend::Postgres { sql.postgres } else { sql.sqlite };
    Statement::from_sql_and_values(backend, text, values)
}

/// Rows as one parameter, for [`over!`].
pub(crate) fn array(rows: impl IntoIterator<Item = Json>) -> String {
    Json::Array(rows.into_iter().collect()).to_string()
}

/// A statement over a table `asked`, made of the JSON array `$1`: each of its elements is an array of the named columns.
/// `asked.slot` is a row's place in it, from 0.
macro_rules! over {
    (($($place:literal $name:ident $type:ident),+), $($body:tt)+) => {
        $crate::sql::Sql {
            sqlite: concat!(
                "WITH asked (slot", $(", ", stringify!($name),)+ ") AS (SELECT key",
                $(", json_extract(value, '$[", stringify!($place), "]')",)+ " FROM json_each($1)) ",
                $($body)+
            ),
            postgres: concat!(
                "WITH asked (slot", $(", ", stringify!($name),)+ ") AS (SELECT slot - 1",
                $(", CAST(value ->> ", stringify!($place), " AS ", stringify!($type), ")",)+
                " FROM json_array_elements(CAST($1 AS json)) WITH ORDINALITY AS given (value, slot)) ",
                $($body)+
            ),
        }
    };
}

/// A statement whose text is a macro over the database: `sqlite` or `postgres`.
macro_rules! both {
    ($text:ident) => {
        $crate::sql::Sql { sqlite: $text!(sqlite), postgres: $text!(postgres) }
    };
}

pub(crate) use {both, over};
