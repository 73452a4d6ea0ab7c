//! A Redis that keeps its connections and answers nothing, as behind a network that drops everything.

use handsel_services::Redis;

use super::scene::{AWAY, Nodes, USED_AGAIN, broker};

#[tokio::test]
async fn it_counts_as_away_until_it_answers_again() {
    let mut redis = Redis::start();
    let nodes = Nodes::over(&redis).await;
    let (mut anas, mut bobs) = nodes.both_open().await;
    redis.freeze();
    for node in [&nodes.one, &nodes.two] {
        node.logs(AWAY).await;
        assert_eq!(broker(node).await, "degraded");
    }
    nodes.talk(&mut anas, &mut bobs, "in the cold").await;
    redis.thaw();
    for node in [&nodes.one, &nodes.two] {
        node.logs(USED_AGAIN).await;
        assert_eq!(broker(node).await, "ok");
    }
    nodes.listen(&redis, &nodes.ana, 1).await;
    bobs.types().await;
    anas.hears_typing(&nodes.key, nodes.bob.id).await;
}
