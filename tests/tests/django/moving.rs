//! The old chat moves into Handsel, and out of it again, with 100,000 messages. Knows both by their files and tables.

use std::path::Path;
use std::time::Duration;

use handsel_tests::django::Site;
use handsel_tests::over::Over;
use handsel_tests::seed::seeded;
use handsel_tests::{Admin, Database, Server, Started, in_time};
use sqlx::Row;

const MESSAGES: usize = 100_000;
/// How long a command over all of them may take on a machine that is busy: no measure of speed.
const LONG: Duration = Duration::from_mins(10);

/// The old chat's messages, each with its conversation, in the order in which they were said.
const OLD: &str = "SELECT conversation, sender_id, content, CAST(created_at AS TEXT), is_read + 0 FROM (\
    SELECT 'offer_' || m.offer_id || ':' || iif(m.sender_id = l.owner_id, m.recipient_id, m.sender_id) AS conversation, \
        m.* FROM chat_message AS m JOIN market_offer AS l ON l.id = m.offer_id UNION ALL \
    SELECT 'need_' || m.need_id || ':' || iif(m.sender_id = l.owner_id, m.recipient_id, m.sender_id) AS conversation, \
        m.* FROM chat_message AS m JOIN market_need AS l ON l.id = m.need_id) ORDER BY conversation, created_at, id";
/// Handsel's, as it promises to show them.
const NEW: &str = "SELECT conversation, sender_id, content, CAST(created_at AS TEXT), is_read + 0 FROM handsel_v1_messages \
    ORDER BY conversation, seq";

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    conversation: String,
    at: String,
    sender: i64,
    content: String,
    is_read: bool,
}

async fn said(database: &Database, sql: &'static str) -> Vec<Said> {
    let rows = sqlx::query(sql).fetch_all(&mut database.connect().await).await.expect("it can be read");
    let said = rows.iter().map(|row| {
        let at: String = row.get(3);
        // Milliseconds are what Handsel keeps.
        let (second, fraction) = at.split_once('.').unwrap_or((&at, ""));
        Said {
            conversation: row.get(0),
            at: format!("{second}.{fraction:0<3.3}"),
            sender: row.get(1),
            content: row.get(2),
            is_read: row.get::<i64, _>(4) != 0,
        }
    });
    said.collect()
}

fn assert_same(seen: &[Said], expected: &[Said], what: &str) {
    assert_eq!(seen.len(), expected.len(), "{what}: so many messages");
    if let Some((seen, expected)) = seen.iter().zip(expected).find(|(seen, expected)| seen != expected) {
        panic!("{what}: expected {expected:?}, saw {seen:?}");
    }
}

/// A command over a database, which must end well.
pub(super) async fn runs(handsel: &Started, arguments: &[&str]) {
    let ended = tokio::time::timeout(LONG, handsel.process(arguments).output()).await;
    let ended = ended.unwrap_or_else(|_| panic!("{arguments:?} took {LONG:?}")).expect("the binary starts");
    let said = String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()).into_owned();
    assert!(ended.status.success(), "handsel {arguments:?}: {}\n{said}", ended.status);
}

