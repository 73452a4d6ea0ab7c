//! Whatever fails and whenever it dies: each event at least once, in the order of its conversation.

use handsel_domain::conversation::Conversation;
use handsel_domain::event::EventBody;
use handsel_domain::ids::UserId;
use proptest::prelude::*;

use super::*;

fn key(number: i64) -> ConversationKey {
    format!("offer_1:{}", number + 2).parse().expect("a key")
}

fn event(number: i64, conversation: i64) -> Event {
    let owner = UserId::new(1).expect("an id");
    Event {
        id: EventId::new(number).expect("an id"),
        conversation: Conversation::new(key(conversation), owner).expect("two people"),
        body: EventBody::Started { at: Timestamp::from_millis(number), listing_title: String::new() },
    }
}

/// The feed, what was stored of it, and what was delivered.
struct World {
    /// The conversation of each event, from event 1 on.
    feed: Vec<i64>,
    stored: Delivered,
    taken: Vec<i64>,
    lanes: Lanes,
    under_way: Vec<(ConversationKey, Work)>,
    now: Instant,
}

impl World {
    fn of(feed: Vec<i64>) -> Self {
        let stored = Delivered::default();
        let lanes = Lanes::new(&stored);
        Self { feed, stored, taken: Vec::new(), lanes, under_way: Vec::new(), now: Instant::now() }
    }

    fn events(&self, from: i64, up_to: i64) -> Vec<Event> {
        (from..=up_to).filter_map(|id| Some(event(id, *self.feed.get(usize::try_from(id - 1).ok()?)?))).collect()
    }

    fn reads_on(&mut self, count: usize) {
        let (after, room) = self.lanes.reads_on();
        let from = after.map_or(0, EventId::get) + 1;
        let up_to = from + i64::try_from(room.min(count)).expect("few") - 1;
        self.lanes.add(self.events(from, up_to));
    }

    fn begins(&mut self) {
        while let Some(work) = self.lanes.next(self.now) {
            self.under_way.push(work);
        }
        assert!(self.under_way.len() <= REQUESTS_MAX && self.under_way.len() == self.lanes.busy);
    }

    fn finishes(&mut self, which: usize, outcome: Outcome) {
        if self.under_way.is_empty() {
            return;
        }
        let (key, work) = self.under_way.swap_remove(which % self.under_way.len());
        let mut events = self.events(work.from.get(), work.up_to.get()).into_iter();
        match events.find(|event| event.conversation.key() == key) {
            Some(event) => {
                if outcome == Outcome::Taken {
                    self.taken.push(event.id.get());
                }
                self.lanes.finished(key, (event.id, event.at()), outcome, self.now, 0.5);
            }
            None => self.lanes.found_none(key, work),
        }
    }

    fn reads_nothing(&mut self, which: usize) {
        if !self.under_way.is_empty() {
            let (key, _) = self.under_way.swap_remove(which % self.under_way.len());
            self.lanes.read_failed(key, self.now);
        }
    }

    fn saves(&mut self) {
        if let Some(progress) = self.lanes.progress() {
            self.stored.up_to = progress.up_to;
            for (key, event) in &progress.held {
                match event {
                    Some(event) => self.stored.held.insert(*key, *event),
                    None => self.stored.held.remove(key),
                };
            }
            self.lanes.stored(&progress);
        }
        assert_eq!(self.lanes.progress(), None);
        assert_eq!(self.stored.held.len(), self.lanes.held());
    }

    fn dies(&mut self) {
        self.under_way.clear();
        self.lanes = Lanes::new(&self.stored);
    }

    /// Everything is taken from now on.
    fn ends_well(&mut self) {
        for _ in 0..20 * self.feed.len() + 20 {
            self.now += super::super::endpoint::WAIT_MAX;
            self.reads_on(usize::MAX);
            self.begins();
            while !self.under_way.is_empty() {
                self.finishes(0, Outcome::Taken);
                self.begins();
            }
            self.saves();
        }
        let all = i64::try_from(self.feed.len()).expect("few");
        assert_eq!((self.lanes.up_to(), self.lanes.held(), self.lanes.oldest()), (all, 0, None), "of {:?}", self.feed);
        assert_eq!(self.stored, Delivered { up_to: id(all), ..Delivered::default() });
        for conversation in 0..10 {
            let of_it = |id: &i64| self.feed[usize::try_from(id - 1).expect("an id")] == conversation;
            let mut expected: Vec<i64> = (1..=all).filter(of_it).collect();
            // What was delivered for the first time came in order, whatever came again.
            let mut first = Vec::new();
            for id in self.taken.iter().filter(|id| of_it(id)) {
                if !first.contains(id) {
                    first.push(*id);
                }
            }
            expected.sort_unstable();
            assert_eq!(first, expected, "of {conversation}");
        }
    }
}

