//! What a site is told of, in one order for all conversations. Knows nothing of how events are kept, read or pushed.

use crate::conversation::{Conversation, Side};
use crate::ids::{EventId, Seq};
use crate::time::Timestamp;
use crate::timeline::Entry;

/// Something that was committed, or has waited for too long, at its place in the feed.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its place: 1, 2, 3 … without a hole, in the order of the commits.
    pub id: EventId,
    /// What it is about.
    pub conversation: Conversation,
    /// What happened.
    pub body: EventBody,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum EventBody {
    /// Somebody wrote about a listing for the first time. The entry itself is the next event.
    Started {
        /// When.
        at: Timestamp,
        /// What the listing is called by now.
        listing_title: String,
    },
    /// An entry was committed; as it stands by now.
    Entry(Entry),
    /// Messages have waited for their reader for too long.
    Unread(Unread),
}

/// Messages that nobody has read. One event says so; another one comes only after the reader has read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Who has not read them.
    pub reader: Side,
    /// How many they were, up to [`crate::conversation::UNREAD_COUNT_MAX`].
    pub count: u32,
    /// The first of them.
    pub first: Seq,
    /// When that was written.
    pub since: Timestamp,
    /// When they had waited for too long.
    pub at: Timestamp,
}

impl Event {
    /// When it happened.
    pub const fn at(&self) -> Timestamp {
        match &self.body {
            EventBody::Started { at, .. } => *at,
            EventBody::Entry(entry) => entry.at,
            EventBody::Unread(unread) => unread.at,
        }
    }
}
