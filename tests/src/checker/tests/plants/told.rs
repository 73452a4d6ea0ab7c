//! Faults in what a client is told beside entries and cursors: where it stands, and what answers it. Knows nothing
//! of how they are found.

use fastrand::Rng;

use super::{is_new, is_repeated_message, some_event};
use crate::checker::{Event, Frame, Hello, Record, Run};

fn hello_of(event: &mut Event) -> Option<(&mut Option<i64>, &mut Hello)> {
    match event {
        Event::Connected { after, hello } => Some((after, hello)),
        _ => None,
    }
}

/// A reconnect of someone who had been given something.
fn some_resume(run: &mut Run, rng: &mut Rng) -> Option<(usize, usize)> {
    some_event(run, rng, |event| matches!(event, Event::Connected { after: Some(1..), .. }))
}

pub(super) fn hole_at_reconnect(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let (record, place) = some_resume(run, rng)?;
    let events = &mut run.records[record].events;
    let next = place + events[place..].iter().position(is_new)?;
    let (after, _) = hello_of(&mut events[place])?;
    *after = after.map(|after| after + 1);
    events.remove(next);
    Some(())
}

pub(super) fn head_went_back(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let (record, place) = some_resume(run, rng)?;
    let (after, hello) = hello_of(&mut run.records[record].events[place])?;
    hello.conversations[0].head = after.as_ref()? - 1;
    Some(())
}

pub(super) fn reset(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let (record, place) = some_resume(run, rng)?;
    hello_of(&mut run.records[record].events[place])?.1.reset = true;
    Some(())
}

pub(super) fn repeat_to_the_other(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let (record, place) = some_event(run, rng, is_repeated_message)?;
    let repeat = run.records[record].events[place].clone();
    let Event::Heard(Frame::Entry { entry, .. }) = &repeat else { return None };
    let is_others = |other: &&mut Record| other.user != entry.actor && other.caught_up.contains(&entry.conversation);
    let other = run.records.iter_mut().find(is_others)?;
    other.events.push(repeat);
    Some(())
}

pub(super) fn repeat_twice(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let (record, place) = some_event(run, rng, is_repeated_message)?;
    let repeat = run.records[record].events[place].clone();
    run.records[record].events.insert(place, repeat);
    Some(())
}

pub(super) fn error_for_nothing(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let record = rng.choice(&mut run.records)?;
    let (code, client_message_id) = ("unavailable".to_owned(), Some("never".to_owned()));
    record.events.push(Event::Heard(Frame::Error { code, client_message_id }));
    Some(())
}

pub(super) fn refused(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let is_refusal = |event: &Event| matches!(event, Event::Heard(Frame::Error { code, client_message_id: Some(_) }) if code == "unavailable");
    let (record, place) = some_event(run, rng, is_refusal)?;
    let Event::Heard(Frame::Error { code, .. }) = &mut run.records[record].events[place] else { return None };
    let codes = ["rate_limited", "content_invalid", "conversation_required", "client_message_id_conflict"];
    rng.choice(codes)?.clone_into(code);
    Some(())
}

pub(super) fn for_no_reason(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let conversation = "offer_1:3".to_owned();
    let frame = rng.choice([
        Frame::Strange("news".to_owned()),
        Frame::Presence { user: 1 },
        Frame::Typing { conversation, user: 1 },
        Frame::Error { code: "rate_limited".to_owned(), client_message_id: None },
    ])?;
    let owner = run.records.iter_mut().find(|record| record.user == 1)?;
    owner.events.push(Event::Heard(frame));
    Some(())
}
