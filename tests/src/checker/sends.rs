//! What became of each message that was sent: acknowledged ones are there once, refused ones are not, and for the rest
//! either will do. Knows nothing of who heard what in which order.

use std::collections::HashMap;

use super::tables::Tables;
use super::{Body, Entry, Event, Frame, Record, Sent};
use crate::seen::Breach;

/// How many messages ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Messages, however often each was sent.
    pub sent: usize,
    /// Sent again, each time counted.
    pub sent_again: usize,
    /// Sent again over another socket since there was no answer, and answered by a repeat: it was stored already.
    pub settled: usize,
    /// Their sender was answered with the stored entry.
    pub acknowledged: usize,
    /// Every time with an error that says that nothing was stored.
    pub refused: usize,
    /// The answer was lost, and nobody asked again.
    pub maybe: usize,
    /// Of those, how many are there.
    pub maybe_there: usize,
}

/// Conversation, sender, `client_message_id`.
type Name<'a> = (&'a str, i64, &'a str);

/// How often what was sent on a socket may still be answered there, by conversation and `client_message_id`.
type Open<'a> = HashMap<(&'a str, &'a str), usize>;

/// What is known of a message from its sender's records.
#[derive(Default)]
struct Fate<'a> {
    /// What it said, each time that it was sent.
    contents: Vec<&'a str>,
    /// How often the answer was that it was not stored.
    refused: usize,
    /// How often the answer was an error.
    errors: usize,
    /// Sent again over another socket without an answer, and not answered by a repeat since.
    unanswered: bool,
    /// How often that was answered by a repeat.
    settled: usize,
    acknowledged: bool,
    /// What its sender had been given before it was first sent: it stands behind that.
    behind: i64,
}

/// All that was sent.
#[derive(Default)]
struct Fates<'a> {
    named: HashMap<Name<'a>, Fate<'a>>,
    /// Messages without a name, by conversation, sender and content.
    unnamed: HashMap<Name<'a>, usize>,
    /// Handshake steps, by conversation, sender and frame.
    steps: HashMap<Name<'a>, usize>,
    /// What was sent for the first time on each socket, in this order.
    sockets: Vec<Vec<Name<'a>>>,
}

pub(super) fn check<'a>(records: &'a [Record], tables: &Tables<'a>, breaches: &mut Vec<Breach>) -> Tally {
    let mut fates = Fates::default();
    for record in records {
        fates.collect(record, breaches);
    }
    let mut there: HashMap<Name<'_>, Vec<&Entry>> = HashMap::new();
    for entry in tables.all().flat_map(|timeline| &timeline.entries) {
        match entry.client_message_id() {
            Some(id) => there.entry((&entry.conversation, entry.actor, id)).or_default().push(entry),
            None => breaches.extend(fates.account_for(entry).err()),
        }
    }
    for (name, entries) in &there {
        breaches.extend(fates.named.get(name).map_or_else(|| nobody_sent(entries[0]), |fate| fate.of(entries)).err());
    }
    breaches.extend(fates.sockets.iter().flat_map(|sent| fates.in_order(sent, &there)));
    let mut tally = Tally::default();
    for (name, fate) in &fates.named {
        let is_there = there.contains_key(name);
        if fate.acknowledged && !is_there {
            breaches.push(format!("{name:?} was acknowledged, and is not there"));
        }
        tally.count(fate, is_there);
    }
    tally
}

fn nobody_sent(entry: &Entry) -> Result<(), Breach> {
    Err(format!("nobody has sent {entry:?}"))
}

impl<'a> Fates<'a> {
    fn collect(&mut self, record: &'a Record, breaches: &mut Vec<Breach>) {
        let user = record.user;
        let mut open = Open::default();
        // The last that it was given of each conversation.
        let mut given: HashMap<&str, i64> = HashMap::new();
        // What was sent for the first time on this socket.
        let mut first = Vec::new();
        for event in &record.events {
            match event {
                Event::Connected { .. } => {
                    open.clear();
                    self.sockets.push(std::mem::take(&mut first));
                }
                Event::Sent(Sent { conversation, client_message_id: Some(id), content }) => {
                    *open.entry((conversation, id)).or_default() += 1;
                    let fate = self.named.entry((conversation, user, id)).or_default();
                    if fate.contents.is_empty() {
                        fate.behind = given.get(&**conversation).copied().unwrap_or_default();
                        first.push((&**conversation, user, &**id));
                    } else {
                        fate.unanswered |= !fate.acknowledged && !first.contains(&(&**conversation, user, &**id));
                    }
                    fate.contents.push(content);
                }
                Event::Sent(Sent { conversation, client_message_id: None, content }) => {
                    *self.unnamed.entry((conversation, user, content)).or_default() += 1;
                }
                Event::Stepped { conversation, step } => {
                    *self.steps.entry((conversation, user, step)).or_default() += 1;
                }
                Event::Heard(Frame::Entry { entry, repeat }) => {
                    let last = given.entry(&entry.conversation).or_default();
                    *last = entry.seq.max(*last);
                    if let Err(breach) = self.heard(user, entry, *repeat, &mut open) {
                        breaches.push(format!("{}: {breach}", record.who));
                    }
                }
                Event::Heard(Frame::Error { code, client_message_id: Some(id) }) => {
                    if let Err(breach) = self.refused(user, code, id, &mut open) {
                        breaches.push(format!("{}: {breach}", record.who));
                    }
                }
                _ => {}
            }
        }
        self.sockets.push(first);
    }

