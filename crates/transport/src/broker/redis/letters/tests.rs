//! As few publications as there can be, each to whom it concerns.

use handsel_domain::ids::{EntryId, Seq};
use handsel_domain::message::MessageBody;
use handsel_domain::time::Timestamp;
use handsel_domain::timeline::EntryBody;
use handsel_domain::user::{Person, Username};
use serde_json::{Value, json};

use super::*;

struct Bench {
    channels: Channels,
}

fn user(id: i64) -> UserId {
    UserId::new(id).expect("an id")
}

fn conversation(respondent: i64) -> Conversation {
    Conversation::new(format!("offer_1:{respondent}").parse().expect("a key"), user(1)).expect("two people")
}

fn entry(respondent: i64, seq: i64, characters: usize) -> Said {
    let name = Username::parse("ana").expect("a name");
    Said::Entry(Arc::new(Entry {
        id: EntryId::new(seq).expect("an id"),
        conversation: conversation(respondent),
        seq: Seq::new(seq).expect("a seq"),
        actor: Arc::new(Person::new(user(1), name, "", "")),
        at: Timestamp::from_millis(seq),
        body: EntryBody::Message {
            body: MessageBody::parse(&"x".repeat(characters)).expect("a message"),
            client_message_id: None,
            is_read: false,
            redacted_at: None,
        },
    }))
}

impl Bench {
    fn new() -> Self {
        Self { channels: Channels::new("p:".parse().expect("a prefix")) }
    }

    /// Channels and news of each letter.
    fn letters(&self, said: Vec<Said>) -> Vec<(Vec<String>, Value)> {
        let letters = Writer { node: NodeId::random(), channels: &self.channels }.write(said);
        let news = |letter: &Letter| -> Value {
            let payload: Value = serde_json::from_str(&letter.payload).expect("it is JSON");
            payload["news"].clone()
        };
        letters.iter().map(|letter| (letter.channels.clone(), news(letter))).collect()
    }
}

fn seqs(news: &Value) -> Vec<i64> {
    let entries = news["entries"].as_array().unwrap_or_else(|| panic!("expected entries, saw {news}"));
    entries.iter().filter_map(|entry| entry["seq"].as_i64()).collect()
}

#[test]
fn entries_of_one_conversation_share_a_letter_to_its_two() {
    let letters = Bench::new().letters(vec![entry(2, 1, 1), entry(3, 1, 1), entry(2, 2, 1), entry(2, 3, 1)]);
    let seen: Vec<_> = letters.iter().map(|(channels, news)| (channels.join(" "), seqs(news))).collect();
    assert_eq!(seen, [("p:user:1 p:user:2".to_owned(), vec![1, 2, 3]), ("p:user:1 p:user:3".to_owned(), vec![1])]);
}

#[test]
fn a_letter_has_an_end_and_the_order_stays() {
    let said = (1..=100).map(|seq| entry(2, seq, 4_000)).collect();
    let letters = Bench::new().letters(said);
    assert!(letters.len() > 1, "a hundred long messages were one letter");
    let all: Vec<_> = letters.iter().flat_map(|(_, news)| seqs(news)).collect();
    assert_eq!(all, (1..=100).collect::<Vec<_>>());
    for (_, news) in letters {
        assert!(news.to_string().len() < 2 * FRAMES_BYTES_MAX, "{} bytes", news.to_string().len());
    }
}

#[test]
fn of_somebody_who_comes_and_goes_the_latest_is_said() {
    let said = [(1, true), (2, true), (1, false), (3, false), (3, true), (1, true)];
    let mut letters = Bench::new().letters(said.map(|(id, there)| Said::Presence(user(id), there)).to_vec());
    let (channels, mut news) = letters.remove(0);
    news["there"].as_array_mut().expect("users").sort_by_key(Value::as_i64);
    assert_eq!((channels, news), (vec!["p:all".to_owned()], json!({"there": [1, 2, 3]})));
    assert_eq!(letters, []);
}

#[test]
fn typing_is_for_the_peer_and_a_revoked_token_for_all() {
    let token = TokenId::new(7).expect("an id");
    let letters = Bench::new().letters(vec![Said::Typing(conversation(2), user(2)), Said::Revoked(vec![token])]);
    let typing = json!({"typing": {"conversation": "offer_1:2", "owner": 1, "user": 2}});
    assert_eq!(letters, [(vec!["p:all".to_owned()], json!({"revoked": [7]})), (vec!["p:user:1".to_owned()], typing)]);
}
