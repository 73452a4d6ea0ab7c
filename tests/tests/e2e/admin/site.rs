//! A site that signs JWTs of its own in every way that there is. Knows nothing of what is tested with them.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use handsel_tests::signer::{Signer, key_set};
use handsel_tests::{Admin, Person, Server, Started};
use serde_json::{Value, json};

use super::scene::with_listing;

/// The secret of its HS256.
pub(super) const SECRET: &str = "the-secret-of-the-sites-own-jwts-0123456789";
pub(super) const AUDIENCE: &str = "handsel";
pub(super) const ISSUER: &str = "https://site.example";

/// Seconds since 1970.
pub(super) fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    i64::try_from(now).expect("before the end of time")
}

/// What is said for that user, with these claims changed; null takes one away.
pub(super) fn claims_of(user: i64, changed: &Value) -> Value {
    let mut claims = json!({
        "sub": user.to_string(), "exp": now() + 3_600, "iat": now(), "aud": ["other", AUDIENCE], "iss": ISSUER,
    });
    for (name, value) in changed.as_object().expect("an object of claims") {
        match value {
            Value::Null => claims.as_object_mut().expect("an object").remove(name),
            _ => claims.as_object_mut().expect("an object").insert(name.clone(), value.clone()),
        };
    }
    claims
}

/// With the users 5, ana, and 6, bob, and Ana's `offer_1`.
pub(super) struct Site {
    pub(super) server: Server,
    pub(super) admin: Admin,
    pub(super) secret: Signer,
    pub(super) rsa: Signer,
    pub(super) p256: Signer,
    pub(super) ed25519: Signer,
    keys: PathBuf,
}

impl Site {
    pub(super) async fn open() -> Self {
        Self::open_with(Started::fresh()).await
    }

    /// On a server that is started in a way of its own.
    pub(super) async fn open_with(started: Started) -> Self {
        let (rsa, p256, ed25519) = (Signer::rsa(), Signer::p256(), Signer::ed25519());
        let keys = started.directory().join("keys.json");
        let set = key_set(&[rsa.jwk("rsa"), p256.jwk("p256"), ed25519.jwk("ed25519"), unusable()]);
        std::fs::write(&keys, set).expect("a file");
        let (server, admin) = with_listing(Self::taking(started)).await;
        Self { server, admin, secret: Signer::secret(SECRET), rsa, p256, ed25519, keys }
    }

    /// Started so that it takes them.
    pub(super) fn taking(started: Started) -> Started {
        started.variable("HANDSEL_JWT_SECRET", SECRET).with(&[
            "--jwt-jwks-file",
            "keys.json",
            "--jwt-audience",
            AUDIENCE,
            "--jwt-issuer",
            ISSUER,
        ])
    }

    /// Replaces the file of keys, at once as a whole.
    pub(super) fn writes_keys(&self, text: &str) {
        let new = self.keys.with_extension("new");
        std::fs::write(&new, text).expect("a file");
        std::fs::rename(new, &self.keys).expect("it is replaced");
    }

    /// One of each algorithm.
    pub(super) fn signers(&self) -> [&Signer; 4] {
        [&self.secret, &self.rsa, &self.p256, &self.ed25519]
    }

    /// Somebody with a JWT of that signer, by the name that its key has in the file.
    pub(super) fn person(&self, user: i64, signer: &Signer, changed: &Value) -> Person {
        let name = match signer {
            Signer::Secret(_) => None,
            Signer::Rsa(_) => Some("rsa"),
            Signer::P256(_) => Some("p256"),
            Signer::Ed25519(_) => Some("ed25519"),
        };
        Person {
            address: self.server.address.clone(),
            id: user,
            username: format!("user {user}"),
            token: signer.jwt(name, &claims_of(user, changed)),
        }
    }
}

/// A key for others that may stand in a set.
fn unusable() -> Value {
    json!({"kty": "RSA", "kid": "enc", "use": "enc", "alg": "RSA-OAEP", "n": "AQAB", "e": "AQAB"})
}
