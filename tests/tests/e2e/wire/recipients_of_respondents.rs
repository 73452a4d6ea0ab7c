//! A respondent has one conversation about a listing: the owner is whom everything is for.

use serde_json::json;

use crate::wire::pair::{Pair, Who};

#[tokio::test]
async fn a_respondent_may_name_the_owner_and_nobody_else() {
    let mut pair = Pair::strangers().await;
    let cem = pair.server.person("cem").await;
    for address in [pair.offer.clone(), pair.key()] {
        let mut bobs = pair.bob.opens(&address).await;
        bobs.sends(json!({"type": "message", "content": "Hi Ana", "recipient_id": pair.ana.id})).await;
        bobs.hears_message("Hi Ana").await;
        pair.both_hear_message("Hi Ana").await;
        for wrong in [pair.bob.id, cem.id, 1_000_000] {
            for kind in ["message", "handshake_start"] {
                bobs.sends(json!({"type": kind, "content": "Hi", "recipient_id": wrong})).await;
                bobs.hears_error("recipient_unknown").await;
            }
        }
        bobs.says("still open").await;
        bobs.hears_message("still open").await;
        pair.both_hear_message("still open").await;
    }
}

#[tokio::test]
async fn short_form_and_key_are_the_same_conversation() {
    let mut pair = Pair::acquainted().await;
    let mut bobs_on_key = pair.bob.opens(&pair.key()).await;
    let seen = pair.says(Who::Ana, "Hi, when?").await;
    assert_eq!(bobs_on_key.hears_message("Hi, when?").await, seen);
    bobs_on_key.sends(json!({"type": "handshake_start"})).await;
    assert_eq!(bobs_on_key.hears().await, pair.both_hear_handshake("pending").await);
}
