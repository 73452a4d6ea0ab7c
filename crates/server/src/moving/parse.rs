//! From a line to what moves, or why it cannot. Knows nothing of the lines around it.

use std::borrow::Cow;
use std::time::Duration;

use handsel_domain::conversation::{ConversationInvalid, ConversationKey};
use handsel_domain::handshake::StepKind;
use handsel_domain::ids::{EntryId, Head, IdOutOfRange, Seq, UserId};
use handsel_domain::listing::{Description, ListingRef, ListingStatus, ListingTextInvalid, Title};
use handsel_domain::moving::{Finding, MovedBlock, MovedConversation, MovedEntry, MovedListing, MovedUser, Said};
use handsel_domain::password::PasswordHash;
use handsel_domain::time::Timestamp;
use handsel_domain::timeline::Draft;
use handsel_domain::user::{Name, NameInvalid, Username};
use handsel_storage::{Item, Unfit, can_compare_with};
use handsel_transport::frames::FrameError;
use handsel_transport::frames::client::{message, step};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::codes;
use super::lines::{
    BlockLine, ConversationLine, EndLine, HeaderLine, Kind, ListingLine, MessageLine, RedactionLine, StepLine, UserLine,
};

/// How far clocks may be apart: what is said to have been written later than that was not.
const CLOCKS_APART_MAX: Duration = Duration::from_hours(24);

/// What a line says.
#[derive(Debug)]
pub(crate) enum Parsed {
    /// The first line, of that version.
    Header(u32),
    /// Something that moves, and what is left out of it.
    Item(Item, Vec<Finding>),
    /// The last line, which says which one it is.
    End(u64),
}

/// A line that cannot be read.
#[derive(Debug)]
pub(crate) struct Unread {
    /// Why.
    pub(crate) finding: Finding,
    /// What cannot be taken for that, where the line says so much.
    pub(crate) unfit: Option<Unfit>,
}

#[derive(Deserialize)]
struct Typed<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
}

/// Reads one line; `now` is the time of day.
pub(crate) fn parse(line: &str, now: Timestamp) -> Result<Parsed, Unread> {
    let unread = |code, detail: String| Unread { finding: Finding::refused(code, detail), unfit: None };
    let kind = match serde_json::from_str::<Typed<'_>>(line) {
        Ok(Typed { kind }) => kind,
        // Never what stands there: serde's messages can name it.
        Err(error) if error.is_data() => {
            return Err(unread(codes::FIELD_INVALID, "a line is an object with a type".to_owned()));
        }
        Err(error) => return Err(unread(codes::NOT_JSON, format!("not JSON at column {}", error.column()))),
    };
    let kind = serde_json::from_value::<Kind>(Value::from(kind.as_ref())).map_err(|_| {
        unread(
            codes::TYPE_UNKNOWN,
            "known are handsel_export, user, block, listing, conversation, message, step, redaction, end".to_owned(),
        )
    })?;
    let times = Times { now };
    let parsed = match kind {
        Kind::HandselExport => fields::<HeaderLine>(line).map(|line| Parsed::Header(line.version)),
        Kind::User => fields(line).and_then(|line| times.user(line)),
        Kind::Block => fields(line).and_then(|line| times.block(&line)),
        Kind::Listing => fields(line).and_then(|line| times.listing(&line)),
        Kind::Conversation => fields(line).and_then(|line| conversation(&line)),
        Kind::Message => fields(line).and_then(|line| times.message(&line)),
        Kind::Step => fields(line).and_then(|line| times.step(&line)),
        Kind::Redaction => fields(line).and_then(|line| times.redaction(&line)),
        Kind::End => fields::<EndLine>(line).map(|line| Parsed::End(line.lines)),
    };
    parsed.map_err(|finding| Unread { finding, unfit: unfit(kind, line) })
}

fn fields<T: DeserializeOwned>(line: &str) -> Result<T, Finding> {
    serde_json::from_str(line).map_err(|error| {
        // What is wrong is named by its field, and not by its value.
        let said = error.to_string();
        let named = ["missing field", "unknown field", "duplicate field"].iter().any(|what| said.starts_with(what));
        let detail = if named { said } else { format!("a field of the wrong type, at column {}", error.column()) };
        Finding::refused(codes::FIELD_INVALID, detail)
    })
}

