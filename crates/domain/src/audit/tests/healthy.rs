//! A conversation as the rules let it come to be, kept as rows that a test can change. Knows nothing of what is found.

use crate::audit::{
    Audited, Breach, ConversationAudit, StoredBody, StoredConversation, StoredEntry, StoredHandshake, StoredStep,
};
use crate::conversation::{Conversation, Side};
use crate::handshake::{Decision, Handshake, Note, Step, StepAction, StepKind, Terms, decide};
use crate::ids::{Head, Seq, UserId};
use crate::time::Timestamp;

/// The owner's id.
pub(super) const ANA: i64 = 1;
/// The respondent's id.
pub(super) const BOB: i64 = 2;

/// Rows, to be changed before they are audited.
pub(super) struct Rows {
    pub(super) conversation: StoredConversation,
    pub(super) entries: Vec<(i64, Result<StoredEntry, String>)>,
    current: Option<Handshake>,
}

impl Rows {
    /// Bob has said hello.
    pub(super) fn begun() -> Self {
        let conversation = StoredConversation {
            id: 7,
            listing_kind: "offer".to_owned(),
            listing_id: 1,
            listing_owner_id: Some(ANA),
            owner_id: ANA,
            owner_found: true,
            respondent_id: BOB,
            respondent_found: true,
            head: 0,
            last_entry_at: 0,
            owner_read_up_to: 0,
            respondent_read_up_to: 0,
        };
        let mut rows = Self { conversation, entries: Vec::new(), current: None };
        rows.says(Side::Respondent, "Hello!");
        rows
    }

    /// Every arrow of the diagram, with messages between: 17 entries, 5 handshakes.
    pub(super) fn of_every_kind() -> Self {
        use Side::{Owner, Respondent};
        let mut rows = Self::begun();
        rows.takes(Respondent, start("Two hours"));
        rows.takes(Owner, StepAction::Decline);
        rows.takes(Owner, start(""));
        rows.says(Respondent, "Wait …");
        rows.takes(Owner, StepAction::Cancel);
        rows.takes(Respondent, start("Three hours"));
        rows.takes(Owner, StepAction::Approve);
        rows.takes(Respondent, StepAction::Complete);
        rows.takes(Owner, StepAction::Cancel);
        rows.takes(Owner, start("Four hours"));
        rows.takes(Respondent, StepAction::Approve);
        rows.takes(Owner, StepAction::Complete);
        rows.says(Owner, "Thank you!");
        rows.takes(Respondent, StepAction::Complete);
        rows.takes(Respondent, start("Again?"));
        rows.says(Respondent, "Next week?");
        rows.conversation.owner_read_up_to = 17;
        rows.conversation.respondent_read_up_to = 3;
        rows
    }

    /// Someone writes.
    pub(super) fn says(&mut self, side: Side, text: &str) {
        let message = StoredBody::Message { content: Some(text.to_owned()), client_message_id: None, redacted: false };
        self.append(side, message, None);
    }

    /// Someone takes a step that the diagram has an arrow for.
    pub(super) fn takes(&mut self, side: Side, action: StepAction) {
        let (seq, at) = self.next();
        let kind = action.kind();
        let taken = match decide(self.current.clone(), side, &Step::new(action), seq, at) {
            Decision::Taken(handshake) => handshake,
            other => panic!("expected a step that is possible, saw {other:?}"),
        };
        let step = StoredStep {
            started: Some(taken.started.get()),
            step: Some(kind.name().to_owned()),
            status: Some(taken.state.name().to_owned()),
            completed_by: taken.state.completed_by(),
        };
        let row = stored(&taken);
        self.append(side, StoredBody::Step(step), (kind == StepKind::Start).then_some(row.clone()));
        *self.handshake(taken.started.get()) = row;
        self.current = Some(taken);
    }

    /// Whatever somebody adds to the timeline.
    pub(super) fn append(&mut self, side: Side, body: StoredBody, handshake: Option<StoredHandshake>) {
        let (seq, at) = self.next();
        let (seq, at) = (seq.get(), at.as_millis());
        let entry = StoredEntry {
            id: 100 + seq,
            actor_id: user(side),
            created_at: at,
            redacts_seq: None,
            body,
            handshake: handshake.map(Ok),
        };
        self.entries.push((seq, Ok(entry)));
        (self.conversation.head, self.conversation.last_entry_at) = (seq, at);
    }

