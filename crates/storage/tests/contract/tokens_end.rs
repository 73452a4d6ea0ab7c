//! How tokens end: revoked, swept, or with their user. Knows nothing of the sockets that close for it.

use futures_util::future::join_all;
use handsel_domain::ids::{TokenId, UserId};
use handsel_domain::ports::DeadToken;
use handsel_domain::time::Timestamp;
use handsel_domain::token::Token;

use super::bench::{Bench, later};
use super::clock::START;

contract! {
    a_revoked_token_is_found_as_revoked,
    revoking_announces_that_token_alone,
    revoking_all_announces_all_of_the_user,
    the_token_of_a_suspended_user_speaks_for_nobody,
    the_token_of_a_deleted_user_speaks_for_nobody,
    the_dead_are_the_revoked_the_suspended_and_the_gone,
    sweeping_deletes_what_ran_out_before,
    sweeping_ends_only_with_the_last,
    the_id_of_a_swept_token_is_never_given_again,
    other_processes_see_that_a_token_is_dead_and_are_not_told,
}

async fn issue(bench: &Bench, user: UserId, expires_at: Timestamp) -> (Token, TokenId) {
    let token = bench.storage.tokens.issue(user, START, expires_at).await.expect("the storage answers");
    let stored = bench.storage.tokens.find(&token).await.expect("the storage answers").expect("it was issued");
    (token, stored.principal.token)
}

async fn is_revoked(bench: &Bench, token: &Token) -> bool {
    bench.storage.tokens.find(token).await.expect("the storage answers").expect("not swept yet").revoked
}

async fn dead_among(bench: &Bench, tokens: &[TokenId]) -> Vec<TokenId> {
    let dead = bench.storage.tokens.dead_among(tokens).await.expect("the storage answers");
    let mut dead: Vec<_> = dead.into_iter().map(|dead| dead.token).collect();
    dead.sort_unstable();
    dead
}

async fn a_revoked_token_is_found_as_revoked(bench: Bench) {
    let ana = bench.user("ana").await;
    let (token, id) = issue(&bench, ana.id, later(60_000)).await;
    assert!(!is_revoked(&bench, &token).await);
    for _ in 0..2 {
        assert_eq!(bench.storage.tokens.revoke(id, later(1)).await, Ok(()), "again is no error");
        assert!(is_revoked(&bench, &token).await);
    }
}

async fn revoking_announces_that_token_alone(bench: Bench) {
    let ana = bench.user("ana").await;
    let (kept, _) = issue(&bench, ana.id, later(60_000)).await;
    let (_, id) = issue(&bench, ana.id, later(60_000)).await;
    bench.storage.tokens.revoke(id, later(1)).await.expect("the storage answers");
    assert_eq!(bench.heard.revoked(1).await, [id]);
    assert!(!is_revoked(&bench, &kept).await);
}

async fn revoking_all_announces_all_of_the_user(bench: Bench) {
    let (ana, bob) = (bench.user("ana").await, bench.user("bob").await);
    let (_, first) = issue(&bench, ana.id, later(60_000)).await;
    let (of_bob, _) = issue(&bench, bob.id, later(60_000)).await;
    let (_, second) = issue(&bench, ana.id, later(60_000)).await;
    assert_eq!(bench.storage.tokens.revoke_all(ana.id, later(1)).await, Ok(2));
    assert_eq!(bench.heard.revoked(2).await, [first, second]);
    assert!(!is_revoked(&bench, &of_bob).await);
    assert_eq!(bench.storage.tokens.revoke_all(ana.id, later(2)).await, Ok(0), "there is none left");
}

async fn the_token_of_a_suspended_user_speaks_for_nobody(bench: Bench) {
    let ana = bench.user("ana").await;
    let (token, _) = issue(&bench, ana.id, later(60_000)).await;
    bench.suspend(ana.id).await;
    let stored = bench.storage.tokens.find(&token).await.expect("the storage answers").expect("not swept yet");
    assert_eq!((stored.suspended, stored.revoked), (true, false));
}

