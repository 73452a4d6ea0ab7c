//! Users, tokens and listings, page by page, each row by itself. Knows nothing of conversations.

use std::fmt::Display;

use handsel_domain::audit::{self, Breach, BreachCode, Place};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};

use super::dialect::{is_text, is_whole};
use super::source::Source;
use super::{Report, rows};
use crate::sql::{Sql, both, statement};

/// Rows of one page.
const PAGE_ROWS: i64 = 500;

const USERS: &str = "SELECT id, username, username_key, first_name, last_name, created_at, suspended_at, deleted_at \
    FROM users WHERE id > $1 ORDER BY id LIMIT $2";

const TOKENS: &str = "SELECT t.id, t.user_id, t.hash, t.created_at, t.expires_at, t.revoked_at, u.id AS found_user_id \
    FROM tokens AS t LEFT JOIN users AS u ON u.id = t.user_id WHERE t.id > $1 ORDER BY t.id LIMIT $2";

macro_rules! listings {
    ($database:ident) => {
        concat!(
            "SELECT l.kind, l.id, l.owner_id, l.title, l.description, l.status, l.created_at, u.id AS found_owner_id",
            " FROM listings AS l LEFT JOIN users AS u ON u.id = l.owner_id WHERE (l.kind, l.id) > ($1, $2) AND ",
            is_text!($database, "l.kind"),
            " AND ",
            is_whole!($database, "l.id"),
            " ORDER BY l.kind, l.id LIMIT $3"
        )
    };
}

const LISTINGS: Sql = both!(listings);

pub(super) async fn verify<F: FnMut(Breach)>(source: &mut Source, report: &mut Report<F>) -> Result<(), DbErr> {
    each_row(source, report, USERS, vec![i64::MIN.into()], |row| {
        let id: i64 = row.try_get_by("id")?;
        let breaches = rows::user(row).map_or_else(|why| unreadable("users", id, why), |user| audit::user(&user));
        Ok((vec![id.into()], breaches))
    })
    .await?;
    each_row(source, report, TOKENS, vec![i64::MIN.into()], |row| {
        let id: i64 = row.try_get_by("id")?;
        let breaches = rows::token(row).map_or_else(|why| unreadable("tokens", id, why), |token| audit::token(&token));
        Ok((vec![id.into()], breaches))
    })
    .await?;
    each_row(source, report, LISTINGS, vec!["".into(), i64::MIN.into()], |row| {
        let (kind, id): (String, i64) = (row.try_get_by("kind")?, row.try_get_by("id")?);
        let name = || format!("{}_{id}", kind.escape_debug());
        let breaches = rows::listing(row)
            .map_or_else(|why| unreadable("listings", name(), why), |listing| audit::listing(&listing));
        Ok((vec![kind.into(), id.into()], breaches))
    })
    .await
}

fn unreadable(table: &'static str, row: impl Display, why: String) -> Vec<Breach> {
    vec![Breach { code: BreachCode::RowUnreadable, place: Place::row(table, row), seq: None, detail: why }]
}

/// Reads a table to its end. `judge` says of a row what orders it, and what is wrong with it.
async fn each_row<F: FnMut(Breach)>(
    source: &mut Source,
    report: &mut Report<F>,
    sql: impl Into<Sql>,
    mut after: Vec<Value>,
    judge: impl Fn(&QueryResult) -> Result<(Vec<Value>, Vec<Breach>), DbErr>,
) -> Result<(), DbErr> {
    let sql = sql.into();
    loop {
        let values: Vec<_> = after.iter().cloned().chain([PAGE_ROWS.into()]).collect();
        let page = source
            .snapshot(async |transaction| transaction.query_all_raw(statement(transaction, sql, values.clone())).await)
            .await?;
        if page.is_empty() {
            return Ok(());
        }
        for row in &page {
            let (place, breaches) = judge(row)?;
            after = place;
            report.add(breaches);
        }
    }
}
