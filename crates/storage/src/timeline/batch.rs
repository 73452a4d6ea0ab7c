//! One transaction of the writer, statement by statement. Knows nothing of queues or of who waits.
//!
//! Every statement's text is constant, whatever the batch's size: the rows travel as one JSON array, so that each is
//! prepared once for the life of the connection.

use std::collections::HashMap;
use std::sync::Arc;

use handsel_domain::conversation::{ConversationKey, Side};
use handsel_domain::ids::{EntryId, Head, UserId};
use handsel_domain::listing::ListingStatus;
use handsel_domain::message::ClientMessageId;
use handsel_domain::ports::Append;
use handsel_domain::time::Timestamp;
use handsel_domain::timeline::{Draft, Entry, EntryBody};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use serde_json::{Value as Json, json};

use super::cursors::{self, Moves, Placed};
use super::plan::{Plan, Planned, Repetition, Slate, Verdict, plan};
use super::rows;
use crate::database::{Database, statement};
use crate::errors::corrupt;

const LOAD_CONVERSATIONS: &str = concat!(
    "SELECT asked.key AS slot, l.owner_id AS l_owner_id, l.status AS l_status, ",
    rows::conversation_columns!(),
    ", ",
    rows::handshake_columns!(),
    " FROM json_each($1) AS asked",
    " JOIN listings AS l ON l.kind = json_extract(asked.value, '$[0]') AND l.id = json_extract(asked.value, '$[1]')",
    " LEFT JOIN conversations AS c ON c.listing_kind = l.kind AND c.listing_id = l.id",
    " AND c.respondent_id = json_extract(asked.value, '$[2]') ",
    rows::latest_handshake!()
);

const LOAD_REPETITIONS: &str = concat!(
    "SELECT json_extract(asked.value, '$[0]') AS slot, ",
    rows::conversation_columns!(),
    ", ",
    rows::entry_columns!(),
    " FROM json_each($1) AS asked",
    " JOIN entries AS e ON e.conversation_id = json_extract(asked.value, '$[1]')",
    " AND e.actor_id = json_extract(asked.value, '$[2]') AND e.client_message_id = json_extract(asked.value, '$[3]')",
    " JOIN conversations AS c ON c.id = e.conversation_id ",
    rows::entry_joins!()
);

const INSERT_CONVERSATIONS: &str = "INSERT INTO conversations \
    (listing_kind, listing_id, owner_id, respondent_id, head, last_entry_at, owner_read_up_to, respondent_read_up_to) \
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]'), \
    json_extract(value, '$[4]'), json_extract(value, '$[5]'), 0, 0 FROM json_each($1) WHERE true \
    RETURNING id, listing_kind, listing_id, respondent_id";

const UPDATE_CONVERSATIONS: &str = "UPDATE conversations SET head = json_extract(news.value, '$[1]'), last_entry_at = json_extract(news.value, '$[2]') \
    FROM json_each($1) AS news WHERE conversations.id = json_extract(news.value, '$[0]')";

const INSERT_ENTRIES: &str = "INSERT INTO entries \
    (conversation_id, seq, actor_id, kind, created_at, content, client_message_id, handshake_started, step, status, owner_completed, respondent_completed) \
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]'), \
    json_extract(value, '$[4]'), json_extract(value, '$[5]'), json_extract(value, '$[6]'), json_extract(value, '$[7]'), \
    json_extract(value, '$[8]'), json_extract(value, '$[9]'), json_extract(value, '$[10]'), json_extract(value, '$[11]') \
    FROM json_each($1) WHERE true RETURNING id, conversation_id, seq";

