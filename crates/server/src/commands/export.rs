//! `handsel export FILE`: writes everything that moves, a line at a time. Knows nothing of how a database is read, nor of
//! what stands in a line.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use handsel_domain::ports::Clock;
use handsel_storage::{DatabaseUrl, ExportError, Exported, Item, VerifyError};
use tempfile::{Builder, NamedTempFile};

use super::load;
use super::progress::Progress;
use crate::cli::ExportArgs;
use crate::clock::SystemClock;
use crate::moving::{self, Passwords};

/// What the name of an unfinished file begins and ends with.
const UNFINISHED: (&str, &str) = (".handsel-export-", ".part");

pub(super) async fn run(args: ExportArgs) -> anyhow::Result<()> {
    let loaded = load(&args, args.common.config.clone())?;
    let url: DatabaseUrl = loaded.settings.database_url.parse().with_context(|| loaded.place("database_url"))?;
    let passwords = if args.without_passwords { Passwords::LeftOut } else { Passwords::Included };
    let of_database = |error: ExportError| match error {
        ExportError::Unwritten(error) => anyhow::Error::from(error).context(args.file.display().to_string()),
        error => {
            anyhow::anyhow!("{}: database {}: {error}{}", loaded.place("database_url"), url.shown(), advice(&error))
        }
    };
    if args.file == Path::new("-") {
        let mut lines = Lines::new(Output::Stdout, BufWriter::new(io::stdout().lock()), passwords);
        let exported = handsel_storage::export(&url, |exported| lines.takes(exported)).await;
        exported.and_then(|()| Ok(lines.end()?)).map_err(of_database)?;
        return Ok(());
    }
    let target = Target::of(&args.file)?;
    let mut lines = Lines::new(Output::File, BufWriter::new(target.part.as_file()), passwords);
    let exported = handsel_storage::export(&url, |exported| lines.takes(exported)).await;
    let written = exported.and_then(|()| Ok(lines.end()?)).map_err(of_database)?;
    target.keep().with_context(|| args.file.display().to_string())?;
    println!("Exported {} to {}: {written} lines.", url.shown(), args.file.display());
    Ok(())
}

/// What to do about it.
fn advice(error: &ExportError) -> &'static str {
    match error {
        ExportError::Source(VerifyError::Missing | VerifyError::Foreign) => "; name Handsel's with --database-url",
        ExportError::Source(VerifyError::Older) => "; bring it up to date with `handsel migrate`",
        ExportError::Source(VerifyError::Newer(_)) => "; use that version or a later one",
        ExportError::Source(VerifyError::Unreadable(_)) | ExportError::Unreadable(_) | ExportError::Unwritten(_) => "",
    }
}

/// A file that has its name only once it is whole. It is gone with whoever drops it; one that a killed process leaves
/// behind is no export by its name.
struct Target {
    part: NamedTempFile,
    directory: PathBuf,
    file: PathBuf,
}

impl Target {
    fn of(file: &Path) -> anyhow::Result<Self> {
        let shown = file.display();
        anyhow::ensure!(
            file.symlink_metadata().is_err(),
            "{shown} is there already; name another file, or move that one away"
        );
        let directory = file.parent().filter(|directory| !directory.as_os_str().is_empty());
        let directory = directory.unwrap_or(Path::new(".")).to_owned();
        // Nobody but its owner may read it.
        let part = Builder::new().prefix(UNFINISHED.0).suffix(UNFINISHED.1).tempfile_in(&directory);
        let part = part.with_context(|| format!("{shown} cannot be written"))?;
        Ok(Self { part, directory, file: file.to_owned() })
    }

    fn keep(self) -> io::Result<()> {
        self.part.as_file().sync_all()?;
        self.part.persist_noclobber(&self.file).map_err(|refused| refused.error)?;
        File::open(self.directory)?.sync_all()
    }
}

/// What can be begun anew.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Output {
    File,
    Stdout,
}

/// Where lines go, and how many have gone there.
struct Lines<W> {
    output: Output,
    out: W,
    passwords: Passwords,
    count: u64,
    progress: Progress,
}

impl<W: Write + Restart> Lines<W> {
    fn new(output: Output, out: W, passwords: Passwords) -> Self {
        Self { output, out, passwords, count: 0, progress: Progress::of_lines(0) }
    }

    fn takes(&mut self, exported: Exported) -> io::Result<()> {
        let item = match exported {
            Exported::Begin(rows) => return self.begin(rows),
            Exported::User(user) => Item::User(user),
            Exported::Block(block) => Item::Block(block),
            Exported::Listing(listing) => Item::Listing(listing),
            Exported::Conversation(conversation) => Item::Conversation(conversation),
            Exported::Entry(key, entry) => Item::Entry(key, entry),
        };
        match moving::line(&item, self.passwords)? {
            Some(line) => self.line(&line),
            None => Ok(()),
        }
    }

    fn begin(&mut self, rows: u64) -> io::Result<()> {
        if self.count > 0 {
            if self.output == Output::Stdout {
                return Err(io::Error::new(ErrorKind::Interrupted, "somebody came to write meanwhile; export again"));
            }
            self.out.restart()?;
            self.count = 0;
        }
        self.progress = Progress::of_lines(rows);
        self.line(&moving::header(SystemClock.now())?)
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        self.count += 1;
        self.progress.goes_on(1, 1);
        writeln!(self.out, "{line}")
    }

    /// Writes the last line; returns how many there are.
    fn end(mut self) -> io::Result<u64> {
        self.line(&moving::end(self.count + 1)?)?;
        self.out.flush()?;
        self.progress.ends();
        Ok(self.count)
    }
}

/// Something of which what was written can be taken back.
trait Restart {
    fn restart(&mut self) -> io::Result<()>;
}

impl Restart for BufWriter<&File> {
    fn restart(&mut self) -> io::Result<()> {
        self.flush()?;
        self.get_mut().set_len(0)?;
        self.get_mut().rewind()
    }
}

impl Restart for BufWriter<io::StdoutLock<'_>> {
    fn restart(&mut self) -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }
}
