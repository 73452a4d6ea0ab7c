//! How many messages are unread. Knows nothing of who has read what before.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::support::{Market, has_read, takes, writes};

async fn unread(market: &Market) -> [Value; 2] {
    let count = |line: Value| line["unread_count"].clone();
    [count(market.line_of(&market.ana).await), count(market.line_of(&market.bob).await)]
}

#[tokio::test]
async fn the_peers_messages_past_the_cursor_are_unread() {
    let market = Market::talking().await;
    let Market { ana, bob, offer, key, .. } = &market;
    writes(bob, offer, "Is anyone there?").await;
    assert_eq!(unread(&market).await, [2, 0]);
    takes(bob, offer, "start", json!({})).await.is(201);
    assert_eq!(unread(&market).await, [2, 0], "a step is no message");
    writes(ana, key, "Yes").await;
    assert_eq!(unread(&market).await, [2, 1], "writing is not reading");
    has_read(ana, key, 1).await.is(201);
    assert_eq!(unread(&market).await, [1, 1]);
    has_read(ana, key, 4).await.is(201);
    has_read(bob, offer, 4).await.is(201);
    assert_eq!(unread(&market).await, [0, 0]);
}

#[tokio::test]
async fn they_are_counted_up_to_a_hundred() {
    let market = Market::talking().await;
    for _ in 0..10 {
        join_all((0..10).map(|_| writes(&market.bob, &market.offer, "Hello?"))).await;
    }
    assert_eq!(unread(&market).await, [100, 0], "of 101");
    has_read(&market.ana, &market.key, 2).await.is(201);
    assert_eq!(unread(&market).await, [99, 0]);
}
