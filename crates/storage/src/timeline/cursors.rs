//! Read cursors, moved within the writer's transaction. Knows nothing of entries, nor of who waits.

use std::collections::HashMap;

use handsel_domain::conversation::{ConversationKey, ConversationState, ReadCursor, Side};
use handsel_domain::ids::{Head, UserId};
use handsel_domain::ports::ReadMoved;
use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use serde_json::json;

use super::batch::array;
use super::rows;
use crate::database::statement;

const LOAD: &str = concat!(
    "SELECT ",
    rows::conversation_columns!(),
    " FROM json_each($1) AS asked JOIN conversations AS c ON c.listing_kind = json_extract(asked.value, '$[0]')",
    " AND c.listing_id = json_extract(asked.value, '$[1]') AND c.respondent_id = json_extract(asked.value, '$[2]')"
);

const STORE: &str = "UPDATE conversations SET owner_read_up_to = json_extract(news.value, '$[1]'), \
    respondent_read_up_to = json_extract(news.value, '$[2]') \
    FROM json_each($1) AS news WHERE conversations.id = json_extract(news.value, '$[0]')";

/// A wish to move a read cursor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Move {
    pub(crate) key: ConversationKey,
    pub(crate) reader: UserId,
    pub(crate) up_to: Head,
}

/// A wish in a batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub(super) asked: Move,
    /// How many of the batch's items are in front of it.
    pub(super) place: usize,
}

/// What came of the wishes.
#[derive(Debug, Default)]
pub(super) struct Moves {
    /// One for each, in their order.
    pub(super) answers: Vec<ReadMoved>,
    /// Where cursors are now that have moved, each once.
    pub(super) cursors: Vec<ReadCursor>,
}

struct Row {
    id: i64,
    before: ConversationState,
    state: ConversationState,
}

/// Moves each cursor forward, at most to the head as it was in its place of the batch: nobody has read what was said
/// behind it. `said_behind` tells how many entries the batch has of a conversation from that place on.
pub(super) async fn move_all<C: ConnectionTrait>(
    connection: &C,
    moves: &[Placed],
    said_behind: impl Fn(ConversationKey, usize) -> i64,
) -> Result<Moves, DbErr> {
    if moves.is_empty() {
        return Ok(Moves::default());
    }
    let asked = moves.iter().map(|Placed { asked: Move { key, .. }, .. }| {
        json!([key.listing.kind.name(), key.listing.number.get(), key.respondent.get()])
    });
    let found = connection.query_all_raw(statement(connection, LOAD, [array(asked).into()])).await?;
    let mut states: HashMap<_, _> = found.iter().map(row).collect::<Result<_, DbErr>>()?;
    let answers = moves.iter().map(|Placed { asked, place }| match states.get_mut(&asked.key) {
        Some(row) => {
            let head = Head::new(row.state.head.get() - said_behind(asked.key, *place)).unwrap_or_default();
            advance(&mut row.state, asked, head)
        }
        // Nothing is read where nothing was written.
        None => ReadMoved { up_to: Head::NONE, moved: false },
    });
    let answers = answers.collect();
    let changed: Vec<_> = states.into_values().filter(|row| row.before != row.state).collect();
    if !changed.is_empty() {
        let news = changed
            .iter()
            .map(|Row { id, state, .. }| json!([id, state.owner_read_up_to.get(), state.respondent_read_up_to.get()]));
        connection.execute_raw(statement(connection, STORE, [array(news).into()])).await?;
    }
    Ok(Moves { answers, cursors: changed.iter().flat_map(moved).collect() })
}

fn row(row: &QueryResult) -> Result<(ConversationKey, Row), DbErr> {
    let state = rows::state(row)?;
    Ok((state.conversation.key(), Row { id: row.try_get("c_", "id")?, before: state, state }))
}

fn advance(state: &mut ConversationState, asked: &Move, head: Head) -> ReadMoved {
    let wanted = asked.up_to.min(head);
    let Some(side) = state.conversation.side_of(asked.reader) else {
        return ReadMoved { up_to: Head::NONE, moved: false };
    };
    let cursor = state.read_up_to_mut(side);
    let moved = wanted > *cursor;
    *cursor = wanted.max(*cursor);
    ReadMoved { up_to: *cursor, moved }
}

fn moved(row: &Row) -> impl Iterator<Item = ReadCursor> {
    let sides = [Side::Owner, Side::Respondent].into_iter();
    let moved = sides.filter(|side| row.before.read_up_to(*side) != row.state.read_up_to(*side));
    moved.map(|side| ReadCursor {
        conversation: row.state.conversation,
        reader: side,
        up_to: row.state.read_up_to(side),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans;

    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        for sql in [LOAD, STORE] {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql}");
        }
    }
}
