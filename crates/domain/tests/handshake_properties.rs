//! Whatever two people do in whatever order, the handshake keeps its diagram. Knows the diagram as a picture alone: the
//! model here is written from it, and shares nothing with the code that decides.

use std::collections::{BTreeMap, BTreeSet};

use handsel_domain::conversation::Side::{self, Owner, Respondent};
use handsel_domain::handshake::{Decision, Handshake, Note, Step, StepAction, StepKind, Terms, decide};
use handsel_domain::ids::Seq;
use handsel_domain::time::Timestamp;
use proptest::prelude::*;

/// Whose arrow it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Either,
    Initiator,
    Other,
}

/// The picture: from where, by which step, of whom, to where. Completing leads on once both have.
const ARROWS: [(&str, StepKind, By, &str); 9] = [
    ("none", StepKind::Start, By::Either, "pending"),
    ("pending", StepKind::Approve, By::Other, "approved"),
    ("pending", StepKind::Decline, By::Other, "declined"),
    ("pending", StepKind::Cancel, By::Initiator, "cancelled"),
    ("approved", StepKind::Cancel, By::Either, "cancelled"),
    ("approved", StepKind::Complete, By::Either, "completed"),
    ("declined", StepKind::Start, By::Either, "pending"),
    ("cancelled", StepKind::Start, By::Either, "pending"),
    ("completed", StepKind::Start, By::Either, "pending"),
];

/// What a model needs to remember of what was done.
struct Model {
    status: &'static str,
    initiator: Side,
    content: (Option<Note>, Option<Terms>),
    started: i64,
    version: i64,
    done: BTreeSet<&'static str>,
    last: Option<(Side, StepKind)>,
}

impl Model {
    fn new() -> Self {
        let done = BTreeSet::new();
        Self { status: "none", initiator: Owner, content: (None, None), started: 0, version: 0, done, last: None }
    }

    /// `taken`, `repeat` or the error's code.
    fn expects(&self, side: Side, step: &Step) -> &'static str {
        let kind = step.action.kind();
        let same_again = match kind {
            StepKind::Complete => self.status != "cancelled" && self.done.contains(side.name()),
            StepKind::Start => self.last == Some((side, kind)) && self.content == content(&step.action),
            StepKind::Approve | StepKind::Decline | StepKind::Cancel => self.last == Some((side, kind)),
        };
        // Completions commute: for one, only another handshake than the one seen is news.
        let is_stale = |seen| {
            if kind == StepKind::Complete && self.started > 0 { seen < self.started } else { seen != self.version }
        };
        let stale = step.seen.is_some_and(is_stale);
        let answers = kind == StepKind::Approve || kind == StepKind::Decline;
        if same_again {
            "repeat"
        } else if stale {
            "handshake_changed"
        } else if self.arrow(side, kind).is_some() {
            "taken"
        } else if kind == StepKind::Start {
            "handshake_exists"
        } else if answers && self.status == "pending" {
            "handshake_own"
        } else {
            "handshake_not_possible"
        }
    }

    fn arrow(&self, side: Side, kind: StepKind) -> Option<&'static str> {
        let is_theirs = |by| match by {
            By::Either => true,
            By::Initiator => side == self.initiator,
            By::Other => side != self.initiator,
        };
        let mut arrows = ARROWS.into_iter();
        arrows.find(|(from, step, by, _)| *from == self.status && *step == kind && is_theirs(*by)).map(|arrow| arrow.3)
    }

    fn take(&mut self, side: Side, action: &StepAction, place: i64) {
        let to = self.arrow(side, action.kind()).expect("an arrow");
        if action.kind() == StepKind::Start {
            (self.initiator, self.content, self.started) = (side, content(action), place);
            self.done.clear();
        } else if action.kind() == StepKind::Complete {
            self.done.insert(side.name());
        }
        if to != "completed" || self.done.len() == 2 {
            self.status = to;
        }
        (self.version, self.last) = (place, Some((side, action.kind())));
    }
}

fn content(action: &StepAction) -> (Option<Note>, Option<Terms>) {
    match action {
        StepAction::Start { note, terms } => (note.clone(), terms.clone()),
        _ => (None, None),
    }
}

/// What someone does next.
#[derive(Clone, Debug)]
struct Move {
    side: Side,
    action: StepAction,
    seen: Seen,
    /// Messages written before it: they take places of the timeline, too.
    messages: i64,
}

/// Which version a step carries.
#[derive(Clone, Copy, Debug)]
enum Seen {
    Nothing,
    Current,
    /// That many places off.
    Off(i64),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let note = prop_oneof![Just(None), Just(Note::parse("two hours").expect("a note"))];
    let terms = |json: &str| Terms::from_compact_object(json.to_owned()).expect("terms");
    let terms = prop_oneof![Just(None), Just(Some(terms("{\"hours\":2}")))];
    let start = (note, terms).prop_map(|(note, terms)| StepAction::Start { note, terms });
    // What ends a handshake is rarer than what leads it on, so that many get to their end.
    let action = prop_oneof![
        4 => start,
        4 => Just(StepAction::Approve),
        1 => Just(StepAction::Decline),
        1 => Just(StepAction::Cancel),
        6 => Just(StepAction::Complete),
    ];
    let side = prop_oneof![Just(Owner), Just(Respondent)];
    let seen = prop_oneof![
        4 => Just(Seen::Nothing),
        3 => Just(Seen::Current),
        1 => prop_oneof![-3..=-1_i64, 1..=3_i64].prop_map(Seen::Off),
    ];
    let one = (side, action, seen, 0..3_i64);
    prop::collection::vec(one.prop_map(|(side, action, seen, messages)| Move { side, action, seen, messages }), 0..60)
}

