//! What one socket was sent of each conversation: each entry once, in order, none missing; read cursors in ascending
//! order. Knows nothing of frames.

use std::collections::HashMap;

use handsel_domain::conversation::{Conversation, ConversationKey, ConversationState, ReadCursor};
use handsel_domain::ids::{Head, Seq};

/// Up to where each conversation was sent.
pub(super) struct Delivery {
    sent: HashMap<ConversationKey, ConversationState>,
}

/// What to do with an entry that has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// It is the next one; it counts as sent from now on.
    Send,
    /// It has come before.
    AlreadySent,
    /// Something in front of it is missing.
    Missing,
}

impl Delivery {
    /// A socket without a resume begins at the heads as they stand.
    pub(super) fn from_heads(heads: &[ConversationState]) -> Self {
        Self { sent: heads.iter().map(|state| (state.conversation.key(), *state)).collect() }
    }

    /// A socket with one conversation that goes on behind `after` begins there.
    pub(super) fn resume(&mut self, conversation: Conversation, after: Head) {
        self.of(conversation).head = after;
    }

    fn of(&mut self, conversation: Conversation) -> &mut ConversationState {
        self.sent.entry(conversation.key()).or_insert_with(|| ConversationState::unwritten(conversation))
    }

    /// Up to where this one was sent. A conversation that is not known was begun after the socket was opened.
    pub(super) fn sent(&self, conversation: ConversationKey) -> Head {
        self.sent.get(&conversation).map(|sent| sent.head).unwrap_or_default()
    }

    /// The conversation of that key, where this socket was sent anything of it.
    pub(super) fn begun(&self, conversation: ConversationKey) -> Option<Conversation> {
        let state = self.sent.get(&conversation).filter(|state| state.head > Head::NONE);
        state.map(|state| state.conversation)
    }

    /// The conversations that this socket knows of.
    pub(super) fn conversations(&self) -> impl Iterator<Item = ConversationKey> {
        self.sent.keys().copied()
    }

    pub(super) fn next(&mut self, conversation: Conversation, seq: Seq) -> Next {
        let sent = &mut self.of(conversation).head;
        if sent.covers(seq) {
            Next::AlreadySent
        } else if sent.next() == seq {
            *sent = seq.into();
            Next::Send
        } else {
            Next::Missing
        }
    }

    /// Whether the cursor is further than what this socket knows; it counts as known from now on.
    pub(super) fn moves(&mut self, cursor: ReadCursor) -> bool {
        let known = self.of(cursor.conversation).read_up_to_mut(cursor.reader);
        let moves = cursor.up_to > *known;
        *known = cursor.up_to.max(*known);
        moves
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use handsel_domain::conversation::Side;
    use handsel_domain::ids::UserId;

    fn conversation() -> Conversation {
        let owner = UserId::new(1).expect("an id");
        Conversation::new("offer_1:2".parse().expect("a key"), owner).expect("two people")
    }

    #[test]
    fn each_entry_is_sent_once_in_order_with_none_missing() {
        let mut delivery = Delivery::from_heads(&[]);
        let mut next = |seq| delivery.next(conversation(), Seq::new(seq).expect("a seq"));
        assert_eq!(
            [1, 1, 3, 2, 3, 2].map(&mut next),
            [Next::Send, Next::AlreadySent, Next::Missing, Next::Send, Next::Send, Next::AlreadySent]
        );
    }

    #[test]
    fn a_cursor_is_told_only_when_it_moves_forward() {
        use Side::{Owner, Respondent};
        let mut delivery = Delivery::from_heads(&[]);
        for (reader, up_to, moves) in [
            (Owner, 0, false),
            (Owner, 2, true),
            (Owner, 2, false),
            (Respondent, 1, true),
            (Owner, 1, false),
            (Owner, 5, true),
            (Respondent, 5, true),
        ] {
            let cursor = ReadCursor { conversation: conversation(), reader, up_to: Head::new(up_to).expect("a head") };
            assert_eq!(delivery.moves(cursor), moves, "{cursor:?}");
        }
        assert_eq!(delivery.begun(conversation().key()), None, "a cursor is no entry");
    }
}
