//! What can be typed to move in and out: flags and their help. Knows nothing of what they do.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::CommonArgs;

pub(super) const EXPORT: &str = "\
Write users, listings and conversations with their entries and handshakes to a file of one JSON object a line, as they are \
at one moment, beside servers that use the database. The file has its name only once it is whole and on the disk; nobody \
but its owner may read it, since it holds what people wrote and what their passwords hash to. Tokens are never written. \
Nothing is overwritten.";

pub(super) const EXPORTED: &str = "\
Exit status: 0 the file is there, 1 it is not.

Examples:
  handsel export site.ndjson
  handsel export - --without-passwords | gzip > site.ndjson.gz";

pub(super) const IMPORT: &str = "\
Take in users, listings and conversations with their entries, from `handsel export` or from another site's own program: \
docs/moving.md has the format. Ids, times and read state stay. It can be run again: what is there is recognised, and a run \
that was killed is made good by the next. What cannot be taken is reported by its line and why, and never overwrites \
anything. At the end the whole database is verified, as `handsel verify` does.";

pub(super) const IMPORTED: &str = "\
Exit status: 0 everything is there now, 1 something could not be taken, or was found by verifying, 2 it was not possible.

Examples:
  handsel import site.ndjson
  handsel import site.ndjson --report report.ndjson --database-url postgres://handsel@localhost/handsel
  zcat site.ndjson.gz | handsel import -";

pub(super) const PERSON: &str = "\
Write all that is held about one person, for an answer to them, as it is at one moment and one JSON object a line: who they \
are, what they published, each conversation of theirs with what both wrote and agreed on, whom they have blocked, when they \
were logged in, and when somebody who runs the site read a conversation of theirs or did something about them. People who \
are suspended or erased are no exception; the latter have no name any more, and are found by their id.

It may run beside servers that use the database: it makes and changes nothing. Passwords' hashes and tokens are never \
written, nor who has blocked the person. What the other ones wrote is theirs as well: look before you pass it on. \
docs/privacy.md says what each line has.";

pub(super) const PERSON_EXPORTED: &str = "\
Exit status: 0 everything was written, and stands in the file under its name, 1 it was not.

Examples:
  handsel user export ana ana.ndjson
  handsel user export id:42 | gzip > 42.ndjson.gz
  handsel user export ana | jq -r 'select(.type == \"message\").content'";

/// The flags of `export`.
#[derive(Clone, Debug, Default, Args, Serialize)]
pub struct ExportArgs {
    /// The file to write, which must not be there yet; - is standard output
    #[serde(skip)]
    pub file: PathBuf,
    /// Leave out what passwords hash to; nobody can log in with one there then [default: off]
    #[arg(long)]
    #[serde(skip)]
    pub without_passwords: bool,
    /// What every command needs.
    #[command(flatten)]
    #[serde(flatten)]
    pub common: CommonArgs,
}

/// The flags of `import`.
#[derive(Clone, Debug, Default, Args, Serialize)]
pub struct ImportArgs {
    /// The file to read; - is standard input
    #[serde(skip)]
    pub file: PathBuf,
    /// Write what was not taken, or not as it stands there, to a file: one JSON object a line [default: none]
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub report: Option<PathBuf>,
    /// Do not verify the database at the end [default: off]
    #[arg(long)]
    #[serde(skip)]
    pub no_verify: bool,
    /// What every command needs.
    #[command(flatten)]
    #[serde(flatten)]
    pub common: CommonArgs,
}
