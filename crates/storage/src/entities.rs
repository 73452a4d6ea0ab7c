//! The tables that sea-orm reads and writes row by row. Knows nothing of the domain's rules.
//!
//! The timeline's tables have no entity: they are written by the batch and read by joins, in [`crate::timeline`].

pub(crate) mod listings;
pub(crate) mod tokens;
pub(crate) mod users;