/// Begins the import, and kills it once so many entries are there.
async fn is_killed_in_the_middle(handsel: &Started, file: &str, entries: i64) {
    let mut import = handsel.process(&["import", file]).spawn().expect("the binary starts");
    let reached = async {
        loop {
            assert_eq!(import.try_wait().expect("it can be asked"), None, "the import ended before it was killed");
            if so_far(handsel.database()).await >= entries {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(LONG, reached).await.unwrap_or_else(|_| panic!("waited in vain for {entries} entries"));
    import.kill().await.expect("it can be killed");
}

/// How many entries are committed; none where there is no such table yet.
async fn so_far(database: &Database) -> i64 {
    let Some(file) = database.url().strip_prefix("sqlite://") else { panic!("a file") };
    if !Path::new(file).is_file() {
        return 0;
    }
    let mut connection = database.connect().await;
    let counted = sqlx::query("SELECT COUNT(*) FROM entries").fetch_one(&mut connection).await;
    counted.map_or(0, |row| row.get(0))
}

/// What is in an export but for when it was made.
fn content(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).expect("an export");
    text.lines().skip(1).map(str::to_owned).collect()
}

/// Whoever has the most conversations finds first the one in which something was said last.
async fn lists_are_in_the_order_of_time(handsel: &Server) {
    const BUSIEST: &str = "SELECT person FROM (SELECT owner_id AS person FROM handsel_v1_conversations \
        UNION ALL SELECT respondent_id FROM handsel_v1_conversations) AS p GROUP BY person ORDER BY COUNT(*) DESC, person";
    const THEIRS: &str = "SELECT conversation FROM handsel_v1_conversations WHERE $1 IN (owner_id, respondent_id) \
        ORDER BY last_entry_at DESC";
    let busiest = handsel.database().number(BUSIEST).await;
    let theirs = sqlx::query(THEIRS).bind(busiest).fetch_all(&mut handsel.database().connect().await).await;
    let expected: Vec<String> = theirs.expect("it can be read").iter().map(|row| row.get(0)).collect();
    assert!(expected.len() > 3, "somebody has some conversations, saw {expected:?}");
    let person = Admin::of(handsel).logs_in(busiest).await;
    let list = person.get("/api/conversations/?limit=100").await;
    let list = list.is(200)["results"].as_array().expect("a list").iter();
    let seen: Vec<_> = list.filter_map(|one| one["conversation"].as_str()).collect();
    assert_eq!(seen, expected, "the conversations of user {busiest}");
}

/// Everybody moves in, and all that they offer and need.
async fn people_and_listings_are_as_many(site: &Database, handsel: &Database) {
    for (what, old, new) in [
        ("users", "SELECT COUNT(*) FROM auth_user", "SELECT COUNT(*) FROM handsel_v1_users"),
        (
            "offers",
            "SELECT COUNT(*) FROM market_offer",
            "SELECT COUNT(*) FROM handsel_v1_listings WHERE kind = 'offer'",
        ),
        ("needs", "SELECT COUNT(*) FROM market_need", "SELECT COUNT(*) FROM handsel_v1_listings WHERE kind = 'need'"),
    ] {
        let expected = site.number(old).await;
        assert!(expected > 1, "the site has some {what}, saw {expected}");
        assert_eq!(handsel.number(new).await, expected, "{what} in Handsel, and in the site");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_old_messages_move_in_and_on_and_out_again() {
    // Somewhere in the middle: behind the first transaction, and well in front of the last.
    let killed_at = seeded().i64(5_000..80_000);
    let site = Site::alone().await;
    site.manages(&["seed_old_messages", &MESSAGES.to_string()]).await;
    let old = said(&site.database(), OLD).await;
    assert_eq!(old.len(), MESSAGES);
    let from_old = site.file("old.ndjson");
    let told = site.manages(&["handsel_export_messages", Site::path(&from_old)]).await;
    assert!(!told.contains("left out"), "saw {told}");

    let handsel = Started::fresh_file();
    is_killed_in_the_middle(&handsel, Site::path(&from_old), killed_at).await;
    runs(&handsel, &["import", Site::path(&from_old)]).await;
    let new = said(handsel.database(), NEW).await;
    assert_same(&new, &old, "in Handsel, over SQLite");
    let handshakes = handsel.database().number("SELECT COUNT(*) FROM handsel_v1_handshakes").await;
    assert_eq!(handshakes, site.database().number("SELECT COUNT(*) FROM chat_handshake").await);
    people_and_listings_are_as_many(&site.database(), handsel.database()).await;
    in_time("verify", async { runs(&handsel, &["verify"]).await }).await;

    let (exported, again) = (site.file("all.ndjson"), site.file("again.ndjson"));
    runs(&handsel, &["export", Site::path(&exported)]).await;
    let postgres = Started::fresh_over(Over::Postgres);
    runs(&postgres, &["import", Site::path(&exported)]).await;
    people_and_listings_are_as_many(&site.database(), postgres.database()).await;
    runs(&postgres, &["verify"]).await;
    runs(&postgres, &["export", Site::path(&again)]).await;
    let (one, other) = (content(&exported), content(&again));
    let different = one.iter().zip(&other).find(|(one, other)| one != other);
    assert_eq!((one.len(), different), (other.len(), None), "from SQLite to PostgreSQL");

    for table in ["DELETE FROM chat_message", "DELETE FROM chat_handshake"] {
        site.database().change(table).await;
    }
    site.manages(&["handsel_import_back", Site::path(&again)]).await;
    assert_same(&said(&site.database(), OLD).await, &old, "back in the old chat");
    assert_eq!(site.database().number("SELECT COUNT(*) FROM chat_handshake").await, handshakes);

    for handsel in [handsel, postgres] {
        lists_are_in_the_order_of_time(&handsel.with_admin().start().await).await;
    }
}
