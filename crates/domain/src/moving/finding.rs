//! What could not be taken as it was, and why. Knows nothing of who is told.

/// Something about a line that was not taken, or not as it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether it was taken nevertheless.
    pub taken: bool,
    /// The stable code.
    pub code: &'static str,
    /// What is wrong, for people. Never what someone has written.
    pub detail: String,
}

impl Finding {
    /// It was not taken.
    pub fn refused(code: &'static str, detail: impl Into<String>) -> Self {
        Self { taken: false, code, detail: detail.into() }
    }

    /// It was taken, or was there, but something of it is otherwise.
    pub fn noted(code: &'static str, detail: impl Into<String>) -> Self {
        Self { taken: true, code, detail: detail.into() }
    }
}

/// The codes that are not those of a single field.
pub mod codes {
    /// A user of that id is somebody else here.
    pub const USER_DIFFERS: &str = "user_differs";
    /// The user was erased here, and neither comes back nor has to do with a block.
    pub const USER_DELETED: &str = "user_deleted";
    /// Somebody else has that name here.
    pub const USERNAME_TAKEN: &str = "username_taken";
    /// The user is here under the same id, with other names; those that are here stay.
    pub const USER_KEPT: &str = "user_kept";
    /// There is no such user, or the user's own line was refused.
    pub const USER_UNKNOWN: &str = "user_unknown";
    /// A block of oneself.
    pub const BLOCK_SELF: &str = "block_self";
    /// One block more than somebody may have.
    pub const TOO_MANY_BLOCKS: &str = "too_many_blocks";
    /// The listing belongs to somebody else here.
    pub const LISTING_DIFFERS: &str = "listing_differs";
    /// The listing is here and says something else; what is here stays.
    pub const LISTING_KEPT: &str = "listing_kept";
    /// There is no such listing, or the listing's own line was refused.
    pub const LISTING_UNKNOWN: &str = "listing_unknown";
    /// A conversation of someone with themselves.
    pub const OWNER_IS_RESPONDENT: &str = "owner_is_respondent";
    /// A conversation of which no entry was taken: it comes into being with its first.
    pub const CONVERSATION_EMPTY: &str = "conversation_empty";
    /// A read cursor past the newest entry; it is set to that.
    pub const CURSOR_AHEAD: &str = "cursor_ahead";
    /// An entry whose conversation does not stand in front of it.
    pub const CONVERSATION_ELSEWHERE: &str = "conversation_elsewhere";
    /// An entry behind one of its conversation that was refused.
    pub const BEHIND_REFUSED: &str = "behind_refused";
    /// Entries are missing in front of it.
    pub const SEQ_HOLE: &str = "seq_hole";
    /// Another entry has that place here.
    pub const ENTRY_DIFFERS: &str = "entry_differs";
    /// Written by somebody who is not one of the two.
    pub const NOT_A_PARTICIPANT: &str = "not_a_participant";
    /// A first entry by the owner.
    pub const BEGUN_BY_OWNER: &str = "begun_by_owner";
    /// A step that the same side had just taken.
    pub const STEP_REPEATED: &str = "step_repeated";
    /// A message under a name that its sender has used in this conversation.
    pub const CLIENT_MESSAGE_ID_REPEATED: &str = "client_message_id_repeated";
    /// A second redaction of what the same one of the two said.
    pub const REDACTION_REPEATED: &str = "redaction_repeated";
    /// A redaction behind something that its writer said and that can be read.
    pub const REDACTION_INCOMPLETE: &str = "redaction_incomplete";
    /// A user or a listing under a number that leaves no room for those that are given out here.
    pub const ID_TOO_HIGH: &str = "id_too_high";
    /// An entry older than the one in front of it; it has that one's time.
    pub const TIME_MOVED: &str = "time_moved";
    /// An entry whose id cannot stay; it has a new one.
    pub const ID_REPLACED: &str = "id_replaced";

    /// All of them.
    pub const ALL: &[&str] = &[
        USER_DIFFERS,
        USER_DELETED,
        USERNAME_TAKEN,
        USER_KEPT,
        USER_UNKNOWN,
        BLOCK_SELF,
        TOO_MANY_BLOCKS,
        LISTING_DIFFERS,
        LISTING_KEPT,
        LISTING_UNKNOWN,
        OWNER_IS_RESPONDENT,
        CONVERSATION_EMPTY,
        CURSOR_AHEAD,
        CONVERSATION_ELSEWHERE,
        BEHIND_REFUSED,
        SEQ_HOLE,
        ENTRY_DIFFERS,
        NOT_A_PARTICIPANT,
        BEGUN_BY_OWNER,
        STEP_REPEATED,
        CLIENT_MESSAGE_ID_REPEATED,
        REDACTION_REPEATED,
        REDACTION_INCOMPLETE,
        ID_TOO_HIGH,
        TIME_MOVED,
        ID_REPLACED,
    ];
}
