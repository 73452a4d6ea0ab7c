//! What the domain needs from the world, as traits that adapters implement. Knows nothing of any adapter.
//!
//! The documentation of each method states the adapter's duty. With the feature `mock` every port has a mock.

mod accounts;
mod blocks;
mod clock;
mod committed;
mod conversations;
mod jwts;
mod ledger;
mod listings;
mod timeline;

pub use accounts::{
    Admission, NewUser, Passwords, Principal, Put, PutUserError, SetPasswordError, SiteUser, StoredToken, Tokens,
    UserInsertError, Users,
};
pub use blocks::{Block, BlockError, Blocks};
pub use clock::Clock;
pub use committed::Committed;
pub use conversations::{Conversations, ListPosition, ReadMoved, Schema};
pub use jwts::{Claims, JwtRefused, Jwts};
pub use ledger::{Ledger, NotAgreed, OBJECTION_CHARS_MAX, Objection, Peers, ProposedStep, RefusalText};
pub use listings::{Listings, PutListingError, SiteListing, UpdateListingError};
pub use timeline::{Append, AppendError, Appended, Timeline};

#[cfg(feature = "mock")]
pub use {
    accounts::{MockPasswords, MockTokens, MockUsers},
    blocks::MockBlocks,
    clock::MockClock,
    committed::MockCommitted,
    conversations::MockConversations,
    jwts::MockJwts,
    ledger::{MockLedger, MockPeers},
    listings::MockListings,
    timeline::MockTimeline,
};
