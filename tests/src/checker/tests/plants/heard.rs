//! Faults in what a client is given. Knows nothing of how they are found.

use fastrand::Rng;

use super::{has_name, is_new, is_step, some_event};
use crate::checker::tests::heard;
use crate::checker::{Body, Entry, Event, Frame, Run};

pub(super) fn dropped(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let (record, place) = some_event(run, rng, is_new)?;
    run.records[record].events.remove(place);
    Some(())
}

pub(super) fn last_dropped(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let record =
        rng.choice(run.records.iter_mut().filter(|record| !record.caught_up.is_empty()).collect::<Vec<_>>())?;
    let last = record.events.iter().rposition(is_new)?;
    let behind = record.events.iter().rposition(|event| matches!(event, Event::Connected { .. }))?;
    record.events.remove(last);
    (last > behind).then_some(())
}

pub(super) fn doubled(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let (record, place) = some_event(run, rng, is_new)?;
    let again = run.records[record].events[place].clone();
    run.records[record].events.insert(place, again);
    Some(())
}

pub(super) fn swapped(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let follows = |pair: &[Event]| match pair {
        [
            Event::Heard(Frame::Entry { entry, repeat: false }),
            Event::Heard(Frame::Entry { entry: next, repeat: false }),
        ] => entry.conversation == next.conversation,
        _ => false,
    };
    let record =
        rng.choice(run.records.iter_mut().filter(|record| record.events.windows(2).any(follows)).collect::<Vec<_>>())?;
    let places = record.events.windows(2).enumerate().filter(|(_, pair)| follows(pair)).map(|(place, _)| place);
    let place = rng.choice(places.collect::<Vec<_>>())?;
    record.events.swap(place, place + 1);
    Some(())
}

/// Changes an entry as one client has heard it.
fn altered(run: &mut Run, rng: &mut Rng, is_it: fn(&Entry) -> bool, alter: impl Fn(&mut Entry)) -> Option<()> {
    let heard = |event: &Event| matches!(event, Event::Heard(Frame::Entry { entry, .. }) if is_it(entry));
    let (record, place) = some_event(run, rng, heard)?;
    let Event::Heard(Frame::Entry { entry, .. }) = &mut run.records[record].events[place] else { return None };
    alter(entry);
    Some(())
}

pub(super) fn other_content(run: &mut Run, rng: &mut Rng) -> Option<()> {
    altered(
        run,
        rng,
        |entry| !is_step(entry),
        |entry| {
            if let Body::Message { content, .. } = &mut entry.body {
                content.push('!');
            }
        },
    )
}

pub(super) fn other_sender(run: &mut Run, rng: &mut Rng) -> Option<()> {
    altered(run, rng, |_| true, |entry| entry.actor = if entry.actor == 1 { 2 } else { 1 })
}

pub(super) fn other_time(run: &mut Run, rng: &mut Rng) -> Option<()> {
    altered(run, rng, |_| true, |entry| entry.at_ms += 1)
}

pub(super) fn other_name(run: &mut Run, rng: &mut Rng) -> Option<()> {
    altered(run, rng, has_name, |entry| {
        if let Body::Message { client_message_id, .. } = &mut entry.body {
            *client_message_id = None;
        }
    })
}

pub(super) fn other_status(run: &mut Run, rng: &mut Rng) -> Option<()> {
    altered(run, rng, is_step, |entry| {
        if let Body::Step { status, .. } = &mut entry.body {
            "approved".clone_into(status);
        }
    })
}

pub(super) fn other_owner(run: &mut Run, rng: &mut Rng) -> Option<()> {
    altered(run, rng, is_step, |entry| {
        if let Body::Step { owner, .. } = &mut entry.body {
            *owner += 1;
        }
    })
}

pub(super) fn other_respondent(run: &mut Run, rng: &mut Rng) -> Option<()> {
    altered(run, rng, is_step, |entry| {
        if let Body::Step { respondent, .. } = &mut entry.body {
            *respondent += 1;
        }
    })
}

pub(super) fn of_another_conversation(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let stranger = run.timelines[1].entries.first()?.clone();
    let record = run.records.iter_mut().find(|record| record.user == 2)?;
    let place = rng.usize(..record.events.len());
    record.events.insert(place, heard(stranger, false));
    Some(())
}
