//! A small site behind an admin key: two users and a listing. Knows nothing of what is tested with them.

use handsel_tests::{Admin, Server, Started};
use serde_json::json;

/// The server's site, which has put the users 5, ana, and 6, bob.
pub(super) async fn with_users(started: Started) -> (Server, Admin) {
    let server = started.with_admin().start().await;
    let admin = Admin::of(&server);
    admin.has_user(5, "ana").await;
    admin.has_user(6, "bob").await;
    (server, admin)
}

/// [`with_users`], and with Ana's `offer_1`.
pub(super) async fn with_listing(started: Started) -> (Server, Admin) {
    let (server, admin) = with_users(started).await;
    admin.put("/api/admin/listings/offer_1/", json!({"owner_id": 5, "title": "Bike repair"})).await.is(201);
    (server, admin)
}
