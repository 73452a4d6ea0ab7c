//! One timeline, continued by entries that were written elsewhere. Knows nothing of other conversations, nor of how it is
//! stored.
//!
//! What holds for whoever writes holds here: places without a hole, times that never run backwards, the two alone, the
//! respondent first, steps as `decide()` has them. Only what depends on the day is not asked: whether the listing was
//! open then, and how it stood between the two, nobody has written down.

use super::finding::codes;
use super::{Finding, MovedEntry, Said};
use crate::conversation::{Between, Conversation, Intent, Side, WriteRefused, may_write};
use crate::handshake::{Decision, Handshake, Step, decide};
use crate::ids::{EntryId, Head, Seq, UserId};
use crate::listing::ListingStatus;
use crate::message::{ClientMessageId, MessageBody};
use crate::time::Timestamp;

/// The id of a timeline's newest entry: those behind it have greater ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Newest {
    /// There is no entry yet.
    None,
    /// This one.
    Known(EntryId),
    /// One that the storage gives out when it is stored, greater than all.
    Fresh,
}

/// What one of the two has said, as far as a redaction of it asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// Some of it can be read.
    pub are_there: bool,
    /// An entry says that it is gone.
    pub were_redacted: bool,
}

impl Words {
    /// Nothing.
    pub const NONE: Self = Self { are_there: false, were_redacted: false };
}

/// A timeline as it stands.
#[derive(Clone, Debug)]
pub struct Continuation {
    /// Whose.
    pub conversation: Conversation,
    /// Its newest place.
    pub head: Head,
    /// When its newest entry was written.
    pub newest_at: Timestamp,
    /// The newest entry's id.
    pub newest_id: Newest,
    /// The latest handshake, whatever became of it.
    pub handshake: Option<Handshake>,
    /// What the owner and the respondent have said, by [`Side`]; of entries that were there before it need be known only
    /// where a redaction is to be taken.
    pub words: [Words; 2],
}

/// An entry as it is to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Its place.
    pub seq: Seq,
    /// Its id; `None`: the next one of the storage's own.
    pub id: Option<EntryId>,
    /// Who wrote it.
    pub actor: UserId,
    /// When, not before the entry in front of it.
    pub at: Timestamp,
    /// What it says.
    pub body: PlacedBody,
}

/// What it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlacedBody {
    /// A message.
    Message {
        /// What; `None` where it was redacted.
        body: Option<MessageBody>,
        /// How the sender named it.
        client_message_id: Option<ClientMessageId>,
        /// Since when nobody can read it.
        redacted_at: Option<Timestamp>,
    },
    /// A step, which left the handshake like this.
    Step(Handshake),
    /// That what its writer said is gone.
    Redaction,
}

impl Continuation {
    /// A timeline without an entry.
    pub const fn unwritten(conversation: Conversation) -> Self {
        Self {
            conversation,
            head: Head::NONE,
            newest_at: Timestamp::from_millis(i64::MIN),
            newest_id: Newest::None,
            handshake: None,
            words: [Words::NONE; 2],
        }
    }

    /// Takes the entry as the next one, with what is otherwise than it says; or says why it cannot be. `is_id_free` tells
    /// whether no entry of any timeline has that id.
    pub fn take(
        &mut self,
        entry: &MovedEntry,
        is_id_free: impl Fn(EntryId) -> bool,
    ) -> Result<(Placed, Vec<Finding>), Finding> {
        let due = self.head.next();
        if entry.seq != due {
            let detail = format!("the next place is #{due}");
            return Err(Finding::refused(codes::SEQ_HOLE, detail));
        }
        let side = self.side(entry.actor)?;
        let at = entry.at.max(self.newest_at);
        let body = self.body(&entry.said, side, at)?;
        let mut noted = Vec::new();
        if at != entry.at {
            let back = entry.at.until(at).as_millis();
            let detail = format!("{back} ms in front of the entry before it, whose time it has now");
            noted.push(Finding::noted(codes::TIME_MOVED, detail));
        }
        let id = entry.id.filter(|id| self.may_have(*id) && is_id_free(*id));
        if let (Some(wished), None) = (entry.id, id) {
            let detail = format!("{wished} is taken, past 2^52, or not greater than that of the entry before it");
            noted.push(Finding::noted(codes::ID_REPLACED, detail));
        }
        let words = &mut self.words[side as usize];
        match &body {
            PlacedBody::Step(handshake) => self.handshake = Some(handshake.clone()),
            PlacedBody::Message { body, .. } => words.are_there |= body.is_some(),
            PlacedBody::Redaction => words.were_redacted = true,
        }
        self.head = due.into();
        self.newest_at = at;
        self.newest_id = id.map_or(Newest::Fresh, Newest::Known);
        Ok((Placed { seq: due, id, actor: entry.actor, at, body }, noted))
    }

    fn may_have(&self, id: EntryId) -> bool {
        let is_behind = match self.newest_id {
            Newest::None => true,
            Newest::Known(newest) => id > newest,
            Newest::Fresh => false,
        };
        id.may_be_chosen() && is_behind
    }

