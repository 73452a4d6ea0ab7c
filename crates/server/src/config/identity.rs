//! Whose the users are, and by which keys the site that has them proves to be that site. Knows nothing of what a key opens.

use std::fmt;
use std::sync::Arc;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::{Loaded, Surface};
use crate::jwt::{Expected, Secret, SiteJwts};

/// Shortest admin key: as long as 16 random bytes in hexadecimal digits.
pub(crate) const ADMIN_KEY_CHARS_MIN: usize = 32;
/// Bytes of a key's hash that name the key.
const FINGERPRINT_BYTES: usize = 4;

/// Where users and listings come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdentitySource {
    /// Users register here, and publish here.
    Local,
    /// A site has them, and puts them here by its admin key.
    External,
}

/// Whose the users are, checked.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Where users and listings come from.
    pub source: IdentitySource,
    /// By which the site is known.
    pub admin_keys: AdminKeys,
    /// How its own JWTs are recognised; `None`: none is taken.
    pub jwts: Option<Arc<SiteJwts>>,
}

impl Identity {
    pub(super) fn new(loaded: &Loaded, surface: Surface) -> anyhow::Result<Self> {
        let source = loaded.settings.identity;
        let admin_keys = AdminKeys::new(&loaded.settings.admin_key).with_context(|| loaded.place("admin_key"))?;
        anyhow::ensure!(
            source == IdentitySource::Local || !admin_keys.is_empty() || !surface.http_api,
            "{}: external takes an admin key, by which the site puts its users and listings and asks for tokens; set \
             HANDSEL_ADMIN_KEY or HANDSEL_ADMIN_KEY_FILE to at least {ADMIN_KEY_CHARS_MIN} characters that the site \
             knows, too",
            loaded.place("identity")
        );
        Ok(Self { source, admin_keys, jwts: jwts(loaded)? })
    }
}

/// What a site's own JWTs are checked by, where it has any. What is empty is none: that is how a variable is switched off.
fn jwts(loaded: &Loaded) -> anyhow::Result<Option<Arc<SiteJwts>>> {
    let settings = &loaded.settings;
    let text = |setting: &Option<String>| setting.clone().filter(|text| !text.is_empty());
    let (secret, audience, issuer) =
        (text(&settings.jwt_secret), text(&settings.jwt_audience), text(&settings.jwt_issuer));
    let jwks_file = settings.jwt_jwks_file.clone().filter(|file| !file.as_os_str().is_empty());
    if secret.is_none() && jwks_file.is_none() {
        for (name, is_set) in [("jwt_audience", audience.is_some()), ("jwt_issuer", issuer.is_some())] {
            anyhow::ensure!(!is_set, "{}: no JWT is taken without --jwt-secret or --jwt-jwks-file", loaded.place(name));
        }
        return Ok(None);
    }
    let secret = secret.as_deref().map(Secret::new).transpose().with_context(|| loaded.place("jwt_secret"))?;
    let expected = Expected { audience, issuer };
    let jwts = SiteJwts::open(secret, jwks_file, expected).with_context(|| loaded.place("jwt_jwks_file"))?;
    Ok(Some(Arc::new(jwts)))
}

/// Which of the keys a caller has: never the key, but the beginning of its hash, which can be logged and kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdminKey([u8; FINGERPRINT_BYTES]);

impl AdminKey {
    fn of(hash: &[u8; 32]) -> Self {
        let mut fingerprint = [0; FINGERPRINT_BYTES];
        fingerprint.copy_from_slice(&hash[..FINGERPRINT_BYTES]);
        Self(fingerprint)
    }
}

impl fmt::Display for AdminKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The keys that count, as their hashes: what is compared is of one length, and what is printed gives nothing away.
#[derive(Clone, Default)]
pub struct AdminKeys(Vec<[u8; 32]>);

impl AdminKeys {
    /// Checks that each is one.
    pub fn new(keys: &[String]) -> anyhow::Result<Self> {
        for key in keys {
            // Without the key itself: this is printed, and may be logged.
            anyhow::ensure!(
                key.chars().count() >= ADMIN_KEY_CHARS_MIN,
                "an admin key has at least {ADMIN_KEY_CHARS_MIN} characters; make one with: openssl rand -hex 32"
            );
            anyhow::ensure!(
                key.bytes().all(|byte| byte.is_ascii_graphic()),
                "an admin key is made of printable ASCII characters without spaces; make one with: openssl rand -hex 32"
            );
        }
        Ok(Self(keys.iter().map(|key| Sha256::digest(key).into()).collect()))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What each can be called.
    pub fn fingerprints(&self) -> impl Iterator<Item = AdminKey> {
        self.0.iter().map(AdminKey::of)
    }

    /// Which of them that is, if any. It takes as long whichever it is, and however much of it is right.
    pub fn find(&self, given: &str) -> Option<AdminKey> {
        let given: [u8; 32] = Sha256::digest(given).into();
        let (mut is_any, mut found) = (Choice::from(0), 0);
        for (place, key) in (0_u64..).zip(&self.0) {
            let is_this = key.ct_eq(&given);
            is_any |= is_this;
            found = u64::conditional_select(&found, &place, is_this);
        }
        let found = usize::try_from(found).ok().filter(|_| is_any.into());
        found.and_then(|place| self.0.get(place)).map(AdminKey::of)
    }
}

impl fmt::Debug for AdminKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.fingerprints().map(|key| key.to_string())).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "an-old-key-of-more-than-32-characters";
    const NEW: &str = "a-new-key-of-more-than-32-characters!";

    fn keys(keys: &[&str]) -> anyhow::Result<AdminKeys> {
        AdminKeys::new(&keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn each_of_several_keys_is_found_and_nothing_else() {
        let both = keys(&[OLD, NEW]).expect("they are long enough");
        let names: Vec<_> = both.fingerprints().collect();
        assert_eq!([both.find(OLD), both.find(NEW)], [Some(names[0]), Some(names[1])]);
        assert_ne!(names[0], names[1]);
        for wrong in ["", &OLD[1..], &OLD[..OLD.len() - 1], &format!("{OLD} "), &OLD.to_uppercase(), "an-old-key"] {
            assert_eq!(both.find(wrong), None, "{wrong:?}");
        }
        assert_eq!(AdminKeys::default().find(""), None);
    }

    #[test]
    fn a_key_is_called_by_the_beginning_of_its_hash() {
        // As sha256sum has it.
        let hash = "54d67a52";
        let all = keys(&[OLD]).expect("it is long enough");
        assert_eq!(all.find(OLD).expect("it is one").to_string(), hash);
        assert_eq!(format!("{all:?}"), format!("[{hash:?}]"));
    }

    #[test]
    fn what_is_too_short_or_fits_no_header_is_no_key_and_is_not_shown() {
        for wrong in
            ["short-and-secret", "a key with spaces between its many words", "ein Schlüssel mit Umlauten und mehr"]
        {
            let errors = format!("{:#}", keys(&[OLD, wrong]).expect_err(wrong));
            assert!(errors.contains("openssl rand") && !errors.contains(wrong), "{errors}");
        }
        assert!(keys(&[&OLD[..ADMIN_KEY_CHARS_MIN]]).is_ok() && keys(&[&OLD[..ADMIN_KEY_CHARS_MIN - 1]]).is_err());
    }
}
