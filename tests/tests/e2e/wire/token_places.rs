//! Where a token may stand, and which one counts where there are several: header, subprotocol, query.

use handsel_tests::socket::Connecting;

use crate::wire::pair::{Pair, Who};
use crate::wire::refusal::Attempt;

const UNKNOWN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[tokio::test]
async fn a_token_may_stand_in_the_header() {
    let mut pair = Pair::strangers().await;
    let path = format!("/ws/chat/{}/", pair.offer);
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let header = format!("{scheme} {}", pair.bob.token);
        let connecting = Connecting::to(&pair.server.address, &path).header("authorization", &header);
        let mut bobs = connecting.open().await.expect("he is let in");
        assert_eq!(bobs.protocol, None, "no subprotocol was offered");
        bobs.says(scheme).await;
        assert_eq!(bobs.hears_message(scheme).await["sender"]["username"], "bob");
        pair.both_hear_message(scheme).await;
    }
}

#[tokio::test]
async fn a_token_may_be_offered_as_a_subprotocol_and_only_handsel_v1_comes_back() {
    let mut pair = Pair::strangers().await;
    let (path, token) = (format!("/ws/chat/{}/", pair.offer), pair.bob.token.clone());
    for offered in [format!("handsel.v1, bearer.{token}"), format!("bearer.{token},handsel.v1")] {
        let connecting = Connecting::to(&pair.server.address, &path).header("sec-websocket-protocol", &offered);
        let mut bobs = connecting.open().await.expect("he is let in");
        assert_eq!(bobs.protocol.as_deref(), Some("handsel.v1"), "never the token");
        bobs.says("Hello!").await;
        pair.both_hear_message("Hello!").await;
    }
}

#[tokio::test]
async fn a_token_may_be_percent_encoded_in_the_query() {
    let mut pair = Pair::strangers().await;
    let encoded = pair.bob.token.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02x}"));
    for query in [format!("token={encoded}"), format!("x=%26&token={encoded}&y"), format!("to%6Ben={}", pair.bob.token)]
    {
        let path = format!("/ws/chat/{}/?{query}", pair.offer);
        let mut bobs = Connecting::to(&pair.server.address, &path).open().await.expect("he is let in");
        bobs.says("Hello!").await;
        bobs.hears_message("Hello!").await;
        pair.both_hear_message("Hello!").await;
    }
}

#[tokio::test]
async fn the_header_counts_before_the_query() {
    let mut pair = Pair::strangers().await;
    let good = format!("Bearer {}", pair.bob.token);
    let path = format!("/ws/chat/{}/?token={UNKNOWN}", pair.offer);
    let connecting = Connecting::to(&pair.server.address, &path).header("authorization", &good);
    let mut bobs = connecting.open().await.expect("the query is not looked at");
    bobs.says("Hello!").await;
    pair.both_hear_message("Hello!").await;

    let path = format!("/ws/chat/{}/?token={}", pair.offer, pair.bob.token);
    for (bad, code) in [
        (format!("Bearer {UNKNOWN}"), "token_unknown"),
        ("Bearer x".to_owned(), "token_malformed"),
        ("Bearer".to_owned(), "token_malformed"),
        ("x".to_owned(), "token_malformed"),
    ] {
        let headers = [("authorization", bad.as_str())];
        let attempt = Attempt { address: &pair.server.address, path: &path, headers: &headers };
        attempt.is_refused_and_closed(401, 4001, code).await;
    }
    pair.goes_on(Who::Bob).await;
}

#[tokio::test]
async fn the_header_counts_before_the_subprotocol_and_that_before_the_query() {
    let mut pair = Pair::strangers().await;
    let (good, path) = (pair.bob.token.clone(), format!("/ws/chat/{}/", pair.offer));
    let offering = |token: &str, path: &str| {
        Connecting::to(&pair.server.address, path)
            .header("sec-websocket-protocol", &format!("handsel.v1, bearer.{token}"))
    };
    for (connecting, code) in [
        (offering(&good, &path).header("authorization", "Bearer x"), "token_malformed"),
        (offering(&good, &path).header("authorization", &format!("Bearer {UNKNOWN}")), "token_unknown"),
        (offering(UNKNOWN, &format!("{path}?token={good}")), "token_unknown"),
        (offering("x", &format!("{path}?token={good}")), "token_malformed"),
        (offering("", &format!("{path}?token={good}")), "token_malformed"),
    ] {
        let mut socket = connecting.open().await.expect("it is completed, since handsel.v1 was offered");
        assert_eq!(socket.protocol.as_deref(), Some("handsel.v1"));
        socket.hears_close(4001, code).await;
    }
    for connecting in [
        offering(UNKNOWN, &path).header("authorization", &format!("Bearer {good}")),
        offering(&good, &format!("{path}?token={UNKNOWN}")),
    ] {
        let mut bobs = connecting.open().await.expect("he is let in");
        bobs.says("Hello!").await;
        pair.both_hear_message("Hello!").await;
    }
}
