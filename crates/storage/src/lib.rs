//! The domain's ports over a SQL database, by sea-orm. Rows and `DbErr` never leave it.
//!
//! Knows nothing of sockets, frames or HTTP. [`Storage::open`] connects and migrates; the ports it hands out are
//! all that others use.

mod audit_log;
mod backup;
mod blocks;
mod changes;
mod conversations;
mod database;
mod entities;
mod errors;
mod events;
#[cfg(test)]
mod explain;
mod export;
mod fence;
mod held;
mod import;
mod listings;
mod migrations;
mod moved;
mod oversight;
mod paged;
mod passwords;
mod people;
mod sql;
mod storage;
mod timeline;
mod tokens;
mod users;
mod verify;

pub use backup::{BackedUp, BackupError, backup};
pub use database::DatabaseUrl;
pub use errors::OpenError;
pub use export::{Exported, export};
pub use held::{Held, HeldToken, Whom, held_about};
pub use import::{ImportError, Importer, Item, Line, Took, Unfit, Verdict};
pub use paged::ExportError;
pub use passwords::{Argon2Passwords, can_compare_with};
pub use storage::Storage;
pub use verify::{Verified, VerifyError, verify};
