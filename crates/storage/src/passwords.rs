//! The port `Passwords` by argon2id, off the threads that serve others. Knows nothing of users.

use std::sync::{Arc, OnceLock};

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc};
use async_trait::async_trait;
use handsel_domain::password::{Password, PasswordHash};
use handsel_domain::ports::Passwords;
use tokio::sync::Semaphore;

/// Passwords hashed at the same time: each takes 19 MiB and a core, so a storm of log-ins must queue.
const HASHES_AT_ONCE_MAX: usize = 2;

/// Argon2id with the crate's defaults, which are OWASP's: 19 MiB, 2 passes, 1 lane.
pub struct Argon2Passwords {
    places: Arc<Semaphore>,
}

impl Default for Argon2Passwords {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(HASHES_AT_ONCE_MAX)) }
    }
}

impl Argon2Passwords {
    async fn apart<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let done = tokio::task::spawn_blocking(move || {
            // Held until the work ends, even if the caller gives up in the meantime.
            let _place = place;
            work()
        });
        done.await.expect("hashing does not panic, and is not cancelled before the runtime ends")
    }
}

fn hash(password: &Password) -> String {
    Argon2::default().hash_password(password.reveal().as_bytes()).expect("the default parameters are valid").to_string()
}

/// What a password is compared with where there is none: the same work, and no match.
fn nobodys() -> &'static str {
    static NOBODYS: OnceLock<String> = OnceLock::new();
    NOBODYS.get_or_init(|| hash(&Password::parse("nobody has this password").expect("long enough")))
}

#[async_trait]
impl Passwords for Argon2Passwords {
    async fn hash(&self, password: Password) -> PasswordHash {
        PasswordHash::new(self.apart(move || hash(&password)).await)
    }

    async fn verify(&self, password: Password, stored: Option<PasswordHash>) -> bool {
        let verify = move || {
            let known = stored.is_some();
            let phc = stored.as_ref().map_or_else(|| nobodys(), |hash| hash.as_phc());
            let matches = phc::PasswordHash::new(phc)
                .is_ok_and(|phc| Argon2::default().verify_password(password.reveal().as_bytes(), &phc).is_ok());
            known && matches
        };
        self.apart(verify).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_alone() {
        let passwords = Argon2Passwords::default();
        let [right, wrong, nobodys] =
            ["correct horse", "battery staple", "nobody has this password"].map(|p| Password::parse(p).expect(p));
        let hash = passwords.hash(right.clone()).await;
        assert!(hash.as_phc().starts_with("$argon2id$"), "{}", hash.as_phc());
        assert_ne!(passwords.hash(right.clone()).await, hash, "each hash has a salt of its own");
        assert!(passwords.verify(right, Some(hash.clone())).await);
        assert!(!passwords.verify(wrong, Some(hash)).await);
        assert!(!passwords.verify(nobodys, None).await, "nobody is nobody");
    }
}
