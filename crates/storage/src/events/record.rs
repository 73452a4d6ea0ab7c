//! One transaction that records: what was committed and has no event yet gets the next numbers. Knows nothing of who
//! reads them.
//!
//! The order is that of the commits. A recording sees all that was committed before it and gives its numbers behind those
//! of the recordings in front of it, which it waits for; among what it sees, entries come by their ids. Within a
//! conversation that is always the order of `seq`: whoever writes there holds its lock until the end of the transaction,
//! so that the next `seq` gets its id later and is seen later.
//!
//! An import that puts entries behind what has no event yet gives numbers to that itself: between conversations those may
//! come in front of what was committed a moment earlier, and within one they never do.
//!
//! It locks nothing that a writer needs.

use std::collections::BTreeMap;
use std::time::Duration;

use handsel_domain::ids::EventId;
use handsel_domain::ports::Recorded;
use handsel_domain::time::Timestamp;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, QueryResult, Value};
use serde_json::{Value as Json, json};

use super::unread::{self, Waiting};
use super::window::{Running, Window};
use super::{ENTRY, STARTED};
use crate::database::{Alone, alone_from_here};
use crate::errors::corrupt;
use crate::sql::{Sql, array, over, statement};
use crate::timeline::rows::MESSAGE;

/// Two who begin it are one after the other, and the second finds it begun.
const BEGIN: &str = "INSERT INTO event_feed \
    (id, last_event, expired_event, begun_after, recorded_up_to, candidate, horizon, expired_entry) \
    SELECT 1, 0, 0, newest, newest, newest, 0, 0 FROM (SELECT COALESCE(MAX(e.id), 0) AS newest FROM entries AS e) AS now \
    WHERE true ON CONFLICT DO NOTHING";

/// What a look at it costs has to be next to nothing: it is taken each second.
const GLANCE: &str = "SELECT f.recorded_up_to, (SELECT MAX(e.id) FROM entries AS e) AS newest, \
    (SELECT MIN(t.due_at) FROM unread_timers AS t) AS next_due FROM event_feed AS f WHERE f.id = 1";

const FEED: &str = "SELECT f.last_event, f.recorded_up_to, f.candidate, f.horizon FROM event_feed AS f WHERE f.id = 1";

const NEWEST: &str = "SELECT MAX(e.id) AS newest FROM entries AS e";

/// For PostgreSQL alone.
const OLDEST_RUNNING: &str = "SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) AS number";

/// For PostgreSQL alone. Gives this transaction a number, if it has none.
const OWN_NUMBER: &str = "SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint) AS number";

/// The search for the event is a subquery so that no planner makes a join over all events of it.
const NEW_ENTRIES: &str = "SELECT e.id, e.conversation_id, e.seq, e.kind, e.created_at, e.actor_id, c.owner_id \
    FROM entries AS e JOIN conversations AS c ON c.id = e.conversation_id \
    WHERE e.id > $1 AND e.id <= $2 AND e.seq > c.announced AND (SELECT v.id FROM events AS v \
    WHERE v.conversation_id = e.conversation_id AND v.seq = e.seq AND v.kind = 'entry') IS NULL ORDER BY e.id LIMIT $3";

/// The same of these conversations alone; nothing where no feed was ever begun.
const NEW_ENTRIES_OF: Sql = over!(
    (0 conversation bigint),
    "SELECT e.id, e.conversation_id, e.seq, e.kind, e.created_at, e.actor_id, c.owner_id \
     FROM asked JOIN conversations AS c ON c.id = asked.conversation \
     JOIN entries AS e ON e.conversation_id = c.id AND e.seq > c.announced \
     WHERE e.id > (SELECT f.recorded_up_to FROM event_feed AS f WHERE f.id = 1) AND (SELECT v.id FROM events AS v \
     WHERE v.conversation_id = e.conversation_id AND v.seq = e.seq AND v.kind = 'entry') IS NULL ORDER BY e.id"
);

const INSERT: Sql = over!(
    (0 id bigint, 1 kind text, 2 conversation bigint, 3 seq bigint, 4 reader_is_owner boolean, 5 unread_count integer,
     6 at bigint),
    "INSERT INTO events (id, kind, conversation_id, seq, reader_is_owner, unread_count, recorded_at) \
     SELECT id, kind, conversation, seq, reader_is_owner, unread_count, at FROM asked WHERE true ORDER BY slot"
);

