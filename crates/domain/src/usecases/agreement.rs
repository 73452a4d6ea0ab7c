//! The ledger agrees first: what is asked of it before a step is appended, and to what its answer holds. Knows nothing of
//! how it is asked.
//!
//! Where a marketplace has a ledger, steps that change what people owe each other are appended by way of this. Nothing is
//! locked while it thinks, so the step is decided again in the transaction, pinned to the state that it agreed to.

use std::sync::Arc;

use crate::Unavailable;
use crate::conversation::{Conversation, Intent, Side, may_write};
use crate::handshake::{Decision, Handshake, Step, StepKind, decide};
use crate::listing::ListingStatus;
use crate::ports::{
    Append, AppendError, Appended, Conversations, Ledger, NotAgreed, Objection, Peers, ProposedStep, Timeline,
};
use crate::time::Timestamp;
use crate::timeline::{Draft, TimelinePage, TimelineRange};
use crate::user::Person;

/// See the module.
pub struct Agreement {
    ledger: Arc<dyn Ledger>,
    conversations: Arc<dyn Conversations>,
    timeline: Arc<dyn Timeline>,
    peers: Arc<dyn Peers>,
}

/// What a look at the handshake has shown.
enum Look {
    /// The ledger is to be asked about this.
    Ask(Box<ProposedStep>),
    /// There is nothing to agree to.
    Known(Result<Appended, AppendError>),
    /// It cannot be taken, and the timeline says why.
    Nothing,
}

/// As much of a timeline as tells how the handshake stands.
const LATEST: TimelineRange = TimelineRange { after: None, before: None, limit: 1 };

impl Agreement {
    /// Over these ports.
    pub fn new(
        ledger: Arc<dyn Ledger>,
        conversations: Arc<dyn Conversations>,
        timeline: Arc<dyn Timeline>,
        peers: Arc<dyn Peers>,
    ) -> Self {
        Self { ledger, conversations, timeline, peers }
    }

    /// Whether the ledger is asked about steps of this kind. To propose and to turn down changes nothing for it.
    pub const fn concerns(draft: &Draft) -> bool {
        match draft {
            Draft::Message { .. } | Draft::Redaction => false,
            Draft::Step(step) => match step.action.kind() {
                StepKind::Approve | StepKind::Cancel | StepKind::Complete => true,
                StepKind::Start | StepKind::Decline => false,
            },
        }
    }

    /// Appends what the ledger agrees to. Whoever stops waiting in between leaves a ledger that has agreed to what never
    /// came; it finds that out by the timeline, as it does after a crash.
    pub async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let Append { conversation, actor, draft, starts_per_day } = append;
        let intent = draft.intent();
        let Draft::Step(mut step) = draft else {
            return self.timeline.append(Append { conversation, actor, draft, starts_per_day }).await;
        };
        let page = self.timeline.read(conversation, LATEST).await?;
        match self.look(page, &actor, &step, intent).await? {
            Look::Known(known) => return known,
            // So that it stays like this, whatever is begun meanwhile.
            Look::Nothing => step.seen = Some(0),
            Look::Ask(proposed) => {
                self.ask(&proposed).await?;
                // For a completion, which commutes with the other's, this names the handshake alone.
                step.seen = Some(proposed.handshake.version.get());
            }
        }
        self.timeline.append(Append { conversation, actor, draft: Draft::Step(step), starts_per_day }).await
    }

    /// What would be decided now is answered where that is not to take the step: in the transaction it might be another
    /// decision, to which nobody has agreed.
    async fn look(
        &self,
        page: Option<TimelinePage>,
        actor: &Person,
        step: &Step,
        intent: Intent,
    ) -> Result<Look, Unavailable> {
        let Some(TimelinePage { conversation, handshake, head, .. }) = page else { return Ok(Look::Nothing) };
        let Some(side) = conversation.side_of(actor.id) else { return Ok(Look::Nothing) };
        let at = handshake.as_ref().map_or(Timestamp::from_millis(0), |handshake| handshake.at);
        let decision = decide(handshake.clone(), side, step, head.next(), at);
        // Whoever may not write takes no step, but may have taken it before. That a listing is closed ends nothing.
        if !matches!(decision, Decision::Repeated(_)) {
            let between = self.conversations.between(&conversation).await?;
            if may_write(&conversation, actor.id, head, ListingStatus::Open, &between, intent).is_err() {
                return Ok(Look::Nothing);
            }
        }
        match (decision, handshake) {
            (Decision::Repeated(handshake), _) => Ok(Look::Known(Ok(Appended::RepeatedStep(conversation, handshake)))),
            (Decision::Refused { reason, current }, _) => {
                let current = current.map(|handshake| (conversation, Box::new(handshake)));
                Ok(Look::Known(Err(AppendError::Step { reason, current })))
            }
            (Decision::Taken(_), Some(handshake)) => {
                let [owner, respondent] = self.both(&conversation).await?;
                let step = step.action.kind();
                let proposed = ProposedStep { conversation, owner, respondent, actor: side, step, handshake };
                Ok(Look::Ask(Box::new(proposed)))
            }
            (Decision::Taken(_), None) => Ok(Look::Nothing),
        }
    }

    async fn both(&self, conversation: &Conversation) -> Result<[Person; 2], Unavailable> {
        let ids = [Side::Owner, Side::Respondent].map(|side| conversation.user(side));
        let people = self.conversations.people(&ids).await?;
        let person = |id| people.iter().find(|person| person.id == id).cloned().ok_or(Unavailable);
        Ok([person(ids[0])?, person(ids[1])?])
    }

    async fn ask(&self, proposed: &ProposedStep) -> Result<(), AppendError> {
        match self.ledger.agree(proposed).await {
            Ok(()) => Ok(()),
            Err(NotAgreed::Unavailable(unavailable)) => Err(unavailable.into()),
            Err(NotAgreed::Refused(refusal)) => {
                let ProposedStep { conversation, actor, step, handshake, .. } = proposed;
                let actor = conversation.user(*actor);
                self.peers.objected(Objection {
                    conversation: *conversation,
                    actor,
                    step: *step,
                    refusal: refusal.clone(),
                });
                let current = self.current(conversation).await.unwrap_or_else(|| handshake.clone());
                Err(AppendError::Objected { refusal, current: (*conversation, Box::new(current)) })
            }
        }
    }

    /// How the handshake stands after the ledger has thought, where that can be read.
    async fn current(&self, conversation: &Conversation) -> Option<Handshake> {
        self.timeline.read(conversation.key(), LATEST).await.ok()??.handshake
    }
}
