//! A user at one conversation, who says things and takes steps. Knows nothing of what comes of it.

use std::sync::Arc;

use handsel_domain::conversation::{ConversationKey, ConversationState};
use handsel_domain::handshake::{Step, StepAction};
use handsel_domain::ids::{Head, UserId};
use handsel_domain::message::{ClientMessageId, MessageBody};
use handsel_domain::ports::{Append, AppendError, Appended, Conversations, ReadMoved, Timeline};
use handsel_domain::timeline::{Draft, Entry, TimelinePage, TimelineRange};
use handsel_domain::user::Person;
use handsel_storage::Storage;

use super::expect::new_entry;

#[derive(Clone)]
pub(crate) struct Seat {
    pub(crate) person: Arc<Person>,
    pub(crate) key: ConversationKey,
    timeline: Arc<dyn Timeline>,
    conversations: Arc<dyn Conversations>,
}

/// A message, unnamed or named by its sender.
pub(crate) fn message(text: &str, client_message_id: Option<&str>) -> Draft {
    Draft::Message {
        body: MessageBody::parse(text).expect("a valid text"),
        client_message_id: client_message_id.map(|id| ClientMessageId::parse(id).expect("a valid id")),
    }
}

/// A start without note or terms.
pub(crate) const fn start() -> StepAction {
    StepAction::Start { note: None, terms: None }
}

impl Seat {
    pub(crate) fn new(storage: &Storage, person: &Arc<Person>, key: ConversationKey) -> Self {
        Self {
            person: Arc::clone(person),
            key,
            timeline: Arc::clone(&storage.timeline),
            conversations: Arc::clone(&storage.conversations),
        }
    }

    /// The same user at another conversation.
    pub(crate) fn at(&self, key: ConversationKey) -> Self {
        Self { key, ..self.clone() }
    }

    pub(crate) fn id(&self) -> UserId {
        self.person.id
    }

    pub(crate) async fn appends(&self, draft: Draft) -> Result<Appended, AppendError> {
        self.appends_within(draft, 0).await
    }

    /// Where so many new conversations fit into a day.
    pub(crate) async fn appends_within(&self, draft: Draft, starts_per_day: u32) -> Result<Appended, AppendError> {
        let append = Append { conversation: self.key, actor: Arc::clone(&self.person), draft, starts_per_day };
        self.timeline.append(append).await
    }

    /// Says something new.
    pub(crate) async fn says(&self, text: &str) -> Arc<Entry> {
        new_entry(self.appends(message(text, None)).await)
    }

    /// Says something under a name that makes a repetition recognisable.
    pub(crate) async fn sends(&self, client_message_id: &str, text: &str) -> Result<Appended, AppendError> {
        self.appends(message(text, Some(client_message_id))).await
    }

    /// Takes a step on whatever state is current.
    pub(crate) async fn tries(&self, action: StepAction) -> Result<Appended, AppendError> {
        self.appends(Draft::Step(Step::new(action))).await
    }

    /// Takes a step on the state of that version.
    pub(crate) async fn tries_seeing(&self, version: i64, action: StepAction) -> Result<Appended, AppendError> {
        self.appends(Draft::Step(Step { action, seen: Some(version) })).await
    }

    /// Takes a step that is possible.
    pub(crate) async fn takes(&self, action: StepAction) -> Arc<Entry> {
        new_entry(self.tries(action).await)
    }

    /// Reads a part of the timeline.
    pub(crate) async fn reads(&self, range: TimelineRange) -> Option<TimelinePage> {
        self.timeline.read(self.key, range).await.expect("the storage answers")
    }

    /// Reads the whole timeline, page after page.
    pub(crate) async fn reads_all(&self) -> Vec<Entry> {
        let (mut all, mut after) = (Vec::new(), Head::NONE);
        while let Some(page) = self.reads(TimelineRange::after(after)).await
            && let Some(last) = page.entries.last()
        {
            assert!(!after.covers(last.seq), "expected a page past {after}, saw one that ends at {}", last.seq);
            after = last.seq.into();
            all.extend(page.entries);
        }
        all
    }

    /// The conversation as it stands, where anyone has written in it.
    pub(crate) async fn state(&self) -> Option<ConversationState> {
        self.conversations.find(self.key).await.expect("the storage answers")
    }

    /// The newest `seq`, 0 where nobody has written.
    pub(crate) async fn head(&self) -> i64 {
        self.state().await.map_or(0, |state| state.head.get())
    }

    /// Says that everything up to there is read.
    pub(crate) async fn has_read(&self, up_to: i64) -> ReadMoved {
        let up_to = Head::new(up_to).expect("a place");
        self.conversations.move_read_cursor(self.key, self.id(), up_to).await.expect("the storage answers")
    }
}
