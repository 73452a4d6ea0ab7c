//! One conversation with its timeline, entry by entry, in constant memory. Knows nothing of other conversations.

use super::findings::{Findings, shown};
use super::replay::{Made, Replay};
use super::{Breach, BreachCode, Place, StoredBody, StoredConversation, StoredEntry, StoredHandshake};
use crate::conversation::{Between, Conversation, ConversationKey, Intent, Side, WriteRefused, may_write};
use crate::handshake::{CompletedBy, State};
use crate::ids::{EntryId, Head, ListingNumber, Seq, UserId};
use crate::listing::{ListingKind, ListingRef, ListingStatus};
use crate::message::{ClientMessageId, MessageBody, MessageBodyInvalid};
use crate::time::Timestamp;

/// A conversation under audit. Hand over its entries in the order of their `seq`, then [`Self::end`] it. All of it must
/// have been read at one moment: what is committed in between is no breach.
pub struct ConversationAudit {
    stored: StoredConversation,
    /// The two, where these are two.
    conversation: Option<Conversation>,
    replay: Option<Replay>,
    findings: Findings,
    /// The place that the next entry must have.
    due: i64,
    /// When the newest entry was written, where that can be read.
    newest_at: Option<i64>,
    /// Where the handshakes that are said to be live were started: the first two, and how many there are.
    live: (Vec<i64>, u64),
    /// The newest message of each side, owner first, that still says something.
    said: [Option<i64>; 2],
    entries: u64,
    handshakes: u64,
}

/// What an audit has come to.
#[derive(Debug)]
pub struct Audited {
    /// What is wrong: at most [`super::BREACHES_PER_CONVERSATION_MAX`], and one more that says how many there are besides.
    pub breaches: Vec<Breach>,
    /// Entries that were handed over.
    pub entries: u64,
    /// Handshakes that were handed over.
    pub handshakes: u64,
}

impl ConversationAudit {
    /// Begins with the conversation's own row.
    pub fn begin(stored: StoredConversation) -> Self {
        let key = key(&stored);
        let owner = UserId::new(stored.owner_id).map_err(|wrong| format!("owner_id: {wrong}"));
        let place = match &key {
            Ok(key) => Place::Conversation(*key),
            Err(_) => Place::row("conversations", stored.id),
        };
        let mut findings = Findings::about(place);
        for wrong in [key.as_ref().err(), owner.as_ref().err()].into_iter().flatten() {
            findings.add(BreachCode::RowUnreadable, wrong.as_str());
        }
        let both = key.ok().zip(owner.ok());
        let conversation = both.map(|(key, owner)| Conversation::new(key, owner)).transpose().unwrap_or_else(|_| {
            findings.add(BreachCode::OwnerIsRespondent, format!("both sides are user {}", stored.owner_id));
            None
        });
        check_targets(&stored, &mut findings);
        let replay = conversation.map(Replay::of);
        let (live, due) = ((Vec::new(), 0), Seq::FIRST.get());
        let said = [None; 2];
        Self { stored, conversation, replay, findings, due, newest_at: None, live, said, entries: 0, handshakes: 0 }
    }

    /// Takes the next entry: its place, and the rest of it or why that cannot be read.
    pub fn entry(&mut self, seq: i64, entry: Result<StoredEntry, String>) {
        self.entries += 1;
        let Some(place) = self.place(seq) else { return };
        let entry = match entry {
            Ok(entry) => entry,
            Err(why) => {
                self.findings.add_at(seq, BreachCode::RowUnreadable, why);
                self.newest_at = None;
                return self.lose();
            }
        };
        if let Err(wrong) = EntryId::new(entry.id) {
            self.findings.add_at(seq, BreachCode::RowUnreadable, wrong.to_string());
        }
        if let Some(before) = self.newest_at.filter(|before| entry.created_at < *before) {
            let back = before.saturating_sub(entry.created_at);
            self.findings.add_at(seq, BreachCode::TimeBackwards, format!("{back} ms in front of the entry before it"));
        }
        self.newest_at = Some(entry.created_at);
        if let Some(redacted) = entry.redacts_seq.filter(|redacted| !(1..seq).contains(redacted)) {
            self.findings.add_at(seq, BreachCode::RedactsNothing, format!("#{redacted} does not stand in front of it"));
        }
        let side = self.side(place, entry.actor_id);
        self.count(seq, entry.handshake.as_ref());
        match entry.body {
            StoredBody::Message { content, client_message_id, redacted } => {
                if let Some(side) = side.filter(|_| !redacted) {
                    self.said[side as usize] = Some(seq);
                }
                self.message(seq, content.as_deref().unwrap_or_default(), client_message_id.as_deref(), redacted);
                self.no_start(seq, entry.handshake.is_some());
            }
            StoredBody::Redaction => {
                self.no_start(seq, entry.handshake.is_some());
                if let Some(said) = side.and_then(|side| self.said[side as usize]) {
                    let detail = format!("what the same user said at #{said} is still there");
                    self.findings.add_at(seq, BreachCode::RedactionIncomplete, detail);
                }
            }
            StoredBody::Step(step) => {
                if step.step.as_deref() != Some("start") {
                    self.no_start(seq, entry.handshake.is_some());
                }
                match (side, &mut self.replay) {
                    (Some(side), Some(replay)) => {
                        let made = Made { seq: place, side, at: Timestamp::from_millis(entry.created_at) };
                        replay.step(made, &step, entry.handshake, &mut self.findings);
                    }
                    (None, _) | (_, None) => self.lose(),
                }
            }
        }
    }

