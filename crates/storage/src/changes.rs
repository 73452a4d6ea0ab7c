//! Whether anything was committed since one last looked. Knows nothing of what.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr};
use tokio::sync::Mutex;

use crate::sql::{Sql, statement};

/// On SQLite a number that changes on a connection when any other one, of any process, has committed.
///
/// On PostgreSQL the transactions that a snapshot would not see: those that run, and all from a certain one on. One
/// that has written was either among those that ran at the last look, or its number was not given out yet; once it has
/// ended it is neither. So the text stays the same only if no transaction that wrote has ended in between. It also
/// changes with what was rolled back, and with other databases of the same server; that costs a look at the tables.
const VERSION: Sql = Sql { sqlite: "PRAGMA data_version", postgres: "SELECT CAST(pg_current_snapshot() AS text)" };

/// What was seen at the last look.
#[derive(Default)]
pub(crate) struct Changes {
    seen: Mutex<Option<String>>,
}

impl Changes {
    pub(crate) async fn look(&self, observer: &DatabaseConnection) -> Result<bool, DbErr> {
        let row = observer.query_one_raw(statement(observer, VERSION, [])).await?;
        let version = match row {
            Some(row) if observer.get_database_backend() == DbBackend::Postgres => Some(row.try_get_by_index(0)?),
            Some(row) => Some(row.try_get_by_index::<i64>(0)?.to_string()),
            None => None,
        };
        let mut seen = self.seen.lock().await;
        Ok(version.is_none() || std::mem::replace(&mut *seen, version.clone()) != version)
    }
}
