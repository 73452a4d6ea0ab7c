//! Taking a seat, and finding the conversation that is meant. Knows nothing of sockets or pages.

use std::sync::Arc;

use handsel_domain::Unavailable;
use handsel_domain::conversation::{Conversation, ConversationKey, ConversationState, NotAParticipant};
use handsel_domain::ids::{Seq, UserId};
use handsel_domain::listing::{Description, Listing, ListingRef, ListingStatus, Title};
use handsel_domain::ports::{MockConversations, MockListings, MockTimeline};
use handsel_domain::time::Timestamp;
use handsel_domain::usecases::{RecipientError, Scope, Seat, SeatError, Talk};
use handsel_domain::user::{Person, Username};
use pollster::block_on;

/// Publishes `offer_1`, the only listing there is.
const OWNER: i64 = 1;
const BO: i64 = 2;
const CLEO: i64 = 3;

fn id(user: i64) -> UserId {
    UserId::new(user).expect("an id")
}

fn person(user: i64) -> Person {
    Person::new(id(user), Username::parse(&format!("user{user}")).expect("a username"), "", "")
}

fn offer() -> ListingRef {
    "offer_1".parse().expect("a listing")
}

fn conversation_with(respondent: i64) -> Conversation {
    Conversation::new(ConversationKey { listing: offer(), respondent: id(respondent) }, id(OWNER)).expect("two people")
}

/// About `offer_1`, these have written.
fn talk(status: ListingStatus, respondents: &'static [i64]) -> Talk {
    let listing = Listing {
        listing: offer(),
        owner: person(OWNER),
        title: Title::parse("Bike repair").expect("a title"),
        description: Description::default(),
        status,
        created_at: Timestamp::from_millis(0),
    };
    let mut listings = MockListings::new();
    listings.expect_find().returning(move |asked| Ok((asked == offer()).then(|| listing.clone())));
    let written = |respondent: &i64| {
        let unwritten = ConversationState::unwritten(conversation_with(*respondent));
        (ConversationState { head: Seq::FIRST.into(), ..unwritten }, person(*respondent))
    };
    let mut conversations = MockConversations::new();
    conversations.expect_of_listing().returning(move |_| Ok(respondents.iter().map(written).collect()));
    Talk::new(Arc::new(listings), Arc::new(conversations), Arc::new(MockTimeline::new()))
}

fn seat(caller: i64, address: &str) -> Result<Scope, SeatError> {
    let address = address.parse().expect("an address");
    block_on(talk(ListingStatus::Open, &[]).seat(Arc::new(person(caller)), address)).map(|seat| seat.scope)
}

/// The key of the conversation that the caller means from the seat at `address`.
fn meant(caller: i64, address: &str, named: Option<i64>, written: &'static [i64]) -> Result<String, RecipientError> {
    let talk = talk(ListingStatus::Open, written);
    let seat = block_on(talk.seat(Arc::new(person(caller)), address.parse().expect("an address"))).expect("a seat");
    block_on(talk.conversation(&seat, named.map(id))).map(|key| key.to_string())
}

/// The same from a seat with all of the caller's conversations, or from one at `address`.
fn located(
    caller: i64,
    at: Option<&str>,
    conversation: Option<&str>,
    recipient: Option<i64>,
) -> Result<String, &'static str> {
    let talk = talk(ListingStatus::Open, &[BO, CLEO]);
    let seat = match at {
        Some(address) => block_on(talk.seat(Arc::new(person(caller)), address.parse().expect("an address"))),
        None => Ok(Seat { caller: Arc::new(person(caller)), scope: Scope::Everything }),
    };
    let named = conversation.map(|name| name.parse().expect("an address"));
    let found = block_on(talk.locate(&seat.expect("a seat"), named, recipient.map(id)));
    found.map(|key| key.to_string()).map_err(|error| error.code())
}