    /// An entry that may be an acknowledgement; as a repeat it must be one of what was sent over that socket.
    fn heard(&mut self, user: i64, entry: &'a Entry, repeat: bool, open: &mut Open<'a>) -> Result<(), Breach> {
        let own = entry.client_message_id().filter(|_| entry.actor == user);
        if let Some(id) = own {
            let fate = self.named.entry((&entry.conversation, user, id)).or_default();
            fate.acknowledged = true;
            fate.settled += usize::from(repeat && std::mem::take(&mut fate.unanswered));
        }
        if !repeat || matches!(entry.body, Body::Step { .. }) {
            return Ok(());
        }
        match own.and_then(|id| open.get_mut(&(&*entry.conversation, id))) {
            Some(left @ 1..) => *left -= 1,
            _ => return Err(format!("a repeat that answers nothing that was sent: {entry:?}")),
        }
        Ok(())
    }

    /// An error that answers a message. All that is sent is valid, so few have a reason.
    fn refused(&mut self, user: i64, code: &str, id: &str, open: &mut Open<'a>) -> Result<(), Breach> {
        let Some(((conversation, id), left)) = open.iter_mut().find(|((_, sent), left)| *sent == id && **left > 0)
        else {
            return Err(format!("{code} answers {id}, which was not sent"));
        };
        *left -= 1;
        let fate = self.named.entry((conversation, user, id)).or_default();
        fate.errors += 1;
        match code {
            "outcome_unknown" => {}
            "unavailable" => fate.refused += 1,
            "client_message_id_conflict" if fate.contents.iter().any(|content| *content != fate.contents[0]) => {
                fate.refused += 1;
            }
            _ => return Err(format!("refused for no reason: {code} answers {id}")),
        }
        Ok(())
    }

    /// What was sent over one socket stands in this order, but for what was sent again or answered with an error.
    fn in_order(&self, sent: &[Name<'a>], there: &HashMap<Name<'_>, Vec<&Entry>>) -> Vec<Breach> {
        let (mut last, mut breaches) = (HashMap::new(), Vec::new());
        for name in sent.iter().filter(|name| self.named.get(*name).is_some_and(Fate::is_plain)) {
            let Some(entry) = there.get(name).and_then(|entries| entries.first()) else { continue };
            let last = last.entry(name.0).or_insert(entry.seq);
            if entry.seq < *last {
                breaches.push(format!("sent behind what stands at {last}, and stands before it: {entry:?}"));
            }
            *last = entry.seq.max(*last);
        }
        breaches
    }

    /// Takes one off what was sent without a name, and was stored.
    fn account_for(&mut self, entry: &'a Entry) -> Result<(), Breach> {
        let sent = match (&entry.body, entry.step()) {
            (Body::Message { content, .. }, _) => self.unnamed.get_mut(&(&entry.conversation, entry.actor, content)),
            (Body::Step { .. }, Some(step)) => self.steps.get_mut(&(&entry.conversation, entry.actor, step)),
            (Body::Step { .. }, None) => None,
        };
        match sent {
            Some(left @ 1..) => *left -= 1,
            _ => return nobody_sent(entry),
        }
        Ok(())
    }
}

impl Fate<'_> {
    /// Sent once, and not answered with an error.
    const fn is_plain(&self) -> bool {
        self.contents.len() == 1 && self.errors == 0
    }

    /// What the table has under its name.
    fn of(&self, entries: &[&Entry]) -> Result<(), Breach> {
        let entry = entries[0];
        let Body::Message { content, .. } = &entry.body else { return nobody_sent(entry) };
        if self.contents.is_empty() {
            return nobody_sent(entry);
        }
        if entries.len() > 1 {
            return Err(format!("one message is there {} times: {entries:?}", entries.len()));
        }
        if !self.contents.iter().any(|sent| sent.trim() == content) {
            return Err(format!("{:?} was sent, and {entry:?} stored", self.contents));
        }
        if self.refused == self.contents.len() {
            return Err(format!("refused each time, and yet there: {entry:?}"));
        }
        if entry.seq <= self.behind {
            return Err(format!("sent after {} was heard, and stands before it: {entry:?}", self.behind));
        }
        Ok(())
    }
}

impl Tally {
    fn count(&mut self, fate: &Fate<'_>, is_there: bool) {
        self.sent += 1;
        self.sent_again += fate.contents.len().saturating_sub(1);
        self.settled += fate.settled;
        match fate {
            Fate { acknowledged: true, .. } => self.acknowledged += 1,
            Fate { refused, contents, .. } if *refused == contents.len() => self.refused += 1,
            _ => {
                self.maybe += 1;
                self.maybe_there += usize::from(is_there);
            }
        }
    }
}
