//! The rules of Handsel: who talks to whom about what, what may be said, and how a handshake goes.
//!
//! Knows nothing of tokio, sockets, SQL, JSON or the system clock. What it needs from the world it names as
//! [`ports`]; what one can do with it are the [`usecases`]. Everything else is values and pure functions, so that
//! another service can use this crate alone:
//!
//! ```
//! use handsel_domain::conversation::{Conversation, ConversationKey, Side};
//! use handsel_domain::handshake::{Decision, Refusal, Step, StepAction, decide};
//! use handsel_domain::ids::{Seq, UserId};
//! use handsel_domain::message::MessageBody;
//! use handsel_domain::time::Timestamp;
//!
//! // Parse at the edge …
//! let key: ConversationKey = "offer_123:45".parse()?;
//! let body = MessageBody::parse("  Could you help me move?  ")?;
//! assert_eq!(body.as_str(), "Could you help me move?");
//!
//! // … and hold proofs inside. The owner of the offer is user 7, the respondent user 45.
//! let conversation = Conversation::new(key, UserId::new(7)?)?;
//! assert_eq!(conversation.side_of(UserId::new(45)?), Some(Side::Respondent));
//!
//! // The respondent starts the handshake as the conversation's second entry …
//! let (now, second, third) = (Timestamp::from_millis(0), Seq::new(2)?, Seq::new(3)?);
//! let start = Step::new(StepAction::Start { note: None, terms: None });
//! let Decision::Taken(pending) = decide(None, Side::Respondent, &start, second, now) else { panic!("a start is possible") };
//!
//! // … which only the other side can approve.
//! let approve = Step::new(StepAction::Approve);
//! let own = decide(Some(pending.clone()), Side::Respondent, &approve, third, now);
//! assert!(matches!(own, Decision::Refused { reason: Refusal::Own, .. }));
//! let Decision::Taken(approved) = decide(Some(pending), Side::Owner, &approve, third, now) else { panic!("the owner may approve") };
//! assert_eq!(approved.state.name(), "approved");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod audit;
pub mod conversation;
pub mod event;
pub mod handshake;
pub mod ids;
pub mod listing;
pub mod message;
pub mod moving;
pub mod password;
pub mod ports;
pub mod time;
pub mod timeline;
pub mod token;
pub mod usecases;
pub mod user;

/// The database did not answer, or not in time; nothing was changed. Code `unavailable`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the service is not available at the moment; try again shortly")]
pub struct Unavailable;

impl Unavailable {
    /// The stable code of this error on every edge.
    pub const CODE: &str = "unavailable";
}
