//! Users whose ids and names are a site's. Knows nothing of users who register.

use handsel_domain::ids::UserId;
use handsel_domain::ports::{Put, PutUserError, SiteUser};
use handsel_domain::user::{Name, User, Username};

use super::bench::{Bench, later};
use super::clock::START;
use super::together::at_once;

contract! {
    a_user_is_put_with_the_id_and_again_changes_nothing,
    whoever_is_put_again_is_called_anew_and_nothing_else_changes,
    a_name_that_is_another_users_is_refused_and_leaves_both_as_they_were,
    whoever_was_deleted_is_not_put_again,
    ids_that_were_put_are_given_to_nobody_else,
    of_many_who_put_a_user_at_the_same_moment_one_makes_it,
    who_registers_while_users_are_put_gets_an_id_of_their_own,
}

fn user(id: i64, name: &str) -> SiteUser {
    SiteUser {
        id: UserId::new(id).expect("an id"),
        username: Username::parse_of_site(name).expect("a valid name"),
        first_name: Name::parse("Ana").expect("a valid name"),
        last_name: Name::default(),
    }
}

async fn known(bench: &Bench, id: i64) -> Option<User> {
    bench.storage.users.by_id(UserId::new(id).expect("an id")).await.expect("the storage answers")
}

async fn a_user_is_put_with_the_id_and_again_changes_nothing(bench: Bench) {
    let put = bench.storage.users.put(user(4_711, "ANA"), later(3)).await;
    let Ok(Put::Created(ana)) = put else { panic!("she is new: {put:?}") };
    assert_eq!((ana.person.id.get(), ana.person.username.as_str()), (4_711, "ANA"));
    assert_eq!((ana.person.full_name.as_str(), ana.created_at, ana.suspended), ("Ana", later(3), false));
    assert_eq!(known(&bench, 4_711).await, Some(ana.clone()));
    assert_eq!(bench.storage.users.put(user(4_711, "ANA"), later(9)).await, Ok(Put::Kept(ana.clone())));
    let by_name = bench.storage.users.by_username(&ana.person.username.key()).await.expect("the storage answers");
    assert_eq!(by_name.map(|(user, hash)| (user, hash.is_some())), Some((ana, false)), "without a password");
}

async fn whoever_is_put_again_is_called_anew_and_nothing_else_changes(bench: Bench) {
    let ana = bench.user("ana").await;
    bench.suspend(ana.id).await;
    let put = bench.storage.users.put(user(ana.id.get(), "a"), later(9)).await;
    let Ok(Put::Kept(renamed)) = put else { panic!("she is there: {put:?}") };
    assert_eq!((renamed.person.username.as_str(), renamed.created_at, renamed.suspended), ("a", START, true));
    assert_eq!(known(&bench, ana.id.get()).await, Some(renamed.clone()));
    let found = |name: &str| {
        let (users, key) = (bench.storage.users.clone(), Username::parse_of_site(name).expect("a name").key());
        async move { users.by_username(&key).await.expect("the storage answers") }
    };
    let (by_name, hash) = found("A").await.expect("she is found by the new name");
    assert_eq!((by_name, hash.map(|hash| hash.as_phc().to_owned())), (renamed, Some("hash of ana".to_owned())));
    assert!(found("ana").await.is_none());
    assert!(bench.registers("ana").await.is_ok(), "the old name is free");
}

async fn a_name_that_is_another_users_is_refused_and_leaves_both_as_they_were(bench: Bench) {
    let (ana, bob) = (bench.user("ana").await.id.get(), bench.user("bob").await.id.get());
    let before = [known(&bench, ana).await, known(&bench, bob).await];
    for id in [bob, 4_711] {
        assert_eq!(bench.storage.users.put(user(id, "Ａna"), START).await, Err(PutUserError::UsernameTaken));
    }
    assert_eq!([known(&bench, ana).await, known(&bench, bob).await], before);
    assert_eq!(known(&bench, 4_711).await, None);
}

async fn whoever_was_deleted_is_not_put_again(bench: Bench) {
    let ana = bench.user("ana").await;
    bench.delete(ana.id).await;
    assert_eq!(bench.storage.users.put(user(ana.id.get(), "ana"), START).await, Err(PutUserError::Deleted));
    assert_eq!(known(&bench, ana.id.get()).await, None);
}

async fn ids_that_were_put_are_given_to_nobody_else(bench: Bench) {
    let first = bench.user("first").await.id.get();
    for (ahead, name) in [(1, "b"), (5, "c"), (3, "d")] {
        bench.storage.users.put(user(first + ahead, name), START).await.expect("the id and the name are free");
    }
    assert_eq!(bench.user("last").await.id.get(), first + 6);
    assert_eq!(bench.user("very-last").await.id.get(), first + 7);
}

async fn of_many_who_put_a_user_at_the_same_moment_one_makes_it(bench: Bench) {
    let other = bench.another_process().await;
    let put = (0..20).map(|number| {
        let process = if number % 2 == 0 { &bench.storage } else { &other.storage };
        let users = process.users.clone();
        async move { users.put(user(4_711, "ana"), START).await.expect("nobody is in the way") }
    });
    let results = at_once(put.collect::<Vec<_>>()).await;
    assert_eq!(results.iter().filter(|put| matches!(put, Put::Created(_))).count(), 1, "{results:?}");
}

async fn who_registers_while_users_are_put_gets_an_id_of_their_own(bench: Bench) {
    let other = bench.another_process().await;
    let registers = (0..20).map(|number| {
        let bench = &bench;
        async move {
            bench.registers(&format!("registered-{number}")).await.expect("the id and the name are free").person.id
        }
    });
    let put = (0..20_i64).map(|number| {
        let users = other.storage.users.clone();
        async move {
            // Each ahead of all who can have registered meanwhile.
            let put = users.put(user(100 + 30 * number, &format!("put-{number}")), START).await;
            put.expect("the name is free");
        }
    });
    let (mut ids, _) = tokio::join!(futures(registers), futures(put));
    ids.extend((0..20_i64).map(|number| UserId::new(100 + 30 * number).expect("an id")));
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "nobody has another one's id");
    let next = bench.user("last").await.id.get();
    assert!(next > 100 + 30 * 19, "{next}");
}

/// One after the other.
async fn futures<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut done = Vec::new();
    for one in all {
        done.push(one.await);
    }
    done
}
