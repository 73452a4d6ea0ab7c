//! Who talks about what: by key, by listing, by user. Knows nothing of what is unread.

use handsel_domain::conversation::{ConversationState, ConversationSummary};
use handsel_domain::handshake::StepAction;
use handsel_domain::ids::{EntryId, UserId};
use handsel_domain::listing::{ListingChange, ListingKind, ListingStatus, Title};
use handsel_domain::ports::Schema;

use super::bench::Bench;
use super::expect::{assert_same, handshake};
use super::seat::{Seat, start};

contract! {
    a_conversation_is_found_by_its_key_alone,
    a_listings_conversations_come_with_the_newest_entry_first,
    the_one_with_the_newest_entry_comes_first,
    all_of_a_user_come_with_the_newest_entry_first,
    people_are_found_by_their_ids,
    a_list_goes_on_before_a_position,
    a_line_of_the_list_says_what_is_needed_to_show_it,
    the_list_shows_the_latest_handshake_whatever_became_of_it,
    the_conversations_of_users_are_those_of_either_side,
    the_storage_answers_a_ping_until_it_is_closed,
}

async fn list(bench: &Bench, user: UserId, before: Option<EntryId>, limit: u32) -> Vec<ConversationSummary> {
    bench.storage.conversations.of_user(user, before, limit).await.expect("the storage answers")
}

fn keys(list: &[ConversationSummary]) -> Vec<String> {
    list.iter().map(|line| line.state.conversation.key().to_string()).collect()
}

/// Three respondents of Ana's offer who registered in this order, each with a first message.
async fn respondents(bench: &Bench) -> (Seat, [Seat; 3]) {
    let (ana, bob) = bench.ana_and_bob().await;
    let (cem, dan) = (bench.user("cem").await, bench.user("dan").await);
    let seats = [bob, bench.seat(&cem, ana.key.listing, &cem), bench.seat(&dan, ana.key.listing, &dan)];
    for index in [2, 0, 1] {
        seats[index].says("Hello!").await;
    }
    (ana, seats)
}

async fn a_conversation_is_found_by_its_key_alone(bench: Bench) {
    let (ana, [bob, cem, _]) = respondents(&bench).await;
    ana.at(cem.key).says("Hi!").await;
    for (seat, head) in [(&bob, 1), (&cem, 2)] {
        let state = seat.state().await.expect("it is written in");
        assert_eq!((state.conversation.key(), state.head.get()), (seat.key, head));
    }
    let eve = bench.user("eve").await;
    assert_eq!(bench.seat(&eve, ana.key.listing, &eve).state().await, None);
    assert_eq!(bench.seat(&eve, "need_1".parse().expect("a name"), &bob.person).state().await, None);
}

async fn a_listings_conversations_come_with_the_newest_entry_first(bench: Bench) {
    let (ana, [bob, cem, dan]) = respondents(&bench).await;
    let seats = [cem, bob, dan];
    let need = bench.publishes(ana.id(), ListingKind::Need, "A ladder").await.listing;
    bench.seat(&seats[0].person, need, &seats[0].person).says("I have one.").await;

    let of_listing = bench.storage.conversations.of_listing(ana.key.listing).await.expect("the storage answers");
    let seen: Vec<_> = of_listing.iter().map(|(state, person)| (state.conversation.key(), person)).collect();
    assert_eq!(seen, seats.each_ref().map(|seat| (seat.key, &*seat.person)));
    let unwritten = bench.offer_of(&ana.person).await;
    assert_eq!(bench.storage.conversations.of_listing(unwritten).await, Ok(vec![]));
}

async fn the_one_with_the_newest_entry_comes_first(bench: Bench) {
    let (ana, [bob, cem, dan]) = respondents(&bench).await;
    assert_eq!(keys(&list(&bench, ana.id(), None, 100).await), ["offer_1:3", "offer_1:2", "offer_1:4"]);
    dan.says("Hello?").await;
    assert_eq!(keys(&list(&bench, ana.id(), None, 100).await), ["offer_1:4", "offer_1:3", "offer_1:2"]);
    ana.at(bob.key).takes(start()).await;
    assert_eq!(keys(&list(&bench, ana.id(), None, 100).await), ["offer_1:2", "offer_1:4", "offer_1:3"]);
    // Reading is no entry.
    ana.at(cem.key).has_read(1).await;
    assert_eq!(keys(&list(&bench, ana.id(), None, 100).await), ["offer_1:2", "offer_1:4", "offer_1:3"]);
}

async fn all_of_a_user_come_with_the_newest_entry_first(bench: Bench) {
    let (ana, [bob, cem, dan]) = respondents(&bench).await;
    // Ana is a respondent, too.
    let offer_of_cem = bench.offer_of(&cem.person).await;
    let at_cem = bench.seat(&ana.person, offer_of_cem, &ana.person);
    at_cem.says("Hello!").await;
    dan.says("Hello?").await;
    for (user, seats) in [(&ana, vec![&dan, &at_cem, &cem, &bob]), (&cem, vec![&at_cem, &cem]), (&bob, vec![&bob])] {
        let mut expected = Vec::new();
        for seat in seats {
            expected.push(seat.state().await.expect("it is written in"));
        }
        assert_eq!(bench.storage.conversations.all_of(user.id()).await, Ok(expected));
    }
    let eve = bench.user("eve").await;
    assert_eq!(bench.storage.conversations.all_of(eve.id).await, Ok(vec![]));
}

