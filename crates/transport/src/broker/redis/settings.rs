//! Where Redis is and which channels are ours, checked. Knows nothing of connections.

use std::fmt;
use std::str::FromStr;

use redis::{Client, IntoConnectionInfo};

/// Longest prefix of channels.
const PREFIX_BYTES_MAX: usize = 100;

/// The address of a Redis server, with its password if it has one.
#[derive(Clone)]
pub struct RedisUrl {
    client: Client,
    shown: String,
}

/// A text that is no address of a Redis server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedisUrlInvalid {
    /// Another scheme, or none.
    #[error(
        "write redis://HOST:PORT, or rediss://HOST:PORT for TLS, with :PASSWORD@ or USER:PASSWORD@ in front of the host"
    )]
    Scheme,
    /// The rest of it.
    #[error("this is no address of a Redis server: {0}")]
    Address(String),
}

impl RedisUrl {
    /// Without the password.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shown.fmt(f)
    }
}

impl FromStr for RedisUrl {
    type Err = RedisUrlInvalid;

    fn from_str(text: &str) -> Result<Self, RedisUrlInvalid> {
        let wrong = |error: redis::RedisError| RedisUrlInvalid::Address(error.to_string());
        let mut url = redis::parse_redis_url(text)
            .filter(|url| matches!(url.scheme(), "redis" | "rediss"))
            .filter(|url| url.has_host())
            .ok_or(RedisUrlInvalid::Scheme)?;
        if url.fragment().is_some() {
            return Err(RedisUrlInvalid::Address("nothing may follow a #".to_owned()));
        }
        let client = Client::open(text.into_connection_info().map_err(wrong)?).map_err(wrong)?;
        if url.password().is_some() {
            // An address with a host can have a password.
            let _ = url.set_password(Some("***"));
        } else if !url.username().is_empty() {
            // A password without the colon in front of it is one, too.
            let _ = url.set_username("***");
        }
        if url.query().is_some() {
            url.set_query(Some("***"));
        }
        Ok(Self { client, shown: url.into() })
    }
}

/// What the names of all channels begin with, so that several Handsels can share one Redis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedisPrefix(String);

/// A text that no name of a channel should begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write at most {PREFIX_BYTES_MAX} visible characters without a space, for instance handsel:")]
pub struct RedisPrefixInvalid;

impl RedisPrefix {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RedisPrefix {
    type Err = RedisPrefixInvalid;

    fn from_str(text: &str) -> Result<Self, RedisPrefixInvalid> {
        let fits = text.len() <= PREFIX_BYTES_MAX && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(RedisPrefixInvalid) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (text, shown) in [
            ("redis://cache", "redis://cache"),
            ("redis://:secret@cache:6380/2", "redis://:***@cache:6380/2"),
            ("redis://secret@cache", "redis://***@cache"),
            ("redis://cache?password=secret", "redis://cache?***"),
            ("rediss://ana:s%2Fecret@10.0.0.1:6379", "rediss://ana:***@10.0.0.1:6379"),
        ] {
            let url: RedisUrl = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((url.shown(), format!("{url:?}")), (shown, format!("{shown:?}")));
        }
    }

    #[test]
    fn anything_else_is_refused_without_quoting_it() {
        for bad in [
            "",
            "cache:6379",
            "http://:secret@cache",
            "unix:///run/redis.sock?pass=secret",
            "redis://",
            "redis://:secret@cache:x",
            "redis://:secret@cache/x",
            "rediss://:secret@cache/#insecure",
        ] {
            let error = bad.parse::<RedisUrl>().map(|url| url.shown).expect_err(bad).to_string();
            assert!(!error.contains("secret"), "{bad:?}: {error}");
        }
    }

    #[test]
    fn a_prefix_is_short_and_visible() {
        assert!("handsel:".parse::<RedisPrefix>().is_ok() && "".parse::<RedisPrefix>().is_ok());
        for bad in ["a b", "a\n", "ä", &"x".repeat(PREFIX_BYTES_MAX + 1)] {
            assert_eq!(bad.parse::<RedisPrefix>(), Err(RedisPrefixInvalid), "{bad:?}");
        }
    }
}
