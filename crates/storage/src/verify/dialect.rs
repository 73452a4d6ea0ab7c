//! What only one kind of database needs or says. Knows nothing of what for.
//!
//! SQLite's columns hold values of any type, whatever was declared. Where a page goes on is said by its last row, so
//! that whatever orders a page must be of its declared type; what is not is found by statements of its own. PostgreSQL
//! keeps its types. And each has its own way not to ask an index.

use crate::sql::Sql;

/// Whether a column holds a whole number.
macro_rules! is_whole {
    (sqlite, $column:literal) => {
        concat!("typeof(", $column, ") = 'integer'")
    };
    (postgres, $column:literal) => {
        "TRUE"
    };
}

/// Whether a column holds a text.
macro_rules! is_text {
    (sqlite, $column:literal) => {
        concat!("typeof(", $column, ") = 'text'")
    };
    (postgres, $column:literal) => {
        "TRUE"
    };
}

/// A table that is read by its rows: an index that has lost some of them would not show what it has lost. To PostgreSQL
/// it is said by [`BY_ROWS`] in front of the statement.
macro_rules! by_rows {
    (sqlite, $table:literal) => {
        concat!($table, " NOT INDEXED")
    };
    (postgres, $table:literal) => {
        $table
    };
}

/// A column as a value, for which no index is asked.
macro_rules! unindexed {
    (sqlite, $column:literal) => {
        concat!("+", $column)
    };
    (postgres, $column:literal) => {
        concat!("(", $column, " || '')")
    };
}

/// Keeps PostgreSQL from asking indexes within a transaction.
pub(super) const BY_ROWS: &str =
    "SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_bitmapscan = off";

/// Says what is wrong with SQLite's file, indexes that lack a row included: `ok`, or about as many findings as asked for,
/// which is one more than `FINDINGS_MAX`. PostgreSQL has many files, and tools of its own that check them.
pub(super) const CHECK_FILE: &str = "PRAGMA integrity_check(101)";

/// Each table with each of its unique indexes: the `columns` in their order and, where it is only of some rows, `of`
/// which. A table without any has one row without columns. An index that PostgreSQL could not finish keeps nothing.
pub(super) const UNIQUE_INDEXES: Sql = Sql {
    sqlite: "SELECT t.name AS table_name, \
        (SELECT group_concat(coalesce(c.name, '?'), ', ') FROM pragma_index_info(l.name) AS c) AS columns, \
        (SELECT substr(i.sql, instr(upper(i.sql), ' WHERE ') + 7) FROM sqlite_schema AS i \
        WHERE i.type = 'index' AND i.name = l.name AND l.partial) AS of \
        FROM sqlite_schema AS t LEFT JOIN pragma_index_list(t.name) AS l ON l.\"unique\" WHERE t.type = 'table' AND t.name IN ('users', 'tokens', 'listings', 'conversations', 'entries', 'handshakes', 'events')",
    postgres: "SELECT CAST(t.relname AS text) AS table_name, \
        (SELECT string_agg(coalesce(CAST(c.attname AS text), '?'), ', ' ORDER BY k.place) \
        FROM unnest(CAST(i.indkey AS int2[])) WITH ORDINALITY AS k (number, place) \
        LEFT JOIN pg_attribute AS c ON c.attrelid = i.indrelid AND c.attnum = k.number AND k.number > 0) AS columns, \
        pg_get_expr(i.indpred, i.indrelid) AS of \
        FROM pg_class AS t LEFT JOIN pg_index AS i ON i.indrelid = t.oid AND i.indisunique AND i.indisvalid AND i.indisready \
        WHERE t.relkind IN ('r', 'p') AND t.relnamespace = CAST(current_schema() AS regnamespace) \
        AND t.relname IN ('users', 'tokens', 'listings', 'conversations', 'entries', 'handshakes', 'events')",
};

pub(super) use {by_rows, is_text, is_whole, unindexed};
