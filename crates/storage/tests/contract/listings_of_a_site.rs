//! Listings whose numbers are a site's. Knows nothing of those that are published here, but that they get other numbers.

use handsel_domain::ids::UserId;
use handsel_domain::listing::{Description, Listing, ListingKind, ListingRef, ListingStatus, Title};
use handsel_domain::ports::{Put, PutListingError, SiteListing};

use super::bench::{Bench, later};
use super::clock::START;
use super::together::at_once;

contract! {
    a_listing_is_put_with_its_number_and_again_changes_nothing,
    a_listing_that_is_put_again_is_as_it_was_put_last,
    nobody_who_is_not_known_owns_a_listing,
    numbers_that_were_put_are_given_to_no_other_listing,
    of_many_who_put_a_listing_at_the_same_moment_one_makes_it,
    a_listing_changes_hands_until_somebody_has_written,
    of_a_first_message_and_a_new_owner_at_the_same_moment_both_fit_together,
}

fn listing(name: &str, owner: UserId) -> SiteListing {
    SiteListing {
        listing: name.parse().expect("a valid name"),
        owner,
        title: Title::parse("Bike repair").expect("a valid title"),
        description: Description::parse("All of them").expect("a valid text"),
        status: ListingStatus::Open,
    }
}

async fn find(bench: &Bench, name: ListingRef) -> Option<Listing> {
    bench.storage.listings.find(name).await.expect("the storage answers")
}

async fn a_listing_is_put_with_its_number_and_again_changes_nothing(bench: Bench) {
    let ana = bench.user("ana").await;
    let new = listing("offer_4711", ana.id);
    let put = bench.storage.listings.put(new.clone(), later(3)).await;
    let expected = Listing {
        listing: new.listing,
        owner: (*ana).clone(),
        title: new.title.clone(),
        description: new.description.clone(),
        status: ListingStatus::Open,
        created_at: later(3),
    };
    assert_eq!(put, Ok(Put::Created(expected.clone())));
    assert_eq!(bench.storage.listings.put(new.clone(), later(9)).await, Ok(Put::Kept(expected.clone())));
    assert_eq!(find(&bench, new.listing).await, Some(expected));
    assert_eq!(find(&bench, "need_4711".parse().expect("a name")).await, None);
}

async fn a_listing_that_is_put_again_is_as_it_was_put_last(bench: Bench) {
    let (ana, bob) = (bench.user("ana").await, bench.user("bob").await);
    bench.storage.listings.put(listing("need_7", ana.id), START).await.expect("it is new");
    let other = SiteListing {
        title: Title::parse("A ladder").expect("a valid title"),
        description: Description::default(),
        status: ListingStatus::Closed,
        ..listing("need_7", bob.id)
    };
    let put = bench.storage.listings.put(other.clone(), later(9)).await;
    let Ok(Put::Kept(put)) = put else { panic!("it is there: {put:?}") };
    assert_eq!((&put.owner, &put.title, put.status), (&*bob, &other.title, ListingStatus::Closed));
    assert_eq!((put.description.as_str(), put.created_at), ("", START));
    assert_eq!(find(&bench, put.listing).await, Some(put));
}

async fn nobody_who_is_not_known_owns_a_listing(bench: Bench) {
    let (ana, unknown) = (bench.user("ana").await, UserId::new(4_711).expect("an id"));
    bench.storage.listings.put(listing("offer_1", ana.id), START).await.expect("it is new");
    let gone = bench.user("gone").await;
    bench.delete(gone.id).await;
    for (name, owner) in [("offer_1", unknown), ("offer_2", unknown), ("offer_1", gone.id), ("offer_2", gone.id)] {
        let put = bench.storage.listings.put(listing(name, owner), START).await;
        assert_eq!(put, Err(PutListingError::OwnerUnknown), "{name} of {owner}");
    }
    assert_eq!(find(&bench, "offer_1".parse().expect("a name")).await.map(|offer| offer.owner.id), Some(ana.id));
    assert_eq!(find(&bench, "offer_2".parse().expect("a name")).await, None);
}

async fn numbers_that_were_put_are_given_to_no_other_listing(bench: Bench) {
    let ana = bench.user("ana").await;
    for name in ["offer_40", "offer_7", "need_3"] {
        bench.storage.listings.put(listing(name, ana.id), START).await.expect("it is new");
    }
    let mut names = Vec::new();
    for kind in [ListingKind::Offer, ListingKind::Need, ListingKind::Offer] {
        names.push(bench.publishes(ana.id, kind, "Something").await.listing.to_string());
    }
    assert_eq!(names, ["offer_41", "need_4", "offer_42"]);
}

async fn of_many_who_put_a_listing_at_the_same_moment_one_makes_it(bench: Bench) {
    let (other, ana) = (bench.another_process().await, bench.user("ana").await.id);
    let put = (0..20).map(|number| {
        let process = if number % 2 == 0 { &bench.storage } else { &other.storage };
        let listings = process.listings.clone();
        async move { listings.put(listing("offer_4711", ana), START).await.expect("nobody is in the way") }
    });
    let results = at_once(put.collect::<Vec<_>>()).await;
    assert_eq!(results.iter().filter(|put| matches!(put, Put::Created(_))).count(), 1, "{results:?}");
}

async fn a_listing_changes_hands_until_somebody_has_written(bench: Bench) {
    let (ana, bob, cem) = (bench.user("ana").await, bench.user("bob").await, bench.user("cem").await);
    let offer = listing("offer_9", ana.id);
    bench.storage.listings.put(offer.clone(), START).await.expect("it is new");
    let handed = bench.storage.listings.put(listing("offer_9", cem.id), START).await;
    assert!(matches!(handed, Ok(Put::Kept(_))), "{handed:?}");
    bench.seat(&bob, offer.listing, &bob).says("Hello!").await;
    assert_eq!(bench.storage.listings.put(offer, START).await, Err(PutListingError::OwnerFixed));
    let closed = SiteListing { status: ListingStatus::Closed, ..listing("offer_9", cem.id) };
    let closed = bench.storage.listings.put(closed, START).await;
    assert!(matches!(&closed, Ok(Put::Kept(offer)) if offer.owner.id == cem.id), "the rest may change: {closed:?}");
}

async fn of_a_first_message_and_a_new_owner_at_the_same_moment_both_fit_together(bench: Bench) {
    let (ana, bob, cem) = (bench.user("ana").await, bench.user("bob").await, bench.user("cem").await);
    let other = bench.another_process().await;
    let (mut handed, rounds) = (0, 20);
    for number in 1..=rounds {
        let name = format!("offer_{number}");
        let offer = listing(&name, ana.id);
        bench.storage.listings.put(offer.clone(), START).await.expect("it is new");
        let (listings, new_owner) = (other.storage.listings.clone(), listing(&name, cem.id));
        let puts = tokio::spawn(async move { listings.put(new_owner, START).await });
        bench.seat(&bob, offer.listing, &bob).says("Hello!").await;
        let put = puts.await.expect("it does not panic");
        let owner = find(&bench, offer.listing).await.expect("it is there").owner.id;
        match put {
            Ok(_) => assert_eq!(owner, cem.id, "round {number}"),
            Err(PutListingError::OwnerFixed) => assert_eq!(owner, ana.id, "round {number}"),
            Err(error) => panic!("round {number}: {error}"),
        }
        handed += i32::from(owner == cem.id);
    }
    // Whoever owns a listing is one side of all that is said about it.
    let verified = bench.finds().await;
    assert!(verified.is_empty(), "{verified:?} after {handed} of {rounds} have changed hands");
}
