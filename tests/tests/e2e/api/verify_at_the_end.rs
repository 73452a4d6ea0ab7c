//! Every test's database is verified when the test ends, and a breach fails the test. Knows nothing of what is found.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;

use super::support::Market;

/// Says to this program's own test, run as a process of its own, that it is to fail.
const TO_FAIL: &str = "HANDSEL_TEST_TO_FAIL";

async fn broken() -> Market {
    let market = Market::talking().await;
    assert_eq!(market.server.database().change("UPDATE conversations SET head = 2").await, 1);
    market
}

#[tokio::test]
async fn a_breach_is_a_panic_once_the_last_one_lets_go() {
    let Market { server, .. } = broken().await;
    let another = server.another();
    drop(server);
    let panicked = catch_unwind(AssertUnwindSafe(|| drop(another))).expect_err("it is verified");
    let message = panicked.downcast_ref::<String>().expect("a panic says why");
    assert!(message.contains("breaks a promise") && message.contains("head_wrong"), "{message}");
}

#[tokio::test]
async fn a_test_may_say_that_it_breaks_its_database() {
    let Market { server, .. } = broken().await;
    server.breaks_its_database();
}

/// A task's panic is kept for whoever waits for the task, who may be nobody.
#[tokio::test]
async fn a_breach_that_is_found_in_a_task_fails_all_the_same() {
    if std::env::var_os(TO_FAIL).is_some() {
        let Market { server, .. } = broken().await;
        tokio::spawn(async move { drop(server) }).await.expect_err("nobody comes here");
        return;
    }
    let this = "api::verify_at_the_end::a_breach_that_is_found_in_a_task_fails_all_the_same";
    let mut itself = Command::new(std::env::current_exe().expect("a program has a path"));
    let ended = itself.args(["--exact", this]).env(TO_FAIL, "1").output().expect("it runs");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(!ended.status.success() && said.contains("head_wrong"), "{said}");
}

#[tokio::test]
#[should_panic(expected = "the reason why")]
async fn a_test_that_fails_says_why_and_is_not_verified() {
    let _market = broken().await;
    panic!("the reason why");
}
