//! From rows about people to people. Knows nothing of queries.

use handsel_domain::ids::UserId;
use handsel_domain::time::Timestamp;
use handsel_domain::user::{Name, Person, User, Username};
use sea_orm::DbErr;

use crate::entities::users;
use crate::errors::corrupt;

/// What every join with `users` selects, to become a [`Person`].
pub(crate) fn person(id: i64, username: String, first_name: &str, last_name: &str) -> Result<Person, DbErr> {
    let id = UserId::new(id).map_err(|_| corrupt("user id", id))?;
    Ok(Person::new(id, Username::from_trusted(username), first_name, last_name))
}

pub(crate) fn user(row: users::Model) -> Result<User, DbErr> {
    let name = |text: &str| Name::parse(text).map_err(|_| corrupt("name", text));
    Ok(User {
        first_name: name(&row.first_name)?,
        last_name: name(&row.last_name)?,
        created_at: Timestamp::from_millis(row.created_at),
        suspended: row.suspended_at.is_some(),
        person: person(row.id, row.username, &row.first_name, &row.last_name)?,
    })
}