const MOVE: &str =
    "UPDATE event_feed SET last_event = $1, recorded_up_to = $2, candidate = $3, horizon = $4 WHERE id = 1";

const IS_BEGUN: &str = "SELECT 1 FROM event_feed AS f WHERE f.id = 1";

/// For PostgreSQL alone. Waits for those who write, and lets nobody write before this transaction has ended.
const NOBODY_WRITES: &str = "LOCK TABLE entries IN SHARE MODE";

/// Somebody who writes at this moment, at another node, may have a lower id than the newest that is seen here: the feed would
/// pass it over, and so it begins where nobody does.
pub(super) async fn begin(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    if transaction.query_one_raw(statement(transaction, IS_BEGUN, [])).await?.is_some() {
        return Ok(());
    }
    if transaction.get_database_backend() == DbBackend::Postgres {
        transaction.execute_unprepared(NOBODY_WRITES).await?;
    }
    transaction.execute_raw(statement(transaction, BEGIN, [])).await.map(|_| ())
}

/// Whether there is anything to record.
pub(super) enum Glance {
    Nothing(Recorded),
    Something,
}

pub(super) async fn glance<C: ConnectionTrait>(
    connection: &C,
    now: Timestamp,
    notify_after: Duration,
) -> Result<Glance, DbErr> {
    let Some(row) = connection.query_one_raw(statement(connection, GLANCE, [])).await? else {
        return Ok(Glance::Nothing(Recorded::default()));
    };
    let newest = row.try_get::<Option<i64>>("", "newest")?;
    let next_due = if notify_after.is_zero() { None } else { due(&row)? };
    if newest.unwrap_or(0) > row.try_get("", "recorded_up_to")? || next_due.is_some_and(|due| due <= now) {
        return Ok(Glance::Something);
    }
    Ok(Glance::Nothing(Recorded { next_due, ..Recorded::default() }))
}

fn due(row: &QueryResult) -> Result<Option<Timestamp>, DbErr> {
    Ok(row.try_get::<Option<i64>>("", "next_due")?.map(Timestamp::from_millis))
}

/// New events, and the number of the newest.
pub(super) struct Numbered {
    last: i64,
    rows: Vec<Json>,
    at: Timestamp,
}

impl Numbered {
    pub(super) fn add(&mut self, kind: &str, conversation: i64, seq: i64, unread: Option<(bool, i64)>) {
        self.last += 1;
        let (reader_is_owner, count) = unread.unzip();
        self.rows.push(json!([self.last, kind, conversation, seq, reader_is_owner, count, self.at.as_millis()]));
    }

    /// Returns who was written to, and when first.
    fn add_entries(&mut self, entries: &[QueryResult]) -> Result<BTreeMap<Waiting, Timestamp>, DbErr> {
        let mut waiting = BTreeMap::new();
        for entry in entries {
            let column = |name| entry.try_get::<i64>("", name);
            let (conversation, seq) = (column("conversation_id")?, column("seq")?);
            if seq == 1 {
                self.add(STARTED, conversation, seq, None);
            }
            self.add(ENTRY, conversation, seq, None);
            if entry.try_get::<String>("", "kind")? == MESSAGE {
                let reader_is_owner = column("actor_id")? != column("owner_id")?;
                let written = Timestamp::from_millis(column("created_at")?);
                waiting.entry(Waiting { conversation, reader_is_owner }).or_insert(written);
            }
        }
        Ok(waiting)
    }

    async fn store(self, transaction: &DatabaseTransaction, window: Window) -> Result<(), DbErr> {
        EventId::new(self.last.max(1)).map_err(|_| corrupt("event id", self.last))?;
        if !self.rows.is_empty() {
            transaction.execute_raw(statement(transaction, INSERT, [array(self.rows).into()])).await?;
        }
        let values = [self.last, window.recorded_up_to, window.candidate, window.horizon].map(Value::from);
        transaction.execute_raw(statement(transaction, MOVE, values)).await.map(|_| ())
    }
}

