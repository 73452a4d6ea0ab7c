//! All that is held about one person comes, whatever became of them, and nothing that is others' alone. Knows nothing of
//! how it is written down.

use futures_util::future::join_all;
use handsel_domain::conversation::ConversationKey;
use handsel_domain::handshake::{Note, StepAction};
use handsel_domain::ids::UserId;
use handsel_domain::listing::ListingKind;
use handsel_domain::moving::Said;
use handsel_domain::ports::{Audited, Messages, Operator};
use handsel_domain::timeline::EntryBody;
use handsel_domain::user::{Name, Person, UsernameKey};
use handsel_storage::{Held, Whom, held_about};

use super::bench::{Bench, Process, later};
use super::clock::START;
use super::expect::{new_entry, up_to};
use super::seat::{Seat, message, start};
use super::verify::talk_of_every_kind;

contract! {
    everything_comes_that_is_held_about_one_and_nothing_else,
    the_owner_of_a_listing_gets_what_each_respondent_wrote,
    who_is_suspended_or_erased_is_no_exception,
    what_does_not_fit_into_a_page_comes_as_well,
    nobody_who_writes_is_waited_for,
}

impl Bench {
    /// All that comes, or nothing where there is no such person.
    async fn held_about(&self, whom: Whom) -> Vec<Held> {
        let (url, mut all) = (self.subject.url().parse().expect("a URL that is supported"), Vec::new());
        let taken = |held| {
            all.push(held);
            Ok(())
        };
        let found = held_about(&url, &whom, taken).await.expect("the database can be read");
        assert_eq!(found, !all.is_empty(), "{all:?}");
        all
    }

    async fn held_about_user(&self, user: UserId) -> Vec<Held> {
        self.held_about(Whom::Id(user)).await
    }
}

impl Process {
    async fn is_logged_in(&self, user: UserId, from: i64) {
        let issued = self.storage.tokens.issue(user, later(from), later(from + 60_000)).await;
        issued.expect("the storage answers");
    }

    async fn blocks_person(&self, who: UserId, whom: UserId) {
        self.storage.blocks.block(who, whom, later(7)).await.expect("there is such a user");
    }

    async fn writes_down(&self, what: Audited) {
        let on_behalf_of = Some(Name::parse("Somebody of the site's").expect("a name"));
        let by = Operator { key: "0a1b2c3d".to_owned(), on_behalf_of };
        self.storage.audit_log.record(&by, what, later(9)).await.expect("the storage answers");
    }
}

fn named(name: &str) -> Whom {
    Whom::Name(UsernameKey::of(name))
}

/// What came, in short, without the times.
fn short(all: &[Held]) -> Vec<String> {
    let one = |held: &Held| match held {
        Held::Begin(user) => format!("begin {user}"),
        Held::Person(person) => {
            let password = if person.password.is_some() { " with a password" } else { "" };
            format!("person {}{password}", person.username.as_str())
        }
        Held::Listing(listing) => format!("listing {} {}", listing.listing, listing.title.as_str()),
        Held::Conversation(conversation, peer) => format!(
            "conversation {} with {}, read {} {}",
            conversation.key, peer.full_name, conversation.owner_read_up_to, conversation.respondent_read_up_to
        ),
        Held::Entry(key, entry) => {
            let said = match &entry.said {
                Said::Message { body, .. } => body.as_str().to_owned(),
                Said::Redacted { .. } => "redacted".to_owned(),
                Said::Step(StepAction::Start { note, .. }) => {
                    format!("* start {}", note.as_ref().map_or("", |note| note.as_str()))
                }
                Said::Step(action) => format!("* {}", action.kind().name()),
                Said::Redaction => "- redaction".to_owned(),
            };
            format!("{key} #{} {}: {said}", entry.seq, entry.actor)
        }
        Held::Block(block) => format!("block {} {}", block.blocker, block.blocked),
        Held::Token(token) => format!("token {}", token.issued_at.as_millis() - START.as_millis()),
        Held::Audit(record) => format!(
            "audit {} {} {}",
            record.action,
            record.conversation.as_deref().unwrap_or("-"),
            record.user.map_or("-".to_owned(), |user| user.to_string())
        ),
    };
    all.iter().map(one).collect()
}

