//! What a client knows and writes down: the record for the checker, and the little that a resume needs. Knows nothing
//! of sockets.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::checker::timeline::Stand;
use crate::checker::{Entry, Event, Frame, Hello, Record, Sent};

pub(super) struct Diary {
    pub(super) record: Record,
    /// The highest `seq` that it was given, of each conversation.
    given: HashMap<String, i64>,
    /// How far each has read, as far as it knows, by conversation and user.
    cursors: HashMap<(String, i64), i64>,
    /// Sent, and not answered yet.
    pub(super) open: Vec<Sent>,
    /// The last that was answered: sent again, it changes nothing.
    answered: Option<Sent>,
    /// How many messages it has named.
    named: usize,
}

impl Diary {
    pub(super) fn new(who: &str, user: i64) -> Self {
        let record = Record::of(who, user);
        Self { record, given: HashMap::new(), cursors: HashMap::new(), open: Vec::new(), answered: None, named: 0 }
    }

    /// The highest `seq` that it was given.
    pub(super) fn given(&self, conversation: &str) -> Option<i64> {
        self.given.get(conversation).copied()
    }

    /// What it lacks of that: an entry, or how far someone has read.
    pub(super) fn lacks(&self, conversation: &str, stand: &Stand) -> Option<String> {
        let given = self.given(conversation).unwrap_or_default();
        let known = |user| self.cursors.get(&(conversation.to_owned(), user)).copied().unwrap_or_default();
        if given < stand.head {
            return Some(format!("{conversation} from {given} to {}", stand.head));
        }
        let behind = stand.cursors.into_iter().find(|(user, up_to)| known(*user) < *up_to);
        behind.map(|(user, up_to)| format!("{user} to have read {conversation} from {} to {up_to}", known(user)))
    }

    /// A socket is open. What lies before a first one is not asked for.
    pub(super) fn connected(&mut self, after: Option<i64>, hello: Hello) {
        for standing in &hello.conversations {
            self.given.entry(standing.conversation.clone()).or_insert(standing.head);
            for (user, up_to) in [(self.record.user, standing.read_up_to), (standing.peer, standing.peer_read_up_to)] {
                self.cursors.insert((standing.conversation.clone(), user), up_to);
            }
        }
        self.record.events.push(Event::Connected { after, hello });
    }

    pub(super) fn lost(&mut self) {
        self.record.events.push(Event::Lost);
    }

    pub(super) fn paged(&mut self, conversation: &str, after: i64, entries: Vec<Entry>) {
        let conversation = conversation.to_owned();
        if let Some(last) = entries.last() {
            self.given.insert(conversation.clone(), last.seq);
        }
        self.record.events.push(Event::Paged { conversation, after, entries });
    }

    pub(super) fn heard(&mut self, frame: &Value) {
        let frame = Frame::parse(frame);
        match &frame {
            Frame::Entry { entry, repeat } => {
                if !repeat {
                    let given = self.given.entry(entry.conversation.clone()).or_default();
                    *given = entry.seq.max(*given);
                }
                if let Some(id) = entry.client_message_id().filter(|_| entry.actor == self.record.user) {
                    self.is_answered(id);
                }
            }
            Frame::Read { conversation, reader, up_to } => {
                // It may have been on its way when the client marked more.
                let cursor = self.cursors.entry((conversation.clone(), *reader)).or_default();
                *cursor = (*up_to).max(*cursor);
            }
            // These are to be sent again; any other refuses for good.
            Frame::Error { code, .. } if code == "unavailable" || code == "outcome_unknown" => {}
            Frame::Error { client_message_id: Some(id), .. } => self.is_answered(id),
            _ => {}
        }
        self.record.events.push(Event::Heard(frame));
    }

    fn is_answered(&mut self, id: &str) {
        if let Some(place) = self.open.iter().position(|sent| sent.client_message_id.as_deref() == Some(id)) {
            self.answered = Some(self.open.swap_remove(place));
        }
    }

    /// A message with a name of its own.
    pub(super) fn says(&mut self, conversation: &str, content: impl FnOnce(usize) -> String) -> Value {
        self.named += 1;
        let client_message_id = Some(format!("{} #{}", self.record.who, self.named));
        let content = content(self.named);
        let sent = Sent { conversation: conversation.to_owned(), client_message_id, content };
        self.open.push(sent.clone());
        self.sends(sent)
    }

    /// What has no answer yet, each again.
    pub(super) fn says_open_again(&mut self) -> Vec<Value> {
        self.open.clone().into_iter().map(|sent| self.sends(sent)).collect()
    }

    /// What was answered last, again: it was heard, and must not be stored twice.
    pub(super) fn says_answered_again(&mut self) -> Option<Value> {
        self.answered.clone().map(|sent| self.sends(sent))
    }

    fn sends(&mut self, sent: Sent) -> Value {
        let Sent { conversation, client_message_id, content } = &sent;
        let frame = json!({"type": "message", "conversation": conversation, "content": content,
            "client_message_id": client_message_id});
        self.record.events.push(Event::Sent(sent));
        frame
    }

    /// All that it was given is read; of that it is not told over this socket.
    pub(super) fn marks(&mut self, conversation: &str) -> Value {
        let up_to = self.given(conversation).unwrap_or_default();
        let cursor = self.cursors.entry((conversation.to_owned(), self.record.user)).or_default();
        *cursor = up_to.max(*cursor);
        self.record.events.push(Event::Marked { conversation: conversation.to_owned(), up_to });
        json!({"type": "read", "conversation": conversation, "up_to": up_to})
    }

    pub(super) fn types(&mut self, conversation: &str) -> Value {
        self.record.events.push(Event::Typed { conversation: conversation.to_owned() });
        json!({"type": "typing", "conversation": conversation})
    }

    pub(super) fn steps(&mut self, conversation: &str, step: &'static str) -> Value {
        self.record.events.push(Event::Stepped { conversation: conversation.to_owned(), step });
        json!({"type": step, "conversation": conversation})
    }
}
