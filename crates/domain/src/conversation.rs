//! Conversations: their keys, their two sides, and who may take part. Knows nothing of what is said in them.

mod writing;

pub use writing::{Account, Between, Intent, STARTS_COUNTED_OVER, Standing, WriteRefused, may_start, may_write};

use std::fmt;
use std::str::FromStr;

use crate::handshake::Handshake;
use crate::ids::{Head, UserId, parse_decimal};
use crate::listing::{ListingRef, ListingStatus};
use crate::timeline::Entry;
use crate::user::Person;

/// The unique name of a conversation: listing, then respondent. `offer_123:45`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConversationKey {
    /// What it is about.
    pub listing: ListingRef,
    /// Who wrote to the listing's owner.
    pub respondent: UserId,
}

impl fmt::Display for ConversationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.listing, self.respondent)
    }
}

/// How a caller names a conversation: by its key, or in short by the listing alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConversationAddress {
    /// `offer_123`: the respondent's own conversation, or all of the owner's about it.
    Short(ListingRef),
    /// `offer_123:45`
    Key(ConversationKey),
}

/// A text that names no conversation. Code `conversation_invalid`, close code 4000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a conversation is named offer_N, need_N, or with its respondent's id offer_N:ID")]
pub struct ConversationInvalid;

impl ConversationInvalid {
    /// The stable code of this error.
    pub const CODE: &str = "conversation_invalid";
}

impl ConversationAddress {
    /// The listing that it is about.
    pub const fn listing(self) -> ListingRef {
        match self {
            Self::Short(listing) => listing,
            Self::Key(key) => key.listing,
        }
    }
}

impl FromStr for ConversationAddress {
    type Err = ConversationInvalid;

    fn from_str(text: &str) -> Result<Self, ConversationInvalid> {
        match text.split_once(':') {
            None => text.parse().map(Self::Short).map_err(|_| ConversationInvalid),
            Some((listing, respondent)) => {
                let listing = listing.parse().map_err(|_| ConversationInvalid)?;
                let respondent =
                    parse_decimal(respondent).and_then(|id| UserId::new(id).ok()).ok_or(ConversationInvalid)?;
                Ok(Self::Key(ConversationKey { listing, respondent }))
            }
        }
    }
}

impl FromStr for ConversationKey {
    type Err = ConversationInvalid;

    fn from_str(text: &str) -> Result<Self, ConversationInvalid> {
        match text.parse()? {
            ConversationAddress::Key(key) => Ok(key),
            ConversationAddress::Short(_) => Err(ConversationInvalid),
        }
    }
}

/// One of the two of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Who published the listing.
    Owner,
    /// Who wrote about it.
    Respondent,
}

impl Side {
    /// The other one of the two.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Owner => Self::Respondent,
            Self::Respondent => Self::Owner,
        }
    }

    /// `owner` or `respondent`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Respondent => "respondent",
        }
    }
}

/// A conversation and its exactly two readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Conversation {
    key: ConversationKey,
    owner: UserId,
}

/// The caller is not one of the two of this conversation. Code `not_a_participant`, close code 4003.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this conversation is between two other people")]
pub struct NotAParticipant;

impl NotAParticipant {
    /// The stable code of this error.
    pub const CODE: &str = "not_a_participant";
}

impl Conversation {
    /// An owner is never a respondent of the own listing.
    pub fn new(key: ConversationKey, owner: UserId) -> Result<Self, NotAParticipant> {
        if key.respondent == owner { Err(NotAParticipant) } else { Ok(Self { key, owner }) }
    }

    /// Its unique name.
    pub const fn key(&self) -> ConversationKey {
        self.key
    }

    /// The user on that side.
    pub const fn user(&self, side: Side) -> UserId {
        match side {
            Side::Owner => self.owner,
            Side::Respondent => self.key.respondent,
        }
    }

    /// The other one of the two, as that user sees it; `None` for everyone else.
    pub fn peer_of(&self, user: UserId) -> Option<UserId> {
        Some(self.user(self.side_of(user)?.other()))
    }

    /// On which side the user stands; `None` for everyone else in the world.
    pub fn side_of(&self, user: UserId) -> Option<Side> {
        [Side::Owner, Side::Respondent].into_iter().find(|side| self.user(*side) == user)
    }
}

