//! Whether a client was given each entry once, in order, with none missing, over all its sockets. Knows nothing of who
//! sent them.

use std::collections::{BTreeSet, HashMap};

use super::tables::Tables;
use super::{Entry, Event, Frame, Hello, Record};
use crate::seen::{self, Breach};

/// Walks through a record, and notes what should not be.
pub(super) fn check(record: &Record, tables: &Tables<'_>, breaches: &mut Vec<Breach>) {
    let mut walk = Walk { user: record.user, tables, due: HashMap::new(), known: HashMap::new() };
    let mut note = |outcome: Result<(), Breach>| {
        breaches.extend(outcome.err().map(|breach| format!("{}: {breach}", record.who)));
    };
    for event in &record.events {
        match event {
            Event::Connected { after, hello } => {
                walk.due.clear();
                note(walk.goes_on(*after, hello));
                for standing in &hello.conversations {
                    note(walk.stands(&standing.conversation, standing.head, standing.peer));
                }
            }
            Event::Heard(Frame::Entry { entry, repeat: false }) => {
                note(tables.have(entry, record.user));
                note(walk.hears(entry));
            }
            Event::Heard(Frame::Entry { entry, repeat: true }) => note(tables.have(entry, record.user)),
            Event::Paged { conversation, after, entries } => {
                note(seen::without_a_hole(&format!("a page of {conversation}"), entries, after + 1));
                for entry in entries {
                    note(tables.have(entry, record.user));
                    walk.known.entry(&entry.conversation).or_default().seqs.insert(entry.seq);
                }
            }
            _ => {}
        }
    }
    for key in &record.caught_up {
        note(walk.has_everything_of(key));
    }
}

struct Walk<'a> {
    user: i64,
    tables: &'a Tables<'a>,
    /// On this socket: the next `seq` of each conversation.
    due: HashMap<&'a str, i64>,
    /// Over all sockets.
    known: HashMap<&'a str, Known>,
}

/// What a client knows of a conversation.
#[derive(Default)]
struct Known {
    /// The first `seq` that it asked for.
    from: i64,
    seqs: BTreeSet<i64>,
}

impl<'a> Walk<'a> {
    /// Where the entries of this socket begin.
    fn goes_on(&mut self, after: Option<i64>, hello: &'a Hello) -> Result<(), Breach> {
        for standing in &hello.conversations {
            let (key, head) = (&*standing.conversation, standing.head);
            let begin = after.filter(|_| !hello.reset).unwrap_or(head) + 1;
            self.due.insert(key, begin);
            let known = self.known.entry(key).or_insert_with(|| Known { from: begin, seqs: BTreeSet::new() });
            let last = known.seqs.last().copied().unwrap_or(known.from - 1);
            if head < last {
                return Err(format!(
                    "hello says that the head of {key} is {head}, and it had been given {last} before"
                ));
            }
            if after.is_some_and(|after| after > last) {
                return Err(format!("a hole at a reconnect to {key}: it went on behind {after:?}, and had {last}"));
            }
            if hello.reset != after.is_some_and(|after| after > head) {
                return Err(format!("hello says reset {} to {after:?} of {key} with the head {head}", hello.reset));
            }
        }
        match (after, hello.conversations.len()) {
            (Some(_), count) if count != 1 => Err(format!("went on in {count} conversations at once")),
            _ => Ok(()),
        }
    }

    /// What a hello says of a conversation.
    fn stands(&self, key: &str, head: i64, peer: i64) -> Result<(), Breach> {
        let timeline = self.tables.theirs(key, self.user)?;
        if timeline.peer_of(self.user) != Some(peer) {
            return Err(format!("hello says that the peer of {key} is {peer}"));
        }
        match timeline.head {
            last if last < head => Err(format!("hello says that the head of {key} is {head}, and there are {last}")),
            _ => Ok(()),
        }
    }

    /// A new entry, which must be the next one.
    fn hears(&mut self, entry: &'a Entry) -> Result<(), Breach> {
        let Entry { conversation, seq, .. } = entry;
        // What hello does not name begins after it.
        let due = self.due.entry(conversation).or_insert(1);
        let was_due = std::mem::replace(due, (*due).max(seq + 1));
        self.known.entry(conversation).or_insert_with(|| Known { from: 1, seqs: BTreeSet::new() }).seqs.insert(*seq);
        match seq.cmp(&was_due) {
            std::cmp::Ordering::Equal => Ok(()),
            std::cmp::Ordering::Greater => Err(format!("a hole in {conversation}: {was_due} was due, and came {seq}")),
            std::cmp::Ordering::Less => Err(format!("{conversation}: {seq} came again, {was_due} was due")),
        }
    }

    /// From the first that it asked for up to the head.
    fn has_everything_of(&self, key: &str) -> Result<(), Breach> {
        let head = self.tables.theirs(key, self.user)?.head;
        let Some(known) = self.known.get(key) else { return Err(format!("caught up, and knows nothing of {key}")) };
        match (known.from..=head).find(|seq| !known.seqs.contains(seq)) {
            None => Ok(()),
            Some(missing) => Err(format!("caught up, and was never given {missing} of {key}, whose head is {head}")),
        }
    }
}
