//! A node that does not reach the database: what it hears of others there, it can have from Redis alone. Whatever is also
//! found by comparing is shown here to need no comparison.

use handsel_tests::extended::cursor;
use handsel_tests::people::seq;
use handsel_tests::socket::Heard;
use handsel_tests::{Server, Socket, in_time};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::cut_off::Line;
use super::scene::{Scene, hears};

const ENTRIES: usize = 100;

/// Ana's node is cut off once both are there, and knows how their conversation stands.
async fn cut_off() -> (Scene, Line, Socket, Socket) {
    let (scene, line) = Line::of_anas_node().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    anas.says("The line will break").await;
    assert_eq!(anas.hears_entry().await, bobs.hears_entry().await);
    line.is_cut().await;
    is_cut_off(&scene.anas_node).await;
    (scene, line, anas, bobs)
}

async fn is_cut_off(node: &Server) {
    in_time("the node to miss its database", async { while node.get("/readyz").await.status == 200 {} }).await;
}

/// Who comes and goes may be told before.
async fn is_closed(socket: &mut Socket) {
    loop {
        match socket.next().await {
            Heard::Frame(frame) => assert_eq!(frame["type"], "presence", "saw {frame}"),
            end => return assert_eq!(end, Heard::Closed(4001, "token_revoked".to_owned())),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_and_cursors_and_who_types_come_from_another_node() {
    let (scene, _line, mut anas, mut bobs) = cut_off().await;
    for number in 0..ENTRIES {
        bobs.says(&format!("number {number}")).await;
    }
    let committed = bobs.hears_entries(ENTRIES).await;
    assert_eq!(anas.hears_entries(ENTRIES).await, committed, "each once, in order");
    let head = seq(&committed[ENTRIES - 1]);
    bobs.reads(head).await;
    assert_eq!(hears(&mut anas).await, cursor(&scene.key, scene.bob.id, head));
    bobs.types().await;
    let typing = json!({"conversation": scene.key, "user_id": scene.bob.id});
    assert_eq!(hears(&mut anas).await, json!({"type": "typing", "typing": typing}));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_logs_out_at_another_node_has_no_socket_any_more() {
    let (scene, _line, mut anas, mut bobs) = cut_off().await;
    scene.ana.at(&scene.bobs_node.address).post("/api/auth/logout/", json!({})).await.is(200);
    is_closed(&mut anas).await;
    let gone = json!({"user_id": scene.ana.id, "online": false});
    while bobs.hears().await["presence"] != gone {}
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_tokens_an_operator_revokes_by_a_command_has_no_socket_any_more() {
    let (scene, _line, mut anas, _bobs) = cut_off().await;
    let mut revoke = scene.bobs_node.another().process(&["token", "revoke", "ana"]);
    let revoked = revoke.env("REDIS_URL", scene.redis.url()).output();
    let revoked = in_time("the command to end", revoked).await.expect("it runs");
    assert!(revoked.status.success(), "{}", String::from_utf8_lossy(&revoked.stderr));
    is_closed(&mut anas).await;
}

/// The others are told of what is committed while everything else of a node has ended already.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_node_commits_last_is_heard_before_it_has_ended() {
    const BODY: &str = r#"{"content": "The last"}"#;
    let (scene, _line, mut anas, bobs) = cut_off().await;
    let path = format!("/api/conversations/{}/messages/", scene.key);
    let mut posting = scene.bob.begins_to_post(&path, BODY.len()).await;
    scene.bobs_node.terminate().await;
    drop(bobs);
    let refused = async { while TcpStream::connect(&scene.bob.address).await.is_ok() {} };
    in_time("the node to take nobody in", refused).await;
    posting.write_all(BODY.as_bytes()).await.expect("the connection holds");
    assert_eq!(anas.hears_entry().await["message"]["content"], "The last");
}
