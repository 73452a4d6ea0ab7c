//! The one ordered log of a conversation. Knows nothing of how it is kept or delivered.

use std::sync::Arc;

use crate::conversation::{Conversation, Intent, Side};
use crate::handshake::{Handshake, Step, StepAction};
use crate::ids::{EntryId, Head, Seq, UserId};
use crate::message::{ClientMessageId, MessageBody};
use crate::time::Timestamp;
use crate::user::Person;

/// Most entries of one page.
pub const PAGE_ENTRIES_MAX: u32 = 100;

/// A message, a handshake step or a redaction, committed, at its place.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Unique across all conversations.
    pub id: EntryId,
    /// Where it was written.
    pub conversation: Conversation,
    /// Its place there.
    pub seq: Seq,
    /// Who wrote it.
    pub actor: Arc<Person>,
    /// When; never before the entry in front of it.
    pub at: Timestamp,
    /// What it says.
    pub body: EntryBody,
}

/// What an entry says.
#[derive(Clone, Debug)]
pub enum EntryBody {
    /// One of the two wrote something.
    Message {
        /// What.
        body: MessageBody,
        /// How the sender named it, if at all.
        client_message_id: Option<ClientMessageId>,
        /// Whether the other one's read cursor has passed it.
        is_read: bool,
        /// When it was taken away, which leaves nothing of what it said nor of how its sender named it.
        redacted_at: Option<Timestamp>,
    },
    /// One of the two took a step of the handshake, which left it like this.
    Step(Handshake),
    /// The writer was erased, and with them all that they had said in front of this.
    Redaction,
}

impl Entry {
    /// The one of the two who did not write it.
    pub fn recipient(&self) -> UserId {
        let writer = self.conversation.side_of(self.actor.id).unwrap_or(Side::Owner);
        self.conversation.user(writer.other())
    }

    /// The handshake, where this is a step of it.
    pub const fn handshake(&self) -> Option<&Handshake> {
        match &self.body {
            EntryBody::Step(handshake) => Some(handshake),
            EntryBody::Message { .. } | EntryBody::Redaction => None,
        }
    }
}

/// What someone wants to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Draft {
    /// A message.
    Message {
        /// What.
        body: MessageBody,
        /// With it, a repeated send is one message.
        client_message_id: Option<ClientMessageId>,
    },
    /// A step of the handshake.
    Step(Step),
    /// That what an erased person has said is gone: the last that is written in their name.
    Redaction,
}

impl Draft {
    /// What is meant by it, as far as it matters for whether it may be written.
    pub const fn intent(&self) -> Intent {
        match self {
            Self::Step(Step { action: StepAction::Decline | StepAction::Cancel, .. }) => Intent::End,
            Self::Message { .. } | Self::Step(_) => Intent::Say,
            Self::Redaction => Intent::Redact,
        }
    }
}

/// A part of a timeline, oldest first.
#[derive(Clone, Debug)]
pub struct TimelinePage {
    /// Whose timeline.
    pub conversation: Conversation,
    /// At most as many as were asked for.
    pub entries: Vec<Entry>,
    /// The latest handshake, whatever became of it, where there was one.
    pub handshake: Option<Handshake>,
    /// The newest `seq` when the page was read.
    pub head: Head,
}

/// Which part of a timeline: entries strictly between the bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimelineRange {
    /// Only entries past this place; the page then begins right behind it.
    pub after: Option<Head>,
    /// Only entries in front of this place; without `after` the page then ends right in front of it.
    pub before: Option<Seq>,
    /// At most so many, 1 to [`PAGE_ENTRIES_MAX`].
    pub limit: u32,
}

impl TimelineRange {
    /// The longest page right behind `head`.
    pub const fn after(head: Head) -> Self {
        Self { after: Some(head), before: None, limit: PAGE_ENTRIES_MAX }
    }
}
