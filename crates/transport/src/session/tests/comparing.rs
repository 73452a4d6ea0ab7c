//! A hint that never comes: what was committed is found by comparing, within one interval, the last entry included.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use handsel_domain::conversation::ConversationState;
use handsel_domain::ids::Head;
use handsel_domain::ports::{MockConversations, MockListings, MockTimeline, MockTokens};
use handsel_domain::usecases::Talk;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::bench::{Bench, conversation, page};
use crate::watch::{INTERVAL_WITHOUT_BROKER, Pace, Watch};

/// What the storage has; nobody is told of it.
#[derive(Clone, Default)]
struct Stored(Arc<AtomicI64>);

impl Stored {
    fn head(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    fn commits_up_to(&self, head: i64) {
        self.0.store(head, Ordering::SeqCst);
    }

    fn timeline(&self) -> MockTimeline {
        let (stored, mut timeline) = (self.clone(), MockTimeline::new());
        timeline.expect_read().returning(move |_, range| {
            let first = range.after.map_or(1, |after| after.next().get());
            Ok(Some(page(first..=stored.head().min(first + 99))))
        });
        timeline
    }

    /// Says that something has changed whenever it has.
    fn talk(&self) -> Talk {
        let (stored, mut seen, mut conversations) = (self.clone(), 0, MockConversations::new());
        conversations.expect_changed().returning(move || {
            let before = std::mem::replace(&mut seen, stored.head());
            Ok(before != seen)
        });
        conversations.expect_barred().returning(|_| Ok(Vec::new()));
        let stored = self.clone();
        conversations.expect_of_users().returning(move |_| {
            let head = Head::new(stored.head()).expect("a head");
            Ok(vec![ConversationState { head, ..ConversationState::unwritten(conversation()) }])
        });
        Talk::new(Arc::new(MockListings::new()), Arc::new(conversations), Arc::new(MockTimeline::new()))
    }
}

#[tokio::test(start_paused = true)]
async fn what_nobody_was_told_of_comes_within_one_interval() {
    let stored = Stored::default();
    let mut open = Bench { timeline: stored.timeline(), ..Bench::default() }.open().await;
    let mut tokens = MockTokens::new();
    tokens.expect_dead_among().returning(|_| Ok(Vec::new()));
    let watch = Watch::new(Arc::clone(&open.hub), Arc::new(stored.talk()), Arc::new(tokens));
    tokio::spawn(watch.run(Arc::new(Pace::default()), CancellationToken::new()));
    // At whatever moment within an interval it is committed; the last one has nothing after it that would show it.
    for (head, millis) in [(1, 1), (4, 499), (5, 500), (250, 998), (251, 0)] {
        tokio::time::sleep(Duration::from_millis(millis)).await;
        let committed_at = Instant::now();
        let seen = stored.head();
        stored.commits_up_to(head);
        let missing = usize::try_from(head - seen).expect("forward");
        assert_eq!(open.sees_messages(missing).await, (seen + 1..=head).collect::<Vec<_>>());
        // Beside the interval it takes what a process is given to hand over what it committed itself.
        let bound = INTERVAL_WITHOUT_BROKER + Duration::from_millis(100);
        assert!(committed_at.elapsed() <= bound, "{head} took {:?}", committed_at.elapsed());
    }
}
