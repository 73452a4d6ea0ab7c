//! What is promised of everything that is stored, as a check over rows and timelines, however they came to be.
//!
//! Pure functions over rows as they stand in a database, typed but not believed: an adapter reads them and hands them
//! over, one conversation after the other. Knows nothing of how they are read, nor of who wants to know.
//!
//! - `stored`: the rows.
//! - `conversation`: one conversation with its timeline, entry by entry.
//! - `replay`: its handshakes, step by step, by the same function that decided them.
//! - `rows`: what can be said of users, tokens and listings one by one.
//! - `feed`: the events that a site is told.

mod conversation;
mod feed;
mod findings;
mod replay;
mod rows;
mod stored;
#[cfg(test)]
mod tests;

pub use conversation::{Audited, ConversationAudit};
pub use feed::{FeedAudit, StoredEvent, entry_without_event};
pub use findings::BREACHES_PER_CONVERSATION_MAX;
pub use rows::{listing, token, user};
pub use stored::{
    StoredBody, StoredConversation, StoredEntry, StoredHandshake, StoredListing, StoredStep, StoredToken, StoredUser,
};

use std::fmt;

use crate::conversation::ConversationKey;

/// Declares the codes with their names, and the list of them all.
macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $name:literal,)+) => {
        /// Which promise is broken.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum BreachCode { $($(#[$doc])* $code,)+ }

        impl BreachCode {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$code,)+];

            /// The stable name, in snake case.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$code => $name,)+ }
            }
        }
    };
}

codes! {
    /// A file that its database finds broken: a page that cannot be read, an index that lacks a row.
    FileDamaged = "file_damaged",
    /// Nothing keeps unique what must be.
    IndexMissing = "index_missing",
    /// A row that cannot be read: something in it is of the wrong type, of no known kind or out of its range.
    RowUnreadable = "row_unreadable",
    /// A conversation about a listing that is not there.
    ListingMissing = "listing_missing",
    /// A row that names a user who is not there.
    UserMissing = "user_missing",
    /// Entries or handshakes of a conversation that is not there.
    ConversationMissing = "conversation_missing",
    /// Two users whose names differ by case or Unicode form alone.
    UsernameRepeated = "username_repeated",
    /// A user who is not found by the own name.
    UsernameKeyWrong = "username_key_wrong",
    /// One token twice.
    TokenRepeated = "token_repeated",
    /// Two conversations of one key.
    ConversationRepeated = "conversation_repeated",
    /// A conversation in which nobody has written: it comes into being with its first entry.
    ConversationEmpty = "conversation_empty",
    /// A conversation whose owner is not its listing's.
    OwnerDiffers = "owner_differs",
    /// A conversation of someone with themselves.
    OwnerIsRespondent = "owner_is_respondent",
    /// A head that is not the newest `seq`.
    HeadWrong = "head_wrong",
    /// A conversation that names another time than its newest entry's.
    LastEntryAtWrong = "last_entry_at_wrong",
    /// A read cursor that is ahead of its timeline.
    CursorAhead = "cursor_ahead",
    /// Places in a timeline that no entry has.
    SeqHole = "seq_hole",
    /// A place in a timeline that several entries have.
    SeqRepeated = "seq_repeated",
    /// An entry that is older than the one in front of it.
    TimeBackwards = "time_backwards",
    /// An entry by someone who is not one of the two.
    NotAParticipant = "not_a_participant",
    /// A first entry by the owner, who answers and does not begin.
    BegunByOwner = "begun_by_owner",
    /// A message that says nothing and was not redacted.
    ContentMissing = "content_missing",
    /// A message that could not have been sent.
    ContentInvalid = "content_invalid",
    /// A redacted message that still says something.
    RedactedContentKept = "redacted_content_kept",
    /// A redaction of all that somebody said, of which something is still there.
    RedactionIncomplete = "redaction_incomplete",
    /// A redaction of what does not stand in front of it.
    RedactsNothing = "redacts_nothing",
    /// One `client_message_id` of one sender under several messages of a conversation.
    ClientMessageIdRepeated = "client_message_id_repeated",
    /// A step that the handshake's diagram has no arrow for.
    StepNotPossible = "step_not_possible",
    /// A step that leads elsewhere than its arrow.
    StepDiffers = "step_differs",
    /// A start without its row among the handshakes.
    HandshakeMissing = "handshake_missing",
    /// A handshake that no entry starts.
    HandshakeWithoutStart = "handshake_without_start",
    /// A handshake that stands elsewhere than its steps lead to.
    HandshakeDiffers = "handshake_differs",
    /// More than one handshake that binds the two at the same time.
    TwoLiveHandshakes = "two_live_handshakes",
    /// Places in the feed that no event has.
    EventHole = "event_hole",
    /// An entry that the feed has passed over.
    EventMissing = "event_missing",
    /// An event in front of that of the entry before its own.
    EventMisplaced = "event_misplaced",
    /// An event of an entry that is not there.
    EventOfNothing = "event_of_nothing",
    /// More than is listed: how many says the detail.
    MoreBreaches = "more_breaches",
}

impl fmt::Display for BreachCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A promise that is not kept, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Which promise.
    pub code: BreachCode,
    /// What it was made about.
    pub place: Place,
    /// Where in the timeline, if at one place of it; as it is stored, so that it need not be a possible one.
    pub seq: Option<i64>,
    /// What is wrong, for people. Never what someone has written.
    pub detail: String,
}

/// What a promise was made about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A conversation.
    Conversation(ConversationKey),
    /// A row of another table, or of one that has no key that could be read; or what else a table has by name.
    Row {
        /// Which table.
        table: &'static str,
        /// Which row of it, by its id or name.
        row: String,
    },
    /// All that is stored, as one file.
    File,
}

impl Place {
    /// A row by its id or name.
    pub fn row(table: &'static str, row: impl fmt::Display) -> Self {
        Self::Row { table, row: row.to_string() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conversation(key) => key.fmt(f),
            Self::Row { table, row } => write!(f, "{table} {row}"),
            Self::File => f.write_str("the file"),
        }
    }
}
