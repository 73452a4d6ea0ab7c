//! Read cursors, moved within the writer's transaction. Knows nothing of entries, nor of who waits.

use std::collections::HashMap;

use handsel_domain::conversation::{ConversationKey, ConversationState, ReadCursor, Side};
use handsel_domain::ids::{Head, UserId};
use handsel_domain::ports::ReadMoved;
use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use serde_json::json;

use super::batch::BatchError;
use super::locks::{self, Locks};
use super::rows;
use crate::sql::{Sql, array, over, statement};

const LOAD: Sql = over!(
    (0 kind text, 1 listing bigint, 2 respondent bigint),
    "SELECT ",
    rows::conversation_columns!(),
    " FROM asked JOIN conversations AS c",
    " ON c.listing_kind = asked.kind AND c.listing_id = asked.listing AND c.respondent_id = asked.respondent"
);

const STORE: Sql = over!(
    (0 id bigint, 1 owner_read_up_to bigint, 2 respondent_read_up_to bigint),
    "UPDATE conversations SET owner_read_up_to = asked.owner_read_up_to, \
     respondent_read_up_to = asked.respondent_read_up_to FROM asked WHERE conversations.id = asked.id"
);

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
    locks: &Locks,
    said_behind: impl Fn(ConversationKey, usize) -> i64,
) -> Result<Moves, BatchError> {
    if moves.is_empty() {
        return Ok(Moves::default());
    }
    let asked = moves.iter().map(|Placed { asked, .. }| locks::name(&asked.key));
    let found = connection.query_all_raw(statement(connection, LOAD, [array(asked).into()])).await?;
    let mut states: HashMap<_, _> = found.iter().map(row).collect::<Result<_, DbErr>>()?;
    if states.values().any(|row| !locks.cover(row.id)) {
        return Err(BatchError::Overtaken);
    }
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
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql:?}");
        }
    }
}
