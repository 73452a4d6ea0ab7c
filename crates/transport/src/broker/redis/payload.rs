//! What nodes say to each other, as JSON with a version. Knows nothing of channels, nor of what is done with it.

use handsel_domain::conversation::{Account, Conversation, ReadCursor, Side};
use handsel_domain::handshake::StepKind;
use handsel_domain::ids::{Head, Seq, TokenId, UserId};
use handsel_domain::ports::{Objection, RefusalText};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::time::Instant;

use super::letters::IDS_MAX;
use crate::frames::{Frame, raw};
use crate::hub::Live;
use crate::node::NodeId;

/// The version that is spoken here. A node of another one takes it as a hint to compare.
const VERSION: u32 = 1;
/// Longest payload that is read.
const PAYLOAD_BYTES_MAX: usize = 1 << 20;

/// One thing that a node says.
#[derive(Clone, Debug)]
pub(super) enum News {
    /// These were committed.
    Entries(Vec<Live>),
    /// Somebody has read.
    Read(ReadCursor),
    /// Somebody types.
    Typing(Conversation, UserId),
    /// The ledger has refused somebody a step. Nodes of before take it as a hint to compare.
    Objection(Objection),
    /// These tokens speak for nobody any more.
    Revoked(Vec<TokenId>),
    /// This user can do nothing any more.
    ShutOut(UserId, Account),
    /// A block stands between these two, or none any more.
    Barred([UserId; 2], bool),
    /// These users have a session at the node that says so.
    There(Vec<UserId>),
    /// These users have none there any more.
    Gone(Vec<UserId>),
    /// Every node is to say who is there.
    WhoIsThere,
    /// The node that says so has ended.
    Goodbye,
    /// The node that says so could not say everything: the others should compare.
    Missed,
    /// The node hears itself.
    Beat(u64),
}

/// What was heard.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    /// Who said it.
    pub(super) from: NodeId,
    /// What.
    pub(super) news: News,
}

/// A payload of another version, or none of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unintelligible;

