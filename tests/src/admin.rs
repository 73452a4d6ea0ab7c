//! A site that has an admin key: what it says of its users, and asks. Knows nothing of which calls there are.

use serde_json::{Value, json};

use crate::{Answer, Person, Server, http};

/// The key of servers that are started [`with_admin`](crate::Started::with_admin).
pub const ADMIN_KEY: &str = "the-admin-key-of-every-test-1234567890";

/// Whoever has the site's key.
#[derive(Clone, Debug)]
pub struct Admin {
    /// Where the admin API is: `127.0.0.1:PORT`.
    pub address: String,
    /// The key that is sent.
    pub key: String,
}

impl Admin {
    /// The site of a server that was started [`with_admin`](crate::Started::with_admin).
    pub fn of(server: &Server) -> Self {
        Self::at(&server.address, ADMIN_KEY)
    }

    /// With another key, or at another address.
    pub fn at(address: &str, key: &str) -> Self {
        Self { address: address.to_owned(), key: key.to_owned() }
    }

    /// GET
    pub async fn get(&self, path: &str) -> Answer {
        self.asks("GET", path, None).await
    }

    /// PUT with JSON.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.asks("PUT", path, Some(body)).await
    }

    /// POST with JSON.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.asks("POST", path, Some(body)).await
    }

    /// PATCH with JSON.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.asks("PATCH", path, Some(body)).await
    }

    /// DELETE
    pub async fn delete(&self, path: &str) -> Answer {
        self.asks("DELETE", path, None).await
    }

    async fn asks(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        http::request(&self.address, method, path, Some(&self.key), body).await
    }

    /// Puts a user of that id, who was not there before.
    pub async fn has_user(&self, id: i64, username: &str) -> Value {
        self.put(&format!("/api/admin/users/{id}/"), json!({"username": username})).await.is(201).clone()
    }

    /// Gets a token for a user of that id, who has logged in at the site.
    pub async fn logs_in(&self, id: i64) -> Person {
        let granted = self.post("/api/admin/tokens/", json!({"user_id": id})).await;
        Person::new(&self.address, granted.is(201))
    }
}
