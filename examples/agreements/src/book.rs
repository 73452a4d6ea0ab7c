//! What is agreed in each conversation, by the domain's own `decide`. Knows nothing of text, files or the clock: lines
//! come in the order in which they were written, and that is all the time there is.

use std::collections::BTreeMap;

use handsel_domain::conversation::ConversationKey;
use handsel_domain::handshake::{Decision, Handshake, Refusal, decide};
use handsel_domain::ids::Head;
use handsel_domain::time::Timestamp;

use crate::line::Line;

/// What became of a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Taken(Handshake),
    Repeated,
    Refused(Refusal),
}

/// The latest handshake of each conversation.
#[derive(Default)]
pub(crate) struct Book(BTreeMap<ConversationKey, (Head, Handshake)>);

impl Book {
    /// Makes the step if it is possible. A line that changes nothing takes no place in its conversation.
    pub(crate) fn enter(&mut self, line: &Line) -> Outcome {
        let key = line.conversation.key();
        let (head, current) =
            self.0.get(&key).map_or((Head::NONE, None), |(head, latest)| (*head, Some(latest.clone())));
        let seq = head.next();
        match decide(current, line.actor, &line.step, seq, Timestamp::from_millis(seq.get())) {
            Decision::Taken(handshake) => {
                self.0.insert(key, (Head::from(seq), handshake.clone()));
                Outcome::Taken(handshake)
            }
            Decision::Repeated(_) => Outcome::Repeated,
            Decision::Refused { reason, .. } => Outcome::Refused(reason),
        }
    }

    /// Those that still bind two people.
    pub(crate) fn live(&self) -> impl Iterator<Item = (ConversationKey, &Handshake)> {
        let all = self.0.iter().map(|(key, (_, handshake))| (*key, handshake));
        all.filter(|(_, handshake)| handshake.state.is_live())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entered(book: &mut Book, line: &str) -> Outcome {
        book.enter(&line.parse().expect("a line"))
    }

    #[test]
    fn two_shake_hands_and_a_third_conversation_knows_nothing_of_it() {
        let mut book = Book::default();
        let Outcome::Taken(pending) = entered(&mut book, "offer_1:2 1 2 start") else { panic!("it can be started") };
        assert_eq!(pending.state.name(), "pending");
        assert!(matches!(entered(&mut book, "offer_1:2 1 2 approve"), Outcome::Refused(Refusal::Own)));
        assert!(matches!(entered(&mut book, "offer_1:3 1 1 approve"), Outcome::Refused(Refusal::NotPossible { .. })));
        let Outcome::Taken(approved) = entered(&mut book, "offer_1:2 1 1 approve") else {
            panic!("the other approves")
        };
        assert_eq!((approved.state.name(), approved.version.get()), ("approved", 2));
        assert_eq!(entered(&mut book, "offer_1:2 1 1 approve"), Outcome::Repeated);
        let live: Vec<_> = book.live().map(|(key, _)| key.to_string()).collect();
        assert_eq!(live, ["offer_1:2"]);
    }
}
