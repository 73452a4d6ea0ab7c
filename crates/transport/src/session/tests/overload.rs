//! Clients that read too slowly or ask too much: bounded, and at nobody else's cost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use handsel_domain::ports::Appended;
use handsel_domain::{Unavailable, ports::AppendError};

use super::bench::{Bench, Seen, entry, long_entry, page};
use crate::close::CloseReason;
use crate::limits::{APPENDS_IN_FLIGHT_MAX, CLOSE_PATIENCE, OUTBOX_FRAMES_MAX, SLOW_PATIENCE};
use crate::session::Ending;

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_is_closed_when_its_queue_is_full() {
    let open = Bench { connection_bytes: 1_024, ..Bench::default() }.open().await;
    let started = tokio::time::Instant::now();
    for seq in 1..=2 * i64::try_from(OUTBOX_FRAMES_MAX).expect("small") {
        open.hub.deliver(&[long_entry(seq, 2_000)]);
        // The session gets its turn; it can write no more than the connection holds.
        tokio::task::yield_now().await;
    }
    assert_eq!(open.session.await.expect("no panic"), Ending::Closed(CloseReason::TooSlow));
    assert_eq!(started.elapsed(), SLOW_PATIENCE + CLOSE_PATIENCE, "the close was tried, too");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_pings_and_never_reads_is_not_read_either() {
    let mut open = Bench { connection_bytes: 1_024, ..Bench::default() }.open().await;
    let mut taken = 0;
    while open.could_ping().await {
        taken += 1;
        assert!(taken < 100, "its pongs pile up here");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_for_a_while_misses_nothing_and_stays() {
    let mut open = Bench { connection_bytes: 1_024, ..Bench::default() }.open().await;
    for seq in 1..=100 {
        open.hub.deliver(&[long_entry(seq, 2_000)]);
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(3 * SLOW_PATIENCE).await;
    assert_eq!(open.sees_messages(100).await, (1..=100).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_burst_beyond_the_queue_costs_a_client_that_reads_nothing() {
    let most = 2 * i64::try_from(OUTBOX_FRAMES_MAX).expect("small");
    let mut bench = Bench::default();
    bench.timeline.expect_read().returning(move |_, range| {
        let next = range.after.expect("a session reads behind what it sent").next().get();
        Ok(Some(page(next..=most.min(next + i64::from(range.limit) - 1))))
    });
    let mut open = bench.open().await;
    let batch: Vec<_> = (1..=most).map(entry).collect();
    open.hub.deliver(&batch);
    assert_eq!(open.sees_messages(batch.len()).await, (1..=most).collect::<Vec<_>>());
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
