//! The views that sites read have the columns that `docs/views.md` promises, on every database. Knows nothing of who
//! reads them.

use handsel_domain::handshake::{Note, StepAction, Terms};
use handsel_domain::ids::UserId;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::bench::Bench;
use super::expect::up_to;

contract! {
    the_columns_are_those_that_are_promised,
    each_value_is_what_people_wrote,
    nothing_secret_is_shown,
}

/// What a column is promised to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Number,
    Text,
    Boolean,
    Time,
}

use Type::{Boolean, Number, Text, Time};

type View = (&'static str, &'static [(&'static str, Type)]);

const VIEWS: [View; 5] = [
    (
        "handsel_v1_users",
        &[
            ("id", Number),
            ("username", Text),
            ("first_name", Text),
            ("last_name", Text),
            ("created_at", Time),
            ("suspended_at", Time),
            ("deleted_at", Time),
        ],
    ),
    (
        "handsel_v1_listings",
        &[
            ("listing", Text),
            ("kind", Text),
            ("number", Number),
            ("owner_id", Number),
            ("title", Text),
            ("description", Text),
            ("status", Text),
            ("created_at", Time),
        ],
    ),
    (
        "handsel_v1_conversations",
        &[
            ("conversation", Text),
            ("listing", Text),
            ("owner_id", Number),
            ("respondent_id", Number),
            ("head", Number),
            ("owner_read_up_to", Number),
            ("respondent_read_up_to", Number),
            ("created_at", Time),
            ("last_entry_at", Time),
        ],
    ),
    (
        "handsel_v1_messages",
        &[
            ("id", Number),
            ("conversation", Text),
            ("listing", Text),
            ("seq", Number),
            ("sender_id", Number),
            ("recipient_id", Number),
            ("created_at", Time),
            ("content", Text),
            ("client_message_id", Text),
            ("is_read", Boolean),
            ("redacted", Boolean),
            ("redacted_at", Time),
        ],
    ),
    (
        "handsel_v1_handshakes",
        &[
            ("uid", Text),
            ("conversation", Text),
            ("listing", Text),
            ("initiator_id", Number),
            ("note", Text),
            ("terms", Text),
            ("status", Text),
            ("owner_completed", Boolean),
            ("respondent_completed", Boolean),
            ("version", Number),
            ("latest_step", Text),
            ("latest_actor_id", Number),
            ("started_at", Time),
            ("changed_at", Time),
        ],
    ),
];

/// A view's rows in the order of its key, its first column, each as its values with `|` between.
async fn rows(bench: &Bench, view: &str) -> Vec<String> {
    let outside = bench.outside().await;
    let backend = outside.get_database_backend();
    let (_, columns) = VIEWS.iter().find(|(name, _)| *name == view).expect("a view");
    let column = |(name, kind): &(&str, Type)| match (kind, backend) {
        (Boolean, _) => format!("CASE WHEN {name} THEN 'true' WHEN NOT {name} THEN 'false' END AS {name}"),
        (Time, DbBackend::Postgres) => {
            format!("to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS {name}")
        }
        _ => format!("CAST({name} AS text) AS {name}"),
    };
    let selected: Vec<_> = columns.iter().map(column).collect();
    let sql = format!("SELECT {} FROM {view} AS v ORDER BY v.{}", selected.join(", "), columns[0].0);
    let found = outside.query_all_raw(Statement::from_string(backend, sql)).await.expect("it can be read");
    let value = |row: &sea_orm::QueryResult, name: &str| {
        row.try_get::<Option<String>>("", name).expect("a text").unwrap_or_else(|| "null".to_owned())
    };
    let rows = found.iter().map(|row| columns.iter().map(|(name, _)| value(row, name)).collect::<Vec<_>>().join("|"));
    rows.collect()
}

/// A time of the test's clock as both databases show it here.
fn at(bench: &Bench, millis: &str) -> String {
    // SQLite has the text that Django would write: without a fraction where there is none.
    if bench.subject.url().starts_with("sqlite") && millis == "000" {
        "2023-11-14 22:13:20".to_owned()
    } else {
        format!("2023-11-14 22:13:20.{millis}000")
    }
}

async fn the_columns_are_those_that_are_promised(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bob.takes(StepAction::Start { note: None, terms: None }).await;
    ana.has_read(1).await;
    let outside = bench.outside().await;
    let backend = outside.get_database_backend();
    for (view, columns) in VIEWS {
        let all = Statement::from_string(backend, format!("SELECT * FROM {view}"));
        let found = outside.query_all_raw(all).await.expect("it can be read");
        let names: Vec<_> = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(found.first().expect("a row").column_names(), names, "{view}");
        if backend != DbBackend::Postgres {
            continue;
        }
        for (name, kind) in columns {
            let sql = format!(
                "SELECT data_type FROM information_schema.columns WHERE table_schema = current_schema() \
                 AND table_name = '{view}' AND column_name = '{name}'"
            );
            let row = outside.query_one_raw(Statement::from_string(backend, sql)).await.expect("it answers");
            let is: String = row.expect("a column").try_get_by_index(0).expect("a text");
            let expected: &[&str] = match kind {
                Number => &["bigint"],
                Text => &["text", "character varying"],
                Boolean => &["boolean"],
                Time => &["timestamp with time zone"],
            };
            assert!(expected.contains(&is.as_str()), "{view}.{name} is {is}");
        }
    }
}

async fn each_value_is_what_people_wrote(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bench.clock.set(7);
    bob.sends("m-1", "Are you there?").await.expect("it is stored");
    ana.says("Yes.").await;
    let (note, terms) = (Note::parse("Two hours"), Terms::from_compact_object(r#"{"hours":2}"#.to_owned()));
    bob.takes(StepAction::Start { note: note.expect("a note"), terms: Some(terms.expect("terms")) }).await;
    ana.takes(StepAction::Approve).await;
    bob.takes(StepAction::Complete).await;
    ana.has_read(1).await;
    bob.has_read(3).await;
    bench.operator("UPDATE users SET suspended_at = 1700000000007, first_name = 'Bob' WHERE username = 'bob'").await;
    bench.operator("UPDATE entries SET content = '', redacted_at = 1700000000000 WHERE seq = 2").await;
    assert_eq!(bob.reads_all().await.iter().map(|entry| entry.seq.get()).collect::<Vec<_>>(), up_to(6));

    let (start, later) = (at(&bench, "000"), at(&bench, "007"));
    assert_eq!(
        rows(&bench, "handsel_v1_users").await,
        [format!("1|ana|||{start}|null|null"), format!("2|bob|Bob||{start}|{later}|null")]
    );
    assert_eq!(rows(&bench, "handsel_v1_listings").await, [format!("offer_1|offer|1|1|Bike repair||open|{start}")]);
    assert_eq!(
        rows(&bench, "handsel_v1_conversations").await,
        [format!("offer_1:2|offer_1|1|2|6|1|3|{start}|{later}")]
    );
    assert_eq!(
        rows(&bench, "handsel_v1_messages").await,
        [
            format!("1|offer_1:2|offer_1|1|2|1|{start}|Hello!|null|true|false|null"),
            format!("2|offer_1:2|offer_1|2|2|1|{later}||m-1|false|true|{start}"),
            format!("3|offer_1:2|offer_1|3|1|2|{later}|Yes.|null|true|false|null"),
        ]
    );
    let handshake = format!(
        "offer_1:2#4|offer_1:2|offer_1|2|Two hours|{{\"hours\":2}}|approved|false|true|6|complete|2|{later}|{later}"
    );
    assert_eq!(rows(&bench, "handsel_v1_handshakes").await, [handshake]);
}

async fn nothing_secret_is_shown(bench: Bench) {
    let (_, bob) = bench.ana_and_bob_talking().await;
    assert_eq!(bob.id(), UserId::new(2).expect("an id"));
    for (view, columns) in VIEWS {
        assert!(columns.iter().all(|(name, _)| !name.contains("password") && !name.contains("hash")), "{view}");
        let shown = rows(&bench, view).await;
        assert!(!shown.iter().any(|row| row.contains("hash of")), "{shown:?}");
    }
}
