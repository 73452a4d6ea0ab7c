//! The handshakes of one conversation, replayed step by step with the same [`decide`] that let them happen. Knows
//! nothing of messages.

use super::findings::{Findings, shown};
use super::{BreachCode, StoredHandshake, StoredStep};
use crate::conversation::{Conversation, Side};
use crate::handshake::{AgreementInvalid, Decision, Handshake, Note, State, Step, StepAction, StepKind, Terms, decide};
use crate::ids::Seq;
use crate::time::Timestamp;

/// Who made a step, where and when.
#[derive(Clone, Copy)]
pub(super) struct Made {
    pub(super) seq: Seq,
    pub(super) side: Side,
    pub(super) at: Timestamp,
}

/// What replaying the steps has led to so far.
enum Current {
    /// Nobody has started one.
    None,
    /// The latest handshake.
    Known(Handshake),
    /// A step could not be read: what follows is not judged until the next start.
    Lost,
}

pub(super) struct Replay {
    conversation: Conversation,
    current: Current,
    /// The latest handshake's row, where it can be read.
    row: Option<StoredHandshake>,
}

impl Replay {
    pub(super) fn of(conversation: Conversation) -> Self {
        Self { conversation, current: Current::None, row: None }
    }

    /// A step that cannot be read, or be anyone's.
    pub(super) fn lose(&mut self) {
        self.current = Current::Lost;
    }

    /// Takes the next step; a start comes with its handshake's row.
    pub(super) fn step(
        &mut self,
        made: Made,
        stored: &StoredStep,
        row: Option<Result<StoredHandshake, String>>,
        findings: &mut Findings,
    ) {
        let seq = made.seq.get();
        let Some((kind, state)) = read(stored) else {
            let [step, status] = [&stored.step, &stored.status].map(|name| shown(name.as_deref().unwrap_or_default()));
            findings.add_at(seq, BreachCode::RowUnreadable, format!("there is no step {step} to a status {status}"));
            return self.lose();
        };
        let action = match kind {
            StepKind::Start => {
                self.settle(findings);
                let (note, terms) = self.take_row(seq, row, findings);
                StepAction::Start { note, terms }
            }
            StepKind::Approve => StepAction::Approve,
            StepKind::Decline => StepAction::Decline,
            StepKind::Cancel => StepAction::Cancel,
            StepKind::Complete => StepAction::Complete,
        };
        let current = match std::mem::replace(&mut self.current, Current::None) {
            Current::Lost if kind != StepKind::Start => return self.lose(),
            Current::Lost | Current::None => None,
            Current::Known(handshake) => Some(handshake),
        };
        let step = Step::new(action);
        let (why, current) = match decide(current, made.side, &step, made.seq, made.at) {
            Decision::Taken(handshake) => {
                compare_step(seq, stored, &handshake, findings);
                self.current = Current::Known(handshake);
                return;
            }
            Decision::Repeated(handshake) => {
                (format!("{} by the same side again, which is no entry", kind.name()), Some(handshake))
            }
            Decision::Refused { reason, current } => (reason.to_string(), current),
        };
        findings.add_at(seq, BreachCode::StepNotPossible, why);
        // What came next was decided on what is stored.
        self.current = match (kind, current) {
            (StepKind::Start, _) => match decide(None, made.side, &step, made.seq, made.at) {
                Decision::Taken(handshake) => Current::Known(handshake),
                Decision::Repeated(_) | Decision::Refused { .. } => Current::Lost,
            },
            (_, None) => Current::Lost,
            (_, Some(old)) => {
                let Made { seq: version, side: actor, at } = made;
                Current::Known(Handshake { state, version, actor, latest: kind, at, ..old })
            }
        };
    }

    /// Ends the latest handshake, which nothing can change any more: its row must say what its steps have led to.
    pub(super) fn settle(&mut self, findings: &mut Findings) {
        let (Current::Known(replayed), Some(row)) = (&self.current, self.row.take()) else { return };
        let user = |side| self.conversation.user(side).get().to_string();
        let done = replayed.state.completed_by();
        let differing = differing([
            ("initiator_id", row.initiator_id.to_string(), user(replayed.initiator)),
            ("status", shown(&row.status), shown(replayed.state.name())),
            ("owner_completed", row.completed_by.owner.to_string(), done.owner.to_string()),
            ("respondent_completed", row.completed_by.respondent.to_string(), done.respondent.to_string()),
            ("version", row.version.to_string(), replayed.version.to_string()),
            ("actor_id", row.actor_id.to_string(), user(replayed.actor)),
            ("latest", shown(&row.latest), shown(replayed.latest.name())),
            ("at", row.at.to_string(), replayed.at.as_millis().to_string()),
        ]);
        if let Some(differing) = differing {
            findings.add_at(replayed.started.get(), BreachCode::HandshakeDiffers, differing);
        }
    }

    /// Keeps the row of a handshake that has just been started; what was agreed on stands there alone.
    fn take_row(
        &mut self,
        seq: i64,
        row: Option<Result<StoredHandshake, String>>,
        findings: &mut Findings,
    ) -> (Option<Note>, Option<Terms>) {
        let row = match row {
            None => {
                findings.add_at(seq, BreachCode::HandshakeMissing, "the handshake that starts here is not there");
                return (None, None);
            }
            Some(Err(why)) => {
                findings.add_at(seq, BreachCode::RowUnreadable, format!("the handshake that starts here: {why}"));
                return (None, None);
            }
            Some(Ok(row)) => row,
        };
        let agreed = agreed(&row).unwrap_or_else(|wrong| {
            findings.add_at(seq, BreachCode::RowUnreadable, format!("the handshake that starts here: {wrong}"));
            (None, None)
        });
        // Where the status is none, that was said already.
        self.row = State::from_name(&row.status, row.completed_by).map(|_| row);
        agreed
    }
}

fn read(stored: &StoredStep) -> Option<(StepKind, State)> {
    let kind = StepKind::from_name(stored.step.as_deref()?)?;
    let state = State::from_name(stored.status.as_deref()?, stored.completed_by)?;
    Some((kind, state))
}

fn agreed(row: &StoredHandshake) -> Result<(Option<Note>, Option<Terms>), AgreementInvalid> {
    let note = row.note.as_deref().map_or(Ok(None), Note::parse)?;
    let terms = row.terms.clone().map(Terms::from_compact_object).transpose()?;
    Ok((note, terms))
}

fn compare_step(seq: i64, stored: &StoredStep, replayed: &Handshake, findings: &mut Findings) {
    let done = replayed.state.completed_by();
    let started = stored.started.map_or_else(|| "none".to_owned(), |started| started.to_string());
    let differing = differing([
        ("handshake_started", started, replayed.started.to_string()),
        ("status", shown(stored.status.as_deref().unwrap_or_default()), shown(replayed.state.name())),
        ("owner_completed", stored.completed_by.owner.to_string(), done.owner.to_string()),
        ("respondent_completed", stored.completed_by.respondent.to_string(), done.respondent.to_string()),
    ]);
    if let Some(differing) = differing {
        findings.add_at(seq, BreachCode::StepDiffers, differing);
    }
}

/// The columns that are not what they should be, in one sentence.
fn differing<const N: usize>(columns: [(&str, String, String); N]) -> Option<String> {
    let wrong = columns.into_iter().filter(|(_, is, due)| is != due);
    let wrong: Vec<_> = wrong.map(|(column, is, due)| format!("{column} is {is} and should be {due}")).collect();
    (!wrong.is_empty()).then(|| wrong.join(", "))
}
