//! A token that is revoked at one node closes its sockets at the other.

use handsel_services::Redis;
use serde_json::json;

use super::scene::Nodes;

#[tokio::test]
async fn logging_out_at_one_node_closes_the_socket_at_the_other() {
    let nodes = Nodes::over(Redis::shared()).await;
    let (mut anas, mut bobs) = nodes.both_open().await;
    nodes.bob.at(&nodes.one.address).post("/api/auth/logout/", json!({})).await.is(200);
    bobs.hears_close(4001, "token_revoked").await;
    anas.hears_presence(nodes.bob.id, false).await;
}
