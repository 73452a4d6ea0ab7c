//! Parts of a timeline: after, before, at most so many. Knows nothing of what the entries say.

use std::ops::RangeInclusive;

use handsel_domain::handshake::StepAction;
use handsel_domain::ids::{Head, Seq};
use handsel_domain::timeline::TimelineRange;

use tokio::time::timeout;

use super::bench::Bench;
use super::expect::{handshake, seqs};
use super::heard::PATIENCE;
use super::seat::{Seat, start};
use super::together::at_once;

contract! {
    a_page_holds_what_lies_between_its_bounds,
    a_page_tells_head_and_latest_handshake,
    a_page_is_of_one_conversation,
    pages_follow_each_other_while_others_write,
}

const NOTHING: RangeInclusive<i64> = RangeInclusive::new(1, 0);

fn range(after: Option<i64>, before: Option<i64>, limit: u32) -> TimelineRange {
    TimelineRange {
        after: after.map(|place| Head::new(place).expect("a place")),
        before: before.map(|place| Seq::new(place).expect("a place")),
        limit,
    }
}

async fn says_up_to(seat: &Seat, head: i64) {
    for _ in seat.head().await..head {
        seat.says("Hello!").await;
    }
}

async fn a_page_holds_what_lies_between_its_bounds(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    says_up_to(&bob, 25).await;
    for (after, before, limit, expected) in [
        // Without bounds: the newest.
        (None, None, 100, 1..=25),
        (None, None, 25, 1..=25),
        (None, None, 10, 16..=25),
        (None, None, 1, 25..=25),
        // After: right behind it.
        (Some(0), None, 10, 1..=10),
        (Some(0), None, 100, 1..=25),
        (Some(20), None, 100, 21..=25),
        (Some(24), None, 100, 25..=25),
        (Some(25), None, 100, NOTHING),
        (Some(99), None, 100, NOTHING),
        (Some(1 << 53), None, 100, NOTHING),
        // Before: right in front of it.
        (None, Some(10), 5, 5..=9),
        (None, Some(3), 5, 1..=2),
        (None, Some(1), 5, NOTHING),
        (None, Some(26), 5, 21..=25),
        (None, Some(1 << 53), 5, 21..=25),
        // Both: strictly between them, from the older end.
        (Some(5), Some(10), 100, 6..=9),
        (Some(5), Some(15), 3, 6..=8),
        (Some(9), Some(10), 100, NOTHING),
        (Some(20), Some(10), 100, NOTHING),
    ] {
        let page = ana.reads(range(after, before, limit)).await.expect("it is written in");
        let seen = seqs(&page.entries);
        assert_eq!(seen, expected.collect::<Vec<i64>>(), "after {after:?}, before {before:?}, at most {limit}");
        assert_eq!((page.head.get(), page.conversation.key()), (25, ana.key), "whatever part is read");
    }
}

async fn a_page_tells_head_and_latest_handshake(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let page = bob.reads(range(None, None, 1)).await.expect("it is written in");
    assert_eq!((page.head.get(), page.handshake), (1, None));
    bob.takes(start()).await;
    let latest = ana.takes(StepAction::Decline).await;
    says_up_to(&ana, 10).await;
    for part in [range(None, None, 1), range(Some(0), None, 1), range(None, Some(2), 1), range(Some(10), None, 1)] {
        let page = bob.reads(part).await.expect("it is written in");
        assert_eq!((page.head.get(), page.handshake.as_ref()), (10, Some(handshake(&latest))), "{part:?}");
    }
}

async fn a_page_is_of_one_conversation(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let cem = bench.user("cem").await;
    let cem = bench.seat(&cem, bob.key.listing, &cem);
    says_up_to(&cem, 5).await;
    says_up_to(&ana, 3).await;
    for (seat, head) in [(&cem, 5), (&bob, 3)] {
        let entries = seat.reads_all().await;
        assert_eq!(seqs(&entries), (1..=head).collect::<Vec<_>>());
        assert!(entries.iter().all(|entry| entry.conversation.key() == seat.key));
    }
}

async fn pages_follow_each_other_while_others_write(bench: Bench) {
    const HEAD: i64 = 151;
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let writers = [&ana, &bob, &ana].map(|seat| {
        let seat = seat.clone();
        tokio::spawn(async move {
            for _ in 0..50 {
                seat.says("Hello!").await;
            }
        })
    });
    let readers = [(ana.clone(), None), (bob.clone(), Some(1 << 53))].map(|(seat, before)| async move {
        let mut last = 0;
        while last < HEAD {
            let page = seat.reads(range(Some(last), before, 7)).await.expect("it is written in");
            let seen = seqs(&page.entries);
            assert_eq!(seen, (last + 1..).take(seen.len()).collect::<Vec<_>>(), "right behind {last}");
            last += i64::try_from(seen.len()).expect("a page is short");
            assert!(last <= page.head.get(), "expected nothing past the head {}, saw {seen:?}", page.head);
        }
    });
    timeout(PATIENCE, at_once(readers)).await.expect("all is read");
    for writer in writers {
        writer.await.expect("the writer does not panic");
    }
}
