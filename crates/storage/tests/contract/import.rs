//! What moves in, beside what is there. Knows nothing of files, nor of what a line says.

use std::sync::Arc;

use handsel_domain::conversation::ConversationKey;
use handsel_domain::ids::{CHOSEN_ID_MAX, EntryId, Head, ID_MAX, Seq, UserId};
use handsel_domain::listing::{Description, ListingStatus, Title};
use handsel_domain::message::MessageBody;
use handsel_domain::moving::{MovedConversation, MovedEntry, MovedListing, MovedUser, Said};
use handsel_domain::password::PasswordHash;
use handsel_domain::ports::{Admission, Messages};
use handsel_domain::time::Timestamp;
use handsel_domain::user::{Name, Person, Username};
use handsel_storage::{Item, Line};

use super::bench::{Bench, later};
use super::clock::START;
use super::feed::{MANY, NOTIFY_AFTER};
use super::jwts::{admit, claims, jwt};

contract! {
    somebody_is_redacted_once_in_however_many_runs_that_moves_in,
    a_redaction_of_what_can_be_read_is_refused,
    an_id_that_leaves_no_room_behind_it_is_not_taken,
    a_jwt_from_before_its_user_was_logged_out_elsewhere_is_refused,
    what_people_wrote_in_front_of_what_moves_in_is_told,
    nothing_of_who_was_erased_here_comes_back,
    who_is_erased_while_it_moves_in_does_not_come_back,
    who_was_logged_out_elsewhere_since_is_logged_out_here_and_all_else_stays,
}

pub(crate) fn id(number: i64) -> UserId {
    UserId::new(number).expect("an id")
}

pub(crate) fn user(number: i64, name: &str) -> MovedUser {
    MovedUser {
        id: id(number),
        username: Username::parse(name).expect("a valid name"),
        first_name: Name::default(),
        last_name: Name::default(),
        created_at: START,
        password: None,
        suspended_at: None,
        deleted_at: None,
        signed_out_at: None,
    }
}

fn listing(name: &str, owner: i64) -> Item {
    Item::Listing(MovedListing {
        listing: name.parse().expect("a valid name"),
        owner: UserId::new(owner).expect("an id"),
        title: Title::parse("Bike repair").expect("a valid title"),
        description: Description::default(),
        status: ListingStatus::Open,
        created_at: START,
    })
}

/// Ana, who has an offer, and Bob and Cem.
fn people() -> Vec<Item> {
    let users = [(1, "ana"), (2, "bob"), (3, "cem")].map(|(id, name)| Item::User(user(id, name)));
    users.into_iter().chain([listing("offer_1", 1)]).collect()
}

/// A conversation about that offer with what was said in it, and by whom.
fn talk(respondent: i64, said: &[(i64, Said)]) -> Vec<Item> {
    let respondent = UserId::new(respondent).expect("an id");
    let key = ConversationKey { listing: "offer_1".parse().expect("a valid name"), respondent };
    let (owner_read_up_to, respondent_read_up_to) = (Head::NONE, Head::NONE);
    let begun = Item::Conversation(MovedConversation { key, owner_read_up_to, respondent_read_up_to });
    let entries = (1..).zip(said).map(|(seq, (actor, said))| {
        let (seq, actor) = (Seq::new(seq).expect("a place"), UserId::new(*actor).expect("an id"));
        Item::Entry(key, MovedEntry { seq, id: None, actor, at: later(seq.get()), said: said.clone() })
    });
    [begun].into_iter().chain(entries).collect()
}

fn hello() -> Said {
    Said::Message { body: MessageBody::parse("Hello!").expect("a text"), client_message_id: None }
}

const fn gone() -> Said {
    Said::Redacted { redacted_at: START }
}

