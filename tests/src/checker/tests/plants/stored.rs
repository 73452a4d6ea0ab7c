//! Faults in what is stored. Knows nothing of how they are found.

use fastrand::Rng;

use super::{has_name, is_step, some_entry};
use crate::checker::tests::heard;
use crate::checker::{Body, Entry, Event, Frame, Run, Sent};

pub(super) fn acknowledged_lost(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let timeline = rng.choice(&mut run.timelines)?;
    let last = timeline.entries.pop()?;
    timeline.head -= 1;
    last.client_message_id().map(drop)
}

/// Stores an entry after all others, and gives it to everyone who has everything.
fn append(run: &mut Run, place: usize, actor: i64, body: Body) -> Option<()> {
    let timeline = run.timelines.get_mut(place)?;
    timeline.head += 1;
    let (conversation, seq) = (timeline.key.clone(), timeline.head);
    let entry = Entry { conversation, seq, actor, at_ms: 1_000 + seq, body };
    timeline.entries.push(entry.clone());
    for record in run.records.iter_mut().filter(|record| record.caught_up.contains(&entry.conversation)) {
        record.events.push(heard(entry.clone(), false));
    }
    Some(())
}

fn message(content: &str, recipient: i64, name: Option<&str>) -> Body {
    Body::Message { id: -1, content: content.to_owned(), recipient, client_message_id: name.map(str::to_owned) }
}

pub(super) fn stored_twice(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let Entry { actor, body, .. } = some_entry(run, rng, has_name)?;
    append(run, 0, actor, body)
}

pub(super) fn refused_stored(run: &mut Run, _: &mut Rng) -> Option<()> {
    let stored = |id: &str| {
        run.timelines.iter().any(|timeline| timeline.entries.iter().any(|entry| entry.client_message_id() == Some(id)))
    };
    // In these runs an answer follows at once, and who was refused does not try again.
    let refused = run.records.iter().find_map(|record| {
        record.events.windows(2).find_map(|pair| match pair {
            [Event::Sent(sent), Event::Heard(Frame::Error { code, client_message_id: Some(id) })]
                if code == "unavailable"
                    && !stored(id)
                    && record.events.iter().filter(|event| **event == pair[0]).count() == 1 =>
            {
                Some((record.user, sent.clone()))
            }
            _ => None,
        })
    });
    let (user, Sent { conversation, client_message_id, content }) = refused?;
    let place = run.timelines.iter().position(|timeline| timeline.key == conversation)?;
    let recipient = run.timelines[place].peer_of(user)?;
    append(run, place, user, message(&content, recipient, client_message_id.as_deref()))
}

pub(super) fn nobody_sent(run: &mut Run, _: &mut Rng) -> Option<()> {
    append(run, 1, 3, message("Who, me?", 1, Some("never")))
}

pub(super) fn nobody_sent_nameless(run: &mut Run, _: &mut Rng) -> Option<()> {
    append(run, 1, 3, message("Hello!", 1, None))
}

pub(super) fn nobody_took(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let mut body = some_entry(run, rng, is_step)?.body;
    if let Body::Step { announcement, .. } = &mut body {
        "Handshake declined".clone_into(announcement);
    }
    append(run, 0, 2, body)
}

/// Changes an entry everywhere: in the table, and in all that anyone was given.
fn everywhere(run: &mut Run, conversation: &str, seq: i64, change: impl FnMut(&mut Entry)) {
    let in_tables = run.timelines.iter_mut().flat_map(|timeline| &mut timeline.entries);
    let in_records = run.records.iter_mut().flat_map(|record| &mut record.events).flat_map(|event| match event {
        Event::Heard(Frame::Entry { entry, .. }) => std::slice::from_mut(&mut **entry),
        Event::Paged { entries, .. } => entries,
        _ => &mut [],
    });
    let is_it = |entry: &&mut Entry| entry.conversation == conversation && entry.seq == seq;
    in_tables.chain(in_records).filter(is_it).for_each(change);
}

pub(super) fn other_stored(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let seq = some_entry(run, rng, has_name)?.seq;
    everywhere(run, "offer_1:2", seq, |entry| {
        if let Body::Message { content, .. } = &mut entry.body {
            content.push('!');
        }
    });
    Some(())
}

pub(super) fn wrong_order(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let record = run.records.iter().find(|record| record.user == 2)?;
    let pairs = record.events.iter().enumerate().filter_map(|(place, event)| {
        let Event::Heard(Frame::Entry { entry: before, repeat: false }) = event else { return None };
        let is_behind = |entry: &&Entry| entry.seq > before.seq && entry.actor == 2 && has_name(entry);
        let after = run.timelines[0].entries.iter().find(is_behind).filter(|_| before.actor == 2 && has_name(before))?;
        let sent = |event: &Event| {
            matches!(event, Event::Sent(sent) if sent.client_message_id.as_deref() == after.client_message_id())
        };
        (!record.events[..place].iter().any(sent)).then(|| (before.clone(), after.clone()))
    });
    let (before, after) = rng.choice(pairs.collect::<Vec<_>>())?;
    everywhere(run, "offer_1:2", before.seq, |entry| entry.body = after.body.clone());
    everywhere(run, "offer_1:2", after.seq, |entry| entry.body = before.body.clone());
    Some(())
}

/// Two that were sent one right after the other, each once: neither was sent with the other before one's eyes.
pub(super) fn burst_swapped(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let place_of = |sent: &Sent| {
        let mut timelines = run.timelines.iter().filter(|timeline| timeline.key == sent.conversation);
        let is_it = |entry: &&Entry| has_name(entry) && entry.client_message_id() == sent.client_message_id.as_deref();
        timelines.find_map(|timeline| timeline.entries.iter().find(is_it)).cloned()
    };
    let is_plain = |events: &[Event], sent: &Sent| {
        let concerns = |event: &&Event| match event {
            Event::Sent(other) => other == sent,
            Event::Heard(Frame::Error { client_message_id, .. }) => *client_message_id == sent.client_message_id,
            _ => false,
        };
        events.iter().filter(concerns).count() == 1
    };
    let bursts = run.records.iter().flat_map(|record| {
        record.events.windows(2).filter_map(|pair| match pair {
            [Event::Sent(one), Event::Sent(next)]
                if one.conversation == next.conversation
                    && is_plain(&record.events, one)
                    && is_plain(&record.events, next) =>
            {
                place_of(one).zip(place_of(next))
            }
            _ => None,
        })
    });
    let (one, next) = rng.choice(bursts.collect::<Vec<_>>())?;
    everywhere(run, &one.conversation, one.seq, |entry| entry.body = next.body.clone());
    everywhere(run, &one.conversation, next.seq, |entry| entry.body = one.body.clone());
    Some(())
}

pub(super) fn row_lost(run: &mut Run, rng: &mut Rng) -> Option<()> {
    let entries = &mut run.timelines[0].entries;
    let place = rng.choice(0..entries.len() - 1)?;
    entries.remove(place);
    Some(())
}

pub(super) fn head_too_high(run: &mut Run, rng: &mut Rng) -> Option<()> {
    rng.choice(&mut run.timelines)?.head += 1;
    Some(())
}
