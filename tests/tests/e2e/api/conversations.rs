//! The list of a user's conversations: what a line says, and in which order they come. Knows nothing of whose turn it
//! is, nor of what is unread.

use handsel_tests::Person;
use serde_json::{Value, json};

use super::support::{Market, has_exactly, has_read, page, takes, writes};

async fn keys(person: &Person, path: &str) -> (Vec<String>, Option<String>) {
    let list = person.get(path).await;
    has_exactly(list.is(200), &[("results", "list"), ("next", "text|null")]);
    let results = list.json["results"].as_array().expect("a list");
    let key = |line: &Value| line["conversation"].as_str().expect("text").to_owned();
    (results.iter().map(key).collect(), list.json["next"].as_str().map(str::to_owned))
}

#[tokio::test]
async fn a_line_says_everything_about_a_conversation() {
    let market = Market::talking().await;
    let Market { ana, bob, offer, key, .. } = &market;
    let shape = [
        ("conversation", "text"),
        ("listing", "object"),
        ("peer", "person"),
        ("blocked", "boolean"),
        ("role", "text"),
        ("last_entry", "object"),
        ("unread_count", "number"),
        ("your_turn", "boolean"),
        ("handshake", "object|null"),
        ("head", "number"),
        ("read_up_to", "number"),
    ];
    let entry = page(bob, offer, "").await["entries"][0].clone();
    for (person, peer, role, unread) in [(ana, bob, "owner", 1), (bob, ana, "respondent", 0)] {
        let line = market.line_of(person).await;
        has_exactly(&line, &shape);
        let expected = json!({
            "conversation": key,
            "listing": {"id": 1, "kind": "offer", "conversation": offer, "title": "Bike repair", "status": "open"},
            "peer": {"id": peer.id, "username": peer.username, "full_name": peer.username},
            "blocked": false, "role": role, "last_entry": entry, "unread_count": unread, "your_turn": unread == 1,
            "handshake": null, "head": 1, "read_up_to": 0,
        });
        assert_eq!(line, expected);
    }
}

#[tokio::test]
async fn a_line_follows_what_happens() {
    let market = Market::talking().await;
    let Market { ana, bob, offer, key, .. } = &market;
    let started = takes(ana, key, "start", json!({"note": "Two hours"})).await;
    let started = started.is(201);
    has_read(bob, offer, 2).await.is(201);
    for (person, read_up_to) in [(ana, 0), (bob, 2)] {
        let line = market.line_of(person).await;
        assert_eq!(line["last_entry"], *started);
        assert_eq!(line["handshake"], started["handshake"]);
        assert_eq!((&line["head"], &line["read_up_to"]), (&json!(2), &json!(read_up_to)), "for {}", person.username);
    }
    ana.patch("/api/offers/1/", json!({"title": "Brakes", "status": "closed"})).await.is(200);
    let listing = &market.line_of(bob).await["listing"];
    assert_eq!([&listing["title"], &listing["status"]], ["Brakes", "closed"]);
    takes(ana, key, "cancel", json!({})).await.is(201);
    assert_eq!(market.line_of(bob).await["handshake"]["status"], "cancelled", "the latest, whatever became of it");
}

#[tokio::test]
async fn only_ones_own_conversations_are_listed() {
    let market = Market::talking().await;
    let cyd = market.server.person("cyd").await;
    assert_eq!(keys(&cyd, "/api/conversations/").await, (vec![], None));
    cyd.offers("Piano lessons").await;
    page(&cyd, &market.offer, "").await;
    assert_eq!(keys(&cyd, "/api/conversations/").await, (vec![], None), "looking makes no conversation");
}

#[tokio::test]
async fn the_one_with_the_newest_entry_comes_first() {
    let Market { server, ana, bob, offer, key } = Market::talking().await;
    let cyd = server.person("cyd").await;
    let need = bob.needs("Help with moving").await;
    let (others, anas) = (format!("{offer}:{}", cyd.id), format!("{need}:{}", ana.id));
    writes(&cyd, &offer, "Hi").await;
    writes(&ana, &need, "I have a van").await;
    let order = |person: Person| async move { keys(&person, "/api/conversations/").await.0 };
    assert_eq!(order(ana.clone()).await, [anas.clone(), others.clone(), key.clone()]);
    writes(&ana, &key, "Hello, Bob").await;
    assert_eq!(order(ana.clone()).await, [key.clone(), anas.clone(), others.clone()]);
    takes(&cyd, &offer, "start", json!({})).await.is(201);
    assert_eq!(order(ana.clone()).await, [others.clone(), key.clone(), anas.clone()]);
    has_read(&ana, &anas, 1).await.is(201);
    has_read(&bob, &need, 1).await.is(201);
    assert_eq!(order(ana.clone()).await, [others.clone(), key.clone(), anas.clone()], "reading moves nothing");
    assert_eq!(order(bob).await, [key, anas]);
    assert_eq!(order(cyd).await, [others]);
}

#[tokio::test]
async fn the_list_is_paged_to_the_end() {
    let Market { server: _server, ana, bob, .. } = Market::talking().await;
    let mut expected = vec![format!("offer_1:{}", bob.id)];
    for number in 2..=5 {
        let offer = ana.offers("Another").await;
        writes(&bob, &offer, "Hello!").await;
        expected.insert(0, format!("offer_{number}:{}", bob.id));
    }
    for person in [&ana, &bob] {
        let (mut found, mut path) = (Vec::new(), Some("/api/conversations/?limit=2".to_owned()));
        while let Some(asked) = path {
            let (page, next) = keys(person, &asked).await;
            assert!(page.len() <= 2, "at most as many as asked for");
            found.extend(page);
            path = next;
        }
        assert_eq!(found, expected);
    }
}
