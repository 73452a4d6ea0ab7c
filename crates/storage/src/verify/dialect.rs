//! What SQLite alone needs or says: its columns hold values of any type, whatever was declared, and it checks its own
//! file. Knows nothing of what for.
//!
//! Where a page goes on is said by its last row, so that whatever orders a page must be of its declared type; what is
//! not is found by statements of its own. A database with types of its own says `TRUE` for each of these.

/// Whether a column holds a whole number.
macro_rules! is_whole {
    ($column:literal) => {
        concat!("typeof(", $column, ") = 'integer'")
    };
}

/// Whether a column holds a text.
macro_rules! is_text {
    ($column:literal) => {
        concat!("typeof(", $column, ") = 'text'")
    };
}

/// A table that is read by its rows: an index that has lost some of them would not show what it has lost.
macro_rules! by_rows {
    ($table:literal) => {
        concat!($table, " NOT INDEXED")
    };
}

/// Says what is wrong with the file, indexes that lack a row included: `ok`, or about as many findings as asked for,
/// which is one more than `FINDINGS_MAX`.
pub(super) const CHECK_FILE: &str = "PRAGMA integrity_check(101)";

/// Each table with each of its unique indexes: the `columns` in their order and, where it is only of some rows, `of`
/// which. A table without any has one row without columns.
pub(super) const UNIQUE_INDEXES: &str = "SELECT t.name AS table_name, \
    (SELECT group_concat(coalesce(c.name, '?'), ', ') FROM pragma_index_info(l.name) AS c) AS columns, \
    (SELECT substr(i.sql, instr(upper(i.sql), ' WHERE ') + 7) FROM sqlite_schema AS i \
    WHERE i.type = 'index' AND i.name = l.name AND l.partial) AS of \
    FROM sqlite_schema AS t LEFT JOIN pragma_index_list(t.name) AS l ON l.\"unique\" WHERE t.type = 'table' AND t.name IN ('users', 'tokens', 'listings', 'conversations', 'entries', 'handshakes')";

pub(super) use {by_rows, is_text, is_whole};
