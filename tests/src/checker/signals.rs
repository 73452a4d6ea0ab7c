//! Whether what is told beside entries and cursors has a reason: typing, presence, the answers to handshake steps,
//! errors. Knows nothing of timelines.

use std::collections::HashMap;

use super::tables::Tables;
use super::{Body, Event, Frame, Record};
use crate::seen::Breach;

/// Errors that a step may be answered with, for a reason in the conversation.
const OF_STEPS: [&str; 4] = ["handshake_exists", "handshake_own", "handshake_changed", "handshake_not_possible"];
/// Errors that anything may be answered with, for a reason in the server.
const OF_SERVERS: [&str; 3] = ["unavailable", "outcome_unknown", "restarting"];

/// How often each has typed, by conversation and user.
pub(super) struct Typed<'a>(HashMap<(&'a str, i64), usize>);

/// What may still be told on a socket.
#[derive(Default)]
struct Left {
    typing: HashMap<(String, i64), usize>,
    step_errors: usize,
    step_repeats: usize,
}

impl<'a> Typed<'a> {
    pub(super) fn in_records(records: &'a [Record]) -> Self {
        let mut typed = HashMap::new();
        for record in records {
            for event in &record.events {
                if let Event::Typed { conversation } = event {
                    *typed.entry((&**conversation, record.user)).or_default() += 1;
                }
            }
        }
        Self(typed)
    }

    pub(super) fn check(&self, record: &Record, tables: &Tables<'_>, breaches: &mut Vec<Breach>) {
        let mut left = Left::default();
        for event in &record.events {
            let outcome = match event {
                Event::Connected { .. } => {
                    left = Left::default();
                    Ok(())
                }
                Event::Stepped { .. } => {
                    left.step_errors += 1;
                    left.step_repeats += 1;
                    Ok(())
                }
                Event::Heard(frame) => self.has_a_reason(frame, record.user, tables, &mut left),
                _ => Ok(()),
            };
            breaches.extend(outcome.err().map(|breach| format!("{}: {breach}", record.who)));
        }
    }

    fn has_a_reason(&self, frame: &Frame, user: i64, tables: &Tables<'_>, left: &mut Left) -> Result<(), Breach> {
        let has = match frame {
            Frame::Entry { entry, repeat: true } => match entry.body {
                Body::Step { .. } => take(&mut left.step_repeats),
                Body::Message { .. } => true,
            },
            Frame::Entry { repeat: false, .. } | Frame::Read { .. } => true,
            Frame::Typing { conversation, user: typing } => {
                let peer = tables.theirs(conversation, user)?.peer_of(user);
                let typed = self.0.get(&(&**conversation, *typing)).copied().unwrap_or_default();
                peer == Some(*typing) && take(left.typing.entry((conversation.clone(), *typing)).or_insert(typed))
            }
            Frame::Presence { user: seen } => tables.all().any(|timeline| timeline.peer_of(user) == Some(*seen)),
            // What answers a message is looked at where the messages are.
            Frame::Error { client_message_id: Some(_), .. } => true,
            Frame::Error { code, .. } if OF_STEPS.contains(&&**code) => take(&mut left.step_errors),
            Frame::Error { code, .. } => OF_SERVERS.contains(&&**code),
            Frame::Strange(_) => false,
        };
        if has { Ok(()) } else { Err(format!("was told, for no reason: {frame:?}")) }
    }
}

/// Takes one off; whether there was one.
fn take(left: &mut usize) -> bool {
    let had = *left > 0;
    *left = left.saturating_sub(1);
    had
}
