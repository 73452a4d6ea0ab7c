//! Reads a logbook of handshakes and says what is agreed: a program that uses the rules of Handsel and nothing else of it.
//! Knows nothing of the rules.

mod book;
mod line;

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use anyhow::{Context, Result};

use book::{Book, Outcome};
use line::Line;

fn main() -> Result<ExitCode> {
    let (mut book, mut refused) = (Book::default(), 0_u64);
    let mut said = io::stdout().lock();
    for (index, text) in io::stdin().lock().lines().enumerate() {
        let (text, number) = (text.context("the logbook is no text")?, index + 1);
        if text.trim().is_empty() || text.starts_with('#') {
            continue;
        }
        let line: Line = text.parse().with_context(|| format!("line {number}"))?;
        let key = line.conversation.key();
        match book.enter(&line) {
            Outcome::Taken(handshake) => {
                writeln!(said, "{number}: {key}#{} is {}", handshake.started, handshake.state.name())?;
            }
            Outcome::Repeated => writeln!(said, "{number}: {key} stays as it is")?,
            Outcome::Refused(why) => {
                refused += 1;
                writeln!(said, "{number}: {key} refuses: {why}")?;
            }
        }
    }
    for (key, handshake) in book.live() {
        let note = handshake.note.as_ref().map(|note| format!(": {}", note.as_str())).unwrap_or_default();
        writeln!(said, "open: {key}#{} is {}{note}", handshake.started, handshake.state.name())?;
    }
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::from(2) })
}
