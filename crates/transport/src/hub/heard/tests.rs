//! What other nodes say, with the test as those nodes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use handsel_domain::conversation::{Conversation, ConversationState, ReadCursor, Side};
use handsel_domain::ids::{Head, Seq, TokenId, UserId};
use handsel_domain::ports::{Objection, Principal};
use handsel_domain::time::Timestamp;
use handsel_domain::usecases::Scope;
use handsel_domain::user::{Person, Username};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::broker::{BrokerState, Elsewhere};
use crate::frames::Frame;
use crate::hub::{Hub, Listening, Live, Membership, PRESENCE_LEASE};
use crate::limits::{HEARS_WITHIN, OUTBOX_FRAMES_MAX};
use crate::node::NodeId;

/// Writes down what it is told, and keeps those who wait.
#[derive(Default)]
struct Others {
    told: Mutex<Vec<String>>,
    waiting: Mutex<Vec<oneshot::Sender<()>>>,
}

impl Others {
    fn note(&self, what: String) {
        self.told.lock().expect("whole").push(what);
    }

    fn told(&self) -> Vec<String> {
        std::mem::take(&mut *self.told.lock().expect("whole"))
    }
}

impl Elsewhere for Others {
    fn came(&self, user: UserId) {
        self.note(format!("{user} came"));
    }

    fn left(&self, user: UserId) {
        self.note(format!("{user} left"));
    }

    fn types(&self, conversation: Conversation, user: UserId) {
        self.note(format!("{user} types in {}", conversation.key()));
    }

    fn objected(&self, objection: Objection) {
        self.note(format!("{} of {} was refused", objection.step.name(), objection.actor));
    }

    fn hears(&self, _: UserId) -> Option<oneshot::Receiver<()>> {
        let (confirmed, waiting) = oneshot::channel();
        self.waiting.lock().expect("whole").push(confirmed);
        Some(waiting)
    }

    fn state(&self) -> BrokerState {
        BrokerState::Ok
    }
}

fn user(id: i64) -> UserId {
    UserId::new(id).expect("an id")
}

fn conversation() -> Conversation {
    Conversation::new("offer_1:2".parse().expect("a key"), user(1)).expect("two people")
}

fn live(seq: i64) -> Live {
    let seq = Seq::new(seq).expect("a seq");
    Live { conversation: conversation(), seq, handed_at: Instant::now(), frame: Frame::from_static("{}") }
}

fn head(head: i64) -> ConversationState {
    let head = Head::new(head).expect("a head");
    ConversationState { head, ..ConversationState::unwritten(conversation()) }
}

fn hub() -> (Arc<Hub>, Arc<Others>) {
    let others = Arc::new(Others::default());
    (Arc::new(Hub::among(20, Arc::clone(&others) as Arc<dyn Elsewhere>)), others)
}

fn joins(hub: &Arc<Hub>, id: i64) -> Membership {
    let name = Username::parse(&format!("user{id}")).expect("a name");
    let principal = Principal {
        person: Arc::new(Person::new(user(id), name, "", "")),
        token: TokenId::new(id).expect("an id"),
        expires_at: Timestamp::from_millis(0),
    };
    hub.join(&principal, Listening { scope: Scope::Everything, signals: true }).expect("the hub is open")
}

fn seqs(membership: &Membership) -> Vec<i64> {
    membership.outbox.take_live().iter().map(|live| live.seq.get()).collect()
}

fn bob_has_read(up_to: i64) -> ReadCursor {
    ReadCursor { conversation: conversation(), reader: Side::Respondent, up_to: Head::new(up_to).expect("a head") }
}

fn reads(membership: &Membership) -> Vec<i64> {
    let signals = membership.outbox.take_signals().map(|signals| *signals).unwrap_or_default();
    signals.reads.into_iter().map(|cursor| cursor.up_to.get()).collect()
}

fn presence(membership: &Membership) -> Vec<(i64, bool)> {
    let signals = membership.outbox.take_signals().map(|signals| *signals).unwrap_or_default();
    signals.presence.into_iter().map(|(user, online)| (user.get(), online)).collect()
}

#[test]
fn others_are_told_of_the_first_session_and_of_the_last() {
    let (hub, others) = hub();
    let (first, second) = (joins(&hub, 1), joins(&hub, 1));
    drop(first);
    second.type_in(&conversation());
    drop(second);
    assert_eq!(others.told(), ["1 came", "1 types in offer_1:2", "1 left"]);
}

#[tokio::test(start_paused = true)]
async fn a_socket_waits_until_it_is_heard_for_and_not_for_ever() {
    let (hub, others) = hub();
    let confirm = async {
        tokio::task::yield_now().await;
        others.waiting.lock().expect("whole").drain(..).for_each(|waiting| waiting.send(()).expect("it is waited for"));
    };
    let began = Instant::now();
    tokio::join!(hub.hears(user(1)), confirm);
    assert_eq!(began.elapsed(), Duration::ZERO);
    hub.hears(user(1)).await;
    assert_eq!(began.elapsed(), HEARS_WITHIN);
}

