//! Stores what a run adds. Knows nothing of how it was decided.

use handsel_domain::conversation::Side;
use handsel_domain::ids::EntryId;
use handsel_domain::message::ClientMessageId;
use handsel_domain::moving::{Continuation, Placed, PlacedBody};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::{Value as Json, json};

use super::super::{rows, store};
use super::TimelinesError;
use super::walk::{Seat, changed};
use crate::errors::corrupt;
use crate::sql::{Sql, array, over, statement};

/// What somebody else has begun meanwhile is not among what comes back.
/// What moved in was said elsewhere: no event tells of it (`announced`).
const INSERT_CONVERSATIONS: Sql = over!(
    (0 kind text, 1 listing bigint, 2 owner bigint, 3 respondent bigint, 4 head bigint, 5 last_entry_at bigint,
     6 owner_read_up_to bigint, 7 respondent_read_up_to bigint, 8 started_at bigint),
    "INSERT INTO conversations (listing_kind, listing_id, owner_id, respondent_id, head, announced, last_entry_at, \
     owner_read_up_to, respondent_read_up_to, started_at) \
     SELECT kind, listing, owner, respondent, head, head, last_entry_at, owner_read_up_to, respondent_read_up_to, \
     started_at FROM asked WHERE true ORDER BY slot ON CONFLICT DO NOTHING RETURNING id, listing_kind, listing_id, respondent_id"
);

const UPDATE_CONVERSATIONS: Sql = over!(
    (0 id bigint, 1 head bigint, 2 last_entry_at bigint, 3 owner_read_up_to bigint, 4 respondent_read_up_to bigint),
    "UPDATE conversations SET head = asked.head, last_entry_at = asked.last_entry_at, \
     announced = CASE WHEN asked.head > conversations.head THEN asked.head ELSE conversations.announced END, \
     owner_read_up_to = asked.owner_read_up_to, respondent_read_up_to = asked.respondent_read_up_to \
     FROM asked WHERE conversations.id = asked.id"
);

const INSERT_ENTRIES: Sql = over!(
    (0 conversation bigint, 1 seq bigint, 2 actor bigint, 3 kind text, 4 created_at bigint, 5 content text,
     6 client_message_id text, 7 redacted_at bigint, 8 handshake_started bigint, 9 step text, 10 status text,
     11 owner_completed boolean, 12 respondent_completed boolean),
    "INSERT INTO entries (conversation_id, seq, actor_id, kind, created_at, content, client_message_id, redacted_at, \
     handshake_started, step, status, owner_completed, respondent_completed) \
     SELECT conversation, seq, actor, kind, created_at, content, client_message_id, redacted_at, handshake_started, \
     step, status, owner_completed, respondent_completed FROM asked WHERE true ORDER BY slot"
);

/// The same under ids of their own.
const INSERT_ENTRIES_BY_ID: Sql = over!(
    (0 conversation bigint, 1 seq bigint, 2 actor bigint, 3 kind text, 4 created_at bigint, 5 content text,
     6 client_message_id text, 7 redacted_at bigint, 8 handshake_started bigint, 9 step text, 10 status text,
     11 owner_completed boolean, 12 respondent_completed boolean, 13 id bigint),
    "INSERT INTO entries (conversation_id, seq, actor_id, kind, created_at, content, client_message_id, redacted_at, \
     handshake_started, step, status, owner_completed, respondent_completed, id) \
     SELECT conversation, seq, actor, kind, created_at, content, client_message_id, redacted_at, handshake_started, \
     step, status, owner_completed, respondent_completed, id FROM asked WHERE true ORDER BY slot"
);

pub(super) async fn everything(transaction: &DatabaseTransaction, seats: &mut [Seat]) -> Result<(), TimelinesError> {
    conversations(transaction, seats).await?;
    let (mut by_id, mut others, mut handshakes) = (Vec::new(), Vec::new(), Vec::new());
    for seat in seats.iter().filter(|seat| !seat.new.is_empty()) {
        let (Some(id), Ok(timeline)) = (seat.id, &seat.timeline) else { continue };
        for placed in &seat.new {
            let row = entry_row(id, placed);
            if placed.id.is_some() { by_id.push(row) } else { others.push(row) }
        }
        let rows = changed(&seat.new).map(|handshake| store::handshake_row(id, &timeline.conversation, handshake));
        handshakes.extend(rows);
    }
    // Those with ids come first: the ids that others are given are greater.
    for (sql, rows) in [(INSERT_ENTRIES_BY_ID, by_id), (INSERT_ENTRIES, others)] {
        if !rows.is_empty() {
            transaction.execute_raw(statement(transaction, sql, [array(rows).into()])).await?;
        }
    }
    Ok(store::upsert_handshakes(transaction, handshakes).await?)
}

