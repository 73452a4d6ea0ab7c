//! Whether read cursors only went forward, never further than their reader said nor than what was given, and are known
//! to everyone at the end. Knows nothing of what entries say.

use std::collections::HashMap;

use super::tables::Tables;
use super::{Event, Frame, Hello, Record, Standing, Timeline};
use crate::seen::Breach;

/// How far each reader said that everything is read, by conversation and user.
pub(super) struct Marks<'a>(HashMap<(&'a str, i64), i64>);

impl<'a> Marks<'a> {
    pub(super) fn in_records(records: &'a [Record]) -> Self {
        let mut marks = HashMap::new();
        for record in records {
            for event in &record.events {
                if let Event::Marked { conversation, up_to } = event {
                    let mark = marks.entry((&**conversation, record.user)).or_default();
                    *mark = *up_to.max(mark);
                }
            }
        }
        Self(marks)
    }

    /// A cursor that someone was told of: not beyond the head, nor beyond what its reader said.
    fn may_be(&self, tables: &Tables<'_>, user: i64, cursor: Cursor<'_>) -> Result<(), Breach> {
        let Cursor { conversation, reader, up_to } = cursor;
        let timeline = tables.theirs(conversation, user)?;
        let marked = self.0.get(&(conversation, reader)).copied().unwrap_or_default();
        if !timeline.has(reader) {
            return Err(format!("was told that {reader} reads {conversation}, which is not theirs"));
        }
        if up_to > timeline.head.min(marked) {
            let head = timeline.head;
            return Err(format!("{reader} has read {conversation} up to {up_to}, marked {marked}, the head is {head}"));
        }
        Ok(())
    }

    /// All that a client was told of cursors.
    pub(super) fn check(&self, record: &Record, tables: &Tables<'_>, breaches: &mut Vec<Breach>) {
        let mut note = |outcome: Result<(), Breach>| {
            breaches.extend(outcome.err().map(|breach| format!("{}: {breach}", record.who)));
        };
        for cursor in told(record) {
            note(self.may_be(tables, record.user, cursor));
        }
        let mut walk = Walk::default();
        for event in &record.events {
            match event {
                Event::Connected { after, hello } => {
                    walk.connected(*after, hello);
                    for cursor in hello.conversations.iter().flat_map(|standing| cursors(standing, record.user)) {
                        note(walk.stands(cursor));
                    }
                }
                Event::Heard(Frame::Entry { entry, repeat: false }) => {
                    let given = walk.given.entry(&entry.conversation).or_default();
                    *given = entry.seq.max(*given);
                }
                Event::Heard(Frame::Read { conversation, reader, up_to }) => {
                    note(walk.moves(Cursor { conversation, reader: *reader, up_to: *up_to }));
                }
                Event::Marked { conversation, up_to } => {
                    let marked = walk.marked.entry(conversation).or_default();
                    *marked = *up_to.max(marked);
                }
                // It may be a mark that was not done.
                Event::Heard(Frame::Error { client_message_id: None, code }) if code == "unavailable" => {
                    walk.unsure = true;
                }
                _ => {}
            }
        }
        for timeline in record.caught_up.iter().filter_map(|key| tables.theirs(key, record.user).ok()) {
            for reader in [timeline.owner, timeline.respondent] {
                note(walk.knows(timeline, reader, record.user));
            }
        }
    }

    /// What anyone was told is so.
    pub(super) fn check_tables(&self, records: &[Record], tables: &Tables<'_>, breaches: &mut Vec<Breach>) {
        let mut highest: HashMap<(&str, i64), i64> = HashMap::new();
        for Cursor { conversation, reader, up_to } in records.iter().flat_map(told) {
            let known = highest.entry((conversation, reader)).or_default();
            *known = up_to.max(*known);
        }
        for timeline in tables.all() {
            for reader in [timeline.owner, timeline.respondent] {
                let (key, read) = (&*timeline.key, timeline.read_up_to(reader));
                let told = highest.get(&(key, reader)).copied().unwrap_or_default();
                let marked = self.0.get(&(key, reader)).copied().unwrap_or_default();
                if read < told || read > marked {
                    let breach = format!("{reader} has read {key} up to {read}, marked {marked}, and {told} was told");
                    breaches.push(breach);
                }
            }
        }
    }
}

