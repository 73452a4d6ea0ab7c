//! A process whose time to deliver is over delivers nothing more, and an endpoint that says nothing has failed after a while.

use handsel_domain::conversation::Conversation;
use handsel_domain::event::EventBody;
use handsel_domain::ids::UserId;
use handsel_domain::ports::{MockClock, MockDeliveries, MockEvents};
use tokio::net::TcpListener;

use super::*;
use crate::allow::Allow;

fn event() -> Event {
    let owner = UserId::new(1).expect("an id");
    Event {
        id: EventId::new(1).expect("an id"),
        conversation: Conversation::new("offer_1:2".parse().expect("a key"), owner).expect("two people"),
        body: EventBody::Started { at: Timestamp::from_millis(0), listing_title: String::new() },
    }
}

/// Nobody is there to be told.
fn webhooks(deliveries: MockDeliveries) -> Arc<Webhooks> {
    let encode = |_: &Event| panic!("it is told");
    Arc::new(telling("127.0.0.1:9", Arc::new(encode), deliveries))
}

/// Whoever listens there is told.
fn telling(address: &str, encode: Encode, deliveries: MockDeliveries) -> Webhooks {
    let allow = Allow::parse(&["127.0.0.1"]).expect("a list");
    let target = Target::parse(&format!("http://{address}/"), &allow).expect("a target");
    let mut clock = MockClock::new();
    clock.expect_now().returning(|| Timestamp::from_millis(0));
    Webhooks {
        events: Arc::new(MockEvents::new()),
        deliveries: Arc::new(deliveries),
        clock: Arc::new(clock),
        client: Client::new(allow, &[&target]).expect("a client"),
        target,
        secrets: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().expect("a secret"),
        encode,
        holder: "one".to_owned(),
    }
}

fn turn(until: Instant) -> Turn {
    let (now, mut lanes) = (Instant::now(), Lanes::new(&Delivered::default()));
    lanes.add(vec![event()]);
    Turn {
        lanes,
        tasks: JoinSet::new(),
        until,
        saved_at: now,
        save_after: now,
        look_at: now + LOOK_INTERVAL,
        more: false,
        count_at: now + LOOK_INTERVAL,
        newest: 1,
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_that_stood_still_begins_nothing_after_its_time() {
    let webhooks = webhooks(MockDeliveries::new());
    let mut late = turn(Instant::now());
    assert!(matches!(webhooks.round(&mut late).await, Err(Over::Lost)), "somebody else may deliver by now");
    assert_eq!(late.tasks.len(), 0);
    let mut in_time = turn(Instant::now() + LEASE);
    assert!(webhooks.round(&mut in_time).await.is_ok());
    assert_eq!(in_time.tasks.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_read_too_late_is_not_told() {
    let mut deliveries = MockDeliveries::new();
    deliveries.expect_of_conversation().returning(|_, _, _, _| Ok(vec![event()]));
    let webhooks = webhooks(deliveries);
    let (key, work) = turn(Instant::now()).lanes.next(Instant::now()).expect("there is something to do");
    let done = webhooks.attempt(key, work, Instant::now()).await;
    assert!(matches!(done, Done::NotRead), "it is read again, by whoever delivers then");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_says_nothing_is_waited_for_for_fifteen_seconds() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it listens").to_string();
    let mut deliveries = MockDeliveries::new();
    deliveries.expect_of_conversation().returning(|_, _, _, _| Ok(vec![event()]));
    let webhooks = telling(&address, Arc::new(|_| b"{}".to_vec()), deliveries);
    let (began, (key, work)) = (Instant::now(), turn(Instant::now()).lanes.next(Instant::now()).expect("an event"));
    let Done::Posted { answer, .. } = webhooks.attempt(key, work, began + LEASE).await else {
        panic!("it is told");
    };
    assert_eq!((answer, began.elapsed()), (Err(CallError::TimedOut), Duration::from_secs(15)));
}
