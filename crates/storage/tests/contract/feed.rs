//! The feed of events as tests read it. Knows nothing of what must be in it.

use std::time::Duration;

use handsel_domain::event::{Event, EventBody};
use handsel_domain::ids::EventId;
use handsel_domain::ports::{EventsPage, EventsPageError, Recorded};
use handsel_domain::time::Timestamp;
use handsel_domain::timeline::EntryBody;

use sea_orm::{ConnectionTrait, Statement};

use super::bench::{Bench, Process};
use super::clock::START;

/// How long a message waits in these tests until the site is told.
pub(crate) const NOTIFY_AFTER: Duration = Duration::from_mins(5);

/// More than any of these tests has.
pub(crate) const MANY: u32 = 1_000;

pub(crate) fn place(id: i64) -> Option<EventId> {
    EventId::new(id).ok()
}

/// An event in words.
pub(crate) fn words(event: &Event) -> String {
    let key = event.conversation.key();
    let what = match &event.body {
        EventBody::Started { listing_title, .. } => format!("started {key} about {listing_title}"),
        EventBody::Entry(entry) => match &entry.body {
            EntryBody::Message { body, .. } => format!("{key} #{} {}", entry.seq, body.as_str()),
            EntryBody::Step(handshake) => format!("{key} #{} {}", entry.seq, handshake.latest.name()),
            EntryBody::Redaction => format!("{key} #{} redaction", entry.seq),
        },
        EventBody::Unread(unread) => {
            let (reader, at) = (unread.reader, unread.at.as_millis() - START.as_millis());
            format!("{key} {reader:?} has not read {} from #{} at {at}", unread.count, unread.first)
        }
    };
    format!("{} {what}", event.id)
}

impl Bench {
    /// Records until nothing can be committed any more in front of what was recorded.
    pub(crate) async fn settles(&self) {
        let outside = self.outside().await;
        let open = "SELECT 1 FROM event_feed AS f WHERE f.recorded_up_to < (SELECT MAX(e.id) FROM entries AS e)";
        let open = Statement::from_string(outside.get_database_backend(), open);
        self.records_all(MANY).await;
        while outside.query_one_raw(open.clone()).await.expect("it answers").is_some() {
            assert_eq!(self.records_all(MANY).await, 0);
            // Others of the same server have to end what they are at.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Process {
    pub(crate) async fn begins_its_feed(&self) {
        self.storage.events.begin().await.expect("the storage answers");
    }

    pub(crate) async fn records(&self, limit: u32) -> Recorded {
        self.records_at(handsel_domain::ports::Clock::now(&*self.clock), limit).await
    }

    pub(crate) async fn records_at(&self, now: Timestamp, limit: u32) -> Recorded {
        self.storage.events.record(now, NOTIFY_AFTER, limit).await.expect("the storage answers")
    }

    /// Records until nothing is left; returns how many events that made.
    pub(crate) async fn records_all(&self, limit: u32) -> u64 {
        let mut events = 0;
        loop {
            let recorded = self.records(limit).await;
            events += recorded.events;
            if !recorded.more {
                return events;
            }
        }
    }

    pub(crate) async fn page(&self, after: Option<EventId>, limit: u32) -> Result<EventsPage, EventsPageError> {
        self.storage.events.page(after, limit).await
    }

    /// The whole feed, page after page.
    pub(crate) async fn events(&self) -> Vec<Event> {
        let mut all: Vec<Event> = Vec::new();
        loop {
            let after = all.last().map(|event| event.id);
            let page = self.page(after, 7).await.expect("there is a page");
            assert!(page.events.len() <= 7, "{}", page.events.len());
            if page.events.is_empty() {
                assert_eq!(page.newest, after, "what is left out is there");
                return all;
            }
            all.extend(page.events);
        }
    }

    /// The same in words.
    pub(crate) async fn feed(&self) -> Vec<String> {
        self.events().await.iter().map(words).collect()
    }
}
