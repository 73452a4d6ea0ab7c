//! The feed of events, page by page, and the entries that it has passed. Knows nothing of the rules that they are held
//! against.

use handsel_domain::audit::{Breach, BreachCode, FeedAudit, Place, StoredEvent, entry_without_event};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Value};

use super::source::Source;
use super::{FINDINGS_MAX, Report};
use crate::sql::statement;

/// Rows of one page.
const PAGE_ROWS: i64 = 500;

/// Up to where what was committed first has expired nobody knows to the entry: what may have is not missed.
const FEED: &str = "SELECT f.last_event, f.expired_event, f.recorded_up_to, \
    CASE WHEN f.expired_entry > f.begun_after THEN f.expired_entry ELSE f.begun_after END AS told_after \
    FROM event_feed AS f WHERE f.id = 1";

const EVENTS: &str = "SELECT v.id, v.kind, v.seq, e.id AS entry_id, (SELECT p.id FROM events AS p \
    WHERE p.conversation_id = v.conversation_id AND p.seq = v.seq - 1 AND p.kind = 'entry') AS before_id \
    FROM events AS v LEFT JOIN entries AS e ON e.conversation_id = v.conversation_id AND e.seq = v.seq \
    WHERE v.id > $1 AND v.id <= $2 ORDER BY v.id LIMIT $3";

const ENTRIES: &str = "SELECT e.id, (SELECT v.id FROM events AS v WHERE v.conversation_id = e.conversation_id \
    AND v.seq = e.seq AND v.kind = 'entry') AS event_id, CASE WHEN e.seq > c.announced THEN 1 ELSE 0 END AS is_told \
    FROM entries AS e JOIN conversations AS c ON c.id = e.conversation_id \
    WHERE e.id > $1 AND e.id <= $2 ORDER BY e.id LIMIT $3";

/// As far as the feed had come.
struct Feed {
    last: i64,
    expired: i64,
    recorded_up_to: i64,
    told_after: i64,
}

async fn feed(transaction: &DatabaseTransaction) -> Result<Option<Feed>, DbErr> {
    let row = transaction.query_one_raw(statement(transaction, FEED, [])).await?;
    let feed = |row: QueryResult| {
        let column = |name| row.try_get("", name);
        Ok(Feed {
            last: column("last_event")?,
            expired: column("expired_event")?,
            recorded_up_to: column("recorded_up_to")?,
            told_after: column("told_after")?,
        })
    };
    row.map(feed).transpose()
}

async fn page(
    transaction: &DatabaseTransaction,
    sql: &'static str,
    after: i64,
    last: i64,
) -> Result<Vec<QueryResult>, DbErr> {
    let values: [Value; 3] = [after.into(), last.into(), PAGE_ROWS.into()];
    transaction.query_all_raw(statement(transaction, sql, values)).await
}

pub(super) async fn verify<F: FnMut(Breach)>(source: &mut Source, report: &mut Report<F>) -> Result<(), DbErr> {
    // What is recorded from here on is left to the next time.
    let Some(begun) = source.snapshot(feed).await? else { return Ok(()) };
    let mut found = Found { report, kept: 0 };
    events(source, &begun, &mut found).await?;
    entries(source, &begun, &mut found).await?;
    found.say_how_many();
    Ok(())
}

/// Passes on what is found, up to a bound.
struct Found<'a, F> {
    report: &'a mut Report<F>,
    kept: usize,
}

impl<F: FnMut(Breach)> Found<'_, F> {
    fn add(&mut self, breaches: impl IntoIterator<Item = Breach>) {
        for breach in breaches {
            self.kept += 1;
            if self.kept <= FINDINGS_MAX {
                self.report.add([breach]);
            }
        }
    }

    fn say_how_many(self) {
        if let Some(more) = self.kept.checked_sub(FINDINGS_MAX).filter(|more| *more > 0) {
            let place = Place::row("events", "all");
            let detail = format!("{more} more in the feed of events");
            self.report.add([Breach { code: BreachCode::MoreBreaches, place, seq: None, detail }]);
        }
    }
}

async fn events<F: FnMut(Breach)>(source: &mut Source, begun: &Feed, found: &mut Found<'_, F>) -> Result<(), DbErr> {
    let mut audit = FeedAudit::begin(begun.expired, begun.last);
    let mut after = 0;
    loop {
        let (expired, rows) = source
            .snapshot(async |transaction| {
                let expired = feed(transaction).await?.map_or(0, |feed| feed.expired);
                let rows = page(transaction, EVENTS, after, begun.last).await?;
                Ok((expired, rows.iter().map(event).collect::<Result<Vec<_>, DbErr>>()?))
            })
            .await?;
        audit.expired(expired);
        let Some(last) = rows.last() else { break };
        after = last.id;
        for row in &rows {
            found.add(audit.event(row));
        }
    }
    found.add(audit.end());
    Ok(())
}

fn event(row: &QueryResult) -> Result<StoredEvent, DbErr> {
    Ok(StoredEvent {
        id: row.try_get("", "id")?,
        kind: row.try_get("", "kind")?,
        seq: row.try_get("", "seq")?,
        entry_found: row.try_get::<Option<i64>>("", "entry_id")?.is_some(),
        before: row.try_get("", "before_id")?,
    })
}

async fn entries<F: FnMut(Breach)>(source: &mut Source, begun: &Feed, found: &mut Found<'_, F>) -> Result<(), DbErr> {
    let mut after = begun.told_after;
    loop {
        let (told_after, rows) = source
            .snapshot(async |transaction| {
                let told_after = feed(transaction).await?.map_or(i64::MAX, |feed| feed.told_after);
                let rows = page(transaction, ENTRIES, after, begun.recorded_up_to).await?;
                let rows = rows.iter().map(|row| {
                    let is_told: i32 = row.try_get("", "is_told")?;
                    let event: Option<i64> = row.try_get("", "event_id")?;
                    Ok((row.try_get::<i64>("", "id")?, is_told == 1, event.is_some()))
                });
                Ok((told_after, rows.collect::<Result<Vec<_>, DbErr>>()?))
            })
            .await?;
        let Some((last, ..)) = rows.last() else { return Ok(()) };
        after = *last;
        let missing = rows.iter().filter(|(id, is_told, has_event)| *is_told && !has_event && *id > told_after);
        found.add(missing.map(|(id, ..)| entry_without_event(*id)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans;

    #[tokio::test]
    async fn a_page_is_read_without_the_others() {
        for sql in [FEED, EVENTS, ENTRIES] {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql}");
        }
    }
}
