//! The port `Passwords` by argon2id, on threads of its own. Knows nothing of users.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc};
use async_trait::async_trait;
use handsel_domain::Unavailable;
use handsel_domain::password::{Password, PasswordHash};
use handsel_domain::ports::Passwords;
use tokio::sync::{mpsc, oneshot};

/// Passwords hashed at the same time: each takes 19 MiB and a core. They are threads that stay, since memory of that
/// size that wanders over many threads is given back by none of them.
const HASHING_THREADS: usize = 2;
/// Passwords that wait for a thread, about 5 s of work; past it a log-in is refused rather than kept waiting.
const WAITING_MAX: usize = 256;

type Work = Box<dyn FnOnce() + Send>;

/// Argon2id with the crate's defaults, which are OWASP's: 19 MiB, 2 passes, 1 lane.
pub struct Argon2Passwords {
    /// The threads end when this is dropped.
    waiting: mpsc::Sender<Work>,
}

impl Default for Argon2Passwords {
    fn default() -> Self {
        let (waiting, work) = mpsc::channel::<Work>(WAITING_MAX);
        let work = Arc::new(Mutex::new(work));
        for _ in 0..HASHING_THREADS {
            let work = Arc::clone(&work);
            thread::spawn(move || {
                // The lock is held while waiting, and given on before the work begins.
                let next = || work.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
                while let Some(work) = next() {
                    work();
                }
            });
        }
        Self { waiting }
    }
}

impl Argon2Passwords {
    async fn apart<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Unavailable> {
        let (answer, answered) = oneshot::channel();
        let work = Box::new(move || {
            // Whoever asked may be gone.
            let _ = answer.send(work());
        });
        self.waiting.try_send(work).map_err(|_| {
            tracing::warn!("more passwords wait to be checked than can be");
            Unavailable
        })?;
        answered.await.map_err(|_| Unavailable)
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
    async fn hash(&self, password: Password) -> Result<PasswordHash, Unavailable> {
        Ok(PasswordHash::new(self.apart(move || hash(&password)).await?))
    }

    async fn verify(&self, password: Password, stored: Option<PasswordHash>) -> Result<bool, Unavailable> {
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
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_alone() {
        let passwords = Argon2Passwords::default();
        let [right, wrong, nobodys] =
            ["correct horse", "battery staple", "nobody has this password"].map(|p| Password::parse(p).expect(p));
        let hash = passwords.hash(right.clone()).await.expect("room");
        assert!(hash.as_phc().starts_with("$argon2id$"), "{}", hash.as_phc());
        assert_ne!(passwords.hash(right.clone()).await.as_ref(), Ok(&hash), "each hash has a salt of its own");
        assert_eq!(passwords.verify(right, Some(hash.clone())).await, Ok(true));
        assert_eq!(passwords.verify(wrong, Some(hash)).await, Ok(false));
        assert_eq!(passwords.verify(nobodys, None).await, Ok(false), "nobody is nobody");
    }

    #[tokio::test]
    async fn one_too_many_is_refused_rather_than_kept_waiting() {
        let passwords = Argon2Passwords::default();
        let password = Password::parse("correct horse").expect("a password");
        let asked = (0..2 * WAITING_MAX).map(|_| passwords.verify(password.clone(), None));
        let mut asked: Vec<_> = asked.collect();
        let refused = asked.iter_mut().filter_map(|asked| match asked.as_mut().now_or_never() {
            Some(Err(Unavailable)) => Some(()),
            Some(Ok(_)) | None => None,
        });
        assert!(refused.count() > 0, "{WAITING_MAX} places and twice as many who ask");
    }
}
