//! The feed of events, event by event, and what must be in it. Knows nothing of what the entries say.

use super::findings::shown;
use super::{Breach, BreachCode, Place};

/// An event, and what else is stored of what it tells.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    /// Its place in the feed.
    pub id: i64,
    /// What it tells.
    pub kind: String,
    /// Where in its conversation.
    pub seq: i64,
    /// Whether there is an entry.
    pub entry_found: bool,
    /// Where the entry in front of that has its event, if it has one.
    pub before: Option<i64>,
}

/// A feed under audit. Hand over its events in the order of their ids.
pub struct FeedAudit {
    /// The place that the next event must have.
    due: i64,
    last: i64,
}

impl FeedAudit {
    /// Of events past `expired` and up to `last`.
    pub const fn begin(expired: i64, last: i64) -> Self {
        Self { due: expired.saturating_add(1), last }
    }

    /// Events up to there are not kept any more by now.
    pub fn expired(&mut self, up_to: i64) {
        self.due = self.due.max(up_to.saturating_add(1));
    }

    /// Takes the next event; returns what is wrong with it, or in front of it.
    pub fn event(&mut self, event: &StoredEvent) -> Vec<Breach> {
        let mut breaches: Vec<_> = self.hole(event.id).into_iter().collect();
        self.due = event.id.saturating_add(1);
        let mut add = |code, detail| {
            breaches.push(Breach { code, place: Place::row("events", event.id), seq: None, detail });
        };
        if !["started", "entry", "unread"].contains(&event.kind.as_str()) {
            add(BreachCode::RowUnreadable, format!("there is no kind {}", shown(&event.kind)));
        }
        if !event.entry_found {
            add(BreachCode::EventOfNothing, format!("its entry, #{} of its conversation, is not there", event.seq));
        }
        if let Some(before) = event.before.filter(|before| event.kind == "entry" && *before > event.id) {
            add(BreachCode::EventMisplaced, format!("the entry in front of its own comes later, as event {before}"));
        }
        breaches
    }

    /// Returns what is missing at the end.
    pub fn end(self) -> Option<Breach> {
        self.hole(self.last.saturating_add(1))
    }

    fn hole(&self, found: i64) -> Option<Breach> {
        let detail = match found - self.due {
            ..=0 => return None,
            1 => "this event is missing".to_owned(),
            missing => format!("{missing} events from here on are missing"),
        };
        Some(Breach { code: BreachCode::EventHole, place: Place::row("events", self.due), seq: None, detail })
    }
}

/// An entry that the feed has passed over.
pub fn entry_without_event(id: i64) -> Breach {
    let detail = "the feed is past it and has no event of it".to_owned();
    Breach { code: BreachCode::EventMissing, place: Place::row("entries", id), seq: None, detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: i64) -> StoredEvent {
        StoredEvent { id, kind: "entry".to_owned(), seq: 2, entry_found: true, before: Some(id - 1) }
    }

    fn found(breaches: impl IntoIterator<Item = Breach>) -> Vec<String> {
        breaches.into_iter().map(|breach| format!("{} {}: {}", breach.code, breach.place, breach.detail)).collect()
    }

    #[test]
    fn a_feed_without_a_hole_is_healthy() {
        let mut feed = FeedAudit::begin(3, 6);
        for id in 4..=6 {
            assert_eq!(found(feed.event(&event(id))), [""; 0]);
        }
        assert_eq!(found(feed.end()), [""; 0]);
        assert_eq!(found(FeedAudit::begin(7, 7).end()), [""; 0]);
    }

    #[test]
    fn each_hole_is_found() {
        let mut feed = FeedAudit::begin(3, 12);
        assert_eq!(found(feed.event(&event(5))), ["event_hole events 4: this event is missing"]);
        assert_eq!(found(feed.event(&event(9))), ["event_hole events 6: 3 events from here on are missing"]);
        assert_eq!(found(feed.end()), ["event_hole events 10: 3 events from here on are missing"]);
    }

    #[test]
    fn what_expires_meanwhile_is_no_hole() {
        let mut feed = FeedAudit::begin(3, 6);
        feed.expired(5);
        assert_eq!(found(feed.event(&event(6))), [""; 0]);
    }

    #[test]
    fn an_event_has_its_entry_and_comes_behind_the_one_before() {
        let mut feed = FeedAudit::begin(0, 3);
        let wrong = StoredEvent { kind: "rumour".to_owned(), entry_found: false, ..event(1) };
        assert_eq!(
            found(feed.event(&wrong)),
            [
                "row_unreadable events 1: there is no kind \"rumour\"",
                "event_of_nothing events 1: its entry, #2 of its conversation, is not there",
            ]
        );
        let early = StoredEvent { before: Some(3), ..event(2) };
        assert_eq!(
            found(feed.event(&early)),
            ["event_misplaced events 2: the entry in front of its own comes later, as event 3"]
        );
    }
}
