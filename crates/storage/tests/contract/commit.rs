//! Commit comes first: nobody is answered and nothing is announced before it. Knows nothing of sockets.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use handsel_domain::conversation::{Account, ReadCursor};
use handsel_domain::ids::{Head, TokenId, UserId};
use handsel_domain::ports::Committed;
use handsel_domain::timeline::{Entry, TimelineRange};
use handsel_storage::Storage;

use super::bench::Bench;
use super::clock::{START, TestClock};
use super::seat::Seat;

contract! {
    nothing_is_answered_announced_or_read_before_it_is_committed,
    what_is_announced_can_be_read,
    no_token_is_announced_before_it_is_revoked,
}

/// How long what must not happen gets to happen. A good storage passes whatever this is.
const TEMPTATION: Duration = Duration::from_millis(200);

async fn nothing_is_answered_announced_or_read_before_it_is_committed(bench: Bench) {
    let (_, bob) = bench.ana_and_bob().await;
    let released = Arc::new(AtomicBool::new(false));
    let held = bench.holds_writes().await;
    let says = {
        let (bob, released) = (bob.clone(), Arc::clone(&released));
        tokio::spawn(async move {
            bob.says("Hello!").await;
            assert!(released.load(Ordering::SeqCst), "it was answered while nobody could commit");
        })
    };
    tokio::time::sleep(TEMPTATION).await;
    assert!(!says.is_finished(), "it was answered while nobody could commit");
    assert_eq!(bench.heard.entries_now().len(), 0, "it was announced while nobody could commit");
    assert!(bob.reads(TimelineRange::after(Head::NONE)).await.is_none(), "reading goes on, and sees nothing of it");

    released.store(true, Ordering::SeqCst);
    held.rollback().await.expect("the lock is let go");
    says.await.expect("it is said");
    assert_eq!(bench.heard.entries(1).await.len(), 1);
    assert_eq!(bob.reads_all().await.len(), 1);
}

/// Reads, through another process, the conversation of each entry that it is told of.
struct Reader {
    seat: Mutex<Option<Seat>>,
    seen: tokio::sync::mpsc::UnboundedSender<(Arc<Entry>, i64)>,
}

impl Committed for Reader {
    fn entries(&self, entries: &[Arc<Entry>]) {
        let seat = self.seat.lock().expect("nobody panics").clone().expect("a seat is given before anything is said");
        // Whoever is told must not wait; a test that wants to see the database at this very moment has to.
        let head = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(seat.head()));
        for entry in entries {
            self.seen.send((Arc::clone(entry), head)).expect("the test listens");
        }
    }

    fn cursor_moved(&self, _: ReadCursor) {}

    fn revoked(&self, _: &[TokenId]) {}

    fn shut_out(&self, _: UserId, _: Account) {}

    fn barred(&self, _: [UserId; 2], _: bool) {}
}

async fn what_is_announced_can_be_read(bench: Bench) {
    let (_, bob) = bench.ana_and_bob().await;
    let (seen, mut announced) = tokio::sync::mpsc::unbounded_channel();
    let reader = Arc::new(Reader { seat: Mutex::new(Some(bob.clone())), seen });
    let url = bench.subject.url().parse().expect("a URL that is supported");
    let process = Storage::open(&url, Arc::new(TestClock::default()), reader).await.expect("the database opens");
    let bob = Seat::new(&process, &bob.person, bob.key);
    for seq in 1..=20 {
        bob.says("Hello!").await;
        let (entry, head) = announced.recv().await.expect("it is announced");
        assert_eq!((entry.seq.get(), head), (seq, seq), "another process reads what is announced");
    }
}

async fn no_token_is_announced_before_it_is_revoked(bench: Bench) {
    let ana = bench.user("ana").await;
    let token = bench.storage.tokens.issue(ana.id, START, START).await.expect("the storage answers");
    let id = bench.storage.tokens.find(&token).await.expect("the storage answers").expect("it was issued");
    let id = id.principal.token;
    let held = bench.holds_writes().await;
    let revokes = {
        let tokens = bench.storage.tokens.clone();
        tokio::spawn(async move { tokens.revoke(id, START).await })
    };
    tokio::time::sleep(TEMPTATION).await;
    assert!(!revokes.is_finished(), "it was answered while nobody could commit");
    assert_eq!(bench.heard.revoked_now(), [], "it was announced while nobody could commit");

    held.rollback().await.expect("the lock is let go");
    assert_eq!(revokes.await.expect("it does not panic"), Ok(()));
    assert_eq!(bench.heard.revoked(1).await, [id]);
}
