//! Who is known: ids, names and passwords. Knows nothing of tokens but that a new password ends them.

use std::time::Duration;

use handsel_domain::ids::UserId;
use handsel_domain::password::PasswordHash;
use handsel_domain::ports::{NewUser, SetPasswordError, UserInsertError};
use handsel_domain::user::{Name, User, Username, UsernameKey};

use super::bench::{Bench, later};
use super::clock::START;
use super::together::at_once;

contract! {
    a_user_is_found_as_inserted,
    a_name_is_found_in_any_case_and_unicode_form,
    a_name_is_taken_in_any_case_and_unicode_form,
    of_many_who_take_a_name_at_the_same_moment_one_gets_it,
    a_refused_name_leaves_the_next_user_unharmed,
    an_id_is_never_given_twice,
    a_page_follows_the_ids,
    a_suspended_user_is_known_as_suspended,
    a_deleted_user_is_not_known,
    a_name_that_nobody_can_have_is_nobodys,
    a_user_without_a_password_has_no_hash,
    a_new_password_replaces_the_old_one_and_revokes_all_tokens,
    an_unknown_user_gets_no_password,
}

/// One name, written in four ways.
const JOSE: [&str; 4] = ["José", "JOSÉ", "Jose\u{301}", "ＪＯＳÉ"];

async fn known(bench: &Bench, name: &str) -> Option<(User, Option<PasswordHash>)> {
    bench.storage.users.by_username(&UsernameKey::of(name)).await.expect("the storage answers")
}

async fn a_name_that_nobody_can_have_is_nobodys(bench: Bench) {
    bench.user("ana").await;
    for name in ["", "an", "ana\0", "\0", "ana'; --", "\u{fffd}"] {
        assert!(known(&bench, name).await.is_none(), "{name:?}");
    }
}

async fn page(bench: &Bench, after: Option<UserId>, limit: u32) -> Vec<UserId> {
    let page = bench.storage.users.page(after, limit).await.expect("the storage answers");
    page.into_iter().map(|user| user.person.id).collect()
}

async fn a_user_is_found_as_inserted(bench: Bench) {
    let hash = PasswordHash::new("$argon2id$v=19$…".to_owned());
    let new = NewUser {
        username: Username::parse("Ada.L@x").expect("a valid name"),
        first_name: Name::parse("Ada 'Countess'").expect("a valid name"),
        last_name: Name::parse("de Ĺövelace").expect("a valid name"),
        password: hash.clone(),
        created_at: later(7),
    };
    let inserted = bench.storage.users.insert(new).await.expect("the name is free");
    assert_eq!(inserted.person.username.as_str(), "Ada.L@x");
    assert_eq!(inserted.person.full_name, "Ada 'Countess' de Ĺövelace");
    assert_eq!((inserted.created_at, inserted.suspended), (later(7), false));

    let by_id = bench.storage.users.by_id(inserted.person.id).await.expect("the storage answers");
    assert_eq!(by_id.as_ref(), Some(&inserted));
    let (by_name, stored) = known(&bench, "ada.l@X").await.expect("she is known");
    assert_eq!((by_name, stored.map(|hash| hash.as_phc().to_owned())), (inserted, Some(hash.as_phc().to_owned())));
}

async fn a_name_is_found_in_any_case_and_unicode_form(bench: Bench) {
    let jose = bench.user(JOSE[0]).await;
    for form in JOSE {
        assert_eq!(known(&bench, form).await.map(|(user, _)| user.person.id), Some(jose.id), "{form:?}");
    }
    assert!(known(&bench, "jose").await.is_none(), "another name");
}

async fn a_name_is_taken_in_any_case_and_unicode_form(bench: Bench) {
    bench.user(JOSE[0]).await;
    for form in JOSE {
        assert_eq!(bench.registers(form).await, Err(UserInsertError::UsernameTaken), "{form:?}");
    }
}

async fn of_many_who_take_a_name_at_the_same_moment_one_gets_it(bench: Bench) {
    let other = bench.another_process().await;
    let new = |name: &str| NewUser {
        username: Username::parse(name).expect("a valid name"),
        first_name: Name::default(),
        last_name: Name::default(),
        password: PasswordHash::new("hash".to_owned()),
        created_at: START,
    };
    let attempts = JOSE.iter().cycle().take(20).enumerate().map(|(index, form)| {
        let process = if index < 10 { &bench.storage } else { &other.storage };
        let (users, user) = (process.users.clone(), new(form));
        async move { users.insert(user).await }
    });
    let results = at_once(attempts.collect::<Vec<_>>()).await;
    let (taken, rest): (Vec<_>, Vec<_>) =
        results.into_iter().partition(|result| *result == Err(UserInsertError::UsernameTaken));
    assert_eq!((taken.len(), rest.len()), (19, 1), "{rest:?}");
    assert!(rest[0].is_ok(), "{rest:?}");
}

