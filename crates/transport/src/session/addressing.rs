//! Which conversation a frame is for. Knows nothing of what is done there.
//!
//! Whoever the session has heard of, it finds by itself; only where that says nothing is the storage asked. While it
//! is, nothing more is read from the client, so that what a client says is done in the order in which it was said.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use handsel_domain::Unavailable;
use handsel_domain::conversation::{ConversationAddress, ConversationKey};
use handsel_domain::listing::ListingRef;
use handsel_domain::usecases::{LocateError, RecipientError, Scope, SeatError, Talk, choose_recipient};
use handsel_domain::user::Person;

use super::inbound::{Answer, named, perform};
use super::{Peer, Session};
use crate::frames::{Addressee, ErrorFrame, Request};
use crate::limits::STORAGE_RETRY;

/// What came of asking the storage, and for which request.
pub(super) struct Located {
    pub(super) request: Request,
    pub(super) outcome: Result<ConversationKey, ErrorFrame>,
}

impl Located {
    /// Does what is to be done, where it can be.
    pub(super) async fn perform(self, talk: Arc<Talk>, caller: Arc<Person>) -> Answer {
        match self.outcome.map(|conversation| perform(talk, caller, conversation, self.request)) {
            Ok(Some(answer)) => answer.await,
            Ok(None) => Answer::Nothing,
            Err(error) => Answer::Refused(error),
        }
    }
}

impl<S: Peer> Session<S> {
    /// The conversation that is meant, where the session knows it.
    pub(super) fn known(&self, to: Addressee) -> Option<ConversationKey> {
        let Addressee { conversation, recipient } = to;
        match (self.seat.scope, conversation) {
            (Scope::One(one), None) if recipient.is_none() => Some(one.key()),
            (Scope::One(one), Some(ConversationAddress::Key(key))) if recipient.is_none() && key == one.key() => {
                Some(key)
            }
            (Scope::Listing(listing), None) => self.known_about(listing, to),
            (Scope::Everything, Some(ConversationAddress::Key(key))) if recipient.is_none() => {
                self.delivery.begun(key).map(|begun| begun.key())
            }
            (Scope::Everything, Some(ConversationAddress::Short(listing))) => self.known_about(listing, to),
            (_, _) => None,
        }
    }

    /// Of the conversations about a listing: the caller's own, or the one with the respondent who is meant.
    fn known_about(&self, listing: ListingRef, to: Addressee) -> Option<ConversationKey> {
        let caller = self.seat.caller.id;
        let about = self.delivery.conversations().filter(|key| key.listing == listing);
        let respondents: Vec<_> = about.map(|key| key.respondent).collect();
        if respondents.contains(&caller) {
            return to.recipient.is_none().then_some(ConversationKey { listing, respondent: caller });
        }
        let respondent = choose_recipient(&respondents, to.recipient).ok()?;
        Some(ConversationKey { listing, respondent })
    }

    /// Asks the storage.
    pub(super) fn locate(&self, to: Addressee, request: Request) -> BoxFuture<'static, Located> {
        let (talk, seat) = (Arc::clone(&self.talk), Arc::clone(&self.seat));
        let client_message_id = named(&request);
        Box::pin(async move {
            let error = match talk.locate(&seat, to.conversation, to.recipient).await {
                Ok(key) => return Located { request, outcome: Ok(key) },
                Err(error) => error,
            };
            let frame = ErrorFrame::new(error.code(), error.to_string()).answering(client_message_id);
            let frame = match to.conversation {
                Some(ConversationAddress::Key(key)) => frame.about(key),
                Some(ConversationAddress::Short(listing)) => frame.about(listing),
                None => frame,
            };
            let frame = match &error {
                LocateError::Recipient(RecipientError::Required | RecipientError::Unknown) => {
                    match talk.recipients(&seat, to.conversation).await {
                        Ok(people) => frame.recipients(&people),
                        Err(Unavailable) => frame,
                    }
                }
                LocateError::Recipient(RecipientError::Unavailable(_))
                | LocateError::Seat(SeatError::Unavailable(_)) => frame.retry_after(Some(STORAGE_RETRY)),
                LocateError::Recipient(RecipientError::ConversationRequired | RecipientError::NoRespondent)
                | LocateError::Seat(SeatError::ListingNotFound | SeatError::NotAParticipant(_))
                | LocateError::Mismatch => frame,
            };
            Located { request, outcome: Err(frame) }
        })
    }
}
