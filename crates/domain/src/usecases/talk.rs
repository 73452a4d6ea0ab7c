//! Taking one's place in a conversation, reading it and writing in it. Knows nothing of frames or pages of JSON.

use std::sync::Arc;

use super::{Scope, Seat, SeatError};
use crate::Unavailable;
use crate::conversation::{
    Conversation, ConversationAddress, ConversationKey, ConversationState, ConversationSummary, NotAParticipant,
};
use crate::ids::{Head, UserId};
use crate::listing::ListingRef;
use crate::ports::{Append, AppendError, Appended, Conversations, ListPosition, Listings, ReadMoved, Schema, Timeline};
use crate::timeline::{Draft, TimelinePage, TimelineRange};
use crate::user::Person;

/// Conversations.
pub struct Talk {
    listings: Arc<dyn Listings>,
    conversations: Arc<dyn Conversations>,
    timeline: Arc<dyn Timeline>,
    starts_per_day: u32,
}

impl Talk {
    /// Over these ports.
    pub fn new(
        listings: Arc<dyn Listings>,
        conversations: Arc<dyn Conversations>,
        timeline: Arc<dyn Timeline>,
    ) -> Self {
        Self { listings, conversations, timeline, starts_per_day: 0 }
    }

    /// With so many new conversations of one respondent within a day; 0 is no limit.
    #[must_use]
    pub fn starting_at_most(self, starts_per_day: u32) -> Self {
        Self { starts_per_day, ..self }
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

    /// What the seat sees as it stands, the one with the newest entry first, without those that nobody has written in.
    pub async fn heads(&self, seat: &Seat) -> Result<Vec<ConversationState>, Unavailable> {
        match seat.scope {
            Scope::One(conversation) => Ok(self.conversations.find(conversation.key()).await?.into_iter().collect()),
            Scope::Listing(listing) => {
                Ok(self.conversations.of_listing(listing).await?.into_iter().map(|(state, _)| state).collect())
            }
            Scope::Everything => self.conversations.all_of(seat.caller.id).await,
        }
    }

    /// What others see of these users, in any order.
    pub async fn people(&self, ids: &[UserId]) -> Result<Vec<Person>, Unavailable> {
        if ids.is_empty() { Ok(Vec::new()) } else { self.conversations.people(ids).await }
    }

    /// Those of whom one has blocked the other, each pair with one of these users at least.
    pub async fn barred(&self, users: &[UserId]) -> Result<Vec<[UserId; 2]>, Unavailable> {
        self.conversations.barred(users).await
    }

    /// Who has written about the listing, in the order of their ids.
    pub async fn respondents(&self, listing: ListingRef) -> Result<Vec<Person>, Unavailable> {
        let found = self.conversations.of_listing(listing).await?;
        let mut people: Vec<_> = found.into_iter().map(|(_, person)| person).collect();
        people.sort_unstable_by_key(|person| person.id);
        Ok(people)
    }

    /// Appends what the caller says; returns after the commit.
    pub async fn say(
        &self,
        caller: Arc<Person>,
        conversation: ConversationKey,
        draft: Draft,
    ) -> Result<Appended, AppendError> {
        let starts_per_day = self.starts_per_day;
        self.timeline.append(Append { conversation, actor: caller, draft, starts_per_day }).await
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

    /// How the storage's schema stands by now.
    pub async fn schema(&self) -> Result<Schema, Unavailable> {
        self.conversations.schema().await
    }

    /// Answers as soon as the storage does.
    pub async fn ping(&self) -> Result<(), Unavailable> {
        self.conversations.ping().await
    }
}
