//! Almost a minute in which everything fails, over one file, and one over PostgreSQL and Redis: every promise is kept.
//! Knows nothing of what fails.

use std::time::Duration;

use handsel_tests::chaos::{self, Outcome, Part, Plan};
use handsel_tests::over::Over;
use handsel_tests::seed::seed;

#[tokio::test(flavor = "multi_thread")]
async fn every_promise_is_kept_while_everything_fails() {
    let parts = Part::OVER_SQLITE.to_vec();
    let how_long = Duration::from_secs(45);
    let plan = Plan { seed: seed(), pairs: 4, how_long, nodes: 1, over: Over::Sqlite, parts };
    let outcome = chaos::run(plan).await;
    every_promise_is_kept(&outcome);
    did_happen(&outcome, &[("kills", outcome.happened.kills)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_promise_is_kept_over_three_nodes_while_everything_fails() {
    let parts = Part::OVER_SERVICES.to_vec();
    let how_long = Duration::from_mins(1);
    let plan = Plan { seed: seed(), pairs: 4, how_long, nodes: 3, over: Over::Postgres, parts };
    let outcome = chaos::run(plan).await;
    every_promise_is_kept(&outcome);

    let happened = outcome.happened;
    did_happen(
        &outcome,
        &[
            ("kills", happened.kills),
            ("outages of Redis", happened.redis_outages),
            ("stops of PostgreSQL", happened.postgres_stops),
            ("crashes of PostgreSQL", happened.postgres_crashes),
            ("entries from node to node without Redis", happened.crossed),
        ],
    );
    for (stage, happened) in &outcome.stages {
        let [sockets, nodes, redis, postgres] = Part::OVER_SERVICES.map(|part| stage.parts.contains(&part));
        for (is_due, count) in [
            (sockets, happened.faults.cuts + happened.faults.resets),
            (nodes, happened.kills + happened.restarts),
            (redis, happened.redis_outages),
            (postgres, happened.postgres_stops + happened.postgres_crashes),
        ] {
            assert!(!is_due || count > 0, "{stage}: {happened}");
        }
    }
}

fn every_promise_is_kept(outcome: &Outcome) {
    println!("{outcome}");
    let breaches = &outcome.verdict.breaches;
    assert!(breaches.is_empty(), "{breaches:#?}\nthe servers have logged:\n{}", outcome.log);
}

/// What did not fail was not tried.
fn did_happen(outcome: &Outcome, more: &[(&str, u64)]) {
    let faults = outcome.happened.faults;
    let common = [
        ("cuts", faults.cuts),
        ("resets", faults.resets),
        ("stalls", faults.stalls),
        ("delays", faults.delays),
        ("cursors", count(outcome.verdict.cursors)),
        ("repeats", count(outcome.verdict.repeats)),
        ("messages that a repeat has settled", count(outcome.verdict.messages.settled)),
        ("handshake steps", count(outcome.verdict.steps)),
    ];
    for (what, count) in common.iter().chain(more) {
        assert!(*count > 0, "no {what}: {outcome}");
    }
    let messages = outcome.verdict.messages;
    assert!(messages.acknowledged > 0 && messages.sent_again > 0, "{messages:?}");
}

fn count(count: usize) -> u64 {
    u64::try_from(count).expect("few enough")
}
