//! A token that runs out closes its open sockets, and no others.

use std::time::Duration;

use handsel_tests::Server;

/// Long enough to connect, short enough to wait for.
const SOON: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_socket_closes_when_its_token_expires() {
    let server = Server::start().await;
    let (ana, bob) = tokio::join!(server.person("ana"), server.person("bob"));
    let offer = ana.offers("Bike repair").await;
    assert_eq!(server.database().tokens_run_out("bob", SOON).await, 1);
    let (mut anas, mut bobs) = (ana.opens(&offer).await, bob.opens(&offer).await);
    bobs.says("In time").await;
    bobs.hears_message("In time").await;
    anas.hears_message("In time").await;

    bobs.hears_close(4001, "token_expired").await;
    bob.is_refused(&offer).await.is(401, "token_expired");
    bob.get("/api/auth/user/").await.is_problem(401, "token_expired");
    anas.says("Are you there?").await;
    anas.hears_message("Are you there?").await;
}
