//! The port `Users` over the table of that name. Knows nothing of hashing or log-in.

use std::sync::Arc;

use async_trait::async_trait;
use handsel_domain::Unavailable;
use handsel_domain::ids::UserId;
use handsel_domain::password::PasswordHash;
use handsel_domain::ports::{
    Committed, NewUser, Put, PutUserError, SetPasswordError, SiteUser, UserInsertError, Users,
};
use handsel_domain::time::Timestamp;
use handsel_domain::user::{User, UsernameKey};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, SqlErr,
};

use crate::database::{Alone, Database};
use crate::entities::users;
use crate::errors::unavailable;
use crate::sql::statement;
use crate::{people, tokens};

pub(crate) struct SqlUsers {
    database: Database,
    committed: Arc<dyn Committed>,
}

impl SqlUsers {
    pub(crate) fn new(database: Database, committed: Arc<dyn Committed>) -> Self {
        Self { database, committed }
    }

    async fn one(&self, query: sea_orm::Select<users::Entity>) -> Result<Option<(User, Option<PasswordHash>)>, DbErr> {
        let query = query.filter(users::Column::DeletedAt.is_null());
        let row = self.database.in_time(query.one(&self.database.readers)).await?;
        row.map(|mut row| {
            let hash = row.password_hash.take().map(PasswordHash::new);
            Ok((people::user(row)?, hash))
        })
        .transpose()
    }
}

/// On PostgreSQL the next id is a sequence's, which does not look at those that are there. SQLite's looks.
pub(crate) const SKIP_IDS: &str = "SELECT setval(pg_get_serial_sequence('users', 'id'), $1) \
    WHERE $1 > (SELECT COALESCE(pg_sequence_last_value(pg_get_serial_sequence('users', 'id')::regclass), 0))";

/// Whether another user has that name.
fn is_taken(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// What was put, within its transaction; `None` where the user was erased.
async fn put(
    transaction: &DatabaseTransaction,
    user: &SiteUser,
    now: Timestamp,
    with_sequence: bool,
) -> Result<Option<Put<User>>, DbErr> {
    let names = users::ActiveModel {
        username: Set(user.username.as_str().to_owned()),
        username_key: Set(user.username.key().as_str().to_owned()),
        first_name: Set(user.first_name.as_str().to_owned()),
        last_name: Set(user.last_name.as_str().to_owned()),
        ..Default::default()
    };
    let Some(row) = users::Entity::find_by_id(user.id.get()).one(transaction).await? else {
        let row = users::ActiveModel {
            id: Set(user.id.get()),
            password_hash: Set(None),
            created_at: Set(now.as_millis()),
            suspended_at: Set(None),
            deleted_at: Set(None),
            signed_out_at: Set(None),
            ..names
        };
        let row = row.insert(transaction).await?;
        if with_sequence {
            transaction.query_one_raw(statement(transaction, SKIP_IDS, [user.id.get().into()])).await?;
        }
        return Ok(Some(Put::Created(people::user(row)?)));
    };
    // Whoever was erased keeps the row, and the row what it is called since then. It may happen at this very moment.
    let updated = users::Entity::update_many()
        .set(names)
        .filter(users::Column::Id.eq(user.id.get()))
        .filter(users::Column::DeletedAt.is_null())
        .exec(transaction)
        .await?;
    if updated.rows_affected == 0 {
        return Ok(None);
    }
    let SiteUser { username, first_name, last_name, .. } = user;
    let [username, first_name, last_name] = [username.as_str(), first_name.as_str(), last_name.as_str()];
    let row = users::Model {
        username: username.to_owned(),
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        ..row
    };
    Ok(Some(Put::Kept(people::user(row)?)))
}

#[async_trait]
impl Users for SqlUsers {
    async fn insert(&self, user: NewUser) -> Result<User, UserInsertError> {
        let row = users::ActiveModel {
            id: NotSet,
            username: Set(user.username.as_str().to_owned()),
            username_key: Set(user.username.key().as_str().to_owned()),
            first_name: Set(user.first_name.as_str().to_owned()),
            last_name: Set(user.last_name.as_str().to_owned()),
            password_hash: Set(Some(user.password.as_phc().to_owned())),
            created_at: Set(user.created_at.as_millis()),
            suspended_at: Set(None),
            deleted_at: Set(None),
            signed_out_at: Set(None),
        };
        let inserted = async {
            let transaction = self.database.begin_beside(Alone::PuttingUsers).await?;
            let row = row.insert(&transaction).await?;
            transaction.commit().await?;
            people::user(row)
        };
        self.database.in_time(inserted).await.map_err(|error| match error {
            taken if is_taken(&taken) => UserInsertError::UsernameTaken,
            error => unavailable(error).into(),
        })
    }

    async fn put(&self, user: SiteUser, now: Timestamp) -> Result<Put<User>, PutUserError> {
        let work = async {
            // Under a lock: two who put the same id, and the sequence of ids, which no transaction guards.
            let (_turn, transaction) = self.database.begin_alone(Alone::PuttingUsers).await?;
            let done = put(&transaction, &user, now, self.database.is_postgres()).await?;
            transaction.commit().await?;
            Ok(done)
        };
        match self.database.in_time(work).await {
            Ok(done) => done.ok_or(PutUserError::Deleted),
            Err(taken) if is_taken(&taken) => Err(PutUserError::UsernameTaken),
            Err(error) => Err(unavailable(error).into()),
        }
    }

    async fn by_username(&self, key: &UsernameKey) -> Result<Option<(User, Option<PasswordHash>)>, Unavailable> {
        // PostgreSQL takes no text with it, and nobody's name has it.
        if key.as_str().contains('\0') {
            return Ok(None);
        }
        self.one(users::Entity::find().filter(users::Column::UsernameKey.eq(key.as_str()))).await.map_err(unavailable)
    }

    async fn by_id(&self, id: UserId) -> Result<Option<User>, Unavailable> {
        let found = self.one(users::Entity::find_by_id(id.get())).await.map_err(unavailable)?;
        Ok(found.map(|(user, _)| user))
    }

    async fn page(&self, after: Option<UserId>, limit: u32) -> Result<Vec<User>, Unavailable> {
        let query = users::Entity::find()
            .filter(users::Column::Id.gt(after.map_or(0, UserId::get)))
            .filter(users::Column::DeletedAt.is_null())
            .order_by_asc(users::Column::Id)
            .limit(u64::from(limit));
        let rows = self.database.in_time(query.all(&self.database.readers)).await.map_err(unavailable)?;
        rows.into_iter().map(people::user).collect::<Result<_, _>>().map_err(unavailable)
    }

    async fn set_password(&self, user: UserId, password: PasswordHash, now: Timestamp) -> Result<(), SetPasswordError> {
        let set = async {
            let transaction = self.database.begin_write().await?;
            let updated = users::Entity::update_many()
                .set(users::ActiveModel {
                    password_hash: Set(Some(password.as_phc().to_owned())),
                    ..Default::default()
                })
                .filter(users::Column::Id.eq(user.get()))
                .filter(users::Column::DeletedAt.is_null())
                .exec(&transaction)
                .await?;
            let revoked = tokens::revoke_of_user(&transaction, user, now).await?;
            transaction.commit().await?;
            Ok::<_, DbErr>((updated.rows_affected, revoked))
        };
        match self.database.in_time(set).await.map_err(unavailable)? {
            (0, _) => Err(SetPasswordError::UnknownUser),
            (_, revoked) => {
                self.committed.revoked(&revoked);
                Ok(())
            }
        }
    }
}