const UPSERT_HANDSHAKES: &str = "INSERT INTO handshakes \
    (conversation_id, started, initiator_id, note, terms, status, owner_completed, respondent_completed, version, actor_id, latest, at) \
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]'), \
    json_extract(value, '$[4]'), json_extract(value, '$[5]'), json_extract(value, '$[6]'), json_extract(value, '$[7]'), \
    json_extract(value, '$[8]'), json_extract(value, '$[9]'), json_extract(value, '$[10]'), json_extract(value, '$[11]') \
    FROM json_each($1) WHERE true ORDER BY key \
    ON CONFLICT (conversation_id, started) DO UPDATE SET status = excluded.status, owner_completed = excluded.owner_completed, \
    respondent_completed = excluded.respondent_completed, version = excluded.version, actor_id = excluded.actor_id, \
    latest = excluded.latest, at = excluded.at";

/// Why a batch did not commit.
#[derive(Debug)]
pub(super) enum BatchError {
    /// Nothing was changed.
    Failed(DbErr),
    /// The answer to the commit was lost.
    CommitUnknown(DbErr),
}

impl From<DbErr> for BatchError {
    fn from(error: DbErr) -> Self {
        Self::Failed(error)
    }
}

/// A committed batch.
#[derive(Debug)]
pub(super) struct Batch {
    /// One for each item, in their order.
    pub(super) verdicts: Vec<Verdict>,
    /// What is new, in commit order; verdicts point here.
    pub(super) entries: Vec<Arc<Entry>>,
    /// How far the read cursors were moved.
    pub(super) moves: Moves,
}

/// Decides and stores the items, and then moves the cursors, in one transaction.
pub(super) async fn commit(
    database: &Database,
    items: &[&Append],
    moves: &[Placed],
    now: Timestamp,
) -> Result<Batch, BatchError> {
    let transaction = database.begin_write().await?;
    let (entries, verdicts) =
        if items.is_empty() { Default::default() } else { append(&transaction, items, now).await? };
    let moves = cursors::move_all(&transaction, moves, |key, place| {
        let new = verdicts.iter().skip(place).filter_map(|verdict| verdict.new_entry());
        new.fold(0, |count, entry| count + i64::from(entries[entry].conversation.key() == key))
    })
    .await?;
    if entries.is_empty() && moves.cursors.is_empty() {
        transaction.rollback().await?;
    } else {
        transaction.commit().await.map_err(BatchError::CommitUnknown)?;
    }
    Ok(Batch { verdicts, entries, moves })
}

async fn append<C: ConnectionTrait>(
    connection: &C,
    items: &[&Append],
    now: Timestamp,
) -> Result<(Vec<Arc<Entry>>, Vec<Verdict>), DbErr> {
    let (keys, slots) = distinct_conversations(items);
    let slates = load_conversations(connection, &keys).await?;
    let stored = load_repetitions(connection, &slates, &slots, items).await?;
    let mut plan = plan(slates, &slots, items, stored, now);
    if plan.entries.is_empty() {
        return Ok((Vec::new(), plan.verdicts));
    }
    store_conversations(connection, &mut plan).await?;
    let ids = store_entries(connection, &plan, items).await?;
    store_handshakes(connection, &plan).await?;
    let entries = plan.entries.into_iter().zip(ids).map(|(planned, id)| {
        let Planned { conversation, seq, at, body, item, .. } = planned;
        Arc::new(Entry { id, conversation, seq, actor: Arc::clone(&items[item].actor), at, body })
    });
    Ok((entries.collect(), plan.verdicts))
}

/// The conversations that the items are for, each once, and for each item which of them.
fn distinct_conversations(items: &[&Append]) -> (Vec<ConversationKey>, Vec<usize>) {
    let (mut keys, mut places) = (Vec::new(), HashMap::new());
    let slot = |item: &&Append| {
        *places.entry(item.conversation).or_insert_with(|| {
            keys.push(item.conversation);
            keys.len() - 1
        })
    };
    let slots = items.iter().map(slot).collect();
    (keys, slots)
}

fn slot(row: &QueryResult, slots: usize) -> Result<usize, DbErr> {
    let slot: i64 = row.try_get("", "slot")?;
    usize::try_from(slot).ok().filter(|slot| *slot < slots).ok_or_else(|| corrupt("slot", slot))
}

