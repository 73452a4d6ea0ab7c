//! Verifying beside processes that write: no false alarm, and nobody is kept from writing. Knows nothing of breaches.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use handsel_domain::handshake::StepAction;
use handsel_storage::Verified;
use tokio::sync::watch;

use super::bench::{Bench, Process};
use super::seat::{Seat, start};

contract! {
    nothing_is_found_while_two_processes_write,
    verifying_waits_for_nobody_who_writes,
}

/// Entries that one side writes at the same time in one process.
const AT_ONCE: usize = 4;
/// What each writer does at most while the database is verified once: where it is written faster than it is read, no
/// verification would ever catch up with the one before.
const TURNS_PER_ROUND: usize = 10;

/// How often the database was verified, for writers.
type Rounds = watch::Receiver<usize>;

/// Waits until this is not too far ahead.
async fn takes_turn(turn: usize, rounds: &mut Rounds) {
    rounds.wait_for(|rounds| turn / TURNS_PER_ROUND <= *rounds).await.expect("the test goes on");
}

/// Writes whatever comes to mind until it is told to stop; returns how many entries that were.
async fn writes(seat: Seat, mut rounds: Rounds, is_over: Arc<AtomicBool>) -> u64 {
    let mut written = 0;
    for turn in 0.. {
        takes_turn(turn, &mut rounds).await;
        if is_over.load(Ordering::SeqCst) {
            break;
        }
        seat.says("Hello?").await;
        seat.has_read(1 << 53).await;
        written += 1;
        // Some are refused, since the other side takes steps, too.
        for action in [start(), StepAction::Approve, StepAction::Complete, StepAction::Decline, StepAction::Cancel] {
            written += u64::from(matches!(seat.tries(action).await, Ok(handsel_domain::ports::Appended::New(_))));
        }
    }
    written
}

/// People come, publish, log in and begin to talk.
async fn grows(process: Arc<Process>, name: &'static str, mut rounds: Rounds, is_over: Arc<AtomicBool>) -> u64 {
    let mut written = 0;
    for number in 0.. {
        takes_turn(number, &mut rounds).await;
        if is_over.load(Ordering::SeqCst) {
            break;
        }
        let (owner, other) =
            (process.user(&format!("{name}-{number}")).await, process.user(&format!("{name}-{number}-too")).await);
        let offer = process.offer_of(&owner).await;
        process.storage.tokens.issue(owner.id, super::clock::START, super::clock::START).await.expect("it answers");
        process.seat(&other, offer, &other).takes(start()).await;
        written += 1;
    }
    written
}

async fn nothing_is_found_while_two_processes_write(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    // Held to the end: whoever still writes when the first has stopped needs its process.
    let (other, third) = (Arc::new(bench.another_process().await), Arc::new(bench.another_process().await));
    let is_over = Arc::new(AtomicBool::new(false));
    let (verified_so_far, turns) = watch::channel(0);
    let seats = [ana.clone(), bob.clone(), other.seat_of(&ana), other.seat_of(&bob)];
    // Several at once by each, so that a commit has something to take.
    let seats = seats.iter().flat_map(|seat| std::iter::repeat_n(seat.clone(), AT_ONCE));
    let mut writers: Vec<_> =
        seats.map(|seat| tokio::spawn(writes(seat, turns.clone(), Arc::clone(&is_over)))).collect();
    writers.push(tokio::spawn(grows(Arc::clone(&other), "there", turns.clone(), Arc::clone(&is_over))));
    writers.push(tokio::spawn(grows(Arc::clone(&third), "here", turns.clone(), Arc::clone(&is_over))));

    let (mut rounds, mut before) = (0, Verified::default());
    while rounds < 20 || before.entries < 200 {
        let (verified, found) = bench.verifies().await;
        assert_eq!(found, [""; 0], "{verified:?}");
        assert!(verified.entries >= before.entries && verified.conversations >= before.conversations);
        (rounds, before) = (rounds + 1, verified);
        verified_so_far.send_replace(rounds);
    }
    println!("verified {rounds} times, at last {before:?}");
    is_over.store(true, Ordering::SeqCst);
    verified_so_far.send_replace(usize::MAX);
    let mut written = 1;
    for writer in writers {
        written += writer.await.expect("it writes to the end");
    }
    let (verified, found) = bench.verifies().await;
    assert_eq!((verified.entries, found), (written, vec![]));
}

async fn verifying_waits_for_nobody_who_writes(bench: Bench) {
    let (_, bob) = bench.ana_and_bob_talking().await;
    let held = bench.holds_writes().await;
    let (verified, found) = bench.verifies().await;
    assert_eq!((verified.entries, found), (1, vec![]));
    held.rollback().await.expect("the lock is let go");
    bob.says("Hello?").await;
}
