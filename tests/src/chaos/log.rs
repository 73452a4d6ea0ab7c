//! What a server must not have to say, whatever happens to it. Knows nothing of why it would.

use std::time::SystemTime;

/// What a server has to say where its database went away under it.
const SAID_OF_NO_DATABASE: [&str; 2] = ["the database did not do what it was asked", "the answer to a commit was lost"];
/// Why: what a connection, PostgreSQL or the pool says then. Anything else is no outage.
const CAUSES: [&str; 5] = [
    "error communicating with database",
    "terminating connection ",
    "the database system is ",
    "Connection pool timed out",
    "no answer within ",
];

/// Whether a line says that something is broken: a panic, or an error, with or without colours.
pub(super) fn is_grave(line: &str) -> bool {
    let plain = without_escapes(line);
    plain.contains("panicked") || plain.split_whitespace().any(|word| word == "ERROR")
}

/// When a line was said, if it says that the database was away.
pub(super) fn tells_of_no_database(line: &str) -> Option<SystemTime> {
    let plain = without_escapes(line);
    let has_one = |of: &[&str]| of.iter().any(|said| plain.contains(said));
    let at = plain.split_whitespace().next()?;
    humantime::parse_rfc3339(at).ok().filter(|_| has_one(&SAID_OF_NO_DATABASE) && has_one(&CAUSES))
}

/// The text without the sequences that tell a terminal which colour comes.
fn without_escapes(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let first = parts.next().unwrap_or_default();
    // A sequence ends with its first letter.
    let rest = parts.map(|part| part.split_once(|char: char| char.is_ascii_alphabetic()).map_or("", |(_, text)| text));
    std::iter::once(first).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_seen_with_and_without_colours() {
        for (line, grave) in [
            ("2026-11-23T05:34:06.836712Z ERROR handsel::serve: the writer has ended", true),
            (
                "\u{1b}[2m2026-11-23T05:34:06.836712Z\u{1b}[0m \u{1b}[31mERROR\u{1b}[0m \u{1b}[2mhandsel::serve\u{1b}[0m\
                 \u{1b}[2m:\u{1b}[0m the writer has ended",
                true,
            ),
            ("thread 'tokio-rt-worker' panicked at crates/server/src/serve.rs:1:1:", true),
            ("2026-11-23T05:34:06.836712Z  WARN handsel::serve: ERRORS are many", false),
            (
                "\u{1b}[2m2026-11-23T05:34:06.836712Z\u{1b}[0m \u{1b}[33m WARN\u{1b}[0m \u{1b}[2mhandsel::serve\u{1b}[0m\
                 \u{1b}[2m:\u{1b}[0m the database is slow",
                false,
            ),
        ] {
            assert_eq!(is_grave(line), grave, "{line}");
        }
    }
    #[test]
    fn a_database_that_was_away_is_told_from_one_that_is_wrong() {
        let said = |error| {
            let said = "ERROR handsel_storage::errors: the database did not do what it was asked";
            tells_of_no_database(&format!("2026-11-23T13:05:10.000001Z {said} error={error}")).is_some()
        };
        for (error, away) in [
            ("Query Error: error communicating with database: Connection reset by peer (os error 104)", true),
            ("Query Error: error returned from database: terminating connection due to administrator command", true),
            ("Failed to acquire connection from pool: Connection pool timed out", true),
            ("Query Error: error returned from database: deadlock detected", false),
            ("Type Error: stored seq 0 is not one", false),
        ] {
            assert_eq!(said(error), away, "{error}");
        }
        assert_eq!(
            tells_of_no_database("thread 'tokio-rt-worker' panicked at src/x.rs:1:1: terminating connection "),
            None
        );
    }
}
