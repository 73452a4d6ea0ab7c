//! Listings, taken in under their own names. Knows nothing of what is said about them.

use std::collections::{HashMap, HashSet};

use handsel_domain::ids::UserId;
use handsel_domain::listing::{ListingKind, ListingRef};
use handsel_domain::moving::{Finding, MovedListing, codes};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult};
use serde_json::json;

use super::{Item, Known, Line, Took, Unfit, Verdict};
use crate::database::{Alone, Database};
use crate::moved;
use crate::sql::{Sql, array, over, statement};

const BY_NAME: Sql = over!(
    (0 kind text, 1 number bigint),
    "SELECT ",
    moved::listing_columns!(),
    " FROM asked JOIN listings AS l ON l.kind = asked.kind AND l.id = asked.number"
);

/// Nobody is erased meanwhile: whoever erases waits for what is taken, and then finds it.
const OWNERS: Sql = Sql {
    sqlite: over!(
        (0 id bigint),
        "SELECT u.id AS id, u.deleted_at AS deleted_at FROM users AS u WHERE u.id IN (SELECT id FROM asked)"
    )
    .sqlite,
    postgres: over!(
        (0 id bigint),
        "SELECT u.id AS id, u.deleted_at AS deleted_at FROM asked JOIN users AS u ON u.id = asked.id \
         ORDER BY u.id FOR SHARE OF u"
    )
    .postgres,
};

const INSERT: Sql = over!(
    (0 kind text, 1 id bigint, 2 owner_id bigint, 3 title text, 4 description text, 5 status text, 6 created_at bigint),
    "INSERT INTO listings (kind, id, owner_id, title, description, status, created_at) \
     SELECT kind, id, owner_id, title, description, status, created_at FROM asked WHERE true ORDER BY slot"
);

/// Takes the listings, all of one kind; says with the verdicts which were refused.
pub(super) async fn take(
    database: &Database,
    run: &[Line],
    of_file: &Known,
) -> Result<(Vec<Verdict>, Vec<ListingRef>), DbErr> {
    // Whoever publishes beside this takes the next number of the kind, which must not be one of these.
    let is_offers =
        run.iter().any(|line| matches!(&line.item, Item::Listing(one) if one.listing.kind == ListingKind::Offer));
    let alone = if is_offers { Alone::NumberingOffers } else { Alone::NumberingNeeds };
    let (_turn, transaction) = database.begin_alone(alone).await?;
    let (mut known, owners) = load(&transaction, run).await?;
    let (mut verdicts, mut refused, mut new) = (Vec::with_capacity(run.len()), Vec::new(), Vec::new());
    for line in run {
        let listing = match &line.item {
            Item::Listing(listing) => listing,
            Item::Unfit(Unfit::Listing(listing)) => {
                refused.push(*listing);
                continue;
            }
            _ => continue,
        };
        let has_owner = owner(listing.owner, &owners, of_file);
        let verdict = match has_owner {
            Ok(()) => judge(line.number, listing, known.get(&listing.listing)),
            Err(finding) => Verdict::refused(line.number, finding),
        };
        match verdict.took {
            Took::New => {
                known.insert(listing.listing, listing.clone());
                new.push(row(listing));
            }
            Took::There => {}
            Took::Refused => refused.push(listing.listing),
        }
        verdicts.push(verdict);
    }
    if !new.is_empty() {
        transaction.execute_raw(statement(&transaction, INSERT, [array(new).into()])).await?;
    }
    transaction.commit().await?;
    Ok((verdicts, refused))
}

/// Whether its owner is one who may have it.
fn owner(owner: UserId, owners: &HashMap<i64, bool>, of_file: &Known) -> Result<(), Finding> {
    match owners.get(&owner.get()).filter(|_| !of_file.refused_users.contains(&owner)) {
        None => {
            let detail = format!("its owner is user {owner}, who was not taken and is not here");
            Err(Finding::refused(codes::USER_UNKNOWN, detail))
        }
        Some(is_erased) if of_file.would_bring_back(owner, *is_erased) => {
            Err(Finding::refused(codes::USER_DELETED, format!("its owner, user {owner}, was erased here")))
        }
        Some(_) => Ok(()),
    }
}

/// The listings that are here already, and which of the owners are, with whether they were erased.
async fn load(
    transaction: &DatabaseTransaction,
    run: &[Line],
) -> Result<(HashMap<ListingRef, MovedListing>, HashMap<i64, bool>), DbErr> {
    let listings = || run.iter().filter_map(|line| if let Item::Listing(one) = &line.item { Some(one) } else { None });
    let names = array(listings().map(|one| json!([one.listing.kind.name(), one.listing.number.get()])));
    let mut known = HashMap::new();
    for row in transaction.query_all_raw(statement(transaction, BY_NAME, [names.into()])).await? {
        let listing = moved::listing(&row)?;
        known.insert(listing.listing, listing);
    }
    let owners: HashSet<_> = listings().map(|one| one.owner).collect();
    let owners = array(owners.into_iter().map(|owner| json!([owner.get()])));
    let rows = transaction.query_all_raw(statement(transaction, OWNERS, [owners.into()])).await?;
    let erased =
        |row: &QueryResult| Ok((row.try_get("", "id")?, row.try_get::<Option<i64>>("", "deleted_at")?.is_some()));
    let owners = rows.iter().map(erased).collect::<Result<_, DbErr>>()?;
    Ok((known, owners))
}

fn judge(line: u64, listing: &MovedListing, here: Option<&MovedListing>) -> Verdict {
    let MovedListing { listing: name, owner, .. } = listing;
    let refused = |code, detail: String| Verdict::refused(line, Finding::refused(code, detail));
    match here {
        None if !name.number.may_be_chosen() => {
            refused(codes::ID_TOO_HIGH, format!("the number of {name} is past 2^52"))
        }
        None => Verdict { line, took: Took::New, findings: vec![] },
        Some(here) if here.owner != *owner => {
            refused(codes::LISTING_DIFFERS, format!("{name} is user {}'s here", here.owner))
        }
        Some(here) if here == listing => Verdict { line, took: Took::There, findings: vec![] },
        Some(_) => {
            let kept = Finding::noted(codes::LISTING_KEPT, format!("{name} says something else here, which stays"));
            Verdict { line, took: Took::There, findings: vec![kept] }
        }
    }
}

fn row(listing: &MovedListing) -> serde_json::Value {
    json!([
        listing.listing.kind.name(),
        listing.listing.number.get(),
        listing.owner.get(),
        listing.title.as_str(),
        listing.description.as_str(),
        listing.status.name(),
        listing.created_at.as_millis()
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans;

    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        for sql in [BY_NAME, OWNERS, INSERT] {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql:?}");
        }
    }
}