/// What cannot be taken where this line cannot be read.
fn unfit(kind: Kind, line: &str) -> Option<Unfit> {
    let object: Value = serde_json::from_str(line).ok()?;
    let named = || object.get("conversation")?.as_str()?.parse::<ConversationKey>().ok();
    match kind {
        Kind::User => Some(Unfit::User(UserId::new(object.get("id")?.as_i64()?).ok()?)),
        Kind::Block => Some(Unfit::Block),
        Kind::Listing => Some(Unfit::Listing(object.get("listing")?.as_str()?.parse().ok()?)),
        Kind::Conversation => named().map(Unfit::Conversation),
        Kind::Message | Kind::Step | Kind::Redaction => named().map(Unfit::Entry),
        Kind::HandselExport | Kind::End => None,
    }
}

fn id<T: TryFrom<i64, Error = IdOutOfRange>>(field: &str, number: i64) -> Result<T, Finding> {
    T::try_from(number).map_err(|wrong| Finding::refused(codes::ID_INVALID, format!("{field}: {wrong}")))
}

fn name_invalid(field: &'static str) -> impl Fn(NameInvalid) -> Finding {
    move |wrong| Finding::refused(wrong.code(), format!("{field}: {wrong}"))
}

fn text_invalid(wrong: ListingTextInvalid) -> Finding {
    Finding::refused(wrong.code(), wrong.to_string())
}

#[expect(clippy::needless_pass_by_value, reason = "the error ends here")]
fn not_said(wrong: FrameError) -> Finding {
    Finding::refused(wrong.code(), wrong.to_string())
}

fn key(text: &str) -> Result<ConversationKey, Finding> {
    text.parse().map_err(|wrong: ConversationInvalid| {
        Finding::refused(ConversationInvalid::CODE, format!("conversation: {wrong}"))
    })
}

fn head(field: &str, number: i64) -> Result<Head, Finding> {
    Head::new(number)
        .map_err(|_| Finding::refused(codes::ID_INVALID, format!("{field}: {number} is no place in a timeline, nor 0")))
}

fn conversation(line: &ConversationLine) -> Result<Parsed, Finding> {
    let conversation = MovedConversation {
        key: key(&line.conversation)?,
        owner_read_up_to: head("owner_read_up_to", line.owner_read_up_to)?,
        respondent_read_up_to: head("respondent_read_up_to", line.respondent_read_up_to)?,
    };
    Ok(Parsed::Item(Item::Conversation(conversation), vec![]))
}

/// Reads what has times.
struct Times {
    now: Timestamp,
}

impl Times {
    fn time(&self, field: &str, text: &str) -> Result<Timestamp, Finding> {
        let invalid = |why: &str| Finding::refused(codes::TIME_INVALID, format!("{field}: {why}"));
        let time = OffsetDateTime::parse(text, &Rfc3339)
            .map_err(|_| invalid("write RFC 3339, for instance 2026-11-23T17:04:05.123Z"))?;
        let millis =
            i64::try_from(time.unix_timestamp_nanos().div_euclid(1_000_000)).map_err(|_| invalid("too far"))?;
        let at = Timestamp::from_millis(millis);
        if millis < 0 {
            return Err(invalid("it lies before 1970"));
        }
        if at > self.now.plus(CLOCKS_APART_MAX) {
            return Err(invalid("it lies more than a day ahead of this machine's clock"));
        }
        Ok(at)
    }

    fn perhaps(&self, field: &str, text: Option<&str>) -> Result<Option<Timestamp>, Finding> {
        text.map(|text| self.time(field, text)).transpose()
    }

