//! Suspending, erasing, and what is written down of it. Knows nothing of who may ask for it.

use handsel_domain::conversation::{Account, Between, ConversationKey, Standing};
use handsel_domain::handshake::{Note, State, StepAction};
use handsel_domain::ids::UserId;
use handsel_domain::listing::{Description, ListingChange, ListingKind, ListingRef, ListingStatus, NewListing, Title};
use handsel_domain::ports::{
    Audited, Erased, InsertListingError, Messages, Operator, PutListingError, SiteListing, UpdateListingError,
};
use handsel_domain::timeline::{Entry, EntryBody};
use handsel_domain::user::{Name, Person, UsernameKey};

use super::bench::{Bench, Process, later};
use super::clock::START;
use super::expect::{handshake, new_entry, refused, text, up_to};
use super::seat::{Seat, message, start};
use super::together::at_once;

impl Process {
    async fn suspends(&self, seat: &Seat, suspended: bool) {
        let user = self.storage.oversight.suspend(seat.id(), suspended, START).await.expect("the storage answers");
        assert_eq!(user.map(|user| user.suspended), Some(suspended));
    }

    async fn erases(&self, seat: &Seat, messages: Messages) -> Erased {
        let erased = self.storage.oversight.erase(seat.id(), messages, later(5)).await.expect("the storage answers");
        erased.expect("there is such a user")
    }
}

/// What a timeline has, in short: `> text` by that user, `< text` by the other one, `* step`, `- redaction`.
fn short(entries: &[Entry], by: &Seat) -> Vec<String> {
    let side = |entry: &Entry| if entry.actor.id == by.id() { '>' } else { '<' };
    let one = |entry: &Entry| match &entry.body {
        EntryBody::Message { body, redacted_at, .. } => {
            format!("{} {}{}", side(entry), body.as_str(), if redacted_at.is_some() { "redacted" } else { "" })
        }
        EntryBody::Step(step) => format!("* {}", step.latest.name()),
        EntryBody::Redaction => format!("- by {}", side(entry)),
    };
    entries.iter().map(one).collect()
}

fn published(owner: &Person) -> NewListing {
    let text = |text| Description::parse(text).expect("a text");
    let title = Title::parse("Ana's bikes").expect("a title");
    NewListing { kind: ListingKind::Offer, owner: owner.id, title, description: text("Call Ana"), created_at: START }
}

fn put(listing: ListingRef, owner: &Person) -> SiteListing {
    let NewListing { owner, title, description, .. } = published(owner);
    SiteListing { listing, owner, title, description, status: ListingStatus::Open }
}

fn renamed() -> ListingChange {
    ListingChange { title: Some(Title::parse("Ana's bicycles").expect("a title")), ..ListingChange::default() }
}

async fn whoever_is_suspended_writes_nothing_and_is_written_nothing(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let of_bob = bench.offer_of(&bob.person).await;
    let token = bench.storage.tokens.issue(bob.id(), START, later(60_000)).await.expect("the storage answers");
    let id = bench.storage.tokens.find(&token).await.expect("it answers").expect("it was issued").principal.token;
    bench.suspends(&bob, true).await;
    bench.suspends(&bob, true).await;
    assert_eq!(bench.heard.revoked_now(), [id]);
    assert_eq!(bench.heard.shut_out_now()[0], (bob.id(), Account::Suspended));
    assert_eq!(refused(bob.sends("b1", "Hello?").await), "account_suspended");
    assert_eq!(refused(ana.sends("a1", "Hello?").await), "conversation_closed");
    let at_bobs = bench.seat(&ana.person, of_bob, &ana.person);
    assert_eq!(refused(at_bobs.sends("a2", "Hello").await), "conversation_closed", "and nothing begins");

    bench.suspends(&bob, false).await;
    let stored = bench.storage.tokens.find(&token).await.expect("it answers").expect("not swept yet");
    assert!(stored.revoked && !stored.suspended, "to log in again is up to bob");
    new_entry(bob.sends("b1", "Hello?").await);
    new_entry(ana.sends("a1", "Hello?").await);
    let nobody = bench.storage.oversight.suspend(UserId::new(4_000).expect("an id"), true, START).await;
    assert_eq!(nobody, Ok(None));
}

