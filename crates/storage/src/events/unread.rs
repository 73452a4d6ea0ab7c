//! Messages that wait for their reader: when to look at them, and when the site is told. Knows nothing of numbers.
//!
//! A timer is set for whoever is written to, by the recording that finds the message. When it is due, the read cursor
//! says what is unread by then: all was read, and the timer goes; or the oldest has not waited for long enough, and the
//! timer is set for it; or the site is told. After that nothing is told again before the reader has read past the first
//! of the messages that were told of. While nothing can be written between the two, because one has blocked the other or
//! is suspended, the timer is only put off: what waits is told when that has ended.

use std::collections::BTreeMap;
use std::time::Duration;

use handsel_domain::time::Timestamp;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Value};
use serde_json::json;

use super::UNREAD;
use super::record::Numbered;
use crate::sql::{Sql, array, over, statement};

/// Timers that one recording looks at.
const TIMERS_PER_RECORDING: usize = 200;
/// Somebody who was told of, or is not told of for now, is looked after again, at the latest, after so long: they may have
/// read some, not all.
const LOOK_AGAIN_MAX: Duration = Duration::from_hours(24);

/// A timer that would be due later is set to be due now: somebody who had not read on may have by then.
const SET: Sql = over!(
    (0 conversation bigint, 1 reader_is_owner boolean, 2 due_at bigint),
    "INSERT INTO unread_timers (conversation_id, reader_is_owner, due_at) \
     SELECT conversation, reader_is_owner, due_at FROM asked WHERE true ORDER BY slot \
     ON CONFLICT (conversation_id, reader_is_owner) DO UPDATE SET due_at = excluded.due_at \
     WHERE unread_timers.due_at > excluded.due_at"
);

/// What is unread of what a reader was sent.
macro_rules! unread {
    ($what:literal, $end:literal) => {
        concat!(
            "(SELECT ",
            $what,
            " FROM entries AS n WHERE n.conversation_id = asked.conversation_id AND n.kind = 'message'",
            " AND n.actor_id = asked.writer_id AND n.redacted_at IS NULL AND n.seq > asked.read_up_to",
            $end,
            ")"
        )
    };
}

/// The limit is `UNREAD_COUNT_MAX`. Nobody is told that somebody who was erased has not read, or was not read.
const DUE: &str = concat!(
    "SELECT asked.conversation_id, asked.reader_is_owner, asked.told_seq, asked.told_at, asked.read_up_to, ",
    unread!("n.seq", " ORDER BY n.seq LIMIT 1"),
    " AS first_seq, ",
    unread!("n.created_at", " ORDER BY n.seq LIMIT 1"),
    " AS since, (SELECT COUNT(*) FROM ",
    unread!("1", " LIMIT 100"),
    " AS unread) AS unread_count, asked.is_kept_quiet FROM (",
    "SELECT t.conversation_id, t.reader_is_owner, t.due_at, t.told_seq, t.told_at,",
    " CASE WHEN t.reader_is_owner THEN c.owner_read_up_to ELSE c.respondent_read_up_to END AS read_up_to,",
    " CASE WHEN r.deleted_at IS NOT NULL OR w.deleted_at IS NOT NULL THEN 0 ELSE w.id END AS writer_id,",
    " r.suspended_at IS NOT NULL OR w.suspended_at IS NOT NULL OR EXISTS (SELECT 1 FROM blocks AS b",
    " WHERE (b.blocker_id = r.id AND b.blocked_id = w.id) OR (b.blocker_id = w.id AND b.blocked_id = r.id))",
    " AS is_kept_quiet",
    " FROM unread_timers AS t JOIN conversations AS c ON c.id = t.conversation_id",
    " JOIN users AS r ON r.id = CASE WHEN t.reader_is_owner THEN c.owner_id ELSE c.respondent_id END",
    " JOIN users AS w ON w.id = CASE WHEN t.reader_is_owner THEN c.respondent_id ELSE c.owner_id END",
    " WHERE t.due_at <= $1 ORDER BY t.due_at LIMIT $2) AS asked ORDER BY asked.due_at, asked.conversation_id"
);

const LATER: Sql = over!(
    (0 conversation bigint, 1 reader_is_owner boolean, 2 due_at bigint, 3 told_seq bigint, 4 told_at bigint),
    "UPDATE unread_timers SET due_at = asked.due_at, told_seq = asked.told_seq, told_at = asked.told_at FROM asked \
     WHERE unread_timers.conversation_id = asked.conversation AND unread_timers.reader_is_owner = asked.reader_is_owner"
);

const FORGET: Sql = over!(
    (0 conversation bigint, 1 reader_is_owner boolean),
    "DELETE FROM unread_timers WHERE (conversation_id, reader_is_owner) IN (SELECT conversation, reader_is_owner FROM asked)"
);

