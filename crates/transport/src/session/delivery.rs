//! What one socket was sent of each conversation: each entry once, in order, none missing. Knows nothing of frames.

use std::collections::HashMap;

use handsel_domain::conversation::{ConversationKey, ConversationState};
use handsel_domain::ids::{Head, Seq};

/// Up to where each conversation was sent.
pub(super) struct Delivery {
    sent: HashMap<ConversationKey, Head>,
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
        Self { sent: heads.iter().map(|state| (state.conversation.key(), state.head)).collect() }
    }

    /// Up to where this one was sent. A conversation that is not known was begun after the socket was opened.
    pub(super) fn sent(&self, conversation: ConversationKey) -> Head {
        self.sent.get(&conversation).copied().unwrap_or_default()
    }

    /// The conversations that this socket knows of.
    pub(super) fn conversations(&self) -> impl Iterator<Item = ConversationKey> {
        self.sent.keys().copied()
    }

    pub(super) fn next(&mut self, conversation: ConversationKey, seq: Seq) -> Next {
        let sent = self.sent.entry(conversation).or_default();
        if sent.covers(seq) {
            Next::AlreadySent
        } else if sent.next() == seq {
            *sent = seq.into();
            Next::Send
        } else {
            Next::Missing
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_entry_is_sent_once_in_order_with_none_missing() {
        let key: ConversationKey = "offer_1:2".parse().expect("a key");
        let mut delivery = Delivery::from_heads(&[]);
        let mut next = |seq| delivery.next(key, Seq::new(seq).expect("a seq"));
        assert_eq!(
            [1, 1, 3, 2, 3, 2].map(&mut next),
            [Next::Send, Next::AlreadySent, Next::Missing, Next::Send, Next::Send, Next::AlreadySent]
        );
    }
}
