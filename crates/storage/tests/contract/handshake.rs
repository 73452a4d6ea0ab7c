//! Every arrow of the handshake's diagram, stored and read again. Knows nothing of repetitions and races.

use handsel_domain::conversation::Side;
use handsel_domain::handshake::{CompletedBy, Handshake, Note, Refusal, State, StepAction, StepKind, Terms};
use handsel_domain::ids::{Head, Seq};
use handsel_domain::timeline::TimelineRange;

use super::bench::{Bench, later};
use super::expect::{handshake, refused_step};
use super::seat::{Seat, start};

contract! {
    every_step_leads_where_the_diagram_says,
    note_and_terms_are_frozen_with_the_start,
    a_refused_step_tells_the_current_state,
    a_step_on_nothing_is_not_possible,
    a_step_on_the_version_that_is_current_is_taken,
    a_step_on_a_version_that_is_past_changes_nothing,
    a_start_may_say_that_it_saw_none,
    a_completion_heeds_no_version,
    messages_do_not_change_the_version,
    each_conversation_has_a_handshake_of_its_own,
}

const NOBODY: CompletedBy = CompletedBy { owner: false, respondent: false };
const OWNER: CompletedBy = CompletedBy { owner: true, respondent: false };
const RESPONDENT: CompletedBy = CompletedBy { owner: false, respondent: true };

fn start_with(note: &str, terms: &str) -> StepAction {
    StepAction::Start {
        note: Note::parse(note).expect("a valid note"),
        terms: Some(Terms::from_compact_object(terms.to_owned()).expect("valid terms")),
    }
}

async fn current(seat: &Seat) -> Option<Handshake> {
    seat.reads(TimelineRange::after(Head::NONE)).await.expect("it is written in").handshake
}

async fn every_step_leads_where_the_diagram_says(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let walk = [
        (&bob, start(), State::Pending, "Handshake request sent"),
        (&ana, StepAction::Approve, State::Approved { completed_by: NOBODY }, "Handshake approved"),
        (
            &bob,
            StepAction::Complete,
            State::Approved { completed_by: RESPONDENT },
            "Waiting for the other side to complete",
        ),
        (&ana, StepAction::Complete, State::Completed, "Handshake completed"),
        (&ana, start(), State::Pending, "Handshake request sent"),
        (&bob, StepAction::Decline, State::Declined, "Handshake declined"),
        (&bob, start(), State::Pending, "Handshake request sent"),
        (&bob, StepAction::Cancel, State::Cancelled { completed_by: NOBODY }, "Handshake cancelled"),
        (&ana, start(), State::Pending, "Handshake request sent"),
        (&bob, StepAction::Approve, State::Approved { completed_by: NOBODY }, "Handshake approved"),
        (&ana, StepAction::Complete, State::Approved { completed_by: OWNER }, "Waiting for the other side to complete"),
        (&bob, StepAction::Cancel, State::Cancelled { completed_by: OWNER }, "Handshake cancelled"),
    ];
    let (mut started, mut initiator) = (Seq::FIRST, Side::Owner);
    for (millis, (seat, action, state, announcement)) in (1..).zip(walk) {
        bench.clock.set(millis);
        let before = Head::new(seat.head().await).expect("a head");
        let actor = if seat.id() == ana.id() { Side::Owner } else { Side::Respondent };
        if action.kind() == StepKind::Start {
            (started, initiator) = (before.next(), actor);
        }
        let entry = seat.takes(action.clone()).await;
        let expected = Handshake {
            started,
            initiator,
            note: None,
            terms: None,
            state,
            version: before.next(),
            actor,
            latest: action.kind(),
            at: later(millis),
        };
        assert_eq!((entry.seq, entry.actor.id), (before.next(), seat.id()));
        assert_eq!(handshake(&entry), &expected);
        assert_eq!(expected.announcement(), announcement);
        assert_eq!(current(&ana).await, Some(expected));
    }
}

async fn note_and_terms_are_frozen_with_the_start(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let first = r#"{"hours":2,"text":"a \"quoted\" \\ 🤝 word","nested":[null,1.50,{"a":{}}]}"#;
    for (note, terms) in [("Two hours,\n'today' \"or\" tomorrow 🤝", first), ("", "{}")] {
        let mut seen = vec![
            handshake(&*bob.takes(start_with(note, terms)).await).clone(),
            handshake(&*ana.takes(StepAction::Approve).await).clone(),
        ];
        bob.says("A message between").await;
        seen.push(handshake(&*ana.takes(StepAction::Complete).await).clone());
        seen.push(handshake(&*bob.takes(StepAction::Complete).await).clone());
        seen.push(current(&ana).await.expect("there is one"));
        for handshake in seen {
            assert_eq!(handshake.note.as_ref().map_or("", Note::as_str), note);
            assert_eq!(handshake.terms.as_ref().map(Terms::as_json), Some(terms), "to the letter");
        }
    }
    // What the earlier handshake says of itself is not touched by the later one.
    let steps = bob.reads_all().await;
    let terms: Vec<_> =
        steps.iter().filter_map(|entry| entry.handshake()?.terms.as_ref()).map(Terms::as_json).collect();
    assert_eq!(terms, [[first; 4], ["{}"; 4]].concat());
}