    /// Takes a handshake for whose start there is no entry.
    pub fn handshake_without_entry(&mut self, started: i64, row: &Result<StoredHandshake, String>) {
        self.count(started, Some(row));
        self.no_start(started, true);
    }

    /// Takes a `client_message_id` that one sender has used more than once: where first, where last.
    pub fn client_message_id_repeated(&mut self, actor_id: i64, first: i64, last: i64, times: i64) {
        let detail = format!("user {actor_id} has {times} messages under one id, the first of them #{first}");
        self.findings.add_at(last, BreachCode::ClientMessageIdRepeated, detail);
    }

    /// There are no more entries.
    pub fn end(mut self) -> Audited {
        if let Some(replay) = &mut self.replay {
            replay.settle(&mut self.findings);
        }
        let newest = self.due - 1;
        let Self { stored, mut findings, .. } = self;
        if newest == 0 && stored.head == 0 {
            findings.add(BreachCode::ConversationEmpty, "nobody has written in it");
        } else if stored.head != newest {
            findings.add(BreachCode::HeadWrong, format!("head is {} and the newest entry #{newest}", stored.head));
        }
        if let Some(at) = self.newest_at.filter(|at| *at != stored.last_entry_at) {
            let detail = format!("last_entry_at is {} and the newest entry's time {at}", stored.last_entry_at);
            findings.add(BreachCode::LastEntryAtWrong, detail);
        }
        for (side, cursor) in [(Side::Owner, stored.owner_read_up_to), (Side::Respondent, stored.respondent_read_up_to)]
        {
            let name = side.name();
            if let Err(wrong) = Head::new(cursor) {
                findings.add(BreachCode::RowUnreadable, format!("{name}_read_up_to: {wrong}"));
            } else if cursor > newest {
                let detail = format!("the {name} has read up to #{cursor}, and the newest entry is #{newest}");
                findings.add(BreachCode::CursorAhead, detail);
            }
        }
        if let (started, count @ 2..) = &self.live {
            let detail = format!("{count} are live, those of #{} and #{} among them", started[0], started[1]);
            findings.add(BreachCode::TwoLiveHandshakes, detail);
        }
        Audited { breaches: findings.into_breaches(), entries: self.entries, handshakes: self.handshakes }
    }

    /// Whether the entry is the next one; `None` where it is none that could be judged.
    fn place(&mut self, seq: i64) -> Option<Seq> {
        let Ok(place) = Seq::new(seq) else {
            self.findings.add_at(seq, BreachCode::RowUnreadable, "this is no place in a timeline");
            return None;
        };
        if seq < self.due {
            self.findings.add_at(seq, BreachCode::SeqRepeated, "another entry has the same place");
            return None;
        }
        if seq > self.due {
            let (missing, last) = (seq - self.due, seq - 1);
            let detail = match missing {
                1 => "this entry is missing".to_owned(),
                _ => format!("{missing} entries are missing, up to #{last}"),
            };
            self.findings.add_at(self.due, BreachCode::SeqHole, detail);
        }
        self.due = seq + 1;
        Some(place)
    }

