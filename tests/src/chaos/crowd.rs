//! Who takes part, in which conversations, each with which client. Knows nothing of what they do.

use serde_json::json;

use crate::checker::{Event, Record, Sent};
use crate::{Pair, Person, Server};

/// One pair in so many has another conversation with the pair before it, and looks at both through inboxes.
const CROSSED_IN: usize = 4;

/// Someone's client: a chat socket, or an inbox.
#[derive(Clone, Debug)]
pub(super) struct Participant {
    pub(super) who: String,
    pub(super) person: Person,
    /// The one conversation of a chat socket, all of an inbox.
    pub(super) keys: Vec<String>,
    pub(super) inbox: bool,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    pub(super) participants: Vec<Participant>,
    /// Every conversation.
    pub(super) keys: Vec<String>,
    /// How the conversations began.
    pub(super) begun: Vec<Record>,
}

impl Crowd {
    /// So many pairs, who find each other over HTTP.
    pub(super) async fn meets(server: &Server, pairs: usize) -> Self {
        let pairs = Pair::meet(server, pairs).await;
        let mut crowd = Self::default();
        for pair in &pairs {
            crowd.talks(&pair.owner, &pair.respondent, &pair.key);
        }
        for two in pairs.chunks_exact(CROSSED_IN).map(|some| &some[CROSSED_IN - 2..]) {
            let [Pair { owner, key, .. }, Pair { respondent, key: other, .. }] = two else { continue };
            let listing = key.split(':').next().unwrap_or_default();
            let crossed = format!("{listing}:{}", respondent.id);
            let path = format!("/api/conversations/{crossed}/messages/");
            respondent.post(&path, json!({"content": "Hello!"})).await.is(201);
            crowd.talks(owner, respondent, &crossed);
            crowd.looks(owner, &[key, &crossed]);
            crowd.looks(respondent, &[other, &crossed]);
        }
        crowd
    }

    /// Both have a chat socket; the respondent has begun.
    fn talks(&mut self, owner: &Person, respondent: &Person, key: &str) {
        self.keys.push(key.to_owned());
        for person in [owner, respondent] {
            let who = format!("{} in {key}", person.username);
            self.participants.push(Participant {
                who,
                person: person.clone(),
                keys: vec![key.to_owned()],
                inbox: false,
            });
        }
        let sent = Sent { conversation: key.to_owned(), client_message_id: None, content: "Hello!".to_owned() };
        let begun = Record { events: vec![Event::Sent(sent)], ..Record::of("at the beginning", respondent.id) };
        self.begun.push(begun);
    }

    fn looks(&mut self, person: &Person, keys: &[&str]) {
        let who = format!("{}'s inbox", person.username);
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        self.participants.push(Participant { who, person: person.clone(), keys, inbox: true });
    }
}
