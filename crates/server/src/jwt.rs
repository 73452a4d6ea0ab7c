//! A site's own tokens: JWTs that it signs, taken instead of tokens that are issued here. Knows nothing of who is known here,
//! nor of where a token comes in.
//!
//! - `keys`: which signatures are believed, each with the one algorithm that its key decides.
//! - `claims`: what a JWT says, and for whom and how long.
//! - `signatures`: the cryptography, by `ring`.

mod claims;
mod keys;
mod signatures;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use anyhow::Context;
use handsel_domain::ports::{Claims, JwtRefused, Jwts};
use handsel_domain::time::Timestamp;
use handsel_domain::token::Token;
use tokio_util::sync::CancellationToken;

pub use claims::Expected;
pub use keys::Secret;

use keys::Keys;

/// How often the file with the keys is looked at.
const FILE_LOOK_INTERVAL: Duration = Duration::from_secs(2);
/// Largest file of keys, in bytes.
const FILE_BYTES_MAX: u64 = 256 * 1024;

/// The port `Jwts` over the keys of a site.
pub struct SiteJwts {
    secret: Option<Secret>,
    file: Option<PathBuf>,
    /// Replaced as a whole where the file has changed.
    keys: RwLock<Arc<Keys>>,
    expected: Expected,
}

impl fmt::Debug for SiteJwts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SiteJwts").field("file", &self.file).field("expected", &self.expected).finish_non_exhaustive()
    }
}

impl SiteJwts {
    /// Over that secret, and the public keys in that file, a JSON Web Key Set, which is read now.
    pub fn open(secret: Option<Secret>, file: Option<PathBuf>, expected: Expected) -> anyhow::Result<Self> {
        signatures::install();
        let text = file.as_deref().map(read).transpose()?;
        let keys = Keys::new(secret.as_ref(), text.as_deref())?;
        Ok(Self { secret, file, keys: RwLock::new(Arc::new(keys)), expected })
    }

    /// Reads the file again where it has changed, so that keys are replaced without a restart. What cannot be read or has
    /// no key leaves those that are there.
    pub async fn watch(self: Arc<Self>, stop: CancellationToken) {
        let Some(file) = self.file.clone() else { return };
        let mut last = Some(self.keys().source().to_owned());
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(FILE_LOOK_INTERVAL) => {}
            }
            let path = file.clone();
            let Ok(found) = tokio::task::spawn_blocking(move || read(&path)).await else { continue };
            let (now, keys) = match found {
                Ok(text) if last.as_ref() == Some(&text) => continue,
                Ok(text) => (Some(text.clone()), Keys::new(self.secret.as_ref(), Some(&text))),
                Err(_) if last.is_none() => continue,
                Err(error) => (None, Err(error)),
            };
            last = now;
            match keys {
                Ok(keys) => {
                    tracing::info!(keys = keys.len(), "the keys of the site's JWTs are read anew (jwt_jwks_file)");
                    *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
                }
                Err(error) => tracing::error!(
                    error = format!("{error:#}"),
                    "the keys of the site's JWTs cannot be read anew (jwt_jwks_file); those that were read before go on"
                ),
            }
        }
    }

    fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Jwts for SiteJwts {
    fn check(&self, jwt: &Token, now: Timestamp) -> Result<Claims, JwtRefused> {
        let said = self.keys().verified(jwt.reveal()).map_err(|reason| {
            // For whoever sets it up. The caller is not told how near an attempt came.
            tracing::debug!(reason, "a JWT was refused");
            JwtRefused::Invalid
        })?;
        said.check(&self.expected, now)
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    let what = || format!("cannot read {}", file.display());
    let bytes = std::fs::metadata(file).with_context(what)?.len();
    anyhow::ensure!(bytes <= FILE_BYTES_MAX, "{} has more than {FILE_BYTES_MAX} bytes", file.display());
    std::fs::read_to_string(file).with_context(what)
}
