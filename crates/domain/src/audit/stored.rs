//! Rows as they stand in a database: typed, and not believed. Knows nothing of what must be true of them.

use crate::handshake::CompletedBy;

/// A user.
#[derive(Clone, Debug)]
pub struct StoredUser {
    /// Its id.
    pub id: i64,
    /// The name.
    pub username: String,
    /// What the name is found by.
    pub username_key: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Whether the user was deleted, and may have lost the name.
    pub deleted: bool,
}

/// A token, without what makes it a secret.
#[derive(Clone, Copy, Debug)]
pub struct StoredToken {
    /// Its id.
    pub id: i64,
    /// Whose.
    pub user_id: i64,
    /// Whether there is such a user.
    pub user_found: bool,
}

/// A listing.
#[derive(Clone, Debug)]
pub struct StoredListing {
    /// Offer or need.
    pub kind: String,
    /// Its number among those of its kind.
    pub id: i64,
    /// Who published it.
    pub owner_id: i64,
    /// Whether there is such a user.
    pub owner_found: bool,
    /// What it is called.
    pub title: String,
    /// What it says of itself.
    pub description: String,
    /// Open or closed.
    pub status: String,
}

/// A conversation, and whether what it points at is there.
#[derive(Clone, Debug)]
pub struct StoredConversation {
    /// Its id, which nobody outside of the storage knows.
    pub id: i64,
    /// Offer or need.
    pub listing_kind: String,
    /// The listing's number.
    pub listing_id: i64,
    /// The listing's own owner; `None` where there is no such listing.
    pub listing_owner_id: Option<i64>,
    /// Who published the listing, as the conversation has it.
    pub owner_id: i64,
    /// Whether there is such a user.
    pub owner_found: bool,
    /// Who wrote about it.
    pub respondent_id: i64,
    /// Whether there is such a user.
    pub respondent_found: bool,
    /// The newest `seq`.
    pub head: i64,
    /// When the newest entry was written.
    pub last_entry_at: i64,
    /// Up to where the owner has read.
    pub owner_read_up_to: i64,
    /// Up to where the respondent has read.
    pub respondent_read_up_to: i64,
}

/// An entry of a timeline, but for its place.
#[derive(Clone, Debug)]
pub struct StoredEntry {
    /// Its id.
    pub id: i64,
    /// Who wrote it.
    pub actor_id: i64,
    /// When.
    pub created_at: i64,
    /// Which entry it redacts.
    pub redacts_seq: Option<i64>,
    /// What it says.
    pub body: StoredBody,
    /// The handshake that is said to start at its place, or why that row cannot be read.
    pub handshake: Option<Result<StoredHandshake, String>>,
}

/// What an entry says.
#[derive(Clone, Debug)]
pub enum StoredBody {
    /// One of the two wrote something.
    Message {
        /// What.
        content: Option<String>,
        /// How the sender named it.
        client_message_id: Option<String>,
        /// Whether it was redacted.
        redacted: bool,
    },
    /// One of the two took a step of the handshake.
    Step(StoredStep),
    /// What the writer has said in front of it is gone.
    Redaction,
}

/// A step, and where it is said to have led.
#[derive(Clone, Debug)]
pub struct StoredStep {
    /// Where the handshake was started.
    pub started: Option<i64>,
    /// Which arrow of the diagram.
    pub step: Option<String>,
    /// The state's name.
    pub status: Option<String>,
    /// Who has said that it is done.
    pub completed_by: CompletedBy,
}

/// A handshake as its latest step is said to have left it, but for where it was started.
#[derive(Clone, Debug)]
pub struct StoredHandshake {
    /// Who started it.
    pub initiator_id: i64,
    /// What was proposed, for people.
    pub note: Option<String>,
    /// What was proposed, for the marketplace: the text of one JSON object.
    pub terms: Option<String>,
    /// The state's name.
    pub status: String,
    /// Who has said that it is done.
    pub completed_by: CompletedBy,
    /// The place of its latest step.
    pub version: i64,
    /// Who made the latest step.
    pub actor_id: i64,
    /// What the latest step was.
    pub latest: String,
    /// When the latest step was made.
    pub at: i64,
}
