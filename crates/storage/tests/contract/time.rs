//! Time never runs backwards within a timeline, whatever the clock does. Knows nothing of the time of day.

use super::bench::{Bench, later};
use super::expect::handshake;
use super::seat::start;

contract! {
    an_entry_has_the_time_of_its_commit,
    time_stands_still_while_the_clock_is_behind,
    a_step_has_the_time_of_its_entry,
    each_timeline_has_a_time_of_its_own,
    time_stands_still_for_another_process_whose_clock_is_behind,
}

async fn an_entry_has_the_time_of_its_commit(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    for (from_start, seat) in [(0, &bob), (1, &ana), (1, &bob), (86_400_000, &ana)] {
        let now = bench.clock.set(from_start);
        assert_eq!(seat.says("What time is it?").await.at, now);
    }
}

async fn time_stands_still_while_the_clock_is_behind(bench: Bench) {
    let (_, bob) = bench.ana_and_bob().await;
    let mut seen = Vec::new();
    for from_start in [100, 50, 99, -7_000, 101, 100] {
        bench.clock.set(from_start);
        seen.push(bob.says("What time is it?").await.at);
    }
    let expected = [100, 100, 100, 100, 101, 101].map(later);
    assert_eq!(seen, expected);
    assert_eq!(bob.reads_all().await.iter().map(|entry| entry.at).collect::<Vec<_>>(), expected);
}

async fn a_step_has_the_time_of_its_entry(bench: Bench) {
    let (_, bob) = bench.ana_and_bob().await;
    bench.clock.set(100);
    bob.says("Hello!").await;
    bench.clock.set(50);
    let entry = bob.takes(start()).await;
    assert_eq!((entry.at, handshake(&entry).at), (later(100), later(100)));
}

async fn each_timeline_has_a_time_of_its_own(bench: Bench) {
    let (_, bob) = bench.ana_and_bob().await;
    let cem = bench.user("cem").await;
    let cem = bench.seat(&cem, bob.key.listing, &cem);
    bench.clock.set(100);
    bob.says("It is late.").await;
    let early = bench.clock.set(50);
    assert_eq!(cem.says("It is early.").await.at, early);
    assert_eq!(bob.says("It is still late.").await.at, later(100));
}

async fn time_stands_still_for_another_process_whose_clock_is_behind(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    let other = bench.another_process().await;
    bench.clock.set(100);
    other.clock.set(-100);
    bob.says("It is late.").await;
    assert_eq!(other.seat_of(&ana).says("Is it?").await.at, later(100));
}
