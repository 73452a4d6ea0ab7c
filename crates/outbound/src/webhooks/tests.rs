//! A process whose time to deliver is over delivers nothing more.

use handsel_domain::conversation::Conversation;
use handsel_domain::event::EventBody;
use handsel_domain::ids::UserId;
use handsel_domain::ports::{MockClock, MockDeliveries, MockEvents};

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
    let allow = Allow::parse(&["127.0.0.1"]).expect("a list");
    let target = Target::parse("http://127.0.0.1:9/", &allow).expect("a target");
    let mut clock = MockClock::new();
    clock.expect_now().returning(|| Timestamp::from_millis(0));
    Arc::new(Webhooks {
        events: Arc::new(MockEvents::new()),
        deliveries: Arc::new(deliveries),
        clock: Arc::new(clock),
        client: Client::new(allow, &[&target]).expect("a client"),
        target,
        secrets: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().expect("a secret"),
        encode: Arc::new(|_| panic!("it is told")),
        holder: "one".to_owned(),
    })
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
