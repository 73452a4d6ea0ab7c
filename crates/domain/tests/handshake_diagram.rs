//! The handshake's diagram, written out: every state, step and side. Knows nothing of how the steps are decided.

use handsel_domain::conversation::Side::{self, Owner, Respondent};
use handsel_domain::handshake::{CompletedBy, Decision, Handshake, Note, Step, StepAction, StepKind, Terms, decide};
use handsel_domain::ids::Seq;
use handsel_domain::time::Timestamp;

/// In which state, which step, and what becomes of it: for who started the handshake, and for the other one. A state's
/// name is where it leads to; an error's code refuses; `repeat` is no error and changes nothing.
const DIAGRAM: &str = "
    state                       | step     | by its initiator       | by the other
    none                        | start    | pending                | pending
    none                        | approve  | handshake_not_possible | handshake_not_possible
    none                        | decline  | handshake_not_possible | handshake_not_possible
    none                        | cancel   | handshake_not_possible | handshake_not_possible
    none                        | complete | handshake_not_possible | handshake_not_possible

    pending                     | start    | repeat                 | handshake_exists
    pending                     | approve  | handshake_own          | approved
    pending                     | decline  | handshake_own          | declined
    pending                     | cancel   | cancelled              | handshake_not_possible
    pending                     | complete | handshake_not_possible | handshake_not_possible

    approved                    | start    | handshake_exists       | handshake_exists
    approved                    | approve  | handshake_not_possible | repeat
    approved                    | decline  | handshake_not_possible | handshake_not_possible
    approved                    | cancel   | cancelled              | cancelled
    approved                    | complete | approved               | approved

    approved, initiator done    | start    | handshake_exists       | handshake_exists
    approved, initiator done    | approve  | handshake_not_possible | handshake_not_possible
    approved, initiator done    | decline  | handshake_not_possible | handshake_not_possible
    approved, initiator done    | cancel   | cancelled              | cancelled
    approved, initiator done    | complete | repeat                 | completed

    approved, other done        | start    | handshake_exists       | handshake_exists
    approved, other done        | approve  | handshake_not_possible | handshake_not_possible
    approved, other done        | decline  | handshake_not_possible | handshake_not_possible
    approved, other done        | cancel   | cancelled              | cancelled
    approved, other done        | complete | completed              | repeat

    completed, initiator last   | start    | pending                | pending
    completed, initiator last   | approve  | handshake_not_possible | handshake_not_possible
    completed, initiator last   | decline  | handshake_not_possible | handshake_not_possible
    completed, initiator last   | cancel   | handshake_not_possible | handshake_not_possible
    completed, initiator last   | complete | repeat                 | repeat

    completed, other last       | start    | pending                | pending
    completed, other last       | approve  | handshake_not_possible | handshake_not_possible
    completed, other last       | decline  | handshake_not_possible | handshake_not_possible
    completed, other last       | cancel   | handshake_not_possible | handshake_not_possible
    completed, other last       | complete | repeat                 | repeat

    declined                    | start    | pending                | pending
    declined                    | approve  | handshake_not_possible | handshake_not_possible
    declined                    | decline  | handshake_not_possible | repeat
    declined                    | cancel   | handshake_not_possible | handshake_not_possible
    declined                    | complete | handshake_not_possible | handshake_not_possible

    cancelled while pending     | start    | pending                | pending
    cancelled while pending     | approve  | handshake_not_possible | handshake_not_possible
    cancelled while pending     | decline  | handshake_not_possible | handshake_not_possible
    cancelled while pending     | cancel   | repeat                 | handshake_not_possible
    cancelled while pending     | complete | handshake_not_possible | handshake_not_possible

    left by its initiator       | start    | pending                | pending
    left by its initiator       | approve  | handshake_not_possible | handshake_not_possible
    left by its initiator       | decline  | handshake_not_possible | handshake_not_possible
    left by its initiator       | cancel   | repeat                 | handshake_not_possible
    left by its initiator       | complete | handshake_not_possible | handshake_not_possible

    left by the other           | start    | pending                | pending
    left by the other           | approve  | handshake_not_possible | handshake_not_possible
    left by the other           | decline  | handshake_not_possible | handshake_not_possible
    left by the other           | cancel   | handshake_not_possible | repeat
    left by the other           | complete | handshake_not_possible | handshake_not_possible

    left when half done         | start    | pending                | pending
    left when half done         | approve  | handshake_not_possible | handshake_not_possible
    left when half done         | decline  | handshake_not_possible | handshake_not_possible
    left when half done         | cancel   | repeat                 | handshake_not_possible
    left when half done         | complete | handshake_not_possible | handshake_not_possible