#[test]
fn an_entry_is_handed_on_once_though_it_comes_over_the_channels_of_both() {
    let (hub, _) = hub();
    let (anas, bobs, cleos) = (joins(&hub, 1), joins(&hub, 2), joins(&hub, 3));
    hub.compare(&[head(4)]);
    for _ in 0..2 {
        hub.hear(vec![live(5), live(6)]);
    }
    for membership in [&anas, &bobs] {
        // The comparison has sent the session to the storage first.
        assert_eq!(membership.outbox.next_behind().map(|(_, head)| head.get()), Some(6));
    }
    assert_eq!((seqs(&cleos), cleos.outbox.next_behind()), (vec![], None));

    for membership in [&anas, &bobs] {
        membership.outbox.caught_up(conversation().key(), Head::new(6).expect("a head"));
    }
    for _ in 0..2 {
        hub.hear(vec![live(7)]);
    }
    assert_eq!((seqs(&anas), seqs(&bobs), seqs(&cleos)), (vec![7], vec![7], vec![]));
}

#[test]
fn a_number_that_is_too_large_keeps_nobody_from_what_follows() {
    let (hub, _) = hub();
    let anas = joins(&hub, 1);
    hub.compare(&[head(1)]);
    anas.outbox.caught_up(conversation().key(), Head::new(1).expect("a head"));
    hub.hear(vec![live(1_000_000)]);
    hub.hear(vec![live(2)]);
    assert_eq!(seqs(&anas), [1_000_000, 2], "what is not next is the session's to judge");
    hub.compare(&[head(3)]);
    assert_eq!(anas.outbox.next_behind().map(|(_, head)| head.get()), Some(3));
}

#[test]
fn a_cursor_that_is_too_far_keeps_nobody_from_those_that_are_right() {
    let (hub, _) = hub();
    let anas = joins(&hub, 1);
    assert!(!hub.hear_read(bob_has_read(1)), "nothing is known of the conversation yet");
    hub.compare(&[head(3)]);
    assert!(!hub.hear_read(bob_has_read(1_000_000)));
    assert_eq!(reads(&anas), [0; 0]);
    for _ in 0..2 {
        assert!(hub.hear_read(bob_has_read(2)));
    }
    assert_eq!(reads(&anas), [2], "once, though it comes over the channels of both");
    hub.hear(vec![live(4)]);
    assert!(hub.hear_read(bob_has_read(4)), "it follows on what was heard");
    assert_eq!(reads(&anas), [4]);
}

#[test]
fn a_cursor_that_concerns_nobody_here_is_not_looked_for() {
    let (hub, _) = hub();
    let _cleos = joins(&hub, 3);
    assert!(hub.hear_read(bob_has_read(1)));
}

#[test]
fn what_waits_for_who_never_reads_is_bounded() {
    let (hub, _) = hub();
    let anas = joins(&hub, 1);
    for seq in 1..=50_000 {
        hub.hear(vec![live(seq)]);
    }
    assert_eq!(seqs(&anas).len(), OUTBOX_FRAMES_MAX);
    assert_eq!(anas.outbox.next_behind().map(|(_, head)| head.get()), Some(50_000));
}

#[tokio::test(start_paused = true)]
async fn who_is_said_to_be_there_is_there_until_it_is_taken_back_or_not_renewed() {
    let (hub, _) = hub();
    let mut anas = joins(&hub, 1);
    let (one, two) = (NodeId::random(), NodeId::random());
    assert_eq!(anas.follow(&[user(2)]), [false]);
    hub.hear_there(one, &[user(2)]);
    assert_eq!(presence(&anas), [(2, true)]);
    hub.hear_there(two, &[user(2)]);
    hub.hear_gone(one, &[user(2)]);
    assert_eq!(presence(&anas), [], "he is at the other one still");
    hub.hear_goodbye(two);
    assert_eq!(presence(&anas), [(2, false)]);

    hub.hear_there(one, &[user(2)]);
    assert_eq!((presence(&anas), anas.follow(&[user(2)])), (vec![(2, true)], vec![true]));
    tokio::time::advance(PRESENCE_LEASE / 2).await;
    hub.hear_there(one, &[user(2)]);
    tokio::time::advance(PRESENCE_LEASE / 2).await;
    hub.end_old_leases();
    assert_eq!(presence(&anas), []);
    tokio::time::advance(PRESENCE_LEASE / 2).await;
    hub.end_old_leases();
    assert_eq!(presence(&anas), [(2, false)]);
}

#[test]
fn who_is_here_and_elsewhere_has_gone_when_both_have() {
    let (hub, _) = hub();
    let (mut anas, bobs, node) = (joins(&hub, 1), joins(&hub, 2), NodeId::random());
    assert_eq!(anas.follow(&[user(2)]), [true]);
    hub.hear_there(node, &[user(2)]);
    drop(bobs);
    assert_eq!(presence(&anas), []);
    let bobs = joins(&hub, 2);
    hub.hear_gone(node, &[user(2)]);
    assert_eq!(presence(&anas), []);
    drop(bobs);
    assert_eq!(presence(&anas), [(2, false)]);
}
