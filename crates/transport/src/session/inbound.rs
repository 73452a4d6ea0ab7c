//! From a client's frame to what is done, and to the answer where one is due. Knows nothing of the socket.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use handsel_domain::Unavailable;
use handsel_domain::conversation::{ConversationKey, ReadCursor};
use handsel_domain::ids::Head;
use handsel_domain::ports::{AppendError, Appended, ReadMoved};
use handsel_domain::timeline::Draft;
use handsel_domain::usecases::Talk;
use handsel_domain::user::Person;

use super::addressing::Located;
use super::{Peer, Session};
use crate::counts::{self, counts};
use crate::frames::{self, ClientFrame, ErrorFrame, Frame, Protocol, Request, client, signal};
use crate::limits::STORAGE_RETRY;

/// What became of something that the client asked for.
pub(super) enum Answer {
    /// Of something that was said.
    Said { conversation: ConversationKey, outcome: Result<Appended, AppendError>, client_message_id: Option<String> },
    /// Of moving the user's read cursor.
    CursorMoved { conversation: ConversationKey, asked: Head, outcome: Result<ReadMoved, Unavailable> },
    /// It could not be done.
    Refused(ErrorFrame),
    /// There is nothing to answer.
    Nothing,
}

impl Answer {
    /// The frames for this socket alone. What is new has none: it comes like any other entry, through the hub.
    pub(super) fn frames(self) -> Vec<Frame> {
        match self {
            Self::Said { conversation, outcome, client_message_id } => said(conversation, outcome, client_message_id),
            Self::CursorMoved { conversation, outcome: Err(gone), .. } => {
                let error = ErrorFrame::new(Unavailable::CODE, gone.to_string()).retry_after(Some(STORAGE_RETRY));
                vec![counted(&error.about(conversation))]
            }
            Self::Refused(error) => vec![counted(&error)],
            Self::CursorMoved { outcome: Ok(_), .. } | Self::Nothing => Vec::new(),
        }
    }
}

fn counted(error: &ErrorFrame) -> Frame {
    counts::errors(error.code).increment(1);
    error.encode()
}

fn said(
    conversation: ConversationKey,
    outcome: Result<Appended, AppendError>,
    client_message_id: Option<String>,
) -> Vec<Frame> {
    let refused = match outcome {
        Ok(Appended::New(_)) => return Vec::new(),
        Ok(Appended::RepeatedMessage(entry)) => return vec![frames::repeated_entry(&entry)],
        Ok(Appended::RepeatedStep(conversation, handshake)) => {
            return vec![frames::repeated_handshake(&conversation, &handshake)];
        }
        Err(refused) => refused,
    };
    let wait = match &refused {
        AppendError::Unavailable(_) | AppendError::OutcomeUnknown => Some(STORAGE_RETRY),
        AppendError::WriteRefused(refused) => refused.retry_after(),
        AppendError::ListingNotFound
        | AppendError::ClientMessageIdConflict
        | AppendError::Step { .. }
        | AppendError::Objected { .. } => None,
    };
    let error = ErrorFrame::new(refused.code(), refused.to_string()).answering(client_message_id).retry_after(wait);
    let mut answer = vec![counted(&error.about(conversation))];
    if let AppendError::Step { current: Some(current), .. } | AppendError::Objected { current, .. } = refused {
        answer.push(frames::repeated_handshake(&current.0, &current.1));
    }
    answer
}

/// Does what is to be done and waits for what becomes of it; that somebody types is not waited for.
pub(super) fn perform(
    talk: Arc<Talk>,
    caller: Arc<Person>,
    conversation: ConversationKey,
    request: Request,
) -> Option<BoxFuture<'static, Answer>> {
    match request {
        Request::Say(draft) => Some(Box::pin(async move {
            let client_message_id = client_message_id(&draft);
            let outcome = talk.say(caller, conversation, draft).await;
            Answer::Said { conversation, outcome, client_message_id }
        })),
        Request::Read(up_to) => Some(Box::pin(async move {
            let outcome = talk.mark_read(conversation, caller.id, up_to).await;
            Answer::CursorMoved { conversation, asked: up_to, outcome }
        })),
        Request::Type => None,
    }
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
        Draft::Step(_) | Draft::Redaction => None,
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

    pub(super) fn send_error(&mut self, error: &ErrorFrame) {
        self.socket.feed(counted(error));
    }

    pub(super) fn take_frame(&mut self, text: &str) {
        let (kind, frame) = ClientFrame::typed(text, self.protocol());
        counts().received(kind);
        match frame {
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
        match request {
            Request::Say(_) => {}
            Request::Read(_) => self.reads_under_way.push(conversation),
            // Nobody is told of a user who has not written to them or whom they have not written to.
            Request::Type => {
                if let Some(begun) = self.delivery.begun(conversation) {
                    self.membership.type_in(&begun);
                }
            }
        }
        let (talk, caller) = (Arc::clone(&self.talk), Arc::clone(&self.seat.caller));
        self.answers.extend(perform(talk, caller, conversation, request));
    }

    pub(super) fn send_answer(&mut self, answer: Answer) {
        if let Answer::CursorMoved { conversation, asked, outcome } = &answer {
            // It may stand further than was asked for: that, the client does not know yet.
            self.note_own_cursor(*conversation, outcome.ok().map(|moved| moved.up_to.min(*asked)));
        }
        answer.frames().into_iter().for_each(|frame| self.socket.feed(frame));
    }

    /// How far the user has read over this socket, its client knows already.
    fn note_own_cursor(&mut self, conversation: ConversationKey, up_to: Option<Head>) {
        if let Some(place) = self.reads_under_way.iter().position(|key| *key == conversation) {
            self.reads_under_way.swap_remove(place);
        }
        let begun = self.delivery.begun(conversation);
        if let (Some(up_to), Some(conversation)) = (up_to, begun)
            && let Some(reader) = conversation.side_of(self.seat.caller.id)
        {
            self.delivery.moves(ReadCursor { conversation, reader, up_to });
        }
        // Those of the user's other sockets have waited for it.
        self.send_signals();
    }
}
