//! Whose turn it is, as each one's list says. Knows nothing of how a list is made.

use serde_json::json;

use super::support::{Market, has_read, takes, writes};

/// Whether it is Ana's turn, and whether it is Bob's.
async fn turns(market: &Market) -> [bool; 2] {
    let mut turns = [false; 2];
    for (turn, person) in turns.iter_mut().zip([&market.ana, &market.bob]) {
        *turn = market.line_of(person).await["your_turn"].as_bool().expect("a boolean");
    }
    turns
}

#[tokio::test]
async fn an_unread_message_is_for_the_other_one_to_answer() {
    let market = Market::talking().await;
    assert_eq!(turns(&market).await, [true, false]);
    has_read(&market.ana, &market.key, 1).await.is(201);
    assert_eq!(turns(&market).await, [false, false], "read, there is nothing left to do");
    writes(&market.ana, &market.key, "Hi, when?").await;
    assert_eq!(turns(&market).await, [false, true]);
    writes(&market.bob, &market.offer, "Tomorrow").await;
    assert_eq!(turns(&market).await, [true, false], "an answer gives the turn back");
}

#[tokio::test]
async fn a_pending_handshake_waits_for_the_other_one() {
    let market = Market::talking().await;
    has_read(&market.ana, &market.key, 1).await.is(201);
    for (initiator, other, waits) in
        [(&market.bob, &market.ana, [true, false]), (&market.ana, &market.bob, [false, true])]
    {
        takes(initiator, &market.key, "start", json!({})).await.is(201);
        assert_eq!(turns(&market).await, waits);
        for person in [initiator, other] {
            has_read(person, &market.key, 100).await;
        }
        assert_eq!(turns(&market).await, waits, "reading is no answer");
        takes(other, &market.key, "decline", json!({})).await.is(201);
        assert_eq!(turns(&market).await, [false, false], "declining is");
    }
    takes(&market.bob, &market.key, "start", json!({})).await.is(201);
    takes(&market.ana, &market.key, "approve", json!({})).await.is(201);
    assert_eq!(turns(&market).await, [false, false], "approving is");
}
