//! Nodes that come and go: who is there is known to those that stay, and to those that are new.

use handsel_services::Redis;

use super::scene::{Nodes, USED, flags};

#[tokio::test]
async fn who_was_at_a_node_that_ends_is_gone() {
    let nodes = Nodes::over(Redis::shared()).await;
    let (mut anas, mut bobs) = nodes.both_open().await;
    nodes.two.terminate().await;
    bobs.hears_error("restarting").await;
    anas.hears_presence(nodes.bob.id, false).await;
    nodes.two.ended().await;
}

#[tokio::test]
async fn a_node_that_starts_is_told_who_is_there() {
    let redis = Redis::shared();
    let nodes = Nodes::over(redis).await;
    let (mut anas, bobs) = nodes.both_open().await;
    let three = nodes.one.another().with(&flags(&redis.url(), &nodes.prefix)).start().await;
    three.logs(USED).await;
    let (mut anas_phone, hello) = nodes.ana.at(&three.address).opens_by_v1(&nodes.key).await;
    if hello["conversations"][0]["online"] == false {
        anas_phone.hears_presence(nodes.bob.id, true).await;
    }
    bobs.leaves().await;
    for socket in [&mut anas, &mut anas_phone] {
        socket.hears_presence(nodes.bob.id, false).await;
    }
}
