//! A rolling restart under load: three nodes are told to end one after the other and started again, while pairs talk
//! through a balancer.

use std::time::Duration;

use handsel_tests::chaos::{self, Part, Plan};
use handsel_tests::over::Over;
use handsel_tests::seed::seed;

/// A node may be told to end while somebody opens a socket there; of the other two none is before it is back.
const ATTEMPTS_MAX: u64 = 2;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_and_nobody_tries_in_vain() {
    let (nodes, over, parts) = (3, Over::Postgres, vec![Part::Rollout]);
    let plan = Plan { seed: seed(), pairs: 4, how_long: Duration::from_secs(15), nodes, over, parts };
    let outcome = chaos::run(plan).await;
    println!("{outcome}");
    let breaches = &outcome.verdict.breaches;
    assert!(breaches.is_empty(), "{breaches:#?}\nthe servers have logged:\n{}", outcome.log);
    assert!(outcome.happened.rollouts > 0, "{outcome}");
    assert!(outcome.most_tries <= ATTEMPTS_MAX, "expected at most {ATTEMPTS_MAX} attempts for a socket: {outcome}");
    let messages = outcome.verdict.messages;
    assert!(messages.acknowledged > 0 && messages.refused == 0, "{messages:?}");
}
