//! Users, taken in under their own ids. Knows nothing of what they wrote.

use std::collections::HashMap;

use handsel_domain::ids::UserId;
use handsel_domain::moving::{Finding, MovedUser, codes};
use handsel_domain::time::Timestamp;
use handsel_domain::user::UsernameKey;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use serde_json::json;

use super::{Item, Line, Took, Unfit, Verdict};
use crate::database::{Alone, Database};
use crate::moved;
use crate::sql::{Sql, array, over, statement};
use crate::users::SKIP_IDS;

const BY_ID: Sql = over!(
    (0 id bigint),
    "SELECT ",
    moved::user_columns!(),
    ", u.username_key AS u_username_key FROM users AS u WHERE u.id IN (SELECT id FROM asked)"
);

const BY_KEY: Sql = over!(
    (0 username_key text),
    "SELECT u.id AS id, u.username_key AS username_key FROM users AS u \
     WHERE u.username_key IN (SELECT username_key FROM asked)"
);

const INSERT: Sql = over!(
    (0 id bigint, 1 username text, 2 username_key text, 3 first_name text, 4 last_name text, 5 password_hash text,
     6 created_at bigint, 7 suspended_at bigint, 8 deleted_at bigint, 9 signed_out_at bigint),
    "INSERT INTO users (id, username, username_key, first_name, last_name, password_hash, created_at, suspended_at, \
     deleted_at, signed_out_at) SELECT id, username, username_key, first_name, last_name, password_hash, created_at, \
     suspended_at, deleted_at, signed_out_at FROM asked WHERE true ORDER BY slot"
);

/// Those who are here already, by id and by name.
struct Known {
    users: HashMap<i64, (MovedUser, String)>,
    names: HashMap<String, i64>,
}

/// Takes the users; says with the verdicts who was refused.
pub(super) async fn take(database: &Database, run: &[Line]) -> Result<(Vec<Verdict>, Vec<UserId>), DbErr> {
    // Whoever registers beside this takes the next id, which must not be one of these.
    let (_turn, transaction) = database.begin_alone(Alone::PuttingUsers).await?;
    let mut known = load(&transaction, run).await?;
    let (mut verdicts, mut refused, mut new) = (Vec::with_capacity(run.len()), Vec::new(), Vec::new());
    for line in run {
        let user = match &line.item {
            Item::User(user) => user,
            Item::Unfit(Unfit::User(id)) => {
                refused.push(*id);
                continue;
            }
            _ => continue,
        };
        let verdict = known.judge(line.number, user);
        match verdict.took {
            Took::New => {
                known.add(user);
                new.push(user);
            }
            Took::There => {}
            Took::Refused => refused.push(user.id),
        }
        verdicts.push(verdict);
    }
    if let Some(newest) = new.iter().map(|user| user.id).max() {
        let rows = array(new.into_iter().map(row));
        transaction.execute_raw(statement(&transaction, INSERT, [rows.into()])).await?;
        if database.is_postgres() {
            transaction.query_one_raw(statement(&transaction, SKIP_IDS, [newest.get().into()])).await?;
        }
    }
    transaction.commit().await?;
    Ok((verdicts, refused))
}

async fn load(transaction: &DatabaseTransaction, run: &[Line]) -> Result<Known, DbErr> {
    let users = || run.iter().filter_map(|line| if let Item::User(user) = &line.item { Some(user) } else { None });
    let ids = array(users().map(|user| json!([user.id.get()])));
    let mut known = Known { users: HashMap::new(), names: HashMap::new() };
    for row in transaction.query_all_raw(statement(transaction, BY_ID, [ids.into()])).await? {
        let user = moved::user(&row)?;
        known.users.insert(user.id.get(), (user, row.try_get("u_", "username_key")?));
    }
    let keys = array(users().map(|user| json!([user.username_key().as_str()])));
    for row in transaction.query_all_raw(statement(transaction, BY_KEY, [keys.into()])).await? {
        known.names.insert(row.try_get("", "username_key")?, row.try_get("", "id")?);
    }
    Ok(known)
}

impl Known {
    fn add(&mut self, user: &MovedUser) {
        let key = user.username_key().as_str().to_owned();
        self.names.insert(key.clone(), user.id.get());
        self.users.insert(user.id.get(), (user.clone(), key));
    }

    fn judge(&self, line: u64, user: &MovedUser) -> Verdict {
        let refused = |code, detail: String| Verdict::refused(line, Finding::refused(code, detail));
        let id = user.id;
        let Some((here, key)) = self.users.get(&id.get()) else {
            return match self.names.get(user.username_key().as_str()) {
                _ if !id.may_be_chosen() => refused(codes::ID_TOO_HIGH, format!("{id} is past 2^52")),
                Some(other) => refused(codes::USERNAME_TAKEN, format!("user {other} has that name here")),
                None => Verdict { line, took: Took::New, findings: vec![] },
            };
        };
        // Somebody who was erased here must not come back by an old file; somebody who was not is not erased by one.
        if here.deleted_at.is_some() && user.deleted_at.is_none() {
            return refused(codes::USER_DELETED, format!("user {id} was erased here"));
        }
        let has_the_name = UsernameKey::of(user.username.as_str()).as_str() == key;
        // Who was called otherwise meanwhile came at the same moment all the same.
        if !has_the_name && here.created_at != user.created_at && user.deleted_at.is_none() {
            return refused(codes::USER_DIFFERS, format!("user {id} has another name here, and came at another time"));
        }
        let names = |user: &MovedUser| {
            let MovedUser { username, first_name, last_name, deleted_at, .. } = user;
            (username.clone(), first_name.clone(), last_name.clone(), deleted_at.is_some())
        };
        let kept = || Finding::noted(codes::USER_KEPT, format!("user {id} is here with other names, which stay"));
        let findings = if names(here) == names(user) { vec![] } else { vec![kept()] };
        Verdict { line, took: Took::There, findings }
    }
}

fn row(user: &MovedUser) -> serde_json::Value {
    json!([
        user.id.get(),
        user.username.as_str(),
        user.username_key().as_str(),
        user.first_name.as_str(),
        user.last_name.as_str(),
        user.password.as_ref().map(|password| password.as_phc()),
        user.created_at.as_millis(),
        user.suspended_at.map(Timestamp::as_millis),
        user.deleted_at.map(Timestamp::as_millis),
        user.signed_out_at.map(Timestamp::as_millis)
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::{full_scans, full_scans_of_postgres};

    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        for sql in [BY_ID, BY_KEY] {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql:?}");
        }
        // SQLite's plan has a look for entries that wait for their writer, which it takes only where a transaction has
        // written such entries: none does.
        assert_eq!(full_scans_of_postgres(INSERT.postgres).await, Vec::<String>::new());
    }
}
