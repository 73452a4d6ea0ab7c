//! What is written is read as it was; what is not as it should be has a code. Knows nothing of files.

use handsel_domain::handshake::{Note, StepAction, Terms};
use handsel_domain::ids::{EntryId, Head, ID_MAX, ListingNumber, Seq, UserId};
use handsel_domain::listing::{Description, ListingKind, ListingRef, ListingStatus, Title};
use handsel_domain::message::{ClientMessageId, MessageBody};
use handsel_domain::moving::{MovedBlock, MovedConversation, MovedEntry, MovedListing, MovedUser, Said};
use handsel_domain::password::PasswordHash;
use handsel_domain::time::Timestamp;
use handsel_domain::user::{Name, Username};
use handsel_storage::{Item, Unfit};
use proptest::option;
use proptest::prelude::*;

use super::{Parsed, Passwords, codes, line, parse};

const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$gZiV/M1gPc22ElAH/Jh1Hw$CWOrkoo7oJBQ/iyh7uJ0LO2aLEfrHwTWllSAxT0zRno";
/// The last moment that RFC 3339 can say.
const LATEST: i64 = 253_402_300_799_999;

fn id<T: TryFrom<i64, Error: std::fmt::Debug> + std::fmt::Debug>() -> impl Strategy<Value = T> {
    prop_oneof![1..1_000_i64, Just(ID_MAX)].prop_map(|id| T::try_from(id).expect("an id"))
}

fn time() -> impl Strategy<Value = Timestamp> {
    (0..=LATEST).prop_map(Timestamp::from_millis)
}

/// Whatever people write, quotes and line breaks and all.
fn text(most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(any::<char>().prop_filter("no database has it", |c| *c != '\0'), 1..most)
        .prop_map(String::from_iter)
        .prop_filter("there is something in it", |text| !text.trim().is_empty())
}

fn listing() -> impl Strategy<Value = ListingRef> {
    (any::<bool>(), id::<ListingNumber>()).prop_map(|(is_offer, number)| {
        let kind = if is_offer { ListingKind::Offer } else { ListingKind::Need };
        ListingRef { kind, number }
    })
}

fn key() -> impl Strategy<Value = handsel_domain::conversation::ConversationKey> {
    (listing(), id::<UserId>())
        .prop_map(|(listing, respondent)| handsel_domain::conversation::ConversationKey { listing, respondent })
}

fn user() -> impl Strategy<Value = Item> {
    let names = ("[a-z0-9@.+_é-]{1,150}", "[a-zA-Z é'\"\\\\]{0,100}", "[a-zA-Z é'\"\\\\]{0,100}");
    let times = (time(), option::of(time()), option::of(time()), option::of(time()));
    (id(), names, times, any::<bool>()).prop_map(
        |(id, (username, first, last), (created_at, suspended_at, deleted_at, signed_out_at), known)| {
            Item::User(MovedUser {
                id,
                username: Username::parse_of_site(&username).expect("a name"),
                first_name: Name::parse(&first).expect("a name"),
                last_name: Name::parse(&last).expect("a name"),
                created_at,
                password: known.then(|| PasswordHash::new(HASH.to_owned())),
                suspended_at,
                deleted_at,
                signed_out_at,
            })
        },
    )
}

fn block() -> impl Strategy<Value = Item> {
    (id(), id(), time()).prop_map(|(blocker, blocked, at)| Item::Block(MovedBlock { blocker, blocked, at }))
}

fn published() -> impl Strategy<Value = Item> {
    (listing(), id(), text(100), text(500), any::<bool>(), time()).prop_map(
        |(listing, owner, title, description, is_open, created_at)| {
            Item::Listing(MovedListing {
                listing,
                owner,
                title: Title::parse(&title).expect("a title"),
                description: Description::parse(&description).expect("a description"),
                status: if is_open { ListingStatus::Open } else { ListingStatus::Closed },
                created_at,
            })
        },
    )
}

fn conversation() -> impl Strategy<Value = Item> {
    (key(), 0..=ID_MAX, 0..=ID_MAX).prop_map(|(key, owner, respondent)| {
        let [owner_read_up_to, respondent_read_up_to] =
            [owner, respondent].map(|up_to| Head::new(up_to).expect("a place"));
        Item::Conversation(MovedConversation { key, owner_read_up_to, respondent_read_up_to })
    })
}

