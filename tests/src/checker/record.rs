//! What one client wrote down: everything that it sent and was sent, in order. Knows nothing of what was promised.

use super::Entry;
use super::frame::{Frame, Hello};

/// What one client wrote down, over all its sockets, of which it has one at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// For messages.
    pub who: String,
    /// Whose client it is.
    pub user: i64,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// The conversations of which it was told, at the end, to go on until it has everything, with every cursor: what
    /// it marked on its last socket was done by then.
    pub caught_up: Vec<String>,
}

/// What happens to a client.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A socket is open, and its `hello` has come.
    Connected {
        /// Where it goes on, in its one conversation.
        after: Option<i64>,
        /// What it was told.
        hello: Hello,
    },
    /// It is about to send a message.
    Sent(Sent),
    /// It is about to send a handshake step, `handshake_start` or another.
    Stepped {
        /// In which conversation.
        conversation: String,
        /// The frame's type.
        step: &'static str,
    },
    /// It is about to say how far its user has read.
    Marked {
        /// In which conversation.
        conversation: String,
        /// All up to here.
        up_to: i64,
    },
    /// It is about to say that its user types.
    Typed {
        /// In which conversation.
        conversation: String,
    },
    /// It was sent a frame.
    Heard(Frame),
    /// It has read a page of the timeline.
    Paged {
        /// Of which conversation.
        conversation: String,
        /// What follows this.
        after: i64,
        /// All that was there, oldest first.
        entries: Vec<Entry>,
    },
    /// Its socket is gone.
    Lost,
}

/// A message on its way to the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// In which conversation.
    pub conversation: String,
    /// The name that makes sending it again harmless.
    pub client_message_id: Option<String>,
    /// What it says.
    pub content: String,
}

impl Record {
    /// An empty one.
    pub fn of(who: impl Into<String>, user: i64) -> Self {
        Self { who: who.into(), user, events: Vec::new(), caught_up: Vec::new() }
    }

    /// All entries that it was given, however that was.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.events.iter().flat_map(|event| match event {
            Event::Heard(Frame::Entry { entry, .. }) => std::slice::from_ref(&**entry),
            Event::Paged { entries, .. } => entries,
            _ => &[],
        })
    }
}
