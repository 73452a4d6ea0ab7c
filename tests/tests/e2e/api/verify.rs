//! `handsel verify`: what it prints, and the status that it ends with. Knows nothing of each promise: what is found where
//! is the storage's contract.

use std::fs;
use std::path::Path;
use std::process::ExitStatus;

use handsel_tests::server::{command, command_with};
use handsel_tests::{Server, in_time};
use serde_json::{Value, json};

use super::support::{Market, has_exactly, has_read, takes};

/// Bob has said hello and started a handshake, which Ana has approved and read.
async fn agreed() -> Market {
    let market = Market::talking().await;
    takes(&market.bob, &market.offer, "start", json!({"note": "Two hours"})).await.is(201);
    takes(&market.ana, &market.key, "approve", json!({})).await.is(201);
    has_read(&market.ana, &market.key, 3).await.is(201);
    market
}

async fn changes(market: &Market, sql: &'static str) {
    market.server.breaks_its_database();
    assert!(market.server.database().change(sql).await > 0, "{sql}");
}

/// Ends with that status, and says nothing beside what was asked for.
async fn verified(server: &Server, flags: &[&str], status: i32) -> String {
    let (ended, output, errors) = server.command(&[&["verify"], flags].concat(), "").await;
    assert_eq!((ended.code(), errors.as_str()), (Some(status), ""), "{output}");
    output
}

async fn as_json(server: &Server, status: i32) -> Value {
    let output = verified(server, &["--json"], status).await;
    assert_eq!(output.lines().count(), 1, "one object: {output}");
    let report: Value = serde_json::from_str(&output).expect("JSON");
    let numbers = ["conversations", "entries", "handshakes", "breach_count"].map(|name| (name, "number"));
    has_exactly(&report, &[[("database", "text"), ("breaches", "list")].as_slice(), &numbers].concat());
    report
}

#[tokio::test]
async fn where_nothing_is_wrong_it_says_what_was_read() {
    let market = agreed().await;
    let name = market.server.database().shown();
    let line = format!("{name}: 1 conversation, 3 entries, 1 handshake: nothing is wrong\n");
    assert_eq!(verified(&market.server, &[], 0).await, line);
    let report = as_json(&market.server, 0).await;
    let expected = json!({"database": name, "conversations": 1, "entries": 3, "handshakes": 1,
        "breach_count": 0, "breaches": []});
    assert_eq!(report, expected);
}

#[tokio::test]
async fn each_breach_is_a_line_that_says_where() {
    let market = agreed().await;
    changes(&market, "DELETE FROM entries WHERE seq = 2").await;
    changes(&market, "UPDATE conversations SET respondent_read_up_to = 9").await;
    changes(&market, "UPDATE users SET username_key = 'bobby' WHERE username = 'bob'").await;
    let output = verified(&market.server, &[], 1).await;
    let sum = format!("{}: 1 conversation, 2 entries, 1 handshake: 5 breaches", market.server.database().shown());
    let lines = [
        r#"username_key_wrong  users 2  username_key is "bobby" and should be "bob""#,
        "seq_hole  offer_1:2 #2  this entry is missing",
        "step_not_possible  offer_1:2 #3  approve is not possible while the handshake is none",
        "handshake_without_start  offer_1:2 #2  a handshake is said to start here, and no entry starts it",
        "cursor_ahead  offer_1:2  the respondent has read up to #9, and the newest entry is #3",
        &sum,
    ];
    assert_eq!(output.lines().collect::<Vec<_>>(), lines);
}

#[tokio::test]
async fn each_breach_is_an_object_that_says_where() {
    let market = agreed().await;
    changes(&market, "UPDATE entries SET created_at = created_at - 60000 WHERE seq = 2").await;
    changes(&market, "UPDATE listings SET title = ''").await;
    let report = as_json(&market.server, 1).await;
    let breaches = report["breaches"].as_array().expect("a list");
    assert_eq!(report["breach_count"], breaches.len());
    let shape = [("code", "text"), ("conversation", "text|null"), ("seq", "number|null"), ("table", "text|null")];
    for breach in breaches {
        has_exactly(breach, &[shape.as_slice(), &[("row", "text|null"), ("detail", "text")]].concat());
    }
    let place = |breach: &Value| ["code", "conversation", "seq", "table", "row"].map(|name| breach[name].clone());
    let expected = [
        json!(["row_unreadable", null, null, "listings", "offer_1"]),
        json!(["time_backwards", "offer_1:2", 2, null, null]),
    ];
    assert_eq!(breaches.iter().map(|breach| json!(place(breach))).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn of_many_breaches_the_lines_are_all_and_the_json_is_bounded() {
    let market = Market::open().await;
    let many = "WITH RECURSIVE n (n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM n WHERE n < 1209) INSERT INTO users \
        (id, username, username_key, first_name, last_name, created_at) SELECT n, 'User' || n, 'x' || n, '', '', 1 FROM n";
    changes(&market, many).await;
    let output = verified(&market.server, &[], 1).await;
    assert_eq!(output.lines().count(), 1_200 + 1);
    assert!(output.ends_with(": 1200 breaches\n"), "{output}");
    let report = as_json(&market.server, 1).await;
    assert_eq!(report["breach_count"], 1_200);
    assert_eq!(report["breaches"].as_array().map(Vec::len), Some(1_000));

    // Whoever has read enough of it has the status still.
    let again = market.server.another();
    let mut process = again.process(&["verify"]).spawn().expect("the binary starts");
    drop(process.stdout.take());
    let ended = in_time("it to end", process.wait_with_output()).await.expect("it runs");
    assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()), (Some(1), ""));
}

