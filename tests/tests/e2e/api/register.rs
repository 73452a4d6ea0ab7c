//! Registering: what a new user looks like, and what is wrong with those who are none. Knows nothing of log-in.

use handsel_tests::{Answer, Server};
use serde_json::{Value, json};

use super::support::{finds_wrong, has_exactly};

async fn registers(server: &Server, fields: Value) -> Answer {
    server.post("/api/auth/register/", fields).await
}

#[tokio::test]
async fn a_new_user_is_shown_without_the_password() {
    let server = Server::start().await;
    let fields = json!({"username": "ana", "password": "long enough", "first_name": " Ana ", "last_name": "Lima"});
    let answer = registers(&server, fields).await;
    let shape = [
        ("id", "number"),
        ("username", "text"),
        ("first_name", "text"),
        ("last_name", "text"),
        ("full_name", "text"),
        ("created_at", "time"),
    ];
    let user = answer.is(201);
    has_exactly(user, &shape);
    assert_eq!(
        [&user["username"], &user["first_name"], &user["last_name"], &user["full_name"]],
        ["ana", "Ana", "Lima", "Ana Lima"]
    );

    let ana = server.post("/api/auth/login/", json!({"username": "ana", "password": "long enough"})).await;
    let ana = handsel_tests::Person::new(&server.address, ana.is(200));
    assert_eq!(ana.get("/api/auth/user/").await.is(200), user, "the caller is who was registered");
}

#[tokio::test]
async fn the_full_name_is_the_username_where_there_is_no_other() {
    let server = Server::start().await;
    for (username, first, last, full) in [
        ("one", json!("User"), json!("One"), "User One"),
        ("two", json!("User"), json!(null), "User"),
        ("three", json!(""), json!("Three"), "Three"),
        ("four", json!("  "), json!(""), "four"),
    ] {
        let fields = json!({"username": username, "password": "long enough", "first_name": first, "last_name": last});
        assert_eq!(registers(&server, fields).await.is(201)["full_name"], full);
    }
}

#[tokio::test]
async fn each_wrong_field_is_named() {
    let server = Server::start().await;
    let long = "x".repeat(151);
    for (field, value, code) in [
        ("username", json!(null), "required"),
        ("username", json!(7), "field_invalid"),
        ("username", json!(""), "username_length"),
        ("username", json!("ab"), "username_length"),
        ("username", json!(long), "username_length"),
        ("username", json!("a b c"), "username_invalid"),
        ("username", json!("ana/lima"), "username_invalid"),
        ("username", json!("ana\u{0}"), "username_invalid"),
        ("username", json!("ana\u{202e}"), "username_invalid"),
        ("username", json!("🤝🤝🤝"), "username_invalid"),
        ("password", json!(null), "required"),
        ("password", json!(["long enough"]), "field_invalid"),
        ("password", json!(""), "password_length"),
        ("password", json!("x".repeat(7)), "password_length"),
        ("password", json!("x".repeat(129)), "password_length"),
        ("first_name", json!(long), "name_too_long"),
        ("first_name", json!(false), "field_invalid"),
        ("last_name", json!(long), "name_too_long"),
        ("last_name", json!("Li\nma"), "name_invalid"),
        ("last_name", json!({}), "field_invalid"),
    ] {
        let mut fields = json!({"username": "ana", "password": "long enough"});
        fields[field] = value;
        finds_wrong(&registers(&server, fields).await, &[(&format!("/{field}"), code)]);
    }
    registers(&server, json!({"username": "ana", "password": "long enough"})).await.is(201);
}

#[tokio::test]
async fn several_wrong_fields_are_named_at_once() {
    let server = Server::start().await;
    finds_wrong(&registers(&server, json!({})).await, &[("/username", "required"), ("/password", "required")]);
    let all = json!({"username": "a", "password": "short", "first_name": 1, "last_name": "\u{7}"});
    finds_wrong(
        &registers(&server, all).await,
        &[
            ("/username", "username_length"),
            ("/password", "password_length"),
            ("/first_name", "field_invalid"),
            ("/last_name", "name_invalid"),
        ],
    );
}

#[tokio::test]
async fn a_username_has_3_to_150_letters_digits_and_a_few_signs() {
    let server = Server::start().await;
    for username in ["abc", "José", "Ольга", "李小龙", "user.one+x@example-site_1", "007", &"y".repeat(150)] {
        let registered = registers(&server, json!({"username": username, "password": "long enough"})).await;
        assert_eq!(registered.is(201)["username"], username);
    }
}

#[tokio::test]
async fn a_password_has_8_to_128_characters_of_any_kind() {
    let server = Server::start().await;
    for (username, password) in
        [("one", "x".repeat(8)), ("two", "x".repeat(128)), ("three", "ü".repeat(128)), ("four", " ".repeat(8))]
    {
        let fields = json!({"username": username, "password": password});
        registers(&server, fields.clone()).await.is(201);
        server.post("/api/auth/login/", fields).await.is(200);
    }
}