";

/// How one gets there; `i` is who starts it, `o` the other one.
const WAYS: [(&str, &str); 12] = [
    ("none", ""),
    ("pending", "i start"),
    ("approved", "i start, o approve"),
    ("approved, initiator done", "i start, o approve, i complete"),
    ("approved, other done", "i start, o approve, o complete"),
    ("completed, initiator last", "i start, o approve, o complete, i complete"),
    ("completed, other last", "i start, o approve, i complete, o complete"),
    ("declined", "i start, o decline"),
    ("cancelled while pending", "i start, i cancel"),
    ("left by its initiator", "i start, o approve, i cancel"),
    ("left by the other", "i start, o approve, o cancel"),
    ("left when half done", "i start, o approve, i complete, i cancel"),
];

/// A conversation's handshake so far, whose steps lie three entries apart.
struct Story {
    so_far: Option<Handshake>,
    next: i64,
}

impl Story {
    fn of(initiator: Side, way: &str) -> Self {
        let mut story = Self { so_far: None, next: 1 };
        for words in way.split(", ").filter(|words| !words.is_empty()) {
            let (who, what) = words.split_once(' ').expect("who, and what");
            let decision = story.takes(if who == "i" { initiator } else { initiator.other() }, &step(what));
            assert!(matches!(decision, Decision::Taken(_)), "{way}: {decision:?}");
        }
        story
    }

    fn in_state(initiator: Side, state: &str) -> Self {
        let (_, way) = WAYS.into_iter().find(|(name, _)| *name == state).expect("a state of the diagram");
        Self::of(initiator, way)
    }

    fn takes(&mut self, side: Side, step: &Step) -> Decision {
        let (seq, at) = (Seq::new(self.next).expect("a place"), Timestamp::from_millis(self.next * 1_000));
        let decision = decide(self.so_far.clone(), side, step, seq, at);
        if let Decision::Taken(handshake) = &decision {
            self.so_far = Some(handshake.clone());
        }
        self.next += 3;
        decision
    }

    /// What the step leads to, in one word: a state, a code or `repeat`.
    fn answers(&mut self, side: Side, step: &Step) -> &'static str {
        match self.takes(side, step) {
            Decision::Taken(handshake) => handshake.state.name(),
            Decision::Repeated(_) => "repeat",
            Decision::Refused { reason, .. } => reason.code(),
        }
    }

    fn refuses(&mut self, side: Side, step: &Step) -> String {
        let decision = self.takes(side, step);
        let Decision::Refused { reason, .. } = decision else { panic!("not refused: {decision:?}") };
        reason.to_string()
    }

    fn handshake(&self) -> &Handshake {
        self.so_far.as_ref().expect("started")
    }
}

fn step(name: &str) -> Step {
    Step::new(match StepKind::from_name(name).expect("a step of the diagram") {
        StepKind::Start => StepAction::Start { note: None, terms: None },
        StepKind::Approve => StepAction::Approve,
        StepKind::Decline => StepAction::Decline,
        StepKind::Cancel => StepAction::Cancel,
        StepKind::Complete => StepAction::Complete,
    })
}

fn step_on(name: &str, seen: i64) -> Step {
    Step { seen: Some(seen), ..step(name) }
}

fn start_with(note: &str, terms: &str) -> Step {
    let note = Note::parse(note).expect("a note");
    let terms = Some(Terms::from_compact_object(terms.to_owned()).expect("terms"));
    Step::new(StepAction::Start { note, terms })
}

/// Rows of the diagram: state, step, and what it leads to for the initiator and for the other.
fn rows() -> Vec<[&'static str; 4]> {
    let lines = DIAGRAM.lines().map(str::trim).filter(|line| !line.is_empty()).skip(1);
    lines
        .map(|line| {
            let cells: Vec<_> = line.split('|').map(str::trim).collect();
            cells.try_into().expect("four cells")
        })
        .collect()
}

