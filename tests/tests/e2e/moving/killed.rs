//! A hundred thousand messages are taken in though the import is killed, and are the same on the other side. Knows nothing
//! of what cannot be taken.

use std::fs;

use handsel_tests::Started;
use handsel_tests::in_time;
use handsel_tests::over::Over;
use handsel_tests::seed;

use super::file::large;
use super::scene::{assert_same, beside, content, exports, imports, runs, summary};

const CONVERSATIONS: u64 = 500;
const ENTRIES: u64 = 202;
const ALL: u64 = CONVERSATIONS * ENTRIES;

/// Takes the file in, and kills that once a part of it is stored.
async fn killed_in_the_middle(over: &Started, name: &str) -> u64 {
    // With the tables there, what is stored can be counted.
    runs(over, &["migrate"]).await.is(0);
    let enough = i64::try_from(seed::seeded().u64(1..ALL / 2)).expect("not so many");
    let mut process = over.process(&["import", name, "--no-verify"]).spawn().expect("it starts");
    let counted = async {
        loop {
            if over.database().number("SELECT COUNT(*) FROM entries").await >= enough {
                break;
            }
            assert!(
                process.try_wait().expect("it can be waited for").is_none(),
                "it ended before {enough} were stored"
            );
        }
    };
    in_time(format!("{enough} entries to be stored"), counted).await;
    process.kill().await.expect("it is killed");
    let stored = over.database().number("SELECT COUNT(*) FROM entries").await;
    assert!(stored < i64::try_from(ALL).expect("not so many"), "it was killed too late");
    u64::try_from(stored).expect("a count")
}

#[tokio::test]
async fn a_hundred_thousand_messages_move_though_the_import_is_killed() {
    let text = large(CONVERSATIONS, ENTRIES, 0);
    let expected = content(&text);
    let messages = expected.iter().filter(|line| line["type"] == "message").count();
    assert_eq!(messages, 100_000);

    let first = Started::fresh();
    fs::write(beside(&first, "site.ndjson"), &text).expect("it is written");
    let stored = killed_in_the_middle(&first, "site.ndjson").await;
    let (report, ended) = imports(&first, &text).await;
    ended.is(0);
    let sum = summary(&report);
    let count = |kind: &str, what: &str| sum[kind][what].as_u64().expect("a count");
    assert_eq!((count("entries", "there"), count("entries", "new")), (stored, ALL - stored));
    assert_eq!(sum["breaches"], 0, "{sum}");
    let exported = exports(&first).await;
    assert_same(&expected, &exported);

    // And from there into the other kind of database.
    let other = if first.database().is_sqlite() { Over::Postgres } else { Over::Sqlite };
    let second = Started::fresh_over(other);
    let moved = fs::read_to_string(beside(&first, "out.ndjson")).expect("it is there");
    let (report, ended) = imports(&second, &moved).await;
    ended.is(0);
    assert_eq!(summary(&report)["entries"]["new"], ALL);
    assert_same(&expected, &exports(&second).await);
}
