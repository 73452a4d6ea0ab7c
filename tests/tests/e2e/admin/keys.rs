//! Who may use the admin API: each of its calls, with every key but a right one. Knows nothing of what a call does.

use handsel_tests::admin::ADMIN_KEY;
use handsel_tests::http::request;
use handsel_tests::{Admin, Server, Started};
use serde_json::json;

/// Every call of the admin API, as the documentation lists them; the server's own tests hold that list against its routes.
fn calls() -> Vec<(String, String)> {
    let documented = include_str!("../../../../docs/http-api.md").lines().filter_map(|line| {
        let (method, path) = line.strip_prefix("| `")?.split_once(['?', '`'])?.0.split_once(' ')?;
        let path = path.replace("{id}", "1").replace("{key}", "offer_1:2").replace("{listing}", "offer_1");
        path.starts_with("/api/admin/").then(|| (method.to_owned(), path))
    });
    let calls: Vec<_> = documented.collect();
    assert!(calls.len() > 1, "the documentation lists the calls, saw {calls:?}");
    assert!(calls.iter().all(|(_, path)| !path.contains('{')), "each place of a path is filled in, saw {calls:?}");
    calls
}

/// Asks for all of them with that header.
async fn all_are(server: &Server, token: Option<&str>, status: u16, code: &str) {
    for (method, path) in calls() {
        let body = (method != "GET").then(|| json!({}));
        let answer = request(&server.address, &method, &path, token, body).await;
        answer.is_problem(status, code);
        if status == 401 {
            assert_eq!(answer.header("www-authenticate"), "Bearer", "{}", answer.asked);
        }
    }
}

/// One that answers any number of wrong keys, each from another address.
async fn from_everywhere(server: &Server, key: &str) {
    for (place, (method, path)) in calls().into_iter().enumerate() {
        let forwarded = format!("198.51.100.{}", place + 1);
        let authorization = format!("Bearer {key}");
        let headers = [("authorization", authorization.as_str()), ("x-forwarded-for", &forwarded)];
        let answer = crate::api::ask(&server.address, &method, &path, &headers, b"").await;
        answer.is_problem(401, "admin_key_invalid");
        assert!(key.len() < 8 || !answer.text.contains(key), "{}", answer.text);
    }
}

async fn behind_a_proxy() -> Server {
    Started::fresh().with_admin().with(&["--trusted-proxy", "127.0.0.0/8"]).start().await
}

#[tokio::test]
async fn without_a_key_there_is_no_admin_api() {
    let server = Server::start().await;
    let ana = server.person("ana").await;
    for token in [None, Some(ana.token.as_str()), Some(ADMIN_KEY)] {
        all_are(&server, token, 403, "admin_off").await;
    }
    let refused = server.get("/api/admin/users/1/").await;
    let detail = refused.json["detail"].as_str().expect("a detail").to_owned();
    assert!(detail.contains("HANDSEL_ADMIN_KEY") && detail.contains("_FILE"), "{detail}");
}

#[tokio::test]
async fn whoever_gives_no_key_is_told_so_by_every_call() {
    let server = Started::fresh().with_admin().start().await;
    all_are(&server, None, 401, "admin_key_required").await;
}

#[tokio::test]
async fn nothing_else_is_a_key() {
    let server = behind_a_proxy().await;
    let ana = server.person("ana").await;
    from_everywhere(&server, &ana.token).await;
    for wrong in [
        "",
        "x",
        &ADMIN_KEY[1..],
        &ADMIN_KEY[..ADMIN_KEY.len() - 1],
        &format!("{ADMIN_KEY}0"),
        &ADMIN_KEY.to_uppercase(),
        &format!("{ADMIN_KEY},"),
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
        &"k".repeat(5_000),
    ] {
        // Another server each, since wrong keys are counted.
        from_everywhere(&behind_a_proxy().await, wrong).await;
    }
    let log = server.log();
    assert!(!log.contains(&ana.token) && !log.contains(ADMIN_KEY), "{log}");
}

