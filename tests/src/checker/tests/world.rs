//! Runs in which every promise is kept, made up by chance: a server that is a few lists. Knows nothing of the checker.

use std::collections::{HashMap, HashSet};

use fastrand::Rng;
use serde_json::Value;

use super::heard;
use crate::checker::{Body, Entry, Event, Frame, Hello, Record, Run, Sent, Standing, Timeline};

const STEPS: usize = 400;

pub(super) struct World {
    rng: Rng,
    timelines: Vec<Timeline>,
    clients: Vec<Client>,
}

struct Client {
    record: Record,
    /// Its conversation, or all of its user for an inbox.
    follows: Vec<usize>,
    inbox: bool,
    online: bool,
    /// What it was sent of each conversation.
    given: HashMap<usize, i64>,
    /// How far each has read, as far as it knows, by conversation and user.
    cursors: HashMap<(usize, i64), i64>,
    /// Sent, and not answered.
    open: Vec<(usize, Sent)>,
    named: usize,
}

fn timeline(key: &str, owner: i64, respondent: i64) -> Timeline {
    let key = key.to_owned();
    Timeline { key, owner, respondent, head: 0, owner_read_up_to: 0, respondent_read_up_to: 0, entries: Vec::new() }
}

fn client(who: &str, user: i64, follows: &[usize]) -> Client {
    let inbox = follows.len() > 1;
    let record = Record::of(who, user);
    let follows = follows.to_vec();
    let (given, cursors) = (HashMap::new(), HashMap::new());
    Client { record, follows, inbox, online: false, given, cursors, open: Vec::new(), named: 0 }
}

/// A run of that seed: two conversations of one owner, five clients.
pub(super) fn run(seed: u64) -> Run {
    let timelines = vec![timeline("offer_1:2", 1, 2), timeline("offer_1:3", 1, 3)];
    let clients = vec![
        client("owner's tab", 1, &[0]),
        client("respondent", 2, &[0]),
        client("owner's other tab", 1, &[1]),
        client("other respondent", 3, &[1]),
        client("owner's inbox", 1, &[0, 1]),
    ];
    let mut world = World { rng: Rng::with_seed(seed), timelines, clients };
    let begun = ["offer_1:2", "offer_1:3"].into_iter().zip([2, 3]).enumerate().map(|(place, (key, user))| {
        let sent = Sent { conversation: key.to_owned(), client_message_id: None, content: "Hello!".to_owned() };
        world.stores(place, user, &sent);
        Record { events: vec![Event::Sent(sent)], ..Record::of("at the beginning", user) }
    });
    let begun: Vec<_> = begun.collect();
    for _ in 0..STEPS {
        let client = world.rng.usize(..world.clients.len());
        world.happens_to(client);
    }
    for client in 0..world.clients.len() {
        world.connects(client);
        while !world.clients[client].online {
            world.connects(client);
        }
    }
    for client in 0..world.clients.len() {
        world.delivers(client, usize::MAX);
        for place in world.clients[client].follows.clone() {
            world.marks(client, place);
        }
    }
    for client in 0..world.clients.len() {
        world.tells(client);
        let caught_up = world.clients[client].follows.iter().map(|place| world.timelines[*place].key.clone()).collect();
        world.clients[client].record.caught_up = caught_up;
    }
    let records = world.clients.into_iter().map(|client| client.record).chain(begun).collect();
    Run { records, timelines: world.timelines }
}

impl World {
    fn happens_to(&mut self, client: usize) {
        if !self.clients[client].online {
            return self.connects(client);
        }
        let follows = &self.clients[client].follows;
        let place = follows[self.rng.usize(..follows.len())];
        match self.rng.u32(0..100) {
            0..40 => self.says(client, place),
            40..50 => self.steps(client, place),
            50..62 => self.marks(client, place),
            62..68 => self.types(client, place),
            68..75 => self.loses(client),
            _ => self.delivers(client, 5),
        }
    }

