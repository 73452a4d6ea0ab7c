//! The port `Tokens` over the table of that name: hashes of secrets, never the secrets. Knows nothing of log-in.

use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use handsel_domain::Unavailable;
use handsel_domain::ids::{TokenId, UserId};
use handsel_domain::password::PasswordHash;
use handsel_domain::ports::{Admission, Claims, Committed, DeadToken, Principal, StoredToken, Tokens};
use handsel_domain::time::Timestamp;
use handsel_domain::token::Token;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::database::Database;
use crate::entities::{tokens, users};
use crate::errors::{corrupt, unavailable};
use crate::people;
use crate::sql::{Sql, array, over, statement};

pub(crate) struct SqlTokens {
    database: Database,
    committed: Arc<dyn Committed>,
}

impl SqlTokens {
    pub(crate) fn new(database: Database, committed: Arc<dyn Committed>) -> Self {
        Self { database, committed }
    }
}

/// A token is 32 random bytes: a plain hash of it cannot be reversed by guessing, so it needs no salt. What a JWT is known
/// by can be guessed, but speaks for nobody without its signature.
fn hash(token: &Token) -> Vec<u8> {
    Sha256::digest(token.known_by().as_bytes()).to_vec()
}

fn token_id(id: i64) -> Result<TokenId, DbErr> {
    TokenId::new(id).map_err(|_| corrupt("token id", id))
}

fn ids(rows: &[sea_orm::QueryResult]) -> Result<Vec<TokenId>, DbErr> {
    rows.iter().map(|row| token_id(row.try_get("", "id")?)).collect()
}

fn dead_token(row: &sea_orm::QueryResult) -> Result<DeadToken, DbErr> {
    let suspended = row.try_get::<Option<i64>>("", "suspended_at")?.is_some();
    Ok(DeadToken { token: token_id(row.try_get("", "id")?)?, suspended })
}

/// On PostgreSQL whoever sets another password, or suspends the user, waits until the token is there, and then revokes it.
const LOCK_PASSWORD: Sql = Sql {
    sqlite: "SELECT id FROM users WHERE id = $1 AND password_hash = $2 AND suspended_at IS NULL",
    postgres: "SELECT id FROM users WHERE id = $1 AND password_hash = $2 AND suspended_at IS NULL FOR SHARE",
};

/// On PostgreSQL two who revoke the same tokens lock them in the same order.
const REVOKE_OF_USER: Sql = Sql {
    sqlite: "UPDATE tokens SET revoked_at = $1 WHERE user_id = $2 AND revoked_at IS NULL RETURNING id",
    postgres: "UPDATE tokens SET revoked_at = $1 WHERE id IN (SELECT id FROM tokens \
        WHERE user_id = $2 AND revoked_at IS NULL ORDER BY id FOR UPDATE) RETURNING id",
};

/// On PostgreSQL whoever logs the user out at the same moment waits until the JWT is there, and then revokes it.
const LOCK_SIGNED_OUT: Sql = Sql {
    sqlite: "SELECT signed_out_at FROM users WHERE id = $1 AND deleted_at IS NULL",
    postgres: "SELECT signed_out_at FROM users WHERE id = $1 AND deleted_at IS NULL FOR SHARE",
};

/// Two who use a JWT for the first time at the same moment keep it once.
const ADMIT: &str = "INSERT INTO tokens (hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4) \
    ON CONFLICT (hash) DO NOTHING";

/// What is known of a user is changed in front of the tokens, as by whoever sets a password. The time never goes back,
/// whatever the clocks of several processes say.
const SIGN_OUT: &str =
    "UPDATE users SET signed_out_at = $1 WHERE id = $2 AND (signed_out_at IS NULL OR signed_out_at < $1)";

