//! What ends a token ends its sockets: 4001 with the reason, while the sockets of other tokens stay.

use std::time::Duration;

use serde_json::json;

use crate::wire::pair::{Pair, Who};

#[tokio::test]
async fn logging_out_closes_the_sockets_of_that_token_alone() {
    let mut pair = Pair::acquainted().await;
    let elsewhere = pair.server.logs_in("bob").await;
    let mut bobs_phone = elsewhere.opens(&pair.offer).await;
    let mut bobs_other = pair.bob.opens(&pair.key()).await;

    pair.bob.post("/api/auth/logout/", json!({})).await.is(200);
    pair.bobs.hears_close(4001, "token_revoked").await;
    bobs_other.hears_close(4001, "token_revoked").await;

    bobs_phone.says("still here").await;
    bobs_phone.hears_message("still here").await;
    pair.anas.hears_message("still here").await;
    pair.bob.is_refused(&pair.offer).await.is(401, "token_revoked");
}

#[tokio::test]
async fn a_new_password_closes_all_sockets_of_that_user() {
    let mut pair = Pair::acquainted().await;
    let elsewhere = pair.server.logs_in("bob").await;
    let mut bobs_phone = elsewhere.opens(&pair.offer).await;

    let (status, output, errors) =
        pair.server.command(&["user", "set-password", "bob"], "quite another password\n").await;
    assert!(status.success(), "{output}{errors}");
    pair.bobs.hears_close(4001, "token_revoked").await;
    bobs_phone.hears_close(4001, "token_revoked").await;
    pair.bob.is_refused(&pair.offer).await.is(401, "token_revoked");
    elsewhere.is_refused(&pair.offer).await.is(401, "token_revoked");

    pair.anas.says("are you there?").await;
    pair.anas.hears_message("are you there?").await;
    let again = json!({"username": "bob", "password": "quite another password"});
    let granted = pair.server.post("/api/auth/login/", again).await;
    let bob = handsel_tests::Person::new(&pair.server.address, granted.is(200));
    let mut bobs = bob.opens(&pair.offer).await;
    bobs.says("I am back").await;
    bobs.hears_message("I am back").await;
    pair.anas.hears_message("I am back").await;
}

#[tokio::test]
async fn an_operator_can_revoke_all_tokens_of_a_user() {
    let mut pair = Pair::acquainted().await;
    let (status, output, errors) = pair.server.command(&["token", "revoke", "bob"], "").await;
    assert!(status.success(), "{output}{errors}");
    pair.bobs.hears_close(4001, "token_revoked").await;
    pair.bob.is_refused(&pair.offer).await.is(401, "token_revoked");
    pair.anas.says("are you there?").await;
    pair.anas.hears_message("are you there?").await;
}

#[tokio::test]
async fn a_token_that_runs_out_closes_its_sockets() {
    let mut pair = Pair::acquainted().await;
    assert_eq!(pair.server.database().tokens_run_out("bob", Duration::from_secs(5)).await, 1);
    let mut bobs_last = pair.bob.opens(&pair.offer).await;
    bobs_last.hears_close(4001, "token_expired").await;
    pair.bob.is_refused(&pair.offer).await.is(401, "token_expired");
    pair.goes_on(Who::Ana).await;
}
