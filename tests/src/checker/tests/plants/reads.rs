//! Faults in how far someone has read, as it is stored and told. Knows nothing of how they are found.

use fastrand::Rng;

use super::some_event;
use crate::checker::{Event, Frame, Run, Timeline};

/// Nobody has read anything, whatever they say.
pub(super) fn not_heeded(run: &mut Run, _: &mut Rng) -> Option<()> {
    let anyone = run.timelines.iter().any(|timeline| timeline.owner_read_up_to + timeline.respondent_read_up_to > 0);
    for timeline in &mut run.timelines {
        (timeline.owner_read_up_to, timeline.respondent_read_up_to) = (0, 0);
    }
    for event in run.records.iter_mut().flat_map(|record| &mut record.events) {
        let Event::Connected { hello, .. } = event else { continue };
        for standing in &mut hello.conversations {
            (standing.read_up_to, standing.peer_read_up_to) = (0, 0);
        }
    }
    forget_reads(run);
    anyone.then_some(())
}

/// The furthest mark of someone's last socket counts one less, in the table and for all who are told.
pub(super) fn last_not_heeded(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let marks = run.records.iter().filter_map(|record| {
        let began = record.events.iter().rposition(|event| matches!(event, Event::Connected { .. }))?;
        let is_furthest = |key: &str, up_to| {
            let is_it = |timeline: &&Timeline| timeline.key == key;
            run.timelines.iter().find(is_it).is_some_and(|timeline| timeline.read_up_to(record.user) == up_to)
        };
        record.events[began..].iter().find_map(|event| match event {
            Event::Marked { conversation, up_to: up_to @ 1.. } if is_furthest(conversation, *up_to) => {
                Some((conversation.clone(), record.user, *up_to))
            }
            _ => None,
        })
    });
    let (key, user, furthest) = rng.choice(marks.collect::<Vec<_>>())?;
    store(run, &key, user, furthest - 1);
    for event in run.records.iter_mut().flat_map(|record| &mut record.events) {
        match event {
            Event::Heard(Frame::Read { conversation, reader, up_to }) if *conversation == key && *reader == user => {
                *up_to = (furthest - 1).min(*up_to);
            }
            _ => {}
        }
    }
    Some(())
}

fn store(run: &mut Run, key: &str, user: i64, up_to: i64) {
    for timeline in run.timelines.iter_mut().filter(|timeline| timeline.key == key) {
        if timeline.owner == user {
            timeline.owner_read_up_to = up_to;
        } else {
            timeline.respondent_read_up_to = up_to;
        }
    }
}

pub(super) fn told_to_nobody(run: &mut Run, _: &mut Rng) -> Option<()> {
    // A `hello` tells of cursors, too.
    let since_hello = |events: &[Event]| {
        let of_interest = |event: &&Event| is_read(event) || matches!(event, Event::Connected { .. });
        events.iter().rfind(of_interest).is_some_and(is_read)
    };
    let found = run.records.iter().any(|record| since_hello(&record.events));
    forget_reads(run);
    found.then_some(())
}

fn forget_reads(run: &mut Run) {
    for record in &mut run.records {
        record.events.retain(|event| !is_read(event));
    }
}

/// It comes right before the entry up to which it reaches.
pub(super) fn too_early(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let places = run.records.iter().enumerate().flat_map(|(record, one)| {
        let covered = |place: usize, key: &str, seq: i64| {
            let events = one.events[..place].iter().enumerate().rev();
            let here = events.take_while(|(_, event)| !matches!(event, Event::Connected { .. }));
            let is_it = |event: &Event| match event {
                Event::Heard(Frame::Entry { entry, repeat: false }) => entry.conversation == key && entry.seq == seq,
                _ => false,
            };
            here.filter(|(_, event)| is_it(event)).map(|(place, _)| place).next()
        };
        one.events.iter().enumerate().filter_map(move |(place, event)| match event {
            Event::Heard(Frame::Read { conversation, up_to, .. }) => {
                Some((record, place, covered(place, conversation, *up_to)?))
            }
            _ => None,
        })
    });
    let (record, place, covered) = rng.choice(places.collect::<Vec<_>>())?;
    run.records[record].events[covered..=place].rotate_right(1);
    Some(())
}

pub(super) fn again(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let (record, place) = some_event(run, rng, is_read)?;
    let again = run.records[record].events[place].clone();
    run.records[record].events.insert(place, again);
    Some(())
}

pub(super) fn beyond(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let (record, place) = some_event(run, rng, is_read)?;
    let Event::Heard(Frame::Read { up_to, .. }) = &mut run.records[record].events[place] else { return None };
    *up_to += 1_000;
    Some(())
}

pub(super) fn forgotten(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let (record, place) = some_event(run, rng, is_read)?;
    let Event::Heard(Frame::Read { conversation, reader, .. }) = &run.records[record].events[place] else {
        return None;
    };
    let (key, user) = (conversation.clone(), *reader);
    store(run, &key, user, 0);
    Some(())
}

fn is_read(event: &Event) -> bool {
    matches!(event, Event::Heard(Frame::Read { .. }))
}
