//! What is known of a run's conversations, read under their locks. Knows nothing of what becomes of the lines.

use std::collections::{BTreeMap, HashMap, HashSet};

use handsel_domain::conversation::{Account, Conversation, ConversationKey, Side, Standing};
use handsel_domain::ids::{Head, UserId};
use handsel_domain::message::ClientMessageId;
use handsel_domain::moving::{Continuation, Finding, MovedEntry, Newest, Said, Words, codes};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use serde_json::json;

use super::super::load;
use super::super::plan::Slate;
use super::walk::{self, Seat};
use crate::errors::corrupt;
use crate::import::{Known, Line};
use crate::moved;
use crate::sql::{Sql, array, over, statement};

const PEOPLE: Sql = over!(
    (0 id bigint),
    "SELECT u.id AS id FROM users AS u WHERE u.id IN (SELECT id FROM asked)"
);

const CURSORS: Sql = over!(
    (0 id bigint),
    "SELECT c.id AS id, c.owner_read_up_to AS owner_read_up_to, c.respondent_read_up_to AS respondent_read_up_to \
     FROM conversations AS c WHERE c.id IN (SELECT id FROM asked)"
);

const ENTRIES: Sql = over!(
    (0 seat bigint, 1 conversation bigint, 2 first_seq bigint, 3 last_seq bigint),
    "SELECT asked.seat AS seat, ",
    moved::entry_columns!(),
    " FROM asked JOIN entries AS e ON e.conversation_id = asked.conversation",
    " AND e.seq >= asked.first_seq AND e.seq <= asked.last_seq ",
    moved::entry_joins!()
);

const IDS: Sql = over!(
    (0 id bigint),
    "SELECT e.id AS id FROM entries AS e WHERE e.id IN (SELECT id FROM asked)"
);

const NAMES: Sql = over!(
    (0 seat bigint, 1 conversation bigint, 2 actor bigint, 3 client_message_id text),
    "SELECT asked.seat AS seat, e.actor_id AS actor, e.client_message_id AS client_message_id",
    " FROM asked JOIN entries AS e ON e.conversation_id = asked.conversation AND e.actor_id = asked.actor",
    " AND e.client_message_id = asked.client_message_id"
);

/// What of the words of one of the two is there, and whether they were redacted.
const WORDS: Sql = over!(
    (0 seat bigint, 1 conversation bigint, 2 actor bigint),
    "SELECT asked.seat AS seat, asked.actor AS actor, ",
    "(SELECT e.seq FROM entries AS e WHERE e.conversation_id = asked.conversation AND e.actor_id = asked.actor ",
    "AND e.kind = 'message' AND e.redacted_at IS NULL ORDER BY e.seq LIMIT 1) AS said, ",
    "(SELECT e.seq FROM entries AS e WHERE e.conversation_id = asked.conversation AND e.actor_id = asked.actor ",
    "AND e.kind = 'redaction') AS redacted FROM asked"
);

/// A name that a sender has given to a message of a conversation, which is named by its seat.
pub(super) type Name = (usize, UserId, ClientMessageId);

/// All that a run is decided on.
pub(super) struct Loaded {
    /// One for each conversation.
    pub(super) seats: Vec<Seat>,
    /// Which of the run's ids entries have.
    pub(super) ids: HashSet<i64>,
    /// Which of the run's names messages have.
    pub(super) names: HashSet<Name>,
}

