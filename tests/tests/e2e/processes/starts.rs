//! Processes that start at the same moment over a fresh file: both serve, and the schema is made once.

use handsel_tests::Started;
use serde_json::json;

const TIMES: usize = 5;

#[tokio::test]
async fn two_that_start_at_once_on_a_fresh_file_both_serve() {
    for _ in 0..TIMES {
        let one = Started::fresh();
        let other = one.another();
        let (one, other) = tokio::join!(one.start(), other.start());
        let applied = one.database().number("SELECT COUNT(*) FROM seaql_migrations").await;
        let versions = one.database().number("SELECT COUNT(DISTINCT version) FROM seaql_migrations").await;
        assert!(applied > 0 && applied == versions, "each migration once: {applied} of {versions}");

        let (ana, bob) = tokio::join!(one.person("ana"), other.person("bob"));
        let offer = ana.offers("Bike repair").await;
        let posted = bob.post(&format!("/api/conversations/{offer}/messages/"), json!({"content": "Hello!"})).await;
        assert_eq!(&ana.timeline(&offer).await[0], posted.is(201));
        one.database().is_sound().await;
    }
}

#[tokio::test]
async fn a_command_may_run_at_the_same_moment() {
    let one = Started::fresh();
    let other = one.another();
    let migrating = other.command(&["migrate"], "");
    let (server, (status, _, errors)) = tokio::join!(one.start(), migrating);
    assert!(status.success(), "{errors}");
    server.get("/readyz").await.is(200);
}
