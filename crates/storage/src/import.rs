//! Takes in what moved, line by line, in bounded transactions. Knows nothing of how it was written down, nor of the rules
//! that a timeline is continued by, which are the domain's `moving`.
//!
//! Whatever is there stays as it is: what comes again is recognised, and what differs is said. So a run that was killed is
//! made good by the next one. It works beside servers: under the same locks as they, and under those alone.
//!
//! - `people`: users.
//! - `blocks`: whom they have blocked.
//! - `listings`: listings.
//! - `timeline::import`: conversations with their entries.

mod blocks;
mod listings;
mod people;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use handsel_domain::conversation::ConversationKey;
use handsel_domain::ids::UserId;
use handsel_domain::listing::{ListingKind, ListingRef};
use handsel_domain::moving::{Finding, MovedBlock, MovedConversation, MovedEntry, MovedListing, MovedUser};
use handsel_domain::ports::Clock;
use sea_orm::{DbErr, SqlErr};

use crate::database::Database;
use crate::errors::is_conflict;
use crate::fence;
use crate::timeline::{Timelines, TimelinesError};

/// How often a transaction is begun again where others were in its way each time.
const ATTEMPTS_MAX: u32 = 8;

/// A line of what moved.
#[derive(Clone, Debug)]
pub struct Line {
    /// Which one, from 1.
    pub number: u64,
    /// What it says.
    pub item: Item,
}

/// What a line says.
#[derive(Clone, Debug)]
pub enum Item {
    /// A user.
    User(MovedUser),
    /// A block between two of them.
    Block(MovedBlock),
    /// A listing.
    Listing(MovedListing),
    /// A conversation, whose entries follow.
    Conversation(MovedConversation),
    /// The next entry of that conversation.
    Entry(ConversationKey, MovedEntry),
    /// Something that cannot be taken; there is no verdict on it, but what rests on it cannot be taken either.
    Unfit(Unfit),
}

/// Of what it is known that it cannot be taken.
#[derive(Clone, Copy, Debug)]
pub enum Unfit {
    /// A user.
    User(UserId),
    /// A block; nothing rests on it.
    Block,
    /// A listing.
    Listing(ListingRef),
    /// A conversation.
    Conversation(ConversationKey),
    /// An entry of that conversation.
    Entry(ConversationKey),
}

/// What became of a line. That on a conversation comes behind those on its entries.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Which line.
    pub line: u64,
    /// Whether it was taken.
    pub took: Took,
    /// Why not, or what is otherwise than it says.
    pub findings: Vec<Finding>,
}

/// Whether something was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Took {
    /// It is there now.
    New,
    /// It was there.
    There,
    /// It is not.
    Refused,
}

impl Verdict {
    pub(crate) fn refused(line: u64, finding: Finding) -> Self {
        Self { line, took: Took::Refused, findings: vec![finding] }
    }
}

/// Why taking in cannot go on. What was taken by then stays; whoever begins again goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The database did not do what it was asked.
    #[error("{0}")]
    Database(String),
}

impl From<DbErr> for ImportError {
    fn from(error: DbErr) -> Self {
        Self::Database(error.to_string())
    }
}

/// How the event feed is told what people have written in front of what moves in, of which it is told nothing.
pub(crate) struct Telling {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) notify_after: Duration,
}

/// Takes in the lines of one file, in their order.
pub struct Importer {
    database: Database,
    telling: Telling,
    known: Known,
    timelines: Timelines,
}

/// What is known of the file by now.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Whom the file means by an id that means somebody else here, or nobody.
    pub(crate) refused_users: HashSet<UserId>,
    /// The same of listings.
    pub(crate) refused_listings: HashSet<ListingRef>,
    /// Who was erased where the file comes from: what it has of them is what was left.
    pub(crate) erased_users: HashSet<UserId>,
}

impl Known {
    /// Whether what the file has of somebody would come back, now that they are erased here.
    pub(crate) fn would_bring_back(&self, user: UserId, is_erased: bool) -> bool {
        is_erased && !self.erased_users.contains(&user)
    }
}

/// What is done under one kind of lock.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Users,
    Blocks,
    Offers,
    Needs,
    Timelines,
}

