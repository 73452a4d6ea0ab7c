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

/// A JWT that was revoked there since is good here no more either. It never goes back.
const SIGN_OUT: Sql = over!(
    (0 id bigint, 1 at bigint),
    "UPDATE users SET signed_out_at = asked.at FROM asked \
     WHERE users.id = asked.id AND (users.signed_out_at IS NULL OR users.signed_out_at < asked.at)"
);

/// Those who are here already, by id and by name.
struct Known {
    users: HashMap<i64, (MovedUser, String)>,
    names: HashMap<String, i64>,
}

/// What became of a run of users.
pub(super) struct Taken {
    pub(super) verdicts: Vec<Verdict>,
    /// Who was refused.
    pub(super) refused: Vec<UserId>,
    /// Who was erased where the file comes from, and so here.
    pub(super) erased: Vec<UserId>,
}

/// Takes the users.
pub(super) async fn take(database: &Database, run: &[Line]) -> Result<Taken, DbErr> {
    // Whoever registers beside this takes the next id, which must not be one of these.
    let (_turn, transaction) = database.begin_alone(Alone::PuttingUsers).await?;
    let mut known = load(&transaction, run).await?;
    let mut taken = Taken { verdicts: Vec::with_capacity(run.len()), refused: Vec::new(), erased: Vec::new() };
    let (mut new, mut signed_out) = (Vec::new(), Vec::new());
    for line in run {
        let user = match &line.item {
            Item::User(user) => user,
            Item::Unfit(Unfit::User(id)) => {
                taken.refused.push(*id);
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
            Took::There => signed_out.extend(user.signed_out_at.map(|at| json!([user.id.get(), at.as_millis()]))),
            Took::Refused => taken.refused.push(user.id),
        }
        if verdict.took != Took::Refused && user.deleted_at.is_some() {
            taken.erased.push(user.id);
        }
        taken.verdicts.push(verdict);
    }
    if let Some(newest) = new.iter().map(|user| user.id).max() {
        let rows = array(new.into_iter().map(row));
        transaction.execute_raw(statement(&transaction, INSERT, [rows.into()])).await?;
        if database.is_postgres() {
            transaction.query_one_raw(statement(&transaction, SKIP_IDS, [newest.get().into()])).await?;
        }
    }
    if !signed_out.is_empty() {
        transaction.execute_raw(statement(&transaction, SIGN_OUT, [array(signed_out).into()])).await?;
    }
    transaction.commit().await?;
    Ok(taken)
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
        Verdict { line, took: Took::There, findings: kept(here, user).into_iter().collect() }
    }
}

/// What of somebody stays as it is here, where the file says otherwise.
fn kept(here: &MovedUser, user: &MovedUser) -> Option<Finding> {
    let password = |user: &MovedUser| user.password.as_ref().map(|password| password.as_phc().to_owned());
    let names = |user: &MovedUser| (user.username.clone(), user.first_name.clone(), user.last_name.clone());
    let (is_erased, is_suspended) = (here.deleted_at.is_some(), here.suspended_at.is_some());
    let others: Vec<_> = [
        ("names", names(here) != names(user) || is_erased != user.deleted_at.is_some()),
        ("password", password(here) != password(user) && !is_erased),
        ("suspension", is_suspended != user.suspended_at.is_some() && !is_erased),
    ]
    .into_iter()
    .filter_map(|(what, differs)| differs.then_some(what))
    .collect();
    let detail = || format!("user {} is otherwise here; what stays: {}", user.id, others.join(", "));
    (!others.is_empty()).then(|| Finding::noted(codes::USER_KEPT, detail()))
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
        for sql in [BY_ID, BY_KEY, SIGN_OUT] {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql:?}");
        }
        // SQLite's plan has a look for entries that wait for their writer, which it takes only where a transaction has
        // written such entries: none does.
        assert_eq!(full_scans_of_postgres(INSERT.postgres).await, Vec::<String>::new());
    }
}