pub(super) async fn everything(
    transaction: &DatabaseTransaction,
    keys: Vec<ConversationKey>,
    run: &[Line],
    known: &Known,
) -> Result<Loaded, DbErr> {
    let people = people(transaction, &keys).await?;
    let slates = load::conversations(transaction, &keys).await?;
    let mut seats: Vec<_> = slates.into_iter().map(|slate| seat(slate, &people, known)).collect();
    let places: HashMap<_, _> = keys.into_iter().enumerate().map(|(place, key)| (key, place)).collect();
    cursors(transaction, &mut seats).await?;
    entries(transaction, &mut seats, &places, run).await?;
    words(transaction, &mut seats, &places, run).await?;
    let asked = walk::entries(run).filter_map(|(key, entry)| {
        let place = *places.get(&key)?;
        let (conversation, name) = (seats[place].id?, entry.said.client_message_id()?);
        Some(json!([place, conversation, entry.actor.get(), name.as_str()]))
    });
    let asked: Vec<_> = asked.collect();
    let mut names = HashSet::new();
    if !asked.is_empty() {
        for row in transaction.query_all_raw(statement(transaction, NAMES, [array(asked).into()])).await? {
            let (actor, name): (i64, String) = (row.try_get("", "actor")?, row.try_get("", "client_message_id")?);
            let actor = UserId::new(actor).map_err(|_| corrupt("user id", actor))?;
            let name = ClientMessageId::parse(&name).map_err(|_| corrupt("client_message_id", name))?;
            names.insert((place(&row, seats.len())?, actor, name));
        }
    }
    let asked: Vec<_> = walk::entries(run).filter_map(|(_, entry)| entry.id).map(|id| json!([id.get()])).collect();
    let mut ids = HashSet::new();
    if !asked.is_empty() {
        for row in transaction.query_all_raw(statement(transaction, IDS, [array(asked).into()])).await? {
            ids.insert(row.try_get("", "id")?);
        }
    }
    Ok(Loaded { seats, ids, names })
}

fn place(row: &sea_orm::QueryResult, seats: usize) -> Result<usize, DbErr> {
    let seat: i64 = row.try_get("", "seat")?;
    usize::try_from(seat).ok().filter(|seat| *seat < seats).ok_or_else(|| corrupt("seat", seat))
}

async fn people(transaction: &DatabaseTransaction, keys: &[ConversationKey]) -> Result<HashSet<i64>, DbErr> {
    let asked = array(keys.iter().map(|key| json!([key.respondent.get()])));
    let rows = transaction.query_all_raw(statement(transaction, PEOPLE, [asked.into()])).await?;
    rows.iter().map(|row| row.try_get("", "id")).collect()
}

fn seat(slate: Slate, people: &HashSet<i64>, known: &Known) -> Seat {
    let Slate { key, listing, id, head, last_entry_at, handshake, between, .. } = slate;
    let unknown = |code, detail: String| Err(Finding::refused(code, detail));
    let erased = |user| unknown(codes::USER_DELETED, format!("one of the two, user {user}, was erased here"));
    let would_bring_back = |user, standing: Standing| known.would_bring_back(user, standing.account == Account::Erased);
    let timeline = match listing {
        None => unknown(codes::LISTING_UNKNOWN, format!("{} was not taken and is not here", key.listing)),
        Some(_) if !people.contains(&key.respondent.get()) => {
            let detail = format!("its respondent is user {}, who was not taken and is not here", key.respondent);
            unknown(codes::USER_UNKNOWN, detail)
        }
        Some((owner, _)) if would_bring_back(owner, between.owner) => erased(owner),
        Some(_) if would_bring_back(key.respondent, between.respondent) => erased(key.respondent),
        Some((owner, _)) => match Conversation::new(key, owner) {
            Ok(conversation) if id.is_none() => Ok(Continuation::unwritten(conversation)),
            Ok(conversation) => {
                let newest_at = last_entry_at;
                let words = [Words::NONE; 2];
                Ok(Continuation { conversation, head, newest_at, newest_id: Newest::Fresh, handshake, words })
            }
            Err(_) => unknown(codes::OWNER_IS_RESPONDENT, format!("both sides are user {owner}")),
        },
    };
    let head = if id.is_some() { head } else { Head::NONE };
    Seat { key, id, head, read: (0, 0), timeline, stored: BTreeMap::new(), new: Vec::new(), wish: None }
}

