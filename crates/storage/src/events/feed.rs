//! Pages of the feed, made of the rows as they are now. Knows nothing of how events got their numbers.

use handsel_domain::conversation::{ConversationKey, ConversationState, Side};
use handsel_domain::event::{Event, EventBody, Unread};
use handsel_domain::ids::EventId;
use handsel_domain::listing::ListingRef;
use handsel_domain::ports::{EventsPage, EventsPageError};
use handsel_domain::time::Timestamp;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};

use super::{ENTRY, STARTED, UNREAD};
use crate::errors::corrupt;
use crate::sql::statement;
use crate::timeline::rows;

/// Events as they are now: those of a condition on `v`, or on its conversation `c`.
macro_rules! events {
    ($condition:literal) => {
        concat!(
            "SELECT v.id AS v_id, v.kind AS v_kind, v.reader_is_owner AS v_reader_is_owner,",
            " v.unread_count AS v_unread_count, v.recorded_at AS v_recorded_at, l.title AS l_title, ",
            rows::conversation_columns!(),
            ", ",
            rows::entry_columns!(),
            " FROM events AS v JOIN conversations AS c ON c.id = v.conversation_id",
            " JOIN entries AS e ON e.conversation_id = v.conversation_id AND e.seq = v.seq ",
            rows::entry_joins!(),
            " JOIN listings AS l ON l.kind = c.listing_kind AND l.id = c.listing_id WHERE ",
            $condition
        )
    };
}

const EVENTS: &str = events!("v.id > $1 ORDER BY v.id LIMIT $2");

const OF_CONVERSATION: &str = events!(
    "c.listing_kind = $1 AND c.listing_id = $2 AND c.respondent_id = $3 AND v.id >= $4 AND v.id <= $5 ORDER BY v.id LIMIT $6"
);

const BOUNDS: &str = "SELECT f.last_event, f.expired_event FROM event_feed AS f WHERE f.id = 1";

pub(super) async fn page<C: ConnectionTrait>(
    connection: &C,
    after: Option<EventId>,
    limit: u32,
) -> Result<Result<EventsPage, EventsPageError>, DbErr> {
    let values: [Value; 2] = [after.map_or(0, EventId::get).into(), i64::from(limit).into()];
    let found = connection.query_all_raw(statement(connection, EVENTS, values)).await?;
    // The bounds are read last: what they say is kept was so when the events were read.
    let Some(bounds) = connection.query_one_raw(statement(connection, BOUNDS, [])).await? else {
        let newest = None;
        return Ok(if after.is_some() {
            Err(EventsPageError::Ahead { newest })
        } else {
            Ok(EventsPage { events: Vec::new(), newest })
        });
    };
    let place = |name| bounds.try_get::<i64>("", name).map(|id| EventId::new(id).ok());
    let (newest, expired) = (place("last_event")?, place("expired_event")?);
    if after.is_some_and(|after| newest.is_none_or(|newest| after > newest)) {
        return Ok(Err(EventsPageError::Ahead { newest }));
    }
    if let (Some(after), Some(up_to)) = (after, expired)
        && after < up_to
    {
        return Ok(Err(EventsPageError::Expired { up_to }));
    }
    let events: Vec<_> = found.iter().map(event).collect::<Result<_, _>>()?;
    check(&events, after)?;
    Ok(Ok(EventsPage { events, newest }))
}

/// Those of one conversation, from the one to the other, both included.
pub(super) async fn of_conversation<C: ConnectionTrait>(
    connection: &C,
    conversation: ConversationKey,
    from: EventId,
    up_to: EventId,
    limit: u32,
) -> Result<Vec<Event>, DbErr> {
    let ListingRef { kind, number } = conversation.listing;
    let values: [Value; 6] = [
        kind.name().into(),
        number.get().into(),
        conversation.respondent.get().into(),
        from.get().into(),
        up_to.get().into(),
        i64::from(limit).into(),
    ];
    connection.query_all_raw(statement(connection, OF_CONVERSATION, values)).await?.iter().map(event).collect()
}

/// Whoever reads on behind a hole would never know of it. None comes from here: a row that the joins miss makes one.
fn check(events: &[Event], after: Option<EventId>) -> Result<(), DbErr> {
    let first = after.or_else(|| events.first().map(|event| EventId::new(event.id.get() - 1)).and_then(Result::ok));
    let due = first.map_or(1, |first| first.get() + 1);
    for (event, due) in events.iter().zip(due..) {
        if event.id.get() != due {
            return Err(corrupt("feed lacks event", due));
        }
    }
    Ok(())
}

fn event(row: &QueryResult) -> Result<Event, DbErr> {
    let state: ConversationState = rows::state(row)?;
    let entry = rows::entry(row, &state)?;
    let body = match row.try_get::<String>("v_", "kind")?.as_str() {
        STARTED => EventBody::Started { at: entry.at, listing_title: row.try_get("l_", "title")? },
        ENTRY => EventBody::Entry(entry),
        UNREAD => {
            let count: i32 = row.try_get("v_", "unread_count")?;
            EventBody::Unread(Unread {
                reader: if row.try_get("v_", "reader_is_owner")? { Side::Owner } else { Side::Respondent },
                count: u32::try_from(count).map_err(|_| corrupt("unread count", count))?,
                first: entry.seq,
                since: entry.at,
                at: Timestamp::from_millis(row.try_get("v_", "recorded_at")?),
            })
        }
        other => return Err(corrupt("event kind", other)),
    };
    let id: i64 = row.try_get("v_", "id")?;
    let id = EventId::new(id).map_err(|_| corrupt("event id", id))?;
    Ok(Event { id, conversation: state.conversation, body })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans;

    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        for sql in [EVENTS, OF_CONVERSATION, BOUNDS] {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql}");
        }
    }
}