    /// Two entries of the same millisecond, then one of the next.
    fn next(&self) -> (Seq, Timestamp) {
        let seq = Head::new(self.conversation.head).expect("a head").next();
        (seq, Timestamp::from_millis(1_000 + seq.get() / 2))
    }

    /// The entry at that place.
    pub(super) fn entry(&mut self, seq: i64) -> &mut StoredEntry {
        let found = self.entries.iter_mut().find(|(place, _)| *place == seq);
        found.and_then(|(_, entry)| entry.as_mut().ok()).expect("there is such an entry")
    }

    /// The step at that place.
    pub(super) fn step(&mut self, seq: i64) -> &mut StoredStep {
        match &mut self.entry(seq).body {
            StoredBody::Step(step) => step,
            StoredBody::Message { .. } | StoredBody::Redaction => panic!("expected a step at {seq}"),
        }
    }

    /// The row of the handshake that was started there.
    pub(super) fn handshake(&mut self, started: i64) -> &mut StoredHandshake {
        self.entry(started).handshake.as_mut().and_then(|row| row.as_mut().ok()).expect("one starts there")
    }

    pub(super) fn audited(self) -> Audited {
        let mut audit = ConversationAudit::begin(self.conversation);
        for (seq, entry) in self.entries {
            audit.entry(seq, entry);
        }
        audit.end()
    }

    /// `code #seq` for each breach, in the order in which they were found.
    pub(super) fn found(self) -> Vec<String> {
        let breaches = self.audited().breaches;
        println!("{breaches:#?}");
        breaches.iter().map(short).collect()
    }
}

/// `code #seq`
pub(super) fn short(breach: &Breach) -> String {
    match breach.seq {
        Some(seq) => format!("{} #{seq}", breach.code),
        None => breach.code.to_string(),
    }
}

pub(super) fn start(note: &str) -> StepAction {
    let terms = Terms::from_compact_object("{\"hours\":2}".to_owned()).expect("short");
    StepAction::Start { note: Note::parse(note).expect("a note"), terms: Some(terms) }
}

fn user(side: Side) -> i64 {
    let two = Conversation::new("offer_1:2".parse().expect("a key"), UserId::new(ANA).expect("an id"));
    two.expect("two people").user(side).get()
}

fn stored(handshake: &Handshake) -> StoredHandshake {
    StoredHandshake {
        initiator_id: user(handshake.initiator),
        note: handshake.note.as_ref().map(|note| note.as_str().to_owned()),
        terms: handshake.terms.as_ref().map(|terms| terms.as_json().to_owned()),
        status: handshake.state.name().to_owned(),
        completed_by: handshake.state.completed_by(),
        version: handshake.version.get(),
        actor_id: user(handshake.actor),
        latest: handshake.latest.name().to_owned(),
        at: handshake.at.as_millis(),
    }
}

#[test]
fn nothing_is_found_in_what_the_rules_let_come_to_be() {
    let audited = Rows::of_every_kind().audited();
    assert_eq!(audited.breaches, []);
    assert_eq!((audited.entries, audited.handshakes), (17, 5));
    // Wherever it stood at some moment, it was healthy, too.
    for head in 1..17 {
        let mut rows = Rows::begun();
        let whole = Rows::of_every_kind();
        for (_, entry) in &whole.entries[1..head] {
            let entry = entry.as_ref().expect("it can be read");
            let side = if entry.actor_id == ANA { Side::Owner } else { Side::Respondent };
            match &entry.body {
                StoredBody::Message { content, .. } => rows.says(side, content.as_deref().unwrap_or_default()),
                StoredBody::Redaction => rows.append(side, StoredBody::Redaction, None),
                StoredBody::Step(step) => {
                    let kind = step.step.as_deref().and_then(StepKind::from_name).expect("a step");
                    let note = entry.handshake.as_ref().and_then(|row| row.as_ref().ok()?.note.as_deref());
                    rows.takes(side, action(kind, note));
                }
            }
        }
        assert_eq!(rows.found(), [""; 0], "{head} entries");
    }
}

fn action(kind: StepKind, note: Option<&str>) -> StepAction {
    match kind {
        StepKind::Start => start(note.unwrap_or_default()),
        StepKind::Approve => StepAction::Approve,
        StepKind::Decline => StepAction::Decline,
        StepKind::Cancel => StepAction::Cancel,
        StepKind::Complete => StepAction::Complete,
    }
}
