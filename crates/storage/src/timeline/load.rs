//! What a batch is decided on, read under its locks. Knows nothing of what is decided.

use std::collections::HashMap;
use std::sync::Arc;

use handsel_domain::conversation::{Between, ConversationKey, STARTS_COUNTED_OVER};
use handsel_domain::ids::{Head, UserId};
use handsel_domain::listing::ListingStatus;
use handsel_domain::message::ClientMessageId;
use handsel_domain::ports::Append;
use handsel_domain::time::Timestamp;
use handsel_domain::timeline::{Draft, Entry};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use serde_json::json;

use super::plan::{Repetition, Slate};
use super::{locks, rows};
use crate::errors::corrupt;
use crate::sql::{Sql, array, over, statement};

const LOAD_CONVERSATIONS: Sql = over!(
    (0 kind text, 1 listing bigint, 2 respondent bigint),
    "SELECT asked.slot AS slot, l.owner_id AS l_owner_id, l.status AS l_status, ",
    rows::conversation_columns!(),
    ", ",
    rows::handshake_columns!(),
    ", ",
    rows::standing_columns!(),
    " FROM asked JOIN listings AS l ON l.kind = asked.kind AND l.id = asked.listing",
    " LEFT JOIN users AS o ON o.id = l.owner_id LEFT JOIN users AS r ON r.id = asked.respondent",
    " ",
    rows::blocks_of_both!("l.owner_id", "asked.respondent"),
    " LEFT JOIN conversations AS c ON c.listing_kind = l.kind AND c.listing_id = l.id",
    " AND c.respondent_id = asked.respondent ",
    rows::latest_handshake!()
);

/// When each of these respondents began the conversations that are counted.
const LOAD_STARTS: Sql = over!(
    (0 respondent bigint, 1 since bigint),
    "SELECT asked.respondent AS respondent, c.started_at AS started_at FROM asked JOIN conversations AS c",
    " ON c.respondent_id = asked.respondent AND c.started_at > asked.since"
);

const LOAD_REPETITIONS: Sql = over!(
    (0 slate bigint, 1 conversation bigint, 2 sender bigint, 3 client_message_id text),
    "SELECT asked.slate AS slot, ",
    rows::conversation_columns!(),
    ", ",
    rows::entry_columns!(),
    " FROM asked JOIN entries AS e ON e.conversation_id = asked.conversation AND e.actor_id = asked.sender",
    " AND e.client_message_id = asked.client_message_id JOIN conversations AS c ON c.id = e.conversation_id ",
    rows::entry_joins!()
);

fn slot(row: &QueryResult, slots: usize) -> Result<usize, DbErr> {
    let slot: i64 = row.try_get("", "slot")?;
    usize::try_from(slot).ok().filter(|slot| *slot < slots).ok_or_else(|| corrupt("slot", slot))
}

pub(super) async fn conversations<C: ConnectionTrait>(
    connection: &C,
    keys: &[ConversationKey],
) -> Result<Vec<Slate>, DbErr> {
    let asked = keys.iter().map(locks::name);
    let nothing = |key: &ConversationKey| Slate {
        key: *key,
        listing: None,
        id: None,
        head: Head::NONE,
        last_entry_at: Timestamp::from_millis(i64::MIN),
        handshake: None,
        changed: Vec::new(),
        between: Between::default(),
    };
    let mut slates: Vec<_> = keys.iter().map(nothing).collect();
    for row in connection.query_all_raw(statement(connection, LOAD_CONVERSATIONS, [array(asked).into()])).await? {
        let slate = &mut slates[slot(&row, keys.len())?];
        let status: String = row.try_get("l_", "status")?;
        let status = ListingStatus::from_name(&status).ok_or_else(|| corrupt("listing status", status))?;
        slate.listing = Some((rows::user_id(row.try_get("l_", "owner_id")?)?, status));
        slate.between = rows::between(&row)?;
        slate.id = row.try_get("c_", "id")?;
        if slate.id.is_some() {
            let stored = rows::state(&row)?;
            slate.head = stored.head;
            slate.last_entry_at = Timestamp::from_millis(row.try_get("c_", "last_entry_at")?);
            slate.handshake = rows::handshake(&row, &stored.conversation)?;
        }
    }
    Ok(slates)
}

/// When the respondents who would begin a conversation with this batch began others, as far as that is limited.
pub(super) async fn starts<C: ConnectionTrait>(
    connection: &C,
    slates: &[Slate],
    slots: &[usize],
    items: &[&Append],
    now: Timestamp,
) -> Result<HashMap<UserId, Vec<Timestamp>>, DbErr> {
    let begins = items.iter().zip(slots).filter(|(item, slot)| {
        let slate = &slates[**slot];
        item.starts_per_day > 0 && slate.id.is_none() && slate.key.respondent == item.actor.id
    });
    let mut starts: HashMap<_, _> = begins.map(|(item, _)| (item.actor.id, Vec::new())).collect();
    if starts.is_empty() {
        return Ok(starts);
    }
    let counted_over = i64::try_from(STARTS_COUNTED_OVER.as_millis()).unwrap_or(i64::MAX);
    let since = now.as_millis().saturating_sub(counted_over);
    let asked = array(starts.keys().map(|respondent| json!([respondent.get(), since])));
    for row in connection.query_all_raw(statement(connection, LOAD_STARTS, [asked.into()])).await? {
        let (respondent, at) = (rows::user_id(row.try_get("", "respondent")?)?, row.try_get("", "started_at")?);
        starts.entry(respondent).or_default().push(Timestamp::from_millis(at));
    }
    Ok(starts)
}

/// The messages of the batch that were stored before, by whoever sent them then.
pub(super) async fn repetitions<C: ConnectionTrait>(
    connection: &C,
    slates: &[Slate],
    slots: &[usize],
    items: &[&Append],
) -> Result<HashMap<Repetition, Arc<Entry>>, DbErr> {
    let named = items.iter().zip(slots).filter_map(|(item, slot)| match (&item.draft, slates[*slot].id) {
        (Draft::Message { client_message_id: Some(id), .. }, Some(conversation)) => {
            Some(json!([slot, conversation, item.actor.id.get(), id.as_str()]))
        }
        (Draft::Message { .. } | Draft::Step(_) | Draft::Redaction, _) => None,
    });
    let named: Vec<_> = named.collect();
    if named.is_empty() {
        return Ok(HashMap::new());
    }
    let found = connection.query_all_raw(statement(connection, LOAD_REPETITIONS, [array(named).into()])).await?;
    let repetition = |row: &QueryResult| {
        let entry = rows::entry(row, &rows::state(row)?)?;
        let id: String = row.try_get("e_", "client_message_id")?;
        let id = ClientMessageId::parse(&id).map_err(|_| corrupt("client_message_id", id))?;
        Ok(((slot(row, slates.len())?, entry.actor.id, id), Arc::new(entry)))
    };
    found.iter().map(repetition).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans;

    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        for sql in [LOAD_CONVERSATIONS, LOAD_STARTS, LOAD_REPETITIONS] {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql:?}");
        }
    }
}
