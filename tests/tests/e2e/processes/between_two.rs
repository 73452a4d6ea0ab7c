//! Writes that two processes interleave in one conversation arrive once, in order, with none missing.

use handsel_tests::seen::{self, kept};
use handsel_tests::{Pair, Person, Started};
use serde_json::json;

const MESSAGES: usize = 60;

#[tokio::test]
async fn posts_at_the_one_and_frames_at_the_other_make_one_timeline() {
    let api = Started::fresh().with(&["--no-websocket"]).start().await;
    let sockets = api.another().with(&["--websocket-only", "--frames-per-second", "0"]).start().await;
    let pair = Pair::meets(&api, "pair").await;
    let (mut owners, mut respondents) = pair.at(&sockets.address, &sockets.address).open().await;

    let talking = async {
        for number in 0..MESSAGES {
            owners.says(&format!("frame {number}")).await;
            tokio::task::yield_now().await;
        }
    };
    tokio::join!(talking, posts(&pair.respondent, &pair.key));
    let (by_owner, by_respondent) =
        tokio::join!(owners.hears_messages(2 * MESSAGES), respondents.hears_messages(2 * MESSAGES));
    kept(seen::without_a_hole("the owner", &by_owner, 2));
    kept(seen::the_same("the owner", &by_owner, "the respondent", &by_respondent));
    let timeline = seen::in_frames(&pair.owner.timeline(&pair.key).await);
    kept(seen::the_same("the timeline", &timeline[1..], "the owner", &by_owner));
    owners.has_heard_nothing().await;
    respondents.has_heard_nothing().await;
}

async fn posts(person: &Person, key: &str) {
    for number in 0..MESSAGES {
        let content = json!({"content": format!("post {number}")});
        person.post(&format!("/api/conversations/{key}/messages/"), content).await.is(201);
    }
}
