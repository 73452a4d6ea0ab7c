//! Who may write, and how a conversation comes into being with its first entry. Knows nothing of what follows.

use handsel_domain::conversation::{ConversationState, Side};
use handsel_domain::ids::{Head, Seq};
use handsel_domain::listing::{ListingChange, ListingRef, ListingStatus};
use handsel_domain::timeline::TimelineRange;

use super::bench::Bench;
use super::expect::{handshake, refused, text};
use super::seat::{Seat, message, start};
use super::together::at_once;

contract! {
    nothing_is_there_before_the_first_entry,
    the_respondents_first_message_makes_the_conversation,
    the_respondents_start_makes_the_conversation_too,
    the_owner_cannot_begin,
    of_many_first_entries_at_the_same_moment_one_makes_the_conversation,
    a_closed_listing_takes_no_new_conversation,
    a_closed_listings_conversations_go_on,
    a_third_user_is_no_participant,
    an_owner_is_never_the_own_respondent,
    a_listing_that_does_not_exist_is_not_written_about,
    each_respondent_has_a_conversation_of_the_own,
}

async fn close(bench: &Bench, seat: &Seat) {
    let closed = ListingChange { status: Some(ListingStatus::Closed), ..ListingChange::default() };
    bench.storage.listings.update(seat.key.listing, seat.id(), closed).await.expect("she owns it");
}

async fn says_in_vain(seat: &Seat) -> &'static str {
    refused(seat.appends(message("Hello!", None)).await)
}

async fn nothing_is_there_before_the_first_entry(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    for seat in [&ana, &bob] {
        assert_eq!(seat.state().await, None);
        assert!(seat.reads(TimelineRange::after(Head::NONE)).await.is_none());
    }
}

async fn the_respondents_first_message_makes_the_conversation(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    let entry = bob.says("Hello!").await;
    assert_eq!((entry.seq, text(&entry)), (Seq::FIRST, "Hello!"));
    assert_eq!((entry.actor.id, entry.recipient()), (bob.id(), ana.id()));
    assert_eq!(entry.conversation.key(), bob.key);
    assert_eq!([Side::Owner, Side::Respondent].map(|side| entry.conversation.user(side)), [ana.id(), bob.id()]);

    let expected = ConversationState { head: Seq::FIRST.into(), ..ConversationState::unwritten(entry.conversation) };
    assert_eq!(ana.state().await, Some(expected));
    assert_eq!(ana.says("Hi!").await.seq.get(), 2, "from now on the owner answers");
}

async fn the_respondents_start_makes_the_conversation_too(bench: Bench) {
    let (_, bob) = bench.ana_and_bob().await;
    let entry = bob.takes(start()).await;
    assert_eq!((entry.seq, handshake(&entry).started), (Seq::FIRST, Seq::FIRST));
    assert_eq!(bob.head().await, 1);
}

async fn the_owner_cannot_begin(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    assert_eq!(says_in_vain(&ana).await, "no_respondent");
    assert_eq!(refused(ana.tries(start()).await), "no_respondent");
    assert_eq!(bob.state().await, None, "nothing came into being");
}

async fn of_many_first_entries_at_the_same_moment_one_makes_the_conversation(bench: Bench) {
    let other = bench.another_process().await;
    let (_, bob) = bench.ana_and_bob().await;
    let says = (0..20).map(|index| {
        let bob = if index % 2 == 0 { bob.clone() } else { other.seat_of(&bob) };
        async move { bob.says(&format!("Hello {index}!")).await.seq.get() }
    });
    let mut seqs = at_once(says.collect::<Vec<_>>()).await;
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=20).collect::<Vec<_>>());
    assert_eq!(bench.storage.conversations.of_users(&[bob.id()]).await.map(|all| all.len()), Ok(1));
}

async fn a_closed_listing_takes_no_new_conversation(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    close(&bench, &ana).await;
    assert_eq!(says_in_vain(&bob).await, "listing_closed");
    assert_eq!(refused(bob.tries(start()).await), "listing_closed");
    assert_eq!(says_in_vain(&ana).await, "no_respondent");
    assert_eq!(bob.state().await, None);
}

async fn a_closed_listings_conversations_go_on(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    close(&bench, &ana).await;
    assert_eq!(bob.says("Still there?").await.seq.get(), 2);
    assert_eq!(ana.says("Yes.").await.seq.get(), 3);
    assert_eq!(bob.takes(start()).await.seq.get(), 4);
}

async fn a_third_user_is_no_participant(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let cem = bench.user("cem").await;
    let intruder = bench.seat(&cem, bob.key.listing, &bob.person);
    assert_eq!(says_in_vain(&intruder).await, "not_a_participant");
    assert_eq!(refused(intruder.tries(start()).await), "not_a_participant");
    assert_eq!(refused(intruder.sends("id", "Hello!").await), "not_a_participant");
    assert_eq!(ana.head().await, 1);

    let unwritten = bench.seat(&bob.person, bob.key.listing, &cem);
    assert_eq!(says_in_vain(&unwritten).await, "not_a_participant", "nor is anyone where nothing is written yet");
}

async fn an_owner_is_never_the_own_respondent(bench: Bench) {
    let (ana, _) = bench.ana_and_bob().await;
    let alone = bench.seat(&ana.person, ana.key.listing, &ana.person);
    assert_eq!(says_in_vain(&alone).await, "not_a_participant");
    assert_eq!(alone.state().await, None);
}

async fn a_listing_that_does_not_exist_is_not_written_about(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    for name in ["offer_2", "need_1", "offer_9007199254740992"] {
        let nowhere: ListingRef = name.parse().expect("a valid name");
        for seat in [bench.seat(&bob.person, nowhere, &bob.person), bench.seat(&ana.person, nowhere, &bob.person)] {
            assert_eq!(says_in_vain(&seat).await, "listing_not_found", "{name}");
            assert!(seat.reads(TimelineRange::after(Head::NONE)).await.is_none(), "{name}");
        }
    }
}

async fn each_respondent_has_a_conversation_of_the_own(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let cem = bench.user("cem").await;
    let cem = bench.seat(&cem, bob.key.listing, &cem);
    assert_eq!(cem.says("Me too!").await.seq, Seq::FIRST);
    assert_eq!(ana.at(cem.key).says("You are the second.").await.seq.get(), 2);
    assert_eq!(bob.says("Hello?").await.seq.get(), 2);

    let read = [bob.reads_all().await, cem.reads_all().await];
    let said = read.each_ref().map(|entries| entries.iter().map(text).collect::<Vec<_>>());
    assert_eq!(said, [vec!["Hello!", "Hello?"], vec!["Me too!", "You are the second."]]);
}
