//! What a server must not have to say, whatever happens to it. Knows nothing of why it would.

/// What a server has to say where its database went away under it, whatever the database's own words are.
const SAID_OF_NO_DATABASE: [&str; 2] = ["the database did not do what it was asked", "the answer to a commit was lost"];

/// Whether a line says that something is broken: a panic, or an error, with or without colours.
pub(super) fn is_grave(line: &str) -> bool {
    let plain = without_escapes(line);
    plain.contains("panicked") || plain.split_whitespace().any(|word| word == "ERROR")
}

/// Whether a line says that the database was away, as it may where it is.
pub(super) fn tells_of_no_database(line: &str) -> bool {
    SAID_OF_NO_DATABASE.iter().any(|said| line.contains(said))
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
}
