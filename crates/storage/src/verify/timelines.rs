//! Conversations one by one, each with its entries and handshakes as they are at one moment. Knows nothing of the rules
//! that they are held against.

use std::collections::HashMap;

use handsel_domain::audit::{
    Audited, BREACHES_PER_CONVERSATION_MAX, Breach, BreachCode, ConversationAudit, Place, StoredHandshake,
};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Value};

use super::dialect::{is_whole, unindexed};
use super::rows::{self, Read};
use super::source::Source;
use super::{Report, orphans};
use crate::sql::{Sql, both, statement};

/// Conversations whose ids are read at once.
const PAGE_CONVERSATIONS: i64 = 500;
/// Entries of one page.
const PAGE_ENTRIES: usize = 500;

const NEWEST: &str = "SELECT MAX(c.id) AS id FROM conversations AS c";

const IDS: &str = "SELECT c.id AS id FROM conversations AS c WHERE c.id > $1 AND c.id <= $2 ORDER BY c.id LIMIT $3";

const CONVERSATION: &str = "SELECT c.id, c.listing_kind, c.listing_id, c.owner_id, c.respondent_id, c.head, \
    c.last_entry_at, c.owner_read_up_to, c.respondent_read_up_to, l.owner_id AS listing_owner_id, \
    o.id AS found_owner_id, r.id AS found_respondent_id FROM conversations AS c \
    LEFT JOIN listings AS l ON l.kind = c.listing_kind AND l.id = c.listing_id \
    LEFT JOIN users AS o ON o.id = c.owner_id LEFT JOIN users AS r ON r.id = c.respondent_id WHERE c.id = $1";

macro_rules! entries {
    ($database:ident) => {
        concat!(
            "SELECT e.id, e.seq, e.actor_id, e.kind, e.created_at, e.content, e.client_message_id, e.redacted_at,",
            " e.redacts_seq, e.handshake_started, e.step, e.status, e.owner_completed, e.respondent_completed",
            " FROM entries AS e WHERE e.conversation_id = $1 AND (e.seq, e.id) > ($2, $3) AND ",
            is_whole!($database, "e.seq"),
            " ORDER BY e.seq, e.id LIMIT $4"
        )
    };
}

const ENTRIES: Sql = both!(entries);

macro_rules! handshakes {
    ($database:ident, $which:literal) => {
        concat!(
            "SELECT h.started, h.initiator_id, h.note, h.terms, h.status, h.owner_completed, h.respondent_completed,",
            " h.version, h.actor_id, h.latest, h.at FROM handshakes AS h WHERE h.conversation_id = $1 AND ",
            is_whole!($database, "h.started"),
            $which
        )
    };
}

macro_rules! handshakes_of_a_page {
    ($database:ident) => {
        handshakes!(
            $database,
            " AND h.started >= $2 AND h.started <= $3 \
             AND EXISTS (SELECT 1 FROM entries AS e WHERE e.conversation_id = h.conversation_id AND e.seq = h.started)"
        )
    };
}

/// Those that are said to start at one of the entries of a page.
const HANDSHAKES: Sql = both!(handshakes_of_a_page);

macro_rules! handshakes_without_entry {
    ($database:ident) => {
        handshakes!(
            $database,
            " AND NOT EXISTS (SELECT 1 FROM entries AS e WHERE e.conversation_id = h.conversation_id \
             AND e.seq = h.started) ORDER BY h.started LIMIT $2"
        )
    };
}

const HANDSHAKES_WITHOUT_ENTRY: Sql = both!(handshakes_without_entry);

macro_rules! repeated {
    ($database:ident) => {
        concat!(
            "SELECT e.actor_id AS actor_id, MIN(e.seq) AS first_seq, MAX(e.seq) AS last_seq, COUNT(*) AS times",
            " FROM entries AS e WHERE e.conversation_id = $1 AND ",
            unindexed!($database, "e.client_message_id"),
            " IS NOT NULL AND ",
            is_whole!($database, "e.seq"),
            " GROUP BY e.actor_id, e.client_message_id HAVING COUNT(*) > 1 ORDER BY MAX(e.seq) LIMIT $2"
        )
    };
}

/// The index on `client_message_id` would not show what it has let in. A conversation's entries as such are found by an
/// index all the same, since nothing else finds them without reading those of all others; what that index lacks, the
/// check of the file has said.
const REPEATED: Sql = both!(repeated);

