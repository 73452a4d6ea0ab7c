//! Reads a database from end to end and reports every breach of what is promised. Knows nothing of the promises, which
//! are the domain's `audit`, nor of who is told.
//!
//! It works beside processes that write: nothing is made or changed, every finding comes from one snapshot, and nobody
//! waits for a snapshot to end. As long as it lasts, though, SQLite's log grows with what is written, and PostgreSQL keeps
//! what was replaced, so that none lasts for whoever is slow to hear of what was found, and most no longer than a page or
//! a conversation takes to read. Only what no page can show is one statement over a whole table, or over the file: `file`
//! and `repeated`.
//!
//! - [`source`]: the database as it is looked at.
//! - [`file`]: whether SQLite's file is whole, and what keeps rows unique is there.
//! - [`tables`]: users, tokens and listings, row by row.
//! - [`repeated`]: what is there twice, and rows that no page can hold.
//! - [`timelines`]: conversations, each with its entries and handshakes.
//! - [`rows`]: what their rows become.
//! - [`orphans`]: entries and handshakes of no conversation.
//! - [`events`]: the feed of events.
//! - [`dialect`]: the few expressions that only one kind of database understands.

mod dialect;
mod events;
mod file;
mod orphans;
mod repeated;
mod rows;
pub(crate) mod source;
mod tables;
mod timelines;

use handsel_domain::audit::Breach;
use sea_orm::DbErr;

use crate::database::DatabaseUrl;
use source::Source;

/// Most findings of one kind about a table or the file; one more breach says that there are more.
const FINDINGS_MAX: usize = 100;

/// What was read, and how much of it breaks a promise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Conversations.
    pub conversations: u64,
    /// Their entries.
    pub entries: u64,
    /// Their handshakes.
    pub handshakes: u64,
    /// Breaches that were reported.
    pub breaches: u64,
}

/// Why a database could not be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The URL names a file that is not there.
    #[error("there is no such file")]
    Missing,
    /// It is a database, but not one of Handsel's.
    #[error("this is not a database of Handsel's")]
    Foreign,
    /// Its schema is of an older version.
    #[error("its schema is older than this version of handsel")]
    Older,
    /// Its schema is of a newer version.
    #[error("it was made by a newer version of handsel, which has the migration {0}")]
    Newer(String),
    /// It could not be read.
    #[error("{0}")]
    Unreadable(String),
}

impl From<DbErr> for VerifyError {
    fn from(error: DbErr) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// Reads everything and tells `found` of each breach, as soon as the snapshot that it was found in is given back.
pub async fn verify(url: &DatabaseUrl, found: impl FnMut(Breach)) -> Result<Verified, VerifyError> {
    let mut source = Source::open(url).await?;
    let mut report = Report { found, verified: Verified::default() };
    file::verify(&mut source, &mut report).await?;
    tables::verify(&mut source, &mut report).await?;
    repeated::verify(&mut source, &mut report).await?;
    timelines::verify(&mut source, &mut report).await?;
    events::verify(&mut source, &mut report).await?;
    source.close().await;
    Ok(report.verified)
}

/// Counts what is read and found, and passes on what is found.
struct Report<F> {
    found: F,
    verified: Verified,
}

impl<F: FnMut(Breach)> Report<F> {
    fn add(&mut self, breaches: impl IntoIterator<Item = Breach>) {
        for breach in breaches {
            self.verified.breaches += 1;
            (self.found)(breach);
        }
    }
}
