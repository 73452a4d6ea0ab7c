//! The handshake over HTTP: its steps, their repetitions, and what was agreed on. Knows nothing of refusals.

use serde_json::{Value, json};

use super::support::{Market, has_exactly, page, takes};

const SHAPE: [(&str, &str); 15] = [
    ("id", "text"),
    ("status", "text"),
    ("user1_id", "number"),
    ("user2_id", "number"),
    ("initiator_id", "number"),
    ("message", "text"),
    ("conversation", "text"),
    ("seq", "number"),
    ("uid", "text"),
    ("actor_id", "number"),
    ("version", "number"),
    ("note", "text|null"),
    ("terms", "object|null"),
    ("completed_by", "list"),
    ("created_at", "time"),
];

#[tokio::test]
async fn every_step_is_returned_as_the_frame_that_both_sockets_hear() {
    let market = Market::talking().await;
    let Market { ana, bob, offer, key, .. } = &market;
    let mut sockets = [ana.opens(offer).await, bob.opens(offer).await];
    let steps = [
        (bob, "start", "pending", "Handshake request sent", json!([])),
        (ana, "decline", "declined", "Handshake declined", json!([])),
        (ana, "start", "pending", "Handshake request sent", json!([])),
        (ana, "cancel", "cancelled", "Handshake cancelled", json!([])),
        (bob, "start", "pending", "Handshake request sent", json!([])),
        (ana, "approve", "approved", "Handshake approved", json!([])),
        (bob, "complete", "approved", "Waiting for the other side to complete", json!([bob.id])),
        (ana, "complete", "completed", "Handshake completed", json!([ana.id, bob.id])),
        (ana, "start", "pending", "Handshake request sent", json!([])),
        (bob, "approve", "approved", "Handshake approved", json!([])),
        (bob, "cancel", "cancelled", "Handshake cancelled", json!([])),
    ];
    let (mut seq, mut started) = (1, (0, 0));
    for (actor, step, status, message, completed_by) in steps {
        seq += 1;
        if step == "start" {
            started = (seq, actor.id);
        }
        let answer = takes(actor, key, step, json!({})).await;
        has_exactly(answer.is(201), &[("type", "text"), ("handshake", "object")]);
        has_exactly(&answer.json["handshake"], &SHAPE);
        let expected = json!({
            "id": format!("handshake_{}_{}", ana.id, bob.id), "status": status, "user1_id": ana.id, "user2_id": bob.id,
            "initiator_id": started.1, "message": message, "conversation": key, "seq": seq,
            "uid": format!("{key}#{}", started.0), "actor_id": actor.id, "version": seq, "note": null, "terms": null,
            "completed_by": completed_by, "created_at": answer.json["handshake"]["created_at"],
        });
        assert_eq!(answer.json["handshake"], expected, "{step}");
        for socket in &mut sockets {
            assert_eq!(socket.hears().await, answer.json);
        }
        assert_eq!(page(bob, offer, "").await["handshake"], expected);

        let again = takes(actor, key, step, json!({})).await;
        assert_eq!((&again.is(200)["handshake"], &again.json["repeat"]), (&expected, &json!(true)), "{step} again");
    }
    assert_eq!(page(bob, offer, "").await["head"], seq, "repetitions are no entries");
}

#[tokio::test]
async fn a_start_needs_no_message_before_it() {
    let market = Market::open().await;
    let started = takes(&market.bob, &market.offer, "start", json!({})).await;
    assert_eq!(started.is(201)["handshake"]["seq"], 1);
}

#[tokio::test]
async fn note_and_terms_come_with_every_later_step() {
    let market = Market::talking().await;
    let Market { ana, bob, offer, key, .. } = &market;
    let terms = json!({"hours": 2, "rate": {"unit": "h", "price": 12.50}, "who": ["é", null]});
    let started = takes(bob, offer, "start", json!({"note": " Two hours ", "terms": terms})).await;
    let agreed = |frame: &Value| (frame["handshake"]["note"].clone(), frame["handshake"]["terms"].clone());
    assert_eq!(agreed(started.is(201)), (json!("Two hours"), terms.clone()));
    let frozen = json!({"note": "Three hours", "terms": {"hours": 3}});
    for (actor, step) in [(ana, "approve"), (bob, "complete"), (ana, "complete")] {
        let answer = takes(actor, key, step, frozen.clone()).await;
        assert_eq!(agreed(answer.is(201)), (json!("Two hours"), terms.clone()), "{step}");
    }
    let again = takes(ana, key, "start", frozen.clone()).await;
    assert_eq!(agreed(again.is(201)), (json!("Three hours"), json!({"hours": 3})), "a new start, a new agreement");
}

#[tokio::test]
async fn a_step_may_name_the_version_that_its_user_saw() {
    let market = Market::talking().await;
    let Market { ana, bob, offer, key, .. } = &market;
    takes(bob, offer, "start", json!({"version": 0})).await.is(201);
    let approved = takes(ana, key, "approve", json!({"version": 2})).await;
    assert_eq!(approved.is(201)["handshake"]["version"], 3);
    takes(bob, offer, "complete", json!({"version": 3})).await.is(201);
    takes(ana, key, "complete", json!({"version": 3})).await.is(201);
    assert_eq!(page(bob, offer, "").await["handshake"]["status"], "completed", "completions commute");
}
