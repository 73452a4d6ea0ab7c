//! `handsel import FILE`: takes a file in, line by line, and says by its status what came of it. Knows nothing of what
//! stands in a line, nor of how it is stored.
//!
//! - `report`: what is said of it.

mod report;

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use handsel_domain::moving::Finding;
use handsel_domain::ports::Clock;
use handsel_storage::{DatabaseUrl, Importer, Item, Line, Storage};

use self::report::{Kind, Report};
use super::elsewhere::Elsewhere;
use super::load;
use super::progress::Progress;
use crate::cli::ImportArgs;
use crate::clock::SystemClock;
use crate::config::EventFeed;
use crate::moving::{self, LINE_BYTES_MAX, Parsed, Raw, Unread, codes, parse, read_line};

/// Most lines of one transaction, and most bytes of them.
const BATCH_LINES: usize = 1_000;
const BATCH_BYTES: u64 = 1 << 20;

/// Something was not taken, or found by verifying.
const NOT_ALL: u8 = 1;
/// It was not possible at all, or not to the end.
const NOT_POSSIBLE: u8 = 2;

/// Ends with 0 where everything is there, with 1 where something could not be taken, and with 2 where it was not possible.
pub(super) async fn run(args: ImportArgs) -> ExitCode {
    match import(args).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => NOT_ALL.into(),
        Err(error) => {
            eprintln!("handsel: {error:#}");
            NOT_POSSIBLE.into()
        }
    }
}

async fn import(args: ImportArgs) -> anyhow::Result<bool> {
    let loaded = load(&args, args.common.config.clone())?;
    let url: DatabaseUrl = loaded.settings.database_url.parse().with_context(|| loaded.place("database_url"))?;
    let feed = EventFeed::new(&loaded)?;
    let shown = args.file.display();
    let (file, bytes) = open(&args.file).with_context(|| format!("{shown} cannot be read"))?;
    let mut report = Report::to(args.report.as_deref())?;
    let mut reader = Reader { file, number: 0, bytes: 0, buffer: Vec::new(), clock: SystemClock };
    reader.header().with_context(|| shown.to_string())?;
    let storage = Storage::open(&url, Arc::new(SystemClock), Arc::<Elsewhere>::default())
        .await
        .with_context(|| loaded.place("database_url"))?;
    let mut progress = Progress::of_bytes(bytes);
    let taken = take(&mut reader, &mut storage.importer(feed.notify_after), &mut report, &mut progress).await;
    storage.close().await;
    progress.ends();
    taken.with_context(|| format!("{shown}: what was taken stays; run it again to go on"))?;
    report.says_what_was_taken();
    if !args.no_verify {
        let verified = handsel_storage::verify(&url, |breach| report.breach(&breach)).await;
        report.verified(verified.with_context(|| format!("database {} cannot be verified", url.shown()))?);
    }
    report.end()
}

fn open(file: &Path) -> io::Result<(Box<dyn BufRead>, Option<u64>)> {
    if file == Path::new("-") {
        return Ok((Box::new(BufReader::new(io::stdin())), None));
    }
    let bytes = fs::metadata(file)?.len();
    Ok((Box::new(BufReader::new(File::open(file)?)), Some(bytes)))
}

struct Reader {
    file: Box<dyn BufRead>,
    /// The line that was read last.
    number: u64,
    /// What has been read since somebody asked.
    bytes: u64,
    buffer: Vec<u8>,
    clock: SystemClock,
}

impl Reader {
    /// Reads the first line: whether this is such a file at all.
    fn header(&mut self) -> anyhow::Result<()> {
        match self.next()? {
            Some(Ok(Parsed::Header(moving::VERSION))) => Ok(()),
            Some(Ok(Parsed::Header(version))) => {
                bail!("it has version {version} of the format; known is {}", moving::VERSION)
            }
            Some(_) | None => bail!(
                "it does not begin with {{\"type\":\"handsel_export\",\"version\":{}}}; docs/moving.md has the format",
                moving::VERSION
            ),
        }
    }

