//! `kill -9` between a commit and its acknowledgement: whoever sends again gets the stored message, and there is one.

use handsel_tests::in_time;
use handsel_tests::people::seq;
use handsel_tests::seed::seeded;
use handsel_tests::socket::Heard;
use serde_json::json;

use super::scene::{Scene, UNLIMITED};

#[tokio::test]
async fn what_was_committed_and_never_acknowledged_is_answered_as_a_repetition() {
    let mut scene = Scene::acquainted().await;
    for round in 1..=5 {
        let database = scene.server.database().clone();
        let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
        bobs.says_as(&format!("round {round}"), "Was that stored?").await;
        // Seen in the database alone: nothing of what the server has sent is read.
        in_time("the commit", async { while scene.entries().await < 1 + round {} }).await;
        scene = killed_and_started_again(scene).await;
        drop(bobs);

        let (mut bobs, hello) = scene.bob.opens_by_v1(&scene.offer).await;
        assert_eq!(hello["conversations"][0]["head"], 1 + round);
        bobs.says_as(&format!("round {round}"), "Was that stored?").await;
        let again = bobs.hears().await;
        assert_eq!((&again["repeat"], seq(&again)), (&json!(true), 1 + round), "saw {again}");
        bobs.has_heard_nothing().await;
        assert_eq!(database.number("SELECT count(*) FROM entries").await, 1 + round);
    }
}

#[tokio::test]
async fn wherever_the_kill_falls_sending_again_makes_it_one() {
    const ROUNDS: i64 = 10;
    let mut random = seeded();
    let mut scene = Scene::acquainted().await;
    let mut repeats = 0;
    for round in 1..=ROUNDS {
        let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
        let id = format!("round {round}");
        bobs.says_as(&id, "Once").await;
        // A moment that is counted, not timed: it falls before, within or behind the commit.
        for _ in 0..random.u32(0..4) {
            scene.server.get("/healthz").await.is(200);
        }
        scene = killed_and_started_again(scene).await;
        let mut heard_before = false;
        while let Heard::Frame(frame) = bobs.next().await {
            heard_before |= frame["message"]["client_message_id"] == json!(id);
        }

        let (mut bobs, hello) = scene.bob.resumes(&scene.offer, round).await;
        let was_stored = hello["conversations"][0]["head"] == round + 1;
        assert!(was_stored || !heard_before, "an acknowledged message was lost");
        if was_stored {
            let replayed = bobs.hears().await;
            assert_eq!((&replayed["message"]["client_message_id"], seq(&replayed)), (&json!(id), round + 1));
        }
        bobs.says_as(&id, "Once").await;
        let answer = bobs.hears().await;
        assert_eq!((answer["repeat"] == true, seq(&answer)), (was_stored, round + 1), "saw {answer}");
        bobs.has_heard_nothing().await;
        repeats += i64::from(was_stored);
    }
    println!("{repeats} of {ROUNDS} were stored before the kill");
    assert_eq!(scene.entries().await, 1 + ROUNDS);
    scene.server.database().is_sound().await;
}

async fn killed_and_started_again(scene: Scene) -> Scene {
    let Scene { server, ana, bob, offer, key } = scene;
    let server = server.kill().await.with(&UNLIMITED).start().await;
    let (ana, bob) = (ana.at(&server.address), bob.at(&server.address));
    Scene { server, ana, bob, offer, key }
}
