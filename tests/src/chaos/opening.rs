//! How a client gets its next socket, and what it missed meanwhile. Knows nothing of what it does with it.

use super::crowd::Participant;
use super::diary::Diary;
use crate::checker::{Entry, Hello};
use crate::seen::Breach;
use crate::socket::{Heard, NotOpened};
use crate::{Socket, http};

/// After these a client connects again: the server restarts, the database is away, the client was too slow.
const COMES_BACK_AFTER: [u16; 3] = [1012, 1013, 4008];

/// Why there is no socket.
pub(super) enum Failed {
    /// That can happen, and is tried again.
    Broke,
    /// That must not happen.
    ForGood(Breach),
}

impl Failed {
    /// How a socket ended.
    pub(super) fn by(end: Heard) -> Self {
        match end {
            Heard::Broke => Self::Broke,
            Heard::Closed(code, _) if COMES_BACK_AFTER.contains(&code) => Self::Broke,
            other => Self::ForGood(format!("expected to be able to go on, saw {other:?}")),
        }
    }
}

/// A socket that has had its `hello`: a chat goes on behind what it was given, but for the last `forgotten` entries;
/// what an inbox missed is read as timeline.
pub(super) async fn open(participant: &Participant, diary: &mut Diary, forgotten: i64) -> Result<Socket, Failed> {
    let Participant { person, keys, inbox, .. } = participant;
    let behind = diary.given(&keys[0]).map(|given| (given - forgotten).max(0));
    let after = behind.filter(|_| !*inbox);
    let path = match after {
        _ if *inbox => "/ws/inbox/".to_owned(),
        None => format!("/ws/chat/{}/", keys[0]),
        Some(after) => format!("/ws/chat/{}/?after={after}", keys[0]),
    };
    let mut socket = person.connecting_by_v1(&path).tries_to_open().await.map_err(|not_opened| match not_opened {
        NotOpened::Broke(_) => Failed::Broke,
        NotOpened::Refused(refusal) if refusal.status == 503 => Failed::Broke,
        NotOpened::Refused(refusal) => Failed::ForGood(format!("was refused {path}: {refusal:?}")),
    })?;
    let hello = hello(&mut socket, person.id).await?;
    let known: Vec<_> = keys.iter().filter_map(|key| Some((key, diary.given(key)?))).collect();
    diary.connected(after, hello);
    for (key, after) in known.into_iter().filter(|_| *inbox) {
        if let Err(failed) = page_up(participant, diary, key, after).await {
            diary.lost();
            return Err(failed);
        }
    }
    Ok(socket)
}

async fn hello(socket: &mut Socket, user: i64) -> Result<Hello, Failed> {
    loop {
        match socket.next().await {
            // Says when to come back; the close follows.
            Heard::Frame(frame) if frame["type"] == "error" && frame["retry_after_ms"].is_number() => {}
            Heard::Frame(frame) => {
                let hello = Hello::parse(&frame, user);
                return hello.ok_or_else(|| Failed::ForGood(format!("expected a hello, saw {frame}")));
            }
            end => return Err(Failed::by(end)),
        }
    }
}

/// Reads what follows `after`, until nothing does.
async fn page_up(participant: &Participant, diary: &mut Diary, key: &str, mut after: i64) -> Result<(), Failed> {
    let person = &participant.person;
    loop {
        let path = format!("/api/conversations/{key}/timeline/?after={after}&limit=100");
        let answer = http::tries_to_get(&person.address, &path, &person.token).await.ok_or(Failed::Broke)?;
        let entries = match answer.status {
            503 => return Err(Failed::Broke),
            _ => answer.json["entries"].as_array().map(|entries| entries.iter().map(Entry::in_frame).collect()),
        };
        let Some(Some(entries)) = entries else {
            return Err(Failed::ForGood(format!(
                "{path}: expected entries, saw {} with {}",
                answer.status, answer.text
            )));
        };
        let entries: Vec<Entry> = entries;
        let Some(last) = entries.last().map(|last| last.seq) else { return Ok(()) };
        diary.paged(key, after, entries);
        after = last;
    }
}
