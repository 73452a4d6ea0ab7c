//! What moves from one site to another: people, whom they have blocked, listings, conversations with their entries, and what of it can be taken.
//! Knows nothing of files, of JSON, or of how it is stored.
//!
//! - `continuation`: one timeline, continued entry by entry under the rules that hold for whoever writes.
//! - `finding`: what could not be taken, and why.

mod continuation;
mod finding;

pub use continuation::{Continuation, Newest, Placed, PlacedBody, Words, is_there};
pub use finding::{Finding, codes};

use crate::conversation::ConversationKey;
use crate::handshake::StepAction;
use crate::ids::{EntryId, Head, Seq, UserId};
use crate::listing::{Description, ListingRef, ListingStatus, Title};
use crate::message::{ClientMessageId, MessageBody};
use crate::password::PasswordHash;
use crate::time::Timestamp;
use crate::user::{Name, Username, UsernameKey};

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedUser {
    /// The id, which stays.
    pub id: UserId,
    /// The name to log in with.
    pub username: Username,
    /// First name, often empty.
    pub first_name: Name,
    /// Last name, often empty.
    pub last_name: Name,
    /// When the user came.
    pub created_at: Timestamp,
    /// What the password hashes to; `None`: cannot log in here.
    pub password: Option<PasswordHash>,
    /// Since when the user may not write.
    pub suspended_at: Option<Timestamp>,
    /// When the user was erased.
    pub deleted_at: Option<Timestamp>,
    /// When the user was last logged out: a JWT that was issued by then speaks for them no more.
    pub signed_out_at: Option<Timestamp>,
}

impl MovedUser {
    /// What makes the name unique; whoever was erased keeps nobody from theirs.
    pub fn username_key(&self) -> UsernameKey {
        if self.deleted_at.is_some() { UsernameKey::of_deleted(self.id) } else { self.username.key() }
    }
}

/// A block: between the two nothing is written any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MovedBlock {
    /// Who made it.
    pub blocker: UserId,
    /// Whom.
    pub blocked: UserId,
    /// When.
    pub at: Timestamp,
}

/// A listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedListing {
    /// Its name, which stays.
    pub listing: ListingRef,
    /// Who published it.
    pub owner: UserId,
    /// What it is called.
    pub title: Title,
    /// What it says of itself.
    pub description: Description,
    /// Whether it takes new conversations.
    pub status: ListingStatus,
    /// When it was published.
    pub created_at: Timestamp,
}

/// A conversation; its entries follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MovedConversation {
    /// Which one.
    pub key: ConversationKey,
    /// Up to where the owner has read.
    pub owner_read_up_to: Head,
    /// Up to where the respondent has read.
    pub respondent_read_up_to: Head,
}

/// An entry of the conversation in front of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedEntry {
    /// Its place, which stays.
    pub seq: Seq,
    /// Its id, which stays where it can. Lists of conversations are in the order of the ids of their newest entries.
    pub id: Option<EntryId>,
    /// Who wrote it.
    pub actor: UserId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub said: Said,
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// One of the two wrote something.
    Message {
        /// What.
        body: MessageBody,
        /// How the sender named it.
        client_message_id: Option<ClientMessageId>,
    },
    /// One of the two wrote something, and nobody can read it any more.
    Redacted {
        /// Since when.
        redacted_at: Timestamp,
    },
    /// One of the two took a step of the handshake; what it led to follows from the steps.
    Step(StepAction),
    /// The writer was erased, and with them all that they had said in front of this.
    Redaction,
}

impl Said {
    /// How the sender named it, if it is a message and was named.
    pub const fn client_message_id(&self) -> Option<&ClientMessageId> {
        match self {
            Self::Message { client_message_id, .. } => client_message_id.as_ref(),
            Self::Redacted { .. } | Self::Step(_) | Self::Redaction => None,
        }
    }
}