#[derive(Clone, Debug)]
enum Act {
    ReadOn(usize),
    Begin,
    Finish(usize, Outcome),
    ReadNothing(usize),
    Save,
    Die,
    Wait(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let outcome = prop_oneof![4 => Just(Outcome::Taken), 4 => Just(Outcome::Failed), 1 => Just(Outcome::Gone)];
    prop_oneof![
        3 => (1_usize..40).prop_map(Act::ReadOn),
        6 => Just(Act::Begin),
        12 => (any::<usize>(), outcome).prop_map(|(which, outcome)| Act::Finish(which, outcome)),
        1 => any::<usize>().prop_map(Act::ReadNothing),
        2 => Just(Act::Save),
        1 => Just(Act::Die),
        3 => (0_u64..400).prop_map(Act::Wait),
    ]
}

proptest! {
    #[test]
    fn every_event_is_delivered_in_its_conversations_order(
        feed in prop::collection::vec(0_i64..6, 0..120),
        acts in prop::collection::vec(act(), 0..300),
    ) {
        let mut world = World::of(feed);
        for act in acts {
            match act {
                Act::ReadOn(count) => world.reads_on(count),
                Act::Begin => world.begins(),
                Act::Finish(which, outcome) => world.finishes(which, outcome),
                Act::ReadNothing(which) => world.reads_nothing(which),
                Act::Save => world.saves(),
                Act::Die => world.dies(),
                Act::Wait(seconds) => world.now += std::time::Duration::from_secs(seconds),
            }
        }
        world.ends_well();
    }
}

#[test]
fn one_that_is_not_taken_holds_back_its_own_conversation_alone() {
    // Of each third event's conversation nothing is taken.
    let mut world = World::of((0..600).map(|number| number % 3).collect());
    for _ in 0..600 {
        world.reads_on(usize::MAX);
        world.begins();
        while !world.under_way.is_empty() {
            let outcome = if world.under_way[0].0 == key(0) { Outcome::Failed } else { Outcome::Taken };
            world.finishes(0, outcome);
            if world.lanes.next_due().is_none_or(|due| due > world.now) {
                world.begins();
            }
        }
    }
    assert_eq!((world.lanes.up_to(), world.lanes.held(), world.taken.len()), (600, 1, 400));
    assert_eq!(world.lanes.oldest(), Some(Timestamp::from_millis(1)));
    world.saves();
    assert_eq!(world.stored.held.get(&key(0)).map(|event| event.get()), Some(1));
    world.ends_well();
}

#[test]
fn an_event_that_is_always_refused_keeps_nobody_else_waiting() {
    let mut world = World::of(vec![0]);
    world.reads_on(usize::MAX);
    for _ in 0..100 {
        world.begins();
        world.finishes(0, Outcome::Failed);
        world.now = world.lanes.next_due().expect("it is tried again");
    }
    world.begins();
    world.finishes(0, Outcome::Failed);
    world.feed.push(1);
    world.reads_on(usize::MAX);
    world.begins();
    assert_eq!(world.under_way.iter().map(|(key, _)| *key).collect::<Vec<_>>(), [key(1)], "it is tried at once");
    world.ends_well();
}

#[test]
fn while_the_endpoint_is_down_it_is_tried_by_one_and_all_go_on_once_it_is_back() {
    let mut world = World::of((0..200).map(|number| number % 10).collect());
    world.reads_on(usize::MAX);
    world.begins();
    while !world.under_way.is_empty() {
        world.finishes(0, Outcome::Failed);
    }
    assert!(world.lanes.endpoint.is_down());
    for _ in 0..5 {
        world.begins();
        assert_eq!(world.under_way.len(), 0, "it is not asked before it is due");
        world.now = world.lanes.next_due().expect("it is tried again");
        world.begins();
        assert_eq!(world.under_way.len(), 1);
        world.finishes(0, Outcome::Failed);
    }
    world.now = world.lanes.next_due().expect("it is tried again");
    world.begins();
    world.finishes(0, Outcome::Taken);
    world.begins();
    assert!(!world.lanes.endpoint.is_down() && world.under_way.len() > 5, "{}", world.under_way.len());
    world.ends_well();
}

#[test]
fn what_must_be_noted_is_bounded() {
    let conversations = i64::try_from(HELD_MAX).expect("few") + 100;
    let mut world = World::of((0..conversations).collect());
    for _ in 0..conversations {
        world.reads_on(usize::MAX);
        world.begins();
        // Something is taken now and then, so that the endpoint is not what fails.
        while !world.under_way.is_empty() {
            world.finishes(0, Outcome::Failed);
        }
        world.lanes.endpoint = Endpoint::default();
    }
    assert_eq!(world.lanes.held(), HELD_MAX);
    assert!(world.lanes.window.len() <= WINDOW_EVENTS_MAX && world.lanes.by_key.len() <= HELD_MAX + WINDOW_EVENTS_MAX);
    // Those that failed after the last place was taken are not noted, and all behind the first of them wait.
    let most = i64::try_from(HELD_MAX).expect("few");
    let fewest = most - i64::try_from(REQUESTS_MAX).expect("few");
    assert!((fewest..=most).contains(&world.lanes.up_to()), "{}", world.lanes.up_to());
}
