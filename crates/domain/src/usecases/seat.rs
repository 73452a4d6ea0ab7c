//! A caller's place: what they see and where they write. Knows nothing of what is said there.

use std::sync::Arc;

use crate::Unavailable;
use crate::conversation::{Conversation, NotAParticipant};
use crate::listing::ListingRef;
use crate::user::Person;

/// A caller's place: checked once, held from then on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Who sits there.
    pub caller: Arc<Person>,
    /// What the caller sees and writes.
    pub scope: Scope,
}

/// What a seat sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One conversation, which need not exist yet.
    One(Conversation),
    /// The owner's view of all conversations about a listing, those to come included.
    Listing(ListingRef),
    /// All conversations of the caller, those to come included.
    Everything,
}

impl Scope {
    /// Whether entries of this conversation, which the caller takes part in, are for this seat.
    pub fn contains(&self, conversation: &Conversation) -> bool {
        match self {
            Self::One(one) => one == conversation,
            Self::Listing(listing) => conversation.key().listing == *listing,
            Self::Everything => true,
        }
    }
}

/// Why there is no place for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeatError {
    /// No such listing.
    #[error("there is no such listing")]
    ListingNotFound,
    /// Neither owner nor respondent.
    #[error(transparent)]
    NotAParticipant(#[from] NotAParticipant),
    /// The storage did not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl SeatError {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ListingNotFound => "listing_not_found",
            Self::NotAParticipant(_) => NotAParticipant::CODE,
            Self::Unavailable(_) => Unavailable::CODE,
        }
    }
}
