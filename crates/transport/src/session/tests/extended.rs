//! What `handsel.v1` adds: a first frame, a resume, and what is told beside the timeline.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use handsel_domain::Unavailable;
use handsel_domain::conversation::{ConversationKey, ConversationState, ReadCursor, Side};
use handsel_domain::ids::{Head, TokenId, UserId};
use handsel_domain::ports::{Append, AppendError, Appended, Principal, ReadMoved, StoredToken, Timeline};
use handsel_domain::time::Timestamp;
use handsel_domain::timeline::{TimelinePage, TimelineRange};
use handsel_domain::usecases::Scope;
use mockall::predicate::eq;
use serde_json::json;

use super::bench::{Bench, Open, Seen, conversation, entry, key, page, person};
use crate::close::CloseReason;
use crate::hub::{Listening, Membership};

fn head(number: i64) -> Head {
    Head::new(number).expect("a head")
}

fn extended(at: i64) -> Bench {
    Bench { extended: true, head: at, ..Bench::default() }
}

/// The owner opens a socket, too.
fn owner_joins(open: &Open) -> Membership {
    let principal =
        Principal { person: person(1), token: TokenId::new(9).expect("an id"), expires_at: Timestamp::from_millis(1) };
    let listening = Listening { scope: Scope::One(conversation()), signals: true };
    open.hub.join(&principal, listening).expect("the hub is open")
}

fn owner_has_read(up_to: i64) -> ReadCursor {
    ReadCursor { conversation: conversation(), reader: Side::Owner, up_to: head(up_to) }
}

#[tokio::test(start_paused = true)]
async fn the_first_frame_says_what_there_is() {
    let mut open = extended(7).open().await;
    let hello = open.sees_hello().await;
    assert_eq!(hello["user_id"], 2);
    assert_eq!(
        hello["conversations"],
        json!([{"conversation": "offer_1:2", "head": 7, "read_up_to": 0, "peer_read_up_to": 0,
            "peer": {"id": 1, "username": "user1", "full_name": "user1"}, "online": false}])
    );
    assert_eq!((hello["heartbeat_ms"].as_u64(), &hello["reset"]), (Some(25_000), &json!(null)));
    assert_eq!(hello["limits"]["message_characters"], 4_000);
}

#[tokio::test(start_paused = true)]
async fn a_resume_is_read_and_live_entries_follow_without_seam() {
    let mut bench = Bench { after: Some(head(2)), ..extended(4) };
    let from_two = TimelineRange::after(head(2));
    // What was written while it was read is on the page, too.
    bench.timeline.expect_read().with(eq(key()), eq(from_two)).times(1).returning(|_, _| Ok(Some(page(3..=5))));
    let mut open = bench.open().await;
    open.hub.deliver(&[entry(5)]);
    open.sees_hello().await;
    assert_eq!(open.sees_messages(3).await, [3, 4, 5]);
    open.hub.deliver(&[entry(5), entry(6)]);
    assert_eq!(open.sees_messages(1).await, [6]);
}

