//! The port `Deliveries`: how far events were pushed, and whose turn it is. Knows nothing of who is told.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use handsel_domain::Unavailable;
use handsel_domain::conversation::ConversationKey;
use handsel_domain::event::Event;
use handsel_domain::ids::EventId;
use handsel_domain::ports::{Delivered, Deliveries, Progress};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Value};
use serde_json::json;

use super::feed;
use crate::database::Database;
use crate::errors::{corrupt, unavailable};
use crate::sql::{Sql, array, both, over, statement};

/// Milliseconds by the database's own clock, which is the same for all processes.
macro_rules! now {
    (sqlite) => {
        "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
    };
    (postgres) => {
        "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS bigint)"
    };
}

macro_rules! glance {
    ($database:ident) => {
        concat!("SELECT w.holder, w.held_until > ", now!($database), " AS is_held FROM webhooks AS w WHERE w.id = 1")
    };
}

macro_rules! take {
    ($database:ident) => {
        concat!(
            "INSERT INTO webhooks (id, up_to, holder, held_until) SELECT 1, f.last_event, $1, $2 + ",
            now!($database),
            " FROM event_feed AS f WHERE f.id = 1 ON CONFLICT (id) DO UPDATE SET holder = excluded.holder,",
            " held_until = excluded.held_until WHERE webhooks.holder = excluded.holder OR webhooks.held_until <= ",
            now!($database),
            " RETURNING up_to"
        )
    };
}

macro_rules! save {
    ($database:ident) => {
        concat!("UPDATE webhooks SET up_to = $1, held_until = $2 + ", now!($database), " WHERE id = 1 AND holder = $3")
    };
}

macro_rules! leave {
    ($database:ident) => {
        concat!("UPDATE webhooks SET held_until = ", now!($database), " WHERE id = 1 AND holder = $1")
    };
}

macro_rules! idle {
    ($database:ident) => {
        concat!("DELETE FROM webhooks WHERE held_until < ", now!($database), " - $1")
    };
}

const GLANCE: Sql = both!(glance);
const TAKE: Sql = both!(take);
const SAVE: Sql = both!(save);
const FORGET: Sql = both!(idle);

/// From that moment on another one may, and from that moment on it counts for how long nobody has.
const LEAVE: Sql = both!(leave);

const LANES: &str = "SELECT h.conversation, h.event_id FROM webhook_lanes AS h";

const HOLD: Sql = over!(
    (0 conversation text, 1 event_id bigint),
    "INSERT INTO webhook_lanes (conversation, event_id) SELECT conversation, event_id FROM asked WHERE true \
     ON CONFLICT (conversation) DO UPDATE SET event_id = excluded.event_id"
);

const RELEASE: Sql =
    over!((0 conversation text), "DELETE FROM webhook_lanes WHERE conversation IN (SELECT conversation FROM asked)");

/// What lies behind this does not expire.
const NEEDED: &str = "INSERT INTO event_cursors (name, up_to) SELECT 'webhooks', \
    COALESCE((SELECT MIN(h.event_id) - 1 FROM webhook_lanes AS h WHERE h.event_id <= w.up_to), w.up_to) \
    FROM webhooks AS w WHERE w.id = 1 ON CONFLICT (name) DO UPDATE SET up_to = excluded.up_to";

pub(crate) struct SqlDeliveries {
    database: Database,
}

fn millis(duration: Duration) -> Value {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX).into()
}

impl SqlDeliveries {
    pub(crate) fn new(database: Database) -> Self {
        Self { database }
    }

    /// All or nothing: what is not done after all is `None`.
    async fn write<T>(
        &self,
        work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<Option<T>, DbErr>,
    ) -> Result<Option<T>, Unavailable> {
        let writing = async {
            let transaction = self.database.begin_write().await?;
            match work(&transaction).await {
                Ok(Some(done)) => transaction.commit().await.map(|()| Some(done)),
                other => {
                    // Whatever becomes of it, this is what there is to tell.
                    let _ = transaction.rollback().await;
                    other
                }
            }
        };
        self.database.in_time(writing).await.map_err(unavailable)
    }

