//! The port `Listings` over the table of that name. Knows nothing of conversations.

use async_trait::async_trait;
use handsel_domain::Unavailable;
use handsel_domain::ids::{ListingNumber, UserId};
use handsel_domain::listing::{
    Description, Listing, ListingChange, ListingKind, ListingRef, ListingStatus, NewListing, Title,
};
use handsel_domain::ports::{InsertListingError, Listings, Put, PutListingError, SiteListing, UpdateListingError};
use handsel_domain::time::Timestamp;
use sea_orm::ActiveValue::{NotSet, Set, Unchanged};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Select, Value,
};

use crate::database::{Alone, Database};
use crate::entities::{listings, users};
use crate::errors::{corrupt, unavailable};
use crate::people;
use crate::sql::{Sql, statement};

pub(crate) struct SqlListings {
    database: Database,
}

impl SqlListings {
    pub(crate) fn new(database: Database) -> Self {
        Self { database }
    }
}

fn listing((row, owner): (listings::Model, Option<users::Model>)) -> Result<Listing, DbErr> {
    let owner = owner.ok_or_else(|| corrupt("owner", row.owner_id))?;
    Ok(Listing {
        listing: ListingRef {
            kind: ListingKind::from_name(&row.kind).ok_or_else(|| corrupt("listing kind", &row.kind))?,
            number: ListingNumber::new(row.id).map_err(|_| corrupt("listing id", row.id))?,
        },
        owner: people::person(owner.id, owner.username, &owner.first_name, &owner.last_name)?,
        title: Title::parse(&row.title).map_err(|_| corrupt("title", &row.title))?,
        description: Description::parse(&row.description).map_err(|_| corrupt("description of listing", row.id))?,
        status: ListingStatus::from_name(&row.status).ok_or_else(|| corrupt("listing status", &row.status))?,
        created_at: Timestamp::from_millis(row.created_at),
    })
}

fn by_name(listing: ListingRef) -> Select<listings::Entity> {
    listings::Entity::find_by_id((listing.kind.name().to_owned(), listing.number.get()))
}

async fn find<C: ConnectionTrait>(connection: &C, name: ListingRef) -> Result<Option<Listing>, DbErr> {
    by_name(name).find_also_related(users::Entity).one(connection).await?.map(listing).transpose()
}

fn numbering(kind: ListingKind) -> Alone {
    match kind {
        ListingKind::Offer => Alone::NumberingOffers,
        ListingKind::Need => Alone::NumberingNeeds,
    }
}

/// What a listing is put on, and kept so until it is put. On PostgreSQL whoever begins a conversation about it waits, and
/// then has the new owner.
const LOCK_LISTING: Sql = Sql {
    sqlite: "SELECT owner_id, created_at FROM listings WHERE kind = $1 AND id = $2",
    postgres: "SELECT owner_id, created_at FROM listings WHERE kind = $1 AND id = $2 FOR UPDATE",
};

const IS_TALKED_ABOUT: &str = "SELECT 1 FROM conversations WHERE listing_kind = $1 AND listing_id = $2 LIMIT 1";

/// An owner who is not erased meanwhile: whoever erases waits for what is published, and then finds it. Taken after the
/// listing, as by batches.
const LOCK_OWNER: Sql = Sql {
    sqlite: "SELECT id FROM users WHERE id = $1 AND deleted_at IS NULL",
    postgres: "SELECT id FROM users WHERE id = $1 AND deleted_at IS NULL FOR SHARE",
};

/// Whether the owner is there, and stays until the transaction ends.
async fn is_there(transaction: &DatabaseTransaction, owner: UserId) -> Result<bool, DbErr> {
    let found = transaction.query_one_raw(statement(transaction, LOCK_OWNER, [owner.get().into()])).await?;
    Ok(found.is_some())
}

/// Puts a listing within a transaction.
async fn put(
    transaction: &DatabaseTransaction,
    new: &SiteListing,
    now: Timestamp,
) -> Result<Result<Put<Listing>, PutListingError>, DbErr> {
    let SiteListing { listing: name, owner, title, description, status } = new;
    let key = || [name.kind.name().into(), name.number.get().into()];
    let found = |sql: Sql, values: Vec<Value>| transaction.query_one_raw(statement(transaction, sql, values));
    let before = found(LOCK_LISTING, key().into()).await?;
    if !is_there(transaction, *owner).await? {
        return Ok(Err(PutListingError::OwnerUnknown));
    }
    let before: Option<(i64, i64)> =
        before.map(|row| Ok::<_, DbErr>((row.try_get("", "owner_id")?, row.try_get("", "created_at")?))).transpose()?;
    let changes_owner = before.is_some_and(|(before, _)| before != owner.get());
    if changes_owner && found(Sql::same(IS_TALKED_ABOUT), key().into()).await?.is_some() {
        return Ok(Err(PutListingError::OwnerFixed));
    }
    let row = listings::ActiveModel {
        kind: Set(name.kind.name().to_owned()),
        id: Set(name.number.get()),
        owner_id: Set(owner.get()),
        title: Set(title.as_str().to_owned()),
        description: Set(description.as_str().to_owned()),
        status: Set(status.name().to_owned()),
        created_at: Set(before.map_or(now.as_millis(), |(_, created_at)| created_at)),
    };
    if before.is_some() {
        listings::Entity::update(row).exec(transaction).await?;
    } else {
        listings::Entity::insert(row).exec(transaction).await?;
    }
    let put = find(transaction, *name).await?.ok_or_else(|| corrupt("listing", name))?;
    Ok(Ok(if before.is_some() { Put::Kept(put) } else { Put::Created(put) }))
}