pub(super) async fn record(
    transaction: &DatabaseTransaction,
    now: Timestamp,
    notify_after: Duration,
    limit: u32,
) -> Result<Recorded, DbErr> {
    let Some((window, mut numbered)) = begun(transaction, now).await? else { return Ok(Recorded::default()) };
    // The order of these three is what `window` rests on.
    let oldest = running(transaction, OLDEST_RUNNING).await?;
    let newest = number(transaction, NEWEST, "newest").await?.unwrap_or(0);
    let own = running(transaction, OWN_NUMBER).await?;
    let running = oldest.zip(own).map(|(oldest, own)| Running { oldest, own });

    let bounds: [Value; 3] = [window.recorded_up_to.into(), newest.into(), i64::from(limit).into()];
    let entries = transaction.query_all_raw(statement(transaction, NEW_ENTRIES, bounds)).await?;
    let waiting = numbered.add_entries(&entries)?;
    let last = entries.last().filter(|_| entries.len() == limit as usize);
    let cut_at = last.map(|entry| entry.try_get::<i64>("", "id")).transpose()?;
    let mut more = cut_at.is_some();
    let mut next_due = None;
    if !notify_after.is_zero() {
        unread::wait(transaction, waiting, notify_after).await?;
        more |= unread::tell(transaction, now, notify_after, &mut numbered).await?;
        next_due = number(transaction, unread::NEXT_DUE, "next_due").await?.map(Timestamp::from_millis);
    }

    let moved = window.moved(newest, cut_at, running);
    let events = numbered.rows.len() as u64;
    if events > 0 || moved != window {
        numbered.store(transaction, moved).await?;
    }
    Ok(Recorded { events, more, next_due })
}

/// Records what was committed in these conversations alone, in front of something that no event tells of. The caller
/// holds them locked, so that this is all of it; the window stays where it is, and passes over it later.
pub(crate) async fn record_of(
    transaction: &DatabaseTransaction,
    conversations: Vec<i64>,
    now: Timestamp,
    notify_after: Duration,
) -> Result<(), DbErr> {
    let asked = array(conversations.into_iter().map(|id| json!([id])));
    let new = async || transaction.query_all_raw(statement(transaction, NEW_ENTRIES_OF, [asked.clone().into()])).await;
    if new().await?.is_empty() {
        return Ok(());
    }
    alone_from_here(transaction, Alone::Recording).await?;
    let Some((window, mut numbered)) = begun(transaction, now).await? else { return Ok(()) };
    // Somebody else may have recorded it meanwhile.
    let waiting = numbered.add_entries(&new().await?)?;
    if !notify_after.is_zero() {
        unread::wait(transaction, waiting, notify_after).await?;
    }
    numbered.store(transaction, window).await
}

/// How far it has come, and the numbers from there on; `None` where it was never begun.
async fn begun(transaction: &DatabaseTransaction, now: Timestamp) -> Result<Option<(Window, Numbered)>, DbErr> {
    let Some(feed) = transaction.query_one_raw(statement(transaction, FEED, [])).await? else { return Ok(None) };
    let column = |name| feed.try_get::<i64>("", name);
    let window = Window {
        recorded_up_to: column("recorded_up_to")?,
        candidate: column("candidate")?,
        horizon: column("horizon")?,
    };
    Ok(Some((window, Numbered { last: column("last_event")?, rows: Vec::new(), at: now })))
}

async fn number(transaction: &DatabaseTransaction, sql: &'static str, name: &str) -> Result<Option<i64>, DbErr> {
    let row = transaction.query_one_raw(statement(transaction, sql, [])).await?;
    row.map_or(Ok(None), |row| row.try_get("", name))
}

async fn running(transaction: &DatabaseTransaction, sql: &'static str) -> Result<Option<i64>, DbErr> {
    if transaction.get_database_backend() != DbBackend::Postgres {
        return Ok(None);
    }
    number(transaction, sql, "number").await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans;

    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        let same = [GLANCE, FEED, NEWEST, NEW_ENTRIES, MOVE].map(Sql::same);
        for sql in same.into_iter().chain([NEW_ENTRIES_OF, INSERT]) {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql:?}");
        }
    }
}
