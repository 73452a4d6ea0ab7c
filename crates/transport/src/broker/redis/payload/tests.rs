//! What is said is heard as it was said, and nothing else is.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn conversation() -> Conversation {
    let owner = UserId::new(1).expect("an id");
    Conversation::new("offer_1:2".parse().expect("a key"), owner).expect("two people")
}

fn ids() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(1_i64..=1 << 53, 0..20)
}

fn users(ids: Vec<i64>) -> Vec<UserId> {
    ids.into_iter().map(|id| UserId::new(id).expect("an id")).collect()
}

fn live(seq: i64, content: &str) -> Live {
    let frame = json!({"type": "message", "message": {"content": content, "seq": seq}});
    let seq = Seq::new(seq).expect("a seq");
    Live { conversation: conversation(), seq, handed_at: Instant::now(), frame: frame.to_string().into() }
}

fn news() -> impl Strategy<Value = News> {
    let entry = (1_i64..=1 << 53, ".{0,40}").prop_map(|(seq, content)| live(seq, &content));
    let side = prop_oneof![Just(Side::Owner), Just(Side::Respondent)];
    let cursor = (side, 0_i64..=1 << 53).prop_map(|(reader, up_to)| ReadCursor {
        conversation: conversation(),
        reader,
        up_to: Head::new(up_to).expect("a head"),
    });
    prop_oneof![
        prop::collection::vec(entry, 0..5).prop_map(News::Entries),
        cursor.prop_map(News::Read),
        (1_i64..=2, ".{0,300}").prop_map(|(user, words)| News::Objection(Objection {
            conversation: conversation(),
            actor: UserId::new(user).expect("an id"),
            step: StepKind::Approve,
            refusal: RefusalText::new(Some(&words)),
        })),
        (1_i64..=2).prop_map(|user| News::Typing(conversation(), UserId::new(user).expect("an id"))),
        ids().prop_map(|ids| News::Revoked(ids.into_iter().map(|id| TokenId::new(id).expect("an id")).collect())),
        (1_i64..=1 << 53, any::<bool>()).prop_map(|(user, suspended)| {
            let account = if suspended { Account::Suspended } else { Account::Erased };
            News::ShutOut(UserId::new(user).expect("an id"), account)
        }),
        (1_i64..=1 << 53, 1_i64..=1 << 53, any::<bool>()).prop_map(|(one, other, barred)| News::Barred(
            [one, other].map(|id| UserId::new(id).expect("an id")),
            barred
        )),
        ids().prop_map(|ids| News::There(users(ids))),
        ids().prop_map(|ids| News::Gone(users(ids))),
        Just(News::WhoIsThere),
        Just(News::Goodbye),
        Just(News::Missed),
        any::<u64>().prop_map(News::Beat),
    ]
}

proptest! {
    #[test]
    fn what_is_said_is_heard_as_it_was_said(news in news()) {
        let from = NodeId::random();
        let said = encode(from, &news);
        let heard = decode(said.as_bytes()).expect("it is of this version");
        prop_assert_eq!(heard.from, from);
        prop_assert_eq!(encode(from, &heard.news), said);
    }

    #[test]
    fn no_bytes_are_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(decode(&bytes).is_err());
    }
}

type Change<'a> = &'a dyn Fn(&mut Value);

fn changed(change: impl Fn(&mut Value)) -> Result<Heard, Unintelligible> {
    let payload = encode(NodeId::random(), &News::Entries(vec![live(3, "Hello!")]));
    let mut payload: Value = serde_json::from_str(&payload).expect("it is JSON");
    change(&mut payload);
    decode(payload.to_string().as_bytes())
}

#[test]
fn another_version_and_whatever_is_wrong_is_not_understood() {
    assert!(changed(|_| {}).is_ok());
    let cases: [(&str, Change<'_>); 9] = [
        ("a later version", &|payload| payload["v"] = json!(2)),
        ("no version", &|payload| payload["v"] = json!(null)),
        ("a kind of news that is not known", &|payload| payload["news"] = json!({"weather": "fine"})),
        ("no node", &|payload| payload["from"] = json!("me")),
        ("a seq that is none", &|payload| payload["news"]["entries"][0]["seq"] = json!(0)),
        ("a short form", &|payload| payload["news"]["entries"][0]["conversation"] = json!("offer_1")),
        ("one person alone", &|payload| payload["news"]["entries"][0]["owner"] = json!(2)),
        ("no frame", &|payload| {
            payload["news"]["entries"][0].as_object_mut().expect("an entry").remove("frame");
        }),
        ("a reader who is neither", &|payload| {
            payload["news"] = json!({"read": {"conversation": "offer_1:2", "owner": 1, "reader": 3, "up_to": 1}});
        }),
    ];
    for (what, change) in cases {
        assert!(changed(change).is_err(), "{what}");
    }
    assert!(decode(&vec![b' '; PAYLOAD_BYTES_MAX + 1]).is_err());
}
