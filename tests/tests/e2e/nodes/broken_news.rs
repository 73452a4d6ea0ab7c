//! Somebody else publishes on the channels: another version, nonsense, entries that do not exist. Nobody is shown what
//! is not theirs, and what was committed arrives.

use handsel_services::Redis;

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
    let (mut anas, mut bobs) = nodes.both_open().await;
    let mut anas_base = nodes.ana.opens(&nodes.key).await;
    let cleo = nodes.one.person("cleo").await;
    let key = nodes.key.split(':').next().expect("a key begins with a listing");
    let news = format!(
        r#"{{"v":1,"from":"0123456789abcdef","news":{{"entries":[{{"conversation":"{key}:{}","owner":{},"seq":2,"frame":{{"type":"message","message":{{"content":"not for Ana"}}}}}}]}}}}"#,
        cleo.id, nodes.bob.id
    );
    let channel = format!("{}user:{}", nodes.prefix, nodes.ana.id);
    redis.ask(&format!("PUBLISH {channel} {}", serde_json::json!(news)));
    nodes.talk(&mut anas, &mut bobs, "for Ana").await;
    for _ in 0..2 {
        anas_base.hears_message("for Ana").await;
    }
    for socket in [&mut anas, &mut bobs, &mut anas_base] {
        socket.has_heard_nothing().await;
    }
}
