//! What is said of an import: a line of JSON for each finding where that is asked for, and a summary for people. Knows
//! nothing of how lines are taken.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use handsel_domain::audit::Breach;
use handsel_domain::moving::Finding;
use handsel_storage::{Took, Unfit, Verdict, Verified};
use serde_json::{Value, json};

/// Findings that are printed; all of them are in the report.
const PRINTED_MAX: u64 = 20;

/// What lines are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Users,
    Blocks,
    Listings,
    Conversations,
    Entries,
    /// Nobody knows: the line cannot be read.
    Lines,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Blocks => "blocks",
            Self::Listings => "listings",
            Self::Conversations => "conversations",
            Self::Entries => "entries",
            Self::Lines => "lines",
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    new: u64,
    there: u64,
    refused: u64,
}

/// Counts, and writes findings down as they come.
pub(super) struct Report {
    file: Option<BufWriter<File>>,
    counts: BTreeMap<Kind, Count>,
    /// How often what was found, and whether it was taken nevertheless.
    codes: BTreeMap<(bool, &'static str), u64>,
    printed: u64,
    verified: Option<Verified>,
    error: Option<io::Error>,
}

impl Report {
    /// To that file, too, if one was named.
    pub(super) fn to(file: Option<&Path>) -> anyhow::Result<Self> {
        let create = |file: &Path| {
            let created = File::create(file).map(BufWriter::new);
            created.with_context(|| format!("the report {} cannot be written", file.display()))
        };
        let counted = [Kind::Users, Kind::Blocks, Kind::Listings, Kind::Conversations, Kind::Entries];
        Ok(Self {
            file: file.map(create).transpose()?,
            counts: counted.map(|kind| (kind, Count::default())).into(),
            codes: BTreeMap::new(),
            printed: 0,
            verified: None,
            error: None,
        })
    }

    pub(super) fn verdict(&mut self, verdict: &Verdict, kind: Kind) {
        let count = self.counts.entry(kind).or_default();
        match verdict.took {
            Took::New => count.new += 1,
            Took::There => count.there += 1,
            Took::Refused => count.refused += 1,
        }
        for finding in &verdict.findings {
            self.finding(verdict.line, finding);
        }
    }

    /// A line that cannot be read, and what it would have been.
    pub(super) fn unread(&mut self, line: u64, finding: &Finding, unfit: Option<Unfit>) {
        let kind = match unfit {
            Some(Unfit::User(_)) => Kind::Users,
            Some(Unfit::Block) => Kind::Blocks,
            Some(Unfit::Listing(_)) => Kind::Listings,
            Some(Unfit::Conversation(_)) => Kind::Conversations,
            Some(Unfit::Entry(_)) => Kind::Entries,
            None => Kind::Lines,
        };
        self.counts.entry(kind).or_default().refused += 1;
        self.finding(line, finding);
    }

    pub(super) fn finding(&mut self, line: u64, finding: &Finding) {
        let Finding { taken, code, detail } = finding;
        let times = self.codes.entry((*taken, *code)).or_default();
        *times += 1;
        if !taken && self.printed < PRINTED_MAX {
            eprintln!("line {line}  {code}  {detail}");
            self.printed += 1;
        }
        let kind = if *taken { "noted" } else { "refused" };
        self.line(&json!({"type": kind, "line": line, "code": code, "detail": detail}));
    }

    pub(super) fn breach(&mut self, breach: &Breach) {
        let seq = breach.seq.map(|seq| format!(" #{seq}")).unwrap_or_default();
        println!("{}  {}{seq}  {}", breach.code, breach.place, breach.detail);
        self.line(&json!({
            "type": "breach",
            "code": breach.code.name(),
            "place": breach.place.to_string(),
            "seq": breach.seq,
            "detail": breach.detail,
        }));
    }

    pub(super) fn says_what_was_taken(&self) {
        for (kind, Count { new, there, refused }) in &self.counts {
            println!("{}: {new} new, {there} there already, {refused} not taken", kind.name());
        }
        let refused: u64 = self.times(false);
        if refused > self.printed {
            println!("{} more were not taken than are listed; --report FILE has them all", refused - self.printed);
        }
        for ((taken, code), times) in &self.codes {
            println!("{} {code}: {times}", if *taken { "taken otherwise" } else { "not taken" });
        }
        if self.counts.values().all(|count| count.new == 0) {
            println!("Nothing was new, and nothing has changed.");
        }
    }

    pub(super) fn verified(&mut self, verified: Verified) {
        println!(
            "verified: {} conversations, {} entries, {} handshakes, {} breaches",
            verified.conversations, verified.entries, verified.handshakes, verified.breaches
        );
        self.verified = Some(verified);
    }

    fn times(&self, taken: bool) -> u64 {
        self.codes.iter().filter(|((is_taken, _), _)| *is_taken == taken).map(|(_, times)| times).sum()
    }

    /// Writes the sum; says whether everything was taken and nothing found.
    pub(super) fn end(mut self) -> anyhow::Result<bool> {
        let (refused, noted) = (self.times(false), self.times(true));
        let breaches = self.verified.map(|verified| verified.breaches);
        let mut sum = json!({"type": "summary", "refused": refused, "noted": noted, "breaches": breaches});
        for (kind, Count { new, there, refused }) in &self.counts {
            sum[kind.name()] = json!({"new": new, "there": there, "refused": refused});
        }
        self.line(&sum);
        self.flush()?;
        Ok(refused == 0 && breaches.unwrap_or_default() == 0)
    }

    fn line(&mut self, line: &Value) {
        let Some(file) = self.file.as_mut().filter(|_| self.error.is_none()) else { return };
        self.error = writeln!(file, "{line}").err();
    }

    /// What was found by now is in the file.
    pub(super) fn flush(&mut self) -> anyhow::Result<()> {
        let flushed = self.file.as_mut().map_or(Ok(()), Write::flush);
        self.error.take().map_or(flushed, Err).context("the report cannot be written")
    }
}