    fn side(&self, actor: UserId) -> Result<Side, Finding> {
        let (open, between) = (ListingStatus::Open, Between::default());
        may_write(&self.conversation, actor, self.head, open, &between, Intent::Say).map_err(|refused| match refused {
            WriteRefused::NotAParticipant(_) => {
                let [owner, respondent] = [Side::Owner, Side::Respondent].map(|side| self.conversation.user(side));
                let detail = format!("written by user {actor}; the two are users {owner} and {respondent}");
                Finding::refused(codes::NOT_A_PARTICIPANT, detail)
            }
            refused => Finding::refused(codes::BEGUN_BY_OWNER, refused.to_string()),
        })
    }

    fn body(&self, said: &Said, side: Side, at: Timestamp) -> Result<PlacedBody, Finding> {
        let (body, client_message_id, redacted_at) = match said {
            Said::Message { body, client_message_id } => (Some(body.clone()), client_message_id.clone(), None),
            Said::Redacted { redacted_at } => (None, None, Some(*redacted_at)),
            Said::Redaction => return self.redaction(side).map(|()| PlacedBody::Redaction),
            Said::Step(action) => {
                let step = Step::new(action.clone());
                return match decide(self.handshake.clone(), side, &step, self.head.next(), at) {
                    Decision::Taken(handshake) => Ok(PlacedBody::Step(handshake)),
                    Decision::Repeated(_) => {
                        let detail = format!("{} by the same side again, which is no entry", action.kind().name());
                        Err(Finding::refused(codes::STEP_REPEATED, detail))
                    }
                    Decision::Refused { reason, .. } => Err(Finding::refused(reason.code(), reason.to_string())),
                };
            }
        };
        Ok(PlacedBody::Message { body, client_message_id, redacted_at })
    }

    /// Whether all that they have said is gone, and nothing says so yet.
    fn redaction(&self, side: Side) -> Result<(), Finding> {
        let (user, words) = (self.conversation.user(side), self.words[side as usize]);
        if words.were_redacted {
            let detail = format!("a redaction of what user {user} said here stands in front of it");
            return Err(Finding::refused(codes::REDACTION_REPEATED, detail));
        }
        if words.are_there {
            let detail = format!("in front of it stands a message of user {user} without redacted_at");
            return Err(Finding::refused(codes::REDACTION_INCOMPLETE, detail));
        }
        Ok(())
    }
}

