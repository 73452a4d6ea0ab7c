//! What the example checks by itself. Knows nothing of what that is.

use handsel_tests::django::Site;

#[tokio::test]
async fn the_example_s_own_tests_pass() {
    let site = Site::alone().await;
    let said = site.manages(&["test", "--failfast"]).await;
    assert!(said.contains("\nOK"), "saw {said}");
}

#[tokio::test]
async fn its_migrations_are_those_of_its_models_and_its_settings_are_fit_to_be_deployed() {
    let site = Site::alone().await;
    site.manages(&["makemigrations", "--check", "--dry-run"]).await;
    site.manages(&["check", "--deploy", "--fail-level", "ERROR"]).await;
}