    fn note(&mut self, client: usize, event: Event) {
        self.clients[client].record.events.push(event);
    }

    fn connects(&mut self, client: usize) {
        let Client { follows, given, cursors, inbox, record, .. } = &mut self.clients[client];
        let after = (!*inbox).then(|| given.get(&follows[0]).copied()).flatten();
        let (user, before) = (record.user, if *inbox { given.clone() } else { HashMap::new() });
        let standing = |place: &usize| {
            let Timeline { key, owner, respondent, head, .. } = &self.timelines[*place];
            let peer = if user == *owner { *respondent } else { *owner };
            let (read_up_to, peer_read_up_to) =
                (self.timelines[*place].read_up_to(user), self.timelines[*place].read_up_to(peer));
            Standing { conversation: key.clone(), head: *head, read_up_to, peer_read_up_to, peer }
        };
        let hello = Hello { conversations: follows.iter().map(standing).collect(), reset: false };
        for place in follows.clone() {
            let timeline = &self.timelines[place];
            given.insert(place, after.unwrap_or(timeline.head));
            for reader in [timeline.owner, timeline.respondent] {
                cursors.insert((place, reader), timeline.read_up_to(reader));
            }
        }
        record.events.push(Event::Connected { after, hello });
        self.clients[client].online = true;
        for (place, after) in before {
            let entries = self.timelines[place].entries.iter().filter(|entry| entry.seq > after).cloned().collect();
            let conversation = self.timelines[place].key.clone();
            self.note(client, Event::Paged { conversation, after, entries });
        }
        for (place, sent) in std::mem::take(&mut self.clients[client].open) {
            // Some give up: nobody will ever know.
            if self.rng.bool() {
                self.sends(client, place, sent);
            }
        }
    }

    fn loses(&mut self, client: usize) {
        self.clients[client].online = false;
        self.note(client, Event::Lost);
    }

    fn says(&mut self, client: usize, place: usize) {
        let named = &mut self.clients[client].named;
        *named += 1;
        let (number, who) = (*named, self.clients[client].record.who.clone());
        let conversation = self.timelines[place].key.clone();
        let content = format!("{number} by {who}");
        self.sends(client, place, Sent { conversation, client_message_id: Some(content.clone()), content });
    }

    /// It arrives, or not; it is answered, or not.
    fn sends(&mut self, client: usize, place: usize, sent: Sent) {
        let user = self.clients[client].record.user;
        self.note(client, Event::Sent(sent.clone()));
        let id = sent.client_message_id.clone();
        let stored = self.timelines[place].entries.iter().find(|entry| entry.client_message_id() == id.as_deref());
        let arrives = self.rng.u32(0..100);
        match stored.cloned() {
            Some(entry) if arrives < 80 => self.note(client, heard(entry, true)),
            None if arrives < 70 => self.stores(place, user, &sent),
            None if arrives < 80 => {
                let code = if self.rng.bool() { "unavailable" } else { "outcome_unknown" };
                if code == "outcome_unknown" && self.rng.bool() {
                    self.stores(place, user, &sent);
                }
                self.note(client, Event::Heard(Frame::Error { code: code.to_owned(), client_message_id: id }));
            }
            known => {
                if known.is_none() && self.rng.bool() {
                    self.stores(place, user, &sent);
                }
                self.clients[client].open.push((place, sent));
                self.loses(client);
            }
        }
    }

    fn stores(&mut self, place: usize, actor: i64, sent: &Sent) {
        let Sent { content, client_message_id, .. } = sent.clone();
        let recipient = self.timelines[place].peer_of(actor).expect("they take part");
        let id = i64::from(self.rng.u32(..));
        self.appends(place, actor, Body::Message { id, content, recipient, client_message_id });
    }

    fn appends(&mut self, place: usize, actor: i64, body: Body) {
        let timeline = &mut self.timelines[place];
        timeline.head += 1;
        let (conversation, seq) = (timeline.key.clone(), timeline.head);
        timeline.entries.push(Entry { conversation, seq, actor, at_ms: 1_000 + seq, body });
    }

