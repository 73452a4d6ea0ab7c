//! What a batch decides: which drafts become entries, at which place, and which are refused or repeated.
//!
//! A pure function over what was loaded under the lock; knows nothing of SQL.

use std::collections::HashMap;
use std::sync::Arc;

use handsel_domain::conversation::{Between, Conversation, ConversationKey, Side, WriteRefused, may_start, may_write};
use handsel_domain::handshake::{Decision, Handshake, Step, decide};
use handsel_domain::ids::{Head, Seq, UserId};
use handsel_domain::listing::ListingStatus;
use handsel_domain::message::{ClientMessageId, MessageBody};
use handsel_domain::ports::{Append, AppendError};
use handsel_domain::time::Timestamp;
use handsel_domain::timeline::{Draft, Entry, EntryBody};

/// What is known of one conversation while a batch is decided.
#[derive(Debug)]
pub(super) struct Slate {
    pub(super) key: ConversationKey,
    /// The listing's owner and status, where there is such a listing.
    pub(super) listing: Option<(UserId, ListingStatus)>,
    /// Its row, where somebody has written in it before.
    pub(super) id: Option<i64>,
    pub(super) head: Head,
    pub(super) last_entry_at: Timestamp,
    /// The latest handshake, whatever became of it.
    pub(super) handshake: Option<Handshake>,
    /// The handshakes that this batch changes, oldest first.
    pub(super) changed: Vec<Handshake>,
    /// How it stands between the two.
    pub(super) between: Between,
}

impl Slate {
    fn change(&mut self, handshake: Handshake) {
        self.changed.retain(|earlier| earlier.started != handshake.started);
        self.changed.push(handshake.clone());
        self.handshake = Some(handshake);
    }
}

/// What a batch is decided on beside its slates.
#[derive(Debug)]
pub(super) struct Known {
    /// The messages that were stored under one of the batch's `client_message_id`s.
    pub(super) stored: HashMap<Repetition, Arc<Entry>>,
    /// When respondents who begin a conversation began others.
    pub(super) starts: HashMap<UserId, Vec<Timestamp>>,
    pub(super) now: Timestamp,
}

/// How a message is recognised when it comes again: the conversation's slot, the sender, the sender's id for it.
pub(super) type Repetition = (usize, UserId, ClientMessageId);

/// An entry to be.
#[derive(Debug)]
pub(super) struct Planned {
    /// Which conversation, by its place among the slates.
    pub(super) slot: usize,
    /// Whose draft, by its place in the batch.
    pub(super) item: usize,
    pub(super) conversation: Conversation,
    pub(super) seq: Seq,
    pub(super) at: Timestamp,
    pub(super) body: EntryBody,
}

/// What becomes of one item of the batch.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It is this one of the planned entries.
    New(usize),
    /// It is the same as this one of the planned entries: sent twice within the batch.
    RepeatsPlanned(usize),
    /// It was stored before.
    RepeatsStored(Arc<Entry>),
    /// The step was taken before.
    RepeatsStep(Conversation, Handshake),
    /// Nothing is stored for it.
    Refused(AppendError),
}

/// A batch, decided.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) slates: Vec<Slate>,
    pub(super) entries: Vec<Planned>,
    /// One for each item, in their order.
    pub(super) verdicts: Vec<Verdict>,
}

/// Decides the items in order; each sees what those in front of it did.
///
/// `slots` says for each item which slate is its conversation's.
pub(super) fn plan(slates: Vec<Slate>, slots: &[usize], items: &[&Append], known: Known) -> Plan {
    let mut planner = Planner { slates, entries: Vec::new(), planned: HashMap::new(), known };
    let mut verdicts: Vec<_> =
        items.iter().zip(slots).enumerate().map(|(item, (append, slot))| planner.decide(item, *slot, append)).collect();
    for (verdict, slot) in verdicts.iter_mut().zip(slots) {
        verdict.show_state_of(&planner.slates[*slot]);
    }
    Plan { slates: planner.slates, entries: planner.entries, verdicts }
}

impl Verdict {
    /// Which of the planned entries it is, where it is one.
    pub(super) const fn new_entry(&self) -> Option<usize> {
        match self {
            Self::New(entry) => Some(*entry),
            Self::RepeatsPlanned(_) | Self::RepeatsStored(_) | Self::RepeatsStep(..) | Self::Refused(_) => None,
        }
    }

    /// What is answered after the commit shows the state after the commit: steps further down the batch are told first.
    fn show_state_of(&mut self, slate: &Slate) {
        let shown = match self {
            Self::RepeatsStep(_, handshake) => handshake,
            Self::Refused(AppendError::Step { current: Some((_, handshake)), .. }) => &mut **handshake,
            Self::New(_) | Self::RepeatsPlanned(_) | Self::RepeatsStored(_) | Self::Refused(_) => return,
        };
        if let Some(latest) = &slate.handshake {
            *shown = latest.clone();
        }
    }
}

struct Planner {
    slates: Vec<Slate>,
    entries: Vec<Planned>,
    planned: HashMap<Repetition, usize>,
    known: Known,
}

