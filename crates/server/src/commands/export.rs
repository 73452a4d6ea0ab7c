//! `handsel export FILE`: writes everything that moves, a line at a time. Knows nothing of how a database is read, nor of
//! what stands in a line.

use std::io;
use std::path::Path;

use anyhow::Context;
use handsel_domain::ports::Clock;
use handsel_storage::{DatabaseUrl, Exported, Item};

use super::lines::{Lines, explained};
use super::load;
use super::progress::Progress;
use crate::cli::ExportArgs;
use crate::clock::SystemClock;
use crate::moving::{self, Passwords};

pub(super) async fn run(args: ExportArgs) -> anyhow::Result<()> {
    let loaded = load(&args, args.common.config.clone())?;
    let url: DatabaseUrl = loaded.settings.database_url.parse().with_context(|| loaded.place("database_url"))?;
    let passwords = if args.without_passwords { Passwords::LeftOut } else { Passwords::Included };
    let mut site = Site { lines: Lines::to(&args.file)?, passwords, progress: Progress::of_lines(0) };
    let exported = handsel_storage::export(&url, |exported| site.takes(exported)).await;
    let written = exported.and_then(|()| Ok(site.end()?));
    let written = written.map_err(|error| explained(error, &loaded, &url, &args.file))?;
    if args.file != Path::new("-") {
        println!("Exported {} to {}: {written} lines.", url.shown(), args.file.display());
    }
    Ok(())
}

/// A site as it is written down.
struct Site {
    lines: Lines,
    passwords: Passwords,
    progress: Progress,
}

impl Site {
    fn takes(&mut self, exported: Exported) -> io::Result<()> {
        let item = match exported {
            Exported::Begin(rows) => {
                self.progress = Progress::of_lines(rows);
                return self.lines.begin(&moving::header(SystemClock.now())?);
            }
            Exported::User(user) => Item::User(user),
            Exported::Block(block) => Item::Block(block),
            Exported::Listing(listing) => Item::Listing(listing),
            Exported::Conversation(conversation) => Item::Conversation(conversation),
            Exported::Entry(key, entry) => Item::Entry(key, entry),
        };
        let Some(line) = moving::line(&item, self.passwords)? else { return Ok(()) };
        self.progress.goes_on(1, 1);
        self.lines.line(&line)
    }

    /// Writes the last line; returns how many there are.
    fn end(mut self) -> io::Result<u64> {
        let lines = self.lines.count() + 1;
        self.lines.line(&moving::end(lines)?)?;
        self.lines.end()?;
        self.progress.ends();
        Ok(lines)
    }
}
