//! A node listens for those who have a socket there, and for nobody else.

use handsel_services::Redis;

use super::scene::Nodes;

#[tokio::test]
async fn from_the_first_socket_to_the_last() {
    let redis = Redis::shared();
    let nodes = Nodes::over(redis).await;
    assert_eq!(nodes.listening(redis, &nodes.ana), 0);
    let (anas, _) = nodes.ana.opens_by_v1(&nodes.key).await;
    // A socket is told that it is open only after its node listens.
    assert_eq!(nodes.listening(redis, &nodes.ana), 1);
    let (anas_phone, _) = nodes.ana.opens_by_v1(&nodes.key).await;
    let (anas_inbox, _) = nodes.ana.at(&nodes.two.address).opens_inbox().await;
    assert_eq!(nodes.listening(redis, &nodes.ana), 2);
    assert_eq!(nodes.listening(redis, &nodes.bob), 0);
    anas.leaves().await;
    anas_inbox.leaves().await;
    nodes.listen(redis, &nodes.ana, 1).await;
    anas_phone.leaves().await;
    nodes.listen(redis, &nodes.ana, 0).await;
}