    /// Whether somebody else delivers, as far as can be seen without a write.
    async fn is_held_by_another(&self, holder: &str) -> Result<bool, DbErr> {
        let readers = &self.database.readers;
        let Some(row) = readers.query_one_raw(statement(readers, GLANCE, [])).await? else { return Ok(false) };
        Ok(row.try_get::<bool>("", "is_held")? && row.try_get::<String>("", "holder")? != holder)
    }
}

#[async_trait]
impl Deliveries for SqlDeliveries {
    async fn take(&self, holder: &str, lasts: Duration) -> Result<Option<Delivered>, Unavailable> {
        // Those who wait ask each second.
        let asked = self.is_held_by_another(holder);
        if self.database.in_time(asked).await.map_err(unavailable)? {
            return Ok(None);
        }
        self.write(async |transaction| {
            let values = [holder.into(), millis(lasts)];
            let Some(row) = transaction.query_one_raw(statement(transaction, TAKE, values)).await? else {
                return Ok(None);
            };
            transaction.execute_raw(statement(transaction, NEEDED, [])).await?;
            let up_to = EventId::new(row.try_get("", "up_to")?).ok();
            Ok(Some(Delivered { up_to, held: held(transaction).await? }))
        })
        .await
    }

    async fn save(&self, holder: &str, lasts: Duration, progress: &Progress) -> Result<bool, Unavailable> {
        let saved = self.write(async |transaction| {
            let up_to = progress.up_to.map_or(0, EventId::get);
            let values = [up_to.into(), millis(lasts), holder.into()];
            if transaction.execute_raw(statement(transaction, SAVE, values)).await?.rows_affected() == 0 {
                return Ok(None);
            }
            let (mut hold, mut release) = (Vec::new(), Vec::new());
            for (conversation, event) in &progress.held {
                match event {
                    Some(event) => hold.push(json!([conversation.to_string(), event.get()])),
                    None => release.push(json!([conversation.to_string()])),
                }
            }
            for (sql, rows) in [(HOLD, hold), (RELEASE, release)] {
                if !rows.is_empty() {
                    transaction.execute_raw(statement(transaction, sql, [array(rows).into()])).await?;
                }
            }
            transaction.execute_raw(statement(transaction, NEEDED, [])).await?;
            Ok(Some(()))
        });
        Ok(saved.await?.is_some())
    }

    async fn leave(&self, holder: &str) -> Result<(), Unavailable> {
        let left = self.write(async |transaction| {
            transaction.execute_raw(statement(transaction, LEAVE, [holder.into()])).await.map(|_| Some(()))
        });
        left.await.map(|_| ())
    }

    async fn forget(&self, idle: Duration) -> Result<bool, Unavailable> {
        let forgotten = self.write(async |transaction| {
            let gone = transaction.execute_raw(statement(transaction, FORGET, [millis(idle)])).await?;
            if gone.rows_affected() == 0 {
                return Ok(None);
            }
            transaction.execute_unprepared("DELETE FROM webhook_lanes").await?;
            transaction.execute_unprepared("DELETE FROM event_cursors WHERE name = 'webhooks'").await?;
            Ok(Some(()))
        });
        Ok(forgotten.await?.is_some())
    }

    async fn of_conversation(
        &self,
        conversation: ConversationKey,
        from: EventId,
        up_to: EventId,
        limit: u32,
    ) -> Result<Vec<Event>, Unavailable> {
        let found = feed::of_conversation(&self.database.readers, conversation, from, up_to, limit);
        self.database.in_time(found).await.map_err(unavailable)
    }
}

async fn held(transaction: &DatabaseTransaction) -> Result<BTreeMap<ConversationKey, EventId>, DbErr> {
    let rows = transaction.query_all_raw(statement(transaction, LANES, [])).await?;
    let lane = |row: &sea_orm::QueryResult| {
        let (conversation, event): (String, i64) = (row.try_get("", "conversation")?, row.try_get("", "event_id")?);
        let event = EventId::new(event).map_err(|_| corrupt("event id", event))?;
        Ok((conversation.parse().map_err(|_| corrupt("conversation key", conversation))?, event))
    };
    rows.iter().map(lane).collect()
}
