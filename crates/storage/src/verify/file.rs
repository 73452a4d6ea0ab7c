//! What everything else rests on: SQLite's file, as it finds it, and the unique indexes, which alone keep two processes
//! from writing the same thing twice. Knows nothing of rows.

use handsel_domain::audit::{Breach, BreachCode, Place};
use sea_orm::{ConnectionTrait, DbErr};

use super::dialect::{CHECK_FILE, UNIQUE_INDEXES};
use super::source::Source;
use super::{FINDINGS_MAX, Report};
use crate::sql::statement;

/// What SQLite says of a file that is whole.
const WHOLE: &str = "ok";

/// Something that must be unique.
struct Unique {
    table: &'static str,
    /// The index that keeps it so, as people know it. By its name nothing is compared.
    name: &'static str,
    columns: &'static str,
    /// Of which rows, in SQL; `None` of all.
    of: Option<Rows>,
}

/// Some rows of a table.
struct Rows {
    /// As it was declared, which is what SQLite keeps.
    declared: &'static str,
    /// As PostgreSQL says it: of its own index, and of one that a restore has made from what it said of that.
    said_by_postgres: &'static [&'static str],
}

const UNIQUE: [Unique; 10] = [
    Unique { table: "users", name: "users_username_key", columns: "username_key", of: None },
    Unique { table: "tokens", name: "tokens_hash", columns: "hash", of: None },
    Unique { table: "listings", name: "primary key", columns: "kind, id", of: None },
    Unique {
        table: "conversations",
        name: "conversations_key",
        columns: "listing_kind, listing_id, respondent_id",
        of: None,
    },
    Unique { table: "entries", name: "entries_seq", columns: "conversation_id, seq", of: None },
    Unique {
        table: "entries",
        name: "entries_client_message_id",
        columns: "conversation_id, actor_id, client_message_id",
        of: Some(Rows {
            declared: "client_message_id IS NOT NULL",
            said_by_postgres: &["(client_message_id IS NOT NULL)"],
        }),
    },
    Unique {
        table: "entries",
        name: "entries_redaction",
        columns: "conversation_id, actor_id",
        of: Some(Rows { declared: "kind = 'redaction'", said_by_postgres: &["((kind)::text = 'redaction'::text)"] }),
    },
    Unique { table: "handshakes", name: "primary key", columns: "conversation_id, started", of: None },
    Unique {
        table: "handshakes",
        name: "handshakes_one_live",
        columns: "conversation_id",
        of: Some(Rows {
            declared: "status IN ('pending', 'approved')",
            said_by_postgres: &[
                "((status)::text = ANY ((ARRAY['pending'::character varying, 'approved'::character varying])::text[]))",
                "((status)::text = ANY (ARRAY[('pending'::character varying)::text, ('approved'::character varying)::text]))",
            ],
        }),
    },
    Unique {
        table: "events",
        name: "events_entry",
        columns: "conversation_id, seq",
        of: Some(Rows { declared: "kind = 'entry'", said_by_postgres: &["((kind)::text = 'entry'::text)"] }),
    },
];

/// A table, and a unique index that it has: its columns and of which rows.
type Index = (String, Option<String>, Option<String>);

impl Unique {
    fn is_kept_by(&self, (table, columns, of): &Index) -> bool {
        let is_of_the_same_rows = match (&self.of, of) {
            (Some(rows), Some(of)) => of == rows.declared || rows.said_by_postgres.contains(&of.as_str()),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        is_of_the_same_rows && (self.table, Some(self.columns)) == (table, columns.as_deref())
    }
}

pub(super) async fn verify<F: FnMut(Breach)>(source: &mut Source, report: &mut Report<F>) -> Result<(), DbErr> {
    if !source.is_postgres() {
        check_file(source, report).await?;
    }
    let there = source
        .snapshot(async |transaction| {
            let rows = transaction.query_all_raw(statement(transaction, UNIQUE_INDEXES, [])).await?;
            rows.iter().map(index).collect::<Result<Vec<_>, DbErr>>()
        })
        .await?;
    // Of a table that is not there no index is missing: it cannot be read, which is said by whoever tries.
    let of_tables = UNIQUE.iter().filter(|unique| there.iter().any(|(table, ..)| unique.table == table));
    let missing = of_tables.filter(|unique| !there.iter().any(|index| unique.is_kept_by(index)));
    report.add(missing.map(|Unique { table, name, columns, of }| {
        let of = of.as_ref().map(|of| format!(" where {}", of.declared)).unwrap_or_default();
        let detail = format!("no index keeps ({columns}) unique{of}");
        Breach { code: BreachCode::IndexMissing, place: Place::row(table, name), seq: None, detail }
    }));
    Ok(())
}

async fn check_file<F: FnMut(Breach)>(source: &mut Source, report: &mut Report<F>) -> Result<(), DbErr> {
    let said = source
        .snapshot(async |transaction| {
            let rows = transaction.query_all_raw(statement(transaction, CHECK_FILE, [])).await?;
            rows.iter().map(|row| row.try_get_by_index::<String>(0)).collect::<Result<Vec<_>, DbErr>>()
        })
        .await?;
    let damage = lines(&said);
    let breach = |code, detail| Breach { code, place: Place::File, seq: None, detail };
    let listed = damage.iter().take(FINDINGS_MAX);
    report.add(listed.map(|line| breach(BreachCode::FileDamaged, line.escape_debug().to_string())));
    if damage.len() > FINDINGS_MAX {
        report.add([breach(BreachCode::MoreBreaches, format!("there are more with {}", BreachCode::FileDamaged))]);
    }
    Ok(())
}

/// SQLite says several things in one row where they are about its pages, under a headline.
fn lines(said: &[String]) -> Vec<&str> {
    let lines = said.iter().flat_map(|row| row.lines());
    lines.filter(|line| !line.is_empty() && !line.starts_with("***") && *line != WHOLE).collect()
}

fn index(row: &sea_orm::QueryResult) -> Result<Index, DbErr> {
    Ok((row.try_get("", "table_name")?, row.try_get("", "columns")?, row.try_get("", "of")?))
}

#[cfg(test)]
mod tests {
    use sea_orm::Statement;

