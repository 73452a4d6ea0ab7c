//! What a site that has its own users says of them: who there is, by the site's own ids. Knows nothing of how the site
//! proves to be one.

use std::sync::Arc;

use crate::Unavailable;
use crate::ids::UserId;
use crate::ports::{Clock, Put, PutUserError, SiteUser, Users};
use crate::user::User;

/// A site's users.
pub struct Directory {
    users: Arc<dyn Users>,
    clock: Arc<dyn Clock>,
}

impl Directory {
    /// Over these ports.
    pub fn new(users: Arc<dyn Users>, clock: Arc<dyn Clock>) -> Self {
        Self { users, clock }
    }

    /// Makes the user of that id, or calls the one who has it so.
    pub async fn put_user(&self, user: SiteUser) -> Result<Put<User>, PutUserError> {
        self.users.put(user, self.clock.now()).await
    }

    /// The user of that id.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, Unavailable> {
        self.users.by_id(id).await
    }
}
