//! Listings, as a port. Knows nothing of SQL.

use async_trait::async_trait;

use crate::Unavailable;
use crate::ids::{ListingNumber, UserId};
use crate::listing::{Description, Listing, ListingChange, ListingKind, ListingRef, ListingStatus, NewListing, Title};
use crate::time::Timestamp;

use super::Put;

/// Why a listing was not published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InsertListingError {
    /// Its owner was erased, at this very moment perhaps.
    #[error("the account was erased")]
    OwnerErased,
    /// The storage did not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Why a listing was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpdateListingError {
    /// No such listing.
    #[error("there is no such listing")]
    NotFound,
    /// It belongs to someone else.
    #[error("only the owner may change a listing")]
    NotOwner,
    /// The owner was erased, at this very moment perhaps.
    #[error("the account was erased")]
    OwnerErased,
    /// The storage did not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl UpdateListingError {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotFound => "listing_not_found",
            Self::NotOwner => "not_owner",
            Self::OwnerErased => "token_revoked",
            Self::Unavailable(_) => Unavailable::CODE,
        }
    }
}

/// A listing as the site has it, which keeps the site's number here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteListing {
    /// Its name, with the site's own number.
    pub listing: ListingRef,
    /// Who published it at the site.
    pub owner: UserId,
    /// What it is called.
    pub title: Title,
    /// What it says of itself.
    pub description: Description,
    /// Whether it takes new conversations.
    pub status: ListingStatus,
}

/// Why a listing was not put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PutListingError {
    /// No such user, or one who was erased.
    #[error("its owner is not known here; put the user first: PUT /api/admin/users/ID/")]
    OwnerUnknown,
    /// Somebody has written about it: a conversation is with its owner for ever.
    #[error(
        "somebody has written to its owner, and a conversation is never given to another one; close it and put a new one"
    )]
    OwnerFixed,
    /// It would leave no numbers for those that are published later.
    #[error("a site's own numbers of listings go up to 2^52, which is 4503599627370496")]
    NumberTooHigh,
    /// The storage did not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl PutListingError {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OwnerUnknown => "owner_unknown",
            Self::OwnerFixed => "listing_owner_fixed",
            Self::NumberTooHigh => "id_too_high",
            Self::Unavailable(_) => Unavailable::CODE,
        }
    }
}

/// What is offered and needed.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Listings: Send + Sync {
    /// Must give the listing the next number of its kind, one each even where two insert at the same moment. Must refuse
    /// an owner who was erased; one who is erased at the same moment keeps no text. So must `put` and `update`.
    async fn insert(&self, listing: NewListing) -> Result<Listing, InsertListingError>;

    /// Must make the listing of that name, or change the one that has it to be so; when it was published stays as it was.
    /// Must refuse another owner once a conversation about it has begun, and a first entry at the same moment either
    /// goes to the new owner or keeps the old one. Two who put the same name at the same moment make one listing. No
    /// number that was put may be given to another listing by [`Listings::insert`] later.
    async fn put(&self, listing: SiteListing, now: Timestamp) -> Result<Put<Listing>, PutListingError>;

    /// Must find the listing of that name.
    async fn find(&self, listing: ListingRef) -> Result<Option<Listing>, Unavailable>;

    /// Must change what is given, where `caller` owns it, and return the listing as it is then.
    async fn update(
        &self,
        listing: ListingRef,
        caller: UserId,
        change: ListingChange,
    ) -> Result<Listing, UpdateListingError>;

    /// Must return those of the kind with a number below `before`, newest first, at most `limit`.
    async fn page(
        &self,
        kind: ListingKind,
        before: Option<ListingNumber>,
        limit: u32,
    ) -> Result<Vec<Listing>, Unavailable>;
}
