//! What becomes of each line of a run: new, there already, or refused. A pure function over what was loaded under the
//! locks; knows nothing of SQL.

use std::collections::{BTreeMap, HashMap, HashSet};

use handsel_domain::conversation::{ConversationKey, Side};
use handsel_domain::ids::Head;
use handsel_domain::moving::{
    Continuation, Finding, MovedConversation, MovedEntry, Placed, PlacedBody, codes, is_there,
};
use handsel_domain::time::Timestamp;

use super::load::{Loaded, Name};
use crate::import::{Item, Known, Line, Took, Unfit, Verdict};

/// A conversation while a run is taken.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) key: ConversationKey,
    /// Its row, where somebody has written in it before.
    pub(super) id: Option<i64>,
    /// How far it goes in the database.
    pub(super) head: Head,
    /// How far the owner and the respondent have read.
    pub(super) read: (i64, i64),
    /// Its timeline with what the run has added so far, or why it can have none.
    pub(super) timeline: Result<Continuation, Finding>,
    /// Of the places that the run is about, what is there.
    pub(super) stored: BTreeMap<i64, MovedEntry>,
    /// What the run adds.
    pub(super) new: Vec<Placed>,
    /// How far the two have read as the file says.
    pub(super) wish: Option<(Head, Head)>,
}

impl Seat {
    /// How far the two have read once this is stored: never back, and at most as far as there is something to read.
    pub(super) fn read_up_to(&self) -> (i64, i64) {
        let head = self.timeline.as_ref().map_or(self.head, |timeline| timeline.head);
        let (owner, respondent) = self.wish.unwrap_or_default();
        let moved = |from: i64, to: Head| from.max(to.min(head).get());
        (moved(self.read.0, owner), moved(self.read.1, respondent))
    }
}

/// The conversation whose entries are read, from its line on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Current {
    line: u64,
    moved: MovedConversation,
    /// Whether it was there before.
    was_there: bool,
    /// Whether one of its lines was refused: those behind it would leave a hole.
    stopped: bool,
    /// How far it goes by now.
    head: Head,
    /// Whether its own line was refused, and that was said.
    is_refused: bool,
}

impl Current {
    /// What became of it in the end, where that was not said before.
    pub(super) fn verdict(self) -> Option<Verdict> {
        let Self { line, moved, was_there, head, is_refused, .. } = self;
        if is_refused {
            return None;
        }
        if head == Head::NONE {
            let finding = Finding::refused(codes::CONVERSATION_EMPTY, "none of its entries was taken");
            return Some(Verdict::refused(line, finding));
        }
        let wishes = [(Side::Owner, moved.owner_read_up_to), (Side::Respondent, moved.respondent_read_up_to)];
        let ahead = wishes.into_iter().filter(|(_, wish)| *wish > head).map(|(side, wish)| {
            let detail = format!("the {} has read up to #{wish}, and the newest entry is #{head}", side.name());
            Finding::noted(codes::CURSOR_AHEAD, detail)
        });
        Some(Verdict { line, took: if was_there { Took::There } else { Took::New }, findings: ahead.collect() })
    }
}

/// What a run has come to.
pub(super) struct Walked {
    pub(super) verdicts: Vec<Verdict>,
    pub(super) current: Option<Current>,
    pub(super) seats: Vec<Seat>,
}

/// The entries of a run, each with its conversation.
pub(super) fn entries(run: &[Line]) -> impl Iterator<Item = (ConversationKey, &MovedEntry)> {
    run.iter().filter_map(|line| if let Item::Entry(key, entry) = &line.item { Some((*key, entry)) } else { None })
}

/// The conversations of a run, each once, and the one that the run goes on with.
pub(super) fn keys(run: &[Line], current: Option<&Current>) -> Vec<ConversationKey> {
    let begun = run.iter().filter_map(|line| match &line.item {
        Item::Conversation(conversation) => Some(conversation.key),
        _ => None,
    });
    let mut seen = HashSet::new();
    let going_on = current.filter(|current| !current.is_refused).map(|current| current.moved.key);
    going_on.into_iter().chain(begun).filter(|key| seen.insert(*key)).collect()
}