impl Item {
    fn kind(&self) -> Kind {
        let of_listing = |listing: &ListingRef| match listing.kind {
            ListingKind::Offer => Kind::Offers,
            ListingKind::Need => Kind::Needs,
        };
        match self {
            Self::User(_) | Self::Unfit(Unfit::User(_)) => Kind::Users,
            Self::Block(_) | Self::Unfit(Unfit::Block) => Kind::Blocks,
            Self::Listing(MovedListing { listing, .. }) | Self::Unfit(Unfit::Listing(listing)) => of_listing(listing),
            Self::Conversation(_) | Self::Entry(..) | Self::Unfit(Unfit::Conversation(_) | Unfit::Entry(_)) => {
                Kind::Timelines
            }
        }
    }
}

impl Importer {
    pub(crate) fn new(database: Database, telling: Telling) -> Self {
        Self { database, telling, known: Known::default(), timelines: Timelines::default() }
    }

    /// Takes the next lines, those of a kind that stand together in one transaction: as many as the caller wants to be
    /// kept or lost together, and to hold in memory.
    pub async fn take(&mut self, lines: &[Line]) -> Result<Vec<Verdict>, ImportError> {
        let mut verdicts = Vec::with_capacity(lines.len());
        for run in lines.chunk_by(|one, next| one.item.kind() == next.item.kind()) {
            let taken = match run.first().map(|line| line.item.kind()) {
                None => continue,
                Some(Kind::Timelines) => self.take_timelines(run).await?,
                Some(Kind::Users) => self.take_users(run).await?,
                Some(Kind::Blocks) => self.take_blocks(run).await?,
                Some(Kind::Offers | Kind::Needs) => self.take_listings(run).await?,
            };
            verdicts.extend(taken);
        }
        Ok(verdicts)
    }

    /// There are no more lines.
    pub fn end(&mut self) -> Vec<Verdict> {
        self.timelines.end()
    }

    async fn take_users(&mut self, run: &[Line]) -> Result<Vec<Verdict>, DbErr> {
        let users = || people::take(&self.database, run);
        let people::Taken { verdicts, refused, erased } = at_last(&self.database, users).await?;
        self.known.refused_users.extend(refused);
        self.known.erased_users.extend(erased);
        Ok(verdicts)
    }

    async fn take_blocks(&mut self, run: &[Line]) -> Result<Vec<Verdict>, DbErr> {
        let blocks = || blocks::take(&self.database, run, &self.known);
        let (verdicts, between) = at_last(&self.database, blocks).await?;
        // As for a block that somebody asks for: what was decided without it is not committed behind it.
        self.database.in_time(fence::among(&self.database, &between)).await?;
        Ok(verdicts)
    }

    async fn take_listings(&mut self, run: &[Line]) -> Result<Vec<Verdict>, DbErr> {
        let listings = || listings::take(&self.database, run, &self.known);
        let (verdicts, refused) = at_last(&self.database, listings).await?;
        self.known.refused_listings.extend(refused);
        Ok(verdicts)
    }

    async fn take_timelines(&mut self, run: &[Line]) -> Result<Vec<Verdict>, DbErr> {
        let mut attempts = 1;
        loop {
            match self.timelines.take(&self.database, run, &self.known, &self.telling).await {
                Ok(verdicts) => return Ok(verdicts),
                Err(TimelinesError::Overtaken) if attempts < ATTEMPTS_MAX => {}
                Err(TimelinesError::Failed(error)) if is_in_the_way(&error) && attempts < ATTEMPTS_MAX => {}
                Err(TimelinesError::Failed(error)) => return Err(error),
                Err(TimelinesError::Overtaken) => {
                    return Err(DbErr::Custom("others begin the same conversations again and again".to_owned()));
                }
            }
            attempts += 1;
        }
    }
}

/// Does what is one transaction, again where others were in its way.
async fn at_last<T, F>(database: &Database, work: impl Fn() -> F) -> Result<T, DbErr>
where
    F: Future<Output = Result<T, DbErr>>,
{
    let mut attempts = 1;
    loop {
        match database.in_time(work()).await {
            Err(error) if is_in_the_way(&error) && attempts < ATTEMPTS_MAX => attempts += 1,
            done => return done,
        }
    }
}

/// Whether others were in the way of a transaction, of which nothing is left: it is begun again, and sees what they did.
fn is_in_the_way(error: &DbErr) -> bool {
    is_conflict(error) || matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}