/// What a talk has, in the words of [`short`].
async fn short_talk(seat: &Seat) -> Vec<String> {
    let entries = seat.reads_all().await;
    let one = |entry: &handsel_domain::timeline::Entry| {
        let said = match &entry.body {
            EntryBody::Message { body, .. } => body.as_str().to_owned(),
            EntryBody::Step(step) if step.latest.name() == "start" => {
                format!("* start {}", step.note.as_ref().map_or("", |note| note.as_str()))
            }
            EntryBody::Step(step) => format!("* {}", step.latest.name()),
            EntryBody::Redaction => "- redaction".to_owned(),
        };
        format!("{} #{} {}: {said}", seat.key, entry.seq, entry.actor.id)
    };
    entries.iter().map(one).collect()
}

/// Ana's offer, about which Bob has said all that can be said, Cem something else, and what Cem says to Dan.
struct Talks {
    ana: Seat,
    bob: Seat,
    /// About the same offer as Bob.
    cem: Seat,
    /// To whom Cem writes about something else.
    dan: std::sync::Arc<Person>,
}

async fn talks(bench: &Bench) -> Talks {
    let (ana, bob) = talk_of_every_kind(bench).await;
    let (cem, dan) = (bench.user("cem").await, bench.user("dan").await);
    let of_dan = bench.publishes(dan.id, ListingKind::Need, "Dan's own").await.listing;
    let cem_at_dan = bench.seat(&cem, of_dan, &cem);
    cem_at_dan.says("Cem's secret for Dan").await;
    let cem = bench.seat(&cem, ana.key.listing, &cem);
    cem.says("Cem's secret for Ana").await;
    for (user, from) in [(bob.id(), 1), (ana.id(), 2), (bob.id(), 3), (cem.id(), 4), (dan.id, 5)] {
        bench.is_logged_in(user, from).await;
    }
    for (who, whom) in [(&bob, &cem), (&ana, &bob), (&cem, &ana), (&cem, &bob)] {
        bench.blocks_person(who.id(), whom.id()).await;
    }
    for what in [
        Audited::TimelineRead(bob.key),
        Audited::TimelineRead(cem.key),
        Audited::TimelineRead(cem_at_dan.key),
        Audited::UserSuspended(bob.id()),
        Audited::UserReleased(bob.id()),
        Audited::UserSuspended(ana.id()),
        Audited::UserReleased(cem.id()),
    ] {
        bench.writes_down(what).await;
    }
    Talks { ana, bob, cem, dan }
}

async fn everything_comes_that_is_held_about_one_and_nothing_else(bench: Bench) {
    let Talks { bob, cem, .. } = talks(&bench).await;
    let of_bob = bench.publishes(bob.id(), ListingKind::Need, "A bike").await.listing;
    let id = bob.id();
    let mut expected = vec![
        format!("begin {id}"),
        "person bob with a password".to_owned(),
        format!("listing {of_bob} A bike"),
        format!("conversation {} with ana, read 17 3", bob.key),
    ];
    expected.extend(short_talk(&bob).await);
    expected.extend([
        format!("block {id} {}", cem.id()),
        "token 1".to_owned(),
        "token 3".to_owned(),
        format!("audit user_suspended - {id}"),
        format!("audit user_released - {id}"),
        format!("audit timeline_read {} -", bob.key),
    ]);
    let all = bench.held_about(named("BOB")).await;
    assert_eq!(short(&all), expected);
    let Some(Held::Token(token)) = all.iter().find(|held| matches!(held, Held::Token(_))) else {
        panic!("expected a token in {all:#?}")
    };
    assert_eq!((token.issued_at, token.expires_at, token.revoked_at), (later(1), later(60_001), None));
    assert_eq!(format!("{all:?}"), format!("{:?}", bench.held_about_user(id).await), "by id as well");
    for nobody in [named("nobody"), Whom::Id(UserId::new(4_000).expect("an id"))] {
        assert!(bench.held_about(nobody.clone()).await.is_empty(), "{nobody:?}");
    }
}

