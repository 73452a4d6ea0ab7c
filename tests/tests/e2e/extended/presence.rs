//! Whether someone is there: from the first socket to the last, whatever kind they are and however they end.

use handsel_tests::{Socket, Started};

use super::scene::Scene;

/// Says something over any socket and waits until the other one has heard it: whatever was to be told before, was.
async fn says_next(speaker: &mut Socket, content: &str, listener: &mut Socket) {
    speaker.says(content).await;
    listener.hears_message(content).await;
    listener.has_heard_nothing().await;
}

#[tokio::test]
async fn the_first_socket_and_the_last_are_told_and_those_between_are_not() {
    let scene = Scene::acquainted().await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.key).await;
    for _ in 0..3 {
        let (one, hello) = scene.bob.opens_by_v1(&scene.offer).await;
        assert_eq!(hello["conversations"][0]["online"], true, "Ana is there: {hello}");
        anas.hears_presence(scene.bob.id, true).await;
        let (two, _) = scene.bob.opens_by_v1(&scene.key).await;
        let (mut three, _) = scene.bob.opens_inbox().await;
        anas.has_heard_nothing().await;
        one.leaves().await;
        two.leaves().await;
        let frame = super::scene::writes(&scene.bob, &scene.offer, "Still here").await;
        three.hears_frame(&frame).await;
        anas.hears_frame(&frame).await;
        anas.has_heard_nothing().await;
        three.leaves().await;
        anas.hears_presence(scene.bob.id, false).await;
    }
    anas.has_heard_nothing().await;
}

#[tokio::test]
async fn all_extended_sockets_of_the_peer_hear_it_once() {
    let scene = Scene::acquainted().await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.key).await;
    let (mut anas_phone, _) = scene.ana.opens_by_v1(&scene.offer).await;
    let (mut anas_inbox, _) = scene.ana.opens_inbox().await;
    let (bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    for socket in [&mut anas, &mut anas_phone, &mut anas_inbox] {
        socket.hears_presence(scene.bob.id, true).await;
    }
    bobs.leaves().await;
    for socket in [&mut anas, &mut anas_phone, &mut anas_inbox] {
        socket.hears_presence(scene.bob.id, false).await;
        socket.has_heard_nothing().await;
    }
}

#[tokio::test]
async fn a_base_socket_counts_too() {
    let scene = Scene::acquainted().await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.key).await;
    let mut bobs_base = scene.bob.opens(&scene.offer).await;
    anas.hears_presence(scene.bob.id, true).await;
    let (bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    bobs.leaves().await;
    says_next(&mut bobs_base, "Still here", &mut anas).await;
    bobs_base.leaves().await;
    anas.hears_presence(scene.bob.id, false).await;
    anas.has_heard_nothing().await;
}

#[tokio::test]
async fn a_socket_about_something_else_counts_too() {
    let scene = Scene::acquainted().await;
    let need = scene.server.person("cleo").await.needs("Plants").await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.key).await;
    let bobs = scene.bob.opens(&need).await;
    anas.hears_presence(scene.bob.id, true).await;
    bobs.leaves().await;
    anas.hears_presence(scene.bob.id, false).await;
}

#[tokio::test]
async fn a_connection_that_breaks_is_the_end_of_its_socket() {
    let scene = Scene::acquainted().await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.key).await;
    for resets in [false, true] {
        let (bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
        anas.hears_presence(scene.bob.id, true).await;
        if resets {
            bobs.connection().set_zero_linger().expect("a socket can be told to reset");
        }
        drop(bobs);
        anas.hears_presence(scene.bob.id, false).await;
    }
    anas.has_heard_nothing().await;
}

#[tokio::test]
async fn the_oldest_of_too_many_goes_and_its_user_stays() {
    let flags = ["--frames-per-second", "0", "--sockets-per-user", "2"];
    let scene = Scene::on(Started::fresh().with(&flags).start().await).await;
    super::scene::writes(&scene.bob, &scene.offer, "Hello!").await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.key).await;
    let (mut oldest, _) = scene.bob.opens_by_v1(&scene.offer).await;
    let (_inbox, _) = scene.bob.opens_inbox().await;
    anas.hears_presence(scene.bob.id, true).await;
    let mut newest = scene.bob.opens(&scene.offer).await;
    oldest.hears_close(4009, "too_many_sockets").await;
    says_next(&mut newest, "Still here", &mut anas).await;
}

#[tokio::test]
async fn who_is_logged_out_has_gone() {
    let scene = Scene::acquainted().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    scene.bob.post("/api/auth/logout/", serde_json::json!({})).await.is(200);
    bobs.hears_close(4001, "token_revoked").await;
    anas.hears_presence(scene.bob.id, false).await;
    let (_anas_phone, hello) = scene.ana.opens_by_v1(&scene.key).await;
    assert_eq!(hello["conversations"][0]["online"], false, "saw {hello}");
}

#[tokio::test]
async fn hello_says_who_is_there_already() {
    let scene = Scene::acquainted().await;
    let bobs_base = scene.bob.opens(&scene.offer).await;
    for conversation in [&scene.key, &scene.offer] {
        let (_anas, hello) = scene.ana.opens_by_v1(conversation).await;
        assert_eq!(hello["conversations"][0]["online"], true, "on {conversation}: {hello}");
    }
    let (mut anas, hello) = scene.ana.opens_inbox().await;
    assert_eq!(hello["conversations"][0]["online"], true, "saw {hello}");
    anas.has_heard_nothing().await;
    bobs_base.leaves().await;
    anas.hears_presence(scene.bob.id, false).await;
    let (_anas_phone, hello) = scene.ana.opens_inbox().await;
    assert_eq!(hello["conversations"][0]["online"], false, "saw {hello}");
}