pub(super) const NEXT_DUE: &str = "SELECT MIN(t.due_at) AS next_due FROM unread_timers AS t";

/// One reader of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Waiting {
    pub(super) conversation: i64,
    pub(super) reader_is_owner: bool,
}

/// Sets a timer for everyone who was written to, at those times.
pub(super) async fn wait(
    transaction: &DatabaseTransaction,
    waiting: BTreeMap<Waiting, Timestamp>,
    notify_after: Duration,
) -> Result<(), DbErr> {
    if waiting.is_empty() {
        return Ok(());
    }
    let timers = waiting.into_iter().map(|(Waiting { conversation, reader_is_owner }, written)| {
        json!([conversation, reader_is_owner, written.plus(notify_after).as_millis()])
    });
    transaction.execute_raw(statement(transaction, SET, [array(timers).into()])).await.map(|_| ())
}

/// A timer that is due, and what its reader has not read.
struct Due {
    reader: Waiting,
    read_up_to: i64,
    /// The first message of which the site was told, and when.
    told: Option<(i64, Timestamp)>,
    /// The first message that is unread, and when it was written.
    first: Option<(i64, Timestamp)>,
    count: i64,
    /// Nothing can be written between the two for now.
    is_kept_quiet: bool,
}

/// What becomes of a timer.
#[derive(Debug, PartialEq, Eq)]
enum Becomes {
    /// Nothing waits.
    Nothing,
    /// It is looked at again then.
    Later(Timestamp),
    /// The site is told of this message and those that follow it.
    Told(i64),
}

impl Due {
    fn becomes(&self, now: Timestamp, notify_after: Duration) -> Becomes {
        let Some((first, since)) = self.first else { return Becomes::Nothing };
        let told = self.told.filter(|(told, _)| self.read_up_to < *told).map(|(_, at)| at);
        if let Some(waited_from) = told.or(self.is_kept_quiet.then_some(since)) {
            // After as long again, so that who stays away costs less and less.
            let waited = waited_from.until(now);
            return Becomes::Later(now.plus(waited.clamp(notify_after, notify_after.max(LOOK_AGAIN_MAX))));
        }
        let due = since.plus(notify_after);
        if due > now { Becomes::Later(due) } else { Becomes::Told(first) }
    }
}

/// Looks at the timers that are due, and numbers what the site is told. Returns whether there may be more of them.
pub(super) async fn tell(
    transaction: &DatabaseTransaction,
    now: Timestamp,
    notify_after: Duration,
    numbered: &mut Numbered,
) -> Result<bool, DbErr> {
    let limit = i64::try_from(TIMERS_PER_RECORDING).unwrap_or(i64::MAX);
    let values: [Value; 2] = [now.as_millis().into(), limit.into()];
    let found = transaction.query_all_raw(statement(transaction, DUE, values)).await?;
    let (mut later, mut nothing) = (Vec::new(), Vec::new());
    for row in &found {
        let due = due(row)?;
        let Waiting { conversation, reader_is_owner } = due.reader;
        let told = due.told.map(|(seq, at)| (seq, at.as_millis())).unzip();
        match due.becomes(now, notify_after) {
            Becomes::Nothing => nothing.push(json!([conversation, reader_is_owner])),
            Becomes::Later(at) => later.push(json!([conversation, reader_is_owner, at.as_millis(), told.0, told.1])),
            Becomes::Told(first) => {
                numbered.add(UNREAD, conversation, first, Some((reader_is_owner, due.count)));
                let at = now.plus(notify_after).as_millis();
                later.push(json!([conversation, reader_is_owner, at, first, now.as_millis()]));
            }
        }
    }
    for (sql, rows) in [(LATER, later), (FORGET, nothing)] {
        if !rows.is_empty() {
            transaction.execute_raw(statement(transaction, sql, [array(rows).into()])).await?;
        }
    }
    Ok(found.len() == TIMERS_PER_RECORDING)
}

fn due(row: &QueryResult) -> Result<Due, DbErr> {
    let pair = |seq, at| -> Result<Option<(i64, Timestamp)>, DbErr> {
        let (seq, at): (Option<i64>, Option<i64>) = (row.try_get("", seq)?, row.try_get("", at)?);
        Ok(seq.zip(at.map(Timestamp::from_millis)))
    };
    Ok(Due {
        reader: Waiting {
            conversation: row.try_get("", "conversation_id")?,
            reader_is_owner: row.try_get("", "reader_is_owner")?,
        },
        read_up_to: row.try_get("", "read_up_to")?,
        told: pair("told_seq", "told_at")?,
        first: pair("first_seq", "since")?,
        count: row.try_get("", "unread_count")?,
        is_kept_quiet: row.try_get("", "is_kept_quiet")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans;

    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        for sql in [DUE, NEXT_DUE].map(Sql::same).into_iter().chain([SET, LATER, FORGET]) {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql:?}");
        }
    }
}
