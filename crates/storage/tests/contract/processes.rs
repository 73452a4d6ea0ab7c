//! Several processes over one database: each writes, each reads what the others wrote. Knows nothing of brokers.

use super::bench::{Bench, Process};
use super::expect::{assert_same, seqs, up_to};
use super::seat::{Seat, start};
use super::together::at_once;

contract! {
    both_write_at_the_same_moment_without_a_hole_or_an_error,
    each_hears_of_its_own_commits_alone,
    what_one_wrote_the_other_reads_at_once,
    what_is_committed_anywhere_is_a_change,
    many_open_a_fresh_database_at_the_same_moment,
    opening_again_changes_nothing,
}

const WRITERS: usize = 8;
const MESSAGES_EACH: usize = 20;

async fn both_write_at_the_same_moment_without_a_hole_or_an_error(bench: Bench) {
    let other = bench.another_process().await;
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let cem = bench.user("cem").await;
    let cem = bench.seat(&cem, bob.key.listing, &cem);
    cem.says("Hello!").await;
    let seats = [ana.clone(), bob.clone(), ana.at(cem.key), cem.clone()];
    let writers = (0..WRITERS).map(|writer| {
        let seat = &seats[writer / 2 % 4];
        let seat = if writer % 2 == 0 { seat.clone() } else { other.seat_of(seat) };
        async move {
            for index in 0..MESSAGES_EACH {
                seat.says(&format!("{writer}.{index}")).await;
            }
        }
    });
    at_once(writers.collect::<Vec<_>>()).await;

    let each = 1 + WRITERS * MESSAGES_EACH / 2;
    for seat in [&bob, &cem, &other.seat_of(&bob), &other.seat_of(&cem)] {
        assert_eq!(seqs(&seat.reads_all().await), up_to(each));
    }
    let mine = bench.heard.entries(each + 1).await.len();
    let theirs = other.heard.entries(each - 1).await.len();
    assert_eq!((mine, theirs), (each + 1, each - 1), "each is told to the process that committed it");
    for process in [&*bench, &other] {
        for (key, seqs) in process.heard.seqs_by_conversation() {
            assert!(seqs.is_sorted(), "{key}: {seqs:?}");
        }
    }
}

async fn each_hears_of_its_own_commits_alone(bench: Bench) {
    let other = bench.another_process().await;
    let (ana, bob) = bench.ana_and_bob().await;
    bob.says("Hello!").await;
    other.seat_of(&ana).says("Hi!").await;
    let (mine, theirs) = (bench.heard.entries(1).await, other.heard.entries(1).await);
    assert_eq!((seqs(&mine), seqs(&theirs)), (vec![1], vec![2]));
}

async fn what_one_wrote_the_other_reads_at_once(bench: Bench) {
    let other = bench.another_process().await;
    let (ana, bob) = bench.ana_and_bob().await;
    for round in 1..=20 {
        let said = bob.says("Hello!").await;
        let read = other.seat_of(&ana).reads_all().await;
        assert_eq!(seqs(&read), up_to(round));
        assert_same(&said, &read[round - 1]);
    }
}

async fn changed(process: &Process) -> bool {
    process.storage.conversations.changed().await.expect("the storage answers")
}

/// That nothing was committed, a storage need not be able to tell.
async fn what_is_committed_anywhere_is_a_change(bench: Bench) {
    let other = bench.another_process().await;
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let theirs = |seat: &Seat| other.seat_of(seat);
    changed(&bench).await;
    theirs(&ana).says("Hi!").await;
    assert!(changed(&bench).await, "the other one's message");
    theirs(&bob).takes(start()).await;
    assert!(changed(&bench).await, "the other one's step");
    theirs(&ana).has_read(1).await;
    assert!(changed(&bench).await, "the other one's read cursor");
    other.user("cem").await;
    assert!(changed(&bench).await, "the other one's user");
    bob.says("Hello?").await;
    assert!(changed(&bench).await, "the own message");
    assert!(changed(&other).await, "each has a look of its own");
}

async fn many_open_a_fresh_database_at_the_same_moment(bench: Bench) {
    for _ in 0..5 {
        let subject = bench.subject.another().await;
        let opens = (0..4).map(|_| {
            let subject = subject.clone();
            async move { Process::start(&*subject).await }
        });
        let processes = at_once(opens.collect::<Vec<_>>()).await;
        let (ana, bob) = processes[0].ana_and_bob_talking().await;
        for process in &processes[1..] {
            process.seat_of(&ana).says("Hi!").await;
            process.seat_of(&bob).says("Hello?").await;
        }
        assert_eq!(bob.head().await, 7);
    }
}

async fn opening_again_changes_nothing(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    for round in 1..=3 {
        let another = bench.another_process().await;
        another.seat_of(&ana).says("Hi!").await;
        another.storage.close().await;
        assert_eq!(bob.head().await, 1 + round);
    }
}
