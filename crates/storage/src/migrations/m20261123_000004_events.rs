//! The feed of events: what a site is told of, numbered; and whose messages wait unread.
//!
//! None of these tables refers to another by a foreign key, though each row speaks of a conversation: on PostgreSQL the
//! check of one locks the conversation's row, and whoever writes there would wait for whoever records events. That the
//! rows agree is what `handsel verify` looks at.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, boolean, boolean_null, integer, integer_null, string};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_000004_events"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Up to there the feed says nothing of a conversation: an import sets it to the head that it makes, in the same
        // transaction. Nobody else writes it, so that no statement on the path of a message has become a longer one.
        let announced = big_integer("announced").default(0).to_owned();
        manager.alter_table(Table::alter().table("conversations").add_column(announced).to_owned()).await?;
        for table in [feed(), events(manager.get_database_backend()), cursors(), timers()] {
            manager.create_table(table).await?;
        }
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }
}

const INDEXES: [&str; 2] = [
    "CREATE UNIQUE INDEX events_entry ON events (conversation_id, seq) WHERE kind = 'entry'",
    "CREATE INDEX unread_timers_due_at ON unread_timers (due_at)",
];

/// One row, from the moment that events are turned on for the first time.
fn feed() -> TableCreateStatement {
    Table::create()
        .table("event_feed")
        .col(big_integer("id").primary_key())
        // The newest event, and the newest of those that are not kept any more.
        .col(big_integer("last_event"))
        .col(big_integer("expired_event"))
        // By ids of entries: where the feed began; up to where all that will ever be committed is recorded; up to where it
        // is once no transaction in front of `horizon` runs any more; up to where its events may have expired.
        .col(big_integer("begun_after"))
        .col(big_integer("recorded_up_to"))
        .col(big_integer("candidate"))
        .col(big_integer("horizon"))
        .col(big_integer("expired_entry"))
        .to_owned()
}

/// An event refers to an entry and copies nothing of it: whoever is erased there is erased here.
fn events(database: DbBackend) -> TableCreateStatement {
    // By this type, and no other, SQLite finds rows without an index beside the table.
    let mut id = if database == DbBackend::Sqlite { integer("id") } else { big_integer("id") };
    Table::create()
        .table("events")
        .col(id.primary_key())
        .col(string("kind"))
        .col(big_integer("conversation_id"))
        // Of messages that wait unread, the first of them.
        .col(big_integer("seq"))
        .col(boolean_null("reader_is_owner"))
        .col(integer_null("unread_count"))
        .col(big_integer("recorded_at"))
        .to_owned()
}

/// Those who push events to others: what lies past `up_to` they still need, however old it is.
fn cursors() -> TableCreateStatement {
    Table::create().table("event_cursors").col(string("name").primary_key()).col(big_integer("up_to")).to_owned()
}

/// Readers whose messages may wait, and when to look.
fn timers() -> TableCreateStatement {
    Table::create()
        .table("unread_timers")
        .col(big_integer("conversation_id"))
        .col(boolean("reader_is_owner"))
        .col(big_integer("due_at"))
        // The first message of which the site was told that it waits, and when it was.
        .col(big_integer_null("told_seq"))
        .col(big_integer_null("told_at"))
        .primary_key(Index::create().col("conversation_id").col("reader_is_owner"))
        .to_owned()
}
