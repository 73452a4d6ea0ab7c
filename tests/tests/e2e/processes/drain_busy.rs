//! SIGTERM while pairs write: everyone is told to come back, and what anyone has heard is there when they do.

use handsel_tests::seed::seeded;
use handsel_tests::socket::Heard;
use handsel_tests::{Pair, Started};

use super::writing::{Writing, is_all_there};

const PAIRS: usize = 10;
const FLAGS: [&str; 2] = ["--frames-per-second", "0"];

#[tokio::test]
async fn who_writes_while_the_server_ends_is_told_to_come_back() {
    let mut random = seeded();
    let server = Started::fresh().with(&FLAGS).start().await;
    let pairs = Pair::meet(&server, PAIRS).await;
    let writing = Writing::begins(&pairs, "before").await;
    writing.has_heard(random.u32(1..=1_000)).await;
    server.terminate().await;
    let sides = writing.ends().await;
    for side in &sides {
        assert_eq!(side.end, Heard::Closed(1012, "restarting".to_owned()));
    }

    let again = server.another().with(&FLAGS);
    assert!(server.ended().await.success());
    let server = again.start().await;
    let pairs: Vec<_> = pairs.iter().map(|pair| pair.at(&server.address, &server.address)).collect();
    is_all_there(&server, &pairs, &sides).await;
}
