//! What came of it all. Knows nothing of how it came about.

use std::fmt;
use std::time::Duration;

use super::happened::Happened;
use super::part::Stage;
use crate::checker::{Tally, Verdict};

/// What happened.
#[derive(Debug)]
pub struct Outcome {
    /// How often what failed, in each stage.
    pub stages: Vec<(Stage, Happened)>,
    /// How often what failed in all.
    pub happened: Happened,
    /// Sockets that were opened, the first of each client among them.
    pub sockets: u64,
    /// How often anyone tried until there was a socket again, at the most.
    pub most_tries: u64,
    /// How long anyone tried until there was a socket again, at the longest.
    pub longest_resume: Duration,
    /// How often anyone was told to come again though the database was there.
    pub put_off: u64,
    /// Whether the promises were kept. Whatever else went wrong is a breach, too.
    pub verdict: Verdict,
    /// What the servers have logged, one after the other.
    pub log: String,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stages, happened, sockets, most_tries, longest_resume, put_off, verdict, .. } = self;
        let Tally { sent, sent_again, settled, acknowledged, refused, maybe, maybe_there } = verdict.messages;
        for (stage, happened) in stages {
            writeln!(f, "failed    {stage}: {happened}")?;
        }
        if stages.len() > 1 {
            writeln!(f, "in all    {happened}")?;
        }
        let seconds = longest_resume.as_secs_f64();
        writeln!(
            f,
            "sockets   {sockets} opened, the longest wait for one {seconds:.1} s, the most attempts {most_tries}"
        )?;
        write!(
            f,
            "messages  {sent} sent, {sent_again} times again (a repeat settled {settled}), {acknowledged} acknowledged, {refused} refused, "
        )?;
        writeln!(f, "{maybe} without an answer, of which {maybe_there} are there")?;
        writeln!(f, "put off   {put_off} times by a server whose database was there")?;
        let Verdict { entries, repeats, cursors, steps, .. } = verdict;
        write!(f, "checked   {entries} entries given to clients, {repeats} of them repeats; {cursors} cursors; ")?;
        write!(f, "{steps} handshake steps stored")
    }
}
