//! Cursors that another process has moved: found by comparison, and told as others are.

use handsel_tests::{Server, Started};

use super::scene::{Scene, UNLIMITED, has_read, writes};

#[tokio::test]
async fn a_cursor_that_one_process_moves_is_told_by_the_other() {
    let scene = Scene::acquainted().await;
    let other = scene.another_process().await;
    let _there = scene.both_are_at(&other).await;
    let (ana, bob) = (scene.ana.at(&other.address), scene.bob.at(&other.address));
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.key).await;
    let (mut bobs, _) = bob.opens_by_v1(&scene.offer).await;
    let (mut anas_phone, _) = ana.opens_inbox().await;
    for due in 2..6 {
        writes(&scene.bob, &scene.offer, "and").await;
        for socket in [&mut anas, &mut bobs, &mut anas_phone] {
            socket.hears_message("and").await;
        }
        anas.reads(due).await;
        for socket in [&mut bobs, &mut anas_phone] {
            socket.hears_read(&scene.key, ana.id, due).await;
        }
        has_read(&bob, &scene.offer, due).await;
        for socket in [&mut anas, &mut bobs, &mut anas_phone] {
            socket.hears_read(&scene.key, bob.id, due).await;
        }
    }
    for socket in [&mut anas, &mut bobs, &mut anas_phone] {
        socket.has_heard_nothing().await;
    }
}

#[tokio::test]
async fn reading_at_the_api_reaches_the_sockets_of_the_process_that_has_them() {
    let api: Server = Started::fresh().with(&["--no-websocket"]).start().await;
    let sockets = api.another().with(&["--websocket-only"]).with(&UNLIMITED[..2]).start().await;
    let scene = Scene::on(api).await;
    let (ana, bob) = (scene.ana.at(&sockets.address), scene.bob.at(&sockets.address));
    writes(&scene.bob, &scene.offer, "Hello!").await;
    let (mut bobs, _) = bob.opens_inbox().await;
    let (mut anas, _) = ana.opens_by_v1(&scene.offer).await;
    bobs.hears_presence(ana.id, true).await;
    // Each of these is the last thing that happens until it is heard.
    has_read(&scene.ana, &scene.key, 1).await;
    for socket in [&mut anas, &mut bobs] {
        socket.hears_read(&scene.key, ana.id, 1).await;
    }
    has_read(&scene.bob, &scene.key, 1).await;
    for socket in [&mut anas, &mut bobs] {
        socket.hears_read(&scene.key, bob.id, 1).await;
        socket.has_heard_nothing().await;
    }
}
