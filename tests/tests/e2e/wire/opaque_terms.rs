//! Terms are the marketplace's own: kept as they were written, whatever is in them, and nobody's trap.

use handsel_tests::{Person, Server};
use serde_json::{Value, json};

const BIKE: &str = "offer_1";

async fn ana_and_bob(server: &Server) -> (Person, Person) {
    let (ana, bob) = (server.person("ana").await, server.person("bob").await);
    assert_eq!(ana.offers("Bike repair").await, BIKE);
    (ana, bob)
}

/// The text of a page over HTTP, which must have come whole.
async fn everything_that_ana_sees(ana: &Person) -> String {
    let (list, page) = (ana.get("/api/conversations/").await, ana.get("/api/conversations/offer_1/timeline/").await);
    list.is(200);
    page.is(200);
    list.text + page.text.as_str()
}

#[tokio::test]
async fn terms_are_passed_on_as_they_were_written() {
    let server = Server::start().await;
    let (ana, bob) = ana_and_bob(&server).await;
    let mut bobs = bob.opens(BIKE).await;
    let terms =
        r#"{"price":19.90,"id":12345678901234567890123,"b":1,"a":{"$serde_json::private::RawValue":"{\"x\":1}"}}"#;
    bobs.sends_text(&format!(r#"{{"type": "handshake_start", "terms": {} }}"#, terms.replace(',', " , "))).await;
    bobs.hears_handshake("pending").await;
    let seen = everything_that_ana_sees(&ana).await;
    assert_eq!(
        seen.matches(terms).count(),
        4,
        "last entry and handshake of the list, entry and handshake of the page: {seen}"
    );
}

#[tokio::test]
async fn terms_that_are_nested_too_deep_are_refused_and_break_nothing() {
    let server = Server::start().await;
    let (ana, bob) = ana_and_bob(&server).await;
    let mut bobs = bob.opens(BIKE).await;
    for (depth, taken) in [(33, false), (126, false), (450, false), (32, true)] {
        let terms = format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
        bobs.sends_text(&format!(r#"{{"type":"handshake_start","terms":{terms}}}"#)).await;
        if taken {
            bobs.hears_handshake("pending").await;
        } else {
            assert!(
                ["terms_invalid", "terms_too_long"].map(Value::from).contains(&bobs.hears().await["code"]),
                "{depth}"
            );
        }
    }
    // An error of a step shows the state, terms and all.
    let again = bob.post("/api/conversations/offer_1/handshake/approve/", json!({})).await;
    again.is_problem(409, "handshake_own");
    assert!(again.json["handshake"]["terms"].is_object(), "{}", again.text);
    everything_that_ana_sees(&ana).await;
}
