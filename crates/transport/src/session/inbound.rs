//! From a client's frame to what is appended, and to the answer where one is due. Knows nothing of the socket.

use std::sync::Arc;

use handsel_domain::Unavailable;
use handsel_domain::conversation::ConversationKey;
use handsel_domain::ids::UserId;
use handsel_domain::message::ClientMessageId;
use handsel_domain::ports::{AppendError, Appended};
use handsel_domain::timeline::Draft;
use handsel_domain::usecases::{RecipientError, Scope, choose_recipient};

use super::{Peer, Session};
use crate::frames::{self, ClientFrame, ErrorFrame, Frame};
use crate::limits::STORAGE_RETRY;

/// What became of something that the client said.
pub(super) struct Answer {
    outcome: Result<Appended, AppendError>,
    client_message_id: Option<String>,
}

impl Answer {
    /// The frames for this socket alone. What is new has none: it comes like any other entry, through the hub.
    pub(super) fn frames(self) -> Vec<Frame> {
        match self.outcome {
            Ok(Appended::New(_)) => Vec::new(),
            Ok(Appended::RepeatedMessage(entry)) => vec![frames::repeated_entry(&entry)],
            Ok(Appended::RepeatedStep(conversation, handshake)) => {
                vec![frames::repeated_handshake(&conversation, &handshake)]
            }
            Err(error) => {
                metrics::counter!("handsel_errors_total", "code" => error.code()).increment(1);
                let wait =
                    matches!(error, AppendError::Unavailable(_) | AppendError::OutcomeUnknown).then_some(STORAGE_RETRY);
                let mut answer = vec![
                    ErrorFrame::new(error.code(), error.to_string())
                        .answering(self.client_message_id)
                        .retry_after(wait)
                        .encode(),
                ];
                if let AppendError::Step { current: Some((conversation, handshake)), .. } = error {
                    answer.push(frames::repeated_handshake(&conversation, &handshake));
                }
                answer
            }
        }
    }
}

/// The `client_message_id` of a frame that is otherwise not looked at.
pub(super) fn client_message_id_of(text: &str) -> Option<String> {
    match ClientFrame::parse(text).ok()?.draft {
        Draft::Message { client_message_id, .. } => client_message_id.map(|id| id.as_str().to_owned()),
        Draft::Step(_) => None,
    }
}

impl<S: Peer> Session<S> {
    pub(super) async fn take_frame(&mut self, text: &str) {
        let ClientFrame { recipient, draft } = match ClientFrame::parse(text) {
            Ok(frame) => frame,
            Err(error) => {
                return self.send_error(&ErrorFrame::new(error.code(), error.to_string()).field(error.field()));
            }
        };
        let client_message_id = match &draft {
            Draft::Message { client_message_id, .. } => {
                client_message_id.as_ref().map(ClientMessageId::as_str).map(str::to_owned)
            }
            Draft::Step(_) => None,
        };
        let conversation = match self.conversation(recipient).await {
            Ok(conversation) => conversation,
            Err(error) => return self.send_recipient_error(&error, client_message_id).await,
        };
        let (talk, caller) = (Arc::clone(&self.talk), Arc::clone(&self.seat.caller));
        self.answers.push_back(Box::pin(async move {
            Answer { outcome: talk.say(caller, conversation, draft).await, client_message_id }
        }));
    }

    /// Which conversation is meant. An owner answers those whom the owner has heard of on this socket; only where that
    /// says nothing is the storage asked.
    async fn conversation(&mut self, named: Option<UserId>) -> Result<ConversationKey, RecipientError> {
        if let Scope::Listing(listing) = self.seat.scope {
            let heard_of: Vec<_> = self.delivery.conversations().map(|key| key.respondent).collect();
            match choose_recipient(&heard_of, named) {
                Ok(respondent) => return Ok(ConversationKey { listing, respondent }),
                Err(RecipientError::Required) => return Err(RecipientError::Required),
                Err(
                    RecipientError::Unknown | RecipientError::NoRespondent | RecipientError::Unavailable(Unavailable),
                ) => {}
            }
        }
        self.talk.conversation(&self.seat, named).await
    }

    async fn send_recipient_error(&mut self, error: &RecipientError, client_message_id: Option<String>) {
        let frame = ErrorFrame::new(error.code(), error.to_string()).answering(client_message_id);
        let frame = match (error, self.seat.scope) {
            (RecipientError::Required | RecipientError::Unknown, Scope::Listing(listing)) => {
                match self.talk.respondents(listing).await {
                    Ok(people) => frame.recipients(&people),
                    Err(Unavailable) => frame,
                }
            }
            (RecipientError::Unavailable(_), _) => frame.retry_after(Some(STORAGE_RETRY)),
            (RecipientError::Required | RecipientError::Unknown | RecipientError::NoRespondent, _) => frame,
        };
        self.send_error(&frame);
    }
}
