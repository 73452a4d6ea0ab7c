//! `handsel verify`: prints what breaks a promise, as lines or as JSON, and says so by its status. Knows nothing of the
//! promises, nor of how the database is read.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use anyhow::Context;
use handsel_domain::audit::{Breach, Place};
use handsel_storage::{DatabaseUrl, Verified, VerifyError};
use serde_json::{Value, json};

use super::load;
use crate::cli::VerifyArgs;

/// Most breaches that the JSON lists: it is one object, which somebody holds in memory.
const JSON_BREACHES_MAX: usize = 1_000;

/// Something was found.
const BREACH: u8 = 1;
/// It is not known whether there is anything to be found.
const NOT_VERIFIED: u8 = 2;

/// Ends with 0 where nothing was found, with 1 where something was, and with 2 where that is not known.
pub(super) async fn run(args: VerifyArgs) -> ExitCode {
    match verify(args).await {
        Ok(Verified { breaches: 0, .. }) => ExitCode::SUCCESS,
        Ok(_) => BREACH.into(),
        Err(error) => {
            eprintln!("handsel: {error:#}");
            NOT_VERIFIED.into()
        }
    }
}

async fn verify(args: VerifyArgs) -> anyhow::Result<Verified> {
    let loaded = load(&args, args.common.config.clone())?;
    let url: DatabaseUrl = loaded.settings.database_url.parse().with_context(|| loaded.place("database_url"))?;
    let mut output = Output { out: io::stdout(), error: None };
    let verified = if args.json { as_json(&url, &mut output).await } else { as_text(&url, &mut output).await };
    let verified = verified
        .map_err(|error| anyhow::anyhow!("{error}{}", advice(&error)))
        .with_context(|| format!("{}: database {}", loaded.place("database_url"), url.shown()))?;
    output.end().context("what was found cannot be printed")?;
    Ok(verified)
}

/// What to do about it.
fn advice(error: &VerifyError) -> &'static str {
    match error {
        VerifyError::Missing | VerifyError::Foreign => "; name Handsel's with --database-url",
        VerifyError::Older => "; bring it up to date with `handsel migrate`, or use the version that made it",
        VerifyError::Newer(_) => "; use that version or a later one",
        VerifyError::Unreadable(_) => "",
    }
}

/// A line for each breach as soon as it is found.
async fn as_text(url: &DatabaseUrl, output: &mut Output<impl Write>) -> Result<Verified, VerifyError> {
    let line = |Breach { code, place, seq, detail }: Breach| {
        let seq = seq.map(|seq| format!(" #{seq}")).unwrap_or_default();
        output.line(format_args!("{code}  {place}{seq}  {detail}"));
    };
    let verified = handsel_storage::verify(url, line).await?;
    let Verified { conversations, entries, handshakes, breaches } = verified;
    let count = |number: u64, one: &str, more: &str| format!("{number} {}", if number == 1 { one } else { more });
    let found = match breaches {
        0 => "nothing is wrong".to_owned(),
        breaches => count(breaches, "breach", "breaches"),
    };
    output.line(format_args!(
        "{}: {}, {}, {}: {found}",
        url.shown(),
        count(conversations, "conversation", "conversations"),
        count(entries, "entry", "entries"),
        count(handshakes, "handshake", "handshakes"),
    ));
    Ok(verified)
}

/// One object once everything is read.
async fn as_json(url: &DatabaseUrl, output: &mut Output<impl Write>) -> Result<Verified, VerifyError> {
    let mut listed = Vec::new();
    let list = |breach| {
        if listed.len() < JSON_BREACHES_MAX {
            listed.push(object(breach));
        }
    };
    let verified = handsel_storage::verify(url, list).await?;
    let Verified { conversations, entries, handshakes, breaches } = verified;
    let report = json!({
        "database": url.shown(),
        "conversations": conversations,
        "entries": entries,
        "handshakes": handshakes,
        "breach_count": breaches,
        "breaches": listed,
    });
    output.line(format_args!("{report}"));
    Ok(verified)
}

fn object(Breach { code, place, seq, detail }: Breach) -> Value {
    let (conversation, table, row) = match place {
        Place::Conversation(key) => (Some(key.to_string()), None, None),
        Place::Row { table, row } => (None, Some(table), Some(row)),
        Place::File => (None, None, None),
    };
    json!({
        "code": code.name(),
        "conversation": conversation,
        "seq": seq,
        "table": table,
        "row": row,
        "detail": detail,
    })
}

/// Where lines go, until that fails: what is read goes on to be counted.
struct Output<W> {
    out: W,
    error: Option<io::Error>,
}

impl<W: Write> Output<W> {
    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        if self.error.is_none() {
            self.error = writeln!(self.out, "{text}").err();
        }
    }

    /// Whoever has read enough, as `head` does, has the status still.
    fn end(self) -> io::Result<()> {
        match self.error {
            Some(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
            Some(_) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use handsel_domain::audit::BreachCode;

    #[test]
    fn every_code_is_explained_to_operators() {
        let documentation = include_str!("../../../../docs/verify.md");
        for code in BreachCode::ALL {
            assert!(documentation.contains(&format!("`{code}`")), "{code} is not explained");
        }
    }
}
