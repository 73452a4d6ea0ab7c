//! How far events were pushed, and who pushes them, as a port. Knows nothing of SQL, nor of how they are pushed.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;

use crate::Unavailable;
use crate::conversation::ConversationKey;
use crate::event::Event;
use crate::ids::EventId;

/// How far events were delivered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// All up to there, but for what is held. `None`: nothing yet.
    pub up_to: Option<EventId>,
    /// Of these conversations, that event was not taken: neither it nor any that follows it there.
    pub held: BTreeMap<ConversationKey, EventId>,
}

/// What has changed since it was last stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// See [`Delivered::up_to`].
    pub up_to: Option<EventId>,
    /// Conversations that are held from another event on, or, without one, no more.
    pub held: BTreeMap<ConversationKey, Option<EventId>>,
}

/// One process at a time delivers, and goes on where another one has stopped, however that has ended.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Deliveries: Send + Sync {
    /// Must let `holder` deliver for so long, where nobody else may at this moment, and return how far events were
    /// delivered; the first time ever, all up to the newest event count as delivered. `None`: somebody else may, or no
    /// feed was begun. All processes must be measured by the same clock.
    async fn take(&self, holder: &str, lasts: Duration) -> Result<Option<Delivered>, Unavailable>;

    /// Must store the progress and let `holder` go on for so long, all or nothing. `false`: somebody else delivers by now,
    /// and nothing was stored. What is not delivered must not expire.
    async fn save(&self, holder: &str, lasts: Duration, progress: &Progress) -> Result<bool, Unavailable>;

    /// Must let somebody else deliver at once, where `holder` still may.
    async fn leave(&self, holder: &str) -> Result<(), Unavailable>;

    /// Must forget how far events were delivered where nobody has delivered for so long, so that they expire; returns
    /// whether it did.
    async fn forget(&self, idle: Duration) -> Result<bool, Unavailable>;

    /// Must return the conversation's events from `from` up to `up_to`, both included, oldest first, at most `limit`.
    async fn of_conversation(
        &self,
        conversation: ConversationKey,
        from: EventId,
        up_to: EventId,
        limit: u32,
    ) -> Result<Vec<Event>, Unavailable>;
}
