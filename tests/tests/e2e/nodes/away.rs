//! Redis goes and comes back empty: entries arrive all the same, and then by Redis again.

use handsel_services::Redis;

use super::scene::{AWAY, Nodes, USED_AGAIN, broker, metric};

#[tokio::test]
async fn entries_arrive_while_redis_is_away_and_after_it_is_back() {
    let mut redis = Redis::start();
    let nodes = Nodes::over(&redis).await;
    let (mut anas, mut bobs) = nodes.both_open().await;
    nodes.talk(&mut anas, &mut bobs, "with Redis").await;

    redis.stop();
    for node in [&nodes.one, &nodes.two] {
        node.logs(AWAY).await;
        assert_eq!((broker(node).await.as_str(), metric(node, "handsel_broker_up").await), ("degraded", 0.0));
    }
    nodes.talk(&mut anas, &mut bobs, "without Redis").await;
    anas.reads(3).await;
    bobs.hears_read(&nodes.key, nodes.ana.id, 3).await;
    // Somebody who comes now does not wait for it.
    let (mut anas_phone, _) = nodes.ana.opens_by_v1(&nodes.key).await;

    redis.start_again();
    for node in [&nodes.one, &nodes.two] {
        node.logs(USED_AGAIN).await;
        assert_eq!((broker(node).await.as_str(), metric(node, "handsel_broker_up").await), ("ok", 1.0));
    }
    nodes.listen(&redis, &nodes.ana, 1).await;
    nodes.listen(&redis, &nodes.bob, 1).await;
    bobs.types().await;
    for socket in [&mut anas, &mut anas_phone] {
        socket.hears_typing(&nodes.key, nodes.bob.id).await;
    }
    bobs.says("with Redis again").await;
    for socket in [&mut anas, &mut anas_phone, &mut bobs] {
        socket.hears_message("with Redis again").await;
    }
    for node in [&nodes.one, &nodes.two] {
        let log = node.log();
        assert!(!log.contains("pass/word") && !log.contains("pass%2Fword"), "a password in {log}");
    }
}
