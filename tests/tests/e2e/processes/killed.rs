//! `kill -9` while pairs write: after a restart everything that anyone has heard is there.

use handsel_tests::seed::seeded;
use handsel_tests::socket::Heard;
use handsel_tests::{Pair, Started};

use super::writing::{Writing, is_all_there};

const PAIRS: usize = 20;
const ROUNDS: usize = 5;
const FLAGS: [&str; 2] = ["--frames-per-second", "0"];

#[tokio::test]
async fn what_was_heard_before_a_kill_is_there_after_it() {
    let mut random = seeded();
    let mut server = Started::fresh().with(&FLAGS).start().await;
    let mut pairs = Pair::meet(&server, PAIRS).await;
    for round in 0..ROUNDS {
        let moment = random.u32(1..=1_500);
        println!("round {round}: killed after {moment} frames");
        let writing = Writing::begins(&pairs, &format!("round {round}")).await;
        writing.has_heard(moment).await;
        server = server.kill().await.with(&FLAGS).start().await;

        let sides = writing.ends().await;
        assert!(sides.iter().all(|side| side.end == Heard::Broke), "a killed process says no goodbye");
        pairs = pairs.iter().map(|pair| pair.at(&server.address, &server.address)).collect();
        is_all_there(&server, &pairs, &sides).await;
    }
}
