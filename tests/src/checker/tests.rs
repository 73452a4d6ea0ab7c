//! The checker itself: healthy runs pass, and whatever is planted into one is found. Knows nothing of its rules.

mod plants;
mod world;

use fastrand::Rng;

use super::{Entry, Event, Frame};
use plants::PLANTS;

/// How many healthy runs are made up.
const RUNS: u64 = 40;

fn heard(entry: Entry, repeat: bool) -> Event {
    Event::Heard(Frame::Entry { entry: Box::new(entry), repeat })
}

#[test]
fn a_run_that_kept_every_promise_has_no_breach() {
    let mut maybe = (0, 0);
    for seed in 0..RUNS {
        let verdict = world::run(seed).judged();
        assert_eq!(verdict.breaches, Vec::<String>::new(), "seed {seed}");
        let messages = verdict.messages;
        assert!(messages.acknowledged > 0 && messages.refused > 0 && messages.sent_again > 0, "{messages:?}");
        maybe = (maybe.0 + messages.maybe, maybe.1 + messages.maybe_there);
    }
    assert!(0 < maybe.1 && maybe.1 < maybe.0, "some of those without an answer are there, others are not: {maybe:?}");
}

#[test]
fn a_planted_fault_is_found_and_named() {
    let mut planted = [0; PLANTS.len()];
    for seed in 0..RUNS {
        let healthy = world::run(seed);
        for (plant, planted) in PLANTS.iter().zip(&mut planted) {
            let mut run = healthy.clone();
            if (plant.done)(&mut run, &mut Rng::with_seed(seed)).is_none() {
                continue;
            }
            *planted += 1;
            let breaches = run.judged().breaches;
            let named = breaches.iter().any(|breach| plant.said.iter().any(|said| breach.contains(said)));
            assert!(named, "seed {seed}, {}: expected one of {:?} in {breaches:#?}", plant.what, plant.said);
        }
    }
    for (plant, planted) in PLANTS.iter().zip(planted) {
        assert!(planted >= RUNS / 4, "{} found a place in {planted} of {RUNS} runs only", plant.what);
    }
}

#[test]
fn one_fault_by_chance_in_a_run_by_chance_is_found() {
    for seed in RUNS..RUNS + 200 {
        let (mut run, mut rng) = (world::run(seed), Rng::with_seed(seed));
        let plant = &PLANTS[rng.usize(..PLANTS.len())];
        if (plant.done)(&mut run, &mut rng).is_some() {
            assert_ne!(run.judged().breaches, Vec::<String>::new(), "seed {seed}, {}", plant.what);
        }
    }
}
