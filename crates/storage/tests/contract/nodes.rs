//! Several processes that decide about the same things at the same moment. Knows nothing of how they are kept apart.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::join_all;
use handsel_domain::handshake::{Refusal, StepAction};
use handsel_domain::listing::ListingKind;
use handsel_domain::ports::AppendError;
use handsel_domain::user::Person;
use sea_orm::{ConnectionTrait, TransactionTrait};

use super::bench::{Bench, Process};
use super::expect::{refused, refused_step, seqs, text, up_to};
use super::seat::{Seat, message, start};
use super::together::{at_once, begun};

contract! {
    many_write_to_many_conversations_without_a_hole_or_a_double,
    of_many_who_begin_a_conversation_all_are_heard,
    of_many_starts_one_wins,
    of_many_repetitions_one_is_stored,
    a_cursor_moves_to_the_furthest_of_many,
    many_who_publish_get_a_number_each,
    a_listing_that_is_being_closed_takes_no_first_message,
    a_time_never_runs_backwards_where_clocks_differ,
}

const PROCESSES: usize = 4;

async fn processes(bench: &Bench) -> Vec<Process> {
    join_all((0..PROCESSES).map(|_| bench.another_process())).await
}

/// Bob's conversations about so many listings of Ana's.
async fn conversations(bench: &Bench, count: usize) -> Vec<Seat> {
    let (ana, bob) = (bench.user("ana").await, bench.user("bob").await);
    let mut seats = Vec::new();
    for _ in 0..count {
        seats.push(bench.seat(&bob, bench.offer_of(&ana).await, &bob));
    }
    seats
}

async fn many_write_to_many_conversations_without_a_hole_or_a_double(bench: Bench) {
    const CONVERSATIONS: usize = 6;
    const ROUNDS: usize = 5;
    let (seats, processes) = (conversations(&bench, CONVERSATIONS).await, processes(&bench).await);
    // Each goes through the conversations in another order, so that locks which were taken in the order of the batch
    // would be waited for in circles.
    let mut says = Vec::new();
    for (process, number) in processes.iter().zip(0..) {
        for round in 0..ROUNDS {
            let mut order: Vec<_> = seats.iter().map(|seat| process.seat_of(seat)).collect();
            order.rotate_left((number + round) % CONVERSATIONS);
            if number % 2 == 1 {
                order.reverse();
            }
            says.extend(
                order.into_iter().map(move |seat| async move { seat.says(&format!("{number}.{round}")).await }),
            );
        }
    }
    let said = at_once(says).await;
    assert_eq!(said.len(), CONVERSATIONS * PROCESSES * ROUNDS);

    for seat in &seats {
        let entries = seat.reads_all().await;
        assert_eq!(seqs(&entries), up_to(PROCESSES * ROUNDS), "{}", seat.key);
        let mut texts: Vec<_> = entries.iter().map(text).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), PROCESSES * ROUNDS, "{}: {texts:?}", seat.key);
    }
    let mut told: HashMap<_, Vec<i64>> = HashMap::new();
    for process in &processes {
        let heard = process.heard.entries(CONVERSATIONS * ROUNDS).await;
        assert_eq!(heard.len(), CONVERSATIONS * ROUNDS, "each is told to the process that committed it");
        for (key, seqs) in process.heard.seqs_by_conversation() {
            assert!(seqs.is_sorted(), "{key}: {seqs:?}");
            told.entry(key).or_default().extend(seqs);
        }
    }
    for (key, mut seqs) in told {
        seqs.sort_unstable();
        assert_eq!(seqs, up_to(PROCESSES * ROUNDS), "{key}");
    }
    assert_eq!(bench.finds().await, [""; 0]);
    let subject = Arc::clone(&bench.subject);
    bench.ends().await;
    join_all(processes.into_iter().map(|process| process.storage.close())).await;
    assert_eq!(subject.deadlocks().await, 0, "some waited for each other");
}

