//! What of a person is taken out of the tables. Each step is a transaction that is over soon, whatever there is, and finds
//! nothing to do where it was done before. Knows nothing of who is told.

use handsel_domain::conversation::ConversationKey;
use handsel_domain::ids::{ListingNumber, TokenId, UserId};
use handsel_domain::listing::{ListingKind, ListingRef, Title};
use handsel_domain::time::Timestamp;
use handsel_domain::user::{Username, UsernameKey};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};

use crate::database::Database;
use crate::errors::corrupt;
use crate::sql::{Sql, statement};
use crate::timeline::rows;
use crate::tokens;

/// Entries that are looked at in one transaction: nobody waits long for it.
const ENTRIES_AT_ONCE: i64 = 1_000;
/// Conversations whose names are read at once.
const PLACES_AT_ONCE: i64 = 200;

/// The password of a user who was erased before went with them.
const ACCOUNT: &str = "UPDATE users SET username = $1, username_key = $2, first_name = '', last_name = '', \
    password_hash = NULL, suspended_at = NULL, deleted_at = COALESCE(deleted_at, $3) WHERE id = $4 RETURNING id";

const BLOCKS: &str = "DELETE FROM blocks WHERE blocker_id = $1 OR blocked_id = $1";

/// In the order in which batches lock them.
const LISTINGS: Sql = Sql {
    sqlite: "UPDATE listings SET status = 'closed', title = $1, description = '' WHERE owner_id = $2",
    postgres: "UPDATE listings SET status = 'closed', title = $1, description = '' WHERE (kind, id) IN \
        (SELECT kind, id FROM listings WHERE owner_id = $2 ORDER BY kind, id FOR NO KEY UPDATE)",
};

const PLACES: &str = "SELECT id, listing_kind, listing_id, respondent_id, head FROM conversations \
    WHERE (owner_id = $1 OR respondent_id = $1) AND id > $2 ORDER BY id LIMIT $3";

const NOTES: &str =
    "UPDATE handshakes SET note = NULL WHERE conversation_id = $1 AND initiator_id = $2 AND note IS NOT NULL";

const MESSAGES: &str = "UPDATE entries SET content = '', client_message_id = NULL, redacted_at = $1 \
    WHERE conversation_id = $2 AND actor_id = $3 AND kind = 'message' AND redacted_at IS NULL \
    AND seq > $4 AND seq <= $5";

const REDACTED: &str = "SELECT seq FROM entries WHERE conversation_id = $1 AND actor_id = $2 \
    AND redacted_at IS NOT NULL LIMIT 1";

const REDACTION: &str = "SELECT seq FROM entries WHERE conversation_id = $1 AND actor_id = $2 AND kind = 'redaction'";

/// A conversation that somebody took part in.
pub(super) struct Place {
    pub(super) key: ConversationKey,
    pub(super) conversation: i64,
    head: i64,
}

fn place(row: &QueryResult) -> Result<Place, DbErr> {
    let (kind, number): (String, i64) = (row.try_get("", "listing_kind")?, row.try_get("", "listing_id")?);
    let listing = ListingRef {
        kind: ListingKind::from_name(&kind).ok_or_else(|| corrupt("listing kind", &kind))?,
        number: ListingNumber::new(number).map_err(|_| corrupt("listing id", number))?,
    };
    let key = ConversationKey { listing, respondent: rows::user_id(row.try_get("", "respondent_id")?)? };
    Ok(Place { key, conversation: row.try_get("", "id")?, head: row.try_get("", "head")? })
}

/// The account; returns the tokens that were revoked with it, and `None` where there is no such user.
pub(super) async fn account(database: &Database, user: UserId, now: Timestamp) -> Result<Option<Vec<TokenId>>, DbErr> {
    let transaction = database.begin_write().await?;
    let values: [Value; 4] = [
        Username::of_deleted(user).as_str().into(),
        UsernameKey::of_deleted(user).as_str().into(),
        now.as_millis().into(),
        user.get().into(),
    ];
    if transaction.query_one_raw(statement(&transaction, ACCOUNT, values)).await?.is_none() {
        transaction.rollback().await?;
        return Ok(None);
    }
    let revoked = tokens::revoke_of_user(&transaction, user, now).await?;
    transaction.execute_raw(statement(&transaction, BLOCKS, [user.get().into()])).await?;
    transaction.commit().await?;
    Ok(Some(revoked))
}

/// What the user had published.
pub(super) async fn listings(database: &Database, user: UserId) -> Result<(), DbErr> {
    let transaction = database.begin_write().await?;
    let values = [Title::of_deleted().as_str().into(), user.get().into()];
    transaction.execute_raw(statement(&transaction, LISTINGS, values)).await?;
    transaction.commit().await
}

/// The conversations that the user took part in, behind that one.
pub(super) async fn places<C: ConnectionTrait>(connection: &C, user: UserId, after: i64) -> Result<Vec<Place>, DbErr> {
    let values = [user.get().into(), after.into(), PLACES_AT_ONCE.into()];
    connection.query_all_raw(statement(connection, PLACES, values)).await?.iter().map(place).collect()
}

/// What the user wrote to the handshakes that they started. Their terms are the marketplace's.
pub(super) async fn notes(database: &Database, user: UserId, place: &Place) -> Result<(), DbErr> {
    let transaction = database.begin_write().await?;
    let values = [place.conversation.into(), user.get().into()];
    let cleared = transaction.execute_raw(statement(&transaction, NOTES, values)).await?;
    if cleared.rows_affected() == 0 { transaction.rollback().await } else { transaction.commit().await }
}

/// All that the user said there; returns how many messages that were. Nothing is added any more.
pub(super) async fn messages(database: &Database, user: UserId, place: &Place, now: Timestamp) -> Result<u64, DbErr> {
    let (mut redacted, mut after) = (0, 0);
    while after < place.head {
        let up_to = after + ENTRIES_AT_ONCE;
        let slice = async {
            let transaction = database.begin_write().await?;
            let values =
                [now.as_millis().into(), place.conversation.into(), user.get().into(), after.into(), up_to.into()];
            let slice = transaction.execute_raw(statement(&transaction, MESSAGES, values)).await?.rows_affected();
            if slice == 0 {
                transaction.rollback().await?;
            } else {
                transaction.commit().await?;
            }
            Ok::<_, DbErr>(slice)
        };
        redacted += database.in_time(slice).await?;
        after = up_to;
    }
    Ok(redacted)
}

/// Whether something was redacted, and no entry says so.
pub(super) async fn lacks_redaction<C: ConnectionTrait>(
    connection: &C,
    user: UserId,
    place: &Place,
) -> Result<bool, DbErr> {
    let is_there = async |sql| {
        let values = [place.conversation.into(), user.get().into()];
        connection.query_one_raw(statement(connection, sql, values)).await.map(|row| row.is_some())
    };
    Ok(!is_there(REDACTION).await? && is_there(REDACTED).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans;

    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        let same = [ACCOUNT, BLOCKS, PLACES, NOTES, MESSAGES, REDACTED, REDACTION].map(Sql::same);
        for sql in same.into_iter().chain([LISTINGS]) {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql:?}");
        }
    }
}
