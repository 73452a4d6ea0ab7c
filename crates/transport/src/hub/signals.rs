//! What is told about a peer beside the timeline: how far they read, that they type, whether they are there, what they
//! were refused.
//!
//! Each is a state of which the latest counts, so what waits here is bounded by the conversations of its session, however
//! slow that is. Knows nothing of frames.

use std::collections::BTreeMap;

use handsel_domain::conversation::{ConversationKey, ReadCursor, Side};
use handsel_domain::ids::UserId;
use handsel_domain::ports::Objection;

/// What has changed since a session was last told.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Signals {
    /// How far somebody has read.
    pub reads: Reads,
    /// Whether a user has a socket open.
    pub presence: BTreeMap<UserId, bool>,
    /// Who types where.
    pub typing: BTreeMap<ConversationKey, UserId>,
    /// What the ledger has refused to the peer.
    pub objections: BTreeMap<ConversationKey, Objection>,
}

/// Read cursors, the furthest of each reader.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reads(BTreeMap<(ConversationKey, Side), ReadCursor>);

impl Reads {
    /// One more, which counts where it is further.
    pub fn add(&mut self, cursor: ReadCursor) {
        let furthest = self.0.entry((cursor.conversation.key(), cursor.reader)).or_insert(cursor);
        furthest.up_to = furthest.up_to.max(cursor.up_to);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl IntoIterator for Reads {
    type Item = ReadCursor;
    type IntoIter = std::collections::btree_map::IntoValues<(ConversationKey, Side), ReadCursor>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_values()
    }
}
