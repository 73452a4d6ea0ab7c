//! Whose turn it is, from what the list says. Knows nothing of the rule, which is the domain's.

use handsel_domain::conversation::Side;
use handsel_domain::handshake::StepAction;

use super::bench::Bench;
use super::seat::{Seat, start};

contract! {
    an_unread_message_is_for_the_other_one_to_answer,
    a_pending_handshake_waits_for_the_other_one,
}

/// Whether it is Ana's turn, and whether it is Bob's, as each one's list has it.
async fn turns(bench: &Bench, ana: &Seat, bob: &Seat) -> [bool; 2] {
    let mut turns = [false; 2];
    for (turn, (seat, side)) in turns.iter_mut().zip([(ana, Side::Owner), (bob, Side::Respondent)]) {
        let lines = bench.storage.conversations.of_user(seat.id(), None, 1).await.expect("the storage answers");
        *turn = lines[0].your_turn(side);
    }
    turns
}

async fn an_unread_message_is_for_the_other_one_to_answer(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    assert_eq!(turns(&bench, &ana, &bob).await, [true, false]);
    ana.has_read(1).await;
    assert_eq!(turns(&bench, &ana, &bob).await, [false, false]);
    bob.says("Are you there?").await;
    assert_eq!(turns(&bench, &ana, &bob).await, [true, false]);
    ana.says("Yes.").await;
    assert_eq!(turns(&bench, &ana, &bob).await, [false, true]);
    bob.has_read(3).await;
    assert_eq!(turns(&bench, &ana, &bob).await, [false, false]);
}

async fn a_pending_handshake_waits_for_the_other_one(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    ana.has_read(1).await;
    bob.takes(start()).await;
    assert_eq!(turns(&bench, &ana, &bob).await, [true, false]);
    ana.has_read(2).await;
    assert_eq!(turns(&bench, &ana, &bob).await, [true, false], "reading is not answering");
    ana.says("Let me think.").await;
    assert_eq!(turns(&bench, &ana, &bob).await, [true, true], "he has an unread message");
    ana.takes(StepAction::Approve).await;
    assert_eq!(turns(&bench, &ana, &bob).await, [false, true], "a step behind it makes a message no less unread");
    bob.has_read(3).await;
    assert_eq!(turns(&bench, &ana, &bob).await, [false, false], "all messages are read");
}