/// A conversation with its cursors, as stored. One that nobody has written in yet has [`Head::NONE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConversationState {
    /// Which one.
    pub conversation: Conversation,
    /// The newest `seq`.
    pub head: Head,
    /// Up to where the owner has read.
    pub owner_read_up_to: Head,
    /// Up to where the respondent has read.
    pub respondent_read_up_to: Head,
}

impl ConversationState {
    /// That side's cursor, to be moved.
    pub const fn read_up_to_mut(&mut self, side: Side) -> &mut Head {
        match side {
            Side::Owner => &mut self.owner_read_up_to,
            Side::Respondent => &mut self.respondent_read_up_to,
        }
    }

    /// A conversation without an entry: it does not exist yet, and can come into being.
    pub const fn unwritten(conversation: Conversation) -> Self {
        Self { conversation, head: Head::NONE, owner_read_up_to: Head::NONE, respondent_read_up_to: Head::NONE }
    }

    /// Up to where that side has read.
    pub const fn read_up_to(&self, side: Side) -> Head {
        match side {
            Side::Owner => self.owner_read_up_to,
            Side::Respondent => self.respondent_read_up_to,
        }
    }
}

/// How far one of the two has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadCursor {
    /// Where.
    pub conversation: Conversation,
    /// Who.
    pub reader: Side,
    /// All up to there.
    pub up_to: Head,
}

/// A line of a user's list of conversations.
#[derive(Clone, Debug)]
pub struct ConversationSummary {
    /// Which conversation, and its cursors.
    pub state: ConversationState,
    /// What the listing is called.
    pub listing_title: String,
    /// Whether it takes new conversations.
    pub listing_status: ListingStatus,
    /// The other one, as the user whose list this is sees it.
    pub peer: Person,
    /// Whether the user has blocked them.
    pub blocked: bool,
    /// The newest entry.
    pub last_entry: Entry,
    /// Who wrote the newest message, which need not be the newest entry.
    pub last_writer: Option<UserId>,
    /// The latest handshake, whatever became of it.
    pub handshake: Option<Handshake>,
    /// The peer's messages past the user's read cursor, counted up to [`UNREAD_COUNT_MAX`].
    pub unread_count: u32,
}

/// Unread messages are counted up to here; clients show "99+".
pub const UNREAD_COUNT_MAX: u32 = 100;

impl ConversationSummary {
    /// Whether the user on `side` is the one to act: a pending handshake waits for them, or the last message is the
    /// peer's and unread.
    pub fn your_turn(&self, side: Side) -> bool {
        let handshake_waits = self.handshake.as_ref().is_some_and(|handshake| handshake.waits_for(side));
        // Where the newest message is the peer's, it is unread if any is: read cursors only move forward.
        let unread_message = self.last_writer == Some(self.peer.id) && self.unread_count > 0;
        handshake_waits || unread_message
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: i64) -> UserId {
        UserId::new(id).expect("a valid id")
    }

    #[test]
    fn an_address_is_a_listing_or_a_key_and_nothing_else() {
        for bad in [
            "offer_1:",
            "offer_1:x",
            "offer_1:0",
            "offer_1:01",
            "offer_1:2:3",
            "offer_1_2",
            ":2",
            "Offer_1:2",
            "shop_1",
            "offer_1:-2",
            "offer_1/2",
            "",
        ] {
            assert_eq!(bad.parse::<ConversationAddress>(), Err(ConversationInvalid), "{bad:?}");
        }
        assert!(matches!("offer_123".parse(), Ok(ConversationAddress::Short(_))));
        let key: ConversationKey = "need_5:45".parse().expect("a valid key");
        assert_eq!((key.to_string(), key.respondent), ("need_5:45".to_owned(), user(45)));
        assert_eq!("need_5".parse::<ConversationKey>(), Err(ConversationInvalid));
    }

    #[test]
    fn an_owner_is_never_the_own_respondent() {
        assert_eq!(Conversation::new("offer_1:1".parse().expect("a valid key"), user(1)), Err(NotAParticipant));
    }
}
