//! What the domain needs from the world, as traits that adapters implement. Knows nothing of any adapter.
//!
//! The documentation of each method states the adapter's duty. With the feature `mock` every port has a mock.

mod accounts;
mod blocks;
mod clock;
mod committed;
mod conversations;
mod events;
mod jwts;
mod ledger;
mod listings;
mod oversight;
mod timeline;
mod webhooks;

pub use accounts::{
    Admission, DeadToken, NewUser, Passwords, Principal, Put, PutUserError, SetPasswordError, SiteUser, StoredToken,
    Tokens, UserInsertError, Users,
};
pub use blocks::{BLOCKS_MAX, Block, BlockError, Blocks};
pub use clock::Clock;
pub use committed::Committed;
pub use conversations::{Conversations, ListPosition, ReadMoved, Schema};
pub use events::{Events, EventsPage, EventsPageError, Recorded};
pub use jwts::{Claims, JwtRefused, Jwts};
pub use ledger::{Ledger, NotAgreed, OBJECTION_CHARS_MAX, Objection, Peers, ProposedStep, RefusalText};
pub use listings::{InsertListingError, Listings, PutListingError, SiteListing, UpdateListingError};
pub use oversight::{AuditLog, AuditRecord, Audited, Erased, Messages, Operator, Oversight};
pub use timeline::{Append, AppendError, Appended, Timeline};
pub use webhooks::{Delivered, Deliveries, Progress};

#[cfg(feature = "mock")]
pub use {
    accounts::{MockPasswords, MockTokens, MockUsers},
    blocks::MockBlocks,
    clock::MockClock,
    committed::MockCommitted,
    conversations::MockConversations,
    events::MockEvents,
    jwts::MockJwts,
    ledger::{MockLedger, MockPeers},
    listings::MockListings,
    oversight::{MockAuditLog, MockOversight},
    timeline::MockTimeline,
    webhooks::MockDeliveries,
};
