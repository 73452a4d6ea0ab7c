//! Tokens as long as they live: issued, kept as hashes, found. Knows nothing of how they end.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use handsel_domain::ids::UserId;
use handsel_domain::password::PasswordHash;
use handsel_domain::ports::Principal;
use handsel_domain::token::Token;

use super::bench::{Bench, later};
use super::clock::START;
use super::together::at_once;

contract! {
    a_token_is_found_as_issued,
    each_token_is_another,
    a_token_that_was_never_issued_is_unknown,
    a_token_that_ran_out_is_found_until_it_is_swept,
    the_secret_is_stored_nowhere,
    nobody_who_does_not_exist_gets_a_token,
    whoever_knows_the_password_gets_a_token_and_whoever_knew_it_gets_none,
    no_token_outlives_the_password_that_it_was_given_for,
}

async fn a_token_is_found_as_issued(bench: Bench) {
    let ana = bench.user("ana").await;
    let token = bench.storage.tokens.issue(ana.id, START, later(60_000)).await.expect("the storage answers");
    let stored = bench.storage.tokens.find(&token).await.expect("the storage answers").expect("it was issued");
    assert!(!stored.revoked);
    let Principal { person, expires_at, .. } = stored.principal;
    assert_eq!((person, expires_at), (ana, later(60_000)));
}

async fn each_token_is_another(bench: Bench) {
    let ana = bench.user("ana").await;
    let issue = (0..20).map(|_| {
        let (tokens, ana) = (bench.storage.tokens.clone(), ana.id);
        async move {
            let token = tokens.issue(ana, START, later(60_000)).await.expect("the storage answers");
            let id = tokens.find(&token).await.expect("the storage answers").expect("it was issued").principal.token;
            (token.reveal().to_owned(), id)
        }
    });
    let (mut secrets, mut ids): (Vec<_>, Vec<_>) = at_once(issue.collect::<Vec<_>>()).await.into_iter().unzip();
    secrets.sort_unstable();
    secrets.dedup();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((secrets.len(), ids.len()), (20, 20));
}

async fn a_token_that_was_never_issued_is_unknown(bench: Bench) {
    let ana = bench.user("ana").await;
    let token = bench.storage.tokens.issue(ana.id, START, later(60_000)).await.expect("the storage answers");
    let almost = if token.reveal().starts_with('A') { "B" } else { "A" };
    let almost = Token::parse(&format!("{almost}{}", &token.reveal()[1..])).expect("well-formed");
    assert_eq!(bench.storage.tokens.find(&almost).await, Ok(None));
}

async fn a_token_that_ran_out_is_found_until_it_is_swept(bench: Bench) {
    let ana = bench.user("ana").await;
    let token = bench.storage.tokens.issue(ana.id, START, later(-1)).await.expect("the storage answers");
    let stored = bench.storage.tokens.find(&token).await.expect("the storage answers");
    assert_eq!(stored.map(|stored| (stored.principal.expires_at, stored.revoked)), Some((later(-1), false)));
    assert_eq!(bench.storage.tokens.sweep(START).await, Ok(1));
    assert_eq!(bench.storage.tokens.find(&token).await, Ok(None));
}

async fn the_secret_is_stored_nowhere(bench: Bench) {
    let holder = bench.user("holder-of-the-secret").await;
    let token = bench.storage.tokens.issue(holder.id, START, START.plus(Duration::from_hours(1))).await;
    let secret = token.expect("the storage answers").reveal().to_owned();
    let bytes = URL_SAFE_NO_PAD.decode(&secret).expect("a token is base64url");
    assert_eq!(bytes.len(), 32);

    let stored = bench.subject.everything_stored().await;
    let holds = |needle: &[u8]| stored.windows(needle.len()).any(|window| window == needle);
    assert!(holds(b"holder-of-the-secret"), "the search finds what is stored");
    assert!(!holds(secret.as_bytes()), "the secret is among {} stored bytes", stored.len());
    assert!(!holds(&bytes), "the secret's bytes are among {} stored bytes", stored.len());
}

async fn nobody_who_does_not_exist_gets_a_token(bench: Bench) {
    let unknown = UserId::new(4_711).expect("an id");
    let issued = bench.storage.tokens.issue(unknown, START, START.plus(Duration::from_hours(1))).await;
    assert!(issued.is_err(), "{issued:?}");
}

async fn whoever_knows_the_password_gets_a_token_and_whoever_knew_it_gets_none(bench: Bench) {
    let (ana, tokens) = (bench.user("ana").await, &bench.storage.tokens);
    let [old, new] = ["hash of ana", "new"].map(|hash| PasswordHash::new(hash.to_owned()));
    let token = tokens.issue_for(ana.id, &old, START, later(60_000)).await.expect("the storage answers");
    let stored = tokens.find(&token.expect("it is hers")).await.expect("the storage answers").expect("it was issued");
    assert_eq!((stored.principal.person, stored.principal.expires_at), (ana.clone(), later(60_000)));
    bench.storage.users.set_password(ana.id, new.clone(), START).await.expect("she is known");
    assert_eq!(tokens.issue_for(ana.id, &old, START, later(60_000)).await, Ok(None));
    assert!(tokens.issue_for(ana.id, &new, START, later(60_000)).await.expect("the storage answers").is_some());
}

async fn no_token_outlives_the_password_that_it_was_given_for(bench: Bench) {
    const ROUNDS: usize = 20;
    let (ana, other) = (bench.user("ana").await.id, bench.another_process().await);
    let password = |round: usize| match round {
        0 => PasswordHash::new("hash of ana".to_owned()),
        _ => PasswordHash::new(format!("hash {round}")),
    };
    let mut issued = 0;
    for round in 0..ROUNDS {
        let sets = {
            let (users, new) = (bench.storage.users.clone(), password(round + 1));
            tokio::spawn(async move { users.set_password(ana, new, START).await })
        };
        let logs_in = (0..8).map(|number| {
            let process = if number % 2 == 0 { &bench.storage } else { &other.storage };
            let (tokens, old) = (process.tokens.clone(), password(round));
            async move { tokens.issue_for(ana, &old, START, later(60_000)).await.expect("the storage answers") }
        });
        let tokens = at_once(logs_in.collect::<Vec<_>>()).await;
        sets.await.expect("it does not panic").expect("she is known");
        for token in tokens.into_iter().flatten() {
            issued += 1;
            let found = bench.storage.tokens.find(&token).await.expect("the storage answers").expect("it was issued");
            assert!(found.revoked, "round {round}: it was given for a password that is replaced");
        }
    }
    assert!(issued > 0, "nobody was in time, and nothing was tried");
}
