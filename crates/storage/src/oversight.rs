//! The port `Oversight`: what those who run a site do about its users. Knows nothing of who may, nor of how it is written
//! down.
//!
//! - [`erasing`]: what of a person is taken out of the tables, slice by slice.

mod erasing;

use std::sync::Arc;

use async_trait::async_trait;
use handsel_domain::Unavailable;
use handsel_domain::conversation::Account;
use handsel_domain::ids::{TokenId, UserId};
use handsel_domain::ports::{Append, Committed, Erased, Messages, Oversight};
use handsel_domain::time::Timestamp;
use handsel_domain::timeline::Draft;
use handsel_domain::user::{Person, User, Username};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait};

use crate::database::Database;
use crate::entities::users;
use crate::errors::unavailable;
use crate::sql::statement;
use crate::timeline::Queue;
use crate::{fence, people, tokens};
use erasing::Place;

const SUSPEND: &str =
    "UPDATE users SET suspended_at = COALESCE(suspended_at, $1) WHERE id = $2 AND deleted_at IS NULL RETURNING id";

const RELEASE: &str = "UPDATE users SET suspended_at = NULL WHERE id = $1 AND deleted_at IS NULL RETURNING id";

pub(crate) struct SqlOversight {
    database: Database,
    committed: Arc<dyn Committed>,
    writer: Queue,
}

impl SqlOversight {
    pub(crate) fn new(database: Database, committed: Arc<dyn Committed>, writer: Queue) -> Self {
        Self { database, committed, writer }
    }

    /// Tells whoever serves the user's sockets, and waits for what was decided before.
    async fn shut_out(&self, user: UserId, account: Account, revoked: &[TokenId]) -> Result<(), Unavailable> {
        self.committed.shut_out(user, account);
        self.committed.revoked(revoked);
        self.database.in_time(fence::around(&self.database, user)).await.map_err(unavailable)
    }

    /// `None` where there is no such user.
    async fn stop(&self, user: UserId, now: Timestamp) -> Result<Option<Vec<TokenId>>, DbErr> {
        let transaction = self.database.begin_write().await?;
        let values = [now.as_millis().into(), user.get().into()];
        if transaction.query_one_raw(statement(&transaction, SUSPEND, values)).await?.is_none() {
            transaction.rollback().await?;
            return Ok(None);
        }
        let revoked = tokens::revoke_of_user(&transaction, user, now).await?;
        transaction.commit().await?;
        Ok(Some(revoked))
    }

    /// Whether there is such a user.
    async fn release(&self, user: UserId) -> Result<bool, DbErr> {
        let transaction = self.database.begin_write().await?;
        let released = transaction.query_one_raw(statement(&transaction, RELEASE, [user.get().into()])).await?;
        transaction.commit().await?;
        Ok(released.is_some())
    }

    async fn find(&self, user: UserId) -> Result<Option<User>, DbErr> {
        let row = users::Entity::find_by_id(user.get()).one(&self.database.readers).await?;
        row.filter(|row| row.deleted_at.is_none()).map(people::user).transpose()
    }

    /// All that the user said at that place, and then an entry that says so; returns how many messages.
    async fn redact(&self, erased: &Arc<Person>, place: &Place, now: Timestamp) -> Result<u64, Unavailable> {
        let redacting = erasing::messages(&self.database, erased.id, place, now);
        let redacted = redacting.await.map_err(unavailable)?;
        if !self.lacks_redaction(erased.id, place).await? {
            return Ok(redacted);
        }
        let (conversation, actor) = (place.key, Arc::clone(erased));
        let appended =
            self.writer.append(Append { conversation, actor, draft: Draft::Redaction, starts_per_day: 0 }).await;
        match appended {
            Ok(_) => Ok(redacted),
            // Somebody else, who erases the same user, may have been faster.
            Err(_) if !self.lacks_redaction(erased.id, place).await? => Ok(redacted),
            Err(error) => {
                tracing::warn!(%error, conversation = %place.key, "it could not be said that messages were redacted");
                Err(Unavailable)
            }
        }
    }

    async fn lacks_redaction(&self, erased: UserId, place: &Place) -> Result<bool, Unavailable> {
        let lacks = erasing::lacks_redaction(&self.database.readers, erased, place);
        self.database.in_time(lacks).await.map_err(unavailable)
    }
}

#[async_trait]
impl Oversight for SqlOversight {
    async fn suspend(&self, user: UserId, suspended: bool, now: Timestamp) -> Result<Option<User>, Unavailable> {
        if suspended {
            let stopped = self.database.in_time(self.stop(user, now)).await.map_err(unavailable)?;
            let Some(revoked) = stopped else { return Ok(None) };
            self.shut_out(user, Account::Suspended, &revoked).await?;
        } else if !self.database.in_time(self.release(user)).await.map_err(unavailable)? {
            return Ok(None);
        }
        self.database.in_time(self.find(user)).await.map_err(unavailable)
    }

    async fn erase(&self, user: UserId, messages: Messages, now: Timestamp) -> Result<Option<Erased>, Unavailable> {
        let closing = self.database.in_time(erasing::account(&self.database, user, now));
        let Some(revoked) = closing.await.map_err(unavailable)? else { return Ok(None) };
        self.shut_out(user, Account::Erased, &revoked).await?;
        self.database.in_time(erasing::listings(&self.database, user)).await.map_err(unavailable)?;
        let person = Arc::new(Person::new(user, Username::of_deleted(user), "", ""));
        let (mut erased, mut after) = (Erased::default(), 0);
        loop {
            let page = self.database.in_time(erasing::places(&self.database.readers, user, after));
            let page = page.await.map_err(unavailable)?;
            let Some(last) = page.last() else { return Ok(Some(erased)) };
            after = last.conversation;
            for place in page {
                erased.conversations += 1;
                let notes = self.database.in_time(erasing::notes(&self.database, user, &place));
                notes.await.map_err(unavailable)?;
                if messages == Messages::Redact {
                    erased.redacted += self.redact(&person, &place, now).await?;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans;

    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        for sql in [SUSPEND, RELEASE] {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql}");
        }
    }
}
