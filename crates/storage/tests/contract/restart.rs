//! What was stored is there after a restart, and goes on from there. Knows nothing of crashes.

use handsel_domain::handshake::StepAction;

use super::bench::{Bench, later};
use super::clock::START;
use super::expect::{assert_same, handshake};
use super::seat::start;
use super::together::{all_begun, begun};

contract! {
    everything_is_there_after_a_restart,
    a_timeline_goes_on_after_a_restart,
    closing_commits_what_was_taken,
    what_is_closed_takes_nothing,
}

async fn everything_is_there_after_a_restart(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    let token = bench.storage.tokens.issue(bob.id(), START, later(60_000)).await.expect("the storage answers");
    bob.sends("m-1", "Hello!").await.expect("it is said");
    ana.says("Hi!").await;
    bob.takes(start()).await;
    ana.takes(StepAction::Approve).await;
    ana.has_read(3).await;
    bob.has_read(2).await;

    let storage = &bench.storage;
    let user = storage.users.by_username(&bob.person.username.key()).await.expect("the storage answers");
    let stored = storage.tokens.find(&token).await;
    let listing = storage.listings.find(bob.key.listing).await;
    let state = bob.state().await;
    let entries = bob.reads_all().await;

    let bench = bench.restarted().await;
    let (storage, bob) = (&bench.storage, bench.seat_of(&bob));
    assert_eq!(storage.users.by_username(&bob.person.username.key()).await, Ok(user));
    assert_eq!(storage.tokens.find(&token).await, stored);
    assert_eq!(storage.listings.find(bob.key.listing).await, listing);
    assert_eq!(bob.state().await, state);
    let again = bob.reads_all().await;
    assert_eq!((entries.len(), again.len()), (4, 4));
    for (before, after) in entries.iter().zip(&again) {
        assert_same(before, after);
    }
    assert_eq!(bench.heard.entries_now().len(), 0, "nothing is announced a second time");
}

async fn a_timeline_goes_on_after_a_restart(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bench.clock.set(100);
    let started = bob.takes(start()).await;
    let bench = bench.restarted().await;
    let approved = bench.seat_of(&ana).takes(StepAction::Approve).await;
    assert_eq!((approved.seq.get(), approved.at), (3, later(100)));
    assert_eq!(handshake(&approved).started, started.seq);
    assert!(approved.id > started.id);
    assert_eq!(bench.offer_of(&ana.person).await.to_string(), "offer_2");
}

async fn closing_commits_what_was_taken(bench: Bench) {
    let (_, bob) = bench.ana_and_bob().await;
    let heard = bench.heard.clone();
    let held = bench.holds_writes().await;
    let waiting = all_begun((0..50).map(|_| bob.says("Hello!"))).await;
    let restarts = begun(bench.restarted()).await;
    held.rollback().await.expect("the lock is let go");
    for (seq, said) in (1..).zip(waiting) {
        assert_eq!(said.await.seq.get(), seq);
    }
    let bench = restarts.await;
    assert_eq!(heard.entries_now().len(), 50);
    assert_eq!(bench.seat_of(&bob).reads_all().await.len(), 50);
}

async fn what_is_closed_takes_nothing(bench: Bench) {
    let (_, bob) = bench.ana_and_bob_talking().await;
    let bench = bench.restarted().await;
    let refused = super::expect::refused(bob.appends(super::seat::message("Hello?", None)).await);
    assert_eq!(refused, "unavailable");
    assert_eq!(bench.seat_of(&bob).head().await, 1);
}
