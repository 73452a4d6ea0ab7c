//! What stands between people, and what is written down of those who look after them: blocks, the audit log, when
//! conversations began.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, pk_auto, string, string_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_000003_moderation"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(blocks()).await?;
        manager.create_table(audit_log()).await?;
        for statement in STATEMENTS {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

/// A node of an older version, which may write meanwhile, says nothing of when a conversation began: what it lets begin
/// is not counted. Of what one person has said in a conversation at most one entry says that it is gone.
const STATEMENTS: [&str; 8] = [
    "ALTER TABLE conversations ADD COLUMN started_at BIGINT",
    "UPDATE conversations SET started_at = (SELECT MIN(created_at) FROM entries \
     WHERE entries.conversation_id = conversations.id AND entries.seq = 1)",
    "CREATE INDEX conversations_started ON conversations (respondent_id, started_at)",
    "CREATE INDEX listings_owner ON listings (owner_id)",
    "CREATE INDEX blocks_blocked ON blocks (blocked_id)",
    "CREATE INDEX audit_log_conversation ON audit_log (conversation)",
    "CREATE INDEX audit_log_user ON audit_log (user_id)",
    "CREATE UNIQUE INDEX entries_redaction ON entries (conversation_id, actor_id) WHERE kind = 'redaction'",
];

fn blocks() -> TableCreateStatement {
    Table::create()
        .table("blocks")
        .col(big_integer("blocker_id"))
        .col(big_integer("blocked_id"))
        .col(big_integer("created_at"))
        .primary_key(Index::create().col("blocker_id").col("blocked_id"))
        .foreign_key(ForeignKey::create().from("blocks", "blocker_id").to("users", "id"))
        .foreign_key(ForeignKey::create().from("blocks", "blocked_id").to("users", "id"))
        .to_owned()
}

/// `conversation` is a key and no reference: what was read is to be found by whatever name it had.
fn audit_log() -> TableCreateStatement {
    let mut id = pk_auto("id");
    Table::create()
        .table("audit_log")
        .col(id.big_integer().to_owned())
        .col(big_integer("at"))
        .col(string("key"))
        .col(string_null("on_behalf_of"))
        .col(string("action"))
        .col(string_null("conversation"))
        .col(big_integer_null("user_id"))
        .to_owned()
}
