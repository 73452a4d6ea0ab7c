//! Conversations and how far they were read, as a port. Knows nothing of SQL.

use async_trait::async_trait;

use crate::Unavailable;
use crate::conversation::{Between, Conversation, ConversationKey, ConversationState, ConversationSummary};
use crate::ids::{EntryId, Head, UserId};
use crate::listing::ListingRef;
use crate::user::Person;

/// A place in a user's list of conversations: the newest entry of the conversation there.
pub type ListPosition = EntryId;

/// What came of moving a read cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadMoved {
    /// Where the cursor is now.
    pub up_to: Head,
    /// Whether it moved: it never goes back, nor past the head.
    pub moved: bool,
}

/// How the storage's schema stands to this program. Another process may have changed it since this one opened it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// It is the one that this program knows.
    Current,
    /// A newer version of this program has extended it, as in a rolling upgrade.
    Newer,
    /// Something of it is missing, as after the restore of an old backup.
    Older,
}

/// Who talks about what.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Conversations: Send + Sync {
    /// Must find the conversation of that key; `None` where nobody has written in it yet.
    async fn find(&self, key: ConversationKey) -> Result<Option<ConversationState>, Unavailable>;

    /// Must return every conversation about the listing with its respondent, the one with the newest entry first.
    async fn of_listing(&self, listing: ListingRef) -> Result<Vec<(ConversationState, Person)>, Unavailable>;

    /// Must return the user's conversations, the one with the newest entry first, only those whose newest entry is
    /// older than `before`, at most `limit`.
    async fn of_user(
        &self,
        user: UserId,
        before: Option<ListPosition>,
        limit: u32,
    ) -> Result<Vec<ConversationSummary>, Unavailable>;

    /// Must return every conversation that has one of the users on either side.
    async fn of_users(&self, users: &[UserId]) -> Result<Vec<ConversationState>, Unavailable>;

    /// Must return every conversation of the user, the one with the newest entry first.
    async fn all_of(&self, user: UserId) -> Result<Vec<ConversationState>, Unavailable>;

    /// Must return what others see of these users, in any order; those who are unknown are left out.
    async fn people(&self, ids: &[UserId]) -> Result<Vec<Person>, Unavailable>;

    /// Must return those of whom one has blocked the other, of each pair at least one among `users`; a pair in any order,
    /// and twice where each has blocked the other.
    async fn barred(&self, users: &[UserId]) -> Result<Vec<[UserId; 2]>, Unavailable>;

    /// Must say how it stands between the two by now. It may be otherwise as soon as it is said.
    async fn between(&self, conversation: &Conversation) -> Result<Between, Unavailable>;

    /// Must move the reader's cursor forward to `up_to`, at most to the head, never back, and then announce to
    /// [`super::Committed`] where it has moved to. The caller has checked that the reader takes part.
    async fn move_read_cursor(
        &self,
        key: ConversationKey,
        reader: UserId,
        up_to: Head,
    ) -> Result<ReadMoved, Unavailable>;

    /// Must say whether anything may have been committed, by any process, since this was last called; `true` where
    /// the storage cannot tell. There is one caller.
    async fn changed(&self) -> Result<bool, Unavailable>;

    /// Must look how the schema stands by now.
    async fn schema(&self) -> Result<Schema, Unavailable>;

    /// Must answer as soon as the storage does, and only then.
    async fn ping(&self) -> Result<(), Unavailable>;
}
