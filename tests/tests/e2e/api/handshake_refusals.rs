//! Steps that are not possible: each says why, and where the handshake stands. Knows nothing of those that are.

use handsel_tests::Person;
use serde_json::{Value, json};

use super::support::{Market, finds_wrong, page, takes};

/// Expects a 409 with that code and, with it, the handshake as it stands.
async fn is_refused(market: &Market, actor: &Person, step: &str, body: Value, code: &str) {
    let before = page(&market.bob, &market.offer, "").await;
    let answer = takes(actor, &market.key, step, body).await;
    let problem = answer.is_problem(409, code);
    assert_eq!(problem["handshake"], before["handshake"], "{step}");
    assert_eq!(page(&market.bob, &market.offer, "").await, before, "nothing has changed");
}

#[tokio::test]
async fn what_the_diagram_has_no_arrow_for_is_not_possible() {
    let market = Market::talking().await;
    let Market { ana, bob, key, .. } = &market;
    for step in ["approve", "decline", "cancel", "complete"] {
        is_refused(&market, ana, step, json!({}), "handshake_not_possible").await;
    }
    takes(bob, key, "start", json!({})).await.is(201);
    for (actor, step) in [(ana, "cancel"), (ana, "complete"), (bob, "complete")] {
        is_refused(&market, actor, step, json!({}), "handshake_not_possible").await;
    }
    takes(ana, key, "approve", json!({})).await.is(201);
    for (actor, step) in [(ana, "decline"), (bob, "decline"), (bob, "approve")] {
        is_refused(&market, actor, step, json!({}), "handshake_not_possible").await;
    }
    takes(ana, key, "cancel", json!({})).await.is(201);
    for (actor, step) in [(bob, "approve"), (ana, "approve"), (bob, "decline"), (bob, "cancel"), (bob, "complete")] {
        is_refused(&market, actor, step, json!({}), "handshake_not_possible").await;
    }
    let refused = takes(bob, key, "complete", json!({})).await;
    assert!(refused.json["detail"].as_str().is_some_and(|detail| detail.contains("cancelled")), "it names the status");
}

#[tokio::test]
async fn ones_own_start_is_for_the_other_to_answer() {
    let market = Market::talking().await;
    takes(&market.bob, &market.key, "start", json!({})).await.is(201);
    for step in ["approve", "decline"] {
        is_refused(&market, &market.bob, step, json!({}), "handshake_own").await;
    }
}

#[tokio::test]
async fn while_one_is_pending_or_approved_no_other_starts() {
    let market = Market::talking().await;
    let Market { ana, bob, key, .. } = &market;
    takes(bob, key, "start", json!({"note": "Two hours"})).await.is(201);
    is_refused(&market, ana, "start", json!({}), "handshake_exists").await;
    is_refused(&market, bob, "start", json!({"note": "Three hours"}), "handshake_exists").await;
    takes(ana, key, "approve", json!({})).await.is(201);
    for actor in [ana, bob] {
        is_refused(&market, actor, "start", json!({}), "handshake_exists").await;
    }
}

#[tokio::test]
async fn of_two_starts_at_the_same_moment_one_wins() {
    let market = Market::talking().await;
    let Market { ana, bob, key, .. } = &market;
    let answers: [_; 2] = tokio::join!(takes(ana, key, "start", json!({})), takes(bob, key, "start", json!({}))).into();
    let [won, lost] = if answers[0].status == 201 { [0, 1] } else { [1, 0] };
    let pending = &answers[won].is(201)["handshake"];
    assert_eq!(answers[lost].is_problem(409, "handshake_exists")["handshake"], *pending);
}

#[tokio::test]
async fn a_version_that_is_no_longer_current_changes_nothing() {
    let market = Market::talking().await;
    let Market { ana, bob, key, .. } = &market;
    is_refused(&market, bob, "start", json!({"version": 1}), "handshake_changed").await;
    takes(bob, key, "start", json!({})).await.is(201);
    for stale in [0, 1, 3] {
        is_refused(&market, ana, "approve", json!({"version": stale}), "handshake_changed").await;
    }
    takes(ana, key, "approve", json!({"version": 2})).await.is(201);
    is_refused(&market, bob, "cancel", json!({"version": 2}), "handshake_changed").await;
}

#[tokio::test]
async fn each_wrong_field_is_named() {
    let market = Market::talking().await;
    let too_wide = json!({"x": "x".repeat(1_017)});
    for (body, pointer, code) in [
        (json!({"note": "é".repeat(281)}), "/note", "note_too_long"),
        (json!({"note": "a\u{0}"}), "/note", "note_invalid"),
        (json!({"note": 1}), "/note", "field_invalid"),
        (json!({"terms": []}), "/terms", "field_invalid"),
        (json!({"terms": "{}"}), "/terms", "field_invalid"),
        (json!({"terms": too_wide}), "/terms", "terms_too_long"),
        (json!({"version": "1"}), "/version", "field_invalid"),
        (json!({"version": 1.5}), "/version", "field_invalid"),
        (json!({"recipient_id": -1}), "/recipient_id", "field_invalid"),
    ] {
        finds_wrong(&takes(&market.bob, &market.key, "start", body).await, &[(pointer, code)]);
    }
    let widest = json!({"note": "é".repeat(280), "terms": {"x": "x".repeat(1_016)}});
    takes(&market.bob, &market.key, "start", widest).await.is(201);
}
