//! Lines that are written to a file or to standard output, and where they cannot be, why. Knows nothing of what stands in
//! them.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Seek, StdoutLock, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use handsel_storage::{DatabaseUrl, ExportError, VerifyError};
use tempfile::{Builder, NamedTempFile};

use crate::config::Loaded;

/// What the name of an unfinished file begins and ends with.
const UNFINISHED: (&str, &str) = (".handsel-export-", ".part");

/// Where lines go, and how many have gone there.
pub(super) struct Lines {
    out: Out,
    count: u64,
}

enum Out {
    File(Target),
    Stdout(BufWriter<StdoutLock<'static>>),
}

/// A file that has its name only once it is whole. It is gone with whoever drops it; one that a killed process leaves
/// behind is no export by its name.
struct Target {
    part: BufWriter<NamedTempFile>,
    directory: PathBuf,
    file: PathBuf,
}

impl Lines {
    /// To that file, which must not be there yet; `-` is standard output.
    pub(super) fn to(file: &Path) -> anyhow::Result<Self> {
        let out = if file == Path::new("-") {
            Out::Stdout(BufWriter::new(io::stdout().lock()))
        } else {
            Out::File(Target::of(file)?)
        };
        Ok(Self { out, count: 0 })
    }

    /// Writes the first line. What was written before is taken back, where that can be.
    pub(super) fn begin(&mut self, line: &str) -> io::Result<()> {
        if self.count > 0 {
            match &mut self.out {
                Out::File(target) => target.restart()?,
                Out::Stdout(_) => {
                    let why = "somebody came to write meanwhile; export again";
                    return Err(io::Error::new(ErrorKind::Interrupted, why));
                }
            }
            self.count = 0;
        }
        self.line(line)
    }

    pub(super) fn line(&mut self, line: &str) -> io::Result<()> {
        self.count += 1;
        match &mut self.out {
            Out::File(target) => writeln!(target.part, "{line}"),
            Out::Stdout(out) => writeln!(out, "{line}"),
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Nothing follows: what was written is there, under its name.
    pub(super) fn end(self) -> io::Result<()> {
        match self.out {
            Out::File(target) => target.keep(),
            Out::Stdout(mut out) => out.flush(),
        }
    }
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
        Ok(Self { part: BufWriter::new(part), directory, file: file.to_owned() })
    }

    fn restart(&mut self) -> io::Result<()> {
        self.part.flush()?;
        self.part.get_mut().as_file().set_len(0)?;
        self.part.rewind()
    }

    fn keep(self) -> io::Result<()> {
        let part = self.part.into_inner().map_err(io::IntoInnerError::into_error)?;
        part.as_file().sync_all()?;
        part.persist_noclobber(&self.file).map_err(|refused| refused.error)?;
        File::open(self.directory)?.sync_all()
    }
}

/// Why it was not exported, and what to do about it.
pub(super) fn explained(error: ExportError, loaded: &Loaded, url: &DatabaseUrl, file: &Path) -> anyhow::Error {
    let advice = match &error {
        ExportError::Source(VerifyError::Missing | VerifyError::Foreign) => "; name Handsel's with --database-url",
        ExportError::Source(VerifyError::Older) => "; bring it up to date with `handsel migrate`",
        ExportError::Source(VerifyError::Newer(_)) => "; use that version or a later one",
        ExportError::Source(VerifyError::Unreadable(_)) | ExportError::Unreadable(_) | ExportError::Unwritten(_) => "",
    };
    match error {
        ExportError::Unwritten(error) => anyhow::Error::from(error).context(file.display().to_string()),
        error => anyhow::anyhow!("{}: database {}: {error}{advice}", loaded.place("database_url"), url.shown()),
    }
}
