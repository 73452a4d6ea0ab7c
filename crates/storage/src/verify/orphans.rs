//! Entries and handshakes of conversations that are not there. Knows nothing of those that are.

use handsel_domain::audit::{Breach, BreachCode, Place};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};

use super::Report;
use super::source::Source;
use crate::sql::statement;

/// Missing conversations of one page.
const PAGE_ROWS: usize = 100;

/// By ranges of ids, so that no statement reads more than what lies between two of them.
const ENTRIES: &str = "SELECT e.conversation_id AS id, COUNT(*) AS times FROM entries AS e \
    LEFT JOIN conversations AS c ON c.id = e.conversation_id \
    WHERE e.conversation_id > $1 AND e.conversation_id <= $2 AND c.id IS NULL \
    GROUP BY e.conversation_id ORDER BY e.conversation_id LIMIT $3";

const HANDSHAKES: &str = "SELECT h.conversation_id AS id, COUNT(*) AS times FROM handshakes AS h \
    LEFT JOIN conversations AS c ON c.id = h.conversation_id \
    WHERE h.conversation_id > $1 AND h.conversation_id <= $2 AND c.id IS NULL \
    GROUP BY h.conversation_id ORDER BY h.conversation_id LIMIT $3";

/// Looks for what points at a conversation past `after` and up to `last` that is not there.
pub(super) async fn between<F: FnMut(Breach)>(
    source: &mut Source,
    report: &mut Report<F>,
    after: i64,
    last: i64,
) -> Result<(), DbErr> {
    for (sql, what) in [(ENTRIES, "entries"), (HANDSHAKES, "handshakes")] {
        let mut after = after;
        loop {
            let limit = i64::try_from(PAGE_ROWS).unwrap_or(i64::MAX);
            let page = source
                .snapshot(async |transaction| {
                    let values = [after.into(), last.into(), limit.into()];
                    let rows = transaction.query_all_raw(statement(transaction, sql, values)).await?;
                    let both = |row: &QueryResult| Ok((row.try_get("", "id")?, row.try_get("", "times")?));
                    rows.iter().map(both).collect::<Result<Vec<(i64, i64)>, DbErr>>()
                })
                .await?;
            report.add(page.iter().map(|(id, times)| Breach {
                code: BreachCode::ConversationMissing,
                place: Place::row("conversations", id),
                seq: None,
                detail: format!("it is not there, and {times} of the {what} are of it"),
            }));
            match page.last() {
                Some((id, _)) if page.len() == PAGE_ROWS => after = *id,
                Some(_) | None => break,
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans;

    #[tokio::test]
    async fn no_more_than_a_range_is_read() {
        for sql in [ENTRIES, HANDSHAKES] {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql}");
        }
    }
}
