//! One name, whatever its case and Unicode form: it is taken once, and logs in in every form. Knows nothing of other
//! rules.

use futures_util::future::join_all;
use handsel_tests::Server;
use serde_json::json;

/// Composed, decomposed, upper case, full width, mixed.
const FORMS: [&str; 5] = ["josé", "jose\u{301}", "JOSÉ", "ｊｏｓé", "Jose\u{301}"];

#[tokio::test]
async fn a_name_is_taken_in_every_form() {
    let server = Server::start().await;
    server.post("/api/auth/register/", json!({"username": "José", "password": "long enough"})).await.is(201);
    for form in FORMS {
        let again = server.post("/api/auth/register/", json!({"username": form, "password": "long enough"})).await;
        again.is_problem(409, "username_taken");
    }
    server.post("/api/auth/register/", json!({"username": "jose", "password": "long enough"})).await.is(201);
}

#[tokio::test]
async fn a_name_logs_in_in_every_form() {
    let server = Server::start().await;
    let fields = json!({"username": "José", "password": "long enough"});
    let id = server.post("/api/auth/register/", fields).await.is(201)["id"].clone();
    for form in FORMS {
        let granted = server.post("/api/auth/login/", json!({"username": form, "password": "long enough"})).await;
        assert_eq!(
            (&granted.is(200)["user"]["id"], &granted.json["user"]["username"]),
            (&id, &json!("José")),
            "{form}"
        );
    }
}

#[tokio::test]
async fn of_those_who_want_a_name_at_the_same_moment_one_gets_it() {
    let server = Server::start().await;
    let register = |form| server.post("/api/auth/register/", json!({"username": form, "password": "long enough"}));
    let answers = join_all(FORMS.into_iter().chain(FORMS).map(register)).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "exactly one is registered");
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.is_problem(409, "username_taken");
    }
    assert_eq!(server.database().number("SELECT COUNT(*) FROM users").await, 1);
}