pub(super) async fn verify<F: FnMut(Breach)>(source: &mut Source, report: &mut Report<F>) -> Result<(), DbErr> {
    // What begins from here on is left to the next time: one who writes faster than this reads must not keep it.
    let newest = source
        .snapshot(async |transaction| {
            let row = transaction.query_one_raw(statement(transaction, NEWEST, [])).await?;
            row.map_or(Ok(None), |row| row.try_get::<Option<i64>>("", "id"))
        })
        .await?;
    let mut after = i64::MIN;
    loop {
        let ids =
            source.snapshot(async |transaction| ids(transaction, after, newest.unwrap_or(i64::MIN)).await).await?;
        let last = ids.last().copied();
        for id in ids {
            // Nothing deletes a conversation; had somebody done so by hand, it would be none of those to be audited.
            if let Some(audited) = source.snapshot(async |transaction| conversation(transaction, id).await).await? {
                report.verified.conversations += 1;
                report.verified.entries += audited.entries;
                report.verified.handshakes += audited.handshakes;
                report.add(audited.breaches);
            }
        }
        orphans::between(source, report, after, last.unwrap_or(i64::MAX)).await?;
        match last {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}

async fn ids(transaction: &DatabaseTransaction, after: i64, newest: i64) -> Result<Vec<i64>, DbErr> {
    let values = [after.into(), newest.into(), PAGE_CONVERSATIONS.into()];
    let rows = transaction.query_all_raw(statement(transaction, IDS, values)).await?;
    rows.iter().map(|row| row.try_get("", "id")).collect()
}

async fn conversation(transaction: &DatabaseTransaction, id: i64) -> Result<Option<Audited>, DbErr> {
    let Some(row) = transaction.query_one_raw(statement(transaction, CONVERSATION, [id.into()])).await? else {
        return Ok(None);
    };
    let mut audit = match rows::conversation(&row) {
        Ok(stored) => ConversationAudit::begin(stored),
        Err(why) => {
            let (code, place) = (BreachCode::RowUnreadable, Place::row("conversations", id));
            let detail = format!("{why}; its timeline was not read");
            let breaches = vec![Breach { code, place, seq: None, detail }];
            return Ok(Some(Audited { breaches, entries: 0, handshakes: 0 }));
        }
    };
    let (mut seq, mut entry) = (i64::MIN, i64::MIN);
    loop {
        let values: [Value; 4] = [id.into(), seq.into(), entry.into(), limit(PAGE_ENTRIES)];
        let page = transaction.query_all_raw(statement(transaction, ENTRIES, values)).await?;
        let (Some(first), Some(last)) = (page.first(), page.last()) else { break };
        let mut handshakes = handshakes(transaction, id, first.try_get_by("seq")?, last.try_get_by("seq")?).await?;
        for row in &page {
            (seq, entry) = (row.try_get_by("seq")?, row.try_get_by("id")?);
            audit.entry(seq, rows::entry(row, handshakes.remove(&seq)));
        }
        if page.len() < PAGE_ENTRIES {
            break;
        }
    }
    // More than an audit lists need not be read.
    let most = || limit(BREACHES_PER_CONVERSATION_MAX + 1);
    let alone = statement(transaction, HANDSHAKES_WITHOUT_ENTRY, [id.into(), most()]);
    for row in transaction.query_all_raw(alone).await? {
        audit.handshake_without_entry(row.try_get_by("started")?, &rows::handshake(&row));
    }
    for row in transaction.query_all_raw(statement(transaction, REPEATED, [id.into(), most()])).await? {
        let number = |column| row.try_get::<i64>("", column);
        // Whoever is no number was found among the entries.
        let actor = number("actor_id").unwrap_or_default();
        audit.client_message_id_repeated(actor, number("first_seq")?, number("last_seq")?, number("times")?);
    }
    Ok(Some(audit.end()))
}

async fn handshakes(
    transaction: &DatabaseTransaction,
    conversation: i64,
    first: i64,
    last: i64,
) -> Result<HashMap<i64, Read<StoredHandshake>>, DbErr> {
    let values = [conversation.into(), first.into(), last.into()];
    let found = transaction.query_all_raw(statement(transaction, HANDSHAKES, values)).await?;
    found.iter().map(|row| Ok((row.try_get_by("started")?, rows::handshake(row)))).collect()
}

fn limit(rows: usize) -> Value {
    i64::try_from(rows).unwrap_or(i64::MAX).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::{full_scans, plan_of_postgres, plan_of_sqlite};

    #[tokio::test]
    async fn a_conversation_is_read_without_its_neighbours() {
        let same = [NEWEST, IDS, CONVERSATION].map(Sql::same);
        for sql in same.into_iter().chain([ENTRIES, HANDSHAKES, HANDSHAKES_WITHOUT_ENTRY, REPEATED]) {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql:?}");
        }
    }

    #[tokio::test]
    async fn repetitions_are_not_searched_through_the_index_that_forbids_them() {
        let mut plan = plan_of_sqlite(REPEATED.sqlite).await;
        plan.extend(plan_of_postgres("", REPEATED.postgres).await);
        assert!(!plan.iter().any(|step| step.contains("entries_client_message_id")), "{plan:?}");
    }
}