/// On PostgreSQL what somebody else is at is left for the next time.
const SWEEP: Sql = Sql {
    sqlite: "DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE expires_at < $1 LIMIT $2)",
    postgres: "DELETE FROM tokens WHERE id IN \
        (SELECT id FROM tokens WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)",
};
/// Tokens that are deleted in one transaction: nobody waits long for it.
const SWEPT_AT_ONCE: u32 = 500;

/// Revokes all that speaks for a user by now, within the caller's transaction: the tokens, and JWTs that nobody has seen
/// here yet.
pub(crate) async fn revoke_of_user<C: ConnectionTrait>(
    connection: &C,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<TokenId>, DbErr> {
    let values = || [now.as_millis().into(), user.get().into()];
    connection.execute_raw(statement(connection, SIGN_OUT, values())).await?;
    ids(&connection.query_all_raw(statement(connection, REVOKE_OF_USER, values())).await?)
}

/// A secret that nobody knows yet, and what is stored of it.
fn fresh(user: UserId, now: Timestamp, expires_at: Timestamp) -> Result<(Token, tokens::ActiveModel), Unavailable> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| {
        tracing::error!(%error, "the system gives no random numbers");
        Unavailable
    })?;
    let token = Token::parse(&URL_SAFE_NO_PAD.encode(secret)).map_err(|_| Unavailable)?;
    let row = tokens::ActiveModel {
        id: NotSet,
        hash: Set(hash(&token)),
        user_id: Set(user.get()),
        created_at: Set(now.as_millis()),
        expires_at: Set(expires_at.as_millis()),
        revoked_at: Set(None),
    };
    Ok((token, row))
}

#[async_trait]
impl Tokens for SqlTokens {
    async fn issue(&self, user: UserId, now: Timestamp, expires_at: Timestamp) -> Result<Token, Unavailable> {
        let (token, row) = fresh(user, now, expires_at)?;
        let insert = async {
            let transaction = self.database.begin_write().await?;
            row.insert(&transaction).await?;
            transaction.commit().await
        };
        self.database.in_time(insert).await.map_err(unavailable)?;
        Ok(token)
    }

