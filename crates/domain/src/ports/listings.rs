//! Listings, as a port. Knows nothing of SQL.

use async_trait::async_trait;

use crate::Unavailable;
use crate::ids::{ListingNumber, UserId};
use crate::listing::{Listing, ListingChange, ListingKind, ListingRef, NewListing};

/// Why a listing was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpdateListingError {
    /// No such listing.
    #[error("there is no such listing")]
    NotFound,
    /// It belongs to someone else.
    #[error("only the owner may change a listing")]
    NotOwner,
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
            Self::Unavailable(_) => Unavailable::CODE,
        }
    }
}

/// What is offered and needed.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Listings: Send + Sync {
    /// Must give the listing the next number of its kind, one each even where two insert at the same moment.
    async fn insert(&self, listing: NewListing) -> Result<Listing, Unavailable>;

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
