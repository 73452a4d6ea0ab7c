//! An owner's short form: it works where it is clear who is meant. Knows nothing of respondents' short forms.

use handsel_tests::Answer;
use serde_json::json;

use super::support::{Market, has_read, page, takes, writes};

/// Every call by which Ana could mean one of her respondents.
async fn calls(market: &Market) -> Vec<Answer> {
    let Market { ana, offer, .. } = market;
    vec![
        ana.get(&format!("/api/conversations/{offer}/timeline/")).await,
        ana.post(&format!("/api/conversations/{offer}/messages/"), json!({"content": "Hi"})).await,
        takes(ana, offer, "start", json!({})).await,
        has_read(ana, offer, 1).await,
    ]
}

#[tokio::test]
async fn without_a_respondent_there_is_nobody_to_mean() {
    let market = Market::open().await;
    for answer in calls(&market).await {
        answer.is_problem(409, "no_respondent");
    }
    let by_key = format!("/api/conversations/{}/messages/", market.key);
    market.ana.post(&by_key, json!({"content": "Hi"})).await.is_problem(409, "no_respondent");
}

#[tokio::test]
async fn with_one_respondent_everything_just_works() {
    let market = Market::talking().await;
    let statuses: Vec<_> = calls(&market).await.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 201, 201, 201]);
    assert_eq!(page(&market.ana, &market.offer, "").await, page(&market.bob, &market.key, "").await);
    assert_eq!(page(&market.bob, &market.key, "").await["head"], 3);
}

#[tokio::test]
async fn with_several_one_is_to_be_named() {
    let market = Market::talking().await;
    let Market { ana, bob, offer, key, .. } = &market;
    let cyd = market.server.person("cyd").await;
    writes(&cyd, offer, "Hi").await;
    let recipients = json!([
        {"id": bob.id, "username": "bob", "full_name": "bob"}, {"id": cyd.id, "username": "cyd", "full_name": "cyd"}
    ]);
    for answer in calls(&market).await {
        assert_eq!(answer.is_problem(422, "recipient_required")["recipients"], recipients);
    }

    let path = format!("/api/conversations/{offer}/messages/");
    let to_cyd = ana.post(&path, json!({"content": "Hi, Cyd", "recipient_id": cyd.id})).await;
    assert_eq!(to_cyd.is(201)["message"]["conversation"], format!("{offer}:{}", cyd.id));
    let started = takes(ana, offer, "start", json!({"recipient_id": bob.id})).await;
    assert_eq!(started.is(201)["handshake"]["conversation"], *key);
    let read =
        ana.post(&format!("/api/conversations/{offer}/read/"), json!({"up_to": 1, "recipient_id": cyd.id})).await;
    assert_eq!(read.is(201)["read"]["conversation"], format!("{offer}:{}", cyd.id));
    assert_eq!(page(&cyd, offer, "").await["head"], 2);
    assert_eq!(page(bob, offer, "").await["head"], 2);

    let dan = market.server.person("dan").await;
    let to_dan = ana.post(&path, json!({"content": "Hi", "recipient_id": dan.id})).await;
    assert_eq!(to_dan.is_problem(422, "recipient_unknown")["recipients"], recipients);
}

#[tokio::test]
async fn whoever_only_looked_is_no_respondent() {
    let market = Market::talking().await;
    let cyd = market.server.person("cyd").await;
    page(&cyd, &market.offer, "").await;
    let _socket = cyd.opens(&market.offer).await;
    writes(&market.ana, &market.offer, "Hi, Bob").await;
}