async fn the_token_of_a_deleted_user_speaks_for_nobody(bench: Bench) {
    let ana = bench.user("ana").await;
    let (token, id) = issue(&bench, ana.id, later(60_000)).await;
    bench.delete(ana.id).await;
    assert!(is_revoked(&bench, &token).await);
    assert_eq!(dead_among(&bench, &[id]).await, [id]);
}

async fn the_dead_are_the_revoked_the_suspended_and_the_gone(bench: Bench) {
    let (ana, bob) = (bench.user("ana").await, bench.user("bob").await);
    let (_, live) = issue(&bench, ana.id, later(60_000)).await;
    let (_, ran_out) = issue(&bench, ana.id, later(-1)).await;
    let (_, revoked) = issue(&bench, ana.id, later(60_000)).await;
    let (_, suspended) = issue(&bench, bob.id, later(60_000)).await;
    let gone = TokenId::new(4_711).expect("an id");
    let all = [gone, suspended, revoked, ran_out, live];
    assert_eq!(dead_among(&bench, &all).await, [gone], "when a token runs out, its holder knows by itself");

    bench.storage.tokens.revoke(revoked, later(1)).await.expect("the storage answers");
    bench.suspend(bob.id).await;
    assert_eq!(dead_among(&bench, &all).await, [revoked, suspended, gone]);
    let dead = bench.storage.tokens.dead_among(&all).await.expect("the storage answers");
    let why: Vec<_> = dead.into_iter().filter(|dead| dead.suspended).map(|dead| dead.token).collect();
    assert_eq!(why, [suspended]);
    assert_eq!(dead_among(&bench, &[live]).await, []);
    assert_eq!(dead_among(&bench, &[]).await, []);
}

async fn sweeping_deletes_what_ran_out_before(bench: Bench) {
    let ana = bench.user("ana").await;
    let (early, early_id) = issue(&bench, ana.id, later(-1)).await;
    let (just, just_id) = issue(&bench, ana.id, START).await;
    let (_, late_id) = issue(&bench, ana.id, later(1)).await;
    assert_eq!(bench.storage.tokens.sweep(START).await, Ok(1));
    assert_eq!(bench.storage.tokens.find(&early).await, Ok(None));
    assert!(!is_revoked(&bench, &just).await);
    assert_eq!(dead_among(&bench, &[early_id, just_id, late_id]).await, [early_id]);
    assert_eq!(bench.storage.tokens.sweep(START).await, Ok(0));
}

async fn sweeping_ends_only_with_the_last(bench: Bench) {
    // One more than what goes in one transaction.
    const TOKENS: u64 = 501;
    let ana = bench.user("ana").await;
    let issues = (0..TOKENS).map(|_| bench.storage.tokens.issue(ana.id, START, START));
    assert!(join_all(issues).await.iter().all(Result::is_ok));
    assert_eq!(bench.storage.tokens.sweep(later(1)).await, Ok(TOKENS));
}

async fn the_id_of_a_swept_token_is_never_given_again(bench: Bench) {
    let ana = bench.user("ana").await;
    let (_, swept) = issue(&bench, ana.id, later(-1)).await;
    assert_eq!(bench.storage.tokens.sweep(START).await, Ok(1));
    let (_, next) = issue(&bench, ana.id, later(60_000)).await;
    assert_ne!(swept, next, "whoever still holds the old one must not pass for the new one");
    assert_eq!(dead_among(&bench, &[swept, next]).await, [swept]);
}

async fn other_processes_see_that_a_token_is_dead_and_are_not_told(bench: Bench) {
    let other = bench.another_process().await;
    let ana = bench.user("ana").await;
    let (token, id) = issue(&bench, ana.id, later(60_000)).await;
    bench.storage.tokens.revoke(id, later(1)).await.expect("the storage answers");
    bench.heard.revoked(1).await;
    let dead = DeadToken { token: id, suspended: false };
    assert_eq!(other.storage.tokens.dead_among(&[id]).await, Ok(vec![dead]));
    let seen = other.storage.tokens.find(&token).await.expect("the storage answers").map(|stored| stored.revoked);
    assert_eq!(seen, Some(true));
    assert_eq!(other.heard.revoked_now(), []);
}
