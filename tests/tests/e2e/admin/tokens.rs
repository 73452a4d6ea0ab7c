//! Who is logged in, as the site says. Knows nothing of what they do then.

use std::time::{Duration, SystemTime};

use handsel_tests::Started;
use serde_json::json;

use super::scene::with_listing;
use crate::api::{finds_wrong, has_exactly};

#[tokio::test]
async fn a_token_speaks_for_the_user_as_long_as_was_asked_for() {
    let (_server, admin) = with_listing(Started::fresh()).await;
    for (asked, seconds) in [(json!({"user_id": 6}), 86_400), (json!({"user_id": 6, "expires_in": 60}), 60)] {
        let granted = admin.post("/api/admin/tokens/", asked).await;
        has_exactly(granted.is(201), &[("token", "text"), ("expires_at", "time"), ("user", "object")]);
        assert_eq!((&granted.json["user"]["id"], &granted.json["user"]["suspended"]), (&json!(6), &json!(false)));
        let expires_at = granted.json["expires_at"].as_str().expect("a time");
        let expires_at = humantime::parse_rfc3339(expires_at).expect("a time");
        let left = expires_at.duration_since(SystemTime::now()).expect("in the future");
        let whole = Duration::from_secs(seconds);
        assert!(
            left <= whole && whole.checked_sub(left).expect("less") < Duration::from_secs(30),
            "{left:?} of {whole:?}"
        );
        let bob = handsel_tests::Person::new(&admin.address, &granted.json);
        assert_eq!(bob.get("/api/auth/user/").await.is(200)["id"], 6);
    }
}

#[tokio::test]
async fn what_is_asked_for_is_checked() {
    let (_server, admin) = with_listing(Started::fresh()).await;
    let path = "/api/admin/tokens/";
    finds_wrong(&admin.post(path, json!({})).await, &[("/user_id", "required")]);
    finds_wrong(&admin.post(path, json!({"user_id": "6"})).await, &[("/user_id", "field_invalid")]);
    for seconds in [-1, 0, 59, 2_592_001, i64::MAX] {
        let refused = admin.post(path, json!({"user_id": 6, "expires_in": seconds})).await;
        finds_wrong(&refused, &[("/expires_in", "expires_in_invalid")]);
    }
    admin.post(path, json!({"user_id": 6, "expires_in": 2_592_000})).await.is(201);
    admin.post(path, json!({"user_id": 7})).await.is_problem(404, "user_not_found");
    admin.delete("/api/admin/tokens/?user_id=7").await.is_problem(404, "user_not_found");
    for query in ["", "?user_id=", "?user_id=x", "?user_id=0", "?user=6"] {
        admin.delete(&format!("/api/admin/tokens/{query}")).await.is_problem(400, "query_invalid");
    }
}

#[tokio::test]
async fn whoever_logs_out_at_the_site_is_logged_out_of_everything_here_and_nobody_else_is() {
    let (server, admin) = with_listing(Started::fresh()).await;
    let other = server.another().with_admin().start().await;
    let (ana, bob, again) = (admin.logs_in(5).await, admin.logs_in(6).await, admin.logs_in(6).await);
    let (mut of_bob, mut elsewhere) = (bob.opens("offer_1").await, again.at(&other.address).opens("offer_1").await);
    let (mut inbox, _hello) = bob.opens_inbox().await;
    let mut of_ana = ana.opens("offer_1").await;
    assert_eq!(admin.delete("/api/admin/tokens/?user_id=6").await.is(200), &json!({"revoked": 2}));
    for socket in [&mut of_bob, &mut elsewhere, &mut inbox] {
        socket.hears_close(4001, "token_revoked").await;
    }
    for person in [&bob, &again] {
        person.get("/api/auth/user/").await.is_problem(401, "token_revoked");
    }
    assert_eq!(admin.delete("/api/admin/tokens/?user_id=6").await.is(200), &json!({"revoked": 0}));
    of_ana.has_heard_nothing().await;
    let bob = admin.logs_in(6).await;
    bob.opens("offer_1").await.says("I am back.").await;
    of_ana.hears_message("I am back.").await;
}

#[tokio::test]
async fn whoever_is_suspended_gets_no_token() {
    let (server, admin) = with_listing(Started::fresh()).await;
    server.database().change("UPDATE users SET suspended_at = 1 WHERE id = 6").await;
    admin.post("/api/admin/tokens/", json!({"user_id": 6})).await.is_problem(409, "user_suspended");
    assert_eq!(admin.get("/api/admin/users/6/").await.is(200)["suspended"], true);
}
