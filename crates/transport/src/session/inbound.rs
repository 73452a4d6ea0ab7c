//! From a client's frame to what is done, and to the answer where one is due. Knows nothing of the socket.

use std::sync::Arc;
use std::time::Duration;

use handsel_domain::Unavailable;
use handsel_domain::conversation::{ConversationKey, ReadCursor};
use handsel_domain::ids::Head;
use handsel_domain::ports::{AppendError, Appended, Principal};
use handsel_domain::timeline::Draft;
use handsel_domain::token::Token;
use handsel_domain::usecases::AuthenticateError;

use super::addressing::Located;
use super::{Peer, Session};
use crate::frames::{self, ClientFrame, ErrorFrame, Frame, Protocol, Request, client, signal};
use crate::limits::STORAGE_RETRY;

/// What became of something that the client asked for.
pub(super) enum Answer {
    /// Of something that was said.
    Said { outcome: Result<Appended, AppendError>, client_message_id: Option<String> },
    /// Of moving the read cursor.
    Read(Result<(), Unavailable>),
    /// Of a fresh token: whom it speaks for, and for how long still.
    Renewed(Result<(Principal, Duration), RenewError>),
}

/// Why a socket does not get a new token. It keeps the one that it has.
#[derive(Debug, thiserror::Error)]
pub(super) enum RenewError {
    #[error(transparent)]
    Authenticate(#[from] AuthenticateError),
    #[error("this token is another user's; connect again to talk as somebody else")]
    AnotherUser,
}

impl RenewError {
    const fn code(&self) -> &'static str {
        match self {
            Self::Authenticate(error) => error.code(),
            Self::AnotherUser => "token_of_another_user",
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        matches!(self, Self::Authenticate(AuthenticateError::Unavailable(_))).then_some(STORAGE_RETRY)
    }
}

fn error(code: &'static str, message: &impl ToString) -> ErrorFrame {
    metrics::counter!("handsel_errors_total", "code" => code).increment(1);
    ErrorFrame::new(code, message.to_string())
}

impl Answer {
    /// The frames for this socket alone. What is new has none: it comes like any other entry, through the hub.
    pub(super) fn frames(self) -> Vec<Frame> {
        match self {
            Self::Said { outcome, client_message_id } => said(outcome, client_message_id),
            Self::Read(Ok(())) => Vec::new(),
            Self::Read(Err(gone)) => vec![error(Unavailable::CODE, &gone).retry_after(Some(STORAGE_RETRY)).encode()],
            Self::Renewed(Ok((principal, _))) => vec![signal::renewed(principal.expires_at)],
            Self::Renewed(Err(refused)) => {
                vec![error(refused.code(), &refused).retry_after(refused.retry_after()).encode()]
            }
        }
    }
}

fn said(outcome: Result<Appended, AppendError>, client_message_id: Option<String>) -> Vec<Frame> {
    let refused = match outcome {
        Ok(Appended::New(_)) => return Vec::new(),
        Ok(Appended::RepeatedMessage(entry)) => return vec![frames::repeated_entry(&entry)],
        Ok(Appended::RepeatedStep(conversation, handshake)) => {
            return vec![frames::repeated_handshake(&conversation, &handshake)];
        }
        Err(refused) => refused,
    };
    let wait = matches!(refused, AppendError::Unavailable(_) | AppendError::OutcomeUnknown).then_some(STORAGE_RETRY);
    let mut answer = vec![error(refused.code(), &refused).answering(client_message_id).retry_after(wait).encode()];
    if let AppendError::Step { current: Some((conversation, handshake)), .. } = refused {
        answer.push(frames::repeated_handshake(&conversation, &handshake));
    }
    answer
}

/// How the sender named what is to be done, if at all.
pub(super) fn named(request: &Request) -> Option<String> {
    match request {
        Request::Say(draft) => client_message_id(draft),
        Request::Read(_) | Request::Type => None,
    }
}

fn client_message_id(draft: &Draft) -> Option<String> {
    match draft {
        Draft::Message { client_message_id, .. } => client_message_id.as_ref().map(|id| id.as_str().to_owned()),
        Draft::Step(_) => None,
    }
}

impl<S: Peer> Session<S> {
    pub(super) const fn protocol(&self) -> Protocol {
        if self.extended { Protocol::Extended } else { Protocol::Base }
    }

    /// Says that a frame was not heeded.
    pub(super) fn refuse(&mut self, text: &str, error: ErrorFrame) {
        let named = client::client_message_id_of(text).map(|id| id.as_str().to_owned());
        self.send_error(&error.answering(named));
    }

    fn send_error(&mut self, error: &ErrorFrame) {
        metrics::counter!("handsel_errors_total", "code" => error.code).increment(1);
        self.socket.feed(error.encode());
    }

    pub(super) fn take_frame(&mut self, text: &str) {
        match ClientFrame::parse(text, self.protocol()) {
            Ok(ClientFrame::To(addressee, request)) => match self.known(addressee) {
                Some(conversation) => self.take_request(conversation, request),
                None => self.locating = Some(self.locate(addressee, request)),
            },
            Ok(ClientFrame::Auth(token)) => self.renew(token),
            Ok(ClientFrame::Ping) => self.socket.feed(signal::pong()),
            Err(error) => self.refuse(text, ErrorFrame::new(error.code(), error.to_string()).field(error.field())),
        }
    }

    pub(super) fn take_located(&mut self, located: Located) {
        match located.outcome {
            Ok(conversation) => self.take_request(conversation, located.request),
            Err(error) => self.send_error(&error),
        }
    }

    fn take_request(&mut self, conversation: ConversationKey, request: Request) {
        let talk = Arc::clone(&self.talk);
        let caller = Arc::clone(&self.seat.caller);
        match request {
            Request::Say(draft) => {
                let client_message_id = client_message_id(&draft);
                self.answers.push_back(Box::pin(async move {
                    Answer::Said { outcome: talk.say(caller, conversation, draft).await, client_message_id }
                }));
            }
            Request::Read(up_to) => {
                // This socket's client knows it already, and is not told.
                self.note_read(conversation, up_to);
                self.answers.push_back(Box::pin(async move {
                    Answer::Read(talk.mark_read(conversation, caller.id, up_to).await.map(|_| ()))
                }));
            }
            // Nobody is told of a user who has not written to them or whom they have not written to.
            Request::Type => {
                if let Some(begun) = self.delivery.begun(conversation) {
                    self.membership.type_in(&begun);
                }
            }
        }
    }

    fn note_read(&mut self, conversation: ConversationKey, up_to: Head) {
        let caller = self.seat.caller.id;
        let up_to = up_to.min(self.delivery.sent(conversation));
        if let Some(conversation) = self.delivery.begun(conversation)
            && let Some(reader) = conversation.side_of(caller)
        {
            self.delivery.moves(ReadCursor { conversation, reader, up_to });
        }
    }

    fn renew(&mut self, token: Token) {
        let (accounts, clock, user) = (Arc::clone(&self.accounts), Arc::clone(&self.clock), self.seat.caller.id);
        self.answers.push_back(Box::pin(async move {
            let renewed = async {
                let principal = accounts.authenticate(&token).await?;
                let expires_in = clock.now().until(principal.expires_at);
                if principal.person.id == user { Ok((principal, expires_in)) } else { Err(RenewError::AnotherUser) }
            };
            Answer::Renewed(renewed.await)
        }));
    }
}
