//! `handsel user export USER [FILE]`: writes all that is held about one person, a line at a time. Knows nothing of how a
//! database is read, nor of what stands in a line.

use std::io;
use std::path::Path;

use anyhow::Context;
use handsel_domain::ports::Clock;
use handsel_domain::user::UsernameKey;
use handsel_storage::{DatabaseUrl, Held, Whom};

use super::nobody;
use crate::cli::WhichUser;
use crate::clock::SystemClock;
use crate::commands::lines::{Lines, explained};
use crate::commands::load;
use crate::moving;

/// The database is only looked at: it is not brought up to date, and no server has to hear of anything.
pub(super) async fn run(WhichUser { user, common }: WhichUser, file: &Path) -> anyhow::Result<()> {
    let loaded = load(&common, common.config.clone())?;
    let url: DatabaseUrl = loaded.settings.database_url.parse().with_context(|| loaded.place("database_url"))?;
    let whom = match user.strip_prefix("id:") {
        Some(id) => Whom::Id(id.parse()?),
        None => Whom::Name(UsernameKey::of(&user)),
    };
    let mut lines = Lines::to(file)?;
    let found = handsel_storage::held_about(&url, &whom, |held| takes(&mut lines, &held)).await;
    let written = match found {
        Ok(false) => anyhow::bail!(nobody(&user)),
        Ok(true) => ends(lines).map_err(Into::into),
        Err(error) => Err(error),
    };
    let written = written.map_err(|error| explained(error, &loaded, &url, file))?;
    if file != Path::new("-") {
        println!("Exported what is held about {user} to {}: {written} lines.", file.display());
    }
    Ok(())
}

fn takes(lines: &mut Lines, held: &Held) -> io::Result<()> {
    let line = moving::line_about(held, SystemClock.now())?;
    if matches!(held, Held::Begin(_)) { lines.begin(&line) } else { lines.line(&line) }
}

/// Writes the last line; returns how many there are.
fn ends(mut lines: Lines) -> io::Result<u64> {
    let last = lines.count() + 1;
    lines.line(&moving::end(last)?)?;
    lines.end()?;
    Ok(last)
}
