//! What can be said of users, tokens and listings, row by row. Knows nothing of conversations.

use super::findings::{Findings, shown};
use super::{Breach, BreachCode, Place, StoredListing, StoredToken, StoredUser};
use crate::ids::{ListingNumber, TokenId, UserId};
use crate::listing::{Description, ListingKind, ListingStatus, Title};
use crate::user::{Name, UsernameKey};

/// What is wrong with a user.
pub fn user(row: &StoredUser) -> Vec<Breach> {
    let mut findings = Findings::about(Place::row("users", row.id));
    if let Err(wrong) = UserId::new(row.id) {
        findings.add(BreachCode::RowUnreadable, wrong.to_string());
    }
    for (column, name) in [("first_name", &row.first_name), ("last_name", &row.last_name)] {
        if let Err(wrong) = Name::parse(name) {
            findings.add(BreachCode::RowUnreadable, format!("{column} {}: {wrong}", shown(name)));
        }
    }
    let key = UsernameKey::of(&row.username);
    // Who was deleted is found by nothing.
    if !row.deleted && key.as_str() != row.username_key {
        let (is, due) = (shown(&row.username_key), shown(key.as_str()));
        findings.add(BreachCode::UsernameKeyWrong, format!("username_key is {is} and should be {due}"));
    }
    findings.into_breaches()
}

/// What is wrong with a token.
pub fn token(row: &StoredToken) -> Vec<Breach> {
    let mut findings = Findings::about(Place::row("tokens", row.id));
    if let Err(wrong) = TokenId::new(row.id) {
        findings.add(BreachCode::RowUnreadable, wrong.to_string());
    }
    if !row.user_found {
        findings.add(BreachCode::UserMissing, format!("it speaks for user {}, who is not there", row.user_id));
    }
    findings.into_breaches()
}

/// What is wrong with a listing.
pub fn listing(row: &StoredListing) -> Vec<Breach> {
    let name = match ListingKind::from_name(&row.kind) {
        Some(kind) => format!("{}_{}", kind.name(), row.id),
        None => format!("{}_{}", shown(&row.kind), row.id),
    };
    let mut findings = Findings::about(Place::row("listings", name));
    if ListingKind::from_name(&row.kind).is_none() {
        findings.add(BreachCode::RowUnreadable, format!("kind {} is none", shown(&row.kind)));
    }
    if let Err(wrong) = ListingNumber::new(row.id) {
        findings.add(BreachCode::RowUnreadable, wrong.to_string());
    }
    if ListingStatus::from_name(&row.status).is_none() {
        findings.add(BreachCode::RowUnreadable, format!("status {} is none", shown(&row.status)));
    }
    for wrong in [Title::parse(&row.title).err(), Description::parse(&row.description).err()].into_iter().flatten() {
        findings.add(BreachCode::RowUnreadable, wrong.to_string());
    }
    if !row.owner_found {
        findings.add(BreachCode::UserMissing, format!("its owner is user {}, who is not there", row.owner_id));
    }
    findings.into_breaches()
}
