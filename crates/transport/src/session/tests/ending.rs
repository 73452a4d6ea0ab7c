//! How sessions end: by the client, by silence, by the token's end, by a restart.

use std::time::Duration;

use handsel_domain::ids::{EntryId, TokenId};
use handsel_domain::ports::Appended;
use serde_json::json;

use super::bench::{Bench, Seen, entry};
use crate::close::CloseReason;
use crate::limits::{DEAD_AFTER, PING_INTERVAL};
use crate::session::Ending;

#[tokio::test(start_paused = true)]
async fn a_quiet_client_is_asked_and_a_dead_one_is_given_up() {
    let mut open = Bench::default().open().await;
    let started = tokio::time::Instant::now();
    assert_eq!(open.sees().await, Seen::Ping);
    assert_eq!(started.elapsed(), PING_INTERVAL);
    // The client's library answers a ping only when it is used again, which this client is not.
    let session = open.session;
    assert_eq!(session.await.expect("no panic"), Ending::Dead);
    assert_eq!(started.elapsed(), DEAD_AFTER);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_answers_pings_stays() {
    let mut open = Bench::default().open().await;
    for _ in 0..10 {
        assert_eq!(open.sees().await, Seen::Ping);
        // To use the client is what makes its library send the pong.
        open.says("{}").await;
        assert!(matches!(open.sees().await, Seen::Frame(frame) if frame["code"] == "type_required"));
    }
    assert!(!open.session.is_finished());
}

#[tokio::test(start_paused = true)]
async fn a_token_that_runs_out_closes_its_socket() {
    let mut open = Bench { expires_in: Duration::from_secs(10), ..Bench::default() }.open().await;
    let started = tokio::time::Instant::now();
    assert_eq!(open.sees().await, Seen::Closed(4001, "token_expired".to_owned()));
    assert_eq!(started.elapsed(), Duration::from_secs(10));
    assert_eq!(open.ends().await, Ending::Closed(CloseReason::TokenExpired));
}

#[tokio::test(start_paused = true)]
async fn a_revoked_token_closes_its_socket_and_nothing_is_delivered_after_it() {
    let mut open = Bench::default().open().await;
    open.hub.close_tokens(&[TokenId::new(7).expect("an id")], CloseReason::TokenRevoked);
    open.hub.deliver(&[entry(1)]);
    assert_eq!(open.sees_messages(1).await, [1], "another's token is nothing to it");
    open.hub.close_tokens(&[TokenId::new(1).expect("an id")], CloseReason::TokenRevoked);
    assert_eq!(open.sees().await, Seen::Closed(4001, "token_revoked".to_owned()));
    open.hub.deliver(&[entry(2)]);
    assert_eq!(open.sees().await, Seen::Gone);
}

#[tokio::test(start_paused = true)]
async fn before_a_restart_what_was_asked_is_answered() {
    let mut bench = Bench { extended: true, ..Bench::default() };
    bench.timeline.expect_append().times(1).returning(|_| {
        // The draft becomes what was stored before, so that the answer is this socket's own.
        let stored = entry(1);
        Ok(Appended::RepeatedMessage(stored))
    });
    let mut open = bench.open().await;
    open.sees_hello().await;
    open.says(r#"{"type":"message","content":"number 1","client_message_id":"a"}"#).await;
    assert_eq!(open.sees_messages(1).await, [EntryId::new(1).expect("an id").get()]);
    open.hub.drain(Duration::from_secs(1)).await;
    let Seen::Frame(announced) = open.sees().await else { panic!("expected an error frame first") };
    assert_eq!((&announced["code"], announced["retry_after_ms"].is_u64()), (&json!("restarting"), true), "{announced}");
    assert_eq!(open.sees().await, Seen::Closed(1012, "restarting".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_client_of_the_base_protocol_gets_the_close_alone() {
    let mut open = Bench::default().open().await;
    open.hub.drain(Duration::from_secs(1)).await;
    assert_eq!(open.sees().await, Seen::Closed(1012, "restarting".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_vanishes_gives_its_place_back() {
    let open = Bench::default().open().await;
    let hub = std::sync::Arc::clone(&open.hub);
    assert_eq!(hub.live_users().len(), 1);
    assert_eq!(open.ends().await, Ending::Broke);
    assert_eq!(hub.live_users().len(), 0);
}