#[tokio::test]
async fn another_scheme_is_no_key() {
    let server = Started::fresh().with_admin().start().await;
    for authorization in
        [ADMIN_KEY.to_owned(), format!("Basic {ADMIN_KEY}"), format!("Bearer{ADMIN_KEY}"), "Bearer".into()]
    {
        let headers = [("authorization", authorization.as_str())];
        crate::api::ask(&server.address, "GET", "/api/admin/users/1/", &headers, b"")
            .await
            .is_problem(401, "admin_key_invalid");
    }
    let authorization = format!("bearer  {ADMIN_KEY} ");
    let answer =
        crate::api::ask(&server.address, "GET", "/api/admin/users/1/", &[("authorization", &authorization)], b"").await;
    answer.is_problem(404, "user_not_found");
}

#[tokio::test]
async fn a_key_speaks_for_no_user() {
    let server = Started::fresh().with_admin().start().await;
    Admin::of(&server).get("/api/auth/user/").await.is_problem(401, "token_malformed");
}

#[tokio::test]
async fn too_many_wrong_keys_are_told_to_wait_while_the_right_one_goes_on() {
    let server = Started::fresh().with_admin().start().await;
    let (right, wrong) = (Admin::of(&server), Admin::at(&server.address, &"wrong-".repeat(8)));
    for _ in 0..10 {
        wrong.get("/api/admin/users/1/").await.is_problem(401, "admin_key_invalid");
    }
    let refused = wrong.get("/api/admin/users/1/").await;
    refused.is_problem(429, "rate_limited");
    let wait: u64 = refused.header("retry-after").parse().expect("a number of seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    right.get("/api/admin/users/1/").await.is_problem(404, "user_not_found");
    server.logs("somebody tried the admin API").await;
}

#[tokio::test]
async fn of_two_keys_each_is_one_so_that_one_can_be_replaced() {
    let [old, new] = ["old", "new"].map(|name| format!("the-{name}-key-{}", "x".repeat(32)));
    let keys = Started::fresh();
    let file = keys.directory().join("keys");
    std::fs::write(&file, format!("{old}\n{new}\n")).expect("a file");
    let server = keys.variable("HANDSEL_ADMIN_KEY_FILE", "keys").start().await;
    for key in [&old, &new] {
        Admin::at(&server.address, key).get("/api/admin/users/1/").await.is_problem(404, "user_not_found");
    }
    server.terminate().await;
    let again = server.another().variable("HANDSEL_ADMIN_KEY", &new);
    server.ended().await;
    let server = again.start().await;
    Admin::at(&server.address, &old).get("/api/admin/users/1/").await.is_problem(401, "admin_key_invalid");
    Admin::at(&server.address, &new).has_user(1, "ana").await;
    let log = server.logs("by its admin key").await;
    assert!(!log.contains(&new) && !log.contains(&old), "{log}");
}

#[tokio::test]
async fn with_an_address_of_the_operators_it_is_there_alone() {
    let server = Started::fresh().with_admin().with(&["--admin-bind", "127.0.0.1:0"]).start().await;
    let address = server
        .prints("the operator's address", |output| {
            Some(output.lines().next()?.split_once("operator's address http://")?.1.to_owned())
        })
        .await;
    Admin::at(&address, ADMIN_KEY).has_user(1, "ana").await;
    for (method, path) in calls() {
        let refused = request(&server.address, &method, &path, Some(ADMIN_KEY), None).await;
        let problem = refused.is_problem(404, "not_found");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("--admin-bind")), "{problem}");
    }
}

#[tokio::test]
async fn a_process_for_sockets_alone_has_none() {
    let server = Started::fresh().with_admin().with(&["--websocket-only"]).start().await;
    Admin::of(&server).get("/api/admin/users/1/").await.is_problem(404, "not_found");
}
