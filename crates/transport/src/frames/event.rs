//! Events as JSON: the same text in the feed and as the body of a webhook. Knows nothing of who gets it.

use handsel_domain::conversation::Side;
use handsel_domain::event::{Event, EventBody, Unread};
use handsel_domain::handshake::{Handshake, State, StepKind};
use handsel_domain::message::ClientMessageId;
use handsel_domain::timeline::{Entry, EntryBody};
use serde::Serialize;
use serde_json::value::RawValue;

use super::server::{handshake_object, redaction_object, rfc3339};

#[derive(Serialize)]
struct EventFields<'a> {
    id: i64,
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: String,
    data: DataFields<'a>,
}

#[derive(Serialize)]
struct DataFields<'a> {
    conversation: String,
    listing: String,
    owner_id: i64,
    respondent_id: i64,
    #[serde(flatten)]
    what: What<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum What<'a> {
    Started { listing_title: &'a str },
    Message { seq: i64, message: MessageFields<'a> },
    Handshake { seq: i64, handshake: Box<RawValue> },
    Redaction { seq: i64, redaction: Box<RawValue> },
    Unread { reader_id: i64, unread_count: u32, first_unread_seq: i64, since: String },
}

#[derive(Serialize)]
struct MessageFields<'a> {
    id: i64,
    sender_id: i64,
    recipient_id: i64,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_message_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redacted_at: Option<String>,
}

/// What kind of event it is.
pub fn event_type(event: &Event) -> &'static str {
    match &event.body {
        EventBody::Started { .. } => "conversation.started",
        EventBody::Entry(entry) => match &entry.body {
            EntryBody::Message { .. } => "message.created",
            EntryBody::Step(handshake) => step_type(handshake),
            EntryBody::Redaction => "message.redacted",
        },
        EventBody::Unread(_) => "conversation.unread",
    }
}

fn step_type(handshake: &Handshake) -> &'static str {
    match handshake.latest {
        StepKind::Start => "handshake.started",
        StepKind::Approve => "handshake.approved",
        StepKind::Decline => "handshake.declined",
        StepKind::Cancel => "handshake.cancelled",
        StepKind::Complete if handshake.state == State::Completed => "handshake.completed",
        StepKind::Complete => "handshake.confirmed",
    }
}

/// One event as JSON; what people wrote is in it only where that is asked for.
pub fn event(event: &Event, with_content: bool) -> Box<RawValue> {
    let conversation = &event.conversation;
    let user = |side| conversation.user(side).get();
    let fields = EventFields {
        id: event.id.get(),
        kind: event_type(event),
        timestamp: rfc3339(event.at()),
        data: DataFields {
            conversation: conversation.key().to_string(),
            listing: conversation.key().listing.to_string(),
            owner_id: user(Side::Owner),
            respondent_id: user(Side::Respondent),
            what: match &event.body {
                EventBody::Started { listing_title, .. } => What::Started { listing_title },
                EventBody::Entry(entry) => of_entry(entry, with_content),
                EventBody::Unread(Unread { reader, count, first, since, .. }) => What::Unread {
                    reader_id: user(*reader),
                    unread_count: *count,
                    first_unread_seq: first.get(),
                    since: rfc3339(*since),
                },
            },
        },
    };
    serde_json::value::to_raw_value(&fields).expect("an event has text keys and no value that JSON lacks")
}