async fn how_it_stands_between_the_two_can_be_asked(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let conversation = ana.state().await.expect("they talk").conversation;
    let between = async || bench.storage.conversations.between(&conversation).await.expect("the storage answers");
    assert_eq!(between().await, Between::default());
    bench.storage.blocks.block(bob.id(), ana.id(), START).await.expect("there is such a user");
    let bobs = |account, blocks| Between { respondent: Standing { account, blocks }, ..Between::default() };
    assert_eq!(between().await, bobs(Account::Open, true));
    bench.suspends(&bob, true).await;
    assert_eq!(between().await, bobs(Account::Suspended, true));
    bench.erases(&bob, Messages::Keep).await;
    assert_eq!(between().await, bobs(Account::Erased, false));
    bench.suspends(&ana, true).await;
    bench.storage.blocks.block(ana.id(), bench.user("cem").await.id, START).await.expect("there is such a user");
    let anas = Standing { account: Account::Suspended, blocks: false };
    assert_eq!(between().await, Between { owner: anas, ..bobs(Account::Erased, false) }, "of these two alone");
}

/// Through another process, while the user talks without a pause.
async fn a_suspension_that_was_answered_holds_for_all_that_is_committed_later(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let other = bench.another_process().await;
    for round in 0..4 {
        let talking = [(&bob, "account_suspended"), (&ana, "conversation_closed")].map(|(seat, expected)| {
            let seat = seat.clone();
            tokio::spawn(async move {
                loop {
                    if let Err(refused) = seat.appends(message("and another thing", None)).await {
                        return assert_eq!(refused.code(), expected);
                    }
                }
            })
        });
        bench.heard.entries(bench.heard.entries_now().len() + 5).await;
        other.suspends(&bob, true).await;
        let head = bob.head().await;
        for task in talking {
            task.await.expect("it was refused");
        }
        assert_eq!(bob.head().await, head, "round {round}");
        other.suspends(&bob, false).await;
    }
    other.storage.close().await;
}

/// One who writes to somebody for the first time at the moment when that one, or the writer, is suspended.
async fn a_suspension_holds_for_a_conversation_that_is_about_to_begin(bench: Bench) {
    let (ana, bob) = (bench.user("ana").await, bench.user("bob").await);
    let other = bench.another_process().await;
    for round in 0..20 {
        let offer = bench.offer_of(&ana).await;
        let (at_ana, at_bob) = (bench.seat(&ana, offer, &bob), bench.seat(&bob, offer, &bob));
        let (stopped, code) =
            if round % 2 == 0 { (&at_ana, "conversation_closed") } else { (&at_bob, "account_suspended") };
        let (begun, head) = tokio::join!(at_bob.sends("b1", "Hello"), async {
            other.suspends(stopped, true).await;
            at_bob.head().await
        });
        assert_eq!(at_bob.head().await, head, "round {round}: {begun:?}");
        assert_eq!(refused(at_bob.sends("b2", "Hello?").await), code, "round {round}");
        other.suspends(stopped, false).await;
    }
    other.storage.close().await;
}

