//! Publishing, changing and browsing listings. Knows nothing of what is said about them.

use std::sync::Arc;

use crate::Unavailable;
use crate::ids::{ListingNumber, UserId};
use crate::listing::{Description, Listing, ListingChange, ListingKind, ListingRef, NewListing, Title};
use crate::ports::{Clock, InsertListingError, Listings, UpdateListingError};

/// Offers and needs.
pub struct Market {
    listings: Arc<dyn Listings>,
    clock: Arc<dyn Clock>,
}

impl Market {
    /// Over these ports.
    pub fn new(listings: Arc<dyn Listings>, clock: Arc<dyn Clock>) -> Self {
        Self { listings, clock }
    }

    /// Publishes an offer or a need.
    pub async fn publish(
        &self,
        owner: UserId,
        kind: ListingKind,
        title: Title,
        description: Description,
    ) -> Result<Listing, InsertListingError> {
        self.listings.insert(NewListing { kind, owner, title, description, created_at: self.clock.now() }).await
    }

    /// The listing of that name.
    pub async fn find(&self, listing: ListingRef) -> Result<Option<Listing>, Unavailable> {
        self.listings.find(listing).await
    }

    /// Changes a listing, for its owner alone.
    pub async fn change(
        &self,
        listing: ListingRef,
        caller: UserId,
        change: ListingChange,
    ) -> Result<Listing, UpdateListingError> {
        self.listings.update(listing, caller, change).await
    }

    /// Those of the kind with a number below `before`, newest first, at most `limit`.
    pub async fn browse(
        &self,
        kind: ListingKind,
        before: Option<ListingNumber>,
        limit: u32,
    ) -> Result<Vec<Listing>, Unavailable> {
        self.listings.page(kind, before, limit).await
    }
}
