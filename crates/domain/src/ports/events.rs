//! The feed of events, as a port. Knows nothing of SQL, nor of who reads or pushes it.

use std::time::Duration;

use async_trait::async_trait;

use crate::Unavailable;
use crate::event::Event;
use crate::ids::EventId;
use crate::time::Timestamp;

/// What came of recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// How many events are new.
    pub events: u64,
    /// Whether there is more to record at once.
    pub more: bool,
    /// When the next messages will have waited for too long, where any wait.
    pub next_due: Option<Timestamp>,
}

/// A part of the feed, oldest first.
#[derive(Clone, Debug)]
pub struct EventsPage {
    /// At most as many as were asked for; each follows the one in front of it.
    pub events: Vec<Event>,
    /// The newest event, whether it is on this page or not.
    pub newest: Option<EventId>,
}

/// Why there is no page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventsPageError {
    /// What comes next is not kept any more. Code `events_expired`.
    #[error("events up to {up_to} are not kept any more")]
    Expired {
        /// The last one that is not.
        up_to: EventId,
    },
    /// The place is past all events: it is of another feed.
    #[error("there is no event that far")]
    Ahead {
        /// The newest event.
        newest: Option<EventId>,
    },
    /// The storage did not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// What the site is told of: every entry that is committed from the feed's beginning on, once, and messages that wait
/// unread.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Events: Send + Sync {
    /// Must begin the feed behind what is committed by now, where it was never begun, and leave it alone where it was.
    async fn begin(&self) -> Result<(), Unavailable>;

    /// Must give the next ids to what was committed and has none yet, of at most `limit` entries; then to messages that
    /// by `now` have waited unread for `notify_after`, where that is not zero.
    ///
    /// Ids must be 1, 2, 3 … without a hole, whoever records at the same moment and whatever is killed; the entries of a
    /// conversation must come in `seq` order. Entries of an import must be left out, and nothing may be recorded in a
    /// feed that was not begun. Nobody who writes may have to wait for it beyond one short transaction.
    async fn record(&self, now: Timestamp, notify_after: Duration, limit: u32) -> Result<Recorded, Unavailable>;

    /// Must return the events past `after`, oldest first, at most `limit`; without `after` from the oldest that is kept.
    async fn page(&self, after: Option<EventId>, limit: u32) -> Result<EventsPage, EventsPageError>;

    /// Must delete the oldest events, at most `limit`, as far as they were recorded before `before` and nobody who
    /// pushes them still needs them; returns how many.
    async fn expire(&self, before: Timestamp, limit: u32) -> Result<u64, Unavailable>;
}
