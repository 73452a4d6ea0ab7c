//! Whether the promises of delivery were kept, told from what clients wrote down and what the tables have: a pure
//! function. Knows nothing of sockets, nor of what went wrong on the way.

mod delivery;
mod entry;
mod frame;
mod reads;
mod record;
mod sends;
mod signals;
mod tables;
#[cfg(test)]
mod tests;
pub mod timeline;

pub use entry::{Body, Entry};
pub use frame::{Frame, Hello, Standing};
pub use record::{Event, Record, Sent};
pub use sends::Tally;
pub use timeline::Timeline;

use crate::seen::Breach;
use tables::Tables;

/// All that is known of a run: each client's record, and each conversation as the tables have it afterwards.
#[derive(Clone, Debug)]
pub struct Run {
    /// Of every client that has sent anything.
    pub records: Vec<Record>,
    /// Of every conversation that there is.
    pub timelines: Vec<Timeline>,
}

/// What became of a run.
#[derive(Debug)]
pub struct Verdict {
    /// Every promise that was not kept.
    pub breaches: Vec<Breach>,
    /// What became of the messages.
    pub messages: Tally,
    /// How many entries the clients were given; all were compared.
    pub entries: usize,
    /// How many of these were repeats.
    pub repeats: usize,
    /// How often a client was told of a cursor while it moved.
    pub cursors: usize,
    /// How many handshake steps the tables have.
    pub steps: usize,
}

impl Run {
    /// Holds the records against each other and against the tables.
    pub fn judged(&self) -> Verdict {
        let tables = Tables::of(&self.timelines);
        let mut breaches = tables.breaches();
        let messages = sends::check(&self.records, &tables, &mut breaches);
        let reads = reads::Marks::in_records(&self.records);
        let typed = signals::Typed::in_records(&self.records);
        for record in &self.records {
            delivery::check(record, &tables, &mut breaches);
            reads.check(record, &tables, &mut breaches);
            typed.check(record, &tables, &mut breaches);
        }
        reads.check_tables(&self.records, &tables, &mut breaches);
        let entries = self.records.iter().map(|record| record.entries().count()).sum();
        let repeats = self.count(|frame| matches!(frame, Frame::Entry { repeat: true, .. }));
        let cursors = self.count(|frame| matches!(frame, Frame::Read { .. }));
        let stored = self.timelines.iter().flat_map(|timeline| &timeline.entries);
        let steps = stored.filter(|entry| entry.step().is_some()).count();
        Verdict { breaches, messages, entries, repeats, cursors, steps }
    }

    fn count(&self, is_it: impl Fn(&Frame) -> bool) -> usize {
        let events = self.records.iter().flat_map(|record| &record.events);
        events.filter(|event| matches!(event, Event::Heard(frame) if is_it(frame))).count()
    }
}