#[test]
fn from_everything_a_conversation_is_named_as_a_socket_names_it() {
    for (caller, named, recipient, expected) in [
        (BO, Some("offer_1"), None, Ok("offer_1:2")),
        (BO, Some("offer_1:2"), None, Ok("offer_1:2")),
        (OWNER, Some("offer_1:3"), None, Ok("offer_1:3")),
        (OWNER, Some("offer_1"), Some(CLEO), Ok("offer_1:3")),
        (OWNER, Some("offer_1"), None, Err("recipient_required")),
        (OWNER, None, None, Err("conversation_required")),
        (BO, None, Some(OWNER), Err("conversation_required")),
        (BO, Some("offer_1:3"), None, Err("not_a_participant")),
        (BO, Some("offer_1"), Some(CLEO), Err("recipient_unknown")),
        (BO, Some("need_1"), None, Err("listing_not_found")),
    ] {
        let seen = located(caller, None, named, recipient);
        assert_eq!(seen, expected.map(str::to_owned), "{caller} names {named:?} and {recipient:?}");
    }
}

#[test]
fn from_a_place_no_other_can_be_named() {
    for (caller, at, named, recipient, expected) in [
        (BO, "offer_1", Some("offer_1:2"), None, Ok("offer_1:2")),
        (BO, "offer_1:2", Some("offer_1"), None, Ok("offer_1:2")),
        (BO, "offer_1", Some("offer_2"), None, Err("conversation_mismatch")),
        (BO, "offer_1", Some("offer_1:3"), None, Err("conversation_mismatch")),
        (OWNER, "offer_1:2", Some("offer_1"), None, Ok("offer_1:2")),
        (OWNER, "offer_1:2", Some("offer_1:3"), None, Err("conversation_mismatch")),
        (OWNER, "offer_1", Some("offer_1:3"), None, Ok("offer_1:3")),
        (OWNER, "offer_1", Some("offer_1:3"), Some(CLEO), Ok("offer_1:3")),
        (OWNER, "offer_1", Some("offer_1:3"), Some(BO), Err("recipient_unknown")),
        (OWNER, "offer_1", Some("offer_1:9"), None, Err("recipient_unknown")),
        (OWNER, "offer_1", Some("offer_1"), None, Err("recipient_required")),
        (OWNER, "offer_1", Some("need_1:3"), None, Err("conversation_mismatch")),
    ] {
        let seen = located(caller, Some(at), named, recipient);
        assert_eq!(seen, expected.map(str::to_owned), "{caller} at {at} names {named:?} and {recipient:?}");
    }
}

#[test]
fn only_an_owner_is_told_whom_one_may_mean() {
    let talk = talk(ListingStatus::Open, &[BO, CLEO]);
    let everything = |caller| Seat { caller: Arc::new(person(caller)), scope: Scope::Everything };
    let offer_1 = Some("offer_1".parse().expect("an address"));
    let told = |seat, named| block_on(talk.recipients(&seat, named)).expect("the storage answers");
    assert_eq!(told(everything(OWNER), offer_1), [person(BO), person(CLEO)]);
    assert_eq!(told(everything(BO), offer_1), []);
    assert_eq!(told(everything(OWNER), None), []);
    let in_one = Seat { caller: Arc::new(person(BO)), scope: Scope::One(conversation_with(BO)) };
    assert_eq!(told(in_one, offer_1), []);
}

#[test]
fn a_respondent_s_short_form_is_the_own_conversation() {
    assert_eq!(seat(BO, "offer_1"), Ok(Scope::One(conversation_with(BO))));
    assert_eq!(seat(CLEO, "offer_1"), Ok(Scope::One(conversation_with(CLEO))));
}

#[test]
fn an_owner_s_short_form_is_every_conversation_about_the_listing() {
    let scope = seat(OWNER, "offer_1").expect("a seat");
    assert_eq!(scope, Scope::Listing(offer()));
    assert!(scope.contains(&conversation_with(BO)) && scope.contains(&conversation_with(CLEO)));
}

#[test]
fn a_key_is_one_conversation_for_both_of_the_two() {
    for caller in [OWNER, BO] {
        let scope = seat(caller, "offer_1:2").expect("a seat");
        assert_eq!(scope, Scope::One(conversation_with(BO)));
        assert!(scope.contains(&conversation_with(BO)) && !scope.contains(&conversation_with(CLEO)));
    }
}

