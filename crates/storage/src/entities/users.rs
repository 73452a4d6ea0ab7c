//! The table `users`, row by row. Knows nothing of the domain.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) username: String,
    pub(crate) username_key: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) password_hash: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) suspended_at: Option<i64>,
    pub(crate) deleted_at: Option<i64>,
    pub(crate) signed_out_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