    fn steps(&mut self, client: usize, place: usize) {
        let (user, conversation) = (self.clients[client].record.user, self.timelines[place].key.clone());
        self.note(client, Event::Stepped { conversation: conversation.clone(), step: "handshake_start" });
        let live = self.timelines[place].entries.iter().rfind(|entry| entry.step().is_some()).cloned();
        match live.filter(|_| self.rng.u32(0..3) > 0) {
            Some(entry) => {
                let code = "handshake_exists".to_owned();
                self.note(client, Event::Heard(Frame::Error { code, client_message_id: None }));
                self.note(client, heard(entry, true));
            }
            None => {
                let (status, announcement) = ("pending".to_owned(), "Handshake request sent".to_owned());
                let uid = format!("{conversation}#{}", self.timelines[place].head + 1);
                let (completed_by, note, terms) = (Vec::new(), None, Value::Null);
                let Timeline { owner, respondent, .. } = self.timelines[place];
                let initiator = user;
                let body =
                    Body::Step { uid, status, announcement, owner, respondent, initiator, completed_by, note, terms };
                self.appends(place, user, body);
            }
        }
    }

    fn marks(&mut self, client: usize, place: usize) {
        let (user, conversation) = (self.clients[client].record.user, self.timelines[place].key.clone());
        let up_to = self.rng.i64(0..=self.clients[client].given[&place]);
        self.note(client, Event::Marked { conversation: conversation.clone(), up_to });
        let timeline = &mut self.timelines[place];
        let is_owner = timeline.owner == user;
        let cursor = if is_owner { &mut timeline.owner_read_up_to } else { &mut timeline.respondent_read_up_to };
        *cursor = up_to.max(*cursor);
        // Of this it is not told.
        let known = self.clients[client].cursors.entry((place, user)).or_default();
        *known = up_to.max(*known);
        for other in (0..self.clients.len()).filter(|other| *other != client) {
            // Some are told later, by a cursor that is further.
            if self.clients[other].online && self.rng.bool() {
                self.tells(other);
            }
        }
    }

    /// How far anyone has read, as far as that was given.
    fn tells(&mut self, client: usize) {
        for place in self.clients[client].follows.clone() {
            let timeline = &self.timelines[place];
            for reader in [timeline.owner, timeline.respondent] {
                let (conversation, up_to) =
                    (self.timelines[place].key.clone(), self.timelines[place].read_up_to(reader));
                let Client { cursors, given, .. } = &mut self.clients[client];
                let known = cursors.entry((place, reader)).or_default();
                if *known < up_to && up_to <= given[&place] {
                    *known = up_to;
                    self.note(client, Event::Heard(Frame::Read { conversation, reader, up_to }));
                }
            }
        }
    }

    fn types(&mut self, client: usize, place: usize) {
        let (user, conversation) = (self.clients[client].record.user, self.timelines[place].key.clone());
        self.note(client, Event::Typed { conversation: conversation.clone() });
        for other in 0..self.clients.len() {
            let Client { online, follows, record, .. } = &self.clients[other];
            if *online && follows.contains(&place) && record.user != user {
                self.note(other, Event::Heard(Frame::Typing { conversation: conversation.clone(), user }));
                self.note(other, Event::Heard(Frame::Presence { user }));
            }
        }
    }

    /// Of each of its conversations so many that it was not yet given.
    fn delivers(&mut self, client: usize, most: usize) {
        let places: HashSet<_> = self.clients[client].follows.iter().copied().collect();
        for place in places {
            let given = self.clients[client].given[&place];
            let next = self.timelines[place].entries.iter().filter(|entry| entry.seq > given).take(most);
            for entry in next.cloned().collect::<Vec<_>>() {
                self.clients[client].given.insert(place, entry.seq);
                self.note(client, heard(entry, false));
            }
        }
    }
}
