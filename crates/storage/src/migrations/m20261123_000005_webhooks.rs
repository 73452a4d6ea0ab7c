//! How far events were pushed to the site, and which process does that.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_000005_webhooks"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [webhooks(), lanes()] {
            manager.create_table(table).await?;
        }
        // A conversation whose events were not taken is read again from there.
        let index = "CREATE INDEX events_conversation ON events (conversation_id, id)";
        manager.get_connection().execute_unprepared(index).await.map(|_| ())
    }
}

/// One row, from the moment that somebody is to be told for the first time.
fn webhooks() -> TableCreateStatement {
    Table::create()
        .table("webhooks")
        .col(big_integer("id").primary_key())
        // All events up to there were delivered, but for those of the lanes below.
        .col(big_integer("up_to"))
        // Who delivers, until when by the database's clock.
        .col(string("holder"))
        .col(big_integer("held_until"))
        .to_owned()
}

/// Conversations, by their keys, of which that event was not taken. There are at most as many as a process keeps in mind.
fn lanes() -> TableCreateStatement {
    Table::create()
        .table("webhook_lanes")
        .col(string("conversation").primary_key())
        .col(big_integer("event_id"))
        .to_owned()
}
