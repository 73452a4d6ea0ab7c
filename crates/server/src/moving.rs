//! The file in which a site moves: NDJSON, one object a line, as `docs/moving.md` describes it. Knows nothing of databases,
//! nor of what is taken of it.
//!
//! - `lines`: what each kind of line has, in JSON.
//! - `write`: from what moves to its line.
//! - `parse`: from a line to what moves, or why it cannot.
//! - `read`: a file, line by line, in bounded memory.
//! - `person`: what is written about one person, most of it in the same lines.

mod lines;
mod parse;
mod person;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use lines::VERSION;
pub(crate) use parse::{Parsed, Unread, parse};
pub(crate) use person::line_about;
pub(crate) use read::{LINE_BYTES_MAX, Raw, read_line};
pub(crate) use write::{Passwords, end, header, line};

/// The codes of lines that cannot be read. Those of single fields are the domain's own.
pub(crate) mod codes {
    /// Not one JSON object.
    pub(crate) const NOT_JSON: &str = "not_json";
    /// More bytes than a line may have.
    pub(crate) const LINE_TOO_LONG: &str = "line_too_long";
    /// A `type` that there is not.
    pub(crate) const TYPE_UNKNOWN: &str = "type_unknown";
    /// A field that is missing, unknown or of the wrong type.
    pub(crate) const FIELD_INVALID: &str = "field_invalid";
    /// A number that is no id.
    pub(crate) const ID_INVALID: &str = "id_invalid";
    /// A text that is no time, or one before 1970 or of tomorrow.
    pub(crate) const TIME_INVALID: &str = "time_invalid";
    /// A name that is no listing's.
    pub(crate) const LISTING_INVALID: &str = "listing_invalid";
    /// A status that is none of a listing's.
    pub(crate) const STATUS_UNKNOWN: &str = "status_unknown";
    /// A step that there is not.
    pub(crate) const STEP_UNKNOWN: &str = "step_unknown";
    /// The user is taken without a password: what stands there is no hash that could be compared with.
    pub(crate) const PASSWORD_UNKNOWN: &str = "password_unknown";
    /// A line behind the last one.
    pub(crate) const BEHIND_END: &str = "behind_end";
    /// The last line counts other lines than there are.
    pub(crate) const END_DIFFERS: &str = "end_differs";
    /// There is no last line: the file was cut off.
    pub(crate) const END_MISSING: &str = "end_missing";

    /// All of them, and those of single fields.
    #[cfg(test)]
    pub(crate) const ALL: &[&str] = &[
        NOT_JSON,
        LINE_TOO_LONG,
        TYPE_UNKNOWN,
        FIELD_INVALID,
        ID_INVALID,
        TIME_INVALID,
        LISTING_INVALID,
        STATUS_UNKNOWN,
        STEP_UNKNOWN,
        PASSWORD_UNKNOWN,
        BEHIND_END,
        END_DIFFERS,
        END_MISSING,
        "username_length",
        "username_invalid",
        "name_too_long",
        "name_invalid",
        "title_required",
        "title_too_long",
        "description_too_long",
        "text_invalid",
        "conversation_invalid",
        "content_required",
        "content_too_long",
        "content_invalid",
        "client_message_id_invalid",
        "note_too_long",
        "note_invalid",
        "terms_too_long",
        "terms_invalid",
        "handshake_exists",
        "handshake_own",
        "handshake_not_possible",
    ];
}