async fn nothing_is_left_of_an_erased_person_but_what_they_said(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bob.takes(StepAction::Start { note: Note::parse("Bring your own bike").expect("a note"), terms: None }).await;
    ana.says("Gladly").await;
    let of_bob = bench.offer_of(&bob.person).await;
    bench.storage.blocks.block(bob.id(), ana.id(), START).await.expect("there is such a user");
    assert_eq!(bench.erases(&bob, Messages::Keep).await, Erased { redacted: 0, conversations: 1 });
    assert_eq!(bench.heard.shut_out_now().last(), Some(&(bob.id(), Account::Erased)));

    let key = UsernameKey::of("bob");
    assert_eq!(bench.storage.users.by_username(&key).await.map(|found| found.is_some()), Ok(false));
    assert_eq!(bench.storage.users.by_id(bob.id()).await, Ok(None));
    let page = ana.reads_all().await;
    assert_eq!(short(&page, &bob), ["> Hello!", "* start", "< Gladly"]);
    let name = (page[0].actor.username.as_str().to_owned(), page[0].actor.full_name.clone());
    assert_eq!(name, (format!("deleted-{}", bob.id()), "Deleted user".to_owned()));
    assert_eq!(handshake(&page[1]).note, None);
    let listing = bench.storage.listings.find(of_bob).await.expect("the storage answers").expect("it is there");
    assert_eq!(
        (listing.title.as_str(), listing.description.as_str(), listing.status.name()),
        ("Deleted", "", "closed")
    );
    assert_eq!(bench.storage.conversations.barred(&[bob.id()]).await.map(|barred| barred.len()), Ok(0));
    // The name is anybody's.
    assert_ne!(bench.user("bob").await.id, bob.id());
    assert_eq!(bench.finds().await, Vec::<String>::new());
}

async fn the_other_one_can_only_leave_a_handshake(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bob.takes(start()).await;
    ana.takes(StepAction::Approve).await;
    bench.erases(&bob, Messages::Keep).await;
    assert_eq!(refused(ana.tries(StepAction::Complete).await), "conversation_closed");
    assert_eq!(refused(ana.appends(message("Bye", None)).await), "conversation_closed");
    assert_eq!(refused(bob.tries(StepAction::Cancel).await), "account_deleted");
    let left = ana.takes(StepAction::Cancel).await;
    assert!(matches!(handshake(&left).state, State::Cancelled { .. }));
    assert_eq!(refused(ana.tries(start()).await), "conversation_closed");
    assert_eq!(bench.finds().await, Vec::<String>::new());
}

async fn what_was_said_can_go_as_well_and_an_entry_says_so(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    new_entry(bob.sends("b1", "My number is 555").await);
    ana.says("Thank you").await;
    let cleo = bench.user("cleo").await;
    let at_cleos = bench.offer_of(&cleo).await;
    let bob_at_cleos = bench.seat(&bob.person, at_cleos, &bob.person);
    bob_at_cleos.says("And here").await;
    let before = bench.heard.entries_now().len();
    assert_eq!(bench.erases(&bob, Messages::Redact).await, Erased { redacted: 3, conversations: 2 });
    let page = ana.reads_all().await;
    assert_eq!(short(&page, &bob), ["> redacted", "> redacted", "< Thank you", "- by >"]);
    let EntryBody::Message { client_message_id, redacted_at, .. } = &page[1].body else {
        panic!("a message: {page:?}")
    };
    assert_eq!((client_message_id, redacted_at), (&None, &Some(later(5))));
    assert_eq!(ana.state().await.map(|state| state.head.get()), Some(4));
    let told = bench.heard.entries(before + 2).await;
    assert!(told[before..].iter().all(|entry| matches!(entry.body, EntryBody::Redaction)), "{told:#?}");
    assert_eq!(refused(bob.sends("b1", "My number is 555").await), "account_deleted");

    // Again, there is nothing left to do.
    assert_eq!(bench.erases(&bob, Messages::Redact).await, Erased { redacted: 0, conversations: 2 });
    assert_eq!(bench.erases(&bob, Messages::Keep).await, Erased { redacted: 0, conversations: 2 });
    assert_eq!(ana.head().await, 4);
    assert_eq!(bench.finds().await, Vec::<String>::new());
}

async fn keeping_first_and_redacting_later_comes_to_the_same(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bench.erases(&bob, Messages::Keep).await;
    assert_eq!(bench.erases(&bob, Messages::Redact).await, Erased { redacted: 1, conversations: 1 });
    assert_eq!(short(&ana.reads_all().await, &bob), ["> redacted", "- by >"]);
    let nobody = bench.storage.oversight.erase(UserId::new(4_000).expect("an id"), Messages::Keep, START).await;
    assert_eq!(nobody, Ok(None));
}

