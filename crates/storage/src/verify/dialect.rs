//! What SQLite alone needs: its columns hold values of any type, whatever was declared. Knows nothing of what for.
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

pub(super) use {is_text, is_whole};
