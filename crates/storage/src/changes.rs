//! Whether anything was committed since one last looked. Knows nothing of what.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use tokio::sync::Mutex;

use crate::database::statement;

/// What was seen at the last look.
#[derive(Default)]
pub(crate) struct Changes {
    seen: Mutex<Option<i64>>,
}

impl Changes {
    /// `PRAGMA data_version` changes on a connection when any other one, of any process, has committed.
    pub(crate) async fn look(&self, observer: &DatabaseConnection) -> Result<bool, DbErr> {
        let row = observer.query_one_raw(statement(observer, "PRAGMA data_version", [])).await?;
        let version = row.map(|row| row.try_get_by_index(0)).transpose()?;
        let mut seen = self.seen.lock().await;
        Ok(version.is_none() || std::mem::replace(&mut *seen, version) != version)
    }
}