async fn the_owner_of_a_listing_gets_what_each_respondent_wrote(bench: Bench) {
    let Talks { ana, bob, cem, dan } = talks(&bench).await;
    let id = ana.id();
    let mut expected = vec![
        format!("begin {id}"),
        "person ana with a password".to_owned(),
        format!("listing {} Bike repair", ana.key.listing),
        format!("conversation {} with bob, read 17 3", bob.key),
    ];
    expected.extend(short_talk(&bob).await);
    expected.push(format!("conversation {} with cem, read 0 0", cem.key));
    expected.extend(short_talk(&cem).await);
    expected.extend([
        format!("block {id} {}", bob.id()),
        "token 2".to_owned(),
        format!("audit user_suspended - {id}"),
        format!("audit timeline_read {} -", bob.key),
        format!("audit timeline_read {} -", cem.key),
    ]);
    assert_eq!(short(&bench.held_about(named("ana")).await), expected);
    // Whose only part in all this is that somebody wrote to them.
    let dans = short(&bench.held_about(named("dan")).await);
    assert!(dans[2].starts_with("listing need_") && dans[3].ends_with("with cem, read 0 0"), "{dans:#?}");
    assert!(dans[4].ends_with(&format!("#1 {}: Cem's secret for Dan", cem.id())), "{dans:#?}");
    assert_eq!((dans.len(), dans[5].as_str()), (7, "token 5"), "{dans:#?}");
    assert_eq!(dans[1], format!("person {} with a password", dan.username.as_str()));
}

async fn who_is_suspended_or_erased_is_no_exception(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bob.takes(StepAction::Start { note: Note::parse("Bring your own bike").expect("a note"), terms: None }).await;
    ana.says("Gladly").await;
    let of_bob = bench.offer_of(&bob.person).await;
    bench.is_logged_in(bob.id(), 1).await;
    bench.blocks_person(bob.id(), ana.id()).await;
    let (id, key) = (bob.id(), bob.key);
    let talk = |who: &str, said: [&str; 3]| {
        [
            format!("conversation {key} with {who}, read 0 0"),
            format!("{key} #1 {id}: {}", said[0]),
            format!("{key} #2 {id}: {}", said[1]),
            format!("{key} #3 {}: {}", ana.id(), said[2]),
        ]
    };

    bench.storage.oversight.suspend(id, true, later(5)).await.expect("the storage answers");
    let all = bench.held_about(named("bob")).await;
    let mut expected =
        vec![format!("begin {id}"), "person bob with a password".to_owned(), format!("listing {of_bob} Bike repair")];
    expected.extend(talk("ana", ["Hello!", "* start Bring your own bike", "Gladly"]));
    expected.extend([format!("block {id} {}", ana.id()), "token 1".to_owned()]);
    assert_eq!(short(&all), expected);
    let Held::Person(person) = &all[1] else { panic!("expected the person, saw {:?}", all[1]) };
    assert_eq!((person.suspended_at, person.deleted_at), (Some(later(5)), None));
    assert_eq!(person.signed_out_at, Some(later(5)));
    let revoked = all.iter().find_map(|held| if let Held::Token(token) = held { token.revoked_at } else { None });
    assert_eq!(revoked, Some(later(5)));

    bench.storage.oversight.erase(id, Messages::Redact, later(6)).await.expect("the storage answers");
    assert!(bench.held_about(named("bob")).await.is_empty(), "nobody has that name any more");
    let all = bench.held_about_user(id).await;
    let mut expected = vec![format!("begin {id}"), format!("person deleted-{id}"), format!("listing {of_bob} Deleted")];
    expected.extend(talk("ana", ["redacted", "* start ", "Gladly"]));
    expected.extend([format!("{key} #4 {id}: - redaction"), "token 1".to_owned()]);
    assert_eq!(short(&all), expected);
    let Held::Person(person) = &all[1] else { panic!("expected the person, saw {:?}", all[1]) };
    assert_eq!((person.suspended_at, person.deleted_at), (None, Some(later(6))));
    // To the other one they are nobody by now.
    let anas = short(&bench.held_about(named("ana")).await);
    assert!(anas.contains(&format!("conversation {key} with Deleted user, read 0 0")), "{anas:#?}");
}

