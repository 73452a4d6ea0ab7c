//! The diagram as one pure function. Knows nothing of transactions: whoever calls it holds the conversation's lock.

use super::{CompletedBy, Handshake, State, Step, StepAction, StepKind};
use crate::conversation::Side;
use crate::ids::Seq;
use crate::time::Timestamp;

/// What becomes of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is made: append it at the given place, with this as the new state.
    Taken(Handshake),
    /// The same user has just made it: nothing to append, this is the state.
    Repeated(Handshake),
    /// It is not possible: nothing to append.
    Refused {
        /// Why.
        reason: Refusal,
        /// The state that the user should know of, where there is one.
        current: Option<Handshake>,
    },
}

/// Why a step is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A start while one is pending or approved.
    #[error("a handshake is already {status} in this conversation")]
    Exists {
        /// `pending` or `approved`.
        status: &'static str,
    },
    /// Approving or declining one's own start.
    #[error("you started this handshake; it is for the other side to answer")]
    Own,
    /// The version that the user saw is no longer current.
    #[error("the handshake has changed since you saw it")]
    Changed,
    /// The diagram has no such arrow.
    #[error("{step} is not possible while the handshake is {status}")]
    NotPossible {
        /// The arrow's name.
        step: &'static str,
        /// The state's name, or `none`.
        status: &'static str,
    },
}

impl Refusal {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Exists { .. } => "handshake_exists",
            Self::Own => "handshake_own",
            Self::Changed => "handshake_changed",
            Self::NotPossible { .. } => "handshake_not_possible",
        }
    }
}

/// Decides a step of the user on `actor`'s side on the conversation's latest handshake, whatever became of it.
///
/// `seq` and `at` are the place and time that the step is given if it is taken. A repetition is recognised before
/// anything else, so that a retry whose first answer was lost is never an error.
pub fn decide(current: Option<Handshake>, actor: Side, step: &Step, seq: Seq, at: Timestamp) -> Decision {
    match current {
        Some(handshake) if repeats(&handshake, actor, &step.action) => Decision::Repeated(handshake),
        current => match check(current.as_ref(), actor, step) {
            Err(reason) => Decision::Refused { reason, current },
            Ok(state) => Decision::Taken(advance(current, actor, step, state, seq, at)),
        },
    }
}

/// Whether `actor` has just done exactly this. Of completions, one's own counts even after the other's.
fn repeats(handshake: &Handshake, actor: Side, action: &StepAction) -> bool {
    match action {
        StepAction::Complete => handshake.latest == StepKind::Complete && handshake.state.completed_by().has(actor),
        StepAction::Start { note, terms } => {
            (handshake.latest, handshake.actor) == (StepKind::Start, actor)
                && (&handshake.note, &handshake.terms) == (note, terms)
        }
        StepAction::Approve | StepAction::Decline | StepAction::Cancel => {
            (handshake.latest, handshake.actor) == (action.kind(), actor)
        }
    }
}

/// The state that the step leads to, or why there is no such arrow.
fn check(current: Option<&Handshake>, actor: Side, step: &Step) -> Result<State, Refusal> {
    if step.seen.is_some_and(|seen| is_stale(seen, current, &step.action)) {
        return Err(Refusal::Changed);
    }
    let not_possible = |status| Refusal::NotPossible { step: step.action.kind().name(), status };
    let Some(Handshake { initiator, state, .. }) = current else {
        return match step.action {
            StepAction::Start { .. } => Ok(State::Pending),
            _ => Err(not_possible("none")),
        };
    };
    let own = *initiator == actor;
    match (&step.action, state) {
        (StepAction::Start { .. }, state) if state.is_live() => Err(Refusal::Exists { status: state.name() }),
        (StepAction::Start { .. }, _) => Ok(State::Pending),
        (StepAction::Approve | StepAction::Decline, State::Pending) if own => Err(Refusal::Own),
        (StepAction::Approve, State::Pending) => Ok(State::Approved { completed_by: CompletedBy::default() }),
        (StepAction::Decline, State::Pending) => Ok(State::Declined),
        (StepAction::Cancel, State::Pending) if own => Ok(State::Cancelled { completed_by: CompletedBy::default() }),
        (StepAction::Cancel, State::Approved { completed_by }) => Ok(State::Cancelled { completed_by: *completed_by }),
        (StepAction::Complete, State::Approved { completed_by }) => {
            let completed_by = completed_by.with(actor);
            Ok(if completed_by.both() { State::Completed } else { State::Approved { completed_by } })
        }
        (_, state) => Err(not_possible(state.name())),
    }
}

/// Whether the user saw something else than what is current. Completions commute, so the other's does not make one's
/// own stale; only another handshake than the one that was seen does.
fn is_stale(seen: i64, current: Option<&Handshake>, action: &StepAction) -> bool {
    match (current, action) {
        (None, _) => seen != 0,
        (Some(handshake), StepAction::Complete) => seen < handshake.started.get(),
        (Some(handshake), _) => seen != handshake.version.get(),
    }
}

fn advance(current: Option<Handshake>, actor: Side, step: &Step, state: State, seq: Seq, at: Timestamp) -> Handshake {
    let latest = step.action.kind();
    match (&step.action, current) {
        (StepAction::Start { note, terms }, _) => Handshake {
            started: seq,
            initiator: actor,
            note: note.clone(),
            terms: terms.clone(),
            state,
            version: seq,
            actor,
            latest,
            at,
        },
        (_, Some(old)) => Handshake { state, version: seq, actor, latest, at, ..old },
        (_, None) => unreachable!("check() lets nothing but a start pass where there is no handshake"),
    }
}