    use super::*;
    use crate::database::Database;
    use crate::explain::{fresh, postgres};

    async fn unique_indexes(database: &Database) -> Vec<Index> {
        let all = statement(&database.readers, UNIQUE_INDEXES, []);
        let there = database.readers.query_all_raw(all).await.expect("the statement is valid");
        there.iter().map(|row| index(row).expect("an index")).collect()
    }

    fn are_all_expected(there: &[Index], primary_ids: usize) {
        assert_eq!(there.len(), UNIQUE.len() + primary_ids, "{there:?}");
        let expected = |index: &&Index| UNIQUE.iter().any(|unique| unique.is_kept_by(index));
        let others: Vec<_> = there.iter().filter(|index| !expected(index)).collect();
        assert_eq!(others.len(), primary_ids, "{others:?}");
        assert!(others.iter().all(|(_, columns, _)| columns.as_deref() == Some("id")), "{others:?}");
    }

    #[tokio::test]
    async fn what_the_schema_keeps_unique_is_all_expected() {
        let (_directory, sqlite) = fresh().await;
        are_all_expected(&unique_indexes(&sqlite).await, 0);
        // SQLite's ids are the rows themselves; here each is one more index.
        are_all_expected(&unique_indexes(&postgres().await).await, 5);
    }

    /// What `pg_restore` does with each index: it declares what the server said of it, and that says another thing then.
    #[tokio::test]
    async fn what_a_restore_makes_of_them_is_expected_as_well() {
        const PARTIAL: &str = "SELECT indexname AS name, indexdef AS declared FROM pg_indexes \
            WHERE schemaname = current_schema() AND indexdef LIKE '%UNIQUE%WHERE%'";
        let database = postgres().await;
        // All of it is undone at the end: the database is other tests' as well.
        let transaction = database.begin_write().await.expect("a transaction");
        for restored in 1..=2 {
            let partial = Statement::from_string(transaction.get_database_backend(), PARTIAL);
            let partial = transaction.query_all_raw(partial).await.expect("the statement is valid");
            assert!(!partial.is_empty(), "there are indexes of some rows");
            for index in partial {
                let [name, declared] = ["name", "declared"].map(|column| index.try_get::<String>("", column));
                let (name, declared) = (name.expect("a name"), declared.expect("a declaration"));
                for change in [format!("DROP INDEX {name}"), declared] {
                    transaction.execute_unprepared(&change).await.unwrap_or_else(|error| panic!("{change}: {error}"));
                }
            }
            let there = transaction.query_all_raw(statement(&transaction, UNIQUE_INDEXES, [])).await;
            let there: Vec<_> = there.expect("it is valid").iter().map(|row| index(row).expect("an index")).collect();
            assert!(there.iter().any(|(_, _, of)| of.is_some()), "restored {restored} times: {there:?}");
            are_all_expected(&there, 5);
        }
        transaction.rollback().await.expect("it is undone");
    }

    #[test]
    fn each_line_is_one_finding() {
        let said = ["*** in database main ***\nTree 3 page 7: broken\nPage 9: never used", "row 2 missing", WHOLE];
        let said = said.map(ToOwned::to_owned);
        assert_eq!(lines(&said), ["Tree 3 page 7: broken", "Page 9: never used", "row 2 missing"]);
    }
}
