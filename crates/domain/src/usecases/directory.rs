//! What a site that has its own users says of them: who there is, what they have published, who is logged in. Knows
//! nothing of how the site proves to be one.

use std::sync::Arc;
use std::time::Duration;

use super::Grant;
use crate::Unavailable;
use crate::ids::UserId;
use crate::listing::Listing;
use crate::ports::{Clock, Listings, Put, PutListingError, PutUserError, SiteListing, SiteUser, Tokens, Users};
use crate::user::User;

/// Why a site got no token for a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// No such user.
    #[error("there is no user with this id; put the user first: PUT /api/admin/users/ID/")]
    UnknownUser,
    /// Suspended users get none.
    #[error("this user is suspended")]
    Suspended,
    /// The storage did not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl GrantError {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownUser => "user_not_found",
            Self::Suspended => "user_suspended",
            Self::Unavailable(_) => Unavailable::CODE,
        }
    }
}

/// A site's users and listings.
pub struct Directory {
    users: Arc<dyn Users>,
    listings: Arc<dyn Listings>,
    tokens: Arc<dyn Tokens>,
    clock: Arc<dyn Clock>,
}

impl Directory {
    /// Over these ports.
    pub fn new(
        users: Arc<dyn Users>,
        listings: Arc<dyn Listings>,
        tokens: Arc<dyn Tokens>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { users, listings, tokens, clock }
    }

    /// Makes the user of that id, or calls the one who has it so.
    pub async fn put_user(&self, user: SiteUser) -> Result<Put<User>, PutUserError> {
        if !user.id.may_be_chosen() {
            return Err(PutUserError::IdTooHigh);
        }
        self.users.put(user, self.clock.now()).await
    }

    /// The user of that id.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, Unavailable> {
        self.users.by_id(id).await
    }

    /// Makes the listing of that name, or changes the one that has it to be so.
    pub async fn put_listing(&self, listing: SiteListing) -> Result<Put<Listing>, PutListingError> {
        if !listing.listing.number.may_be_chosen() {
            return Err(PutListingError::NumberTooHigh);
        }
        self.listings.put(listing, self.clock.now()).await
    }

    /// Issues a token to somebody who has logged in at the site.
    pub async fn log_in(&self, user: UserId, lifetime: Duration) -> Result<Grant, GrantError> {
        let user = self.users.by_id(user).await?.ok_or(GrantError::UnknownUser)?;
        if user.suspended {
            return Err(GrantError::Suspended);
        }
        let now = self.clock.now();
        let expires_at = now.plus(lifetime);
        let token = self.tokens.issue(user.person.id, now, expires_at).await?;
        Ok(Grant { token, expires_at, user })
    }

    /// Revokes all that speaks for somebody who has logged out at the site; returns how many tokens that were, `None`
    /// where there is no such user.
    pub async fn log_out(&self, user: UserId) -> Result<Option<u64>, Unavailable> {
        if self.users.by_id(user).await?.is_none() {
            return Ok(None);
        }
        self.tokens.revoke_all(user, self.clock.now()).await.map(Some)
    }
}