#[derive(Serialize, Deserialize)]
struct Envelope {
    v: u32,
    from: String,
    news: Written,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Written {
    Entries(Vec<WrittenEntry>),
    Read { conversation: String, owner: i64, reader: i64, up_to: i64 },
    Typing { conversation: String, owner: i64, user: i64 },
    Objection { conversation: String, owner: i64, actor: i64, step: String, message: String },
    Revoked(Vec<i64>),
    ShutOut { user: i64, suspended: bool },
    Barred { users: [i64; 2], barred: bool },
    There(Vec<i64>),
    Gone(Vec<i64>),
    WhoIsThere,
    Goodbye,
    Missed,
    Beat(u64),
}

#[derive(Serialize, Deserialize)]
struct WrittenEntry {
    conversation: String,
    owner: i64,
    seq: i64,
    frame: Box<RawValue>,
}

/// What that node says.
pub(super) fn encode(from: NodeId, news: &News) -> String {
    let envelope = Envelope { v: VERSION, from: from.to_string(), news: write(news) };
    serde_json::to_string(&envelope).expect("news are text, numbers and encoded frames")
}

/// What was said.
pub(super) fn decode(payload: &[u8]) -> Result<Heard, Unintelligible> {
    if payload.len() > PAYLOAD_BYTES_MAX {
        return Err(Unintelligible);
    }
    let Envelope { v, from, news } = serde_json::from_slice(payload).map_err(|_| Unintelligible)?;
    if v != VERSION {
        return Err(Unintelligible);
    }
    let from = from.parse().map_err(|_| Unintelligible)?;
    Ok(Heard { from, news: read(news).ok_or(Unintelligible)? })
}

fn write(news: &News) -> Written {
    let written = |conversation: &Conversation| (conversation.key().to_string(), conversation.user(Side::Owner).get());
    let users = |users: &[UserId]| users.iter().map(|user| user.get()).collect();
    match news {
        News::Entries(entries) => Written::Entries(
            entries
                .iter()
                .map(|live| {
                    let (conversation, owner) = written(&live.conversation);
                    WrittenEntry { conversation, owner, seq: live.seq.get(), frame: raw(&live.frame) }
                })
                .collect(),
        ),
        News::Read(cursor) => {
            let (conversation, owner) = written(&cursor.conversation);
            let reader = cursor.conversation.user(cursor.reader).get();
            Written::Read { conversation, owner, reader, up_to: cursor.up_to.get() }
        }
        News::Typing(conversation, user) => {
            let (conversation, owner) = written(conversation);
            Written::Typing { conversation, owner, user: user.get() }
        }
        News::Objection(Objection { conversation, actor, step, refusal }) => {
            let (conversation, owner) = written(conversation);
            let (step, message) = (step.name().to_owned(), refusal.as_str().to_owned());
            Written::Objection { conversation, owner, actor: actor.get(), step, message }
        }
        News::Revoked(tokens) => Written::Revoked(tokens.iter().map(|token| token.get()).collect()),
        News::ShutOut(user, account) => {
            Written::ShutOut { user: user.get(), suspended: *account == Account::Suspended }
        }
        News::Barred(pair, barred) => Written::Barred { users: pair.map(UserId::get), barred: *barred },
        News::There(there) => Written::There(users(there)),
        News::Gone(gone) => Written::Gone(users(gone)),
        News::WhoIsThere => Written::WhoIsThere,
        News::Goodbye => Written::Goodbye,
        News::Missed => Written::Missed,
        News::Beat(number) => Written::Beat(*number),
    }
}

fn read(written: Written) -> Option<News> {
    Some(match written {
        Written::Entries(entries) => News::Entries(entries.into_iter().map(entry).collect::<Option<_>>()?),
        Written::Read { conversation, owner, reader, up_to } => {
            let conversation = conversation_of(&conversation, owner)?;
            let reader = conversation.side_of(user(reader)?)?;
            News::Read(ReadCursor { conversation, reader, up_to: Head::new(up_to).ok()? })
        }
        Written::Typing { conversation, owner, user: typing } => {
            News::Typing(conversation_of(&conversation, owner)?, user(typing)?)
        }
        Written::Objection { conversation, owner, actor, step, message } => News::Objection(Objection {
            conversation: conversation_of(&conversation, owner)?,
            actor: user(actor)?,
            step: StepKind::from_name(&step)?,
            refusal: RefusalText::new(Some(&message)),
        }),
        Written::Revoked(tokens) if tokens.len() <= IDS_MAX => {
            News::Revoked(tokens.into_iter().map(|token| TokenId::new(token).ok()).collect::<Option<_>>()?)
        }
        Written::ShutOut { user: id, suspended } => {
            News::ShutOut(user(id)?, if suspended { Account::Suspended } else { Account::Erased })
        }
        Written::Barred { users: [one, other], barred } => News::Barred([user(one)?, user(other)?], barred),
        Written::There(there) => News::There(there.into_iter().map(user).collect::<Option<_>>()?),
        Written::Gone(gone) => News::Gone(gone.into_iter().map(user).collect::<Option<_>>()?),
        // Nobody says so many at once, and each costs time.
        Written::Revoked(_) => return None,
        Written::WhoIsThere => News::WhoIsThere,
        Written::Goodbye => News::Goodbye,
        Written::Missed => News::Missed,
        Written::Beat(number) => News::Beat(number),
    })
}

fn user(id: i64) -> Option<UserId> {
    UserId::new(id).ok()
}

fn conversation_of(key: &str, owner: i64) -> Option<Conversation> {
    Conversation::new(key.parse().ok()?, user(owner)?).ok()
}

fn entry(written: WrittenEntry) -> Option<Live> {
    let conversation = conversation_of(&written.conversation, written.owner)?;
    let frame = Frame::from(String::from(Box::<str>::from(written.frame)));
    Some(Live { conversation, seq: Seq::new(written.seq).ok()?, handed_at: Instant::now(), frame })
}

#[cfg(test)]
mod tests;
