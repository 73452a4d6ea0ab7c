//! What is said at one node is heard at the other, over Redis.

use handsel_services::Redis;

use super::scene::{Nodes, broker, metric};

const ROUNDS: u32 = 20;

#[tokio::test]
async fn entries_are_passed_on_and_not_read() {
    let nodes = Nodes::over(Redis::shared()).await;
    let (mut anas, mut bobs) = nodes.both_open().await;
    for number in 0..ROUNDS {
        nodes.talk(&mut anas, &mut bobs, &format!("number {number}")).await;
    }
    for node in [&nodes.one, &nodes.two] {
        assert_eq!((broker(node).await.as_str(), metric(node, "handsel_broker_up").await), ("ok", 1.0));
        // Each hears as many as that of the other one. A comparison may come in between and have one read, or two.
        let read = metric(node, "handsel_replayed_entries_total").await;
        assert!(read <= f64::from(ROUNDS) / 2.0, "expected that most of {ROUNDS} were passed on, saw {read} read");
    }
}

#[tokio::test]
async fn several_of_one_batch_arrive_in_their_order() {
    let nodes = Nodes::over(Redis::shared()).await;
    let (mut anas, mut bobs) = nodes.both_open().await;
    for number in 0..500 {
        bobs.says(&format!("number {number}")).await;
    }
    for number in 0..500 {
        let heard = anas.hears_message(&format!("number {number}")).await;
        assert_eq!(heard["seq"], number + 2);
    }
}

#[tokio::test]
async fn who_types_is_told() {
    let nodes = Nodes::over(Redis::shared()).await;
    let (mut anas, mut bobs) = nodes.both_open().await;
    // It is stored nowhere: no comparison would find it.
    anas.types().await;
    bobs.hears_typing(&nodes.key, nodes.ana.id).await;
    bobs.types().await;
    anas.hears_typing(&nodes.key, nodes.bob.id).await;
    anas.has_heard_nothing().await;
    bobs.has_heard_nothing().await;
}

#[tokio::test]
async fn a_user_is_there_until_the_last_socket_of_the_last_node_has_gone() {
    let nodes = Nodes::over(Redis::shared()).await;
    let (mut anas, bobs) = nodes.both_open().await;
    let (bobs_phone, hello) = nodes.bob.at(&nodes.one.address).opens_by_v1(&nodes.key).await;
    assert_eq!(hello["conversations"][0]["online"], true, "saw {hello}");
    bobs.leaves().await;
    nodes.listen(Redis::shared(), &nodes.bob, 1).await;
    anas.has_heard_nothing().await;
    bobs_phone.leaves().await;
    anas.hears_presence(nodes.bob.id, false).await;

    let (_bobs, hello) = nodes.bob.opens_by_v1(&nodes.key).await;
    assert_eq!(hello["conversations"][0]["online"], true, "saw {hello}");
    anas.hears_presence(nodes.bob.id, true).await;
}
