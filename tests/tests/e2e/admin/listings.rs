//! Listings that a site puts by its own numbers. Knows nothing of its users but who owns what.

use handsel_tests::Started;
use serde_json::{Value, json};

use super::scene::with_users;
use crate::api::{finds_wrong, has_exactly};

#[tokio::test]
async fn a_listing_is_put_once_and_stays_the_same_however_often_that_is_repeated() {
    let (_server, admin) = with_users(Started::fresh()).await;
    let bike = json!({"owner_id": 5, "title": " Bike repair ", "description": "All of them"});
    let put = admin.put("/api/admin/listings/offer_123/", bike.clone()).await;
    let put = put.is(201).clone();
    has_exactly(
        &put,
        &[
            ("id", "number"),
            ("kind", "text"),
            ("conversation", "text"),
            ("owner", "person"),
            ("title", "text"),
            ("description", "text"),
            ("status", "text"),
            ("created_at", "time"),
        ],
    );
    assert_eq!((&put["id"], &put["kind"], &put["conversation"]), (&json!(123), &json!("offer"), &json!("offer_123")));
    assert_eq!(
        (&put["owner"]["username"], &put["title"], &put["status"]),
        (&json!("ana"), &json!("Bike repair"), &json!("open"))
    );
    for _ in 0..2 {
        assert_eq!(admin.put("/api/admin/listings/offer_123", bike.clone()).await.is(200), &put);
    }
    let closed = json!({"owner_id": 5, "title": "Bikes", "status": "closed"});
    let closed = admin.put("/api/admin/listings/offer_123/", closed).await;
    let closed = closed.is(200);
    assert_eq!(
        (&closed["title"], &closed["description"], &closed["status"], &closed["created_at"]),
        (&json!("Bikes"), &json!(""), &json!("closed"), &put["created_at"])
    );
    admin.put("/api/admin/listings/need_123/", json!({"owner_id": 6, "title": "A ladder"})).await.is(201);
}

#[tokio::test]
async fn what_is_published_here_later_gets_a_number_of_its_own() {
    let (server, admin) = with_users(Started::fresh()).await;
    for name in ["offer_41", "offer_7", "need_3"] {
        admin.put(&format!("/api/admin/listings/{name}/"), json!({"owner_id": 5, "title": "Something"})).await.is(201);
    }
    let cyd = server.person("cyd").await;
    assert_eq!([cyd.offers("Mine").await, cyd.needs("Mine").await], ["offer_42", "need_4"]);
}

#[tokio::test]
async fn another_owner_may_have_it_until_somebody_has_written() {
    let (_server, admin) = with_users(Started::fresh()).await;
    let owned_by = |owner: i64| json!({"owner_id": owner, "title": "Bike repair"});
    let path = "/api/admin/listings/offer_1/";
    admin.put(path, owned_by(5)).await.is(201);
    assert_eq!(admin.put(path, owned_by(6)).await.is(200)["owner"]["id"], 6);
    let ana = admin.logs_in(5).await;
    ana.post("/api/conversations/offer_1/messages/", json!({"content": "Hello!"})).await.is(201);
    admin.put(path, owned_by(5)).await.is_problem(409, "listing_owner_fixed");
    admin.put(path, owned_by(6)).await.is(200);
    assert_eq!(ana.get("/api/offers/1/").await.is(200)["owner"]["id"], 6);
}

#[tokio::test]
async fn what_is_wrong_with_a_listing_is_said() {
    let (_server, admin) = with_users(Started::fresh()).await;
    let path = "/api/admin/listings/offer_1/";
    finds_wrong(&admin.put(path, json!({})).await, &[("/owner_id", "required"), ("/title", "required")]);
    finds_wrong(
        &admin
            .put(path, json!({"owner_id": "5", "title": " ", "description": "x".repeat(10_001), "status": "sold"}))
            .await,
        &[
            ("/owner_id", "field_invalid"),
            ("/title", "title_required"),
            ("/description", "description_too_long"),
            ("/status", "status_invalid"),
        ],
    );
    finds_wrong(&admin.put(path, json!({"owner_id": 0, "title": "Bike"})).await, &[("/owner_id", "field_invalid")]);
    let refused = admin.put(path, json!({"owner_id": 7, "title": "Bike repair"})).await;
    let problem: &Value = refused.is_problem(422, "owner_unknown");
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("/api/admin/users/")), "{problem}");
    for name in ["offer_0", "offer_01", "shop_1", "offer", "1", "offer_1:2", "offer_9007199254740993"] {
        let refused = admin.put(&format!("/api/admin/listings/{name}/"), json!({"owner_id": 5, "title": "Bike"})).await;
        refused.is_problem(400, "listing_invalid");
    }
}

#[tokio::test]
async fn a_number_leaves_room_for_what_is_published_here() {
    let (server, admin) = with_users(Started::fresh()).await;
    let put = async |name: &str| {
        admin.put(&format!("/api/admin/listings/{name}/"), json!({"owner_id": 5, "title": "Something"})).await
    };
    for name in ["offer_4503599627370497", "need_9007199254740992"] {
        put(name).await.is_problem(422, "id_too_high");
    }
    put("offer_4503599627370496").await.is(201);
    assert_eq!(server.person("cyd").await.offers("Mine").await, "offer_4503599627370497");
}
