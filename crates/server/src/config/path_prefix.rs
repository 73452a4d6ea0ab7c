//! Under which path everything is served. Knows nothing of what is served there.

use std::fmt;
use std::str::FromStr;

/// Longest prefix in bytes, for a proxy's sake as much as for ours.
const PREFIX_BYTES_MAX: usize = 200;

/// A path in front of all others, without a slash at its end: `/handsel`, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathPrefix(String);

/// What was written is no such path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a path prefix is segments of letters, digits and .-_~ between slashes, none of them . or .., at most {PREFIX_BYTES_MAX} bytes; write for instance /handsel"
)]
pub struct PathPrefixInvalid;

impl PathPrefix {
    /// What stands in front of a path: nothing, or `/handsel`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing stands in front.
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// What is left of a path behind the prefix; `None` where the path is outside of it.
    pub fn strip<'a>(&self, path: &'a str) -> Option<&'a str> {
        path.strip_prefix(&self.0).filter(|rest| self.is_none() || rest.is_empty() || rest.starts_with('/'))
    }
}

impl FromStr for PathPrefix {
    type Err = PathPrefixInvalid;

    fn from_str(written: &str) -> Result<Self, PathPrefixInvalid> {
        let prefix = written.strip_suffix('/').unwrap_or(written);
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_~".contains(&byte);
        let is_segment = |segment: &str| !matches!(segment, "" | "." | "..") && segment.bytes().all(allowed);
        let is_path = |path: &str| path.strip_prefix('/').is_some_and(|path| path.split('/').all(is_segment));
        let fits = prefix.len() <= PREFIX_BYTES_MAX && (prefix.is_empty() || is_path(prefix));
        if fits { Ok(Self(prefix.to_owned())) } else { Err(PathPrefixInvalid) }
    }
}

impl fmt::Display for PathPrefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_a_path_and_its_last_slash_is_optional() {
        for (written, expected) in [
            ("", Some("")),
            ("/", Some("")),
            ("/handsel", Some("/handsel")),
            ("/handsel/", Some("/handsel")),
            ("/apps/handsel-2", Some("/apps/handsel-2")),
            ("handsel", None),
            ("//", None),
            ("/a//b", None),
            ("/../etc", None),
            ("/a b", None),
            ("/a?b", None),
            ("/%61", None),
            ("https://market.example/handsel", None),
        ] {
            let parsed = written.parse::<PathPrefix>().ok();
            assert_eq!(parsed.as_ref().map(PathPrefix::as_str), expected, "{written:?}");
        }
        assert_eq!(format!("/{}", "a".repeat(PREFIX_BYTES_MAX)).parse::<PathPrefix>(), Err(PathPrefixInvalid));
    }

    #[test]
    fn only_whole_segments_are_inside() {
        let prefix: PathPrefix = "/handsel".parse().expect("a prefix");
        for (path, expected) in [
            ("/handsel", Some("")),
            ("/handsel/", Some("/")),
            ("/handsel/api/offers/", Some("/api/offers/")),
            ("/handsels/api/offers/", None),
            ("/api/offers/", None),
            ("/", None),
        ] {
            assert_eq!(prefix.strip(path), expected, "{path}");
        }
        assert_eq!(PathPrefix::default().strip("/api/offers/"), Some("/api/offers/"));
        assert_eq!(PathPrefix::default().strip("/"), Some("/"));
    }
}
