//! Which conversation a caller means, by what the caller names and where the caller sits. Knows nothing of what is to
//! be done there.

use std::sync::Arc;

use super::{Scope, Seat, SeatError, Talk};
use crate::Unavailable;
use crate::conversation::{Conversation, ConversationAddress, ConversationKey};
use crate::ids::UserId;
use crate::listing::ListingRef;
use crate::user::Person;

/// Why it is not clear who is meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecipientError {
    /// Several respondents, and none was named.
    #[error("several people have written about this listing; name one by recipient_id")]
    Required,
    /// Someone was named who has not written about this listing.
    #[error("recipient_id names nobody who has written about this listing")]
    Unknown,
    /// The seat has many conversations, and none was named.
    #[error("name the conversation, for instance \"conversation\": \"offer_1:2\"")]
    ConversationRequired,
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
            Self::ConversationRequired => "conversation_required",
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

/// Why what was named is no conversation of this seat.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocateError {
    /// It is not clear who is meant.
    #[error(transparent)]
    Recipient(#[from] RecipientError),
    /// There is no place for the caller in what was named.
    #[error(transparent)]
    Seat(#[from] SeatError),
    /// A seat in one conversation, or in those about one listing, does not reach others.
    #[error("this socket has another conversation; leave it out here, or use the inbox for all of them")]
    Mismatch,
}

impl LocateError {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Recipient(error) => error.code(),
            Self::Seat(error) => error.code(),
            Self::Mismatch => "conversation_mismatch",
        }
    }
}

impl Talk {
    /// The one conversation that the caller means: the seat's own, or the one with the named or only respondent.
    pub async fn conversation(&self, seat: &Seat, named: Option<UserId>) -> Result<ConversationKey, RecipientError> {
        match seat.scope {
            Scope::One(conversation) => match_recipient(&conversation, seat, named),
            Scope::Listing(listing) => {
                let respondents: Vec<_> =
                    self.respondents(listing).await?.into_iter().map(|person| person.id).collect();
                Ok(ConversationKey { listing, respondent: choose_recipient(&respondents, named)? })
            }
            Scope::Everything => Err(RecipientError::ConversationRequired),
        }
    }

    /// The same, where the caller may also name the conversation.
    pub async fn locate(
        &self,
        seat: &Seat,
        named: Option<ConversationAddress>,
        recipient: Option<UserId>,
    ) -> Result<ConversationKey, LocateError> {
        let Some(named) = named else { return Ok(self.conversation(seat, recipient).await?) };
        match (seat.scope, named) {
            (Scope::Everything, _) => {
                let there = self.seat(Arc::clone(&seat.caller), named).await?;
                Ok(self.conversation(&there, recipient).await?)
            }
            (Scope::Listing(listing), ConversationAddress::Key(key)) if key.listing == listing => {
                match recipient.unwrap_or(key.respondent) {
                    same if same == key.respondent => Ok(self.conversation(seat, Some(same)).await?),
                    _ => Err(RecipientError::Unknown.into()),
                }
            }
            (Scope::One(_) | Scope::Listing(_), _) if names_seat(seat.scope, named) => {
                Ok(self.conversation(seat, recipient).await?)
            }
            (Scope::One(_) | Scope::Listing(_), _) => Err(LocateError::Mismatch),
        }
    }

    /// Those whom the caller may choose from: an owner's respondents; nobody else is told who they are.
    pub async fn recipients(
        &self,
        seat: &Seat,
        named: Option<ConversationAddress>,
    ) -> Result<Vec<Person>, Unavailable> {
        match (seat.scope, named) {
            (Scope::Listing(listing), _) => self.respondents(listing).await,
            (Scope::Everything, Some(ConversationAddress::Short(listing))) => {
                match self.seat(Arc::clone(&seat.caller), ConversationAddress::Short(listing)).await {
                    Ok(Seat { scope: Scope::Listing(own), .. }) => self.respondents(own).await,
                    Ok(_) | Err(SeatError::ListingNotFound | SeatError::NotAParticipant(_)) => Ok(Vec::new()),
                    Err(SeatError::Unavailable(gone)) => Err(gone),
                }
            }
            (Scope::One(_) | Scope::Everything, _) => Ok(Vec::new()),
        }
    }
}

fn match_recipient(
    conversation: &Conversation,
    seat: &Seat,
    named: Option<UserId>,
) -> Result<ConversationKey, RecipientError> {
    match named {
        Some(named) if conversation.peer_of(seat.caller.id) != Some(named) => Err(RecipientError::Unknown),
        Some(_) | None => Ok(conversation.key()),
    }
}

/// Whether a name that need not be looked up is the seat's own.
fn names_seat(scope: Scope, named: ConversationAddress) -> bool {
    let about = |listing: ListingRef| named == ConversationAddress::Short(listing);
    match scope {
        Scope::One(one) => named == ConversationAddress::Key(one.key()) || about(one.key().listing),
        Scope::Listing(listing) => about(listing),
        Scope::Everything => false,
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