#[tokio::test]
async fn a_server_that_has_ended_leaves_what_can_be_verified() {
    let market = agreed().await;
    let again = market.server.another();
    market.server.terminate().await;
    assert!(market.server.ended().await.success());
    let files: &[&str] = if again.database().is_sqlite() { &["handsel.db"] } else { &[] };
    for _ in 0..2 {
        let (status, output, _) = again.command(&["verify"], "").await;
        assert!(status.success() && output.contains("3 entries"), "{output}");
        assert_eq!(names(again.directory()), files, "nothing is made");
    }
}

fn names(directory: &Path) -> Vec<String> {
    let files = fs::read_dir(directory).expect("it is there");
    files.map(|file| file.expect("it is there").file_name().to_string_lossy().into_owned()).collect()
}

/// Ends with status 2 and one line of error that says all of this.
fn is_not_verified((status, output, errors): (ExitStatus, String, String), words: &[&str]) {
    assert_eq!((status.code(), output.as_str()), (Some(2), ""), "{errors}");
    assert!(errors.starts_with("handsel: ") && errors.lines().count() == 1, "{errors}");
    for word in words {
        assert!(errors.contains(word), "expected {word:?} in {errors:?}");
    }
}

#[tokio::test]
async fn what_is_no_database_of_ours_cannot_be_verified_and_stays_as_it_is() {
    let directory = tempfile::tempdir().expect("a directory");
    let verify = async |url: &str| command(directory.path(), &["verify", "--json", "--database-url", url], "").await;
    let missing = ["sqlite://handsel.db", "there is no such file", "--database-url"];
    is_not_verified(command(directory.path(), &["verify"], "").await, &missing);
    is_not_verified(verify("sqlite://handsel.db?mode=rwc").await, &missing[1..]);
    assert_eq!(names(directory.path()), [""; 0], "nothing was made");

    fs::write(directory.path().join("letter.db"), "Dear Bob, ".repeat(1_000)).expect("it is written");
    fs::write(directory.path().join("empty.db"), "").expect("it is written");
    fs::create_dir(directory.path().join("folder.db")).expect("it is made");
    is_not_verified(
        verify("sqlite://letter.db").await,
        &["database_url (--database-url): database sqlite://letter.db", "not a database"],
    );
    is_not_verified(verify("sqlite://empty.db").await, &["sqlite://empty.db", "not a database of Handsel's"]);
    is_not_verified(verify("sqlite://folder.db").await, &["sqlite://folder.db", "no file"]);
    assert_eq!(names(directory.path()).len(), 3, "nothing was made");
    assert_eq!(fs::metadata(directory.path().join("empty.db")).expect("it is there").len(), 0);
}

#[tokio::test]
async fn a_schema_of_another_version_is_named_with_what_to_do() {
    let market = Market::open().await;
    changes(&market, "INSERT INTO seaql_migrations VALUES ('m29990101_000001_future', 1)").await;
    let ended = market.server.command(&["verify"], "").await;
    is_not_verified(ended, &["newer version", "m29990101_000001_future", "use that version"]);
}

#[tokio::test]
async fn settings_that_are_wrong_are_no_breach() {
    let directory = tempfile::tempdir().expect("a directory");
    for (arguments, variables, word) in [
        (["--database-url", "mysql://localhost/handsel"].as_slice(), [].as_slice(), "or postgres://"),
        (&[], &[("HANDSEL_DATABASE_URL", "handsel.db")], "HANDSEL_DATABASE_URL"),
        (&[], &[("HANDSEL_DATABASE_URI", "sqlite://handsel.db")], "HANDSEL_DATABASE_URI"),
        (&["--config", "nowhere.toml"], &[], "nowhere.toml"),
        (&[], &[("DATABASE_URL", "sqlite://elsewhere.db")], "sqlite://elsewhere.db: there is no such file"),
    ] {
        let arguments = [&["verify"], arguments].concat();
        is_not_verified(command_with(directory.path(), &arguments, variables, "").await, &[word]);
    }
    let (status, _, errors) = command(directory.path(), &["verify", "--repair"], "").await;
    assert_eq!((status.code(), errors.contains("--help")), (Some(2), true), "{errors}");
}