pub(super) struct Walk<'a> {
    seats: Vec<Seat>,
    places: HashMap<ConversationKey, usize>,
    ids: HashSet<i64>,
    names: HashSet<Name>,
    known: &'a Known,
    current: Option<Current>,
    verdicts: Vec<Verdict>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(loaded: Loaded, known: &'a Known, current: Option<Current>) -> Self {
        let Loaded { mut seats, ids, names } = loaded;
        let places: HashMap<_, _> = seats.iter().enumerate().map(|(place, seat)| (seat.key, place)).collect();
        if let Some(Current { moved, .. }) = &current
            && let Some(place) = places.get(&moved.key)
        {
            seats[*place].wish = Some((moved.owner_read_up_to, moved.respondent_read_up_to));
        }
        Self { seats, places, ids, names, known, current, verdicts: Vec::new() }
    }

    pub(super) fn through(mut self, run: &[Line]) -> Walked {
        for Line { number, item } in run {
            match item {
                Item::Conversation(conversation) => self.conversation(*number, *conversation),
                Item::Entry(key, entry) => {
                    let verdict = self.entry(*number, *key, entry);
                    self.verdicts.push(verdict);
                }
                Item::Unfit(Unfit::Conversation(key)) => {
                    let cursor = Head::NONE;
                    let moved =
                        MovedConversation { key: *key, owner_read_up_to: cursor, respondent_read_up_to: cursor };
                    self.begin(*number, moved, None);
                }
                Item::Unfit(Unfit::Entry(key)) => self.stop(*key),
                Item::User(_)
                | Item::Block(_)
                | Item::Listing(_)
                | Item::Unfit(Unfit::User(_) | Unfit::Block | Unfit::Listing(_)) => {}
            }
        }
        Walked { verdicts: self.verdicts, current: self.current, seats: self.seats }
    }

    /// Ends the conversation in front of it, and begins the next; `None`: one that cannot be taken, as was said.
    fn begin(&mut self, line: u64, moved: MovedConversation, seat: Option<usize>) {
        self.verdicts.extend(self.current.take().and_then(Current::verdict));
        let timeline = seat.and_then(|seat| self.seats[seat].timeline.as_ref().ok());
        let head = timeline.map_or(Head::NONE, |timeline| timeline.head);
        let was_there = seat.is_some_and(|seat| self.seats[seat].head != Head::NONE);
        let is_refused = seat.is_none();
        self.current = Some(Current { line, moved, was_there, stopped: is_refused, head, is_refused });
    }

    fn conversation(&mut self, line: u64, moved: MovedConversation) {
        let seat = self.places[&moved.key];
        let key = moved.key;
        let refusal = if self.known.refused_listings.contains(&key.listing) {
            Some(Finding::refused(codes::LISTING_UNKNOWN, format!("{} was not taken", key.listing)))
        } else if self.known.refused_users.contains(&key.respondent) {
            Some(Finding::refused(codes::USER_UNKNOWN, format!("user {} was not taken", key.respondent)))
        } else {
            self.seats[seat].timeline.as_ref().err().cloned()
        };
        match refusal {
            Some(finding) => {
                self.begin(line, moved, None);
                self.verdicts.push(Verdict::refused(line, finding));
            }
            None => {
                self.begin(line, moved, Some(seat));
                self.seats[seat].wish = Some((moved.owner_read_up_to, moved.respondent_read_up_to));
            }
        }
    }

    fn stop(&mut self, key: ConversationKey) {
        if let Some(current) = self.current.as_mut().filter(|current| current.moved.key == key) {
            current.stopped = true;
        }
    }

    fn entry(&mut self, line: u64, key: ConversationKey, entry: &MovedEntry) -> Verdict {
        let Some(current) = self.current.filter(|current| current.moved.key == key) else {
            let detail = format!("it does not stand behind the line of {key}");
            return Verdict::refused(line, Finding::refused(codes::CONVERSATION_ELSEWHERE, detail));
        };
        if current.stopped {
            let detail = format!("a line of {key} in front of it was refused");
            return Verdict::refused(line, Finding::refused(codes::BEHIND_REFUSED, detail));
        }
        match self.place(key, entry) {
            Ok((took, findings)) => Verdict { line, took, findings },
            Err(finding) => {
                self.stop(key);
                Verdict::refused(line, finding)
            }
        }
    }

    fn place(&mut self, key: ConversationKey, entry: &MovedEntry) -> Result<(Took, Vec<Finding>), Finding> {
        let place = self.places[&key];
        let Seat { timeline, stored, new, .. } = &mut self.seats[place];
        let timeline = timeline.as_mut().map_err(|refused| refused.clone())?;
        let seq = entry.seq.get();
        if timeline.head.covers(entry.seq) {
            let before = stored.get(&(seq - 1)).map_or(Timestamp::from_millis(i64::MIN), |before| before.at);
            return match stored.get(&seq) {
                Some(stored) if is_there(entry, stored, before) => Ok((Took::There, vec![])),
                _ => {
                    let detail = "another entry has this place here, which stays";
                    Err(Finding::refused(codes::ENTRY_DIFFERS, detail))
                }
            };
        }
        let name = entry.said.client_message_id().map(|name| (place, entry.actor, name.clone()));
        if name.as_ref().is_some_and(|name| self.names.contains(name)) {
            let detail = format!("user {} has another message of that name here", entry.actor);
            return Err(Finding::refused(codes::CLIENT_MESSAGE_ID_REPEATED, detail));
        }
        let (placed, noted) = timeline.take(entry, |id| !self.ids.contains(&id.get()))?;
        self.names.extend(name);
        self.ids.extend(placed.id.map(|id| id.get()));
        stored.insert(seq, MovedEntry { at: placed.at, id: placed.id, ..entry.clone() });
        if let Some(current) = &mut self.current {
            current.head = timeline.head;
        }
        new.push(placed);
        Ok((Took::New, noted))
    }
}

/// The handshakes that a conversation's new entries leave otherwise than they were, each as the last of them leaves it.
pub(super) fn changed(new: &[Placed]) -> impl Iterator<Item = &handsel_domain::handshake::Handshake> {
    let latest: BTreeMap<_, _> = new
        .iter()
        .filter_map(|placed| match &placed.body {
            PlacedBody::Step(handshake) => Some((handshake.started, handshake)),
            PlacedBody::Message { .. } | PlacedBody::Redaction => None,
        })
        .collect();
    latest.into_values()
}
