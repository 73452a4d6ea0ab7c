//! Stores what a batch has decided. Knows nothing of how it was decided.

use std::collections::HashMap;

use handsel_domain::conversation::{Conversation, ConversationKey, Side};
use handsel_domain::handshake::Handshake;
use handsel_domain::ids::{EntryId, UserId};
use handsel_domain::message::ClientMessageId;
use handsel_domain::ports::Append;
use handsel_domain::timeline::EntryBody;
use sea_orm::{ConnectionTrait, DbErr};
use serde_json::{Value as Json, json};

use super::batch::BatchError;
use super::locks::Locks;
use super::plan::{Plan, Planned, Slate};
use super::rows;
use crate::errors::{corrupt, is_locked};
use crate::sql::{Sql, array, over, statement};

/// What somebody else has begun meanwhile is not among what comes back.
const INSERT_CONVERSATIONS: Sql = over!(
    (0 kind text, 1 listing bigint, 2 owner bigint, 3 respondent bigint, 4 head bigint, 5 last_entry_at bigint,
     6 started_at bigint),
    "INSERT INTO conversations \
     (listing_kind, listing_id, owner_id, respondent_id, head, last_entry_at, owner_read_up_to, respondent_read_up_to, \
     started_at) SELECT kind, listing, owner, respondent, head, last_entry_at, 0, 0, started_at FROM asked WHERE true \
     ORDER BY kind, listing, respondent ON CONFLICT DO NOTHING RETURNING id, listing_kind, listing_id, respondent_id"
);

const UPDATE_CONVERSATIONS: Sql = over!(
    (0 id bigint, 1 head bigint, 2 last_entry_at bigint),
    "UPDATE conversations SET head = asked.head, last_entry_at = asked.last_entry_at \
     FROM asked WHERE conversations.id = asked.id"
);

const INSERT_ENTRIES: Sql = over!(
    (0 conversation bigint, 1 seq bigint, 2 actor bigint, 3 kind text, 4 created_at bigint, 5 content text,
     6 client_message_id text, 7 handshake_started bigint, 8 step text, 9 status text, 10 owner_completed boolean,
     11 respondent_completed boolean),
    "INSERT INTO entries (conversation_id, seq, actor_id, kind, created_at, content, client_message_id, \
     handshake_started, step, status, owner_completed, respondent_completed) \
     SELECT conversation, seq, actor, kind, created_at, content, client_message_id, handshake_started, step, status, \
     owner_completed, respondent_completed FROM asked WHERE true ORDER BY slot RETURNING id, conversation_id, seq"
);

const UPSERT_HANDSHAKES: Sql = over!(
    (0 conversation bigint, 1 started bigint, 2 initiator bigint, 3 note text, 4 terms text, 5 status text,
     6 owner_completed boolean, 7 respondent_completed boolean, 8 version bigint, 9 actor bigint, 10 latest text,
     11 at bigint),
    "INSERT INTO handshakes (conversation_id, started, initiator_id, note, terms, status, owner_completed, \
     respondent_completed, version, actor_id, latest, at) \
     SELECT conversation, started, initiator, note, terms, status, owner_completed, respondent_completed, version, \
     actor, latest, at FROM asked WHERE true ORDER BY slot \
     ON CONFLICT (conversation_id, started) DO UPDATE SET status = excluded.status, \
     owner_completed = excluded.owner_completed, respondent_completed = excluded.respondent_completed, \
     version = excluded.version, actor_id = excluded.actor_id, latest = excluded.latest, at = excluded.at"
);

