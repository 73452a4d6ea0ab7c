//! What a server must not have to say, whatever happens to it. Knows nothing of why it would.

/// Whether a line says that something is broken: a panic, or an error, with or without colours.
pub(super) fn is_grave(line: &str) -> bool {
    let plain = without_escapes(line);
    plain.contains("panicked") || plain.split_whitespace().any(|word| word == "ERROR")
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
