//! Each entry once, in order, none missing: live, read from the storage, or both.

use std::time::Duration;

use handsel_domain::Unavailable;
use handsel_domain::conversation::ConversationState;
use handsel_domain::ids::Head;
use handsel_domain::timeline::TimelineRange;
use mockall::Sequence;
use mockall::predicate::eq;

use super::bench::{Bench, Seen, conversation, entry, key, page};

fn after(seq: i64) -> TimelineRange {
    TimelineRange::after(Head::new(seq).expect("a head"))
}

#[tokio::test(start_paused = true)]
async fn what_came_before_is_dropped_and_what_comes_is_sent_once() {
    let mut open = Bench { head: 2, ..Bench::default() }.open().await;
    open.hub.deliver(&[entry(1), entry(2), entry(3)]);
    open.hub.deliver(&[entry(3), entry(4)]);
    assert_eq!(open.sees_messages(2).await, [3, 4]);
}

#[tokio::test(start_paused = true)]
async fn a_hole_is_read_from_the_timeline() {
    let mut bench = Bench::default();
    bench.timeline.expect_read().with(eq(key()), eq(after(1))).times(1).returning(|_, _| Ok(Some(page(2..=4))));
    let mut open = bench.open().await;
    open.hub.deliver(&[entry(1)]);
    open.hub.deliver(&[entry(4)]);
    assert_eq!(open.sees_messages(4).await, [1, 2, 3, 4]);
    open.hub.deliver(&[entry(5)]);
    assert_eq!(open.sees_messages(1).await, [5], "live again, without another read");
}

#[tokio::test(start_paused = true)]
async fn a_hint_is_read_page_by_page() {
    let (mut bench, mut order) = (Bench::default(), Sequence::new());
    for (sent, seqs) in [(0, 1..=100), (100, 101..=200), (200, 201..=230)] {
        let read = bench.timeline.expect_read().with(eq(key()), eq(after(sent)));
        read.times(1).in_sequence(&mut order).returning(move |_, _| Ok(Some(page(seqs.clone()))));
    }
    let mut open = bench.open().await;
    open.hub.compare(&[ConversationState {
        head: Head::new(230).expect("a head"),
        ..ConversationState::unwritten(conversation())
    }]);
    assert_eq!(open.sees_messages(230).await, (1..=230).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_hint_of_what_was_sent_reads_nothing() {
    let mut open = Bench { head: 3, ..Bench::default() }.open().await;
    open.hub.compare(&[ConversationState {
        head: Head::new(3).expect("a head"),
        ..ConversationState::unwritten(conversation())
    }]);
    // An answer shows that the session has had its turn.
    open.says("{}").await;
    assert!(matches!(open.sees().await, Seen::Frame(_)));
    open.hub.deliver(&[entry(4)]);
    assert_eq!(open.sees_messages(1).await, [4]);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_leads_no_further_is_not_read_again() {
    let mut bench = Bench::default();
    bench.timeline.expect_read().times(1).returning(|_, _| Ok(Some(page(2..=4))));
    let mut open = bench.open().await;
    open.hub.deliver(&[entry(4)]);
    // The storage has lost the first; an answer shows that the session has given up on it, and is there.
    tokio::time::sleep(Duration::from_secs(1)).await;
    open.says("{}").await;
    assert!(matches!(open.sees().await, Seen::Frame(frame) if frame["code"] == "type_required"));
}

#[tokio::test(start_paused = true)]
async fn a_storage_that_does_not_answer_is_asked_again() {
    let (mut bench, mut order) = (Bench::default(), Sequence::new());
    bench.timeline.expect_read().times(3).in_sequence(&mut order).returning(|_, _| Err(Unavailable));
    bench.timeline.expect_read().times(1).in_sequence(&mut order).returning(|_, _| Ok(Some(page(1..=2))));
    let mut open = bench.open().await;
    open.hub.deliver(&[entry(2)]);
    assert_eq!(open.sees_messages(2).await, [1, 2]);
}