/// Inserts the conversations that begin with this batch and moves the heads of the others.
pub(super) async fn conversations<C: ConnectionTrait>(
    connection: &C,
    locks: &mut Locks,
    plan: &mut Plan,
) -> Result<(), BatchError> {
    let (mut begun, mut moved) = (Vec::new(), Vec::new());
    // Of each the first entry, which is what a conversation begins with.
    let mut written: Vec<_> = plan.entries.iter().map(|entry| (entry.slot, entry.conversation, entry.at)).collect();
    written.sort_by_key(|(slot, ..)| *slot);
    written.dedup_by_key(|(slot, ..)| *slot);
    for (slot, conversation, first_at) in written {
        let Slate { key, id, head, last_entry_at, .. } = &plan.slates[slot];
        match id {
            Some(id) => moved.push(json!([id, head.get(), last_entry_at.as_millis()])),
            None => begun.push(json!([
                key.listing.kind.name(),
                key.listing.number.get(),
                conversation.user(Side::Owner).get(),
                key.respondent.get(),
                head.get(),
                last_entry_at.as_millis(),
                first_at.as_millis()
            ])),
        }
    }
    if !moved.is_empty() {
        connection.execute_raw(statement(connection, UPDATE_CONVERSATIONS, [array(moved).into()])).await?;
    }
    if !begun.is_empty() {
        let expected = begun.len();
        let inserted =
            connection.query_all_raw(statement(connection, INSERT_CONVERSATIONS, [array(begun).into()])).await;
        // Somebody else begins one of them, and does not come to an end with it.
        let rows = inserted.map_err(|error| if is_locked(&error) { held(plan) } else { error.into() })?;
        if rows.len() < expected {
            return Err(BatchError::Overtaken);
        }
        for row in rows {
            let (kind, listing, respondent): (String, i64, i64) =
                (row.try_get("", "listing_kind")?, row.try_get("", "listing_id")?, row.try_get("", "respondent_id")?);
            let inserted = plan.slates.iter_mut().find(|slate| {
                let ConversationKey { listing: name, respondent: user } = slate.key;
                (name.kind.name(), name.number.get(), user.get()) == (kind.as_str(), listing, respondent)
            });
            let id = row.try_get("", "id")?;
            inserted.ok_or_else(|| corrupt("conversation", listing))?.id = Some(id);
            locks.add(id);
        }
    }
    Ok(())
}

/// Those that would begin with this batch.
fn held(plan: &Plan) -> BatchError {
    let written = plan.entries.iter().map(|entry| &plan.slates[entry.slot]);
    BatchError::Held(written.filter(|slate| slate.id.is_none()).map(|slate| slate.key).collect())
}

/// Inserts the entries; returns their ids in the plan's order.
pub(super) async fn entries<C: ConnectionTrait>(
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
        EntryBody::Redaction => {
            let kind = rows::REDACTION;
            json!([conversation, seq, actor.get(), kind, at, null, null, null, null, null, false, false])
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

pub(super) async fn handshakes<C: ConnectionTrait>(connection: &C, plan: &Plan) -> Result<(), DbErr> {
    let mut changed = Vec::new();
    for entry in &plan.entries {
        let slate = &plan.slates[entry.slot];
        let Some(conversation) = slate.id else { continue };
        // Only a handshake's last change within the batch is its row; the changes between are in the entries.
        let latest = slate.changed.iter().find(|handshake| handshake.version == entry.seq);
        changed.extend(latest.map(|handshake| handshake_row(conversation, &entry.conversation, handshake)));
    }
    upsert_handshakes(connection, changed).await
}

/// A handshake of a conversation, which is named by its row.
pub(super) fn handshake_row(row: i64, conversation: &Conversation, handshake: &Handshake) -> Json {
    let user = |side| conversation.user(side).get();
    let done = handshake.state.completed_by();
    json!([
        row,
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
}

/// Stores handshakes as they are now, each named once.
pub(super) async fn upsert_handshakes<C: ConnectionTrait>(connection: &C, rows: Vec<Json>) -> Result<(), DbErr> {
    if !rows.is_empty() {
        connection.execute_raw(statement(connection, UPSERT_HANDSHAKES, [array(rows).into()])).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans;

    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        for sql in [INSERT_CONVERSATIONS, UPDATE_CONVERSATIONS, INSERT_ENTRIES, UPSERT_HANDSHAKES] {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql:?}");
        }
    }
}
