//! Who agrees to the steps that change what people owe each other, as a port. Knows nothing of how it is asked.

use async_trait::async_trait;

use crate::Unavailable;
use crate::conversation::{Conversation, Side};
use crate::handshake::{Handshake, StepKind};
use crate::ids::UserId;
use crate::user::Person;

/// Longest objection that people are shown, in Unicode scalar values; what is longer is cut.
pub const OBJECTION_CHARS_MAX: usize = 280;
/// What people are told where the ledger gives no reason.
const NO_REASON: &str = "The marketplace does not agree to this step.";

/// A step that is about to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposedStep {
    /// Where.
    pub conversation: Conversation,
    /// Who published the listing.
    pub owner: Person,
    /// Who wrote about it.
    pub respondent: Person,
    /// Whose step it is.
    pub actor: Side,
    /// Which.
    pub step: StepKind,
    /// The handshake as it stands in front of it.
    pub handshake: Handshake,
}

impl ProposedStep {
    /// The handshake's name for ever: `offer_1:2#4`.
    pub fn uid(&self) -> String {
        format!("{}#{}", self.conversation.key(), self.handshake.started)
    }

    /// What this step is called: the same whenever the same user tries the same step again, and never another one's.
    ///
    /// A completion is its user's one and only for this handshake, and the other's in between makes no difference to it:
    /// it has the handshake's start for a version.
    pub fn key(&self) -> String {
        let version = match self.step {
            StepKind::Complete => self.handshake.started,
            StepKind::Start | StepKind::Approve | StepKind::Decline | StepKind::Cancel => self.handshake.version,
        };
        format!("{}/{}/{version}/{}", self.uid(), self.step.name(), self.conversation.user(self.actor))
    }
}

/// Why a step must not be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAgreed {
    /// The ledger refuses it.
    #[error("the ledger refuses the step")]
    Refused(RefusalText),
    /// The ledger did not say.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// What people are told of a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalText(Box<str>);

impl RefusalText {
    /// The ledger's own words, trimmed and cut at [`OBJECTION_CHARS_MAX`]; where there are none, ours.
    pub fn new(words: Option<&str>) -> Self {
        let words: String = words.unwrap_or_default().trim().chars().take(OBJECTION_CHARS_MAX).collect();
        let words = words.trim_end();
        Self(if words.is_empty() { NO_REASON.into() } else { words.into() })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Keeps account of what people owe each other.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Must say within seconds whether the step may be taken. That it may does not mean that it is: it is decided
    /// afterwards, and the ledger learns from the timeline what came of it. The same step, by [`ProposedStep::key`], may be
    /// asked about again.
    async fn agree(&self, step: &ProposedStep) -> Result<(), NotAgreed>;
}

/// A step that the ledger has refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// Where.
    pub conversation: Conversation,
    /// Whose step it was to be.
    pub actor: UserId,
    /// Which.
    pub step: StepKind,
    /// Why, for people.
    pub refusal: RefusalText,
}

/// Who else is there at this moment.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Peers: Send + Sync {
    /// Must tell the actor's peer, where that is there, and nobody else; must return at once. Nothing is kept of it: whoever
    /// is not there misses it.
    fn objected(&self, objection: Objection);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_words_that_fit() {
        assert_eq!(RefusalText::new(None).as_str(), NO_REASON);
        assert_eq!(RefusalText::new(Some(" \n ")).as_str(), NO_REASON);
        assert_eq!(RefusalText::new(Some(" Two hours are missing. ")).as_str(), "Two hours are missing.");
        let long = "é".repeat(OBJECTION_CHARS_MAX + 1);
        assert_eq!(RefusalText::new(Some(&long)).as_str().chars().count(), OBJECTION_CHARS_MAX);
    }
}
