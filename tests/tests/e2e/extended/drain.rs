//! A server that ends while inboxes are open and replays run: they are told when to come back, and miss nothing.

use handsel_tests::people::seq;
use handsel_tests::seeding;
use handsel_tests::socket::Heard;

use super::scene::{Scene, UNLIMITED};

const MISSED: i64 = 20_000;

#[tokio::test]
async fn an_inbox_is_told_that_the_server_restarts_and_when_to_come_back() {
    let scene = Scene::acquainted().await;
    let (mut bobs, _) = scene.bob.opens_inbox().await;
    scene.server.terminate().await;
    let error = bobs.hears_error("restarting").await;
    assert!(error["retry_after_ms"].as_u64().is_some_and(|wait| wait > 0), "saw {error}");
    bobs.hears_close(1012, "restarting").await;
    assert!(scene.server.ended().await.success());
}

#[tokio::test]
async fn a_replay_that_is_cut_by_a_restart_goes_on_after_it() {
    let scene = Scene::acquainted().await;
    seeding::messages(scene.server.database(), &scene.key, MISSED - 1).await;
    let path = format!("/ws/chat/{}/?after=0", scene.offer);
    let mut bobs = scene.bob.connecting_by_v1(&path).receive_buffer(4 * 1024).open().await.expect("he is let in");
    assert_eq!(bobs.hears().await["type"], "hello");
    scene.server.terminate().await;
    let (mut last, mut errors) = (0, 0);
    let end = loop {
        match bobs.next().await {
            Heard::Frame(frame) if frame["type"] == "error" => {
                assert_eq!(frame["code"], "restarting", "saw {frame}");
                errors += 1;
            }
            Heard::Frame(frame) => {
                assert_eq!((seq(&frame), errors), (last + 1, 0), "whole, and nothing behind the error");
                last += 1;
            }
            end => break end,
        }
    };
    println!("cut after {last} of {MISSED}");
    assert_eq!((end, errors), (Heard::Closed(1012, "restarting".to_owned()), 1));

    let again = scene.server.another();
    assert!(scene.server.ended().await.success());
    let server = again.with(&UNLIMITED).start().await;
    let (mut bobs, _) = scene.bob.at(&server.address).resumes(&scene.offer, last).await;
    for due in last + 1..=MISSED {
        assert_eq!(seq(&bobs.hears().await), due);
    }
    bobs.has_heard_nothing().await;
}
