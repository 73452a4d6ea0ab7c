//! From rows to what the audit takes, or why they cannot be read. Knows nothing of queries but their columns' names.

use handsel_domain::audit::{
    StoredBody, StoredConversation, StoredEntry, StoredHandshake, StoredListing, StoredStep, StoredToken, StoredUser,
};
use handsel_domain::handshake::CompletedBy;
use sea_orm::{QueryResult, TryGetable};
use serde_json::value::RawValue;

use crate::timeline::rows::{MESSAGE, REDACTION, STEP};

/// A row as it is stored, or which column of it cannot be read.
pub(super) type Read<T> = Result<T, String>;

/// A column; what is of another type than its own, or is missing, cannot be read.
fn column<T: TryGetable>(row: &QueryResult, name: &str) -> Read<T> {
    row.try_get_by(name).map_err(|_| format!("its {name} cannot be read"))
}

/// A column that only has to be there: nothing is promised of it but that it can be read.
fn readable<T: TryGetable>(row: &QueryResult, name: &str) -> Read<()> {
    column::<T>(row, name).map(|_| ())
}

fn completed_by(row: &QueryResult) -> Read<CompletedBy> {
    Ok(CompletedBy { owner: column(row, "owner_completed")?, respondent: column(row, "respondent_completed")? })
}

pub(super) fn user(row: &QueryResult) -> Read<StoredUser> {
    readable::<i64>(row, "created_at")?;
    readable::<Option<i64>>(row, "suspended_at")?;
    Ok(StoredUser {
        id: column(row, "id")?,
        username: column(row, "username")?,
        username_key: column(row, "username_key")?,
        first_name: column(row, "first_name")?,
        last_name: column(row, "last_name")?,
        deleted: column::<Option<i64>>(row, "deleted_at")?.is_some(),
    })
}

/// `found_user_id` is the user's own.
pub(super) fn token(row: &QueryResult) -> Read<StoredToken> {
    readable::<Vec<u8>>(row, "hash")?;
    readable::<i64>(row, "created_at")?;
    readable::<i64>(row, "expires_at")?;
    readable::<Option<i64>>(row, "revoked_at")?;
    Ok(StoredToken {
        id: column(row, "id")?,
        user_id: column(row, "user_id")?,
        user_found: column::<Option<i64>>(row, "found_user_id")?.is_some(),
    })
}

/// `found_owner_id` is the owner's own.
pub(super) fn listing(row: &QueryResult) -> Read<StoredListing> {
    readable::<i64>(row, "created_at")?;
    Ok(StoredListing {
        kind: column(row, "kind")?,
        id: column(row, "id")?,
        owner_id: column(row, "owner_id")?,
        owner_found: column::<Option<i64>>(row, "found_owner_id")?.is_some(),
        title: column(row, "title")?,
        description: column(row, "description")?,
        status: column(row, "status")?,
    })
}

/// `listing_owner_id`, `found_owner_id` and `found_respondent_id` are the listing's and the users' own.
pub(super) fn conversation(row: &QueryResult) -> Read<StoredConversation> {
    Ok(StoredConversation {
        id: column(row, "id")?,
        listing_kind: column(row, "listing_kind")?,
        listing_id: column(row, "listing_id")?,
        listing_owner_id: column(row, "listing_owner_id")?,
        owner_id: column(row, "owner_id")?,
        owner_found: column::<Option<i64>>(row, "found_owner_id")?.is_some(),
        respondent_id: column(row, "respondent_id")?,
        respondent_found: column::<Option<i64>>(row, "found_respondent_id")?.is_some(),
        head: column(row, "head")?,
        last_entry_at: column(row, "last_entry_at")?,
        owner_read_up_to: column(row, "owner_read_up_to")?,
        respondent_read_up_to: column(row, "respondent_read_up_to")?,
    })
}

/// With the handshake that is said to start at its place.
pub(super) fn entry(row: &QueryResult, handshake: Option<Read<StoredHandshake>>) -> Read<StoredEntry> {
    let kind: String = column(row, "kind")?;
    let body = match kind.as_str() {
        MESSAGE => StoredBody::Message {
            content: column(row, "content")?,
            client_message_id: column(row, "client_message_id")?,
            redacted: column::<Option<i64>>(row, "redacted_at")?.is_some(),
        },
        STEP => StoredBody::Step(StoredStep {
            started: column(row, "handshake_started")?,
            step: column(row, "step")?,
            status: column(row, "status")?,
            completed_by: completed_by(row)?,
        }),
        REDACTION => StoredBody::Redaction,
        _ => return Err("there is no such kind of entry".to_owned()),
    };
    Ok(StoredEntry {
        id: column(row, "id")?,
        actor_id: column(row, "actor_id")?,
        created_at: column(row, "created_at")?,
        redacts_seq: column(row, "redacts_seq")?,
        body,
        handshake,
    })
}

pub(super) fn handshake(row: &QueryResult) -> Read<StoredHandshake> {
    let terms: Option<String> = column(row, "terms")?;
    if terms.as_deref().is_some_and(|terms| !is_object(terms)) {
        return Err("its terms are no JSON object".to_owned());
    }
    Ok(StoredHandshake {
        initiator_id: column(row, "initiator_id")?,
        note: column(row, "note")?,
        terms,
        status: column(row, "status")?,
        completed_by: completed_by(row)?,
        version: column(row, "version")?,
        actor_id: column(row, "actor_id")?,
        latest: column(row, "latest")?,
        at: column(row, "at")?,
    })
}

/// Checked as text: nothing in terms is ever made into a value, which could be out of a number's range.
fn is_object(json: &str) -> bool {
    serde_json::from_str::<&RawValue>(json).is_ok_and(|raw| raw.get().starts_with('{'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_one_object_whatever_is_in_it() {
        for (json, expected) in [
            ("{}", true),
            (r#"{"hours":1e999,"a":[null,{"b":"c"}]}"#, true),
            ("[]", false),
            ("2", false),
            ("null", false),
            ("", false),
            ("{", false),
            ("{} {}", false),
            ("{'hours':2}", false),
        ] {
            assert_eq!(is_object(json), expected, "{json}");
        }
    }
}