    fn user(&self, line: UserLine) -> Result<Parsed, Finding> {
        let deleted_at = self.perhaps("deleted_at", line.deleted_at.as_deref())?;
        let username = Username::parse_of_site(&line.username).map_err(name_invalid("username"))?;
        let is_given = line.password_hash.is_some();
        let password = line.password_hash.filter(|hash| can_compare_with(hash));
        let mut noted = Vec::new();
        if password.is_none() && is_given {
            let detail = "its password_hash is no argon2 PHC string; taken without a password";
            noted.push(Finding::noted(codes::PASSWORD_UNKNOWN, detail));
        }
        let user = MovedUser {
            id: id("id", line.id)?,
            username,
            first_name: Name::parse(&line.first_name).map_err(name_invalid("first_name"))?,
            last_name: Name::parse(&line.last_name).map_err(name_invalid("last_name"))?,
            created_at: self.time("created_at", &line.created_at)?,
            password: password.map(PasswordHash::new),
            suspended_at: self.perhaps("suspended_at", line.suspended_at.as_deref())?,
            deleted_at,
            signed_out_at: self.perhaps("signed_out_at", line.signed_out_at.as_deref())?,
        };
        Ok(Parsed::Item(Item::User(user), noted))
    }

    fn block(&self, line: &BlockLine) -> Result<Parsed, Finding> {
        let block = MovedBlock {
            blocker: id("blocker_id", line.blocker_id)?,
            blocked: id("blocked_id", line.blocked_id)?,
            at: self.time("created_at", &line.created_at)?,
        };
        Ok(Parsed::Item(Item::Block(block), vec![]))
    }

    fn listing(&self, line: &ListingLine) -> Result<Parsed, Finding> {
        let refused = |code, detail: &str| Finding::refused(code, detail);
        let listing = MovedListing {
            listing: line
                .listing
                .parse::<ListingRef>()
                .map_err(|wrong| refused(codes::LISTING_INVALID, &wrong.to_string()))?,
            owner: id("owner_id", line.owner_id)?,
            title: Title::parse(&line.title).map_err(text_invalid)?,
            description: Description::parse(&line.description).map_err(text_invalid)?,
            status: ListingStatus::from_name(&line.status)
                .ok_or_else(|| refused(codes::STATUS_UNKNOWN, "a status is open or closed"))?,
            created_at: self.time("created_at", &line.created_at)?,
        };
        Ok(Parsed::Item(Item::Listing(listing), vec![]))
    }

    fn message(&self, line: &MessageLine) -> Result<Parsed, Finding> {
        let name = line.client_message_id.as_deref();
        let said = match self.perhaps("redacted_at", line.redacted_at.as_deref())? {
            // What it said is not taken, where it stands there still, nor how it was named.
            Some(redacted_at) => Said::Redacted { redacted_at },
            None => said(message(Some(&line.content), name))?,
        };
        self.entry(&line.conversation, line.seq, line.id, ("sender_id", line.sender_id), &line.created_at, said)
    }

    fn step(&self, line: &StepLine) -> Result<Parsed, Finding> {
        let kind = StepKind::from_name(&line.step).ok_or_else(|| {
            Finding::refused(codes::STEP_UNKNOWN, "a step is start, approve, decline, cancel or complete")
        })?;
        let said = said(step(kind, None, line.note.as_deref(), line.terms.as_deref()))?;
        self.entry(&line.conversation, line.seq, line.id, ("actor_id", line.actor_id), &line.created_at, said)
    }

    fn redaction(&self, line: &RedactionLine) -> Result<Parsed, Finding> {
        let actor = ("actor_id", line.actor_id);
        self.entry(&line.conversation, line.seq, line.id, actor, &line.created_at, Said::Redaction)
    }

    fn entry(
        &self,
        conversation: &str,
        seq: i64,
        number: Option<i64>,
        (field, actor): (&str, i64),
        created_at: &str,
        said: Said,
    ) -> Result<Parsed, Finding> {
        let entry = MovedEntry {
            seq: id::<Seq>("seq", seq)?,
            id: number.map(|number| id::<EntryId>("id", number)).transpose()?,
            actor: id(field, actor)?,
            at: self.time("created_at", created_at)?,
            said,
        };
        Ok(Parsed::Item(Item::Entry(key(conversation)?, entry), vec![]))
    }
}

fn said(draft: Result<Draft, FrameError>) -> Result<Said, Finding> {
    match draft.map_err(not_said)? {
        Draft::Message { body, client_message_id } => Ok(Said::Message { body, client_message_id }),
        Draft::Step(step) => Ok(Said::Step(step.action)),
        Draft::Redaction => Ok(Said::Redaction),
    }
}