#[tokio::test(start_paused = true)]
async fn a_resume_at_the_head_reads_nothing_and_one_beyond_it_is_reset() {
    for (after, reset) in [(4, json!(null)), (5, json!(true))] {
        let mut open = Bench { after: Some(head(after)), ..extended(4) }.open().await;
        assert_eq!(open.sees_hello().await["reset"], reset, "after {after}");
        open.hub.deliver(&[entry(5)]);
        assert_eq!(open.sees_messages(1).await, [5]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cursor_is_told_forward_only_and_ones_own_not_at_all() {
    let mut bench = extended(4);
    let moved = ReadMoved { up_to: head(3), moved: true };
    bench.conversations.expect_move_read_cursor().times(1).return_const(Ok(moved));
    let mut open = bench.open().await;
    open.sees_hello().await;
    open.says(r#"{"type":"read","up_to":3}"#).await;
    open.says(r#"{"type":"ping"}"#).await;
    open.sees_frame("pong").await;
    open.hub.cursor_moved(ReadCursor { reader: Side::Respondent, ..owner_has_read(3) });
    for (up_to, told) in [(2, true), (1, false), (2, false), (4, true)] {
        open.hub.cursor_moved(owner_has_read(up_to));
        if told {
            let frame = open.sees_frame("read").await;
            assert_eq!(frame["read"], json!({"conversation": "offer_1:2", "reader_id": 1, "up_to": up_to}));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn how_far_another_tab_has_read_meanwhile_is_told() {
    let mut bench = extended(6);
    let stands = ReadMoved { up_to: head(6), moved: false };
    bench.conversations.expect_move_read_cursor().times(1).return_const(Ok(stands));
    let mut open = bench.open().await;
    open.sees_hello().await;
    open.says(r#"{"type":"read","up_to":2}"#).await;
    open.hub.cursor_moved(ReadCursor { reader: Side::Respondent, ..owner_has_read(6) });
    assert_eq!(open.sees_frame("read").await["read"]["up_to"], 6);
}

#[tokio::test(start_paused = true)]
async fn a_cursor_is_not_told_before_what_it_covers() {
    let mut bench = extended(1);
    bench.timeline.expect_read().times(1).returning(|_, _| Ok(Some(page(2..=4))));
    let mut open = bench.open().await;
    open.sees_hello().await;
    // Both come by comparison, when another process has written and read.
    let stored = ConversationState { head: head(4), ..ConversationState::unwritten(conversation()) };
    open.hub.compare(&[ConversationState { owner_read_up_to: head(3), ..stored }]);
    assert_eq!(open.sees_messages(3).await, [2, 3, 4]);
    assert_eq!(open.sees_frame("read").await["read"]["up_to"], 3);
}

#[tokio::test(start_paused = true)]
async fn the_peer_is_there_from_the_first_socket_to_the_last() {
    let mut open = extended(1).open().await;
    assert_eq!(open.sees_hello().await["conversations"][0]["online"], false);
    let laptop = owner_joins(&open);
    assert_eq!(open.sees_frame("presence").await["presence"], json!({"user_id": 1, "online": true}));
    let phone = owner_joins(&open);
    drop(laptop);
    drop(phone);
    assert_eq!(open.sees_frame("presence").await["presence"], json!({"user_id": 1, "online": false}));
}

#[tokio::test(start_paused = true)]
async fn before_the_first_entry_nobody_is_told_who_is_there_or_types() {
    let mut open = extended(0).open().await;
    open.sees_hello().await;
    let owner = owner_joins(&open);
    open.says(r#"{"type":"typing"}"#).await;
    open.says(r#"{"type":"ping"}"#).await;
    open.sees_frame("pong").await;
    assert_eq!(owner.outbox.take_signals(), None);

    open.hub.deliver(&[entry(1)]);
    assert_eq!(open.sees_messages(1).await, [1]);
    assert_eq!(open.sees_frame("presence").await["presence"]["online"], true);
    open.says(r#"{"type":"typing"}"#).await;
    open.says(r#"{"type":"ping"}"#).await;
    open.sees_frame("pong").await;
    let told = owner.outbox.take_signals().expect("she is told").typing;
    assert_eq!(told.into_iter().collect::<Vec<_>>(), [(key(), UserId::new(2).expect("an id"))]);
}

/// A token of that user, valid for so many seconds.
fn stored(user: i64, seconds: i64) -> StoredToken {
    let token = TokenId::new(7).expect("an id");
    StoredToken {
        principal: Principal { person: person(user), token, expires_at: Timestamp::from_millis(seconds * 1_000) },
        revoked: false,
        suspended: false,
    }
}

fn auth() -> String {
    format!(r#"{{"type":"auth","token":"{}"}}"#, "a".repeat(43))
}

#[tokio::test(start_paused = true)]
async fn a_fresh_token_keeps_the_socket_and_is_what_it_stands_and_falls_with() {
    let mut bench = Bench { expires_in: Duration::from_secs(10), ..extended(0) };
    bench.tokens.expect_find().return_const(Ok(Some(stored(2, 20))));
    let mut open = bench.open().await;
    let started = tokio::time::Instant::now();
    open.sees_hello().await;
    open.says(&auth()).await;
    assert_eq!(open.sees_frame("auth").await["auth"]["expires_at"], "1970-01-01T00:00:20.000Z");
    let fresh = TokenId::new(7).expect("an id");
    assert_eq!(open.hub.live_tokens(), [fresh]);
    assert!(open.hub.take_joined().contains(&fresh), "it may have been revoked before it was known here");
    open.hub.close_tokens(&[TokenId::new(1).expect("an id")], CloseReason::TokenRevoked);
    assert_eq!(open.sees().await, Seen::Closed(4001, "token_expired".to_owned()));
    assert_eq!(started.elapsed(), Duration::from_secs(20));
}

#[tokio::test(start_paused = true)]
async fn a_fresh_token_waits_for_nothing_else() {
    let mut bench = Bench { expires_in: Duration::from_secs(10), own_timeline: Some(Arc::new(Stuck)), ..extended(0) };
    bench.tokens.expect_find().return_const(Ok(Some(stored(2, 20))));
    let mut open = bench.open().await;
    let started = tokio::time::Instant::now();
    open.sees_hello().await;
    open.says(r#"{"type":"message","content":"hello"}"#).await;
    open.says(&auth()).await;
    open.sees_frame("auth").await;
    assert_eq!(open.sees().await, Seen::Closed(4001, "token_expired".to_owned()));
    assert_eq!(started.elapsed(), Duration::from_secs(20));
}

/// A storage in which nothing ever comes to an end.
struct Stuck;

#[async_trait]
impl Timeline for Stuck {
    async fn append(&self, _: Append) -> Result<Appended, AppendError> {
        std::future::pending().await
    }

    async fn read(&self, _: ConversationKey, _: TimelineRange) -> Result<Option<TimelinePage>, Unavailable> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn another_users_token_changes_nothing() {
    let mut bench = Bench { expires_in: Duration::from_secs(10), ..extended(0) };
    bench.tokens.expect_find().return_const(Ok(Some(stored(1, 20))));
    let mut open = bench.open().await;
    let started = tokio::time::Instant::now();
    open.sees_hello().await;
    open.says(&auth()).await;
    assert_eq!(open.sees_frame("error").await["code"], "token_of_another_user");
    assert_eq!(open.sees().await, Seen::Closed(4001, "token_expired".to_owned()));
    assert_eq!(started.elapsed(), Duration::from_secs(10));
}
