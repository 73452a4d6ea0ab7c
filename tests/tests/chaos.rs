//! A minute in which everything fails, again and again: every promise is kept. Knows nothing of what fails.

use std::time::Duration;

use handsel_tests::chaos::{self, Part, Plan};
use handsel_tests::seed::seed;

#[tokio::test(flavor = "multi_thread")]
async fn every_promise_is_kept_while_everything_fails() {
    let parts = vec![Part::Sockets, Part::Nodes];
    let plan = Plan { seed: seed(), pairs: 4, how_long: Duration::from_mins(1), nodes: 1, parts };
    let outcome = chaos::run(plan).await;
    println!("{outcome}");
    let breaches = &outcome.verdict.breaches;
    assert!(breaches.is_empty(), "{breaches:#?}\nthe servers have logged:\n{}", outcome.log);

    // What did not fail was not tried.
    let faults = outcome.happened.faults;
    for (what, count) in [
        ("cuts", faults.cuts),
        ("resets", faults.resets),
        ("stalls", faults.stalls),
        ("delays", faults.delays),
        ("kills", outcome.happened.kills),
        ("cursors", count(outcome.verdict.cursors)),
        ("repeats", count(outcome.verdict.repeats)),
        ("messages that a repeat has settled", count(outcome.verdict.messages.settled)),
        ("handshake steps", count(outcome.verdict.steps)),
    ] {
        assert!(count > 0, "no {what}: {outcome}");
    }
    let messages = outcome.verdict.messages;
    assert!(messages.acknowledged > 0 && messages.sent_again > 0, "{messages:?}");
}

fn count(count: usize) -> u64 {
    u64::try_from(count).expect("few enough")
}