async fn a_refused_name_leaves_the_next_user_unharmed(bench: Bench) {
    bench.user("ana").await;
    for _ in 0..3 {
        assert_eq!(bench.registers("ANA").await, Err(UserInsertError::UsernameTaken));
    }
    bench.user("bob").await;
}

async fn an_id_is_never_given_twice(bench: Bench) {
    let (ana, bob) = (bench.user("ana").await, bench.user("bob").await);
    assert_ne!(ana.id, bob.id);
    bench.operator(&format!("DELETE FROM users WHERE id = {}", bob.id)).await;
    let cem = bench.user("cem").await;
    assert_ne!(cem.id, bob.id, "Bob is gone, and still nobody becomes who he was");
}

async fn a_page_follows_the_ids(bench: Bench) {
    let mut ids = Vec::new();
    for name in ["eve", "dan", "cem", "bob", "ana"] {
        ids.push(bench.user(name).await.id);
    }
    assert_eq!(page(&bench, None, 100).await, ids);
    assert_eq!(page(&bench, None, 2).await, ids[..2]);
    assert_eq!(page(&bench, Some(ids[1]), 2).await, ids[2..4]);
    assert_eq!(page(&bench, Some(ids[4]), 2).await, []);
}

async fn a_suspended_user_is_known_as_suspended(bench: Bench) {
    let ana = bench.user("ana").await;
    bench.suspend(ana.id).await;
    let by_id = bench.storage.users.by_id(ana.id).await.expect("the storage answers");
    assert_eq!(by_id.map(|user| user.suspended), Some(true));
    assert_eq!(known(&bench, "ana").await.map(|(user, _)| user.suspended), Some(true));
}

async fn a_deleted_user_is_not_known(bench: Bench) {
    let (ana, bob) = (bench.user("ana").await, bench.user("bob").await);
    bench.delete(ana.id).await;
    assert_eq!(bench.storage.users.by_id(ana.id).await, Ok(None));
    assert!(known(&bench, "ana").await.is_none());
    assert_eq!(page(&bench, None, 100).await, [bob.id]);
    let set = bench.storage.users.set_password(ana.id, PasswordHash::new("new".to_owned()), START).await;
    assert_eq!(set, Err(SetPasswordError::UnknownUser));
}

async fn a_user_without_a_password_has_no_hash(bench: Bench) {
    let ana = bench.user("ana").await;
    bench.operator(&format!("UPDATE users SET password_hash = NULL WHERE id = {}", ana.id)).await;
    let (user, hash) = known(&bench, "ana").await.expect("she is known");
    assert_eq!((user.person, hash), ((*ana).clone(), None));
}

async fn a_new_password_replaces_the_old_one_and_revokes_all_tokens(bench: Bench) {
    let (ana, bob) = (bench.user("ana").await, bench.user("bob").await);
    let tokens = &bench.storage.tokens;
    let (mut of_ana, mut secrets) = (Vec::new(), Vec::new());
    for owner in [ana.id, ana.id, ana.id, bob.id] {
        let token = tokens.issue(owner, START, START.plus(Duration::from_mins(1))).await.expect("the storage answers");
        let stored = tokens.find(&token).await.expect("the storage answers").expect("it was issued");
        if owner == ana.id {
            of_ana.push(stored.principal.token);
        }
        secrets.push(token);
    }
    let set = bench.storage.users.set_password(ana.id, PasswordHash::new("new".to_owned()), later(5)).await;
    assert_eq!(set, Ok(()));

    assert_eq!(bench.heard.revoked(3).await, of_ana, "all of hers are announced, and none of his");
    for (token, revoked) in secrets.iter().zip([true, true, true, false]) {
        let stored = tokens.find(token).await.expect("the storage answers").expect("not swept yet");
        assert_eq!(stored.revoked, revoked, "{:?}", stored.principal);
    }
    let hash = known(&bench, "ana").await.and_then(|(_, hash)| hash).expect("she has a password");
    assert_eq!(hash.as_phc(), "new");
    let hash = known(&bench, "bob").await.and_then(|(_, hash)| hash).expect("he has a password");
    assert_eq!(hash.as_phc(), "hash of bob");
}

async fn an_unknown_user_gets_no_password(bench: Bench) {
    let unknown = UserId::new(4_711).expect("an id");
    let set = bench.storage.users.set_password(unknown, PasswordHash::new("new".to_owned()), START).await;
    assert_eq!(set, Err(SetPasswordError::UnknownUser));
    assert_eq!(bench.storage.users.by_id(unknown).await, Ok(None));
    assert_eq!(bench.heard.revoked_now(), []);
}