/// Begins conversations, and moves the heads and the cursors of others.
async fn conversations(transaction: &DatabaseTransaction, seats: &mut [Seat]) -> Result<(), TimelinesError> {
    let (mut begun, mut moved) = (Vec::new(), Vec::new());
    for seat in seats.iter() {
        let Ok(Continuation { conversation, head, newest_at, .. }) = &seat.timeline else { continue };
        let (owner_read, respondent_read) = seat.read_up_to();
        match seat.id {
            Some(id) if *head != seat.head || (owner_read, respondent_read) != seat.read => {
                moved.push(json!([id, head.get(), newest_at.as_millis(), owner_read, respondent_read]));
            }
            None if !seat.new.is_empty() => begun.push(json!([
                seat.key.listing.kind.name(),
                seat.key.listing.number.get(),
                conversation.user(Side::Owner).get(),
                seat.key.respondent.get(),
                head.get(),
                newest_at.as_millis(),
                owner_read,
                respondent_read,
                seat.new.first().map(|first| first.at.as_millis())
            ])),
            Some(_) | None => {}
        }
    }
    if !moved.is_empty() {
        transaction.execute_raw(statement(transaction, UPDATE_CONVERSATIONS, [array(moved).into()])).await?;
    }
    if begun.is_empty() {
        return Ok(());
    }
    let expected = begun.len();
    let rows = transaction.query_all_raw(statement(transaction, INSERT_CONVERSATIONS, [array(begun).into()])).await?;
    if rows.len() < expected {
        return Err(TimelinesError::Overtaken);
    }
    for row in rows {
        let (kind, listing, respondent): (String, i64, i64) =
            (row.try_get("", "listing_kind")?, row.try_get("", "listing_id")?, row.try_get("", "respondent_id")?);
        let name =
            |seat: &Seat| (seat.key.listing.kind.name(), seat.key.listing.number.get(), seat.key.respondent.get());
        let seat = seats.iter_mut().find(|seat| name(seat) == (kind.as_str(), listing, respondent));
        seat.ok_or_else(|| corrupt("conversation", listing))?.id = Some(row.try_get("", "id")?);
    }
    Ok(())
}

fn entry_row(conversation: i64, placed: &Placed) -> Json {
    let Placed { seq, id, actor, at, body } = placed;
    let (seq, actor, at, id) = (seq.get(), actor.get(), at.as_millis(), id.map(EntryId::get));
    match body {
        PlacedBody::Message { body, client_message_id, redacted_at } => {
            let (content, name) = (body.as_ref().map(|body| body.as_str()), client_message_id.as_ref());
            let (name, redacted_at) = (name.map(ClientMessageId::as_str), redacted_at.map(|at| at.as_millis()));
            json!([
                conversation,
                seq,
                actor,
                rows::MESSAGE,
                at,
                content,
                name,
                redacted_at,
                null,
                null,
                null,
                false,
                false,
                id
            ])
        }
        PlacedBody::Step(handshake) => {
            let (started, done) = (handshake.started.get(), handshake.state.completed_by());
            let (step, status) = (handshake.latest.name(), handshake.state.name());
            let (owner, respondent) = (done.owner, done.respondent);
            json!([
                conversation,
                seq,
                actor,
                rows::STEP,
                at,
                null,
                null,
                null,
                started,
                step,
                status,
                owner,
                respondent,
                id
            ])
        }
        PlacedBody::Redaction => {
            json!([conversation, seq, actor, rows::REDACTION, at, null, null, null, null, null, null, false, false, id])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans;

    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        for sql in [INSERT_CONVERSATIONS, UPDATE_CONVERSATIONS, INSERT_ENTRIES, INSERT_ENTRIES_BY_ID] {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql:?}");
        }
    }
}
