//! Reads everything that moves, as it is at one moment, beside those who write. Knows nothing of how it is written down.

use std::collections::VecDeque;
use std::io;

use handsel_domain::conversation::ConversationKey;
use handsel_domain::moving::{MovedBlock, MovedConversation, MovedEntry, MovedListing, MovedUser};
use handsel_domain::time::Timestamp;
use sea_orm::{DbErr, Value};

use crate::database::DatabaseUrl;
use crate::errors::corrupt;
use crate::moved;
use crate::paged::{ExportError, PAGE_ROWS, Reader, in_one_snapshot};
use crate::timeline::rows::conversation_columns;

/// With when the last of each user's tokens was revoked: it may be a JWT, and those do not know to which place they go.
const USERS: &str = concat!(
    "SELECT ",
    moved::user_columns!(),
    ", (SELECT MAX(t.revoked_at) FROM tokens AS t WHERE t.user_id = u.id) AS u_revoked_at",
    " FROM users AS u WHERE u.id > $1 ORDER BY u.id LIMIT $2"
);

const BLOCKS: &str = concat!(
    "SELECT ",
    moved::block_columns!(),
    " FROM blocks AS b WHERE (b.blocker_id, b.blocked_id) > ($1, $2) ORDER BY b.blocker_id, b.blocked_id LIMIT $3"
);

const LISTINGS: &str = concat!(
    "SELECT ",
    moved::listing_columns!(),
    " FROM listings AS l WHERE (l.kind, l.id) > ($1, $2) ORDER BY l.kind, l.id LIMIT $3"
);

const CONVERSATIONS: &str =
    concat!("SELECT ", conversation_columns!(), " FROM conversations AS c WHERE c.id > $1 ORDER BY c.id LIMIT $2");

/// Those of several conversations, one behind the other.
const ENTRIES: &str = concat!(
    "SELECT e.conversation_id AS conversation_id, ",
    moved::entry_columns!(),
    " FROM entries AS e ",
    moved::entry_joins!(),
    " WHERE (e.conversation_id, e.seq) > ($1, $2) AND e.conversation_id <= $3",
    " ORDER BY e.conversation_id, e.seq LIMIT $4"
);

const COUNTS: &str = "SELECT (SELECT COUNT(*) FROM users) AS users, (SELECT COUNT(*) FROM blocks) AS blocks, \
    (SELECT COUNT(*) FROM listings) AS listings, (SELECT COUNT(*) FROM conversations) AS conversations, (SELECT COUNT(*) FROM entries) AS entries";

/// What is handed over, in this order: users, blocks, listings, then each conversation with its entries.
#[derive(Clone, Debug)]
pub enum Exported {
    /// Everything begins, or begins anew: somebody came to write to a file that nobody had open. So many follow.
    Begin(u64),
    /// A user.
    User(MovedUser),
    /// A block between two of them.
    Block(MovedBlock),
    /// A listing.
    Listing(MovedListing),
    /// A conversation; its entries follow.
    Conversation(MovedConversation),
    /// The next entry of that conversation.
    Entry(ConversationKey, MovedEntry),
}

/// Hands everything over that moves, in one snapshot of the database and a page at a time.
pub async fn export(url: &DatabaseUrl, mut each: impl FnMut(Exported) -> io::Result<()>) -> Result<(), ExportError> {
    in_one_snapshot(url, &mut each, async |reader| everything(reader).await).await
}

async fn everything(reader: &mut Reader<'_, Exported>) -> Result<(), DbErr> {
    let counts = reader.rows(COUNTS, vec![]).await?;
    let mut sum = 0;
    for table in ["users", "blocks", "listings", "conversations", "entries"] {
        let rows: i64 = counts.first().map_or(Ok(0), |row| row.try_get("", table))?;
        sum += u64::try_from(rows).unwrap_or_default();
    }
    reader.hand(Exported::Begin(sum))?;
    reader
        .each_row(USERS, vec![i64::MIN.into()], |row| {
            let (mut user, revoked_at) = (moved::user(row)?, row.try_get::<Option<i64>>("u_", "revoked_at")?);
            user.signed_out_at = user.signed_out_at.max(revoked_at.map(Timestamp::from_millis));
            Ok((vec![user.id.get().into()], Exported::User(user)))
        })
        .await?;
    reader
        .each_row(BLOCKS, vec![i64::MIN.into(), i64::MIN.into()], |row| {
            let place = ["blocker_id", "blocked_id"].map(|column| row.try_get::<i64>("b_", column).map(Value::from));
            let place = place.into_iter().collect::<Result<_, DbErr>>()?;
            Ok((place, Exported::Block(moved::block(row)?)))
        })
        .await?;
    reader
        .each_row(LISTINGS, vec!["".into(), i64::MIN.into()], |row| {
            let place = vec![row.try_get::<String>("l_", "kind")?.into(), row.try_get::<i64>("l_", "id")?.into()];
            Ok((place, Exported::Listing(moved::listing(row)?)))
        })
        .await?;
    timelines(reader).await
}

async fn timelines(reader: &mut Reader<'_, Exported>) -> Result<(), DbErr> {
    let mut after = i64::MIN;
    loop {
        let page = reader.rows(CONVERSATIONS, vec![after.into(), PAGE_ROWS.into()]).await?;
        let Some(last) = page.last() else { return Ok(()) };
        let mut entries = Entries { after: (after, i64::MAX), last: last.try_get("c_", "id")?, read: VecDeque::new() };
        after = entries.last;
        for row in &page {
            let (id, conversation) = (row.try_get("c_", "id")?, moved::conversation(row)?);
            reader.hand(Exported::Conversation(conversation))?;
            while let Some(entry) = entries.next_of(reader, id).await? {
                reader.hand(Exported::Entry(conversation.key, entry))?;
            }
        }
        if let Some((of, _)) = entries.read.front() {
            return Err(corrupt("conversation of an entry", of));
        }
    }
}

/// The entries of a page of conversations.
struct Entries {
    /// The conversation and the place of the last one that was read.
    after: (i64, i64),
    /// The page's last conversation.
    last: i64,
    /// Read, and not handed over yet.
    read: VecDeque<(i64, MovedEntry)>,
}

impl Entries {
    /// The next entry, where it is that conversation's.
    async fn next_of(&mut self, reader: &Reader<'_, Exported>, conversation: i64) -> Result<Option<MovedEntry>, DbErr> {
        if self.read.is_empty() {
            let values = [self.after.0, self.after.1, self.last, PAGE_ROWS].map(Value::from);
            for row in reader.rows(ENTRIES, values.to_vec()).await? {
                self.after = (row.try_get("", "conversation_id")?, row.try_get("e_", "seq")?);
                self.read.push_back((self.after.0, moved::entry(&row)?));
            }
        }
        match self.read.front() {
            // What nobody's turn came for would keep all that follows from being handed over.
            Some((of, _)) if *of < conversation => Err(corrupt("conversation of an entry", of)),
            Some((of, _)) if *of == conversation => Ok(self.read.pop_front().map(|(_, entry)| entry)),
            Some(_) | None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans;

    #[tokio::test]
    async fn no_page_reads_what_lies_outside_of_it() {
        for sql in [USERS, BLOCKS, LISTINGS, CONVERSATIONS, ENTRIES] {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql}");
        }
    }
}