/// Whether what moved is there already, as `stored`. What was redacted since stays so, and a time that ran backwards was
/// moved to that of the entry in front of it, which is `before`.
pub fn is_there(moved: &MovedEntry, stored: &MovedEntry, before: Timestamp) -> bool {
    let same_message = match (&moved.said, &stored.said) {
        (Said::Message { .. } | Said::Redacted { .. }, Said::Redacted { .. }) => true,
        (moved, stored) => moved == stored,
    };
    (moved.seq, moved.actor, moved.at.max(before)) == (stored.seq, stored.actor, stored.at) && same_message
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handshake::{StepAction, StepKind};
    use crate::ids::CHOSEN_ID_MAX;

    fn user(id: i64) -> UserId {
        UserId::new(id).expect("an id")
    }

    /// User 1 has published what user 2 may write about.
    fn unwritten() -> Continuation {
        let key = "offer_1:2".parse().expect("a key");
        Continuation::unwritten(Conversation::new(key, user(1)).expect("two people"))
    }

    fn entry(seq: i64, actor: i64, said: Said) -> MovedEntry {
        let (seq, id) = (Seq::new(seq).expect("a place"), EntryId::new(100 + seq).ok());
        MovedEntry { seq, id, actor: user(actor), at: Timestamp::from_millis(1_000 * seq.get()), said }
    }

    fn message(seq: i64, actor: i64) -> MovedEntry {
        let body = MessageBody::parse("Hello!").expect("a text");
        entry(seq, actor, Said::Message { body, client_message_id: None })
    }

    fn step(seq: i64, actor: i64, action: StepAction) -> MovedEntry {
        entry(seq, actor, Said::Step(action))
    }

    fn code(taken: Result<(Placed, Vec<Finding>), Finding>) -> &'static str {
        let finding = taken.expect_err("it is refused");
        assert!(!finding.taken, "{finding:?}");
        finding.code
    }

    const START: StepAction = StepAction::Start { note: None, terms: None };

    #[test]
    fn what_stands_as_it_should_is_taken_as_it_is() {
        let mut timeline = unwritten();
        for entry in [message(1, 2), message(2, 1), step(3, 1, START), step(4, 2, StepAction::Approve)] {
            let (placed, noted) = timeline.take(&entry, |_| true).expect("it is taken");
            assert_eq!((placed.seq, placed.id, placed.actor, placed.at), (entry.seq, entry.id, entry.actor, entry.at));
            assert_eq!(noted, []);
        }
        let handshake = timeline.handshake.expect("a handshake");
        assert_eq!((handshake.state.name(), handshake.latest), ("approved", StepKind::Approve));
    }

    #[test]
    fn what_could_not_have_been_written_is_refused_and_changes_nothing() {
        let mut timeline = unwritten();
        assert_eq!(code(timeline.take(&message(2, 2), |_| true)), codes::SEQ_HOLE);
        assert_eq!(code(timeline.take(&message(1, 1), |_| true)), codes::BEGUN_BY_OWNER);
        assert_eq!(code(timeline.take(&message(1, 3), |_| true)), codes::NOT_A_PARTICIPANT);
        assert_eq!(code(timeline.take(&step(1, 2, StepAction::Approve), |_| true)), "handshake_not_possible");
        timeline.take(&step(1, 2, START), |_| true).expect("it is taken");
        assert_eq!(code(timeline.take(&step(2, 2, START), |_| true)), codes::STEP_REPEATED);
        assert_eq!(code(timeline.take(&step(2, 2, StepAction::Approve), |_| true)), "handshake_own");
        timeline.take(&step(2, 1, StepAction::Approve), |_| true).expect("it is taken");
        assert_eq!(timeline.head, Head::new(2).expect("a place"));
    }

    #[test]
    fn somebody_is_redacted_once_and_with_all_that_they_had_said() {
        let gone = |seq, actor| entry(seq, actor, Said::Redacted { redacted_at: Timestamp::from_millis(9_000) });
        let redaction = |seq, actor| entry(seq, actor, Said::Redaction);
        let mut timeline = unwritten();
        for entry in [gone(1, 2), message(2, 1)] {
            timeline.take(&entry, |_| true).expect("it is taken");
        }
        assert_eq!(code(timeline.take(&redaction(3, 1), |_| true)), codes::REDACTION_INCOMPLETE);
        timeline.take(&redaction(3, 2), |_| true).expect("the other one's words stay");
        assert_eq!(code(timeline.take(&redaction(4, 2), |_| true)), codes::REDACTION_REPEATED);
        assert_eq!(timeline.head, Head::new(3).expect("a place"));
    }

    #[test]
    fn a_time_that_runs_backwards_becomes_that_of_the_entry_before() {
        let mut timeline = unwritten();
        timeline.take(&message(1, 2), |_| true).expect("it is taken");
        let early = MovedEntry { at: Timestamp::from_millis(400), ..message(2, 1) };
        let (placed, noted) = timeline.take(&early, |_| true).expect("it is taken");
        assert_eq!(placed.at, Timestamp::from_millis(1_000));
        assert_eq!(noted.iter().map(|one| (one.taken, one.code)).collect::<Vec<_>>(), [(true, codes::TIME_MOVED)]);
        // And it is found there when it comes again.
        let stored = MovedEntry { at: placed.at, ..early.clone() };
        assert!(is_there(&early, &stored, Timestamp::from_millis(1_000)));
        assert!(!is_there(&early, &stored, Timestamp::from_millis(900)));
    }

    #[test]
    fn an_id_stays_where_it_is_free_and_in_order() {
        let mut timeline = unwritten();
        let mut id_of = |seq, id, is_free: bool| {
            let entry = MovedEntry { id: EntryId::new(id).ok(), ..message(seq, 2) };
            let (placed, noted) = timeline.take(&entry, |_| is_free).expect("it is taken");
            (placed.id.map(EntryId::get), noted.len())
        };
        assert_eq!(id_of(1, 7, true), (Some(7), 0));
        assert_eq!(id_of(2, 7, true), (None, 1), "not greater than the one before");
        assert_eq!(id_of(3, 900, true), (None, 1), "behind one that will be greater than all");
        let mut other = unwritten();
        let taken = other.take(&MovedEntry { id: EntryId::new(7).ok(), ..message(1, 2) }, |_| false);
        assert_eq!(taken.expect("it is taken").0.id, None);
        for (id, stays) in [(CHOSEN_ID_MAX, true), (CHOSEN_ID_MAX + 1, false)] {
            let entry = MovedEntry { id: EntryId::new(id).ok(), ..message(1, 2) };
            let (placed, noted) = unwritten().take(&entry, |_| true).expect("it is taken");
            assert_eq!((placed.id == entry.id, noted.is_empty()), (stays, stays), "{id}");
        }
    }

    #[test]
    fn what_is_there_is_recognised() {
        let before = Timestamp::from_millis(0);
        let (hello, redacted) = (message(2, 1), entry(2, 1, Said::Redacted { redacted_at: Timestamp::from_millis(9) }));
        assert!(is_there(&hello, &hello, before));
        assert!(is_there(&hello, &redacted, before), "what was redacted since stays so");
        assert!(!is_there(&redacted, &hello, before), "what somebody can read is not redacted by an import");
        for other in [message(2, 2), message(3, 1), MovedEntry { at: Timestamp::from_millis(1), ..hello.clone() }] {
            assert!(!is_there(&hello, &other, before), "{other:?}");
        }
        assert!(is_there(&hello, &MovedEntry { id: None, ..hello.clone() }, before), "ids need not stay");
    }
}