    /// On which side the writer stands, who must have been one who may write at that place.
    fn side(&mut self, place: Seq, actor: i64) -> Option<Side> {
        let conversation = self.conversation?;
        let before = Head::new(place.get() - 1).unwrap_or_default();
        let Ok(user) = UserId::new(actor) else {
            self.findings.add_at(place.get(), BreachCode::NotAParticipant, format!("{actor} is no user's id"));
            return None;
        };
        // Whether the listing was open then, and how it stood between the two, nobody has written down.
        match may_write(&conversation, user, before, ListingStatus::Open, &Between::default(), Intent::Say) {
            Ok(side) => Some(side),
            Err(WriteRefused::NotAParticipant(_)) => {
                let [owner, respondent] = [Side::Owner, Side::Respondent].map(|side| conversation.user(side));
                let detail = format!("written by user {user}; the two are users {owner} and {respondent}");
                self.findings.add_at(place.get(), BreachCode::NotAParticipant, detail);
                None
            }
            Err(refused) => {
                self.findings.add_at(place.get(), BreachCode::BegunByOwner, refused.to_string());
                conversation.side_of(user)
            }
        }
    }

    fn message(&mut self, seq: i64, content: &str, client_message_id: Option<&str>, redacted: bool) {
        match (MessageBody::parse(content), redacted) {
            (Ok(_) | Err(MessageBodyInvalid::TooLong | MessageBodyInvalid::Nul), true) => {
                self.findings.add_at(seq, BreachCode::RedactedContentKept, "its content is still there");
            }
            (Err(MessageBodyInvalid::Required), true) if client_message_id.is_some() => {
                self.findings.add_at(seq, BreachCode::RedactedContentKept, "its client_message_id is still there");
            }
            (Err(MessageBodyInvalid::Required), false) => {
                self.findings.add_at(seq, BreachCode::ContentMissing, "it says nothing, and was not redacted");
            }
            (Err(wrong), false) => self.findings.add_at(seq, BreachCode::ContentInvalid, wrong.to_string()),
            (Ok(_), false) | (Err(MessageBodyInvalid::Required), true) => {}
        }
        if let Some(Err(wrong)) = client_message_id.map(ClientMessageId::parse) {
            self.findings.add_at(seq, BreachCode::RowUnreadable, wrong.to_string());
        }
    }

    fn count(&mut self, started: i64, row: Option<&Result<StoredHandshake, String>>) {
        let Some(row) = row else { return };
        self.handshakes += 1;
        let Ok(row) = row else { return };
        match State::from_name(&row.status, CompletedBy::default()) {
            None => {
                let detail = format!("the handshake that starts here: there is no status {}", shown(&row.status));
                self.findings.add_at(started, BreachCode::RowUnreadable, detail);
            }
            Some(state) if state.is_live() => {
                let (first, count) = &mut self.live;
                *count += 1;
                if first.len() < 2 {
                    first.push(started);
                }
            }
            Some(_) => {}
        }
    }

    fn no_start(&mut self, seq: i64, has_handshake: bool) {
        if has_handshake {
            let detail = "a handshake is said to start here, and no entry starts it";
            self.findings.add_at(seq, BreachCode::HandshakeWithoutStart, detail);
        }
    }

    fn lose(&mut self) {
        if let Some(replay) = &mut self.replay {
            replay.lose();
        }
    }
}

fn key(stored: &StoredConversation) -> Result<ConversationKey, String> {
    let StoredConversation { listing_kind, listing_id, respondent_id, .. } = stored;
    let kind =
        ListingKind::from_name(listing_kind).ok_or_else(|| format!("listing_kind {} is none", shown(listing_kind)))?;
    let number = ListingNumber::new(*listing_id).map_err(|wrong| format!("listing_id: {wrong}"))?;
    let respondent = UserId::new(*respondent_id).map_err(|wrong| format!("respondent_id: {wrong}"))?;
    Ok(ConversationKey { listing: ListingRef { kind, number }, respondent })
}

fn check_targets(stored: &StoredConversation, findings: &mut Findings) {
    match stored.listing_owner_id {
        None => findings.add(BreachCode::ListingMissing, "the listing that it is about is not there"),
        Some(owner) if owner != stored.owner_id => {
            let detail = format!("its owner is user {} and its listing's owner user {owner}", stored.owner_id);
            findings.add(BreachCode::OwnerDiffers, detail);
        }
        Some(_) => {}
    }
    for (name, id, found) in
        [("owner", stored.owner_id, stored.owner_found), ("respondent", stored.respondent_id, stored.respondent_found)]
    {
        if !found {
            findings.add(BreachCode::UserMissing, format!("its {name} is user {id}, who is not there"));
        }
    }
}