async fn of_many_who_begin_a_conversation_all_are_heard(bench: Bench) {
    const ROUNDS: usize = 10;
    let processes = processes(&bench).await;
    for (seat, round) in conversations(&bench, ROUNDS).await.iter().zip(0..) {
        let begins = processes.iter().map(|process| {
            let seat = process.seat_of(seat);
            async move { seat.says("Hello!").await.seq.get() }
        });
        let mut began = at_once(begins.collect::<Vec<_>>()).await;
        began.sort_unstable();
        assert_eq!(began, up_to(PROCESSES), "round {round}");
        assert_eq!(seqs(&seat.reads_all().await), up_to(PROCESSES), "round {round}");
    }
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn of_many_starts_one_wins(bench: Bench) {
    const ROUNDS: usize = 10;
    let processes = processes(&bench).await;
    let (ana, bob) = bench.ana_and_bob_talking().await;
    for round in 0..ROUNDS {
        let starts = processes.iter().zip(0..).map(|(process, number)| {
            let seat = process.seat_of(if number % 2 == 0 { &ana } else { &bob });
            async move { seat.tries(start()).await }
        });
        let answers = at_once(starts.collect::<Vec<_>>()).await;
        // Whoever started has started, also where it was through another process.
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (PROCESSES / 2, PROCESSES / 2), "round {round}: {won:?} {lost:?}");
        for lost in lost {
            let (reason, current) = refused_step(lost);
            assert_eq!(reason, Refusal::Exists { status: "pending" }, "round {round}");
            assert!(current.is_some(), "round {round}");
        }
        // Only the one who started may.
        let cancelled = [ana.tries(StepAction::Cancel).await, bob.tries(StepAction::Cancel).await];
        assert!(cancelled.iter().any(Result::is_ok), "round {round}: {cancelled:?}");
    }
    assert_eq!(seqs(&ana.reads_all().await), up_to(1 + 2 * ROUNDS));
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn of_many_repetitions_one_is_stored(bench: Bench) {
    let processes = processes(&bench).await;
    let (_, bob) = bench.ana_and_bob_talking().await;
    for round in 0..10 {
        let id = format!("m-{round}");
        let sends = processes.iter().map(|process| {
            let (seat, id) = (process.seat_of(&bob), id.clone());
            async move { seat.sends(&id, "Hello?").await }
        });
        let sent = at_once(sends.collect::<Vec<_>>()).await;
        assert!(sent.iter().all(Result::is_ok), "{sent:?}");
        let new = sent.iter().flatten().filter(|sent| matches!(sent, handsel_domain::ports::Appended::New(_)));
        assert_eq!(new.count(), 1, "{sent:?}");
    }
    assert_eq!(seqs(&bob.reads_all().await), up_to(11));
}

async fn a_cursor_moves_to_the_furthest_of_many(bench: Bench) {
    let processes = processes(&bench).await;
    let (ana, bob) = bench.ana_and_bob_talking().await;
    for _ in 0..39 {
        bob.says("Hello?").await;
    }
    let reads = (1..=40).map(|up_to| {
        let seat = processes[usize::try_from(up_to).expect("a small number") % PROCESSES].seat_of(&ana);
        async move { seat.has_read(up_to).await.up_to.get() >= up_to }
    });
    assert!(at_once(reads.collect::<Vec<_>>()).await.into_iter().all(|is_read| is_read));
    assert_eq!(ana.state().await.map(|state| state.owner_read_up_to.get()), Some(40));
}

async fn many_who_publish_get_a_number_each(bench: Bench) {
    const EACH: usize = 5;
    let (ana, processes) = (bench.user("ana").await, processes(&bench).await.into_iter().map(Arc::new));
    let processes: Vec<_> = processes.collect();
    let publishes = (0..EACH * PROCESSES).map(|index| {
        let (process, ana): (_, Arc<Person>) = (Arc::clone(&processes[index % PROCESSES]), Arc::clone(&ana));
        async move { process.publishes(ana.id, ListingKind::Need, "Piano lessons").await.listing.number.get() }
    });
    let mut numbers = at_once(publishes.collect::<Vec<_>>()).await;
    numbers.sort_unstable();
    assert_eq!(numbers, up_to(EACH * PROCESSES));
}

async fn a_listing_that_is_being_closed_takes_no_first_message(bench: Bench) {
    let (_, bob) = bench.ana_and_bob().await;
    let outside = bench.outside().await;
    let closing = outside.begin().await.expect("it begins");
    closing.execute_unprepared("UPDATE listings SET status = 'closed'").await.expect("it is closed");
    let says = begun(bob.appends(message("Hello!", None))).await;
    closing.commit().await.expect("it stays closed");
    let answer: Result<_, AppendError> = says.await;
    assert_eq!(refused(answer), "listing_closed");
    assert_eq!(bob.state().await, None);
}

async fn a_time_never_runs_backwards_where_clocks_differ(bench: Bench) {
    let processes = processes(&bench).await;
    let (ana, bob) = bench.ana_and_bob_talking().await;
    for (process, ahead) in processes.iter().zip([5_000, -5_000, 0, 60_000]) {
        process.clock.set(ahead);
    }
    let says = (0..40).map(|index| {
        let seat = processes[index % PROCESSES].seat_of(if index % 2 == 0 { &ana } else { &bob });
        async move { seat.says("What time is it?").await }
    });
    at_once(says.collect::<Vec<_>>()).await;
    let times: Vec<_> = ana.reads_all().await.iter().map(|entry| entry.at).collect();
    assert!(times.is_sorted(), "{times:?}");
    assert_eq!(bench.finds().await, [""; 0]);
}
