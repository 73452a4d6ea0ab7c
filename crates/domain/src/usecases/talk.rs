//! Taking one's place in a conversation, reading it and writing in it. Knows nothing of frames or pages of JSON.

use std::sync::Arc;

use crate::Unavailable;
use crate::conversation::{
    Conversation, ConversationAddress, ConversationKey, ConversationState, ConversationSummary, NotAParticipant,
};
use crate::ids::{Head, UserId};
use crate::listing::ListingRef;
use crate::ports::{Append, AppendError, Appended, Conversations, ListPosition, Listings, ReadMoved, Timeline};
use crate::timeline::{Draft, TimelinePage, TimelineRange};
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
}

impl Scope {
    /// Whether entries of this conversation are for this seat.
    pub fn contains(&self, conversation: &Conversation) -> bool {
        match self {
            Self::One(one) => one == conversation,
            Self::Listing(listing) => conversation.key().listing == *listing,
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

/// Why it is not clear who is meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecipientError {
    /// Several respondents, and none was named.
    #[error("several people have written about this listing; name one by recipient_id")]
    Required,
    /// Someone was named who has not written about this listing.
    #[error("recipient_id names nobody who has written about this listing")]
    Unknown,
    /// Nobody has written about this listing yet.
    #[error("nobody has written about this listing yet; its owner answers, and does not begin")]
    NoRespondent,
    /// The storage did not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl RecipientError {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Required => "recipient_required",
            Self::Unknown => "recipient_unknown",
            Self::NoRespondent => "no_respondent",
            Self::Unavailable(_) => Unavailable::CODE,
        }
    }
}

/// Which of the respondents an owner means: the one named, or the only one.
pub fn choose_recipient(respondents: &[UserId], named: Option<UserId>) -> Result<UserId, RecipientError> {
    match (respondents, named) {
        ([], _) => Err(RecipientError::NoRespondent),
        (some, Some(named)) if some.contains(&named) => Ok(named),
        (_, Some(_)) => Err(RecipientError::Unknown),
        ([only], None) => Ok(*only),
        (_, None) => Err(RecipientError::Required),
    }
}

/// Conversations.
pub struct Talk {
    listings: Arc<dyn Listings>,
    conversations: Arc<dyn Conversations>,
    timeline: Arc<dyn Timeline>,
}

impl Talk {
    /// Over these ports.
    pub fn new(
        listings: Arc<dyn Listings>,
        conversations: Arc<dyn Conversations>,
        timeline: Arc<dyn Timeline>,
    ) -> Self {
        Self { listings, conversations, timeline }
    }

    /// Finds the caller's place, by address. Connecting makes no conversation: its first entry does.
    pub async fn seat(&self, caller: Arc<Person>, address: ConversationAddress) -> Result<Seat, SeatError> {
        let listing = self.listings.find(address.listing()).await?.ok_or(SeatError::ListingNotFound)?;
        let scope = match address {
            ConversationAddress::Short(name) if listing.owner.id == caller.id => Scope::Listing(name),
            ConversationAddress::Short(name) => Scope::One(Conversation::new(
                ConversationKey { listing: name, respondent: caller.id },
                listing.owner.id,
            )?),
            ConversationAddress::Key(key) => {
                let conversation = Conversation::new(key, listing.owner.id)?;
                conversation.side_of(caller.id).ok_or(NotAParticipant)?;
                Scope::One(conversation)
            }
        };
        Ok(Seat { caller, scope })
    }

    /// What the seat sees as it stands, without those that nobody has written in.
    pub async fn heads(&self, scope: &Scope) -> Result<Vec<ConversationState>, Unavailable> {
        match scope {
            Scope::One(conversation) => Ok(self.conversations.find(conversation.key()).await?.into_iter().collect()),
            Scope::Listing(listing) => {
                Ok(self.conversations.of_listing(*listing).await?.into_iter().map(|(state, _)| state).collect())
            }
        }
    }

    /// Who has written about the listing, in the order of their ids.
    pub async fn respondents(&self, listing: ListingRef) -> Result<Vec<Person>, Unavailable> {
        Ok(self.conversations.of_listing(listing).await?.into_iter().map(|(_, person)| person).collect())
    }

    /// The one conversation that the caller means: the seat's own, or the one with the named or only respondent.
    pub async fn conversation(&self, seat: &Seat, named: Option<UserId>) -> Result<ConversationKey, RecipientError> {
        match seat.scope {
            Scope::One(conversation) => match (conversation.side_of(seat.caller.id), named) {
                (Some(side), Some(named)) if conversation.user(side.other()) != named => Err(RecipientError::Unknown),
                (_, _) => Ok(conversation.key()),
            },
            Scope::Listing(listing) => {
                let respondents: Vec<_> =
                    self.respondents(listing).await?.into_iter().map(|person| person.id).collect();
                Ok(ConversationKey { listing, respondent: choose_recipient(&respondents, named)? })
            }
        }
    }

    /// Appends what the caller says; returns after the commit.
    pub async fn say(
        &self,
        caller: Arc<Person>,
        conversation: ConversationKey,
        draft: Draft,
    ) -> Result<Appended, AppendError> {
        self.timeline.append(Append { conversation, actor: caller, draft }).await
    }

    /// Reads a part of a timeline. The caller has a seat there.
    pub async fn read(
        &self,
        conversation: ConversationKey,
        range: TimelineRange,
    ) -> Result<Option<TimelinePage>, Unavailable> {
        self.timeline.read(conversation, range).await
    }

    /// The user's conversations, newest entry first.
    pub async fn list(
        &self,
        user: UserId,
        before: Option<ListPosition>,
        limit: u32,
    ) -> Result<Vec<ConversationSummary>, Unavailable> {
        self.conversations.of_user(user, before, limit).await
    }

    /// Says that the reader has read up to there. The reader has a seat there.
    pub async fn mark_read(
        &self,
        conversation: ConversationKey,
        reader: UserId,
        up_to: Head,
    ) -> Result<ReadMoved, Unavailable> {
        self.conversations.move_read_cursor(conversation, reader, up_to).await
    }

    /// Every conversation of these users: what a process compares with what it delivered.
    pub async fn heads_of_users(&self, users: &[UserId]) -> Result<Vec<ConversationState>, Unavailable> {
        self.conversations.of_users(users).await
    }

    /// Whether anything may have been committed since this was last asked.
    pub async fn changed(&self) -> Result<bool, Unavailable> {
        self.conversations.changed().await
    }

    /// Answers as soon as the storage does.
    pub async fn ping(&self) -> Result<(), Unavailable> {
        self.conversations.ping().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_only_respondent_need_not_be_named() {
        let [a, b, c] = [1, 2, 3].map(|id| UserId::new(id).expect("an id"));
        assert_eq!(choose_recipient(&[], Some(a)), Err(RecipientError::NoRespondent));
        assert_eq!(choose_recipient(&[a], None), Ok(a));
        assert_eq!(choose_recipient(&[a, b], None), Err(RecipientError::Required));
        assert_eq!(choose_recipient(&[a, b], Some(b)), Ok(b));
        assert_eq!(choose_recipient(&[a, b], Some(c)), Err(RecipientError::Unknown));
    }
}
