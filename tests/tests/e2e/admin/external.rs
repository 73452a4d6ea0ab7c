//! `--identity external`: users and listings are the site's, and what they say is kept here. Knows nothing of other ways to
//! be recognised.

use handsel_tests::server::command_with;
use handsel_tests::{Admin, Server, Started};
use serde_json::json;

use super::scene::with_listing;

async fn site() -> (Server, Admin) {
    with_listing(Started::fresh().with(&["--identity", "external"])).await
}

#[tokio::test]
async fn nobody_registers_logs_in_or_publishes_here() {
    let (server, admin) = site().await;
    let ana = admin.logs_in(5).await;
    let account = json!({"username": "cyd", "password": "a good password"});
    let title = json!({"title": "Bicycles"});
    for (what, answer) in [
        ("register", server.post("/api/auth/register/", account.clone()).await),
        ("log in", server.post("/api/auth/login/", account).await),
        ("published", ana.post("/api/offers/", title.clone()).await),
        ("published", ana.post("/api/needs/", title.clone()).await),
        ("changed", ana.patch("/api/offers/1/", title.clone()).await),
    ] {
        let problem = answer.is_problem(403, "identity_external");
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(detail.contains(what) && detail.contains("site"), "{what}: {detail}");
    }
    server.post("/api/offers/", title).await.is_problem(401, "token_required");
    assert_eq!(ana.get("/api/offers/1/").await.is(200)["title"], "Bike repair");
}

#[tokio::test]
async fn everything_else_goes_on() {
    let (_server, admin) = site().await;
    let (ana, bob) = (admin.logs_in(5).await, admin.logs_in(6).await);
    let (mut of_ana, mut of_bob) = (ana.opens("offer_1").await, bob.opens("offer_1").await);
    of_bob.says("Hello!").await;
    let heard = of_ana.hears_message("Hello!").await;
    assert_eq!((&heard["sender"]["id"], &heard["sender"]["username"]), (&json!(6), &json!("bob")));
    assert_eq!(ana.get("/api/conversations/").await.is(200)["results"][0]["conversation"], "offer_1:6");
    assert_eq!(bob.get("/api/offers/").await.is(200)["results"][0]["id"], 1);
    bob.get("/api/needs/").await.is(200);
    bob.post("/api/auth/logout/", json!({})).await.is(200);
    of_bob.hears_message("Hello!").await;
    of_bob.hears_close(4001, "token_revoked").await;
    bob.get("/api/auth/user/").await.is_problem(401, "token_revoked");
}

#[tokio::test]
async fn without_an_admin_key_it_does_not_start_and_says_why() {
    let directory = tempfile::tempdir().expect("a directory");
    for variables in
        [[("HANDSEL_IDENTITY", "external")].as_slice(), &[("HANDSEL_IDENTITY", "external"), ("HANDSEL_ADMIN_KEY", "")]]
    {
        let (status, output, errors) = command_with(directory.path(), &["--port", "0"], variables, "").await;
        assert_eq!((status.code(), output.as_str()), (Some(1), ""));
        assert!(errors.contains("HANDSEL_ADMIN_KEY_FILE") && errors.contains("HANDSEL_IDENTITY"), "{errors}");
    }
    assert_eq!(std::fs::read_dir(directory.path()).expect("it is there").count(), 0, "nothing was made");
}

#[tokio::test]
async fn the_demo_has_users_of_its_own() {
    let directory = tempfile::tempdir().expect("a directory");
    let key = [("HANDSEL_ADMIN_KEY", handsel_tests::admin::ADMIN_KEY)];
    let arguments = ["--port", "0", "--demo", "--identity", "external"];
    let (status, _, errors) = command_with(directory.path(), &arguments, &key, "").await;
    assert_eq!(status.code(), Some(1));
    assert!(errors.contains("--demo") && errors.contains("identity"), "{errors}");
}
