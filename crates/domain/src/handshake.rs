//! The handshake: the two-party agreement inside a conversation. Knows nothing of how its steps are stored or sent.
//!
//! ```text
//!             start (either)          approve (the other)          complete (both, in any order)
//!   none ───────────────► pending ───────────────────► approved ───────────────────► completed
//!                         │  decline (the other)          │ cancel (either)
//!                         │  cancel (the initiator)       │
//!                         ▼                               ▼
//!                  declined / cancelled               cancelled      from these three, and from completed: start again
//! ```

mod agreement;
mod transition;

pub use agreement::{AgreementInvalid, NOTE_CHARS_MAX, Note, TERMS_BYTES_MAX, Terms};
pub use transition::{Decision, Refusal, decide};

use crate::conversation::Side;
use crate::ids::Seq;
use crate::time::Timestamp;

/// What a user asks of the handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which arrow of the diagram.
    pub action: StepAction,
    /// The version that the user saw; where it is no longer current, nothing changes. `None`: whatever is current.
    /// 0 says that the user saw none. Completions commute: for one, the other's makes no difference.
    pub seen: Option<i64>,
}

impl Step {
    /// A step on whatever state is current.
    pub const fn new(action: StepAction) -> Self {
        Self { action, seen: None }
    }
}

/// The arrows of the diagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepAction {
    /// Propose; note and terms are frozen with it.
    Start {
        /// For people.
        note: Option<Note>,
        /// For the marketplace.
        terms: Option<Terms>,
    },
    /// Agree to the other's proposal.
    Approve,
    /// Turn the other's proposal down.
    Decline,
    /// Take back one's own proposal, or leave the agreement.
    Cancel,
    /// Say that it is done.
    Complete,
}

/// An arrow's name without what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepKind {
    /// See [`StepAction::Start`].
    Start,
    /// See [`StepAction::Approve`].
    Approve,
    /// See [`StepAction::Decline`].
    Decline,
    /// See [`StepAction::Cancel`].
    Cancel,
    /// See [`StepAction::Complete`].
    Complete,
}

impl StepKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Start, Self::Approve, Self::Decline, Self::Cancel, Self::Complete];

    /// `start`, `approve`, `decline`, `cancel` or `complete`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Approve => "approve",
            Self::Decline => "decline",
            Self::Cancel => "cancel",
            Self::Complete => "complete",
        }
    }

    /// The kind of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl StepAction {
    /// Which arrow this is.
    pub const fn kind(&self) -> StepKind {
        match self {
            Self::Start { .. } => StepKind::Start,
            Self::Approve => StepKind::Approve,
            Self::Decline => StepKind::Decline,
            Self::Cancel => StepKind::Cancel,
            Self::Complete => StepKind::Complete,
        }
    }
}

/// Who has said that an agreement is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompletedBy {
    /// The owner has.
    pub owner: bool,
    /// The respondent has.
    pub respondent: bool,
}

impl CompletedBy {
    /// Whether that side has.
    pub const fn has(self, side: Side) -> bool {
        match side {
            Side::Owner => self.owner,
            Side::Respondent => self.respondent,
        }
    }

    const fn with(self, side: Side) -> Self {
        match side {
            Side::Owner => Self { owner: true, ..self },
            Side::Respondent => Self { respondent: true, ..self },
        }
    }

    const fn both(self) -> bool {
        self.owner && self.respondent
    }
}

/// The boxes of the diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Started; waits for the other side.
    Pending,
    /// Agreed; each side completes it for itself.
    Approved {
        /// At most one of the two yet.
        completed_by: CompletedBy,
    },
    /// Turned down.
    Declined,
    /// Taken back, or left.
    Cancelled {
        /// Who had completed before.
        completed_by: CompletedBy,
    },
    /// Done, both say.
    Completed,
}

impl State {
    /// `pending`, `approved`, `declined`, `cancelled` or `completed`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved { .. } => "approved",
            Self::Declined => "declined",
            Self::Cancelled { .. } => "cancelled",
            Self::Completed => "completed",
        }
    }

    /// The state of that name, if there is one.
    pub fn from_name(name: &str, completed_by: CompletedBy) -> Option<Self> {
        let all = [
            Self::Pending,
            Self::Approved { completed_by },
            Self::Declined,
            Self::Cancelled { completed_by },
            Self::Completed,
        ];
        all.into_iter().find(|state| state.name() == name)
    }

    /// Whether it still binds the two: at most one such handshake a conversation.
    pub const fn is_live(&self) -> bool {
        matches!(self, Self::Pending | Self::Approved { .. })
    }

    /// Who has said that it is done.
    pub const fn completed_by(&self) -> CompletedBy {
        match self {
            Self::Pending | Self::Declined => CompletedBy { owner: false, respondent: false },
            Self::Approved { completed_by } | Self::Cancelled { completed_by } => *completed_by,
            Self::Completed => CompletedBy { owner: true, respondent: true },
        }
    }
}

/// A handshake as its latest step left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// Where in the timeline it was started; with the conversation's key its name for ever.
    pub started: Seq,
    /// Who started it.
    pub initiator: Side,
    /// What was proposed, for people.
    pub note: Option<Note>,
    /// What was proposed, for the marketplace.
    pub terms: Option<Terms>,
    /// Where it stands.
    pub state: State,
    /// The place of its latest step.
    pub version: Seq,
    /// Who made the latest step.
    pub actor: Side,
    /// What the latest step was.
    pub latest: StepKind,
    /// When the latest step was made.
    pub at: Timestamp,
}

impl Handshake {
    /// What the latest step says to people; the wording is the protocol's.
    pub const fn announcement(&self) -> &'static str {
        match (self.latest, &self.state) {
            (StepKind::Start, _) => "Handshake request sent",
            (StepKind::Approve, _) => "Handshake approved",
            (StepKind::Decline, _) => "Handshake declined",
            (StepKind::Cancel, _) => "Handshake cancelled",
            (StepKind::Complete, State::Completed) => "Handshake completed",
            (StepKind::Complete, _) => "Waiting for the other side to complete",
        }
    }

    /// Whether it is pending and `side` is the one to answer.
    pub fn waits_for(&self, side: Side) -> bool {
        self.state == State::Pending && self.initiator != side
    }
}