/// What a client knows of cursors.
#[derive(Default)]
struct Walk<'a> {
    /// What it was told last, over all sockets.
    told: HashMap<(&'a str, i64), i64>,
    /// How far it was given each conversation on this socket.
    given: HashMap<&'a str, i64>,
    /// How far it marked on this socket: of that it is not told.
    marked: HashMap<&'a str, i64>,
    /// Whether a mark on this socket may not have been done.
    unsure: bool,
}

impl<'a> Walk<'a> {
    fn connected(&mut self, after: Option<i64>, hello: &'a Hello) {
        let after = after.filter(|_| !hello.reset);
        let begin = |standing: &'a Standing| (&*standing.conversation, after.unwrap_or(standing.head));
        self.given = hello.conversations.iter().map(begin).collect();
        self.marked.clear();
        self.unsure = false;
    }

    fn stands(&mut self, cursor: Cursor<'a>) -> Result<(), Breach> {
        let before = self.told.insert((cursor.conversation, cursor.reader), cursor.up_to);
        if before.is_some_and(|before| before > cursor.up_to) { went_back(cursor) } else { Ok(()) }
    }

    fn moves(&mut self, cursor: Cursor<'a>) -> Result<(), Breach> {
        let before = self.told.insert((cursor.conversation, cursor.reader), cursor.up_to).unwrap_or_default();
        let given = self.given.get(cursor.conversation).copied().unwrap_or_default();
        if cursor.up_to > given {
            return Err(format!("a cursor in front of what it covers: {cursor:?}, and {given} was given"));
        }
        if before >= cursor.up_to { went_back(cursor) } else { Ok(()) }
    }

    /// At the end everyone knows how far both have read, and has had what they marked done.
    fn knows(&self, timeline: &Timeline, reader: i64, user: i64) -> Result<(), Breach> {
        let (key, read) = (&*timeline.key, timeline.read_up_to(reader));
        let told = self.told.get(&(key, reader)).copied().unwrap_or_default();
        let marked = self.marked.get(key).copied().filter(|_| reader == user).unwrap_or_default();
        if reader == user && self.unsure {
            return Ok(());
        }
        if marked > read {
            return Err(format!("marked {key} up to {marked}, which has no effect: the table has {read}"));
        }
        match told.max(marked) {
            known if known == read => Ok(()),
            known => Err(format!("caught up, and knows {reader} to have read {key} to {known}, the table has {read}")),
        }
    }
}

/// How far someone has read.
#[derive(Clone, Copy, Debug)]
struct Cursor<'a> {
    conversation: &'a str,
    reader: i64,
    up_to: i64,
}

fn went_back(cursor: Cursor<'_>) -> Result<(), Breach> {
    Err(format!("a cursor that did not go forward: {cursor:?}"))
}

/// The two that a hello tells of a conversation.
fn cursors(standing: &Standing, user: i64) -> [Cursor<'_>; 2] {
    let Standing { conversation, read_up_to, peer_read_up_to, peer, .. } = standing;
    let cursor = |reader, up_to| Cursor { conversation, reader, up_to };
    [cursor(user, *read_up_to), cursor(*peer, *peer_read_up_to)]
}

/// All cursors that a client was told of.
fn told(record: &Record) -> impl Iterator<Item = Cursor<'_>> {
    record.events.iter().flat_map(|event| match event {
        Event::Connected { hello, .. } => {
            hello.conversations.iter().flat_map(|standing| cursors(standing, record.user)).collect()
        }
        Event::Heard(Frame::Read { conversation, reader, up_to }) => {
            vec![Cursor { conversation, reader: *reader, up_to: *up_to }]
        }
        _ => Vec::new(),
    })
}
