//! Pages of a timeline. Knows nothing of writing.

use handsel_domain::conversation::ConversationKey;
use handsel_domain::ids::{Head, Seq};
use handsel_domain::timeline::{TimelinePage, TimelineRange};
use sea_orm::{ConnectionTrait, DbErr, Value};

use super::rows;
use crate::sql::statement;

const CONVERSATION: &str = concat!(
    "SELECT ",
    rows::conversation_columns!(),
    ", ",
    rows::handshake_columns!(),
    " FROM conversations AS c ",
    rows::latest_handshake!(),
    " WHERE c.listing_kind = $1 AND c.listing_id = $2 AND c.respondent_id = $3"
);

macro_rules! page_ordered {
    ($order:literal) => {
        concat!(
            "SELECT ",
            rows::entry_columns!(),
            " FROM entries AS e ",
            rows::entry_joins!(),
            " WHERE e.conversation_id = $1 AND e.seq > $2 AND e.seq < $3 ORDER BY e.seq ",
            $order,
            " LIMIT $4"
        )
    };
}

const OLDEST: &str = page_ordered!("ASC");
const NEWEST: &str = page_ordered!("DESC");

pub(super) async fn page<C: ConnectionTrait>(
    connection: &C,
    key: ConversationKey,
    range: TimelineRange,
) -> Result<Option<TimelinePage>, DbErr> {
    let named: [Value; 3] =
        [key.listing.kind.name().into(), key.listing.number.get().into(), key.respondent.get().into()];
    let Some(row) = connection.query_one_raw(statement(connection, CONVERSATION, named)).await? else {
        return Ok(None);
    };
    let state = rows::state(&row)?;
    let conversation_id: i64 = row.try_get("c_", "id")?;

    // What is committed between the two statements is past this head, and left for the next page.
    let end = range.before.map_or(state.head.next(), |before| before.min(state.head.next()));
    let bounds: [Value; 4] = [
        conversation_id.into(),
        range.after.map_or(0, Head::get).into(),
        Seq::get(end).into(),
        i64::from(range.limit).into(),
    ];
    let sql = if range.after.is_some() { OLDEST } else { NEWEST };
    let found = connection.query_all_raw(statement(connection, sql, bounds)).await?;
    let mut entries: Vec<_> = found.iter().map(|row| rows::entry(row, &state)).collect::<Result<_, _>>()?;
    if range.after.is_none() {
        entries.reverse();
    }
    let handshake = rows::handshake(&row, &state.conversation)?;
    Ok(Some(TimelinePage { conversation: state.conversation, entries, handshake, head: state.head }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans;

    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        for sql in [CONVERSATION, OLDEST, NEWEST] {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql}");
        }
    }
}
