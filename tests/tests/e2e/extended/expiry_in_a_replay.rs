//! A token that runs out while a long replay waits for its reader: the replay ends there.

use handsel_tests::people::seq;
use handsel_tests::seeding;
use handsel_tests::socket::Heard;

use super::auth::runs_out_soon;
use super::scene::Scene;

const MISSED: i64 = 30_000;

#[tokio::test]
async fn what_was_not_sent_by_then_is_not_sent() {
    let scene = Scene::acquainted().await;
    seeding::messages(scene.server.database(), &scene.key, MISSED - 1).await;
    runs_out_soon(&scene.server).await;
    let path = format!("/ws/chat/{}/?after=0", scene.offer);
    let mut bobs = scene.bob.connecting_by_v1(&path).receive_buffer(4 * 1024).open().await.expect("he is let in");
    let (mut bobs_phone, _) = scene.bob.opens_by_v1(&scene.offer).await;
    assert_eq!(bobs.hears().await["type"], "hello");
    bobs_phone.hears_close(4001, "token_expired").await;
    // Known to have gone altogether.
    loop {
        let (anas, hello) = scene.ana.opens_by_v1(&scene.key).await;
        anas.leaves().await;
        if hello["conversations"][0]["online"] == false {
            break;
        }
    }

    let mut heard = 0;
    let end = loop {
        match bobs.next().await {
            Heard::Frame(frame) if frame["type"] == "presence" => {}
            Heard::Frame(frame) => {
                heard += 1;
                assert_eq!(seq(&frame), heard, "what came is whole");
            }
            end => break end,
        }
    };
    println!("{heard} of {MISSED} were sent, and then {end:?}");
    assert!(end == Heard::Closed(4001, "token_expired".to_owned()) || end == Heard::Broke, "saw {end:?}");
    assert!(heard < MISSED, "it went on past the end");
}