#[test]
fn a_third_user_has_no_seat_on_a_key() {
    assert_eq!(seat(CLEO, "offer_1:2"), Err(SeatError::NotAParticipant(NotAParticipant)));
}

#[test]
fn a_key_that_names_the_owner_as_respondent_is_nobody_s() {
    for caller in [OWNER, BO] {
        assert_eq!(seat(caller, "offer_1:1"), Err(SeatError::NotAParticipant(NotAParticipant)), "{caller}");
    }
}

#[test]
fn a_listing_that_does_not_exist_has_no_seat() {
    for address in ["offer_2", "need_1", "offer_2:2"] {
        assert_eq!(seat(BO, address), Err(SeatError::ListingNotFound), "{address}");
    }
}

#[test]
fn a_closed_listing_still_has_its_seats() {
    let talk = talk(ListingStatus::Closed, &[BO]);
    for (caller, address) in [(OWNER, "offer_1"), (OWNER, "offer_1:2"), (BO, "offer_1"), (CLEO, "offer_1")] {
        let address = address.parse().expect("an address");
        assert!(block_on(talk.seat(Arc::new(person(caller)), address)).is_ok(), "{caller} on {address:?}");
    }
}

#[test]
fn a_storage_that_does_not_answer_is_no_missing_listing() {
    let mut listings = MockListings::new();
    listings.expect_find().return_once(|_| Err(Unavailable));
    let talk = Talk::new(Arc::new(listings), Arc::new(MockConversations::new()), Arc::new(MockTimeline::new()));
    let address = "offer_1".parse().expect("an address");
    let refused = block_on(talk.seat(Arc::new(person(BO)), address)).map(|_: Seat| ());
    assert_eq!(refused, Err(SeatError::Unavailable(Unavailable)));
}

#[test]
fn each_reason_against_a_seat_has_its_code() {
    for (reason, code) in [
        (SeatError::ListingNotFound, "listing_not_found"),
        (SeatError::NotAParticipant(NotAParticipant), "not_a_participant"),
        (SeatError::Unavailable(Unavailable), "unavailable"),
    ] {
        assert_eq!(reason.code(), code);
    }
}

#[test]
fn a_respondent_means_the_own_conversation_before_and_after_writing() {
    for written in [&[][..], &[BO], &[BO, CLEO]] {
        assert_eq!(meant(BO, "offer_1", None, written), Ok("offer_1:2".to_owned()));
        assert_eq!(meant(BO, "offer_1:2", Some(OWNER), written), Ok("offer_1:2".to_owned()));
    }
}

#[test]
fn on_a_key_nobody_but_the_other_one_can_be_named() {
    assert_eq!(meant(OWNER, "offer_1:2", Some(BO), &[BO, CLEO]), Ok("offer_1:2".to_owned()));
    for (caller, named) in [(OWNER, CLEO), (OWNER, OWNER), (BO, CLEO), (BO, BO)] {
        let refused = meant(caller, "offer_1:2", Some(named), &[BO, CLEO]);
        assert_eq!(refused, Err(RecipientError::Unknown), "{caller} names {named}");
    }
}

#[test]
fn an_owner_names_a_respondent_only_where_there_are_several() {
    assert_eq!(meant(OWNER, "offer_1", None, &[BO]), Ok("offer_1:2".to_owned()));
    assert_eq!(meant(OWNER, "offer_1", None, &[BO, CLEO]), Err(RecipientError::Required));
    assert_eq!(meant(OWNER, "offer_1", Some(CLEO), &[BO, CLEO]), Ok("offer_1:3".to_owned()));
}

#[test]
fn an_owner_names_nobody_who_has_written_nothing() {
    assert_eq!(meant(OWNER, "offer_1", Some(CLEO), &[BO]), Err(RecipientError::Unknown));
    assert_eq!(meant(OWNER, "offer_1", Some(OWNER), &[BO]), Err(RecipientError::Unknown));
    assert_eq!(meant(OWNER, "offer_1", None, &[]), Err(RecipientError::NoRespondent));
    assert_eq!(meant(OWNER, "offer_1", Some(BO), &[]), Err(RecipientError::NoRespondent));
}
