//! The path of a socket: which conversation it names, or why it names none.

use serde_json::json;

use crate::wire::pair::{Pair, Who};
use crate::wire::refusal::Attempt;

/// Someone asks for that segment, and is refused in both forms.
async fn is_refused(person: &handsel_tests::Person, segment: &str, status: u16, close: u16, code: &str) {
    let path = format!("/ws/chat/{segment}/?token={}", person.token);
    Attempt { address: &person.address, path: &path, headers: &[] }.is_refused_and_closed(status, close, code).await;
}

#[tokio::test]
async fn what_names_no_conversation_is_refused() {
    let pair = Pair::strangers().await;
    for segment in [
        "offer_0",
        "offer_007",
        "offer_-1",
        "offer_+1",
        "offer_1.0",
        "offer_99999999999999999999",
        "offer_9223372036854775808",
        "offer_1_2",
        "offer_1:",
        "offer_1:x",
        "offer_1:0",
        "offer_1:02",
        "offer_1:-2",
        "offer_1:99999999999999999999",
        "offer_1:2:3",
        "offer_",
        "offer",
        "offer1",
        "Offer_1",
        "OFFER_1",
        "shop_1",
        "1",
        "_1",
        ":",
        // Percent-encoded, and still no name.
        "offer_%30",
        "offer%5F007",
        "offer_1%3Ax",
        "offer_1%20",
        "%20offer_1",
        "offer_1%00",
        "offer_1%2F2",
        "offer_1%2F",
        "offer_%D9%A1",
        "offer_%EF%BC%91",
        // Not even well encoded.
        "offer_1%",
        "offer_1%3",
        "offer_1%zz",
        "offer_1%ff",
        "%c0%af",
    ] {
        is_refused(&pair.bob, segment, 400, 4000, "conversation_invalid").await;
    }
}

#[tokio::test]
async fn a_name_is_checked_before_the_token() {
    let pair = Pair::strangers().await;
    let attempt = Attempt { address: &pair.server.address, path: "/ws/chat/shop_1/", headers: &[] };
    attempt.is_refused_and_closed(400, 4000, "conversation_invalid").await;
}

#[tokio::test]
async fn a_name_may_be_percent_encoded_and_the_slash_left_out() {
    let mut pair = Pair::strangers().await;
    let (bob, token) = (pair.bob.id, pair.bob.token.clone());
    for path in [
        "/ws/chat/offer_1/".to_owned(),
        "/ws/chat/offer_1".to_owned(),
        "/ws/chat/offer%5F1/".to_owned(),
        "/ws/chat/%6Fffer_%31".to_owned(),
        format!("/ws/chat/offer_1:{bob}/"),
        format!("/ws/chat/offer_1:{bob}"),
        format!("/ws/chat/offer_1%3A{bob}/"),
        format!("/ws/chat/offer_1%3a{bob}"),
    ] {
        let connecting = handsel_tests::socket::Connecting::to(&pair.server.address, &format!("{path}?token={token}"));
        let mut socket = connecting.open().await.unwrap_or_else(|refusal| panic!("{path}: {refusal:?}"));
        socket.says(&path).await;
        let seen = socket.hears_message(&path).await;
        assert_eq!(seen["conversation"], pair.key(), "all of them are the same conversation");
        pair.both_hear_message(&path).await;
    }
}

#[tokio::test]
async fn needs_are_talked_about_as_offers_are() {
    let mut pair = Pair::strangers().await;
    let need = pair.ana.needs("Someone to water my plants").await;
    assert_eq!(need, "need_1");
    let (mut anas, mut bobs) = (pair.ana.opens(&need).await, pair.bob.opens(&need).await);
    bobs.says("I can do that").await;
    let seen = bobs.hears_message("I can do that").await;
    assert_eq!(seen["conversation"], format!("need_1:{}", pair.bob.id));
    assert_eq!(anas.hears_message("I can do that").await, seen);
    // The offer with the same number is another conversation.
    assert_eq!(pair.says(Who::Bob, "And the bike?").await["seq"], 1);
}

#[tokio::test]
async fn a_listing_that_there_is_not_is_not_found() {
    let pair = Pair::strangers().await;
    for segment in ["offer_2", "need_1", "offer_1000000", "need_1:2"] {
        is_refused(&pair.bob, segment, 404, 4004, "listing_not_found").await;
    }
}

#[tokio::test]
async fn a_third_user_is_not_let_into_a_conversation() {
    let mut pair = Pair::acquainted().await;
    let cem = pair.server.person("cem").await;
    is_refused(&cem, &pair.key(), 403, 4003, "not_a_participant").await;
    // Nor into one that does not exist yet.
    is_refused(&cem, &format!("{}:{}", pair.offer, 1_000_000), 403, 4003, "not_a_participant").await;
    pair.goes_on(Who::Bob).await;
}

#[tokio::test]
async fn an_owner_is_never_respondent_of_the_own_listing() {
    let pair = Pair::acquainted().await;
    let own = format!("{}:{}", pair.offer, pair.ana.id);
    is_refused(&pair.ana, &own, 403, 4003, "not_a_participant").await;
    is_refused(&pair.bob, &own, 403, 4003, "not_a_participant").await;
}

#[tokio::test]
async fn an_owner_may_wait_on_a_key_for_someone_who_has_not_written() {
    let mut pair = Pair::strangers().await;
    let mut anas = pair.ana.opens(&pair.key()).await;
    anas.says("Hello?").await;
    anas.hears_error("no_respondent").await;
    pair.says(Who::Bob, "Hello!").await;
    anas.hears_message("Hello!").await;
    anas.sends(json!({"type": "message", "content": "There you are"})).await;
    anas.hears_message("There you are").await;
    pair.both_hear_message("There you are").await;
}
