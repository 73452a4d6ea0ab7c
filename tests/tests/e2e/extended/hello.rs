//! The first frame of a socket: whose it is, what the server accepts, where the client stands.

use handsel_tests::people::seq;
use handsel_tests::{Person, Server, Started};
use serde_json::json;

use super::scene::{Scene, writes};

#[tokio::test]
async fn it_says_whose_the_socket_is_and_what_the_server_accepts() {
    let server = Server::start().await;
    let offer = server.person("ana").await.offers("Bike repair").await;
    server.person("bob").await;
    let log_in = json!({"username": "bob", "password": "bob's password"});
    let granted = server.post("/api/auth/login/", log_in).await.is(200).clone();
    let bob = Person::new(&server.address, &granted);
    let (chat, hello) = bob.opens_by_v1(&offer).await;
    let (inbox, inboxs) = bob.opens_inbox().await;
    for (socket, hello) in [(chat, hello), (inbox, inboxs)] {
        assert_eq!(socket.protocol.as_deref(), Some("handsel.v1"));
        assert_eq!((&hello["user_id"], &hello["expires_at"]), (&json!(bob.id), &granted["expires_at"]));
        assert_eq!((&hello["heartbeat_ms"], &hello["reconnect_jitter_ms"]), (&json!(25_000), &json!(2_000)));
        let limits = json!({"message_characters": 4_000, "frame_bytes": 65_536, "frames_per_second": 20,
            "page_entries": 100, "sockets_per_user": 20, "queue_frames": 256});
        assert_eq!(hello["limits"], limits);
        assert_ne!(hello["reset"], true, "nothing was asked for: {hello}");
        assert_ne!(hello["more_conversations"], true, "that is all: {hello}");
    }
}

#[tokio::test]
async fn its_limits_are_the_operators() {
    let flags = ["--frames-per-second", "7", "--sockets-per-user", "3"];
    let scene = Scene::on(Started::fresh().with(&flags).start().await).await;
    let (_bobs, hello) = scene.bob.opens_by_v1(&scene.offer).await;
    assert_eq!((&hello["limits"]["frames_per_second"], &hello["limits"]["sockets_per_user"]), (&json!(7), &json!(3)));
    let (_anas, hello) = Scene::strangers().await.ana.opens_inbox().await;
    assert_eq!(hello["limits"]["frames_per_second"], 0, "off");
}

#[tokio::test]
async fn an_after_beyond_the_head_is_a_reset_and_live_entries_follow_from_the_head() {
    let scene = Scene::acquainted().await;
    writes(&scene.ana, &scene.key, "Hi").await;
    for (person, conversation) in [(&scene.bob, &scene.offer), (&scene.ana, &scene.key)] {
        for after in [3, 4, 1_000_000, i64::MAX] {
            let (mut socket, hello) = person.resumes(conversation, after).await;
            assert_eq!((&hello["reset"], &hello["conversations"][0]["head"]), (&json!(true), &json!(2)), "{hello}");
            socket.has_heard_nothing().await;
            socket.leaves().await;
        }
    }
    let (mut bobs, _) = scene.bob.resumes(&scene.offer, 99).await;
    bobs.says("Where were we?").await;
    assert_eq!(bobs.hears_message("Where were we?").await["seq"], 3);
}

#[tokio::test]
async fn an_after_at_the_head_or_before_is_none() {
    let scene = Scene::acquainted().await;
    for after in [0, 1] {
        let (_bobs, hello) = scene.bob.resumes(&scene.offer, after).await;
        assert_ne!(hello["reset"], true, "after {after}: {hello}");
    }
}

#[tokio::test]
async fn where_nothing_was_written_after_0_is_the_head_and_more_is_a_reset() {
    let scene = Scene::strangers().await;
    let (mut bobs, hello) = scene.bob.resumes(&scene.offer, 0).await;
    assert_ne!(hello["reset"], true, "saw {hello}");
    let (mut bobs_other, hello) = scene.bob.resumes(&scene.key, 1).await;
    assert_eq!(hello["reset"], true, "saw {hello}");
    bobs.says("Hello!").await;
    for socket in [&mut bobs, &mut bobs_other] {
        assert_eq!(seq(&socket.hears_entry().await), 1);
        socket.has_heard_nothing().await;
    }
}

#[tokio::test]
async fn live_entries_follow_from_its_head() {
    let scene = Scene::acquainted().await;
    let (mut anas, hello) = scene.ana.opens_by_v1(&scene.offer).await;
    assert_eq!(hello["conversations"][0]["head"], 1);
    anas.has_heard_nothing().await;
    let frame = writes(&scene.bob, &scene.offer, "Are you there?").await;
    assert_eq!(seq(&frame), 2);
    anas.hears_frame(&frame).await;
}

#[tokio::test]
async fn what_the_http_api_writes_is_the_frame_that_is_heard() {
    let scene = Scene::acquainted().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    let start = format!("/api/conversations/{}/handshake/start/", scene.key);
    let frame = scene.ana.post(&start, json!({"note": "on Sunday"})).await.is(201).clone();
    anas.hears_frame(&frame).await;
    bobs.hears_frame(&frame).await;
}
