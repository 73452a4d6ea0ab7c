//! Blocks, taken in between people who are here. Knows nothing of what a block keeps from being written, nor of who is told:
//! whoever serves one of the two finds it by comparing.

use std::collections::{HashMap, HashSet};

use handsel_domain::ids::UserId;
use handsel_domain::moving::{Finding, MovedBlock, codes};
use handsel_domain::ports::BLOCKS_MAX;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use serde_json::json;

use super::{Item, Known as OfFile, Line, Took, Verdict};
use crate::database::Database;
use crate::errors::corrupt;
use crate::moved;
use crate::sql::{Sql, array, over, statement};

/// On PostgreSQL whoever begins a conversation, blocks somebody or erases a user has locked the same rows.
const LOCK_USERS: Sql = Sql {
    sqlite: over!(
        (0 id bigint),
        "SELECT u.id AS id, u.deleted_at AS deleted_at FROM users AS u WHERE u.id IN (SELECT id FROM asked)"
    )
    .sqlite,
    postgres: over!(
        (0 id bigint),
        "SELECT u.id AS id, u.deleted_at AS deleted_at FROM asked JOIN users AS u ON u.id = asked.id \
         ORDER BY u.id FOR NO KEY UPDATE OF u"
    )
    .postgres,
};

const THERE: Sql = over!(
    (0 blocker_id bigint, 1 blocked_id bigint),
    "SELECT ",
    moved::block_columns!(),
    " FROM asked JOIN blocks AS b ON b.blocker_id = asked.blocker_id AND b.blocked_id = asked.blocked_id"
);

/// Right because whoever blocks has locked their own row.
const COUNTS: Sql = over!(
    (0 blocker_id bigint),
    "SELECT b.blocker_id AS blocker_id, COUNT(*) AS count FROM blocks AS b \
     WHERE b.blocker_id IN (SELECT blocker_id FROM asked) GROUP BY b.blocker_id"
);

const INSERT: Sql = over!(
    (0 blocker_id bigint, 1 blocked_id bigint, 2 created_at bigint),
    "INSERT INTO blocks (blocker_id, blocked_id, created_at) \
     SELECT blocker_id, blocked_id, created_at FROM asked WHERE true ORDER BY slot"
);

/// What the run's blocks are held against.
struct Known {
    /// Those who are here, and whether they were erased.
    users: HashMap<i64, bool>,
    blocks: HashSet<[UserId; 2]>,
    /// How many each has made.
    counts: HashMap<UserId, i64>,
}

/// Takes the blocks; says with the verdicts between whom there is one now.
pub(super) async fn take(
    database: &Database,
    run: &[Line],
    of_file: &OfFile,
) -> Result<(Vec<Verdict>, Vec<[UserId; 2]>), DbErr> {
    let transaction = database.begin_write().await?;
    let mut known = load(&transaction, run).await?;
    let (mut verdicts, mut between, mut new) = (Vec::with_capacity(run.len()), Vec::new(), Vec::new());
    for (line, block) in blocks(run) {
        let verdict = known.judge(line, block, of_file);
        let pair = [block.blocker, block.blocked];
        if verdict.took == Took::New {
            known.blocks.insert(pair);
            *known.counts.entry(block.blocker).or_default() += 1;
            new.push(json!([block.blocker.get(), block.blocked.get(), block.at.as_millis()]));
        }
        if verdict.took != Took::Refused {
            between.push(pair);
        }
        verdicts.push(verdict);
    }
    if !new.is_empty() {
        transaction.execute_raw(statement(&transaction, INSERT, [array(new).into()])).await?;
    }
    transaction.commit().await?;
    Ok((verdicts, between))
}

fn blocks(run: &[Line]) -> impl Iterator<Item = (u64, &MovedBlock)> {
    run.iter().filter_map(|line| if let Item::Block(block) = &line.item { Some((line.number, block)) } else { None })
}

async fn load(transaction: &DatabaseTransaction, run: &[Line]) -> Result<Known, DbErr> {
    let people: HashSet<_> = blocks(run).flat_map(|(_, block)| [block.blocker, block.blocked]).collect();
    let people = array(people.into_iter().map(|user| json!([user.get()])));
    let mut known = Known { users: HashMap::new(), blocks: HashSet::new(), counts: HashMap::new() };
    for row in transaction.query_all_raw(statement(transaction, LOCK_USERS, [people.into()])).await? {
        let erased = row.try_get::<Option<i64>>("", "deleted_at")?.is_some();
        known.users.insert(row.try_get("", "id")?, erased);
    }
    let pairs = array(blocks(run).map(|(_, block)| json!([block.blocker.get(), block.blocked.get()])));
    for row in transaction.query_all_raw(statement(transaction, THERE, [pairs.into()])).await? {
        let block = moved::block(&row)?;
        known.blocks.insert([block.blocker, block.blocked]);
    }
    let blockers: HashSet<_> = blocks(run).map(|(_, block)| block.blocker).collect();
    let asked = array(blockers.iter().map(|user| json!([user.get()])));
    for row in transaction.query_all_raw(statement(transaction, COUNTS, [asked.into()])).await? {
        let blocker: i64 = row.try_get("", "blocker_id")?;
        let blocker = UserId::new(blocker).map_err(|_| corrupt("user id", blocker))?;
        known.counts.insert(blocker, row.try_get("", "count")?);
    }
    Ok(known)
}

impl Known {
    fn judge(&self, line: u64, block: &MovedBlock, of_file: &OfFile) -> Verdict {
        let refused = |code, detail: String| Verdict::refused(line, Finding::refused(code, detail));
        let MovedBlock { blocker, blocked, .. } = *block;
        if blocker == blocked {
            return refused(codes::BLOCK_SELF, format!("user {blocker} cannot block themselves"));
        }
        for user in [blocker, blocked] {
            match self.users.get(&user.get()).filter(|_| !of_file.refused_users.contains(&user)) {
                None => {
                    let detail = format!("it names user {user}, who was not taken and is not here");
                    return refused(codes::USER_UNKNOWN, detail);
                }
                Some(true) => return refused(codes::USER_DELETED, format!("user {user} was erased here")),
                Some(false) => {}
            }
        }
        if self.blocks.contains(&[blocker, blocked]) {
            return Verdict { line, took: Took::There, findings: vec![] };
        }
        if self.counts.get(&blocker).copied().unwrap_or_default() >= i64::from(BLOCKS_MAX) {
            return refused(codes::TOO_MANY_BLOCKS, format!("user {blocker} has blocked {BLOCKS_MAX} people already"));
        }
        Verdict { line, took: Took::New, findings: vec![] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans;

    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        for sql in [LOCK_USERS, THERE, COUNTS, INSERT] {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql:?}");
        }
    }
}
