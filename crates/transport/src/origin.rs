//! Which pages may use this server from a browser. Knows nothing of what they ask for.

use std::net::IpAddr;

use hyper::HeaderMap;
use hyper::header::{HOST, HeaderValue, ORIGIN};

/// Who may connect, as `docs/protocol.md` says: an `Origin` must equal the `Host` or be allowed; bound to loopback, every loopback
/// origin is allowed; no `Origin`, no browser.
#[derive(Clone, Debug, Default)]
pub struct OriginPolicy {
    allowed: Vec<String>,
    any_loopback: bool,
}

/// A text that is no origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no origin; write scheme://host or scheme://host:port, for instance https://example.org")]
pub struct OriginInvalid(String);

impl OriginPolicy {
    /// Allows these origins, and on a server bound to loopback every loopback origin.
    pub fn new(allowed: &[String], bound_to: IpAddr) -> Result<Self, OriginInvalid> {
        let parse = |text: &String| {
            let (scheme, rest) =
                text.trim_end_matches('/').split_once("://").ok_or_else(|| OriginInvalid(text.clone()))?;
            let plain = !scheme.is_empty() && !rest.is_empty() && !rest.contains(['/', '?', '#', '@', ' ', '*']);
            if plain { Ok(format!("{scheme}://{rest}").to_ascii_lowercase()) } else { Err(OriginInvalid(text.clone())) }
        };
        let allowed = allowed.iter().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { allowed, any_loopback: bound_to.is_loopback() })
    }

    /// Whether a request with these headers may be served.
    pub fn allows(&self, headers: &HeaderMap) -> bool {
        headers.get(ORIGIN).is_none_or(|origin| self.allows_origin(origin, headers))
    }

    /// Whether that origin may use a server that is addressed by these headers.
    pub fn allows_origin(&self, origin: &HeaderValue, headers: &HeaderMap) -> bool {
        let Ok(origin) = origin.to_str().map(str::to_ascii_lowercase) else { return false };
        let Some((scheme, authority)) = origin.split_once("://") else { return false };
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
        same_host(scheme, authority, &host)
            || self.allowed.contains(&origin)
            || (self.any_loopback && is_loopback(authority))
    }
}

/// A browser leaves a scheme's own port out of both, some clients out of one of them.
fn same_host(scheme: &str, authority: &str, host: &str) -> bool {
    let default_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return false,
    };
    !host.is_empty() && authority.trim_end_matches(default_port) == host.trim_end_matches(default_port)
}

fn is_loopback(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.ends_with(".localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(policy: &OriginPolicy, origin: &str, host: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::from_str(origin).expect("a header"));
        headers.insert(HOST, HeaderValue::from_str(host).expect("a header"));
        policy.allows(&headers)
    }

    #[test]
    fn an_origin_is_the_host_or_allowed() {
        let policy = OriginPolicy::new(&["https://Example.org/".to_owned()], [10, 0, 0, 1].into()).expect("an origin");
        for (origin, host, expected) in [
            ("https://market.test", "market.test", true),
            ("https://market.test", "market.test:443", true),
            ("http://market.test:8000", "market.test:8000", true),
            ("http://market.test:8000", "market.test:9000", false),
            ("https://example.org", "market.test", true),
            ("http://example.org", "market.test", false),
            ("https://example.org.evil.test", "market.test", false),
            ("http://localhost:3000", "market.test", false),
            ("null", "market.test", false),
            ("file://", "", false),
        ] {
            assert_eq!(allowed(&policy, origin, host), expected, "{origin} at {host}");
        }
        assert!(policy.allows(&HeaderMap::new()), "no origin, no browser");
    }

    #[test]
    fn on_loopback_every_loopback_origin_is_allowed() {
        let policy = OriginPolicy::new(&[], [127, 0, 0, 1].into()).expect("no origins");
        for (origin, expected) in [
            ("http://localhost:3000", true),
            ("http://127.0.0.1", true),
            ("http://[::1]:5173", true),
            ("http://shop.localhost", true),
            ("http://evil.test", false),
            ("http://localhost.evil.test", false),
            ("http://127.0.0.1.evil.test", false),
        ] {
            assert_eq!(allowed(&policy, origin, "127.0.0.1:8000"), expected, "{origin}");
        }
    }

    #[test]
    fn an_allowed_origin_is_scheme_and_host() {
        for bad in ["example.org", "https://", "https://example.org/path", "*", "https://*.example.org"] {
            assert!(OriginPolicy::new(&[bad.to_owned()], [127, 0, 0, 1].into()).is_err(), "{bad}");
        }
    }
}