async fn people_are_found_by_their_ids(bench: Bench) {
    let (ana, [bob, cem, _]) = respondents(&bench).await;
    let nobody = UserId::new(999).expect("an id");
    bench.delete(cem.id()).await;
    let asked = [bob.id(), nobody, ana.id(), cem.id(), bob.id()];
    let mut found = bench.storage.conversations.people(&asked).await.expect("the storage answers");
    found.sort_unstable_by_key(|person| person.id);
    // What the deleted have written is still there, and so is their name.
    assert_eq!(found, [&ana, &bob, &cem].map(|seat| (*seat.person).clone()));
    assert_eq!(bench.storage.conversations.people(&[]).await, Ok(vec![]));
}

async fn a_list_goes_on_before_a_position(bench: Bench) {
    let (ana, _) = respondents(&bench).await;
    let first = list(&bench, ana.id(), None, 2).await;
    assert_eq!(keys(&first), ["offer_1:3", "offer_1:2"]);
    let rest = list(&bench, ana.id(), Some(first[1].last_entry.id), 2).await;
    assert_eq!(keys(&rest), ["offer_1:4"]);
    assert_eq!(keys(&list(&bench, ana.id(), Some(rest[0].last_entry.id), 2).await), Vec::<String>::new());
}

async fn a_line_of_the_list_says_what_is_needed_to_show_it(bench: Bench) {
    let (ana, [bob, cem, _]) = respondents(&bench).await;
    let change = ListingChange {
        title: Some(Title::parse("Bicycles").expect("a title")),
        status: Some(ListingStatus::Closed),
        ..ListingChange::default()
    };
    bench.storage.listings.update(ana.key.listing, ana.id(), change).await.expect("she owns it");
    let said = bob.says("Hello?").await;
    ana.has_read(1).await;

    for (user, peer) in [(&ana, &bob), (&bob, &ana)] {
        let lines = list(&bench, user.id(), None, 100).await;
        assert_eq!(lines[0].state, bob.state().await.expect("it is written in"));
        assert_eq!((lines[0].listing_title.as_str(), lines[0].listing_status), ("Bicycles", ListingStatus::Closed));
        assert_eq!(lines[0].peer, *peer.person);
        assert_same(&said, &lines[0].last_entry);
        assert_eq!(lines[0].handshake, None);
    }
    assert_eq!(list(&bench, bob.id(), None, 100).await.len(), 1, "nobody sees another's");
    assert_eq!(list(&bench, cem.id(), None, 100).await.len(), 1);
    let eve = bench.user("eve").await;
    assert_eq!(list(&bench, eve.id, None, 100).await.len(), 0);
}

async fn the_list_shows_the_latest_handshake_whatever_became_of_it(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bob.takes(start()).await;
    let declined = ana.takes(StepAction::Decline).await;
    bob.says("A pity.").await;
    let lines = list(&bench, ana.id(), None, 1).await;
    assert_eq!(lines[0].handshake.as_ref(), Some(handshake(&declined)));
    let pending = ana.takes(start()).await;
    let lines = list(&bench, ana.id(), None, 1).await;
    assert_eq!(lines[0].handshake.as_ref(), Some(handshake(&pending)));
    assert_same(&pending, &lines[0].last_entry);
}

async fn the_conversations_of_users_are_those_of_either_side(bench: Bench) {
    let (ana, [bob, cem, dan]) = respondents(&bench).await;
    // Cem is an owner, too.
    let offer_of_cem = bench.offer_of(&cem.person).await;
    let at_cem = bench.seat(&bob.person, offer_of_cem, &bob.person);
    at_cem.says("Hello!").await;

    let eve = bench.user("eve").await;
    for (users, expected) in [
        (vec![], vec![]),
        (vec![eve.id], vec![]),
        (vec![dan.id()], vec![&dan]),
        (vec![cem.id()], vec![&cem, &at_cem]),
        (vec![ana.id()], vec![&bob, &cem, &dan]),
        (vec![ana.id(), bob.id(), ana.id(), eve.id], vec![&bob, &cem, &dan, &at_cem]),
    ] {
        let mut seen = bench.storage.conversations.of_users(&users).await.expect("the storage answers");
        seen.sort_unstable_by_key(|state| state.conversation.key());
        let mut states: Vec<ConversationState> = Vec::new();
        for seat in expected {
            states.push(seat.state().await.expect("it is written in"));
        }
        assert_eq!(seen, states, "of {users:?}");
    }
}

async fn the_storage_answers_a_ping_until_it_is_closed(bench: Bench) {
    let conversations = bench.storage.conversations.clone();
    assert_eq!(conversations.ping().await, Ok(()));
    assert_eq!(conversations.schema().await, Ok(Schema::Current));
    let bench = bench.restarted().await;
    assert!(conversations.ping().await.is_err(), "what is closed does not answer");
    assert!(conversations.schema().await.is_err(), "what is closed does not answer");
    assert_eq!(bench.storage.conversations.ping().await, Ok(()));
}
