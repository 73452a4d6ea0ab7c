//! Users, tokens and listings, one by one. Knows nothing of conversations.

use super::healthy::short;
use crate::audit::{Breach, BreachCode, StoredListing, StoredToken, StoredUser, listing, token, user};
use crate::ids::ID_MAX;

fn codes(breaches: &[Breach]) -> Vec<String> {
    println!("{breaches:#?}");
    breaches.iter().map(short).collect()
}

fn zoe() -> StoredUser {
    StoredUser {
        id: 5,
        username: "Zoë".to_owned(),
        username_key: "zoë".to_owned(),
        first_name: "Zoë".to_owned(),
        last_name: String::new(),
        deleted: false,
    }
}

#[test]
fn a_user_is_found_by_the_own_name() {
    assert_eq!(user(&zoe()), []);
    assert_eq!(codes(&user(&StoredUser { username_key: "Zoë".to_owned(), ..zoe() })), ["username_key_wrong"]);
    assert_eq!(codes(&user(&StoredUser { username: "zoe".to_owned(), ..zoe() })), ["username_key_wrong"]);
    assert_eq!(user(&StoredUser { username: String::new(), deleted: true, ..zoe() }), []);
}

#[test]
fn a_user_who_cannot_be_read_is_found() {
    assert_eq!(codes(&user(&StoredUser { id: 0, ..zoe() })), ["row_unreadable"]);
    let breaches = user(&StoredUser { first_name: "\u{1b}[2J".repeat(99), last_name: "a\nb".to_owned(), ..zoe() });
    assert!(breaches.iter().all(|breach| !breach.detail.contains(char::is_control) && breach.detail.len() < 300));
    assert_eq!(breaches[0].place.to_string(), "users 5");
    assert_eq!(codes(&breaches), ["row_unreadable", "row_unreadable"]);
}

#[test]
fn a_token_speaks_for_someone() {
    let fine = StoredToken { id: 1, user_id: 5, user_found: true };
    assert_eq!(token(&fine), []);
    assert_eq!(codes(&token(&StoredToken { user_found: false, ..fine })), ["user_missing"]);
    assert_eq!(codes(&token(&StoredToken { id: ID_MAX + 1, ..fine })), ["row_unreadable"]);
}

#[test]
fn a_listing_can_be_read_and_is_someones() {
    let fine = StoredListing {
        kind: "need".to_owned(),
        id: 3,
        owner_id: 5,
        owner_found: true,
        title: "Piano lessons".to_owned(),
        description: String::new(),
        status: "open".to_owned(),
    };
    assert_eq!(listing(&fine), []);
    for wrong in [
        StoredListing { kind: "shop".to_owned(), ..fine.clone() },
        StoredListing { id: -3, ..fine.clone() },
        StoredListing { title: " ".to_owned(), ..fine.clone() },
        StoredListing { description: "\0".to_owned(), ..fine.clone() },
        StoredListing { status: "sold".to_owned(), ..fine.clone() },
    ] {
        assert_eq!(codes(&listing(&wrong)), ["row_unreadable"]);
    }
    let breaches = listing(&StoredListing { owner_found: false, ..fine });
    assert_eq!(breaches[0].place.to_string(), "listings need_3");
    assert_eq!(codes(&breaches), ["user_missing"]);
}

#[test]
fn codes_have_names_of_their_own_in_snake_case() {
    let mut names: Vec<_> = BreachCode::ALL.iter().map(|code| code.name()).collect();
    assert!(names.iter().all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_')));
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), BreachCode::ALL.len());
}