fn of_entry(entry: &Entry, with_content: bool) -> What<'_> {
    let seq = entry.seq.get();
    match &entry.body {
        EntryBody::Message { body, client_message_id, redacted_at, .. } => What::Message {
            seq,
            message: MessageFields {
                id: entry.id.get(),
                sender_id: entry.actor.id.get(),
                recipient_id: entry.recipient().get(),
                created_at: rfc3339(entry.at),
                client_message_id: client_message_id.as_ref().map(ClientMessageId::as_str),
                content: with_content.then(|| body.as_str()),
                redacted_at: redacted_at.map(rfc3339),
            },
        },
        EntryBody::Step(handshake) => {
            let shown = Handshake { note: handshake.note.clone().filter(|_| with_content), ..handshake.clone() };
            What::Handshake { seq, handshake: handshake_object(&entry.conversation, &shown) }
        }
        EntryBody::Redaction => What::Redaction { seq, redaction: redaction_object(entry) },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use handsel_domain::conversation::Conversation;
    use handsel_domain::handshake::{CompletedBy, Decision, Note, Step, StepAction, decide};
    use handsel_domain::ids::{EntryId, EventId, Seq, UserId};
    use handsel_domain::message::MessageBody;
    use handsel_domain::time::Timestamp;
    use handsel_domain::user::{Person, Username};
    use serde_json::{Value, json};

    use super::*;

    const AT: Timestamp = Timestamp::from_millis(1_704_110_400_000);

    fn conversation() -> Conversation {
        let owner = UserId::new(7).expect("an id");
        Conversation::new("offer_1:2".parse().expect("a key"), owner).expect("two people")
    }

    fn told(body: EventBody, with_content: bool) -> Value {
        let event = Event { id: EventId::new(17).expect("an id"), conversation: conversation(), body };
        serde_json::from_str(super::event(&event, with_content).get()).expect("JSON")
    }

    fn entry(body: EntryBody) -> Entry {
        let (id, name) = (UserId::new(2).expect("an id"), Username::parse("bob").expect("a name"));
        Entry {
            id: EntryId::new(5).expect("an id"),
            conversation: conversation(),
            seq: Seq::new(3).expect("a place"),
            actor: Arc::new(Person::new(id, name, "", "")),
            at: AT,
            body,
        }
    }

    fn message(text: &str, client_message_id: Option<&str>, redacted_at: Option<Timestamp>) -> Entry {
        entry(EntryBody::Message {
            body: MessageBody::from_stored(text.to_owned()),
            client_message_id: client_message_id.map(|id| ClientMessageId::parse(id).expect("an id")),
            is_read: false,
            redacted_at,
        })
    }

    #[test]
    fn what_people_wrote_is_told_only_to_who_asks_for_it() {
        let body = || EventBody::Entry(message("Hello!", Some("m-1"), None));
        let mut expected = json!({
            "id": 17, "type": "message.created", "timestamp": "2024-01-01T12:00:00.000Z",
            "data": {
                "conversation": "offer_1:2", "listing": "offer_1", "owner_id": 7, "respondent_id": 2, "seq": 3,
                "message": {"id": 5, "sender_id": 2, "recipient_id": 7, "created_at": "2024-01-01T12:00:00.000Z",
                    "client_message_id": "m-1"},
            },
        });
        assert_eq!(told(body(), false), expected);
        expected["data"]["message"]["content"] = json!("Hello!");
        assert_eq!(told(body(), true), expected);
    }

    #[test]
    fn what_was_redacted_says_so() {
        let told = told(EventBody::Entry(message("", None, Some(AT))), true);
        let message = &told["data"]["message"];
        assert_eq!((&message["content"], &message["redacted_at"]), (&json!(""), &json!("2024-01-01T12:00:00.000Z")));
    }

    #[test]
    fn a_redaction_names_whose_words_are_gone() {
        let told = told(EventBody::Entry(entry(EntryBody::Redaction)), true);
        assert_eq!((&told["type"], &told["data"]["seq"]), (&json!("message.redacted"), &json!(3)));
        assert_eq!(
            told["data"]["redaction"],
            json!({"conversation": "offer_1:2", "seq": 3, "actor_id": 2, "created_at": "2024-01-01T12:00:00.000Z",
                "redacts": "all_of_actor"})
        );
    }

    #[test]
    fn a_beginning_names_the_listing() {
        let told = told(EventBody::Started { at: AT, listing_title: "Bike repair".to_owned() }, false);
        assert_eq!(
            (&told["type"], &told["data"]["listing_title"]),
            (&json!("conversation.started"), &json!("Bike repair"))
        );
    }

    #[test]
    fn messages_that_wait_name_their_reader() {
        let unread = Unread {
            reader: Side::Owner,
            count: 4,
            first: Seq::new(3).expect("a place"),
            since: AT,
            at: AT.plus(std::time::Duration::from_mins(5)),
        };
        let told = told(EventBody::Unread(unread), false);
        assert_eq!(told["timestamp"], "2024-01-01T12:05:00.000Z");
        assert_eq!(
            told["data"],
            json!({"conversation": "offer_1:2", "listing": "offer_1", "owner_id": 7, "respondent_id": 2, "reader_id": 7,
                "unread_count": 4, "first_unread_seq": 3, "since": "2024-01-01T12:00:00.000Z"})
        );
    }

    #[test]
    fn a_handshakes_note_is_what_somebody_wrote() {
        let note = Note::parse("at ten").expect("a note");
        let step = Step::new(StepAction::Start { note, terms: None });
        let Decision::Taken(handshake) = decide(None, Side::Respondent, &step, Seq::FIRST, AT) else {
            panic!("a start is possible")
        };
        let body = || EventBody::Entry(entry(EntryBody::Step(handshake.clone())));
        let (without, with) = (told(body(), false), told(body(), true));
        assert_eq!(
            (&without["data"]["handshake"]["note"], &with["data"]["handshake"]["note"]),
            (&json!(null), &json!("at ten"))
        );
    }

    #[test]
    fn the_first_of_two_completions_is_a_confirmation() {
        let one = CompletedBy { owner: false, respondent: true };
        for (latest, state, expected) in [
            (StepKind::Start, State::Pending, "handshake.started"),
            (StepKind::Approve, State::Approved { completed_by: CompletedBy::default() }, "handshake.approved"),
            (StepKind::Decline, State::Declined, "handshake.declined"),
            (StepKind::Cancel, State::Cancelled { completed_by: CompletedBy::default() }, "handshake.cancelled"),
            (StepKind::Complete, State::Approved { completed_by: one }, "handshake.confirmed"),
            (StepKind::Complete, State::Completed, "handshake.completed"),
        ] {
            let handshake = Handshake {
                started: Seq::new(1).expect("a place"),
                initiator: Side::Respondent,
                note: None,
                terms: None,
                state,
                version: Seq::new(3).expect("a place"),
                actor: Side::Respondent,
                latest,
                at: AT,
            };
            let told = told(EventBody::Entry(entry(EntryBody::Step(handshake))), false);
            assert_eq!(told["type"], expected);
            assert_eq!(told["data"]["handshake"]["uid"], "offer_1:2#1");
            assert_eq!(told["data"]["seq"], told["data"]["handshake"]["seq"]);
        }
    }
}
