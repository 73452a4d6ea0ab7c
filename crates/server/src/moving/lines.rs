//! What each kind of line has, in JSON. Knows nothing of what its values must be.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The version of the format.
pub(crate) const VERSION: u32 = 1;

/// The kinds of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    HandselExport,
    User,
    Block,
    Listing,
    Conversation,
    Message,
    Step,
    Redaction,
    End,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeaderLine {
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    pub(super) version: u32,
    #[serde(default)]
    pub(super) exported_at: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserLine {
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    pub(super) id: i64,
    pub(super) username: String,
    #[serde(default)]
    pub(super) first_name: String,
    #[serde(default)]
    pub(super) last_name: String,
    pub(super) created_at: String,
    #[serde(default)]
    pub(super) password_hash: Option<String>,
    #[serde(default)]
    pub(super) suspended_at: Option<String>,
    #[serde(default)]
    pub(super) deleted_at: Option<String>,
    #[serde(default)]
    pub(super) signed_out_at: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BlockLine {
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    pub(super) blocker_id: i64,
    pub(super) blocked_id: i64,
    pub(super) created_at: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListingLine {
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    pub(super) listing: String,
    pub(super) owner_id: i64,
    pub(super) title: String,
    #[serde(default)]
    pub(super) description: String,
    pub(super) status: String,
    pub(super) created_at: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConversationLine {
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    pub(super) conversation: String,
    #[serde(default)]
    pub(super) owner_read_up_to: i64,
    #[serde(default)]
    pub(super) respondent_read_up_to: i64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MessageLine {
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    pub(super) conversation: String,
    pub(super) seq: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<i64>,
    pub(super) sender_id: i64,
    pub(super) created_at: String,
    pub(super) content: String,
    #[serde(default)]
    pub(super) client_message_id: Option<String>,
    #[serde(default)]
    pub(super) redacted_at: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StepLine {
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    pub(super) conversation: String,
    pub(super) seq: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<i64>,
    pub(super) actor_id: i64,
    pub(super) created_at: String,
    pub(super) step: String,
    #[serde(default)]
    pub(super) note: Option<String>,
    #[serde(default)]
    pub(super) terms: Option<Box<RawValue>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RedactionLine {
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    pub(super) conversation: String,
    pub(super) seq: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<i64>,
    pub(super) actor_id: i64,
    pub(super) created_at: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EndLine {
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    /// The number of this line.
    pub(super) lines: u64,
}
