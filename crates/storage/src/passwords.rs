//! The port `Passwords` by argon2id, on threads of its own. Knows nothing of users.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Block, Params, Version};
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

/// Random bytes of a salt.
const SALT_BYTES: usize = 16;

/// Most memory, passes and lanes that comparing with a hash of another site may take: the 19 MiB, 2 passes and 1 lane of
/// one's own leave room, and nobody's log-in may take a machine's memory.
const MEMORY_KIB_MAX: u32 = 128 * 1_024;
const PASSES_MAX: u32 = 16;
const LANES_MAX: u32 = 8;

/// Whether a text is a hash that a password can be compared with here, at a price that can be paid at each log-in.
pub fn can_compare_with(phc: &str) -> bool {
    let Ok(phc) = phc::PasswordHash::new(phc) else { return false };
    let known = Algorithm::try_from(phc.algorithm.as_str()).is_ok();
    let version = phc.version.map(Version::try_from).transpose().is_ok();
    let payable = Params::try_from(&phc).is_ok_and(|params| {
        params.m_cost() <= MEMORY_KIB_MAX && params.t_cost() <= PASSES_MAX && params.p_cost() <= LANES_MAX
    });
    known && version && payable && phc.salt.is_some() && phc.hash.is_some()
}

type Work = Box<dyn FnOnce(&mut Hasher) + Send>;

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
                let mut hasher = Hasher::default();
                while let Some(work) = next() {
                    work(&mut hasher);
                }
            });
        }
        Self { waiting }
    }
}

impl Argon2Passwords {
    async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Hasher) -> T + Send + 'static,
    ) -> Result<T, Unavailable> {
        let (answer, answered) = oneshot::channel();
        let work: Work = Box::new(move |hasher| {
            // Whoever asked may be gone.
            let _ = answer.send(work(hasher));
        });
        self.waiting.try_send(work).map_err(|_| {
            tracing::warn!("more passwords wait to be checked than can be");
            Unavailable
        })?;
        answered.await.map_err(|_| Unavailable)
    }
}

/// What a thread hashes with: its memory stays, from one password to the next.
#[derive(Default)]
struct Hasher {
    memory: Vec<Block>,
}

impl Hasher {
    fn output(&mut self, argon2: &Argon2<'_>, password: &Password, salt: &[u8], length: usize) -> Option<phc::Output> {
        self.memory.resize(argon2.params().block_count(), Block::default());
        let (mut output, password) = ([0; phc::Output::MAX_LENGTH], password.reveal().as_bytes());
        let output = output.get_mut(..length)?;
        argon2.hash_password_into_with_memory(password, salt, output, &mut self.memory).ok()?;
        phc::Output::new(output).ok()
    }

    fn hash(&mut self, password: &Password) -> Option<String> {
        let (argon2, mut salt) = (Argon2::default(), [0; SALT_BYTES]);
        getrandom::fill(&mut salt).ok()?;
        let hash = self.output(&argon2, password, &salt, Params::DEFAULT_OUTPUT_LEN)?;
        let phc = phc::PasswordHash {
            algorithm: Algorithm::default().ident(),
            version: Some(Version::default().into()),
            params: argon2.params().try_into().ok()?,
            salt: Some(phc::Salt::new(&salt).ok()?),
            hash: Some(hash),
        };
        Some(phc.to_string())
    }

    /// With the parameters of the stored hash, which may be of another time. Outputs are compared in constant time.
    fn verify(&mut self, password: &Password, stored: &str) -> Option<bool> {
        let phc = phc::PasswordHash::new(stored).ok()?;
        let algorithm = Algorithm::try_from(phc.algorithm.as_str()).ok()?;
        let version = phc.version.map(Version::try_from).transpose().ok()?.unwrap_or_default();
        let argon2 = Argon2::new(algorithm, version, Params::try_from(&phc).ok()?);
        let (salt, expected) = (phc.salt?, phc.hash?);
        Some(self.output(&argon2, password, salt.as_ref(), expected.len())? == expected)
    }

    /// What a password is compared with where there is none: the same work, and no match.
    fn nobodys(&mut self) -> &'static str {
        static NOBODYS: OnceLock<String> = OnceLock::new();
        let nobody = || Password::parse("nobody has this password").expect("long enough");
        NOBODYS.get_or_init(|| self.hash(&nobody()).unwrap_or_default())
    }
}

#[async_trait]
impl Passwords for Argon2Passwords {
    async fn hash(&self, password: Password) -> Result<PasswordHash, Unavailable> {
        self.apart(move |hasher| hasher.hash(&password)).await?.map(PasswordHash::new).ok_or(Unavailable)
    }

    async fn verify(&self, password: Password, stored: Option<PasswordHash>) -> Result<bool, Unavailable> {
        let verify = move |hasher: &mut Hasher| {
            let known = stored.is_some();
            let phc = stored.as_ref().map_or_else(|| hasher.nobodys(), |hash| hash.as_phc());
            let matches = hasher.verify(&password, phc).unwrap_or(false);
            known && matches
        };
        self.apart(verify).await
    }
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::PasswordVerifier;
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_alone() {
        let passwords = Argon2Passwords::default();
        let [right, wrong, nobodys] =
            ["correct horse", "battery staple", "nobody has this password"].map(|p| Password::parse(p).expect(p));
        let hash = passwords.hash(right.clone()).await.expect("room");
        assert!(hash.as_phc().starts_with("$argon2id$"), "{}", hash.as_phc());
        let as_others_read_it = phc::PasswordHash::new(hash.as_phc()).expect("a PHC string");
        assert_eq!(Argon2::default().verify_password(right.reveal().as_bytes(), &as_others_read_it), Ok(()));
        assert_ne!(passwords.hash(right.clone()).await.as_ref(), Ok(&hash), "each hash has a salt of its own");
        assert_eq!(passwords.verify(right, Some(hash.clone())).await, Ok(true));
        assert_eq!(passwords.verify(wrong, Some(hash)).await, Ok(false));
        assert_eq!(passwords.verify(nobodys, None).await, Ok(false), "nobody is nobody");
    }

    #[test]
    fn a_hash_of_another_site_is_known_by_its_form_and_its_price() {
        let of = |m: u32, t: u32| {
            format!("$argon2id$v=19$m={m},t={t},p=1$gZiV/M1gPc22ElAH/Jh1Hw$CWOrkoo7oJBQ/iyh7uJ0LO2aLEfrHwTWllSAxT0zRno")
        };
        for (hash, expected) in [
            (of(19_456, 2).as_str(), true),
            (of(131_072, 4).as_str(), true),
            (of(4_194_304, 2).as_str(), false),
            (of(19_456, 1_000).as_str(), false),
            ("pbkdf2_sha256$870000$salt$hash", false),
            ("$argon2id$v=19$m=19456,t=2,p=1", false),
            ("", false),
            ("!", false),
        ] {
            assert_eq!(can_compare_with(hash), expected, "{hash}");
        }
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