async fn nothing_is_published_for_who_was_erased(bench: Bench) {
    let ana = bench.user("ana").await;
    let offer = bench.offer_of(&ana).await;
    let at_ana = bench.seat(&ana, offer, &ana);
    bench.erases(&at_ana, Messages::Keep).await;
    assert_eq!(bench.storage.listings.insert(published(&ana)).await, Err(InsertListingError::OwnerErased));
    assert_eq!(bench.storage.listings.update(offer, ana.id, renamed()).await, Err(UpdateListingError::OwnerErased));
    assert_eq!(bench.storage.listings.put(put(offer, &ana), START).await, Err(PutListingError::OwnerUnknown));
    let listing = bench.storage.listings.find(offer).await.expect("the storage answers").expect("it is there");
    assert_eq!((listing.title.as_str(), listing.status.name()), ("Deleted", "closed"));
    assert_eq!(bench.storage.listings.page(ListingKind::Offer, None, 10).await.map(|page| page.len()), Ok(1));
}

/// Published, put and changed through one process, at the moment when another erases: by then or never.
async fn what_is_published_at_the_moment_of_an_erase_keeps_no_text(bench: Bench) {
    const WRITERS: usize = 6;
    let other = bench.another_process().await;
    let mut refused = 0;
    for round in 0..10 {
        let ana = bench.user(&format!("ana{round}")).await;
        let offer = bench.offer_of(&ana).await;
        let writing = (0..WRITERS).map(|writer| {
            let (listings, ana) = (bench.storage.listings.clone(), ana.clone());
            async move {
                // Without a pause, until the writer is told that nobody is there any more.
                for number in 0_i64.. {
                    let site = 1_000 * (10 * round + 1) + number;
                    let done = match writer % 3 {
                        0 => listings.insert(published(&ana)).await.map_err(|error| error.to_string()).map(drop),
                        1 => {
                            listings.update(offer, ana.id, renamed()).await.map_err(|error| error.to_string()).map(drop)
                        }
                        _ => {
                            let name = format!("need_{site}").parse().expect("a name");
                            listings.put(put(name, &ana), START).await.map_err(|error| error.to_string()).map(drop)
                        }
                    };
                    if let Err(error) = done {
                        return error;
                    }
                }
                unreachable!("nobody counts so far")
            }
        });
        let writing = tokio::spawn(at_once(writing.collect::<Vec<_>>()));
        while bench.storage.listings.page(ListingKind::Need, None, 1).await.map(|page| page.len()) == Ok(0) {
            tokio::task::yield_now().await;
        }
        let at_ana = other.seat(&ana, offer, &ana);
        other.erases(&at_ana, Messages::Keep).await;
        for error in writing.await.expect("the writers do not panic") {
            assert!(error.contains("erased") || error.contains("is not known here"), "round {round}: {error}");
            refused += 1;
        }
        for kind in [ListingKind::Offer, ListingKind::Need] {
            let page = bench.storage.listings.page(kind, None, 10_000).await.expect("the storage answers");
            for listing in page {
                let seen = (listing.title.as_str(), listing.description.as_str(), listing.status.name());
                assert_eq!(seen, ("Deleted", "", "closed"), "round {round}: {}", listing.listing);
            }
        }
    }
    assert_eq!(refused, 10 * WRITERS);
    assert_eq!(bench.finds().await, Vec::<String>::new());
    other.storage.close().await;
}

/// As it is found where the process was killed after some of the messages, and before the entry that says so.
async fn what_ended_in_the_middle_is_done_when_it_is_asked_for_again(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bob.says("One more").await;
    bench.erases(&bob, Messages::Keep).await;
    bench.operator("UPDATE entries SET content = '', redacted_at = 7 WHERE seq = 1").await;
    assert_eq!(bench.erases(&bob, Messages::Redact).await, Erased { redacted: 1, conversations: 1 });
    assert_eq!(short(&ana.reads_all().await, &bob), ["> redacted", "> redacted", "- by >"]);

    let bench = Bench::fresh_of_the_kind_of(&bench).await;
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bench.erases(&bob, Messages::Keep).await;
    bench.operator("UPDATE entries SET content = '', redacted_at = 7 WHERE seq = 1").await;
    assert_eq!(bench.erases(&bob, Messages::Redact).await, Erased { redacted: 0, conversations: 1 });
    assert_eq!(short(&ana.reads_all().await, &bob), ["> redacted", "- by >"]);
    assert_eq!(bench.finds().await, Vec::<String>::new());
}

