//! A caller that stops waiting changes nothing: what was taken is committed and announced. Knows nothing of why.

use std::pin::Pin;

use handsel_domain::handshake::StepAction;
use handsel_domain::listing::{Description, ListingChange, ListingKind, NewListing, Title};
use handsel_domain::password::PasswordHash;
use handsel_domain::user::Username;

use super::bench::Bench;
use super::clock::START;
use super::expect::{handshake, text, up_to};
use super::seat::start;
use super::together::{all_begun, begun};

contract! {
    what_a_caller_gave_up_on_is_committed_and_announced,
    what_many_callers_gave_up_on_keeps_its_order,
    a_caller_that_gives_up_takes_nothing_from_the_others,
    a_step_that_its_caller_gave_up_on_is_taken,
    a_cursor_that_its_reader_gave_up_on_is_moved_and_told,
    whoever_gives_up_in_the_middle_of_a_write_leaves_no_trace_of_it,
}

async fn what_a_caller_gave_up_on_is_committed_and_announced(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    let held = bench.holds_writes().await;
    drop(begun(bob.says("Hello!")).await);
    held.rollback().await.expect("the lock is let go");

    let heard = bench.heard.entries(1).await;
    assert_eq!((text(&heard[0]), heard[0].seq.get()), ("Hello!", 1));
    assert_eq!(ana.reads_all().await.iter().map(text).collect::<Vec<_>>(), ["Hello!"]);
}

async fn what_many_callers_gave_up_on_keeps_its_order(bench: Bench) {
    let (_, bob) = bench.ana_and_bob().await;
    let texts: Vec<_> = (0..50).map(|index| format!("number {index}")).collect();
    let held = bench.holds_writes().await;
    drop(all_begun(texts.iter().map(|text| bob.says(text))).await);
    held.rollback().await.expect("the lock is let go");

    let heard = bench.heard.entries(50).await;
    assert_eq!(heard.iter().map(|entry| text(entry)).collect::<Vec<_>>(), texts);
    assert_eq!(bench.heard.seqs_by_conversation()[&bob.key], up_to(50));
}

async fn a_caller_that_gives_up_takes_nothing_from_the_others(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let held = bench.holds_writes().await;
    let first = begun(bob.says("first")).await;
    let given_up = begun(ana.says("second")).await;
    let third = begun(bob.says("third")).await;
    drop(given_up);
    held.rollback().await.expect("the lock is let go");
    assert_eq!([first.await.seq.get(), third.await.seq.get()], [2, 4]);
    assert_eq!(text(&bob.reads_all().await[2]), "second");
}

async fn a_step_that_its_caller_gave_up_on_is_taken(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bob.takes(start()).await;
    let held = bench.holds_writes().await;
    drop(begun(ana.takes(StepAction::Approve)).await);
    held.rollback().await.expect("the lock is let go");
    let heard = bench.heard.entries(3).await;
    assert_eq!(handshake(&heard[2]).state.name(), "approved");
}

async fn a_cursor_that_its_reader_gave_up_on_is_moved_and_told(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let held = bench.holds_writes().await;
    drop(begun(ana.has_read(1)).await);
    held.rollback().await.expect("the lock is let go");
    // It was in front of this one.
    bob.says("Hello?").await;
    assert_eq!(ana.state().await.map(|state| state.owner_read_up_to.get()), Some(1));
    assert_eq!(bench.heard.read_now().len(), 1);
}

/// Only what is said and read promises to go on without its caller; other writes must merely be whole or not at all.
async fn whoever_gives_up_in_the_middle_of_a_write_leaves_no_trace_of_it(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let storage = &bench.storage;
    let new = || NewListing {
        kind: ListingKind::Offer,
        owner: ana.id(),
        title: Title::parse("Something").expect("a title"),
        description: Description::default(),
        created_at: START,
    };
    let renamed = ListingChange { title: Title::parse("Else").ok(), ..ListingChange::default() };

    let held = bench.holds_writes().await;
    let writes: [Pin<Box<dyn Future<Output = bool>>>; 5] = [
        Box::pin(async { bench.registers("cem").await.is_ok() }),
        Box::pin(async { storage.tokens.issue(bob.id(), START, START).await.is_ok() }),
        Box::pin(async {
            storage.users.set_password(bob.id(), PasswordHash::new("x".to_owned()), START).await.is_ok()
        }),
        Box::pin(async { storage.listings.insert(new()).await.is_ok() }),
        Box::pin(async { storage.listings.update(ana.key.listing, ana.id(), renamed).await.is_ok() }),
    ];
    drop(all_begun(writes).await);
    held.rollback().await.expect("the lock is let go");

    assert_eq!(bob.says("Still here?").await.seq.get(), 2);
    assert_eq!(bench.registers("dan").await.map(|user| user.person.username), Ok(dan()));
    assert_eq!(bench.publishes(ana.id(), ListingKind::Offer, "Next").await.listing.to_string(), "offer_2");
    let (_, hash) =
        storage.users.by_username(&bob.person.username.key()).await.expect("the storage answers").expect("him");
    assert_eq!(hash.map(|hash| hash.as_phc().to_owned()), Some("hash of bob".to_owned()));
    let kept = storage.listings.find(ana.key.listing).await.expect("the storage answers").expect("she has it");
    assert_eq!(kept.title.as_str(), "Bike repair");
}

fn dan() -> Username {
    Username::parse("dan").expect("a valid name")
}
