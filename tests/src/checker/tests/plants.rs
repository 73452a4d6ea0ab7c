//! Faults that are planted into a healthy run, each the smallest change that breaks one promise. Knows nothing of how
//! they are found.

mod heard;
mod reads;
mod stored;
mod told;

use fastrand::Rng;

use crate::checker::{Entry, Event, Frame, Run};

/// A fault, and what is said where it is found.
pub(super) struct Plant {
    pub(super) what: &'static str,
    /// `None` where the run has no place for it.
    pub(super) done: fn(&mut Run, &mut Rng) -> Option<()>,
    /// One of these.
    pub(super) said: &'static [&'static str],
}

const fn plant(what: &'static str, done: fn(&mut Run, &mut Rng) -> Option<()>, said: &'static [&'static str]) -> Plant {
    Plant { what, done, said }
}

pub(super) const PLANTS: [Plant; 38] = [
    plant("a dropped entry", heard::dropped, &["a hole", "was never given"]),
    plant("the last entry dropped", heard::last_dropped, &["was never given"]),
    plant("a doubled entry", heard::doubled, &["came again"]),
    plant("two swapped entries", heard::swapped, &["a hole"]),
    plant("another content", heard::other_content, &["where the table has"]),
    plant("another sender", heard::other_sender, &["where the table has"]),
    plant("another time", heard::other_time, &["where the table has"]),
    plant("another client_message_id", heard::other_name, &["where the table has"]),
    plant("another status", heard::other_status, &["where the table has"]),
    plant("another owner of a handshake", heard::other_owner, &["where the table has"]),
    plant("another respondent of a handshake", heard::other_respondent, &["where the table has"]),
    plant("an entry of another conversation", heard::of_another_conversation, &["which is not theirs"]),
    plant("an acknowledged message lost", stored::acknowledged_lost, &["was acknowledged, and is not there"]),
    plant("a message stored twice", stored::stored_twice, &["is there 2 times"]),
    plant("a refused message stored", stored::refused_stored, &["refused each time, and yet there"]),
    plant("a message that nobody sent", stored::nobody_sent, &["nobody has sent"]),
    plant("a nameless message that nobody sent", stored::nobody_sent_nameless, &["nobody has sent"]),
    plant("a step that nobody took", stored::nobody_took, &["nobody has sent"]),
    plant("another content stored", stored::other_stored, &["was sent, and"]),
    plant("two messages stored in the wrong order", stored::wrong_order, &["and stands before it"]),
    plant("two of a burst swapped", stored::burst_swapped, &["sent behind what stands at"]),
    plant("a row lost", stored::row_lost, &["was due, and came"]),
    plant("a head that counts too much", stored::head_too_high, &["the last entry"]),
    plant("a hole at a reconnect", told::hole_at_reconnect, &["a hole at a reconnect"]),
    plant("a head that went back", told::head_went_back, &["had been given"]),
    plant("a reset without a reason", told::reset, &["hello says reset"]),
    plant("a repeat to the other side", told::repeat_to_the_other, &["answers nothing"]),
    plant("a repeat twice", told::repeat_twice, &["answers nothing"]),
    plant("an error that answers nothing", told::error_for_nothing, &["which was not sent"]),
    plant("a refusal without a reason", told::refused, &["refused for no reason"]),
    plant("reads that nobody heeds", reads::not_heeded, &["which has no effect"]),
    plant("a last read without effect", reads::last_not_heeded, &["which has no effect"]),
    plant("reads that nobody is told of", reads::told_to_nobody, &["caught up, and knows"]),
    plant("a read in front of what it covers", reads::too_early, &["in front of what it covers"]),
    plant("a read that does not go forward", reads::again, &["did not go forward"]),
    plant("a read beyond what was marked", reads::beyond, &["marked"]),
    plant("a read that was told and is forgotten", reads::forgotten, &["was told"]),
    plant("a frame without a reason", told::for_no_reason, &["for no reason"]),
];

/// One of those events that a function finds: its record, its place there.
fn some_event(run: &Run, rng: &mut Rng, is_it: impl Fn(&Event) -> bool) -> Option<(usize, usize)> {
    let places = run.records.iter().enumerate().flat_map(|(record, one)| {
        let is_it = &is_it;
        one.events.iter().enumerate().filter(move |(_, event)| is_it(event)).map(move |(place, _)| (record, place))
    });
    let places: Vec<_> = places.collect();
    rng.choice(places)
}

fn is_new(event: &Event) -> bool {
    matches!(event, Event::Heard(Frame::Entry { repeat: false, .. }))
}

fn is_repeated_message(event: &Event) -> bool {
    matches!(event, Event::Heard(Frame::Entry { entry, repeat: true }) if entry.step().is_none())
}

/// One of those entries of the first conversation that a function finds.
fn some_entry(run: &Run, rng: &mut Rng, is_it: fn(&Entry) -> bool) -> Option<Entry> {
    rng.choice(run.timelines[0].entries.iter().filter(|entry| is_it(entry)).collect::<Vec<_>>()).cloned()
}

fn has_name(entry: &Entry) -> bool {
    entry.client_message_id().is_some()
}

fn is_step(entry: &Entry) -> bool {
    entry.step().is_some()
}