fn said() -> impl Strategy<Value = Said> {
    let name = || option::of(text(64).prop_map(|name| ClientMessageId::parse(&name).expect("a name")));
    let message = (text(400), name()).prop_map(|(body, client_message_id)| Said::Message {
        body: MessageBody::parse(&body).expect("a text"),
        client_message_id,
    });
    let redacted = time().prop_map(|redacted_at| Said::Redacted { redacted_at });
    let start = (option::of(text(200)), option::of("[a-z]{0,20}")).prop_map(|(note, terms)| {
        let terms = terms.map(|terms| format!(r#"{{"hours":1e999,"about":["{terms}",null]}}"#));
        Said::Step(StepAction::Start {
            note: note.and_then(|note| Note::parse(&note).expect("a note")),
            terms: terms.map(|terms| Terms::from_compact_object(terms).expect("terms")),
        })
    });
    let others = [StepAction::Approve, StepAction::Decline, StepAction::Cancel, StepAction::Complete];
    prop_oneof![
        message,
        redacted,
        start,
        Just(Said::Redaction),
        prop::sample::select(others.to_vec()).prop_map(Said::Step)
    ]
}

fn entry() -> impl Strategy<Value = Item> {
    (key(), id::<Seq>(), option::of(id::<EntryId>()), id(), time(), said())
        .prop_map(|(key, seq, id, actor, at, said)| Item::Entry(key, MovedEntry { seq, id, actor, at, said }))
}

fn read(text: &str) -> Item {
    match parse(text, Timestamp::from_millis(LATEST)) {
        Ok(Parsed::Item(item, noted)) => {
            assert!(noted.is_empty(), "{noted:?}");
            item
        }
        other => panic!("expected an item, saw {other:?} in {text}"),
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_it_was(item in prop_oneof![user(), block(), published(), conversation(), entry()]) {
        let text = line(&item, Passwords::Included).expect("it is written").expect("a line");
        prop_assert!(!text.contains('\n'));
        prop_assert_eq!(format!("{:?}", read(&text)), format!("{item:?}"));
        prop_assert_eq!(line(&read(&text), Passwords::Included).expect("it is written"), Some(text));
    }

    #[test]
    fn whatever_a_line_says_it_is_read_or_has_a_code(text in ".{0,200}") {
        if let Err(unread) = parse(&text, Timestamp::from_millis(LATEST)) {
            prop_assert!(codes::ALL.contains(&unread.finding.code), "{:?}", unread);
        }
    }
}

/// The code of a line that cannot be read, and whether it is known what that makes unfit.
fn code(text: &str) -> (&'static str, bool) {
    let unread = parse(text, Timestamp::from_millis(1_800_000_000_000)).expect_err(text);
    assert!(codes::ALL.contains(&unread.finding.code), "{unread:?}");
    assert!(!unread.finding.taken, "{unread:?}");
    (unread.finding.code, unread.unfit.is_some())
}

#[test]
fn what_is_not_as_it_should_be_has_a_code() {
    let user = |more: &str| format!(r#"{{"type":"user","created_at":"2026-01-01T00:00:00Z",{more}}}"#);
    let block = |more: &str| format!(r#"{{"type":"block","blocker_id":1,{more}}}"#);
    let message =
        |more: &str| format!(r#"{{"type":"message","conversation":"offer_1:2","seq":1,"sender_id":2,{more}}}"#);
    let step = |more: &str| {
        format!(
            r#"{{"type":"step","conversation":"offer_1:2","seq":1,"actor_id":2,"created_at":"2026-01-01T00:00:00Z",{more}}}"#
        )
    };
    let long = "x".repeat(4_001);
    for (line, expected) in [
        (String::new(), ("not_json", false)),
        ("{".to_owned(), ("not_json", false)),
        ("[]".to_owned(), ("field_invalid", false)),
        (r#"{"id":1}"#.to_owned(), ("field_invalid", false)),
        (r#"{"type":"shop"}"#.to_owned(), ("type_unknown", false)),
        (user(r#""id":1"#), ("field_invalid", true)),
        (user(r#""id":"1","username":"ana""#), ("field_invalid", false)),
        (user(r#""id":1,"username":"ana","email":"x""#), ("field_invalid", true)),
        (user(r#""id":0,"username":"ana""#), ("id_invalid", false)),
        (user(r#""id":9007199254740993,"username":"ana""#), ("id_invalid", false)),
        (user(r#""id":1,"username":"ana lovelace""#), ("username_invalid", true)),
        (user(r#""id":1,"username":"""#), ("username_length", true)),
        (user(r#""id":1,"username":"ana","first_name":"a\u0007""#), ("name_invalid", true)),
        (block(r#""blocked_id":2"#), ("field_invalid", true)),
        (block(r#""blocked_id":2,"created_at":"2026-01-01T00:00:00Z","why":"""#), ("field_invalid", true)),
        (block(r#""blocked_id":0,"created_at":"2026-01-01T00:00:00Z""#), ("id_invalid", true)),
        (block(r#""blocked_id":2,"created_at":"yesterday""#), ("time_invalid", true)),
        (message(r#""created_at":"yesterday","content":"Hello!""#), ("time_invalid", true)),
        (message(r#""created_at":"1969-12-31T23:59:59Z","content":"Hello!""#), ("time_invalid", true)),
        (message(r#""created_at":"2030-01-01T00:00:00Z","content":"Hello!""#), ("time_invalid", true)),
        (message(r#""created_at":"2026-01-01T00:00:00Z","content":" ""#), ("content_required", true)),
        (message(r#""created_at":"2026-01-01T00:00:00Z","content":"a\u0000""#), ("content_invalid", true)),
        (message(&format!(r#""created_at":"2026-01-01T00:00:00Z","content":"{long}""#)), ("content_too_long", true)),
        (step(r#""step":"refuse""#), ("step_unknown", true)),
        (step(r#""step":"start","terms":[]"#), ("field_invalid", true)),
        (step(r#""step":"start","terms":{"a":}"#), ("not_json", false)),
    ] {
        assert_eq!(code(&line), expected, "{line}");
    }
    assert!(matches!(
        parse(&user(r#""id":7,"username":"a b""#), Timestamp::from_millis(LATEST)).expect_err("no name").unfit,
        Some(Unfit::User(id)) if id.get() == 7
    ));
}

#[test]
fn times_may_have_any_offset_and_more_digits_than_are_kept() {
    let at = |text: &str| {
        let line = format!(
            r#"{{"type":"message","conversation":"offer_1:2","seq":1,"sender_id":2,"created_at":"{text}","content":"Hello!"}}"#
        );
        match read(&line) {
            Item::Entry(_, entry) => entry.at.as_millis(),
            other => panic!("expected an entry, saw {other:?}"),
        }
    };
    let expected = 1_767_225_600_123;
    for text in ["2026-01-01T00:00:00.123Z", "2026-01-01T01:00:00.123456+01:00", "2025-12-31T23:00:00.1239-01:00"] {
        assert_eq!(at(text), expected, "{text}");
    }
}

#[test]
fn a_password_of_another_kind_is_left_out_and_noted() {
    let line = r#"{"type":"user","id":1,"username":"a","created_at":"2026-01-01T00:00:00Z","password_hash":"pbkdf2_sha256$1$a$b"}"#;
    match parse(line, Timestamp::from_millis(LATEST)) {
        Ok(Parsed::Item(Item::User(user), noted)) => {
            assert_eq!(user.password, None);
            assert_eq!(
                noted.iter().map(|one| (one.taken, one.code)).collect::<Vec<_>>(),
                [(true, codes::PASSWORD_UNKNOWN)]
            );
        }
        other => panic!("expected a user, saw {other:?}"),
    }
}

#[test]
fn every_code_is_explained() {
    let documentation = include_str!("../../../../docs/moving.md");
    for code in codes::ALL.iter().chain(handsel_domain::moving::codes::ALL) {
        assert!(documentation.contains(&format!("`{code}`")), "{code} is not explained");
    }
}
