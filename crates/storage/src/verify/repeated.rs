//! What is there twice, though an index forbids it, and rows that no page can hold. Each statement is a snapshot of its
//! own over a whole table, and asks no index: the one that let something in would not show it. Knows nothing of timelines.

use handsel_domain::audit::{Breach, BreachCode, Place};
use sea_orm::{ConnectionTrait, DbErr};

use super::dialect::{by_rows, is_text, is_whole};
use super::source::Source;
use super::{FINDINGS_MAX, Report};
use crate::sql::{Sql, both, statement};

/// A kind of finding: the rows that are wrong in one and the same way.
struct Search {
    code: BreachCode,
    table: &'static str,
    /// Returns `row`, by which people find it, and `times`, how many.
    sql: Sql,
    detail: &'static str,
}

macro_rules! usernames {
    ($database:ident) => {
        concat!(
            "SELECT CAST(MAX(id) AS TEXT) AS row, COUNT(*) AS times FROM ",
            by_rows!($database, "users"),
            " GROUP BY username_key HAVING COUNT(*) > 1 ORDER BY MAX(id) LIMIT $1"
        )
    };
}

macro_rules! tokens {
    ($database:ident) => {
        concat!(
            "SELECT CAST(MAX(id) AS TEXT) AS row, COUNT(*) AS times FROM ",
            by_rows!($database, "tokens"),
            " GROUP BY hash HAVING COUNT(*) > 1 ORDER BY MAX(id) LIMIT $1"
        )
    };
}

macro_rules! conversations {
    ($database:ident) => {
        concat!(
            "SELECT CAST(MAX(id) AS TEXT) AS row, COUNT(*) AS times FROM ",
            by_rows!($database, "conversations"),
            " GROUP BY listing_kind, listing_id, respondent_id HAVING COUNT(*) > 1 ORDER BY MAX(id) LIMIT $1"
        )
    };
}

const SEARCHES: [Search; 3] = [
    Search {
        code: BreachCode::UsernameRepeated,
        table: "users",
        sql: both!(usernames),
        detail: "users have the same username_key",
    },
    Search {
        code: BreachCode::TokenRepeated,
        table: "tokens",
        sql: both!(tokens),
        detail: "tokens have the same hash",
    },
    Search {
        code: BreachCode::ConversationRepeated,
        table: "conversations",
        sql: both!(conversations),
        detail: "conversations have the same listing and respondent",
    },
];

/// For SQLite alone: PostgreSQL keeps its types.
const SEARCHES_FOR_TYPES: [Search; 3] = [
    Search {
        code: BreachCode::RowUnreadable,
        table: "listings",
        sql: Sql::same(concat!(
            "SELECT CAST(l.kind AS TEXT) || '_' || CAST(l.id AS TEXT) AS row, 1 AS times FROM ",
            by_rows!(sqlite, "listings AS l"),
            " WHERE NOT (",
            is_text!(sqlite, "l.kind"),
            " AND ",
            is_whole!(sqlite, "l.id"),
            ") LIMIT $1"
        )),
        detail: "row whose kind is no text or whose id no whole number",
    },
    Search {
        code: BreachCode::RowUnreadable,
        table: "entries",
        sql: Sql::same(concat!(
            "SELECT CAST(e.id AS TEXT) AS row, 1 AS times FROM ",
            by_rows!(sqlite, "entries AS e"),
            " WHERE NOT (",
            is_whole!(sqlite, "e.id"),
            " AND ",
            is_whole!(sqlite, "e.conversation_id"),
            " AND ",
            is_whole!(sqlite, "e.seq"),
            ") LIMIT $1"
        )),
        detail: "row whose conversation_id or seq is no whole number",
    },
    Search {
        code: BreachCode::RowUnreadable,
        table: "handshakes",
        sql: Sql::same(concat!(
            "SELECT CAST(h.conversation_id AS TEXT) || '#' || CAST(h.started AS TEXT) AS row, 1 AS times FROM ",
            by_rows!(sqlite, "handshakes AS h"),
            " WHERE NOT (",
            is_whole!(sqlite, "h.conversation_id"),
            " AND ",
            is_whole!(sqlite, "h.started"),
            ") LIMIT $1"
        )),
        detail: "row whose conversation_id or start is no whole number",
    },
];

pub(super) async fn verify<F: FnMut(Breach)>(source: &mut Source, report: &mut Report<F>) -> Result<(), DbErr> {
    let for_types = if source.is_postgres() { None } else { Some(SEARCHES_FOR_TYPES) };
    for search in SEARCHES.into_iter().chain(for_types.into_iter().flatten()) {
        let one_more = i64::try_from(FINDINGS_MAX + 1).unwrap_or(i64::MAX);
        let found = source
            .snapshot_of_rows(async |transaction| {
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
    use crate::explain::{plan_of_postgres, plan_of_sqlite};
    use crate::verify::dialect::BY_ROWS;

    #[tokio::test]
    async fn no_index_is_asked() {
        for Search { sql, .. } in SEARCHES.into_iter().chain(SEARCHES_FOR_TYPES) {
            let plan = plan_of_sqlite(sql.sqlite).await;
            assert!(!plan.iter().any(|step| step.contains("INDEX")), "{sql:?}: {plan:?}");
        }
        for Search { sql, .. } in SEARCHES {
            let plan = plan_of_postgres(BY_ROWS, sql.postgres).await;
            assert!(plan.iter().any(|step| step.starts_with("Seq Scan")), "{sql:?}: {plan:?}");
        }
    }
}