async fn a_refused_step_tells_the_current_state(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let pending = handshake(&*bob.takes(start_with("Two hours", r#"{"hours":2}"#)).await).clone();
    for (seat, action, reason) in [
        (&ana, start(), Refusal::Exists { status: "pending" }),
        (&bob, start(), Refusal::Exists { status: "pending" }),
        (&bob, StepAction::Approve, Refusal::Own),
        (&bob, StepAction::Decline, Refusal::Own),
        (&ana, StepAction::Cancel, Refusal::NotPossible { step: "cancel", status: "pending" }),
        (&ana, StepAction::Complete, Refusal::NotPossible { step: "complete", status: "pending" }),
    ] {
        assert_eq!(refused_step(seat.tries(action).await), (reason, Some(pending.clone())));
    }
    let approved = handshake(&*ana.takes(StepAction::Approve).await).clone();
    assert_eq!(
        refused_step(bob.tries(StepAction::Decline).await),
        (Refusal::NotPossible { step: "decline", status: "approved" }, Some(approved.clone()))
    );
    assert_eq!(
        refused_step(ana.tries(start()).await),
        (Refusal::Exists { status: "approved" }, Some(approved.clone()))
    );
    assert_eq!((current(&bob).await, bob.head().await), (Some(approved), 3), "nothing changed");
    assert_eq!(bench.heard.entries_now().len(), 3);
}

async fn a_step_on_nothing_is_not_possible(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    for action in [StepAction::Approve, StepAction::Decline, StepAction::Cancel, StepAction::Complete] {
        let reason = Refusal::NotPossible { step: action.kind().name(), status: "none" };
        for seat in [&ana, &bob] {
            assert_eq!(refused_step(seat.tries(action.clone()).await), (reason, None));
        }
    }
    assert_eq!((current(&bob).await, bob.head().await), (None, 1));
}

async fn a_step_on_the_version_that_is_current_is_taken(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bob.takes(start()).await;
    ana.tries_seeing(2, StepAction::Approve).await.expect("2 is current");
    bob.tries_seeing(3, StepAction::Cancel).await.expect("3 is current");
    ana.tries_seeing(4, start()).await.expect("4 is current");
    assert_eq!(bob.head().await, 5);
}

async fn a_step_on_a_version_that_is_past_changes_nothing(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bob.takes(start()).await;
    bob.takes(StepAction::Cancel).await;
    let pending = handshake(&*bob.takes(start_with("Better terms", "{}")).await).clone();
    for version in [2, 3, 0, 5, -1, i64::MAX] {
        let answer = refused_step(ana.tries_seeing(version, StepAction::Approve).await);
        assert_eq!(answer, (Refusal::Changed, Some(pending.clone())), "version {version}");
    }
    assert_eq!((current(&bob).await, bob.head().await), (Some(pending), 4));
}

async fn a_start_may_say_that_it_saw_none(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    assert_eq!(refused_step(bob.tries_seeing(1, start()).await), (Refusal::Changed, None));
    bob.tries_seeing(0, start()).await.expect("there was none");
    let (reason, _) = refused_step(ana.tries_seeing(0, start()).await);
    assert_eq!(reason, Refusal::Changed);
}

async fn a_completion_heeds_no_version(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bob.takes(start()).await;
    ana.takes(StepAction::Approve).await;
    ana.tries_seeing(3, StepAction::Complete).await.expect("3 is current");
    bob.tries_seeing(3, StepAction::Complete).await.expect("completions commute");
    assert_eq!(current(&ana).await.map(|handshake| handshake.state), Some(State::Completed));
}

async fn messages_do_not_change_the_version(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bob.takes(start()).await;
    bob.says("What do you say?").await;
    ana.tries_seeing(2, StepAction::Approve).await.expect("2 is current");
    assert_eq!(current(&bob).await.map(|handshake| handshake.version.get()), Some(4));
}

async fn each_conversation_has_a_handshake_of_its_own(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let cem = bench.user("cem").await;
    let cem = bench.seat(&cem, bob.key.listing, &cem);
    cem.takes(start()).await;
    bob.takes(start()).await;
    ana.at(cem.key).takes(StepAction::Approve).await;
    ana.takes(StepAction::Decline).await;
    let states = [current(&cem).await, current(&bob).await].map(|handshake| handshake.map(|one| one.state));
    assert_eq!(states, [Some(State::Approved { completed_by: NOBODY }), Some(State::Declined)]);
}
