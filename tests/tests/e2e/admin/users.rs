//! Users that a site puts by its own ids. Knows nothing of their tokens.

use handsel_tests::{Admin, Server, Started};
use serde_json::{Value, json};

use crate::api::{finds_wrong, has_exactly};

async fn site() -> (Server, Admin) {
    let server = Started::fresh().with_admin().start().await;
    let admin = Admin::of(&server);
    (server, admin)
}

fn is_user(user: &Value) {
    has_exactly(
        user,
        &[
            ("id", "number"),
            ("username", "text"),
            ("first_name", "text"),
            ("last_name", "text"),
            ("full_name", "text"),
            ("created_at", "time"),
            ("suspended", "boolean"),
        ],
    );
}

#[tokio::test]
async fn a_user_is_put_once_and_stays_the_same_however_often_that_is_repeated() {
    let (_server, admin) = site().await;
    admin.get("/api/admin/users/41/").await.is_problem(404, "user_not_found");
    let ana = json!({"username": "ana", "first_name": " Ana ", "last_name": "Nowak"});
    let put = admin.put("/api/admin/users/41", ana.clone()).await;
    let put = put.is(201).clone();
    is_user(&put);
    assert_eq!((&put["id"], &put["full_name"], &put["suspended"]), (&json!(41), &json!("Ana Nowak"), &json!(false)));
    for _ in 0..2 {
        assert_eq!(admin.put("/api/admin/users/41/", ana.clone()).await.is(200), &put);
        assert_eq!(admin.get("/api/admin/users/41/").await.is(200), &put);
    }
    let renamed = admin.put("/api/admin/users/41/", json!({"username": "a"})).await;
    let renamed = renamed.is(200);
    assert_eq!(
        (&renamed["username"], &renamed["full_name"], &renamed["created_at"]),
        (&json!("a"), &json!("a"), &put["created_at"])
    );
}

#[tokio::test]
async fn a_name_belongs_to_one_user() {
    let (server, admin) = site().await;
    admin.has_user(7, "ana").await;
    admin.has_user(8, "bob").await;
    for name in ["ana", "ANA", "ａｎａ"] {
        admin.put("/api/admin/users/8/", json!({"username": name})).await.is_problem(409, "username_taken");
        admin.put("/api/admin/users/9/", json!({"username": name})).await.is_problem(409, "username_taken");
        admin.put("/api/admin/users/7/", json!({"username": name})).await.is(200);
    }
    assert_eq!(admin.get("/api/admin/users/8/").await.is(200)["username"], "bob");
    admin.get("/api/admin/users/9/").await.is_problem(404, "user_not_found");
    let registered = json!({"username": "bob", "password": "a good password"});
    server.post("/api/auth/register/", registered).await.is_problem(409, "username_taken");
}

#[tokio::test]
async fn whoever_registers_later_gets_an_id_of_their_own() {
    let (server, admin) = site().await;
    let first = server.person("first").await;
    admin.has_user(first.id + 1, "second").await;
    admin.has_user(first.id + 40, "third").await;
    admin.has_user(first.id + 20, "fourth").await;
    let fifth = server.person("fifth").await;
    assert_eq!(fifth.id, first.id + 41);
}

#[tokio::test]
async fn what_is_wrong_with_a_user_is_said() {
    let (_server, admin) = site().await;
    let path = "/api/admin/users/1/";
    finds_wrong(&admin.put(path, json!({})).await, &[("/username", "required")]);
    finds_wrong(&admin.put(path, json!({"username": ""})).await, &[("/username", "username_length")]);
    finds_wrong(
        &admin.put(path, json!({"username": "a b", "first_name": "x".repeat(151), "last_name": 7})).await,
        &[("/username", "username_invalid"), ("/first_name", "name_too_long"), ("/last_name", "field_invalid")],
    );
    for id in ["0", "-1", "01", "x", "1.0", "9007199254740993", "99999999999999999999"] {
        for answer in [
            admin.put(&format!("/api/admin/users/{id}/"), json!({"username": "ana"})).await,
            admin.get(&format!("/api/admin/users/{id}/")).await,
        ] {
            answer.is_problem(404, "user_not_found");
        }
    }
}

#[tokio::test]
async fn an_id_leaves_room_for_those_who_register() {
    let (server, admin) = site().await;
    for id in [4_503_599_627_370_497_i64, 9_007_199_254_740_992] {
        let put = admin.put(&format!("/api/admin/users/{id}/"), json!({"username": "ana"})).await;
        let problem: &Value = put.is_problem(422, "id_too_high");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("4503599627370496")), "{problem}");
    }
    admin.has_user(4_503_599_627_370_496, "last").await;
    assert_eq!(server.person("next").await.id, 4_503_599_627_370_497);
}

#[tokio::test]
async fn a_renamed_user_has_the_new_name_everywhere() {
    let (server, admin) = site().await;
    let (ana, bob) = (server.person("ana").await, server.person("bob").await);
    let offer = ana.offers("Bike repair").await;
    let mut of_ana = ana.opens(&offer).await;
    let mut of_bob = bob.opens(&offer).await;
    of_bob.says("Hello!").await;
    of_ana.hears_message("Hello!").await;
    let path = format!("/api/admin/users/{}/", bob.id);
    admin.put(&path, json!({"username": "robert", "first_name": "Robert"})).await.is(200);

    let is_robert =
        |person: &Value| assert_eq!((&person["username"], &person["full_name"]), (&json!("robert"), &json!("Robert")));
    let mut of_bob = bob.opens(&offer).await;
    of_bob.says("I have another name.").await;
    let heard = of_ana.hears_message("I have another name.").await;
    is_robert(&heard["sender"]);
    for entry in ana.timeline(&format!("{offer}:{}", bob.id)).await {
        is_robert(&entry["message"]["sender"]);
    }
    let list = ana.get("/api/conversations/").await;
    is_robert(&list.is(200)["results"][0]["peer"]);
    assert_eq!(bob.get("/api/auth/user/").await.is(200)["full_name"], "Robert");
    let (_socket, hello) = ana.opens_inbox().await;
    is_robert(&hello["conversations"][0]["peer"]);
}
