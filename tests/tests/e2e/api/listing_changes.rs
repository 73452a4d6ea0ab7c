//! Changing a listing, which its owner alone may do. Knows nothing of how listings come about.

use serde_json::json;

use super::support::{Market, finds_wrong, writes};

#[tokio::test]
async fn an_owner_changes_what_is_given_and_nothing_else() {
    let Market { server: _server, ana, bob, .. } = Market::open().await;
    let mut expected = ana.get("/api/offers/1/").await.is(200).clone();
    for (field, value) in [("title", "Brakes"), ("description", "and gears"), ("status", "closed"), ("status", "open")]
    {
        let changed = ana.patch("/api/offers/1/", json!({field: format!(" {value} ").trim()})).await;
        expected[field] = value.into();
        assert_eq!(*changed.is(200), expected);
        assert_eq!(*bob.get("/api/offers/1/").await.is(200), expected, "others see it");
    }
    assert_eq!(*ana.patch("/api/offers/1/", json!({})).await.is(200), expected);
    let all = json!({"title": "A", "description": "", "status": "closed", "id": 7, "owner": 2});
    let changed = ana.patch("/api/offers/1/", all).await;
    assert_eq!(changed.is(200)["id"], 1);
    assert_eq!(changed.json["owner"], expected["owner"]);
    assert_eq!([&changed.json["title"], &changed.json["description"], &changed.json["status"]], ["A", "", "closed"]);
}

#[tokio::test]
async fn nobody_else_may_change_it() {
    let Market { server: _server, ana, bob, .. } = Market::open().await;
    let before = ana.get("/api/offers/1/").await.is(200).clone();
    bob.patch("/api/offers/1/", json!({"title": "Mine"})).await.is_problem(403, "not_owner");
    bob.patch("/api/offers/1/", json!({"status": "closed"})).await.is_problem(403, "not_owner");
    assert_eq!(*ana.get("/api/offers/1/").await.is(200), before);
}

#[tokio::test]
async fn each_wrong_field_is_named() {
    let Market { server: _server, ana, .. } = Market::open().await;
    for (fields, expected) in [
        (json!({"status": "gone"}), [("/status", "status_invalid")].as_slice()),
        (json!({"status": "Open"}), &[("/status", "status_invalid")]),
        (json!({"status": true}), &[("/status", "field_invalid")]),
        (json!({"title": " "}), &[("/title", "title_required")]),
        (
            json!({"title": 1, "description": 2, "status": ""}),
            &[("/title", "field_invalid"), ("/description", "field_invalid"), ("/status", "status_invalid")],
        ),
    ] {
        finds_wrong(&ana.patch("/api/offers/1/", fields).await, expected);
    }
}

#[tokio::test]
async fn a_closed_listing_takes_no_new_conversation_and_those_it_has_go_on() {
    let Market { server, ana, bob, offer, key } = Market::talking().await;
    ana.patch("/api/offers/1/", json!({"status": "closed"})).await.is(200);
    let cyd = server.person("cyd").await;
    let path = format!("/api/conversations/{offer}/messages/");
    cyd.post(&path, json!({"content": "Hi"})).await.is_problem(409, "listing_closed");
    let started = cyd.post(&format!("/api/conversations/{offer}/handshake/start/"), json!({})).await;
    started.is_problem(409, "listing_closed");
    writes(&bob, &offer, "Still there?").await;
    writes(&ana, &key, "Yes").await;

    ana.patch("/api/offers/1/", json!({"status": "open"})).await.is(200);
    writes(&cyd, &offer, "Hi").await;
}
