//! The first schema: users, tokens, listings, conversations, entries, handshakes.
//!
//! Columns that nothing writes yet (`deleted_at`, `redacted_at`, `redacts_seq`) are here because tables that have
//! grown large are dear to change.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, binary, boolean, pk_auto, string, string_null, text, text_null,
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_000001_core"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [users(), tokens(), listings(), conversations(), entries(), handshakes()] {
            manager.create_table(table).await?;
        }
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }
}

/// What is unique is part of the promises, and what is partial the builder cannot say.
const INDEXES: [&str; 9] = [
    "CREATE UNIQUE INDEX users_username_key ON users (username_key)",
    "CREATE UNIQUE INDEX tokens_hash ON tokens (hash)",
    "CREATE INDEX tokens_user ON tokens (user_id)",
    "CREATE INDEX tokens_expires_at ON tokens (expires_at)",
    "CREATE UNIQUE INDEX conversations_key ON conversations (listing_kind, listing_id, respondent_id)",
    "CREATE INDEX conversations_owner ON conversations (owner_id)",
    "CREATE INDEX conversations_respondent ON conversations (respondent_id)",
    "CREATE UNIQUE INDEX entries_client_message_id ON entries (conversation_id, actor_id, client_message_id) WHERE client_message_id IS NOT NULL",
    "CREATE UNIQUE INDEX handshakes_one_live ON handshakes (conversation_id) WHERE status IN ('pending', 'approved')",
];

fn id() -> ColumnDef {
    let mut id = pk_auto("id");
    id.big_integer().to_owned()
}

fn users() -> TableCreateStatement {
    Table::create()
        .table("users")
        .col(id())
        .col(string("username"))
        .col(string("username_key"))
        .col(string("first_name"))
        .col(string("last_name"))
        .col(string_null("password_hash"))
        .col(big_integer("created_at"))
        .col(big_integer_null("suspended_at"))
        .col(big_integer_null("deleted_at"))
        .to_owned()
}

fn tokens() -> TableCreateStatement {
    Table::create()
        .table("tokens")
        .col(id())
        .col(binary("hash"))
        .col(big_integer("user_id"))
        .col(big_integer("created_at"))
        .col(big_integer("expires_at"))
        .col(big_integer_null("revoked_at"))
        .foreign_key(ForeignKey::create().from("tokens", "user_id").to("users", "id"))
        .to_owned()
}

fn listings() -> TableCreateStatement {
    Table::create()
        .table("listings")
        .col(string("kind"))
        .col(big_integer("id"))
        .col(big_integer("owner_id"))
        .col(text("title"))
        .col(text("description"))
        .col(string("status"))
        .col(big_integer("created_at"))
        .primary_key(Index::create().col("kind").col("id"))
        .foreign_key(ForeignKey::create().from("listings", "owner_id").to("users", "id"))
        .to_owned()
}

fn conversations() -> TableCreateStatement {
    Table::create()
        .table("conversations")
        .col(id())
        .col(string("listing_kind"))
        .col(big_integer("listing_id"))
        .col(big_integer("owner_id"))
        .col(big_integer("respondent_id"))
        .col(big_integer("head"))
        .col(big_integer("last_entry_at"))
        .col(big_integer("owner_read_up_to"))
        .col(big_integer("respondent_read_up_to"))
        .foreign_key(
            ForeignKey::create().from("conversations", ("listing_kind", "listing_id")).to("listings", ("kind", "id")),
        )
        .foreign_key(ForeignKey::create().from("conversations", "owner_id").to("users", "id"))
        .foreign_key(ForeignKey::create().from("conversations", "respondent_id").to("users", "id"))
        .to_owned()
}

fn entries() -> TableCreateStatement {
    Table::create()
        .table("entries")
        .col(id())
        .col(big_integer("conversation_id"))
        .col(big_integer("seq"))
        .col(big_integer("actor_id"))
        .col(string("kind"))
        .col(big_integer("created_at"))
        .col(text_null("content"))
        .col(string_null("client_message_id"))
        .col(big_integer_null("redacted_at"))
        .col(big_integer_null("redacts_seq"))
        .col(big_integer_null("handshake_started"))
        .col(string_null("step"))
        .col(string_null("status"))
        .col(boolean("owner_completed"))
        .col(boolean("respondent_completed"))
        .index(Index::create().unique().name("entries_seq").col("conversation_id").col("seq"))
        .foreign_key(ForeignKey::create().from("entries", "conversation_id").to("conversations", "id"))
        .foreign_key(ForeignKey::create().from("entries", "actor_id").to("users", "id"))
        .to_owned()
}

fn handshakes() -> TableCreateStatement {
    Table::create()
        .table("handshakes")
        .col(big_integer("conversation_id"))
        .col(big_integer("started"))
        .col(big_integer("initiator_id"))
        .col(text_null("note"))
        .col(text_null("terms"))
        .col(string("status"))
        .col(boolean("owner_completed"))
        .col(boolean("respondent_completed"))
        .col(big_integer("version"))
        .col(big_integer("actor_id"))
        .col(string("latest"))
        .col(big_integer("at"))
        .primary_key(Index::create().col("conversation_id").col("started"))
        .foreign_key(ForeignKey::create().from("handshakes", "conversation_id").to("conversations", "id"))
        .to_owned()
}