#[async_trait]
impl Listings for SqlListings {
    async fn insert(&self, new: NewListing) -> Result<Listing, InsertListingError> {
        let insert = async {
            // Under a lock, so that two who publish at the same moment get two numbers.
            let (_turn, transaction) = self.database.begin_alone(numbering(new.kind)).await?;
            if !is_there(&transaction, new.owner).await? {
                return Ok(Err(InsertListingError::OwnerErased));
            }
            let newest: Option<Option<i64>> = listings::Entity::find()
                .filter(listings::Column::Kind.eq(new.kind.name()))
                .select_only()
                .column_as(listings::Column::Id.max(), "newest")
                .into_tuple()
                .one(&transaction)
                .await?;
            let row = listings::ActiveModel {
                kind: Set(new.kind.name().to_owned()),
                id: Set(newest.flatten().unwrap_or(0) + 1),
                owner_id: Set(new.owner.get()),
                title: Set(new.title.as_str().to_owned()),
                description: Set(new.description.as_str().to_owned()),
                status: Set(ListingStatus::Open.name().to_owned()),
                created_at: Set(new.created_at.as_millis()),
            };
            let row = row.insert(&transaction).await?;
            let owner = users::Entity::find_by_id(row.owner_id).one(&transaction).await?;
            transaction.commit().await?;
            listing((row, owner)).map(Ok)
        };
        self.database.in_time(insert).await.map_err(unavailable)?
    }

    async fn put(&self, listing: SiteListing, now: Timestamp) -> Result<Put<Listing>, PutListingError> {
        let work = async {
            // Under the lock that numbers are given out by: the next one looks at those that are there.
            let (_turn, transaction) = self.database.begin_alone(numbering(listing.listing.kind)).await?;
            // On the heap: there is a statement for each case, and whoever waits for this holds them all.
            let put = Box::pin(put(&transaction, &listing, now)).await?;
            transaction.commit().await?;
            Ok(put)
        };
        self.database.in_time(work).await.map_err(unavailable)?
    }

    async fn find(&self, listing: ListingRef) -> Result<Option<Listing>, Unavailable> {
        self.database.in_time(find(&self.database.readers, listing)).await.map_err(unavailable)
    }

    async fn update(
        &self,
        name: ListingRef,
        caller: UserId,
        change: ListingChange,
    ) -> Result<Listing, UpdateListingError> {
        let look_up = async {
            let begun = self.database.begin_write().await?;
            // Whose it is must still hold when it is changed.
            let row = by_name(name).lock_exclusive().one(&begun).await?;
            Ok((begun, row))
        };
        let (begun, row) = self.database.in_time(look_up).await.map_err(unavailable)?;
        let row = row.ok_or(UpdateListingError::NotFound)?;
        if row.owner_id != caller.get() {
            return Err(UpdateListingError::NotOwner);
        }
        let changed = listings::ActiveModel {
            kind: Unchanged(row.kind),
            id: Unchanged(row.id),
            title: change.title.map_or(NotSet, |title| Set(title.as_str().to_owned())),
            description: change.description.map_or(NotSet, |text| Set(text.as_str().to_owned())),
            status: change.status.map_or(NotSet, |status| Set(status.name().to_owned())),
            ..Default::default()
        };
        let update = async {
            if changed.is_changed() {
                changed.update(&begun).await?;
            }
            if !is_there(&begun, caller).await? {
                begun.rollback().await?;
                return Ok(Err(UpdateListingError::OwnerErased));
            }
            let updated = find(&begun, name).await?;
            begun.commit().await?;
            updated.ok_or_else(|| corrupt("listing", name)).map(Ok)
        };
        self.database.in_time(update).await.map_err(unavailable)?
    }

    async fn page(
        &self,
        kind: ListingKind,
        before: Option<ListingNumber>,
        limit: u32,
    ) -> Result<Vec<Listing>, Unavailable> {
        let query = listings::Entity::find()
            .filter(listings::Column::Kind.eq(kind.name()))
            .filter(listings::Column::Id.lt(before.map_or(i64::MAX, ListingNumber::get)))
            .order_by_desc(listings::Column::Id)
            .limit(u64::from(limit))
            .find_also_related(users::Entity);
        let rows = self.database.in_time(query.all(&self.database.readers)).await.map_err(unavailable)?;
        rows.into_iter().map(listing).collect::<Result<_, _>>().map_err(unavailable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans;

    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        for sql in [LOCK_LISTING, LOCK_OWNER, Sql::same(IS_TALKED_ABOUT)] {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql:?}");
        }
    }
}
