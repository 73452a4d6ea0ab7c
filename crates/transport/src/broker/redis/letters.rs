//! From what was said to what is published, and to whom: as few publications as there can be. Knows nothing of Redis.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use handsel_domain::conversation::{Account, Conversation, ConversationKey, ReadCursor, Side};
use handsel_domain::ids::{TokenId, UserId};
use handsel_domain::ports::Objection;
use handsel_domain::timeline::Entry;
use tokio::time::Instant;

use super::channels::Channels;
use super::payload::{News, encode};
use crate::frames;
use crate::hub::Live;
use crate::node::NodeId;

/// Frames of one publication in bytes; past it a new one is begun.
const FRAMES_BYTES_MAX: usize = 64 * 1024;
/// Ids of one publication.
pub(super) const IDS_MAX: usize = 1_000;

/// What the other nodes should hear of.
#[derive(Clone, Debug)]
pub(super) enum Said {
    Entry(Arc<Entry>),
    Read(ReadCursor),
    Typing(Conversation, UserId),
    Objection(Objection),
    Revoked(Vec<TokenId>),
    /// A user can do nothing any more.
    ShutOut(UserId, Account),
    /// Whether a block stands between two.
    Barred([UserId; 2], bool),
    /// Whether a user has a session here.
    Presence(UserId, bool),
}

/// One payload for one or two channels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) channels: Vec<String>,
    pub(super) payload: String,
}

/// Writes letters.
pub(super) struct Writer<'a> {
    pub(super) node: NodeId,
    pub(super) channels: &'a Channels,
}

impl Writer<'_> {
    /// To all nodes.
    pub(super) fn to_all(&self, news: &News) -> Letter {
        self.letter(vec![self.channels.all()], news)
    }

    /// To this node.
    pub(super) fn to_itself(&self, news: &News) -> Letter {
        self.letter(vec![self.channels.node(self.node)], news)
    }

    /// To all nodes, in as many letters as these users need.
    pub(super) fn to_all_of(&self, users: &[UserId], news: impl Fn(Vec<UserId>) -> News) -> Vec<Letter> {
        users.chunks(IDS_MAX).map(|some| self.to_all(&news(some.to_vec()))).collect()
    }

    /// What was said, entries of one conversation in their order.
    pub(super) fn write(&self, said: Vec<Said>) -> Vec<Letter> {
        let (mut letters, mut entries) = (Vec::new(), Entries::default());
        let mut presence = HashMap::new();
        let mut later = Vec::new();
        for one in said {
            match one {
                Said::Entry(entry) => {
                    let (conversation, seq) = (entry.conversation, entry.seq);
                    let live = Live { conversation, seq, handed_at: Instant::now(), frame: frames::entry(&entry) };
                    letters.extend(entries.add(live).map(|full| self.entries(full)));
                }
                Said::Read(cursor) => {
                    later.push(self.letter(self.both(&cursor.conversation), &News::Read(cursor)));
                }
                Said::Typing(conversation, user) => {
                    let peer = conversation.peer_of(user).map(|peer| self.channels.user(peer));
                    later.push(self.letter(peer.into_iter().collect(), &News::Typing(conversation, user)));
                }
                Said::Objection(objection) => {
                    let peer = objection.conversation.peer_of(objection.actor).map(|peer| self.channels.user(peer));
                    later.push(self.letter(peer.into_iter().collect(), &News::Objection(objection)));
                }
                Said::Revoked(tokens) => {
                    let some = tokens.chunks(IDS_MAX);
                    letters.extend(some.map(|tokens| self.to_all(&News::Revoked(tokens.to_vec()))));
                }
                Said::ShutOut(user, account) => {
                    letters.push(self.letter(vec![self.channels.user(user)], &News::ShutOut(user, account)));
                }
                Said::Barred(pair, barred) => {
                    let channels = pair.map(|user| self.channels.user(user)).to_vec();
                    letters.push(self.letter(channels, &News::Barred(pair, barred)));
                }
                Said::Presence(user, there) => {
                    presence.insert(user, there);
                }
            }
        }
        letters.extend(entries.rest().map(|rest| self.entries(rest)));
        letters.append(&mut later);
        let of = |wanted| presence.iter().filter(move |(_, there)| **there == wanted).map(|(user, _)| *user);
        letters.extend(self.to_all_of(&of(true).collect::<Vec<_>>(), News::There));
        letters.extend(self.to_all_of(&of(false).collect::<Vec<_>>(), News::Gone));
        letters
    }

    fn entries(&self, entries: Vec<Live>) -> Letter {
        let channels = entries.first().map(|live| self.both(&live.conversation)).unwrap_or_default();
        self.letter(channels, &News::Entries(entries))
    }

    fn both(&self, conversation: &Conversation) -> Vec<String> {
        [Side::Owner, Side::Respondent].map(|side| self.channels.user(conversation.user(side))).to_vec()
    }

    fn letter(&self, channels: Vec<String>, news: &News) -> Letter {
        Letter { channels, payload: encode(self.node, news) }
    }
}

/// Entries of one letter, by conversation.
#[derive(Default)]
struct Entries {
    of: BTreeMap<ConversationKey, (usize, Vec<Live>)>,
}

impl Entries {
    /// One more; returns those in front of it where a letter is full.
    fn add(&mut self, live: Live) -> Option<Vec<Live>> {
        let (bytes, entries) = self.of.entry(live.conversation.key()).or_default();
        let full = *bytes > 0 && *bytes + live.frame.len() > FRAMES_BYTES_MAX;
        let before = full.then(|| std::mem::take(entries));
        *bytes = if full { 0 } else { *bytes } + live.frame.len();
        entries.push(live);
        before
    }

    fn rest(self) -> impl Iterator<Item = Vec<Live>> {
        self.of.into_values().map(|(_, entries)| entries)
    }
}

#[cfg(test)]
mod tests;