#[test]
fn the_diagram_names_every_state_and_step_once() {
    let expected = WAYS.iter().flat_map(|(state, _)| StepKind::ALL.map(|kind| (*state, kind.name())));
    let mut found: Vec<_> = rows().into_iter().map(|[state, step, ..]| (state, step)).collect();
    let mut expected: Vec<_> = expected.collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn every_step_does_what_the_diagram_says_whoever_started() {
    for initiator in [Owner, Respondent] {
        for [state, name, by_initiator, by_other] in rows() {
            for (side, expected) in [(initiator, by_initiator), (initiator.other(), by_other)] {
                let found = Story::in_state(initiator, state).answers(side, &step(name));
                assert_eq!(found, expected, "{state}: {name} by {}, started by {}", side.name(), initiator.name());
            }
        }
    }
}

#[test]
fn what_is_refused_or_repeated_answers_with_the_state_as_it_is() {
    for [state, name, ..] in rows() {
        for side in [Owner, Respondent] {
            let mut story = Story::in_state(Owner, state);
            let before = story.so_far.clone();
            match story.takes(side, &step(name)) {
                Decision::Refused { current, .. } => assert_eq!(current, before, "{state}: {name}"),
                Decision::Repeated(handshake) => assert_eq!(Some(handshake), before, "{state}: {name}"),
                Decision::Taken(handshake) => assert_ne!(Some(handshake), before, "{state}: {name}"),
            }
        }
    }
}

#[test]
fn each_step_is_announced_in_the_protocol_s_words() {
    for (way, announcement, status) in [
        ("i start", "Handshake request sent", "pending"),
        ("i start, o approve", "Handshake approved", "approved"),
        ("i start, o decline", "Handshake declined", "declined"),
        ("i start, i cancel", "Handshake cancelled", "cancelled"),
        ("i start, o approve, o cancel", "Handshake cancelled", "cancelled"),
        ("i start, o approve, i complete", "Waiting for the other side to complete", "approved"),
        ("i start, o approve, o complete", "Waiting for the other side to complete", "approved"),
        ("i start, o approve, o complete, i complete", "Handshake completed", "completed"),
        ("i start, o approve, i complete, i cancel", "Handshake cancelled", "cancelled"),
        ("i start, o decline, o start", "Handshake request sent", "pending"),
    ] {
        let story = Story::of(Respondent, way);
        assert_eq!((story.handshake().announcement(), story.handshake().state.name()), (announcement, status), "{way}");
    }
}

#[test]
fn completed_by_names_those_who_have_completed_even_after_a_cancellation() {
    for (way, owner, respondent) in [
        ("i start, o approve", false, false),
        ("i start, o approve, i complete", true, false),
        ("i start, o approve, o complete", false, true),
        ("i start, o approve, o complete, i complete", true, true),
        ("i start, o approve, o complete, i cancel", false, true),
        ("i start, o approve, i complete, i cancel, o start", false, false),
    ] {
        let story = Story::of(Owner, way);
        assert_eq!(story.handshake().state.completed_by(), CompletedBy { owner, respondent }, "{way}");
    }
}

#[test]
fn only_the_other_side_is_waited_for_and_only_while_pending() {
    for (state, _) in WAYS.into_iter().skip(1) {
        let story = Story::in_state(Owner, state);
        assert!(!story.handshake().waits_for(Owner), "{state}");
        assert_eq!(story.handshake().waits_for(Respondent), state == "pending", "{state}");
    }
}

#[test]
fn a_start_repeats_only_with_the_same_note_and_terms() {
    let mut story = Story::of(Owner, "");
    assert_eq!(story.answers(Owner, &start_with("two hours", "{\"hours\":2}")), "pending");
    assert_eq!(story.answers(Owner, &start_with("two hours", "{\"hours\":2}")), "repeat");
    assert_eq!(story.answers(Owner, &start_with("three hours", "{\"hours\":2}")), "handshake_exists");
    assert_eq!(story.answers(Owner, &start_with("two hours", "{\"hours\":3}")), "handshake_exists");
    assert_eq!(story.answers(Owner, &step("start")), "handshake_exists");
    assert_eq!(story.answers(Respondent, &start_with("two hours", "{\"hours\":2}")), "handshake_exists");
}

#[test]
fn a_repetition_is_recognised_whatever_its_version() {
    for (state, name, side) in [
        ("pending", "start", Owner),
        ("approved", "approve", Respondent),
        ("declined", "decline", Respondent),
        ("cancelled while pending", "cancel", Owner),
        ("approved, initiator done", "complete", Owner),
        ("completed, other last", "complete", Owner),
    ] {
        for seen in [0, 1, 4, 99] {
            assert_eq!(Story::in_state(Owner, state).answers(side, &step_on(name, seen)), "repeat", "{state}: {seen}");
        }
    }
}

#[test]
fn a_step_on_another_version_is_answered_with_the_change_and_no_other_reason() {
    let pending = || Story::in_state(Owner, "pending");
    let version = pending().handshake().version.get();
    assert_eq!(version, 1);
    for stale in [version - 1, version + 1, -1] {
        for (side, name) in [(Respondent, "approve"), (Respondent, "start"), (Owner, "approve"), (Respondent, "cancel")]
        {
            assert_eq!(pending().answers(side, &step_on(name, stale)), "handshake_changed", "{name} on {stale}");
        }
    }
    assert_eq!(pending().answers(Respondent, &step_on("approve", version)), "approved");
    assert_eq!(Story::in_state(Owner, "none").answers(Owner, &step_on("start", 0)), "pending");
    assert_eq!(Story::in_state(Owner, "none").answers(Owner, &step_on("start", 1)), "handshake_changed");
}

#[test]
fn completions_heed_no_version() {
    let mut story = Story::in_state(Owner, "approved");
    let seen = story.handshake().version.get();
    assert_eq!(story.answers(Owner, &step_on("complete", seen)), "approved");
    assert_eq!(story.answers(Respondent, &step_on("complete", seen)), "completed");
}

#[test]
fn a_step_has_the_place_and_time_that_it_was_given_and_its_start_stays() {
    let mut story = Story::of(Respondent, "");
    assert_eq!(story.answers(Respondent, &start_with("two hours", "{\"hours\":2}")), "pending");
    assert_eq!(story.answers(Owner, &step("approve")), "approved");
    assert_eq!(story.answers(Owner, &step("complete")), "approved");
    let handshake = story.handshake();
    assert_eq!((handshake.actor, handshake.latest, handshake.version.get()), (Owner, StepKind::Complete, 7));
    assert_eq!(handshake.at, Timestamp::from_millis(7_000));
    assert_eq!((handshake.initiator, handshake.started.get()), (Respondent, 1));
    assert_eq!(handshake.note.as_ref().map(Note::as_str), Some("two hours"));
    assert_eq!(handshake.terms.as_ref().map(Terms::as_json), Some("{\"hours\":2}"));
}

#[test]
fn a_new_start_is_a_new_handshake() {
    let mut story = Story::of(Owner, "i start, o decline");
    assert_eq!(story.answers(Respondent, &start_with("again", "{}")), "pending");
    let handshake = story.handshake();
    assert_eq!((handshake.started.get(), handshake.initiator), (7, Respondent));
    assert_eq!(handshake.note.as_ref().map(Note::as_str), Some("again"));
    assert_eq!(story.answers(Respondent, &step("approve")), "handshake_own");
    assert_eq!(story.answers(Owner, &step("approve")), "approved");
}

#[test]
fn a_refusal_names_the_step_and_the_status() {
    for (state, side, name, status) in [
        ("none", Owner, "approve", "none"),
        ("pending", Respondent, "cancel", "pending"),
        ("approved, other done", Owner, "decline", "approved"),
        ("declined", Owner, "complete", "declined"),
        ("left by the other", Owner, "cancel", "cancelled"),
        ("completed, other last", Owner, "cancel", "completed"),
    ] {
        let text = Story::in_state(Owner, state).refuses(side, &step(name));
        assert_eq!(text, format!("{name} is not possible while the handshake is {status}"));
    }
    for status in ["pending", "approved"] {
        let text = Story::in_state(Owner, status).refuses(Respondent, &step("start"));
        assert!(text.contains(status), "{text}");
    }
}