impl Planner {
    fn decide(&mut self, item: usize, slot: usize, append: &Append) -> Verdict {
        let slate = &self.slates[slot];
        let Some((owner, status)) = slate.listing else { return Verdict::Refused(AppendError::ListingNotFound) };
        let conversation = match Conversation::new(slate.key, owner) {
            Ok(conversation) => conversation,
            Err(refused) => return Verdict::Refused(WriteRefused::from(refused).into()),
        };
        let (actor, intent) = (append.actor.id, append.draft.intent());
        let admitted = may_write(&conversation, actor, slate.head, status, &slate.between, intent)
            .and_then(|side| self.may_begin(slate, append).map(|()| side));
        match (admitted, &append.draft) {
            (Ok(_), Draft::Message { body, client_message_id }) => {
                self.message(item, slot, conversation, actor, body, client_message_id.as_ref())
            }
            (Ok(side), Draft::Step(step)) => self.step(item, slot, conversation, side, step),
            (Ok(_), Draft::Redaction) => self.append(item, slot, conversation, EntryBody::Redaction),
            (Err(refused), draft) if refused.is_between_the_two() => {
                self.repeated(slot, conversation, actor, draft).unwrap_or(Verdict::Refused(refused.into()))
            }
            (Err(refused), _) => Verdict::Refused(refused.into()),
        }
    }

    /// Whether the conversation goes on, or may begin today.
    fn may_begin(&self, slate: &Slate, append: &Append) -> Result<(), WriteRefused> {
        match self.known.starts.get(&append.actor.id) {
            Some(starts) if slate.head == Head::NONE => may_start(starts, append.starts_per_day, self.known.now),
            Some(_) | None => Ok(()),
        }
    }

    /// What was stored before something came between the two is still the answer to whoever asks for it again.
    fn repeated(&self, slot: usize, conversation: Conversation, actor: UserId, draft: &Draft) -> Option<Verdict> {
        match draft {
            Draft::Message { body, client_message_id } => {
                self.earlier(&(slot, actor, client_message_id.clone()?), body)
            }
            Draft::Step(step) => {
                let slate = &self.slates[slot];
                let (side, seq) = (conversation.side_of(actor)?, slate.head.next());
                match decide(slate.handshake.clone(), side, step, seq, self.known.now) {
                    Decision::Repeated(handshake) => Some(Verdict::RepeatsStep(conversation, handshake)),
                    Decision::Taken(_) | Decision::Refused { .. } => None,
                }
            }
            Draft::Redaction => None,
        }
    }

    /// What becomes of a message whose sender has used its name before.
    fn earlier(&self, repetition: &Repetition, body: &MessageBody) -> Option<Verdict> {
        let same = |earlier: &EntryBody| matches!(earlier, EntryBody::Message { body: earlier, .. } if earlier == body);
        let (is_same, verdict) = match (self.known.stored.get(repetition), self.planned.get(repetition)) {
            (Some(entry), _) => (same(&entry.body), Verdict::RepeatsStored(Arc::clone(entry))),
            (None, Some(&entry)) => (same(&self.entries[entry].body), Verdict::RepeatsPlanned(entry)),
            (None, None) => return None,
        };
        Some(if is_same { verdict } else { Verdict::Refused(AppendError::ClientMessageIdConflict) })
    }

    fn message(
        &mut self,
        item: usize,
        slot: usize,
        conversation: Conversation,
        sender: UserId,
        body: &MessageBody,
        id: Option<&ClientMessageId>,
    ) -> Verdict {
        if let Some(id) = id {
            let repetition = (slot, sender, id.clone());
            if let Some(earlier) = self.earlier(&repetition, body) {
                return earlier;
            }
            self.planned.insert(repetition, self.entries.len());
        }
        let body = EntryBody::Message {
            body: body.clone(),
            client_message_id: id.cloned(),
            is_read: false,
            redacted_at: None,
        };
        self.append(item, slot, conversation, body)
    }

    fn step(&mut self, item: usize, slot: usize, conversation: Conversation, side: Side, step: &Step) -> Verdict {
        let slate = &mut self.slates[slot];
        let at = self.known.now.max(slate.last_entry_at);
        match decide(slate.handshake.clone(), side, step, slate.head.next(), at) {
            Decision::Taken(handshake) => {
                slate.change(handshake.clone());
                self.append(item, slot, conversation, EntryBody::Step(handshake))
            }
            Decision::Repeated(handshake) => Verdict::RepeatsStep(conversation, handshake),
            Decision::Refused { reason, current } => Verdict::Refused(AppendError::Step {
                reason,
                current: current.map(|handshake| (conversation, Box::new(handshake))),
            }),
        }
    }

    fn append(&mut self, item: usize, slot: usize, conversation: Conversation, body: EntryBody) -> Verdict {
        let slate = &mut self.slates[slot];
        let (seq, at) = (slate.head.next(), self.known.now.max(slate.last_entry_at));
        if slate.head == Head::NONE
            && let Some(starts) = self.known.starts.get_mut(&slate.key.respondent)
        {
            starts.push(at);
        }
        slate.head = seq.into();
        slate.last_entry_at = at;
        self.entries.push(Planned { slot, item, conversation, seq, at, body });
        Verdict::New(self.entries.len() - 1)
    }
}
