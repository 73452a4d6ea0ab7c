//! What a sender is called: first and last name, or the username where both are empty.

use handsel_tests::{Person, Server};
use serde_json::json;

use crate::wire::pair::Pair;

/// Registers someone with these names and logs them in.
async fn called(server: &Server, username: &str, first_name: &str, last_name: &str) -> Person {
    let registration = json!({"username": username, "password": format!("{username}'s password"),
        "first_name": first_name, "last_name": last_name});
    server.post("/api/auth/register/", registration).await.is(201);
    server.logs_in(username).await
}

#[tokio::test]
async fn a_full_name_is_first_and_last_name_or_else_the_username() {
    let mut pair = Pair::strangers().await;
    for (username, first_name, last_name, full_name) in [
        ("user1", "User", "One", "User One"),
        ("first", "User", "", "User"),
        ("last", "", "One", "One"),
        ("neither", "", "", "neither"),
        ("spaces", "  ", " ", "spaces"),
        ("accents", "Zoë", "Ångström", "Zoë Ångström"),
    ] {
        let person = called(&pair.server, username, first_name, last_name).await;
        let mut socket = person.opens(&pair.offer).await;
        socket.says("Hello!").await;
        let seen = socket.hears_message("Hello!").await;
        assert_eq!(seen["sender"], json!({"id": person.id, "username": username, "full_name": full_name}));
        assert_eq!(pair.anas.hears_message("Hello!").await, seen);
    }
}
