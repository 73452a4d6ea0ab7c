//! How the receiver of a request knows that it is ours and new: Standard Webhooks. Knows nothing of what is said.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use handsel_domain::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What a secret begins with.
const PREFIX: &str = "whsec_";
/// Shortest secret, in bytes.
const SECRET_BYTES_MIN: usize = 24;
/// Longest secret, in bytes.
const SECRET_BYTES_MAX: usize = 64;

/// One or several secrets. Each signs, so that a receiver can be given another one without a gap.
#[derive(Clone)]
pub struct Secrets(Vec<Vec<u8>>);

/// A text that is no list of secrets; it is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a secret is {PREFIX} and the Base64 of {SECRET_BYTES_MIN} to {SECRET_BYTES_MAX} random bytes; several have spaces between them"
)]
pub struct SecretsInvalid;

impl FromStr for Secrets {
    type Err = SecretsInvalid;

    fn from_str(text: &str) -> Result<Self, SecretsInvalid> {
        let secret = |text: &str| {
            let secret = STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?;
            (SECRET_BYTES_MIN..=SECRET_BYTES_MAX).contains(&secret.len()).then_some(secret)
        };
        let secrets: Option<Vec<_>> = text.split_whitespace().map(secret).collect();
        secrets.filter(|secrets| !secrets.is_empty()).map(Self).ok_or(SecretsInvalid)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

/// What stands in the headers of a signed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// `webhook-id`: what is said, the same however often it is said.
    pub id: String,
    /// `webhook-timestamp`: when it is said this time, in seconds.
    pub timestamp: String,
    /// `webhook-signature`: `v1,` and a signature, for each secret.
    pub signature: String,
}

impl Secrets {
    /// Signs what is said under that name at that moment.
    pub fn sign(&self, id: &str, now: Timestamp, body: &[u8]) -> Signed {
        let timestamp = now.as_millis().div_euclid(1_000).to_string();
        let one = |secret: &Vec<u8>| {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
            for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
                mac.update(part);
            }
            format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
        };
        let signatures: Vec<_> = self.0.iter().map(one).collect();
        Signed { id: id.to_owned(), timestamp, signature: signatures.join(" ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    #[test]
    fn the_specifications_example_is_signed_as_there() {
        let secrets: Secrets = SECRET.parse().expect("a secret");
        let at = Timestamp::from_millis(1_614_265_330_999);
        let signed = secrets.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, br#"{"test": 2432232314}"#);
        assert_eq!(signed.timestamp, "1614265330");
        assert_eq!(signed.signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn each_secret_signs() {
        let other = format!("whsec_{}", STANDARD.encode([7; 64]));
        let both: Secrets = format!(" {SECRET}\n{other} ").parse().expect("two secrets");
        let sign = |secrets: &Secrets| secrets.sign("a", Timestamp::from_millis(0), b"{}").signature;
        let [one, two] = [SECRET, &other].map(|secret| sign(&secret.parse().expect("a secret")));
        assert_eq!(sign(&both), format!("{one} {two}"));
        assert!(!format!("{both:?}").contains("MfKQ"), "{both:?}");
    }

    #[test]
    fn what_is_too_short_or_no_secret_is_refused() {
        let of = |bytes: usize| format!("whsec_{}", STANDARD.encode(vec![1; bytes]));
        assert!(of(24).parse::<Secrets>().is_ok() && of(64).parse::<Secrets>().is_ok());
        for text in ["", " ", "whsec_", "secret", &of(23), &of(65), &of(32)[6..], &format!("{} x", of(32))] {
            assert_eq!(text.parse::<Secrets>().err(), Some(SecretsInvalid), "{text:?}");
        }
    }
}
