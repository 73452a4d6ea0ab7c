//! What tests expect of answers, said so that a failure shows what was seen. Knows nothing of how they came about.

use std::borrow::Borrow;
use std::sync::Arc;

use handsel_domain::handshake::{Handshake, Refusal};
use handsel_domain::ports::{AppendError, Appended};
use handsel_domain::timeline::{Entry, EntryBody};

/// It was committed as a new entry.
pub(crate) fn new_entry(answer: Result<Appended, AppendError>) -> Arc<Entry> {
    match answer {
        Ok(Appended::New(entry)) => entry,
        other => panic!("expected a new entry, saw {other:#?}"),
    }
}

/// It had been stored before, as this entry.
pub(crate) fn repeated_message(answer: Result<Appended, AppendError>) -> Arc<Entry> {
    match answer {
        Ok(Appended::RepeatedMessage(entry)) => entry,
        other => panic!("expected a repeated message, saw {other:#?}"),
    }
}

/// The step had been taken before; this is the state.
pub(crate) fn repeated_step(answer: Result<Appended, AppendError>) -> Handshake {
    match answer {
        Ok(Appended::RepeatedStep(_, handshake)) => handshake,
        other => panic!("expected a repeated step, saw {other:#?}"),
    }
}

/// The step is not possible, for this reason; this is the state, where there is one.
pub(crate) fn refused_step(answer: Result<Appended, AppendError>) -> (Refusal, Option<Handshake>) {
    match answer {
        Err(AppendError::Step { reason, current }) => (reason, current.map(|(_, handshake)| *handshake)),
        other => panic!("expected a refused step, saw {other:#?}"),
    }
}

/// Nothing was appended; this is the error's code.
pub(crate) fn refused(answer: Result<Appended, AppendError>) -> &'static str {
    match answer {
        Err(error) => error.code(),
        Ok(other) => panic!("expected a refusal, saw {other:#?}"),
    }
}

/// The state that a step's entry tells of.
pub(crate) fn handshake(entry: &Entry) -> &Handshake {
    entry.handshake().unwrap_or_else(|| panic!("expected a step, saw {entry:#?}"))
}

/// What a message's entry says.
pub(crate) fn text(entry: &Entry) -> &str {
    match &entry.body {
        EntryBody::Message { body, .. } => body.as_str(),
        other @ (EntryBody::Step(_) | EntryBody::Redaction) => panic!("expected a message, saw {other:#?}"),
    }
}

/// The places of these entries.
pub(crate) fn seqs<E: Borrow<Entry>>(entries: &[E]) -> Vec<i64> {
    entries.iter().map(|entry| entry.borrow().seq.get()).collect()
}

/// 1, 2, 3 … without a hole.
pub(crate) fn up_to(head: usize) -> Vec<i64> {
    (1..).take(head).collect()
}

/// The two are the same in every field.
pub(crate) fn assert_same(expected: &Entry, seen: &Entry) {
    // An entry has no `==`, since who compares two usually means their ids; its debug form names every field.
    assert_eq!(format!("{expected:#?}"), format!("{seen:#?}"));
}