/// One step, decided.
struct Turn {
    side: Side,
    step: Step,
    place: i64,
    before: Option<Handshake>,
    decision: Decision,
    after: Option<Handshake>,
}

impl Turn {
    fn taken(&self) -> Option<&Handshake> {
        if let Decision::Taken(handshake) = &self.decision { Some(handshake) } else { None }
    }

    fn answer(&self) -> &'static str {
        match &self.decision {
            Decision::Taken(_) => "taken",
            Decision::Repeated(_) => "repeat",
            Decision::Refused { reason, .. } => reason.code(),
        }
    }
}

/// Does it all in order, as a timeline would.
fn play(moves: Vec<Move>) -> Vec<Turn> {
    let (mut current, mut head) = (None::<Handshake>, 0);
    let mut turns = Vec::new();
    for Move { side, action, seen, messages } in moves {
        head += messages;
        let version = current.as_ref().map_or(0, |handshake| handshake.version.get());
        let seen = match seen {
            Seen::Nothing => None,
            Seen::Current => Some(version),
            Seen::Off(places) => Some(version + places),
        };
        let (step, before, place) = (Step { action, seen }, current.clone(), head + 1);
        let seq = Seq::new(place).expect("a place");
        let decision = decide(current.clone(), side, &step, seq, Timestamp::from_millis(place));
        if let Decision::Taken(handshake) = &decision {
            (current, head) = (Some(handshake.clone()), place);
        }
        turns.push(Turn { side, step, place, before, decision, after: current.clone() });
    }
    turns
}

proptest! {
    #[test]
    fn every_step_ends_as_the_picture_says(moves in moves()) {
        let mut model = Model::new();
        for turn in play(moves) {
            let expected = model.expects(turn.side, &turn.step);
            prop_assert_eq!(turn.answer(), expected);
            if expected == "taken" {
                model.take(turn.side, &turn.step.action, turn.place);
            }
            prop_assert_eq!(turn.after.as_ref().map_or("none", |after| after.state.name()), model.status);
            if let Some(after) = turn.after {
                prop_assert_eq!(after.initiator, model.initiator);
                prop_assert_eq!((after.note, after.terms), model.content.clone());
                prop_assert_eq!(Some((after.actor, after.latest)), model.last);
                for side in [Owner, Respondent] {
                    prop_assert_eq!(after.state.completed_by().has(side), model.done.contains(side.name()));
                }
            }
        }
    }

    #[test]
    fn there_is_at_most_one_live_handshake(moves in moves()) {
        let mut all = BTreeMap::new();
        for turn in play(moves) {
            if let Some(handshake) = turn.taken() {
                all.insert(handshake.started, handshake.state.is_live());
            }
            prop_assert!(all.values().filter(|live| **live).count() <= 1);
        }
    }

    #[test]
    fn the_version_is_the_place_of_the_latest_step(moves in moves()) {
        let mut latest = None;
        for turn in play(moves) {
            if turn.taken().is_some() {
                latest = Some(turn.place);
            }
            prop_assert_eq!(turn.after.map(|after| after.version.get()), latest);
        }
    }

    #[test]
    fn what_is_refused_or_repeated_changes_nothing(moves in moves()) {
        for turn in play(moves) {
            let told = match turn.decision {
                Decision::Taken(_) => continue,
                Decision::Repeated(handshake) => Some(handshake),
                Decision::Refused { current, .. } => current,
            };
            prop_assert_eq!(&told, &turn.before);
            prop_assert_eq!(&turn.after, &turn.before);
        }
    }

    #[test]
    fn what_was_agreed_on_is_frozen_with_the_start(moves in moves()) {
        let frozen = |h: &Handshake| (h.started, h.initiator, h.note.clone(), h.terms.clone());
        for turn in play(moves) {
            match (turn.taken(), turn.before.as_ref()) {
                (Some(now), _) if now.latest == StepKind::Start => {
                    prop_assert_eq!((&now.note, &now.terms), (&content(&turn.step.action).0, &content(&turn.step.action).1));
                }
                (Some(now), Some(before)) => prop_assert_eq!(frozen(now), frozen(before)),
                (Some(_), None) => prop_assert!(false, "nothing but a start begins"),
                (None, _) => {}
            }
        }
    }

    #[test]
    fn a_completed_handshake_was_completed_by_both(moves in moves()) {
        let mut completions = BTreeMap::<Seq, BTreeSet<&str>>::new();
        for turn in play(moves) {
            let Some(handshake) = turn.taken() else { continue };
            let by = completions.entry(handshake.started).or_default();
            if handshake.latest == StepKind::Complete {
                by.insert(turn.side.name());
            }
            prop_assert_eq!(handshake.state.name() == "completed", by.len() == 2);
        }
    }

    #[test]
    fn nobody_answers_the_own_start(moves in moves()) {
        for turn in play(moves) {
            let Some(handshake) = turn.taken() else { continue };
            if matches!(handshake.latest, StepKind::Approve | StepKind::Decline) {
                prop_assert_ne!(turn.side, handshake.initiator);
            }
        }
    }

    #[test]
    fn a_step_on_another_version_changes_nothing(moves in moves()) {
        for turn in play(moves) {
            let version = turn.before.as_ref().map_or(0, |before| before.version.get());
            let stale = turn.step.seen.is_some_and(|seen| seen != version);
            if stale && turn.step.action.kind() != StepKind::Complete {
                prop_assert!(["repeat", "handshake_changed"].contains(&turn.answer()));
                prop_assert_eq!(turn.after, turn.before);
            }
        }
    }
}