    /// The next line that is not empty.
    fn next(&mut self) -> io::Result<Option<Result<Parsed, Unread>>> {
        let unread = |code, detail: String| Err(Unread { finding: Finding::refused(code, detail), unfit: None });
        loop {
            let (raw, bytes) = read_line(&mut self.file, &mut self.buffer)?;
            self.bytes += bytes;
            self.number += u64::from(raw != Raw::End);
            let line = match raw {
                Raw::End => return Ok(None),
                Raw::TooLong => {
                    return Ok(Some(unread(
                        codes::LINE_TOO_LONG,
                        format!("a line has at most {LINE_BYTES_MAX} bytes"),
                    )));
                }
                Raw::Line if self.buffer.iter().all(u8::is_ascii_whitespace) => continue,
                Raw::Line => std::str::from_utf8(&self.buffer),
            };
            return Ok(Some(match line {
                Ok(line) => parse(line, self.clock.now()),
                Err(_) => unread(codes::NOT_JSON, "not UTF-8".to_owned()),
            }));
        }
    }
}

/// Takes everything that stands behind the first line.
async fn take(
    reader: &mut Reader,
    importer: &mut Importer,
    report: &mut Report,
    progress: &mut Progress,
) -> anyhow::Result<()> {
    let mut ended = false;
    loop {
        let (mut batch, before) = (Vec::new(), reader.number);
        let more = fill(reader, &mut batch, report, &mut ended)?;
        for verdict in importer.take(&batch).await? {
            report.verdict(&verdict, kind_of(&batch, verdict.line));
        }
        report.flush()?;
        progress.goes_on(std::mem::take(&mut reader.bytes), reader.number - before);
        if !more {
            break;
        }
    }
    for verdict in importer.end() {
        report.verdict(&verdict, Kind::Conversations);
    }
    if !ended {
        let detail = "the last line is missing: the file was cut off";
        report.finding(reader.number + 1, &Finding::refused(codes::END_MISSING, detail));
    }
    Ok(())
}

/// Reads lines into a batch until it is full; `false` where there are no more.
fn fill(reader: &mut Reader, batch: &mut Vec<Line>, report: &mut Report, ended: &mut bool) -> anyhow::Result<bool> {
    while batch.len() < BATCH_LINES && reader.bytes < BATCH_BYTES {
        let Some(parsed) = reader.next()? else { return Ok(false) };
        let number = reader.number;
        if *ended {
            let finding = Finding::refused(codes::BEHIND_END, "it stands behind the last line");
            report.finding(number, &finding);
            continue;
        }
        match parsed {
            Ok(Parsed::Item(item, noted)) => {
                for finding in &noted {
                    report.finding(number, finding);
                }
                batch.push(Line { number, item });
            }
            Ok(Parsed::End(lines)) => {
                *ended = true;
                if lines != number {
                    let detail = format!("it says that it is line {lines}: something is missing, or too much");
                    report.finding(number, &Finding::refused(codes::END_DIFFERS, detail));
                }
            }
            Ok(Parsed::Header(_)) => {
                report.finding(number, &Finding::refused(codes::TYPE_UNKNOWN, "a first line stands at the beginning"));
            }
            Err(Unread { finding, unfit }) => {
                report.unread(number, &finding, unfit);
                batch.extend(unfit.map(|unfit| Line { number, item: Item::Unfit(unfit) }));
            }
        }
    }
    ensure!(batch.len() <= BATCH_LINES, "a batch is bounded");
    Ok(true)
}

/// Of what kind a line was; one that lies before the batch was a conversation's, whose verdict comes behind its entries.
fn kind_of(batch: &[Line], line: u64) -> Kind {
    let place = batch.binary_search_by_key(&line, |line| line.number);
    match place.ok().map(|place| &batch[place].item) {
        Some(Item::User(_)) => Kind::Users,
        Some(Item::Block(_)) => Kind::Blocks,
        Some(Item::Listing(_)) => Kind::Listings,
        Some(Item::Entry(..)) => Kind::Entries,
        Some(Item::Conversation(_) | Item::Unfit(_)) | None => Kind::Conversations,
    }
}
