//! Offers and needs: their numbers, changes and pages. Knows nothing of what is said about them.

use handsel_domain::ids::{ListingNumber, UserId};
use handsel_domain::listing::{
    Description, Listing, ListingChange, ListingKind, ListingRef, ListingStatus, NewListing, Title,
};
use handsel_domain::ports::UpdateListingError;

use super::bench::{Bench, later};
use super::clock::START;
use super::together::at_once;

contract! {
    a_listing_is_found_as_published,
    numbers_are_counted_per_kind,
    those_published_at_the_same_moment_get_a_number_each,
    a_listing_that_nobody_published_is_not_found,
    what_is_not_given_stays_as_it_is,
    only_the_owner_changes_a_listing,
    a_listing_that_does_not_exist_is_not_changed,
    a_page_begins_with_the_newest,
}

const OFFER: ListingKind = ListingKind::Offer;
const NEED: ListingKind = ListingKind::Need;

fn named(name: &str) -> ListingRef {
    name.parse().expect("a valid name")
}

async fn find(bench: &Bench, name: ListingRef) -> Option<Listing> {
    bench.storage.listings.find(name).await.expect("the storage answers")
}

async fn a_listing_is_found_as_published(bench: Bench) {
    let ana = bench.user("ana").await;
    let new = NewListing {
        kind: NEED,
        owner: ana.id,
        title: Title::parse("A \"ladder\", 3 m; 'light' \\ 🪜").expect("a valid title"),
        description: Description::parse("For a day.\nOr two.").expect("a valid text"),
        created_at: later(3),
    };
    let expected = Listing {
        listing: named("need_1"),
        owner: (*ana).clone(),
        title: new.title.clone(),
        description: new.description.clone(),
        status: ListingStatus::Open,
        created_at: later(3),
    };
    assert_eq!(bench.storage.listings.insert(new).await, Ok(expected.clone()));
    assert_eq!(find(&bench, named("need_1")).await, Some(expected));
}

async fn numbers_are_counted_per_kind(bench: Bench) {
    let ana = bench.user("ana").await;
    let mut names = Vec::new();
    for kind in [OFFER, OFFER, NEED, OFFER, NEED] {
        names.push(bench.publishes(ana.id, kind, "Something").await.listing.to_string());
    }
    assert_eq!(names, ["offer_1", "offer_2", "need_1", "offer_3", "need_2"]);
}

async fn those_published_at_the_same_moment_get_a_number_each(bench: Bench) {
    let other = bench.another_process().await;
    let ana = bench.user("ana").await.id;
    let publish = (0..40).map(|index| {
        let process = if index % 2 == 0 { &bench.storage } else { &other.storage };
        let (listings, kind) = (process.listings.clone(), if index < 20 { OFFER } else { NEED });
        let title = Title::parse("Something").expect("a valid title");
        let new = NewListing { kind, owner: ana, title, description: Description::default(), created_at: START };
        async move { listings.insert(new).await.expect("the storage answers").listing }
    });
    let mut published = at_once(publish.collect::<Vec<_>>()).await;
    published.sort_unstable();
    let number = |number| ListingNumber::new(number).expect("a number");
    let expected = [OFFER, NEED].map(|kind| (1..=20).map(move |n| ListingRef { kind, number: number(n) }));
    assert_eq!(published, expected.into_iter().flatten().collect::<Vec<_>>());
}

async fn a_listing_that_nobody_published_is_not_found(bench: Bench) {
    let ana = bench.user("ana").await;
    bench.offer_of(&ana).await;
    for name in ["offer_2", "need_1", "offer_9007199254740992"] {
        assert_eq!(find(&bench, named(name)).await, None, "{name}");
    }
}

async fn what_is_not_given_stays_as_it_is(bench: Bench) {
    let ana = bench.user("ana").await;
    let neighbour = bench.publishes(ana.id, NEED, "Another one").await;
    let mut expected = bench.publishes(ana.id, OFFER, "Bike repair").await;
    let (title, description) =
        (Title::parse("Bicycles").expect("a title"), Description::parse("All of them").expect("a text"));
    for change in [
        ListingChange { title: Some(title.clone()), ..ListingChange::default() },
        ListingChange { description: Some(description.clone()), ..ListingChange::default() },
        ListingChange { status: Some(ListingStatus::Closed), ..ListingChange::default() },
        ListingChange::default(),
        ListingChange { status: Some(ListingStatus::Open), ..ListingChange::default() },
    ] {
        let ListingChange { title, description, status } = change.clone();
        expected.title = title.unwrap_or(expected.title);
        expected.description = description.unwrap_or(expected.description);
        expected.status = status.unwrap_or(expected.status);
        let updated = bench.storage.listings.update(expected.listing, ana.id, change).await;
        assert_eq!(updated, Ok(expected.clone()));
        assert_eq!(find(&bench, expected.listing).await, Some(expected.clone()));
    }
    assert_eq!(find(&bench, neighbour.listing).await, Some(neighbour));
}

async fn only_the_owner_changes_a_listing(bench: Bench) {
    let (ana, bob) = (bench.user("ana").await, bench.user("bob").await);
    let offer = bench.publishes(ana.id, OFFER, "Bike repair").await;
    let close = ListingChange { status: Some(ListingStatus::Closed), ..ListingChange::default() };
    for stranger in [bob.id, UserId::new(4_711).expect("an id")] {
        let updated = bench.storage.listings.update(offer.listing, stranger, close.clone()).await;
        assert_eq!(updated, Err(UpdateListingError::NotOwner));
    }
    assert_eq!(find(&bench, offer.listing).await, Some(offer));
}

async fn a_listing_that_does_not_exist_is_not_changed(bench: Bench) {
    let ana = bench.user("ana").await;
    let updated = bench.storage.listings.update(named("offer_1"), ana.id, ListingChange::default()).await;
    assert_eq!(updated, Err(UpdateListingError::NotFound));
}

async fn a_page_begins_with_the_newest(bench: Bench) {
    let (ana, bob) = (bench.user("ana").await, bench.user("bob").await);
    for owner in [&ana, &bob, &ana, &bob, &ana] {
        bench.publishes(owner.id, OFFER, "Something").await;
        bench.publishes(owner.id, NEED, "Something else").await;
    }
    for (before, limit, expected) in [
        (None, 100, vec!["offer_5", "offer_4", "offer_3", "offer_2", "offer_1"]),
        (None, 2, vec!["offer_5", "offer_4"]),
        (Some(4), 2, vec!["offer_3", "offer_2"]),
        (Some(2), 2, vec!["offer_1"]),
        (Some(1), 2, vec![]),
    ] {
        let number = before.map(|number| ListingNumber::new(number).expect("a number"));
        let page = bench.storage.listings.page(OFFER, number, limit).await.expect("the storage answers");
        let names: Vec<_> = page.iter().map(|listing| listing.listing.to_string()).collect();
        assert_eq!(names, expected, "before {before:?}, at most {limit}");
    }
    let newest = bench.storage.listings.page(NEED, None, 1).await.expect("the storage answers");
    assert_eq!(newest[0].owner, *ana);
    assert_eq!(newest[0].title.as_str(), "Something else");
}