impl Bench {
    /// Takes the lines in, at most so many at once; returns what is found, as `line code`, with a `+` where it was taken.
    async fn takes_in(&self, items: &[Item], at_once: usize) -> Vec<String> {
        let lines: Vec<_> = (1..).zip(items).map(|(number, item)| Line { number, item: item.clone() }).collect();
        let (mut importer, mut verdicts) = (self.storage.importer(NOTIFY_AFTER), Vec::new());
        for run in lines.chunks(at_once) {
            verdicts.extend(importer.take(run).await.expect("nobody is in the way"));
        }
        verdicts.extend(importer.end());
        let found = verdicts.into_iter().flat_map(|verdict| {
            let line = verdict.line;
            verdict
                .findings
                .into_iter()
                .map(move |one| format!("{line} {}{}", if one.taken { "+" } else { "" }, one.code))
        });
        found.collect()
    }
}

async fn somebody_is_redacted_once_in_however_many_runs_that_moves_in(bench: Bench) {
    let said = [(2, gone()), (1, hello()), (2, Said::Redaction), (2, Said::Redaction), (1, hello())];
    let lines = [people(), talk(2, &said), talk(3, &[(3, hello())])].concat();
    let expected = ["9 redaction_repeated", "10 behind_refused"];
    for at_once in [100, 1] {
        assert_eq!(bench.takes_in(&lines, at_once).await, expected, "{at_once} at once");
        let other = Bench::fresh_of_the_kind_of(&bench).await;
        assert_eq!(other.takes_in(&lines, at_once).await, expected, "{at_once} at once, into nothing");
        assert_eq!(other.takes_in(&lines, at_once).await, expected, "{at_once} at once, once more");
        assert_eq!(other.finds().await, [""; 0]);
        let (verified, _) = other.verifies().await;
        assert_eq!((verified.conversations, verified.entries), (2, 4), "what lies behind it was taken");
    }
}