    async fn issue_for(
        &self,
        user: UserId,
        password: &PasswordHash,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<Option<Token>, Unavailable> {
        let (token, row) = fresh(user, now, expires_at)?;
        let insert = async {
            let transaction = self.database.begin_write().await?;
            let values = [user.get().into(), password.as_phc().into()];
            if transaction.query_one_raw(statement(&transaction, LOCK_PASSWORD, values)).await?.is_none() {
                return Ok(None);
            }
            row.insert(&transaction).await?;
            transaction.commit().await?;
            Ok::<_, DbErr>(Some(token))
        };
        self.database.in_time(insert).await.map_err(unavailable)
    }

    async fn admit(&self, jwt: &Token, claims: &Claims, now: Timestamp) -> Result<Admission, Unavailable> {
        let Claims { user, issued_at, expires_at } = *claims;
        let admit = async {
            let transaction = self.database.begin_write().await?;
            let user_row = statement(&transaction, LOCK_SIGNED_OUT, [user.get().into()]);
            let Some(row) = transaction.query_one_raw(user_row).await? else {
                return Ok(Some(Admission::UnknownUser));
            };
            let signed_out_at: Option<i64> = row.try_get("", "signed_out_at")?;
            let is_before = |at: i64| issued_at.is_none_or(|issued_at| issued_at.as_millis() <= at);
            if signed_out_at.is_some_and(is_before) {
                return Ok(Some(Admission::SignedOut));
            }
            let (now, expires_at) = (now.as_millis(), expires_at.as_millis());
            let values = [hash(jwt).into(), user.get().into(), now.into(), expires_at.into()];
            transaction.execute_raw(statement(&transaction, ADMIT, values)).await?;
            transaction.commit().await?;
            Ok::<_, DbErr>(None)
        };
        if let Some(refused) = self.database.in_time(admit).await.map_err(unavailable)? {
            return Ok(refused);
        }
        self.find(jwt).await?.map(Admission::Admitted).ok_or_else(|| {
            tracing::error!("a JWT that was kept cannot be found");
            Unavailable
        })
    }

    async fn find(&self, token: &Token) -> Result<Option<StoredToken>, Unavailable> {
        let find = async {
            let query =
                tokens::Entity::find().filter(tokens::Column::Hash.eq(hash(token))).find_also_related(users::Entity);
            let Some((token, Some(user))) = query.one(&self.database.readers).await? else { return Ok(None) };
            let revoked = token.revoked_at.is_some() || user.deleted_at.is_some();
            let suspended = user.suspended_at.is_some();
            let principal = Principal {
                person: Arc::new(people::user(user)?.person),
                token: token_id(token.id)?,
                expires_at: Timestamp::from_millis(token.expires_at),
            };
            Ok::<_, DbErr>(Some(StoredToken { principal, revoked, suspended }))
        };
        self.database.in_time(find).await.map_err(unavailable)
    }

    async fn revoke(&self, token: TokenId, now: Timestamp) -> Result<(), Unavailable> {
        const REVOKE: &str = "UPDATE tokens SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL";
        let revoke = async {
            let transaction = self.database.begin_write().await?;
            transaction
                .execute_raw(statement(&transaction, REVOKE, [now.as_millis().into(), token.get().into()]))
                .await?;
            transaction.commit().await
        };
        self.database.in_time(revoke).await.map_err(unavailable)?;
        self.committed.revoked(&[token]);
        Ok(())
    }

    async fn revoke_all(&self, user: UserId, now: Timestamp) -> Result<u64, Unavailable> {
        let revoke = async {
            let transaction = self.database.begin_write().await?;
            let revoked = revoke_of_user(&transaction, user, now).await?;
            transaction.commit().await?;
            Ok::<_, DbErr>(revoked)
        };
        let revoked = self.database.in_time(revoke).await.map_err(unavailable)?;
        self.committed.revoked(&revoked);
        Ok(revoked.len() as u64)
    }

    async fn dead_among(&self, tokens: &[TokenId]) -> Result<Vec<DeadToken>, Unavailable> {
        const DEAD: Sql = over!(
            (0 token bigint),
            "SELECT asked.token AS id, users.suspended_at AS suspended_at FROM asked LEFT JOIN tokens ON tokens.id = asked.token LEFT JOIN users ON users.id = tokens.user_id \
             WHERE tokens.id IS NULL OR tokens.revoked_at IS NOT NULL OR users.suspended_at IS NOT NULL OR users.deleted_at IS NOT NULL"
        );
        let asked = array(tokens.iter().map(|id| json!([id.get()])));
        let query = async {
            let readers = &self.database.readers;
            let rows = readers.query_all_raw(statement(readers, DEAD, [asked.into()])).await?;
            rows.iter().map(dead_token).collect::<Result<_, _>>()
        };
        self.database.in_time(query).await.map_err(unavailable)
    }

    async fn sweep(&self, before: Timestamp) -> Result<u64, Unavailable> {
        let mut swept = 0;
        loop {
            let sweep = async {
                let transaction = self.database.begin_write().await?;
                let values = [before.as_millis().into(), i64::from(SWEPT_AT_ONCE).into()];
                let slice = transaction.execute_raw(statement(&transaction, SWEEP, values)).await?;
                transaction.commit().await?;
                Ok::<_, DbErr>(slice.rows_affected())
            };
            let slice = self.database.in_time(sweep).await.map_err(unavailable)?;
            swept += slice;
            if slice < u64::from(SWEPT_AT_ONCE) {
                return Ok(swept);
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
        for sql in [LOCK_PASSWORD, LOCK_SIGNED_OUT, REVOKE_OF_USER, SWEEP, Sql::same(SIGN_OUT), Sql::same(ADMIT)] {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql:?}");
        }
    }
}
