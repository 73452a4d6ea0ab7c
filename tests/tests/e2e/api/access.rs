//! Who may read and write in a conversation, and what names none. Knows nothing of what is said there.

use handsel_tests::{Answer, Person};
use serde_json::json;

use super::support::{Market, page};

/// Every call about that conversation.
async fn calls(person: &Person, conversation: &str) -> Vec<Answer> {
    let path = |rest: &str| format!("/api/conversations/{conversation}/{rest}/");
    let mut answers = vec![
        person.get(&path("timeline")).await,
        person.post(&path("messages"), json!({"content": "Hi"})).await,
        person.post(&path("read"), json!({"up_to": 1})).await,
    ];
    for step in ["start", "approve", "decline", "cancel", "complete"] {
        answers.push(person.post(&path(&format!("handshake/{step}")), json!({})).await);
    }
    answers
}

#[tokio::test]
async fn a_third_user_has_no_part_in_it() {
    let market = Market::talking().await;
    let cyd = market.server.person("cyd").await;
    for answer in calls(&cyd, &market.key).await {
        answer.is_problem(403, "not_a_participant");
        assert!(!answer.text.contains("Hello!"), "nothing of it is told");
    }
    assert_eq!(page(&market.bob, &market.offer, "").await["head"], 1, "nothing was written");
}

#[tokio::test]
async fn an_owner_is_no_respondent_of_the_own_listing() {
    let market = Market::talking().await;
    for answer in calls(&market.ana, &format!("{}:{}", market.offer, market.ana.id)).await {
        answer.is_problem(403, "not_a_participant");
    }
}

#[tokio::test]
async fn a_listing_that_is_not_there_has_no_conversation() {
    let market = Market::talking().await;
    for name in ["offer_2", "need_1", "offer_9007199254740992", "offer_2:2"] {
        for answer in calls(&market.bob, name).await {
            answer.is_problem(404, "listing_not_found");
        }
    }
}

#[tokio::test]
async fn what_names_no_conversation_is_refused() {
    let market = Market::talking().await;
    for name in [
        "offer_0",
        "offer_007",
        "offer_-1",
        "offer_99999999999999999999",
        "offer_1_2",
        "offer_1:",
        "offer_1:x",
        "offer_1:0",
        "offer_1:02",
        "offer_1:2:3",
        "Offer_1",
        "shop_1",
        "offer",
        "1",
        "offer_1%",
        "offer_1%zz",
        "offer_1%ff",
        "offer_1%20",
        "offer_1%00",
    ] {
        for answer in calls(&market.bob, name).await {
            answer.is_problem(400, "conversation_invalid");
        }
    }
}

#[tokio::test]
async fn a_name_may_be_percent_encoded() {
    let market = Market::talking().await;
    let expected = page(&market.bob, &market.key, "").await;
    for name in [market.key.replace(':', "%3A"), market.key.replace(':', "%3a"), market.offer.replace('_', "%5F")] {
        assert_eq!(page(&market.bob, &name, "").await, expected, "{name}");
    }
}
