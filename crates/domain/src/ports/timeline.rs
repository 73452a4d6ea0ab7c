//! Timelines, as a port. Knows nothing of batches, locks or SQL; says what they must achieve.

use std::sync::Arc;

use async_trait::async_trait;

use crate::Unavailable;
use crate::conversation::{Conversation, ConversationKey, WriteRefused};
use crate::handshake::{Handshake, Refusal};
use crate::timeline::{Draft, Entry, TimelinePage, TimelineRange};
use crate::user::Person;

/// Something to append.
#[derive(Clone, Debug)]
pub struct Append {
    /// Where.
    pub conversation: ConversationKey,
    /// Who says it.
    pub actor: Arc<Person>,
    /// What.
    pub draft: Draft,
    /// How many conversations a respondent may begin within a day; 0 is no limit.
    pub starts_per_day: u32,
}

/// What became of it.
#[derive(Clone, Debug)]
pub enum Appended {
    /// Committed as this entry.
    New(Arc<Entry>),
    /// The sender had sent this message before: the entry that was stored then.
    RepeatedMessage(Arc<Entry>),
    /// The user had just taken this step: the state.
    RepeatedStep(Conversation, Handshake),
}

/// Why nothing was appended.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AppendError {
    /// No such listing.
    #[error("there is no such listing")]
    ListingNotFound,
    /// This user may not write here, now.
    #[error(transparent)]
    WriteRefused(#[from] WriteRefused),
    /// The same sender used this id for other content in this conversation.
    #[error("this client_message_id was used for another message")]
    ClientMessageIdConflict,
    /// The diagram of the handshake has no such arrow now.
    #[error("{reason}")]
    Step {
        /// Why.
        reason: Refusal,
        /// The state that the user should know of, where there is one.
        current: Option<(Conversation, Box<Handshake>)>,
    },
    /// The marketplace's ledger does not agree to this step. Code `handshake_refused`.
    #[error("{}", refusal.as_str())]
    Objected {
        /// Why, for people.
        refusal: super::RefusalText,
        /// The state that it leaves the handshake in.
        current: (Conversation, Box<Handshake>),
    },
    /// The storage, or the ledger, did not answer; nothing was appended.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// The commit's answer was lost. Whoever sent with a `client_message_id` may send again.
    #[error("it is not known whether this was stored; send it again with the same client_message_id")]
    OutcomeUnknown,
}

impl AppendError {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ListingNotFound => "listing_not_found",
            Self::WriteRefused(refused) => refused.code(),
            Self::ClientMessageIdConflict => "client_message_id_conflict",
            Self::Step { reason, .. } => reason.code(),
            Self::Objected { .. } => "handshake_refused",
            Self::Unavailable(_) => Unavailable::CODE,
            Self::OutcomeUnknown => "outcome_unknown",
        }
    }
}

/// The ordered logs of all conversations.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Timeline: Send + Sync {
    /// Must, under one lock on the conversation and in one transaction: check [`may_write`] and, where the conversation
    /// begins, [`may_start`], recognise a repeated `client_message_id`, [`decide`] a step, give out the next `seq` with a
    /// time not before the last one's, and store. What was stored before one of the two was kept from writing is still
    /// answered. Must return only after the commit, and announce new entries to [`super::Committed`] in commit order,
    /// whether or not the caller still waits. Calls are taken in the order in which they are first polled.
    ///
    /// [`may_write`]: crate::conversation::may_write
    /// [`may_start`]: crate::conversation::may_start
    /// [`decide`]: crate::handshake::decide
    async fn append(&self, append: Append) -> Result<Appended, AppendError>;

    /// Must return committed entries, oldest first, without a hole between the first and the last; `None` where
    /// nobody has written in the conversation yet.
    async fn read(
        &self,
        conversation: ConversationKey,
        range: TimelineRange,
    ) -> Result<Option<TimelinePage>, Unavailable>;
}