async fn cursors(transaction: &DatabaseTransaction, seats: &mut [Seat]) -> Result<(), DbErr> {
    let asked: Vec<_> = seats.iter().filter_map(|seat| seat.id).map(|id| json!([id])).collect();
    if asked.is_empty() {
        return Ok(());
    }
    let mut found = HashMap::new();
    for row in transaction.query_all_raw(statement(transaction, CURSORS, [array(asked).into()])).await? {
        let read: (i64, i64) = (row.try_get("", "owner_read_up_to")?, row.try_get("", "respondent_read_up_to")?);
        found.insert(row.try_get::<i64>("", "id")?, read);
    }
    for seat in seats {
        seat.read = seat.id.and_then(|id| found.get(&id).copied()).unwrap_or_default();
    }
    Ok(())
}

/// What is there of the places that the run is about, and of the one in front of each conversation's first.
async fn entries(
    transaction: &DatabaseTransaction,
    seats: &mut [Seat],
    places: &HashMap<ConversationKey, usize>,
    run: &[Line],
) -> Result<(), DbErr> {
    let mut ranges: BTreeMap<usize, (i64, i64)> = BTreeMap::new();
    for (key, entry) in walk::entries(run) {
        let (Some(&place), seq) = (places.get(&key), entry.seq.get()) else { continue };
        let range = ranges.entry(place).or_insert((seq - 1, seq));
        *range = (range.0.min(seq - 1), range.1.max(seq));
    }
    let asked = ranges.into_iter().filter_map(|(place, (first, last))| {
        let Seat { id, head, .. } = &seats[place];
        // Behind the head there is nothing, however far the run goes.
        id.filter(|_| first <= head.get()).map(|id| json!([place, id, first, last.min(head.get())]))
    });
    let asked: Vec<_> = asked.collect();
    if asked.is_empty() {
        return Ok(());
    }
    for row in transaction.query_all_raw(statement(transaction, ENTRIES, [array(asked).into()])).await? {
        let (place, entry): (_, MovedEntry) = (place(&row, seats.len())?, moved::entry(&row)?);
        let seat = &mut seats[place];
        if let (Ok(timeline), Some(id)) = (&mut seat.timeline, entry.id)
            && timeline.head == entry.seq.into()
        {
            timeline.newest_id = Newest::Known(id);
        }
        seat.stored.insert(entry.seq.get(), entry);
    }
    Ok(())
}

/// What was said before by those whom the run has redactions of.
async fn words(
    transaction: &DatabaseTransaction,
    seats: &mut [Seat],
    places: &HashMap<ConversationKey, usize>,
    run: &[Line],
) -> Result<(), DbErr> {
    let redactions = walk::entries(run).filter(|(_, entry)| entry.said == Said::Redaction);
    let asked = redactions.filter_map(|(key, entry)| {
        let place = *places.get(&key)?;
        Some(json!([place, seats[place].id?, entry.actor.get()]))
    });
    let asked: Vec<_> = asked.collect();
    if asked.is_empty() {
        return Ok(());
    }
    for row in transaction.query_all_raw(statement(transaction, WORDS, [array(asked).into()])).await? {
        let (place, actor): (_, i64) = (place(&row, seats.len())?, row.try_get("", "actor")?);
        let is_there = |column| row.try_get::<Option<i64>>("", column).map(|seq| seq.is_some());
        let words = Words { are_there: is_there("said")?, were_redacted: is_there("redacted")? };
        let Ok(timeline) = &mut seats[place].timeline else { continue };
        // Whoever is none of the two is refused for that.
        for side in [Side::Owner, Side::Respondent] {
            if timeline.conversation.user(side).get() == actor {
                timeline.words[side as usize] = words;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans;

    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        for sql in [PEOPLE, CURSORS, ENTRIES, WORDS, IDS, NAMES] {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql:?}");
        }
    }
}
