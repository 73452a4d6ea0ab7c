//! Steps and the handshakes that they lead to. Knows nothing of messages.

use super::healthy::{ANA, BOB, Rows};
use crate::audit::ConversationAudit;
use crate::conversation::Side;
use crate::handshake::{CompletedBy, StepAction};

/// What is found after that change.
fn after(change: impl FnOnce(&mut Rows)) -> Vec<String> {
    let mut rows = Rows::of_every_kind();
    change(&mut rows);
    rows.found()
}

fn step(rows: &mut Rows, seq: i64, step: &str, status: &str) {
    let stored = rows.step(seq);
    (stored.step, stored.status) = (Some(step.to_owned()), Some(status.to_owned()));
}

#[test]
fn an_arrow_that_the_diagram_does_not_have_is_found() {
    // Bob approves his own start.
    assert_eq!(after(|rows| rows.entry(8).actor_id = BOB), ["step_not_possible #8"]);
    // A decline of what was approved.
    let found = after(|rows| step(rows, 10, "decline", "declined"));
    assert_eq!(found, ["step_not_possible #10", "handshake_differs #7"]);
    // An approval of what was never started.
    let mut rows = Rows::begun();
    rows.takes(Side::Respondent, super::healthy::start(""));
    rows.takes(Side::Owner, StepAction::Approve);
    rows.entry(2).handshake = None;
    rows.entry(2).body = rows.entry(1).body.clone();
    assert_eq!(rows.found(), ["step_not_possible #3"]);
}

#[test]
fn a_second_start_while_one_is_live_is_found_and_followed() {
    let mut rows = Rows::begun();
    rows.takes(Side::Respondent, super::healthy::start("One"));
    rows.takes(Side::Respondent, StepAction::Cancel);
    rows.takes(Side::Owner, super::healthy::start("Two"));
    rows.takes(Side::Respondent, StepAction::Approve);
    // The cancel was a message, and the first handshake is live still.
    rows.entry(3).body = rows.entry(1).body.clone();
    let first = rows.handshake(2);
    (first.status, first.latest, first.version) = ("pending".to_owned(), "start".to_owned(), 2);
    first.at = 1_001;
    assert_eq!(rows.found(), ["step_not_possible #4", "two_live_handshakes"]);
}

#[test]
fn a_repetition_is_no_entry() {
    let mut rows = Rows::begun();
    rows.takes(Side::Respondent, super::healthy::start("One"));
    rows.takes(Side::Owner, StepAction::Approve);
    rows.says(Side::Owner, "Hello?");
    rows.entry(4).body = rows.entry(3).body.clone();
    let row = rows.handshake(2);
    (row.version, row.at) = (4, 1_002);
    assert_eq!(rows.found(), ["step_not_possible #4"]);
}

#[test]
fn where_a_step_is_said_to_lead_elsewhere_it_is_found() {
    assert_eq!(after(|rows| rows.step(8).status = Some("declined".to_owned())), ["step_differs #8"]);
    assert_eq!(after(|rows| rows.step(8).started = Some(4)), ["step_differs #8"]);
    assert_eq!(after(|rows| rows.step(8).started = None), ["step_differs #8"]);
    let nobody = CompletedBy::default();
    assert_eq!(after(|rows| rows.step(9).completed_by = nobody), ["step_differs #9"]);
    assert_eq!(after(|rows| rows.step(2).completed_by.owner = true), ["step_differs #2"]);
    assert_eq!(after(|rows| rows.step(15).completed_by.owner = false), ["step_differs #15"]);
}

#[test]
fn a_step_that_cannot_be_read_is_one_breach() {
    assert_eq!(after(|rows| rows.step(8).step = Some("dance".to_owned())), ["row_unreadable #8"]);
    assert_eq!(after(|rows| rows.step(8).status = Some("sealed".to_owned())), ["row_unreadable #8"]);
    assert_eq!(after(|rows| rows.step(8).step = None), ["row_unreadable #8"]);
    assert_eq!(after(|rows| rows.step(16).status = None), ["row_unreadable #16"]);
}

#[test]
fn a_handshake_that_stands_elsewhere_than_its_steps_lead_to_is_found() {
    for change in [
        (|rows| rows.handshake(7).initiator_id = ANA) as fn(&mut Rows),
        |rows| rows.handshake(7).status = "completed".to_owned(),
        |rows| rows.handshake(7).completed_by.owner = true,
        |rows| rows.handshake(7).version = 9,
        |rows| rows.handshake(7).actor_id = BOB,
        |rows| rows.handshake(7).latest = "decline".to_owned(),
        |rows| rows.handshake(7).latest = "dance".to_owned(),
        |rows| rows.handshake(7).at += 1,
    ] {
        assert_eq!(after(change), ["handshake_differs #7"]);
    }
    // The newest one, too, which no later start has ended.
    assert_eq!(after(|rows| rows.handshake(16).actor_id = ANA), ["handshake_differs #16"]);
    let mut rows = Rows::of_every_kind();
    (rows.handshake(7).version, rows.handshake(7).status) = (9, "declined".to_owned());
    let detail = rows.audited().breaches.remove(0).detail;
    assert_eq!(detail, r#"status is "declined" and should be "cancelled", version is 9 and should be 10"#);
}

#[test]
fn two_live_handshakes_are_found() {
    let found = after(|rows| rows.handshake(4).status = "pending".to_owned());
    assert_eq!(found, ["handshake_differs #4", "two_live_handshakes"]);
}

#[test]
fn a_handshake_that_cannot_be_read_is_one_breach() {
    for change in [
        (|rows| rows.handshake(7).status = "sealed".to_owned()) as fn(&mut Rows),
        |rows| rows.handshake(7).note = Some("x".repeat(281)),
        |rows| rows.handshake(7).terms = Some("x".repeat(1_025)),
        |rows| rows.entry(7).handshake = Some(Err("no number".to_owned())),
    ] {
        assert_eq!(after(change), ["row_unreadable #7"]);
    }
}

#[test]
fn a_start_and_its_handshake_belong_together() {
    assert_eq!(after(|rows| rows.entry(7).handshake = None), ["handshake_missing #7"]);
    for elsewhere in [8, 5] {
        let found = after(|rows| rows.entry(elsewhere).handshake = Some(Ok(rows.handshake(4).clone())));
        assert_eq!(found, [format!("handshake_without_start #{elsewhere}")]);
    }
    let mut rows = Rows::begun();
    rows.takes(Side::Respondent, super::healthy::start("One"));
    let row = rows.handshake(2).clone();
    let mut audit = ConversationAudit::begin(rows.conversation);
    for (seq, entry) in rows.entries {
        audit.entry(seq, entry);
    }
    audit.handshake_without_entry(99, &Ok(row));
    let audited = audit.end();
    let found: Vec<_> = audited.breaches.iter().map(super::healthy::short).collect();
    assert_eq!(
        (found.join(", ").as_str(), audited.handshakes),
        ("handshake_without_start #99, two_live_handshakes", 2)
    );
}
