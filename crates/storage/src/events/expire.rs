//! What is not kept any more. Knows nothing of what events say.

use handsel_domain::time::Timestamp;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Value};

use crate::sql::statement;

const OLDEST: &str = "SELECT v.recorded_at FROM events AS v ORDER BY v.id LIMIT 1";

/// The oldest ones that are needed by nobody who pushes them. Those of entries that the next recording looks at are
/// not settled: without its event each would be recorded again.
const CANDIDATES: &str = "SELECT v.id, v.recorded_at, e.id AS entry_id, \
    CASE WHEN e.id > f.recorded_up_to THEN 0 ELSE 1 END AS is_settled \
    FROM events AS v JOIN event_feed AS f ON f.id = 1 \
    LEFT JOIN entries AS e ON e.conversation_id = v.conversation_id AND e.seq = v.seq \
    WHERE v.id <= COALESCE((SELECT MIN(p.up_to) FROM event_cursors AS p), v.id) ORDER BY v.id LIMIT $1";

const DELETE: &str = "DELETE FROM events WHERE id <= $1";

const MOVE: &str = "UPDATE event_feed SET expired_event = $1, \
    expired_entry = CASE WHEN expired_entry < $2 THEN $2 ELSE expired_entry END WHERE id = 1";

/// Whether the oldest event is that old.
pub(super) async fn any<C: ConnectionTrait>(connection: &C, before: Timestamp) -> Result<bool, DbErr> {
    let oldest = connection.query_one_raw(statement(connection, OLDEST, [])).await?;
    let recorded_at = oldest.map(|row| row.try_get::<i64>("", "recorded_at")).transpose()?;
    Ok(recorded_at.is_some_and(|at| at < before.as_millis()))
}

/// Deletes a part of the beginning and no more, so that what is left has no hole, whatever clocks have shown.
pub(super) async fn expire(transaction: &DatabaseTransaction, before: Timestamp, limit: u32) -> Result<u64, DbErr> {
    let candidates = statement(transaction, CANDIDATES, [i64::from(limit).into()]);
    let (mut last, mut newest_entry, mut count) = (None, 0, 0);
    for row in transaction.query_all_raw(candidates).await? {
        if row.try_get::<i64>("", "recorded_at")? >= before.as_millis() || row.try_get::<i32>("", "is_settled")? == 0 {
            break;
        }
        last = Some(row.try_get::<i64>("", "id")?);
        newest_entry = newest_entry.max(row.try_get::<Option<i64>>("", "entry_id")?.unwrap_or(0));
        count += 1;
    }
    if let Some(last) = last {
        transaction.execute_raw(statement(transaction, DELETE, [last.into()])).await?;
        let values: [Value; 2] = [last.into(), newest_entry.into()];
        transaction.execute_raw(statement(transaction, MOVE, values)).await?;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans;

    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        for sql in [OLDEST, CANDIDATES, DELETE, MOVE] {
            let scans = full_scans(sql).await;
            // The walk through the events stops at its limit; of those who push them there are one or two.
            let whole: Vec<_> =
                scans.iter().filter(|scan| !["SCAN v", "SCAN p", "Seq Scan p"].contains(&scan.as_str())).collect();
            assert!(whole.is_empty(), "{sql}: {scans:?}");
        }
    }
}
