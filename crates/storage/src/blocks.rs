//! The port `Blocks` over the table of that name. Knows nothing of what a block keeps from being written: whoever
//! decides that reads the table.

use std::sync::Arc;

use async_trait::async_trait;
use handsel_domain::Unavailable;
use handsel_domain::ids::UserId;
use handsel_domain::ports::{BLOCKS_MAX, Block, BlockError, Blocks, Committed};
use handsel_domain::time::Timestamp;
use sea_orm::{ConnectionTrait, DbErr, QueryResult};

use crate::database::Database;
use crate::errors::{corrupt, unavailable};
use crate::fence;
use crate::people::person;
use crate::sql::{Sql, statement};

/// On PostgreSQL whoever begins a conversation has locked the same row.
const LOCK_USERS: Sql = Sql {
    sqlite: "SELECT id, deleted_at FROM users WHERE id IN ($1, $2)",
    postgres: "SELECT id, deleted_at FROM users WHERE id IN ($1, $2) ORDER BY id FOR NO KEY UPDATE",
};

const INSERT: &str = "INSERT INTO blocks (blocker_id, blocked_id, created_at) VALUES ($1, $2, $3) \
    ON CONFLICT DO NOTHING RETURNING created_at";

const DELETE: &str = "DELETE FROM blocks WHERE blocker_id = $1 AND blocked_id = $2";

/// The block of the other one by the first.
const FIND: &str = "SELECT b.blocked_id AS id, b.created_at AS created_at, p.username AS username, \
    p.first_name AS first_name, p.last_name AS last_name FROM blocks AS b JOIN users AS p ON p.id = b.blocked_id \
    WHERE b.blocker_id = $1 AND b.blocked_id = $2";

const PAGE: &str = "SELECT b.blocked_id AS id, b.created_at AS created_at, p.username AS username, \
    p.first_name AS first_name, p.last_name AS last_name FROM blocks AS b JOIN users AS p ON p.id = b.blocked_id \
    WHERE b.blocker_id = $1 AND b.blocked_id > $2 ORDER BY b.blocked_id LIMIT $3";

/// Right because whoever blocks has locked their own row.
const COUNT: &str = "SELECT COUNT(*) AS count FROM blocks WHERE blocker_id = $1";

/// What became of a block.
enum Inserted {
    /// It is there; whether it is new.
    Stored(Block, bool),
    /// One of the two is nobody, or nobody any more.
    NobodyToBlock,
    TooMany,
}

pub(crate) struct SqlBlocks {
    database: Database,
    committed: Arc<dyn Committed>,
}

impl SqlBlocks {
    pub(crate) fn new(database: Database, committed: Arc<dyn Committed>) -> Self {
        Self { database, committed }
    }

    async fn insert(&self, by: UserId, whom: UserId, now: Timestamp) -> Result<Inserted, DbErr> {
        let transaction = self.database.begin_write().await?;
        let both = [by.get().into(), whom.get().into()];
        let users = transaction.query_all_raw(statement(&transaction, LOCK_USERS, both.clone())).await?;
        let mut living = Vec::with_capacity(users.len());
        for user in &users {
            if user.try_get::<Option<i64>>("", "deleted_at")?.is_none() {
                living.push(user.try_get::<i64>("", "id")?);
            }
        }
        if living.len() < 2 {
            return Ok(Inserted::NobodyToBlock);
        }
        let values = [by.get().into(), whom.get().into(), now.as_millis().into()];
        let is_new = transaction.query_one_raw(statement(&transaction, INSERT, values)).await?.is_some();
        let found = transaction.query_one_raw(statement(&transaction, FIND, both)).await?;
        let block = block(&found.ok_or_else(|| corrupt("block of user", whom))?)?;
        if is_new {
            let count = transaction.query_one_raw(statement(&transaction, COUNT, [by.get().into()])).await?;
            if count.map_or(Ok(0), |row| row.try_get::<i64>("", "count"))? > i64::from(BLOCKS_MAX) {
                transaction.rollback().await?;
                return Ok(Inserted::TooMany);
            }
        }
        transaction.commit().await?;
        Ok(Inserted::Stored(block, is_new))
    }

    /// Whether the other one has blocked the first.
    async fn delete(&self, by: UserId, whom: UserId) -> Result<bool, DbErr> {
        let transaction = self.database.begin_write().await?;
        let values = [by.get().into(), whom.get().into()];
        transaction.execute_raw(statement(&transaction, DELETE, values)).await?;
        let other_way = [whom.get().into(), by.get().into()];
        let is_barred = transaction.query_one_raw(statement(&transaction, FIND, other_way)).await?.is_some();
        transaction.commit().await?;
        Ok(is_barred)
    }
}

fn block(row: &QueryResult) -> Result<Block, DbErr> {
    let (first, last): (String, String) = (row.try_get("", "first_name")?, row.try_get("", "last_name")?);
    Ok(Block {
        person: person(row.try_get("", "id")?, row.try_get("", "username")?, &first, &last)?,
        created_at: Timestamp::from_millis(row.try_get("", "created_at")?),
    })
}

#[async_trait]
impl Blocks for SqlBlocks {
    async fn block(&self, by: UserId, whom: UserId, now: Timestamp) -> Result<(Block, bool), BlockError> {
        let insert = self.database.in_time(self.insert(by, whom, now));
        let stored = match insert.await.map_err(unavailable)? {
            Inserted::Stored(block, is_new) => (block, is_new),
            Inserted::NobodyToBlock => return Err(BlockError::UnknownUser),
            Inserted::TooMany => return Err(BlockError::TooMany),
        };
        self.committed.barred([by, whom], true);
        self.database.in_time(fence::between(&self.database, by, whom)).await.map_err(unavailable)?;
        Ok(stored)
    }

    async fn unblock(&self, by: UserId, whom: UserId) -> Result<(), Unavailable> {
        let is_barred = self.database.in_time(self.delete(by, whom)).await.map_err(unavailable)?;
        if !is_barred {
            self.committed.barred([by, whom], false);
        }
        Ok(())
    }

    async fn blocks_of(&self, by: UserId, after: Option<UserId>, limit: u32) -> Result<Vec<Block>, Unavailable> {
        let readers = &self.database.readers;
        let values = [by.get().into(), after.map_or(0, UserId::get).into(), i64::from(limit).into()];
        let page = readers.query_all_raw(statement(readers, PAGE, values));
        let rows = self.database.in_time(page).await.map_err(unavailable)?;
        rows.iter().map(block).collect::<Result<_, _>>().map_err(unavailable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans;

    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        let same = [COUNT, DELETE, FIND, PAGE].map(Sql::same);
        for sql in same.into_iter().chain([LOCK_USERS]) {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql:?}");
        }
    }
}
