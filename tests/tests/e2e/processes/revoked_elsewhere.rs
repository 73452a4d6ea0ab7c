//! A token that is revoked in one process closes its sockets in the other.

use std::time::Instant;

use handsel_tests::{Server, Started};
use serde_json::json;

use super::waits;

async fn halves() -> (Server, Server) {
    let api = Started::fresh().with(&["--no-websocket"]).start().await;
    let sockets = api.another().with(&["--websocket-only"]).start().await;
    (api, sockets)
}

#[tokio::test]
async fn logging_out_at_the_one_closes_the_sockets_at_the_other() {
    let (api, sockets) = halves().await;
    let ana = api.person("ana").await;
    let offer = ana.offers("Bike repair").await;
    let mut anas = ana.at(&sockets.address).opens(&offer).await;
    let mut waits = Vec::new();
    for name in ["bob", "cleo", "dan"] {
        let person = api.person(name).await;
        let mut socket = person.at(&sockets.address).opens(&offer).await;
        person.post("/api/auth/logout/", json!({})).await.is(200);
        let logged_out_at = Instant::now();
        socket.hears_close(4001, "token_revoked").await;
        waits.push(logged_out_at.elapsed());
        person.at(&sockets.address).is_refused(&offer).await.is(401, "token_revoked");
    }
    waits::are_short(waits);
    anas.has_heard_nothing().await;
}

#[tokio::test]
async fn logging_out_leaves_the_same_persons_other_token_alone() {
    let (api, sockets) = halves().await;
    let (ana, bob) = tokio::join!(api.person("ana"), api.person("bob"));
    let offer = ana.offers("Bike repair").await;
    let phone = api.logs_in("bob").await;
    let (mut on_laptop, mut on_phone) =
        (bob.at(&sockets.address).opens(&offer).await, phone.at(&sockets.address).opens(&offer).await);
    bob.post("/api/auth/logout/", json!({})).await.is(200);
    on_laptop.hears_close(4001, "token_revoked").await;
    on_phone.says("Still here").await;
    on_phone.hears_message("Still here").await;
}

#[tokio::test]
async fn the_command_token_revoke_closes_all_sockets_of_its_user() {
    let (api, sockets) = halves().await;
    let (ana, bob) = tokio::join!(api.person("ana"), api.person("bob"));
    let offer = ana.offers("Bike repair").await;
    let phone = api.logs_in("bob").await;
    let mut anas = ana.at(&sockets.address).opens(&offer).await;
    let mut bobs = [bob.at(&sockets.address).opens(&offer).await, phone.at(&sockets.address).opens(&offer).await];
    let (status, output, errors) = api.command(&["token", "revoke", "bob"], "").await;
    assert!(status.success() && output.contains('2'), "{output}{errors}");
    for socket in &mut bobs {
        socket.hears_close(4001, "token_revoked").await;
    }
    anas.has_heard_nothing().await;
}

#[tokio::test]
async fn a_new_password_by_command_closes_all_sockets_of_its_user() {
    let (api, sockets) = halves().await;
    let (ana, bob) = tokio::join!(api.person("ana"), api.person("bob"));
    let offer = ana.offers("Bike repair").await;
    let (mut anas, mut bobs) =
        (ana.at(&sockets.address).opens(&offer).await, bob.at(&sockets.address).opens(&offer).await);
    let (status, _, errors) = api.command(&["user", "set-password", "bob"], "another password\n").await;
    assert!(status.success(), "{errors}");
    bobs.hears_close(4001, "token_revoked").await;
    anas.has_heard_nothing().await;

    let log_in = json!({"username": "bob", "password": "another password"});
    api.post("/api/auth/login/", log_in).await.is(200);
}
