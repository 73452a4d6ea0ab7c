//! Tokens that let nobody in: each is refused with its own code, by HTTP and by close code.

use crate::wire::pair::{Pair, Who};
use crate::wire::refusal::{Attempt, UPGRADE, plain_upgrade};

/// A token of the right form that was never issued.
const UNKNOWN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

async fn query_is_refused(pair: &Pair, query: &str, status: u16, close: u16, code: &str) {
    let path = format!("/ws/chat/{}/{query}", pair.offer);
    let attempt = Attempt { address: &pair.server.address, path: &path, headers: &[] };
    attempt.is_refused_and_closed(status, close, code).await;
}

#[tokio::test]
async fn without_a_token_nobody_is_let_in() {
    let pair = Pair::strangers().await;
    for query in ["", "?", "?token=", "?token", "?tokens=x", "?Token=x", "?after=3"] {
        query_is_refused(&pair, query, 401, 4001, "token_required").await;
    }
}

#[tokio::test]
async fn what_cannot_be_a_token_is_malformed() {
    let pair = Pair::strangers().await;
    let token = &pair.bob.token;
    for malformed in [
        "x",
        &token[1..],
        &format!("{token}A"),
        &format!("{token}="),
        &format!("+{}", &token[1..]),
        &format!("%20{token}"),
        &format!("{}%C3%A9", &token[2..]),
        &format!("{}%00", &token[1..]),
        &"x".repeat(4_000),
    ] {
        query_is_refused(&pair, &format!("?token={malformed}"), 401, 4001, "token_malformed").await;
    }
}

#[tokio::test]
async fn a_query_that_is_not_well_encoded_is_refused_as_such() {
    let pair = Pair::strangers().await;
    for query in ["?token=%", "?token=%zz", "?token=%ff", &format!("?token={}&x=%e", pair.bob.token)] {
        query_is_refused(&pair, query, 400, 4000, "query_invalid").await;
    }
}

#[tokio::test]
async fn a_token_that_was_never_issued_is_unknown() {
    let pair = Pair::strangers().await;
    query_is_refused(&pair, &format!("?token={UNKNOWN}"), 401, 4001, "token_unknown").await;
    // A token is not compared by case.
    let swapped: String = pair
        .bob
        .token
        .chars()
        .map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
        .collect();
    query_is_refused(&pair, &format!("?token={swapped}"), 401, 4001, "token_unknown").await;
}

#[tokio::test]
async fn a_token_that_ran_out_is_expired_and_an_open_socket_keeps_its_own_deadline() {
    let mut pair = Pair::acquainted().await;
    pair.server.database().change("UPDATE tokens SET expires_at = 1000").await;
    query_is_refused(&pair, &format!("?token={}", pair.bob.token), 401, 4001, "token_expired").await;
    pair.goes_on(Who::Bob).await;
}

#[tokio::test]
async fn a_revoked_token_is_told_from_an_unknown_one() {
    let pair = Pair::strangers().await;
    pair.bob.post("/api/auth/logout/", serde_json::json!({})).await.is(200);
    query_is_refused(&pair, &format!("?token={}", pair.bob.token), 401, 4001, "token_revoked").await;
    // The other one's is not touched.
    pair.ana.opens(&pair.offer).await;
}

#[tokio::test]
async fn the_answer_says_how_to_authenticate() {
    let pair = Pair::strangers().await;
    let path = format!("/ws/chat/{}/", pair.offer);
    let answer = plain_upgrade(&pair.server.address, &path, &UPGRADE).await;
    answer.is_problem(401, "token_required");
    assert_eq!(answer.header("www-authenticate"), "Bearer");
}
