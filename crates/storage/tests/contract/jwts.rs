//! JWTs, kept like tokens from their first use on. Knows nothing of signatures.

use handsel_domain::ids::UserId;
use handsel_domain::ports::{Admission, Claims};
use handsel_domain::time::Timestamp;
use handsel_domain::token::Token;

use super::bench::{Bench, later};
use super::clock::START;
use super::together::at_once;

contract! {
    a_jwt_is_kept_once_and_found_whatever_its_signature,
    a_jwt_that_is_used_at_the_same_moment_is_kept_once,
    a_jwt_for_nobody_who_is_known_is_not_kept,
    a_jwt_that_was_issued_before_its_user_logged_out_is_refused,
    a_jwt_of_somebody_who_is_suspended_says_so,
    no_jwt_outlives_a_log_out_at_the_same_moment,
}

pub(crate) fn jwt(claims: &str, signature: &str) -> Token {
    Token::parse(&format!("header.{claims}.{signature}")).expect("well-formed")
}

pub(crate) fn claims(user: UserId, issued_at: Option<Timestamp>) -> Claims {
    Claims { user, issued_at, expires_at: later(60_000) }
}

pub(crate) async fn admit(bench: &Bench, jwt: &Token, claims: Claims) -> Admission {
    bench.storage.tokens.admit(jwt, &claims, START).await.expect("the storage answers")
}

async fn a_jwt_is_kept_once_and_found_whatever_its_signature(bench: Bench) {
    let ana = bench.user("ana").await;
    let (one, same, other) = (jwt("one", "a"), jwt("one", "b"), jwt("other", "a"));
    assert_eq!(bench.storage.tokens.find(&one).await, Ok(None));
    let Admission::Admitted(stored) = admit(&bench, &one, claims(ana.id, None)).await else { panic!("she is known") };
    assert_eq!((&stored.principal.person, stored.principal.expires_at, stored.revoked), (&ana, later(60_000), false));
    for again in [&one, &same] {
        assert_eq!(bench.storage.tokens.find(again).await, Ok(Some(stored.clone())));
        assert_eq!(admit(&bench, again, claims(ana.id, None)).await, Admission::Admitted(stored.clone()));
    }
    assert_eq!(bench.storage.tokens.find(&other).await, Ok(None));
    bench.storage.tokens.revoke(stored.principal.token, START).await.expect("the storage answers");
    let Admission::Admitted(again) = admit(&bench, &same, claims(ana.id, None)).await else { panic!("it is kept") };
    assert!(again.revoked, "what is revoked stays so");
    assert_eq!(bench.storage.tokens.sweep(later(60_001)).await, Ok(1));
}

async fn a_jwt_that_is_used_at_the_same_moment_is_kept_once(bench: Bench) {
    let (other, ana) = (bench.another_process().await, bench.user("ana").await.id);
    let admit = (0..20).map(|number| {
        let process = if number % 2 == 0 { &bench.storage } else { &other.storage };
        let tokens = process.tokens.clone();
        async move {
            match tokens.admit(&jwt("one", "a"), &claims(ana, None), START).await {
                Ok(Admission::Admitted(stored)) => stored.principal.token,
                other => panic!("nobody is in the way: {other:?}"),
            }
        }
    });
    let mut ids = at_once(admit.collect::<Vec<_>>()).await;
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

async fn a_jwt_for_nobody_who_is_known_is_not_kept(bench: Bench) {
    let gone = bench.user("gone").await.id;
    bench.delete(gone).await;
    for user in [gone, UserId::new(4_711).expect("an id")] {
        assert_eq!(admit(&bench, &jwt("one", "a"), claims(user, None)).await, Admission::UnknownUser);
    }
    assert_eq!(bench.storage.tokens.find(&jwt("one", "a")).await, Ok(None));
}

async fn a_jwt_that_was_issued_before_its_user_logged_out_is_refused(bench: Bench) {
    let (ana, bob) = (bench.user("ana").await.id, bench.user("bob").await.id);
    let Admission::Admitted(seen) = admit(&bench, &jwt("seen", "a"), claims(ana, None)).await else { panic!("known") };
    assert_eq!(bench.storage.tokens.revoke_all(ana, later(10)).await, Ok(1));
    // A clock that is behind takes nothing back.
    assert_eq!(bench.storage.tokens.revoke_all(ana, later(5)).await, Ok(0));
    for (name, issued_at, is_admitted) in [
        ("undated", None, false),
        ("before", Some(later(9)), false),
        ("then", Some(later(10)), false),
        ("since", Some(later(11)), true),
    ] {
        let admission = admit(&bench, &jwt(name, "a"), claims(ana, issued_at)).await;
        assert_eq!(matches!(admission, Admission::Admitted(_)), is_admitted, "{name}: {admission:?}");
        assert_eq!(admission == Admission::SignedOut, !is_admitted, "{name}: {admission:?}");
    }
    let seen = bench.storage.tokens.dead_among(&[seen.principal.token]).await.expect("the storage answers");
    assert_eq!(seen.len(), 1, "what was used before is revoked as any token is");
    let of_bob = admit(&bench, &jwt("bob", "a"), claims(bob, None)).await;
    assert!(matches!(of_bob, Admission::Admitted(_)), "nobody has logged him out: {of_bob:?}");
}

async fn a_jwt_of_somebody_who_is_suspended_says_so(bench: Bench) {
    let ana = bench.user("ana").await.id;
    bench.suspend(ana).await;
    let admission = admit(&bench, &jwt("one", "a"), claims(ana, None)).await;
    let Admission::Admitted(stored) = admission else { panic!("she is known: {admission:?}") };
    assert!(stored.suspended);
}

async fn no_jwt_outlives_a_log_out_at_the_same_moment(bench: Bench) {
    let (ana, other) = (bench.user("ana").await.id, bench.another_process().await);
    let mut admitted = 0;
    for round in 0..20_i64 {
        let out = {
            let tokens = bench.storage.tokens.clone();
            tokio::spawn(async move { tokens.revoke_all(ana, later(10 * round + 5)).await })
        };
        let uses = (0..8).map(|number| {
            let process = if number % 2 == 0 { &bench.storage } else { &other.storage };
            let tokens = process.tokens.clone();
            async move {
                let jwt = jwt(&format!("{round}-{number}"), "a");
                let claims = claims(ana, Some(later(10 * round)));
                (tokens.admit(&jwt, &claims, later(10 * round)).await.expect("the storage answers"), jwt)
            }
        });
        let answers = at_once(uses.collect::<Vec<_>>()).await;
        out.await.expect("it does not panic").expect("the storage answers");
        for (admission, jwt) in answers {
            if let Admission::Admitted(_) = admission {
                admitted += 1;
                let found = bench.storage.tokens.find(&jwt).await.expect("the storage answers").expect("it was kept");
                assert!(found.revoked, "round {round}: it was issued before the log-out");
            }
        }
    }
    assert!(admitted > 0, "nobody was in time, and nothing was tried");
}
