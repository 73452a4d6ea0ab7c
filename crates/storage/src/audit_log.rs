//! The port `AuditLog` over the table of that name. Knows nothing of what is done, nor of who may read of it.

use async_trait::async_trait;
use handsel_domain::Unavailable;
use handsel_domain::ids::AuditId;
use handsel_domain::ports::{AuditLog, AuditRecord, Audited, Operator};
use handsel_domain::time::Timestamp;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};

use crate::database::Database;
use crate::errors::{corrupt, unavailable};
use crate::sql::statement;

const INSERT: &str = "INSERT INTO audit_log (at, key, on_behalf_of, action, conversation, user_id) \
    VALUES ($1, $2, $3, $4, $5, $6)";

const PAGE: &str = "SELECT id, at, key, on_behalf_of, action, conversation, user_id FROM audit_log \
    WHERE id < $1 ORDER BY id DESC LIMIT $2";

pub(crate) struct SqlAuditLog {
    database: Database,
}

impl SqlAuditLog {
    pub(crate) fn new(database: Database) -> Self {
        Self { database }
    }
}

pub(crate) fn record(row: &QueryResult) -> Result<AuditRecord, DbErr> {
    let id: i64 = row.try_get("", "id")?;
    Ok(AuditRecord {
        id: AuditId::new(id).map_err(|_| corrupt("audit id", id))?,
        at: Timestamp::from_millis(row.try_get("", "at")?),
        key: row.try_get("", "key")?,
        on_behalf_of: row.try_get("", "on_behalf_of")?,
        action: row.try_get("", "action")?,
        conversation: row.try_get("", "conversation")?,
        user: row.try_get("", "user_id")?,
    })
}

#[async_trait]
impl AuditLog for SqlAuditLog {
    async fn record(&self, by: &Operator, what: Audited, now: Timestamp) -> Result<(), Unavailable> {
        let values: [Value; 6] = [
            now.as_millis().into(),
            by.key.as_str().into(),
            by.on_behalf_of.as_ref().map(|name| name.as_str().to_owned()).into(),
            what.action().into(),
            what.conversation().map(|key| key.to_string()).into(),
            what.user().map(|user| user.get()).into(),
        ];
        let insert = async {
            let transaction = self.database.begin_write().await?;
            transaction.execute_raw(statement(&transaction, INSERT, values)).await?;
            transaction.commit().await
        };
        self.database.in_time(insert).await.map_err(unavailable)
    }

    async fn page(&self, before: Option<AuditId>, limit: u32) -> Result<Vec<AuditRecord>, Unavailable> {
        let readers = &self.database.readers;
        let values = [before.map_or(i64::MAX, AuditId::get).into(), i64::from(limit).into()];
        let page = readers.query_all_raw(statement(readers, PAGE, values));
        let rows = self.database.in_time(page).await.map_err(unavailable)?;
        rows.iter().map(record).collect::<Result<_, _>>().map_err(unavailable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans;

    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        assert_eq!(full_scans(PAGE).await, Vec::<String>::new());
    }
}