/// More than two pages of each.
async fn what_does_not_fit_into_a_page_comes_as_well(bench: Bench) {
    const MANY: usize = 1_100;
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let said = (1..MANY).map(|number| bob.appends(message(&format!("number {number}"), None)));
    join_all(said).await.into_iter().for_each(|outcome| drop(new_entry(outcome)));
    let (owner, respondent) = (ana.id(), bob.id());
    let rows = |table: &str, columns: &str, values: &str| {
        format!(
            "INSERT INTO {table} ({columns}) WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL \
             SELECT n + 1 FROM numbers WHERE n < {MANY}) SELECT {values} FROM numbers"
        )
    };
    for sql in [
        rows(
            "listings",
            "kind, id, owner_id, title, description, status, created_at",
            &format!("'need', n + 100, {owner}, 'Help', '', 'open', 1"),
        ),
        rows(
            "conversations",
            "listing_kind, listing_id, owner_id, respondent_id, head, last_entry_at, owner_read_up_to, \
             respondent_read_up_to, started_at",
            &format!("'need', n + 100, {owner}, {respondent}, 1, 1, 0, 0, 1"),
        ),
        format!(
            "INSERT INTO entries (conversation_id, seq, actor_id, kind, created_at, content, owner_completed, \
             respondent_completed) SELECT id, 1, {respondent}, 'message', 1, 'Hello!', FALSE, FALSE \
             FROM conversations WHERE listing_kind = 'need'"
        ),
        rows("audit_log", "at, key, action, user_id", &format!("1, 'command', 'user_suspended', {owner}")),
        rows("audit_log", "at, key, action, conversation", &format!("1, 'command', 'timeline_read', '{}'", bob.key)),
    ] {
        bench.operator(&sql).await;
    }
    let all = short(&bench.held_about_user(owner).await);
    let count = |what: &str| all.iter().filter(|line| line.starts_with(what)).count();
    assert_eq!((count("listing need_"), count("conversation need_"), count("need_")), (MANY, MANY, MANY));
    assert_eq!((count("audit user_suspended"), count("audit timeline_read")), (MANY, MANY));
    let of_talk = format!("{} #", bob.key);
    let seqs: Vec<i64> =
        all.iter().filter_map(|line| line.strip_prefix(&of_talk)?.split(' ').next()?.parse().ok()).collect();
    assert_eq!(seqs, up_to(MANY), "in order, each once");
    assert_eq!(all.len(), 2 + (MANY + 1) + (2 * MANY + 1 + MANY) + 2 * MANY);
}

async fn nobody_who_writes_is_waited_for(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let held = bench.holds_writes().await;
    let waiting = tokio::spawn({
        let ana = ana.clone();
        async move { ana.takes(start()).await }
    });
    let before = short(&bench.held_about_user(bob.id()).await);
    assert!(!before.iter().any(|line| line.contains("* start")), "{before:#?}");
    held.rollback().await.expect("it ends");
    waiting.await.expect("it is written then");
    let after = short(&bench.held_about_user(bob.id()).await);
    assert_eq!(after.len(), before.len() + 1, "{after:#?}");
    let key: ConversationKey = bob.key;
    assert!(after.contains(&format!("{key} #2 {}: * start ", ana.id())), "{after:#?}");
}
