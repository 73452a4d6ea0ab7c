//! What is there twice, though an index forbids it, and rows that no page can hold. Each statement is a snapshot of its
//! own over a whole table, and asks no index: the one that let something in would not show it. Knows nothing of timelines.

use handsel_domain::audit::{Breach, BreachCode, Place};
use sea_orm::{ConnectionTrait, DbErr};

use super::dialect::{by_rows, is_text, is_whole};
use super::source::Source;
use super::{FINDINGS_MAX, Report};
use crate::database::statement;

/// A kind of finding: the rows that are wrong in one and the same way.
struct Search {
    code: BreachCode,
    table: &'static str,
    /// Returns `row`, by which people find it, and `detail`, how many or why.
    sql: &'static str,
    detail: &'static str,
}

const SEARCHES: [Search; 6] = [
    Search {
        code: BreachCode::UsernameRepeated,
        table: "users",
        sql: concat!(
            "SELECT CAST(MAX(id) AS TEXT) AS row, COUNT(*) AS times FROM ",
            by_rows!("users"),
            " GROUP BY username_key HAVING COUNT(*) > 1 ORDER BY MAX(id) LIMIT $1"
        ),
        detail: "users have the same username_key",
    },
    Search {
        code: BreachCode::TokenRepeated,
        table: "tokens",
        sql: concat!(
            "SELECT CAST(MAX(id) AS TEXT) AS row, COUNT(*) AS times FROM ",
            by_rows!("tokens"),
            " GROUP BY hash HAVING COUNT(*) > 1 ORDER BY MAX(id) LIMIT $1"
        ),
        detail: "tokens have the same hash",
    },
    Search {
        code: BreachCode::ConversationRepeated,
        table: "conversations",
        sql: concat!(
            "SELECT CAST(MAX(id) AS TEXT) AS row, COUNT(*) AS times FROM ",
            by_rows!("conversations"),
            " GROUP BY listing_kind, listing_id, respondent_id HAVING COUNT(*) > 1 ORDER BY MAX(id) LIMIT $1"
        ),
        detail: "conversations have the same listing and respondent",
    },
    Search {
        code: BreachCode::RowUnreadable,
        table: "listings",
        sql: concat!(
            "SELECT CAST(l.kind AS TEXT) || '_' || CAST(l.id AS TEXT) AS row, 1 AS times FROM ",
            by_rows!("listings AS l"),
            " WHERE NOT (",
            is_text!("l.kind"),
            " AND ",
            is_whole!("l.id"),
            ") LIMIT $1"
        ),
        detail: "row whose kind is no text or whose id no whole number",
    },
    Search {
        code: BreachCode::RowUnreadable,
        table: "entries",
        sql: concat!(
            "SELECT CAST(e.id AS TEXT) AS row, 1 AS times FROM ",
            by_rows!("entries AS e"),
            " WHERE NOT (",
            is_whole!("e.id"),
            " AND ",
            is_whole!("e.conversation_id"),
            " AND ",
            is_whole!("e.seq"),
            ") LIMIT $1"
        ),
        detail: "row whose conversation_id or seq is no whole number",
    },
    Search {
        code: BreachCode::RowUnreadable,
        table: "handshakes",
        sql: concat!(
            "SELECT CAST(h.conversation_id AS TEXT) || '#' || CAST(h.started AS TEXT) AS row, 1 AS times",
            " FROM ",
            by_rows!("handshakes AS h"),
            " WHERE NOT (",
            is_whole!("h.conversation_id"),
            " AND ",
            is_whole!("h.started"),
            ") LIMIT $1"
        ),
        detail: "row whose conversation_id or start is no whole number",
    },
];

pub(super) async fn verify<F: FnMut(Breach)>(source: &mut Source, report: &mut Report<F>) -> Result<(), DbErr> {
    for search in SEARCHES {
        let one_more = i64::try_from(FINDINGS_MAX + 1).unwrap_or(i64::MAX);
        let found = source
            .snapshot(async |transaction| {
                let rows = transaction.query_all_raw(statement(transaction, search.sql, [one_more.into()])).await?;
                let both = |row: &sea_orm::QueryResult| {
                    // What is no text at all has no name that could be shown.
                    let name = row.try_get::<String>("", "row").unwrap_or_default();
                    Ok((name, row.try_get::<i64>("", "times")?))
                };
                rows.iter().map(both).collect::<Result<Vec<_>, DbErr>>()
            })
            .await?;
        let is_cut = found.len() > FINDINGS_MAX;
        report.add(found.into_iter().take(FINDINGS_MAX).map(|(row, times)| Breach {
            code: search.code,
            place: Place::row(search.table, row.escape_debug()),
            seq: None,
            detail: format!("{times} {}", search.detail),
        }));
        if is_cut {
            let place = Place::row(search.table, "…");
            let detail = format!("there are more with {}", search.code);
            report.add([Breach { code: BreachCode::MoreBreaches, place, seq: None, detail }]);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::plan;

    #[tokio::test]
    async fn no_index_is_asked() {
        for Search { sql, .. } in SEARCHES {
            let plan = plan(sql).await;
            assert!(!plan.iter().any(|step| step.contains("INDEX")), "{sql}: {plan:?}");
        }
    }
}
