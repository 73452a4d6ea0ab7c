//! Reads a database from end to end and reports every breach of what is promised. Knows nothing of the promises, which
//! are the domain's `audit`, nor of who is told.
//!
//! It works beside processes that write: nothing is made or changed, every finding comes from one snapshot, and no
//! snapshot lasts longer than a page or a conversation takes to read, whoever is slow to hear of what was found.
//!
//! - [`source`]: the database as it is looked at.
//! - [`tables`]: users, tokens and listings, row by row.
//! - [`repeated`]: what is there twice, and rows that no page can hold.
//! - [`timelines`]: conversations, each with its entries and handshakes.
//! - [`rows`]: what their rows become.
//! - [`orphans`]: entries and handshakes of no conversation.
//! - [`dialect`]: the few expressions that only one kind of database understands.

mod dialect;
mod orphans;
mod repeated;
mod rows;
mod source;
mod tables;
mod timelines;

use handsel_domain::audit::Breach;
use sea_orm::DbErr;

use crate::database::DatabaseUrl;
use source::Source;

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
    tables::verify(&mut source, &mut report).await?;
    repeated::verify(&mut source, &mut report).await?;
    timelines::verify(&mut source, &mut report).await?;
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
