//! Waits for the batches that were decided without something that has just been committed. Knows nothing of what that is.
//!
//! On SQLite there are none: one writes at a time, and reads first what was written before. On PostgreSQL a batch holds
//! the rows of its conversations while it decides, and the listings of those that it begins; whoever has had each of them
//! once knows that all who decide from then on have seen what was committed before.

use handsel_domain::ids::UserId;
use sea_orm::{ConnectionTrait, DbErr, Value};
use serde_json::json;

use crate::database::Database;
use crate::sql::{Sql, array, over, statement};

/// In the order in which batches lock them.
const BETWEEN: &str = "SELECT id FROM conversations WHERE (owner_id = $1 AND respondent_id = $2) \
    OR (owner_id = $2 AND respondent_id = $1) ORDER BY id FOR SHARE";

/// The same of many at once.
const AMONG: Sql = over!(
    (0 one bigint, 1 other bigint),
    "SELECT c.id AS id FROM conversations AS c WHERE c.id IN (",
    "SELECT f.id FROM asked JOIN conversations AS f ON f.owner_id = asked.one AND f.respondent_id = asked.other",
    " UNION SELECT f.id FROM asked JOIN conversations AS f ON f.owner_id = asked.other AND f.respondent_id = asked.one",
    ") ORDER BY c.id FOR SHARE OF c"
);

const OF_USER: &str = "SELECT id FROM conversations WHERE owner_id = $1 OR respondent_id = $1 ORDER BY id FOR SHARE";

const LISTINGS_OF_USER: &str = "SELECT id FROM listings WHERE owner_id = $1 ORDER BY kind, id FOR NO KEY UPDATE";

/// Nothing that was decided before is committed between these two any more. Whoever calls has had the rows of both.
pub(crate) async fn between(database: &Database, one: UserId, other: UserId) -> Result<(), DbErr> {
    pass(database, BETWEEN, [one.get().into(), other.get().into()]).await
}

/// Nothing that was decided before is committed between the two of any of these pairs any more. Whoever calls has had the
/// rows of all of them.
pub(crate) async fn among(database: &Database, pairs: &[[UserId; 2]]) -> Result<(), DbErr> {
    if pairs.is_empty() {
        return Ok(());
    }
    let pairs = array(pairs.iter().map(|pair| json!(pair.map(UserId::get))));
    pass(database, AMONG, [pairs.into()]).await
}

/// Nothing that was decided before is committed by this user, or to them, any more. Whoever calls has had the user's row.
pub(crate) async fn around(database: &Database, user: UserId) -> Result<(), DbErr> {
    // What has just begun about one of the listings is one of the conversations by then.
    pass(database, LISTINGS_OF_USER, [user.get().into()]).await?;
    pass(database, OF_USER, [user.get().into()]).await
}

async fn pass<const N: usize>(database: &Database, rows: impl Into<Sql>, values: [Value; N]) -> Result<(), DbErr> {
    if !database.is_postgres() {
        return Ok(());
    }
    let transaction = database.begin_write().await?;
    transaction.query_all_raw(statement(&transaction, rows, values)).await?;
    transaction.rollback().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans_of_postgres;

    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        for sql in [BETWEEN, AMONG.postgres, OF_USER, LISTINGS_OF_USER] {
            assert_eq!(full_scans_of_postgres(sql).await, Vec::<String>::new(), "{sql}");
        }
    }
}
