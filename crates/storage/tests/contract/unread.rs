//! How many of the peer's messages are unread. Knows nothing of how a read cursor moves.

use handsel_domain::conversation::{ConversationSummary, UNREAD_COUNT_MAX};
use handsel_domain::handshake::StepAction;

use super::bench::Bench;
use super::seat::{Seat, start};

contract! {
    the_peers_messages_past_the_cursor_are_unread,
    ones_own_messages_and_steps_are_never_unread,
    unread_messages_are_counted_up_to_a_limit,
    each_conversation_counts_for_itself,
}

async fn line(bench: &Bench, seat: &Seat) -> ConversationSummary {
    let lines = bench.storage.conversations.of_user(seat.id(), None, 100).await.expect("the storage answers");
    let line = lines.into_iter().find(|line| line.state.conversation.key() == seat.key);
    line.expect("it is written in")
}

async fn unread(bench: &Bench, seats: [&Seat; 2]) -> [u32; 2] {
    [line(bench, seats[0]).await.unread_count, line(bench, seats[1]).await.unread_count]
}

async fn the_peers_messages_past_the_cursor_are_unread(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    assert_eq!(unread(&bench, [&ana, &bob]).await, [1, 0]);
    bob.says("Are you there?").await;
    ana.says("Yes.").await;
    bob.says("Fine!").await;
    assert_eq!(unread(&bench, [&ana, &bob]).await, [3, 1], "an answer is not a sign of having read");
    for (up_to, left) in [(1, 2), (2, 1), (3, 1), (4, 0)] {
        ana.has_read(up_to).await;
        assert_eq!(unread(&bench, [&ana, &bob]).await, [left, 1], "read up to {up_to}");
    }
    bob.has_read(3).await;
    assert_eq!(unread(&bench, [&ana, &bob]).await, [0, 0]);
}

async fn ones_own_messages_and_steps_are_never_unread(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    bob.takes(start()).await;
    ana.takes(StepAction::Approve).await;
    assert_eq!(unread(&bench, [&ana, &bob]).await, [0, 0]);
    bob.says("Thanks!").await;
    bob.takes(StepAction::Complete).await;
    assert_eq!(unread(&bench, [&ana, &bob]).await, [1, 0]);
}

async fn unread_messages_are_counted_up_to_a_limit(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    for said in 1..=UNREAD_COUNT_MAX + 2 {
        bob.says("Hello!").await;
        if said >= UNREAD_COUNT_MAX - 1 {
            assert_eq!(unread(&bench, [&ana, &bob]).await, [said.min(UNREAD_COUNT_MAX), 0]);
        }
    }
    ana.has_read(1).await;
    assert_eq!(unread(&bench, [&ana, &bob]).await, [UNREAD_COUNT_MAX, 0]);
    ana.has_read(50).await;
    assert_eq!(unread(&bench, [&ana, &bob]).await, [UNREAD_COUNT_MAX + 2 - 50, 0]);
}

async fn each_conversation_counts_for_itself(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let cem = bench.user("cem").await;
    let cem = bench.seat(&cem, bob.key.listing, &cem);
    cem.says("Hello!").await;
    cem.says("Hello?").await;
    let to_cem = ana.at(cem.key);
    assert_eq!(unread(&bench, [&ana, &to_cem]).await, [1, 2]);
    to_cem.has_read(2).await;
    assert_eq!(unread(&bench, [&ana, &to_cem]).await, [1, 0]);
}