async fn a_redaction_of_what_can_be_read_is_refused(bench: Bench) {
    let said = [(2, hello()), (1, gone()), (1, Said::Redaction), (2, Said::Redaction)];
    let lines = [people(), talk(2, &said)].concat();
    for at_once in [1, 100] {
        assert_eq!(bench.takes_in(&lines, at_once).await, ["9 redaction_incomplete"], "{at_once} at once");
    }
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn an_id_that_leaves_no_room_behind_it_is_not_taken(bench: Bench) {
    let mut lines = people();
    for (number, name) in [(CHOSEN_ID_MAX, "last"), (CHOSEN_ID_MAX + 1, "next"), (ID_MAX, "utmost")] {
        lines.push(Item::User(user(number, name)));
        lines.extend(["offer", "need"].map(|kind| listing(&format!("{kind}_{number}"), 1)));
    }
    lines.extend(talk(2, &[(2, hello()), (1, hello()), (2, hello())]));
    for (place, id) in [(14, CHOSEN_ID_MAX), (15, CHOSEN_ID_MAX + 1), (16, ID_MAX)] {
        let Item::Entry(_, entry) = &mut lines[place] else { panic!("it is an entry") };
        entry.id = EntryId::new(id).ok();
    }
    let mut found = bench.takes_in(&lines, 100).await;
    found.sort_by_key(|one| one.split(' ').next().and_then(|line| line.parse::<u32>().ok()));
    let high = [8, 9, 10, 11, 12, 13].map(|line| format!("{line} id_too_high"));
    assert_eq!(found, [high.as_slice(), &["16 +id_replaced".to_owned(), "17 +id_replaced".to_owned()]].concat());
    // Whatever is given out from here on has an id.
    let dan = bench.user("dan").await;
    assert_eq!(dan.id.get(), CHOSEN_ID_MAX + 1);
    let offer = bench.offer_of(&dan).await;
    assert_eq!(offer.number.get(), CHOSEN_ID_MAX + 1);
    let said = bench.seat(&dan, "offer_1".parse().expect("a valid name"), &dan).says("Hello!").await;
    assert!((CHOSEN_ID_MAX + 3..CHOSEN_ID_MAX + 9).contains(&said.id.get()), "{said:?}");
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn a_jwt_from_before_its_user_was_logged_out_elsewhere_is_refused(bench: Bench) {
    let bob = MovedUser { signed_out_at: Some(later(10)), ..user(2, "bob") };
    assert_eq!(bench.takes_in(&[Item::User(user(1, "ana")), Item::User(bob)], 100).await, [""; 0]);
    let is_admitted = async |name: &str, id: i64, issued_at: Option<Timestamp>| {
        let of = claims(UserId::new(id).expect("an id"), issued_at);
        match admit(&bench, &jwt(name, "a"), of).await {
            Admission::Admitted(_) => true,
            Admission::SignedOut => false,
            other @ Admission::UnknownUser => panic!("both are known: {other:?}"),
        }
    };
    for (name, issued_at, admitted) in
        [("undated", None, false), ("then", Some(later(10)), false), ("since", Some(later(11)), true)]
    {
        assert_eq!(is_admitted(&format!("bob-{name}"), 2, issued_at).await, admitted, "{name}");
        assert!(is_admitted(&format!("ana-{name}"), 1, issued_at).await, "nobody has logged her out: {name}");
    }
}

async fn what_people_wrote_in_front_of_what_moves_in_is_told(bench: Bench) {
    bench.begins_its_feed().await;
    let lines = [people(), talk(2, &[(2, hello())])].concat();
    assert_eq!(bench.takes_in(&lines, 100).await, [""; 0]);
    assert_eq!(bench.records_all(MANY).await, 0, "of what moves in nothing is told");
    let ana =
        bench.storage.users.by_id(UserId::new(1).expect("an id")).await.expect("it answers").expect("she is there");
    let cem =
        bench.storage.users.by_id(UserId::new(3).expect("an id")).await.expect("it answers").expect("he is there");
    let offer = "offer_1".parse().expect("a valid name");
    let (ana, cem) = (Arc::new(ana.person), Arc::new(cem.person));
    let bob = Person { id: UserId::new(2).expect("an id"), ..(*cem).clone() };
    bench.seat(&cem, offer, &cem).says("Me, too!").await;
    let ana = bench.seat(&ana, offer, &bob);
    let live = ana.says("Today.").await;

    // The file was written behind that, and says more.
    let said = Said::Message { body: MessageBody::parse("Today.").expect("a text"), client_message_id: None };
    let mut lines = [people(), talk(2, &[(2, hello()), (1, said), (2, hello()), (1, hello())])].concat();
    for item in &mut lines[6..] {
        let Item::Entry(_, entry) = item else { panic!("it is an entry: {item:?}") };
        entry.at = live.at;
    }
    for at_once in [1, 100] {
        assert_eq!(bench.takes_in(&lines, at_once).await, [""; 0]);
    }
    ana.says("And tomorrow.").await;
    bench.records_all(MANY).await;
    bench.records_at(later(3_600_000), MANY).await;
    let mut feed = bench.feed().await;
    let unread = feed.split_off(4);
    let expected = [
        "1 offer_1:2 #2 Today.",
        "2 started offer_1:3 about Bike repair",
        "3 offer_1:3 #1 Me, too!",
        "4 offer_1:2 #5 And tomorrow.",
    ];
    assert_eq!(feed, expected);
    let of_bob = unread.iter().find(|event| event.contains("offer_1:2 Respondent has not read"));
    assert!(of_bob.is_some_and(|event| event.contains("from #2")), "he waits since then: {unread:?}");
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn nothing_of_who_was_erased_here_comes_back(bench: Bench) {
    assert_eq!(bench.takes_in(&people(), 100).await, [""; 0]);
    bench.storage.oversight.erase(id(2), Messages::Redact, later(6)).await.expect("the storage answers");
    // A file that has no line of theirs, and one that has them as they were.
    let theirs = [vec![listing("offer_9", 2)], talk(2, &[(2, hello())]), talk(3, &[(3, hello())])].concat();
    for at_once in [1, 100] {
        let expected = ["1 user_deleted", "2 user_deleted", "3 behind_refused"];
        assert_eq!(bench.takes_in(&theirs, at_once).await, expected, "{at_once} at once");
    }
    let with_line = [vec![Item::User(user(2, "bob"))], theirs.clone()].concat();
    let expected = ["1 user_deleted", "2 user_unknown", "3 user_unknown", "4 behind_refused"];
    assert_eq!(bench.takes_in(&with_line, 100).await, expected);
    let (verified, _) = bench.verifies().await;
    assert_eq!((verified.conversations, verified.entries), (1, 1), "what others said was taken");
    // Where they were erased as well, there is no more of them than may be.
    let erased = MovedUser { deleted_at: Some(later(7)), username: Username::of_deleted(id(2)), ..user(2, "bob") };
    let lines =
        [vec![Item::User(erased), listing("offer_9", 2)], talk(2, &[(2, gone()), (2, Said::Redaction)])].concat();
    assert_eq!(bench.takes_in(&lines, 100).await, [""; 0]);
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn who_is_erased_while_it_moves_in_does_not_come_back(bench: Bench) {
    let lines = [people(), talk(2, &[(2, hello()), (2, hello())]), talk(3, &[(3, hello())])].concat();
    let lines: Vec<_> = (1..).zip(lines).map(|(number, item)| Line { number, item }).collect();
    let (before, after) = lines.split_at(6);
    let mut importer = bench.storage.importer(NOTIFY_AFTER);
    importer.take(before).await.expect("nobody is in the way");
    bench.storage.oversight.erase(id(2), Messages::Redact, later(6)).await.expect("the storage answers");
    let verdicts = importer.take(after).await.expect("nobody is in the way");
    let found: Vec<_> =
        verdicts.iter().flat_map(|one| one.findings.iter().map(|found| (one.line, found.code))).collect();
    assert_eq!(found, [(7, "user_deleted")]);
    let (verified, _) = bench.verifies().await;
    assert_eq!((verified.conversations, verified.entries), (2, 3), "their message, that it is gone, and what Cem said");
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn who_was_logged_out_elsewhere_since_is_logged_out_here_and_all_else_stays(bench: Bench) {
    let again = async |bob: MovedUser| bench.takes_in(&[Item::User(bob)], 100).await;
    assert_eq!(bench.takes_in(&people(), 100).await, [""; 0]);
    let of_bob = |issued_at| claims(id(2), Some(issued_at));
    let is_admitted = async |name: &str, issued_at| {
        matches!(admit(&bench, &jwt(name, "a"), of_bob(issued_at)).await, Admission::Admitted(_))
    };
    assert!(is_admitted("before", later(5)).await);
    for signed_out_at in [Some(later(10)), Some(later(2)), None] {
        assert_eq!(again(MovedUser { signed_out_at, ..user(2, "bob") }).await, [""; 0]);
        for (issued_at, admitted) in [(later(5), false), (later(9), false), (later(11), true)] {
            let name = format!("{}-{}", signed_out_at.map_or(0, Timestamp::as_millis), issued_at.as_millis());
            assert_eq!(is_admitted(&name, issued_at).await, admitted, "{name}");
        }
    }
    let (kept, suspended) = (["1 +user_kept"], MovedUser { suspended_at: Some(later(3)), ..user(2, "bob") });
    assert_eq!(again(suspended).await, kept);
    assert!(is_admitted("is-not-suspended", later(12)).await);
    let password = PasswordHash::new("$argon2id$v=19$…".to_owned());
    assert_eq!(again(MovedUser { password: Some(password), ..user(2, "bob") }).await, kept);
    assert_eq!(again(MovedUser { first_name: Name::parse("Bob").expect("a name"), ..user(2, "bob") }).await, kept);
}