async fn load_conversations<C: ConnectionTrait>(connection: &C, keys: &[ConversationKey]) -> Result<Vec<Slate>, DbErr> {
    let asked = keys.iter().map(|key| json!([key.listing.kind.name(), key.listing.number.get(), key.respondent.get()]));
    let nothing = |key: &ConversationKey| Slate {
        key: *key,
        listing: None,
        id: None,
        head: Head::NONE,
        last_entry_at: Timestamp::from_millis(i64::MIN),
        handshake: None,
        changed: Vec::new(),
    };
    let mut slates: Vec<_> = keys.iter().map(nothing).collect();
    for row in connection.query_all_raw(statement(connection, LOAD_CONVERSATIONS, [array(asked).into()])).await? {
        let slate = &mut slates[slot(&row, keys.len())?];
        let status: String = row.try_get("l_", "status")?;
        let status = ListingStatus::from_name(&status).ok_or_else(|| corrupt("listing status", status))?;
        slate.listing = Some((rows::user_id(row.try_get("l_", "owner_id")?)?, status));
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

/// The messages of the batch that were stored before, by whoever sent them then.
async fn load_repetitions<C: ConnectionTrait>(
    connection: &C,
    slates: &[Slate],
    slots: &[usize],
    items: &[&Append],
) -> Result<HashMap<Repetition, Arc<Entry>>, DbErr> {
    let named = items.iter().zip(slots).filter_map(|(item, slot)| match (&item.draft, slates[*slot].id) {
        (Draft::Message { client_message_id: Some(id), .. }, Some(conversation)) => {
            Some(json!([slot, conversation, item.actor.id.get(), id.as_str()]))
        }
        (Draft::Message { .. } | Draft::Step(_), _) => None,
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

/// Inserts the conversations that begin with this batch and moves the heads of the others.
async fn store_conversations<C: ConnectionTrait>(connection: &C, plan: &mut Plan) -> Result<(), DbErr> {
    let (mut begun, mut moved) = (Vec::new(), Vec::new());
    let mut written: Vec<_> = plan.entries.iter().map(|entry| (entry.slot, entry.conversation)).collect();
    written.sort_unstable_by_key(|(slot, _)| *slot);
    written.dedup_by_key(|(slot, _)| *slot);
    for (slot, conversation) in written {
        let Slate { key, id, head, last_entry_at, .. } = &plan.slates[slot];
        match id {
            Some(id) => moved.push(json!([id, head.get(), last_entry_at.as_millis()])),
            None => begun.push(json!([
                key.listing.kind.name(),
                key.listing.number.get(),
                conversation.user(Side::Owner).get(),
                key.respondent.get(),
                head.get(),
                last_entry_at.as_millis()
            ])),
        }
    }
    if !moved.is_empty() {
        connection.execute_raw(statement(connection, UPDATE_CONVERSATIONS, [array(moved).into()])).await?;
    }
    if !begun.is_empty() {
        let rows = connection.query_all_raw(statement(connection, INSERT_CONVERSATIONS, [array(begun).into()])).await?;
        for row in rows {
            let (kind, listing, respondent): (String, i64, i64) =
                (row.try_get("", "listing_kind")?, row.try_get("", "listing_id")?, row.try_get("", "respondent_id")?);
            let inserted = plan.slates.iter_mut().find(|slate| {
                let ConversationKey { listing: name, respondent: user } = slate.key;
                (name.kind.name(), name.number.get(), user.get()) == (kind.as_str(), listing, respondent)
            });
            inserted.ok_or_else(|| corrupt("conversation", listing))?.id = Some(row.try_get("", "id")?);
        }
    }
    Ok(())
}

/// Inserts the entries; returns their ids in the plan's order.
async fn store_entries<C: ConnectionTrait>(
    connection: &C,
    plan: &Plan,
    items: &[&Append],
) -> Result<Vec<EntryId>, DbErr> {
    let conversation_ids: Vec<i64> = plan
        .entries
        .iter()
        .map(|entry| plan.slates[entry.slot].id.ok_or_else(|| corrupt("conversation", plan.slates[entry.slot].key)))
        .collect::<Result<_, _>>()?;
    let new = plan.entries.iter().zip(&conversation_ids).map(|(entry, conversation)| {
        let actor = items[entry.item].actor.id;
        entry_row(*conversation, actor, entry)
    });
    let rows = connection.query_all_raw(statement(connection, INSERT_ENTRIES, [array(new).into()])).await?;
    // The order of RETURNING is not promised.
    let mut ids = HashMap::with_capacity(rows.len());
    for row in rows {
        let id: i64 = row.try_get("", "id")?;
        let place: (i64, i64) = (row.try_get("", "conversation_id")?, row.try_get("", "seq")?);
        ids.insert(place, EntryId::new(id).map_err(|_| corrupt("entry id", id))?);
    }
    let id = |(entry, conversation): (&Planned, &i64)| {
        ids.get(&(*conversation, entry.seq.get())).copied().ok_or_else(|| corrupt("seq", entry.seq))
    };
    plan.entries.iter().zip(&conversation_ids).map(id).collect()
}

fn entry_row(conversation: i64, actor: UserId, entry: &Planned) -> Json {
    let (seq, at) = (entry.seq.get(), entry.at.as_millis());
    match &entry.body {
        EntryBody::Message { body, client_message_id, .. } => {
            let id = client_message_id.as_ref().map(ClientMessageId::as_str);
            json!([
                conversation,
                seq,
                actor.get(),
                rows::MESSAGE,
                at,
                body.as_str(),
                id,
                null,
                null,
                null,
                false,
                false
            ])
        }
        EntryBody::Step(handshake) => {
            let (step, status, done) =
                (handshake.latest.name(), handshake.state.name(), handshake.state.completed_by());
            let started = handshake.started.get();
            json!([
                conversation,
                seq,
                actor.get(),
                rows::STEP,
                at,
                null,
                null,
                started,
                step,
                status,
                done.owner,
                done.respondent
            ])
        }
    }
}

async fn store_handshakes<C: ConnectionTrait>(connection: &C, plan: &Plan) -> Result<(), DbErr> {
    let mut changed = Vec::new();
    for entry in &plan.entries {
        let slate = &plan.slates[entry.slot];
        let Some(conversation) = slate.id else { continue };
        // Only a handshake's last change within the batch is its row; the changes between are in the entries.
        let latest = slate.changed.iter().find(|handshake| handshake.version == entry.seq);
        changed.extend(latest.map(|handshake| {
            let user = |side| entry.conversation.user(side).get();
            let done = handshake.state.completed_by();
            json!([
                conversation,
                handshake.started.get(),
                user(handshake.initiator),
                handshake.note.as_ref().map(|note| note.as_str()),
                handshake.terms.as_ref().map(|terms| terms.as_json()),
                handshake.state.name(),
                done.owner,
                done.respondent,
                handshake.version.get(),
                user(handshake.actor),
                handshake.latest.name(),
                handshake.at.as_millis()
            ])
        }));
    }
    if !changed.is_empty() {
        connection.execute_raw(statement(connection, UPSERT_HANDSHAKES, [array(changed).into()])).await?;
    }
    Ok(())
}

pub(super) fn array(rows: impl IntoIterator<Item = Json>) -> String {
    Json::Array(rows.into_iter().collect()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans;

    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        for sql in [
            LOAD_CONVERSATIONS,
            LOAD_REPETITIONS,
            INSERT_CONVERSATIONS,
            UPDATE_CONVERSATIONS,
            INSERT_ENTRIES,
            UPSERT_HANDSHAKES,
        ] {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql}");
        }
    }
}
