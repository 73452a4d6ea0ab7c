//! Somebody else publishes on the channels: another version, nonsense, entries that do not exist. Nobody is shown what
//! is not theirs, and what was committed arrives.

use handsel_services::Redis;
use serde_json::json;

use super::scene::{Nodes, broker};

const NOT_UNDERSTOOD: &str = "what is not understood here";

#[tokio::test]
async fn what_is_not_understood_is_a_hint_and_no_more() {
    let redis = Redis::shared();
    let nodes = Nodes::over(redis).await;
    let (mut anas, mut bobs) = nodes.both_open().await;
    let anas_channel = format!("{}user:{}", nodes.prefix, nodes.ana.id);
    for payload in [r#""{\"v\":2,\"news\":\"later\"}""#, "nonsense", r#""\xff\x00\xfe""#] {
        redis.ask(&format!("PUBLISH {anas_channel} {payload}"));
    }
    nodes.one.logs(NOT_UNDERSTOOD).await;
    for number in 0..500 {
        redis.ask(&format!("PUBLISH {anas_channel} {number}"));
    }
    nodes.talk(&mut anas, &mut bobs, "undisturbed").await;
    anas.has_heard_nothing().await;
    let log = nodes.one.log();
    assert_eq!(log.matches(NOT_UNDERSTOOD).count(), 1, "expected it once in {log}");
    assert_eq!(broker(&nodes.one).await, "ok");
}

#[tokio::test]
async fn entries_of_others_reach_nobody_though_they_come_over_ones_own_channel() {
    let redis = Redis::shared();
    let nodes = Nodes::over(redis).await;
    let (mut anas, _bobs) = nodes.both_open().await;
    let mut anas_base = nodes.ana.opens(&nodes.key).await;
    let cleo = nodes.one.person("cleo").await;
    let key = nodes.key.split(':').next().expect("a key begins with a listing");
    let channel = format!("{}user:{}", nodes.prefix, nodes.ana.id);
    let publish = |conversation: &str, owner: i64, seq: i64, content: &str| {
        let sender = json!({"id": nodes.bob.id, "username": "bob", "full_name": "bob"});
        let frame = json!({"type": "message", "message": {
            "id": 1, "sender": sender, "content": content, "created_at": "2026-11-23T02:50:54.674Z", "is_read": false,
            "conversation": conversation, "seq": seq, "recipient_id": nodes.ana.id}});
        let entry = json!({"conversation": conversation, "owner": owner, "seq": seq, "frame": frame});
        let payload = json!({"v": 1, "from": "0123456789abcdef", "news": {"entries": [entry]}});
        redis.ask(&format!("PUBLISH {channel} {}", json!(payload.to_string())));
    };
    // Each is what would come next, so that nothing but whose it is keeps it from Ana.
    publish(&format!("{key}:{}", cleo.id), nodes.bob.id, 1, "not for Ana");
    publish(&format!("{key}:{}", cleo.id), nodes.ana.id, 1, "not for this conversation");
    // The same, but for what it is about: what is published in this way is heard, and in this order.
    publish(&nodes.key, nodes.ana.id, 2, "for Ana");
    for socket in [&mut anas, &mut anas_base] {
        socket.hears_message("for Ana").await;
        socket.has_heard_nothing().await;
    }
    let log = nodes.one.log();
    assert!(!log.contains(NOT_UNDERSTOOD), "expected that all was understood, saw {log}");
}