/// In many slices, and twice at the same moment by two processes, while others talk.
async fn a_long_talk_is_redacted_while_others_write_and_by_two_at_once(bench: Bench) {
    const SAID: usize = 2_500;
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let said = (1..SAID).map(|number| bob.appends(message(&format!("number {number}"), None)));
    futures_util::future::join_all(said).await.into_iter().for_each(|outcome| drop(new_entry(outcome)));
    let cleo = bench.user("cleo").await;
    let new = bench.offer_of(&ana.person).await;
    let cleos = bench.seat(&cleo, new, &cleo);
    let other = bench.another_process().await;
    let (one, two, ()) =
        tokio::join!(bench.erases(&bob, Messages::Redact), other.erases(&bob, Messages::Redact), async {
            for number in 0..20 {
                let said = cleos.says(&format!("{number}")).await;
                assert_eq!(text(&said), number.to_string());
            }
        });
    assert_eq!(one.redacted + two.redacted, SAID as u64, "{one:?} {two:?}");
    let entries = ana.reads_all().await;
    assert_eq!(super::expect::seqs(&entries), up_to(SAID + 1));
    assert_eq!(short(&entries, &bob).iter().filter(|entry| *entry == "> redacted").count(), SAID);
    assert_eq!(bench.finds().await, Vec::<String>::new());
    other.storage.close().await;
}

async fn what_is_done_is_written_down_the_newest_first(bench: Bench) {
    let log = &bench.storage.audit_log;
    let site = Operator { key: "0a1b2c3d".to_owned(), on_behalf_of: Some(Name::parse("Ünal").expect("a name")) };
    let command = Operator { key: "command".to_owned(), on_behalf_of: None };
    let key: ConversationKey = "offer_1:2".parse().expect("a key");
    let user = UserId::new(2).expect("an id");
    log.record(&site, Audited::TimelineRead(key), later(1)).await.expect("the storage answers");
    log.record(&command, Audited::UserErased(user, Messages::Redact), later(2)).await.expect("the storage answers");
    let page = log.page(None, 10).await.expect("the storage answers");
    let seen: Vec<_> = page
        .iter()
        .map(|line| (&*line.action, &*line.key, line.on_behalf_of.as_deref(), line.conversation.as_deref(), line.user))
        .collect();
    assert_eq!(
        seen,
        [
            ("user_erased_redact", "command", None, None, Some(2)),
            ("timeline_read", "0a1b2c3d", Some("Ünal"), Some("offer_1:2"), None)
        ]
    );
    let older = log.page(Some(page[0].id), 10).await.expect("the storage answers");
    assert_eq!(older, page[1..]);
    assert_eq!(log.page(None, 1).await.expect("the storage answers"), page[..1]);
}

contract!(
    whoever_is_suspended_writes_nothing_and_is_written_nothing,
    how_it_stands_between_the_two_can_be_asked,
    a_suspension_that_was_answered_holds_for_all_that_is_committed_later,
    a_suspension_holds_for_a_conversation_that_is_about_to_begin,
    nothing_is_left_of_an_erased_person_but_what_they_said,
    the_other_one_can_only_leave_a_handshake,
    what_was_said_can_go_as_well_and_an_entry_says_so,
    keeping_first_and_redacting_later_comes_to_the_same,
    what_ended_in_the_middle_is_done_when_it_is_asked_for_again,
    a_long_talk_is_redacted_while_others_write_and_by_two_at_once,
    nothing_is_published_for_who_was_erased,
    what_is_published_at_the_moment_of_an_erase_keeps_no_text,
    what_is_done_is_written_down_the_newest_first,
);
