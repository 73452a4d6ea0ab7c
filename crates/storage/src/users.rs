//! The port `Users` over the table of that name. Knows nothing of hashing or log-in.

use std::sync::Arc;

use async_trait::async_trait;
use handsel_domain::Unavailable;
use handsel_domain::ids::UserId;
use handsel_domain::password::PasswordHash;
use handsel_domain::ports::{Committed, NewUser, SetPasswordError, UserInsertError, Users};
use handsel_domain::time::Timestamp;
use handsel_domain::user::{User, UsernameKey};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, SqlErr};

use crate::database::Database;
use crate::entities::users;
use crate::errors::unavailable;
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
        };
        let inserted = async {
            let transaction = self.database.begin_write().await?;
            let row = row.insert(&transaction).await?;
            transaction.commit().await?;
            people::user(row)
        };
        self.database.in_time(inserted).await.map_err(|error| match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => UserInsertError::UsernameTaken,
            Some(_) | None => unavailable(error).into(),
        })
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
