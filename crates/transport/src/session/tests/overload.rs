//! Clients that read too slowly or ask too much: bounded, and at nobody else's cost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use handsel_domain::ports::Appended;
use handsel_domain::{Unavailable, ports::AppendError};

use super::bench::{Bench, Seen, entry, long_entry};
use crate::close::CloseReason;
use crate::limits::{APPENDS_IN_FLIGHT_MAX, OUTBOX_FRAMES_MAX};
use crate::session::Ending;

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_is_closed_when_its_queue_is_full() {
    let open = Bench { connection_bytes: 1_024, ..Bench::default() }.open().await;
    let mut offered = 0;
    for seq in 1..=4 * i64::try_from(OUTBOX_FRAMES_MAX).expect("small") {
        open.hub.deliver(&[long_entry(seq, 2_000)]);
        offered += 1;
        // The session gets its turn; it can write no more than the connection holds.
        tokio::task::yield_now().await;
        if open.session.is_finished() {
            break;
        }
    }
    assert!(offered > OUTBOX_FRAMES_MAX, "{offered}");
    assert_eq!(open.session.await.expect("no panic"), Ending::Closed(CloseReason::TooSlow));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_asks_faster_than_it_is_answered_is_not_read() {
    let asked = Arc::new(AtomicUsize::new(0));
    let mut bench = Bench { connection_bytes: 64, ..Bench::default() };
    let counter = Arc::clone(&asked);
    bench.timeline.expect_append().returning(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        Err(AppendError::Unavailable(Unavailable))
    });
    let mut open = bench.open().await;
    // The client sends on and reads nothing: errors fill the connection, then the session stops reading.
    let mut sent = 0;
    while tokio::time::timeout(std::time::Duration::from_secs(1), open.says(r#"{"type":"message","content":"x"}"#))
        .await
        .is_ok()
    {
        sent += 1;
        assert!(sent < 10 * APPENDS_IN_FLIGHT_MAX, "the client was never slowed");
    }
    assert!(asked.load(Ordering::SeqCst) <= APPENDS_IN_FLIGHT_MAX + 1, "{asked:?} of {sent}");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_understood_costs_an_error_and_no_more() {
    let mut bench = Bench::default();
    bench.timeline.expect_append().times(1).returning(|_| Ok(Appended::New(entry(1))));
    let mut open = bench.open().await;
    for frame in ["", "[]", "{}", r#"{"type":"shout"}"#] {
        open.says(frame).await;
        assert!(matches!(open.sees().await, Seen::Frame(frame) if frame["type"] == "error"));
    }
    open.says(r#"{"type":"message","content":"number 1"}"#).await;
    open.hub.deliver(&[entry(1)]);
    assert_eq!(open.sees_messages(1).await, [1], "what is new comes through the hub alone");
}
