//! A replay at one node while the other one writes: no seam, no hole, no repetition.

use handsel_services::Redis;
use handsel_tests::people::seq;

use super::scene::{Nodes, writes};

const BEFORE: i64 = 150;
const MEANWHILE: i64 = 150;

#[tokio::test]
async fn what_is_written_during_a_replay_follows_it() {
    let nodes = Nodes::over(Redis::shared()).await;
    for number in 0..BEFORE {
        writes(&nodes.ana, &nodes.key, &format!("number {number}")).await;
    }
    let writing = async {
        for number in 0..MEANWHILE {
            writes(&nodes.ana, &nodes.key, &format!("meanwhile {number}")).await;
        }
    };
    let reading = async {
        // Again and again, from the start, while more is written.
        for _ in 0..5 {
            let (mut bobs, _) = nodes.bob.resumes(&nodes.key, 0).await;
            for expected in 1..=BEFORE {
                assert_eq!(seq(&bobs.hears_entry().await), expected);
            }
        }
        let (mut bobs, _) = nodes.bob.resumes(&nodes.key, 1).await;
        for expected in 2..=1 + BEFORE + MEANWHILE {
            assert_eq!(seq(&bobs.hears_entry().await), expected);
        }
        bobs.has_heard_nothing().await;
    };
    tokio::join!(writing, reading);
}
