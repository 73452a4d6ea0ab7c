//! What people wrote moves, and comes back the same; whoever moved goes on as if nothing had happened. Knows nothing of
//! what cannot be taken.

use handsel_tests::Started;
use handsel_tests::over::Over;
use serde_json::{Value, json};

use super::scene::{assert_same, exports, imports, runs, summary};

/// Ana and Bob after a handshake with everything that one can have, Cem who has only an account and is blocked, and a closed need.
async fn a_site() -> Started {
    let server = Started::fresh().start().await;
    let (ana, bob) = (server.person("ana").await, server.person("bob").await);
    server.person("cem").await;
    let offer = ana.offers("Bike repair").await;
    let key = format!("{offer}:{}", bob.id);
    let path = |what: &str| format!("/api/conversations/{key}/{what}/");
    let says = async |person: &handsel_tests::Person, text: &str| {
        person.post(&path("messages"), json!({"content": text})).await.is(201);
    };
    let takes = async |person: &handsel_tests::Person, step: &str, body: Value| {
        person.post(&path(&format!("handshake/{step}")), body).await.is(201);
    };
    says(&bob, "Hello! \"quoted\"\n\u{202e}odd\u{7} 🤝").await;
    takes(&bob, "start", json!({"note": "Two hours", "terms": {"hours": 2, "odd": [1.5, null, "ü"]}})).await;
    takes(&ana, "decline", json!({})).await;
    takes(&ana, "start", json!({})).await;
    takes(&bob, "approve", json!({})).await;
    takes(&bob, "complete", json!({})).await;
    says(&ana, "Thank you!").await;
    takes(&ana, "complete", json!({})).await;
    takes(&bob, "start", json!({"note": "Again?"})).await;
    ana.post(&path("read"), json!({"up_to": 7})).await.is(201);
    bob.post("/api/needs/", json!({"title": "Piano lessons", "description": "Two\nlines"})).await.is(201);
    bob.patch("/api/needs/1/", json!({"status": "closed"})).await.is(200);
    bob.put("/api/blocks/3/").await.is(201);
    ana.put("/api/blocks/3/").await.is(201);
    let started = server.another();
    server.terminate().await;
    assert!(server.ended().await.success());
    started
}

#[tokio::test]
async fn an_export_is_imported_into_either_database_and_exported_the_same() {
    let site = a_site().await;
    let exported = exports(&site).await;
    let text = std::fs::read_to_string(super::scene::beside(&site, "out.ndjson")).expect("it is there");
    for over in [Over::Sqlite, Over::Postgres] {
        let other = Started::fresh_over(over);
        let (report, ended) = imports(&other, &text).await;
        let ended = ended.is(0);
        assert!(ended.output.contains("users: 3 new, 0 there already, 0 not taken"), "{}", ended.output);
        let count = |new: u64| json!({"new": new, "there": 0, "refused": 0});
        let sum = json!({"type": "summary", "refused": 0, "noted": 0, "breaches": 0, "users": count(3),
            "blocks": count(2), "listings": count(2), "conversations": count(1), "entries": count(9)});
        assert_eq!(summary(&report), &sum);
        assert_same(&exported, &exports(&other).await);

        let (report, ended) = imports(&other, &text).await;
        let ended = ended.is(0);
        assert!(ended.output.contains("Nothing was new, and nothing has changed."), "{}", ended.output);
        let count = |there: u64| json!({"new": 0, "there": there, "refused": 0});
        let sum = json!({"type": "summary", "refused": 0, "noted": 0, "breaches": 0, "users": count(3),
            "blocks": count(2), "listings": count(2), "conversations": count(1), "entries": count(9)});
        assert_eq!(summary(&report), &sum);
        assert_same(&exported, &exports(&other).await);
    }
}

#[tokio::test]
async fn whoever_moved_goes_on_as_before() {
    let site = a_site().await;
    exports(&site).await;
    let text = std::fs::read_to_string(super::scene::beside(&site, "out.ndjson")).expect("it is there");
    for over in [Over::Sqlite, Over::Postgres] {
        let other = Started::fresh_over(over);
        imports(&other, &text).await.1.is(0);
        let server = other.start().await;
        let (ana, bob) = (server.logs_in("ana").await, server.logs_in("bob").await);
        let timeline = ana.get("/api/conversations/offer_1:2/timeline/").await;
        assert_eq!(timeline.is(200)["head"], 9);
        assert_eq!(timeline.json["handshake"]["status"], "pending");
        assert_eq!(timeline.json["entries"][0]["message"]["is_read"], true, "{}", timeline.json["entries"][0]);
        assert_eq!(timeline.json["entries"][6]["message"]["is_read"], false, "{}", timeline.json["entries"][6]);
        ana.post("/api/conversations/offer_1:2/handshake/approve/", json!({})).await.is(201);
        let said = bob.post("/api/conversations/offer_1:2/messages/", json!({"content": "And on."})).await;
        assert_eq!(said.is(201)["message"]["seq"], 11);
        let blocked = ana.get("/api/blocks/").await;
        assert_eq!(blocked.is(200)["results"][0]["user"]["username"], "cem", "{}", blocked.json);
        let cem = server.logs_in("cem").await;
        let path = "/api/conversations/offer_1/messages/";
        cem.post(path, json!({"content": "Hello?"})).await.is_problem(403, "conversation_closed");
        // What is given out from here on is nobody's yet.
        let dan = server.person("dan").await;
        assert_eq!(dan.id, 4);
        assert_eq!(dan.offers("Gardening").await, "offer_2");
        let said = dan.post("/api/conversations/offer_1/messages/", json!({"content": "Me, too!"})).await;
        assert!(said.is(201)["message"]["id"].as_i64() > Some(9), "{}", said.json);
    }
}

#[tokio::test]
async fn passwords_and_tokens_stay_behind_where_they_should() {
    let site = a_site().await;
    let ended = runs(&site, &["export", "-", "--without-passwords"]).await.is(0);
    assert!(!ended.output.contains("argon2"), "{}", ended.output);
    let with = runs(&site, &["export", "-"]).await.is(0).output;
    assert_eq!(with.matches("$argon2id$").count(), 3);
    let other = Started::fresh();
    imports(&other, &ended.output).await.1.is(0);
    let server = other.start().await;
    server.post("/api/auth/login/", json!({"username": "ana", "password": "ana's password"})).await.is(401);
    let (status, _, errors) = server.command(&["token", "issue", "ana"], "").await;
    assert!(status.success(), "{errors}");
}
