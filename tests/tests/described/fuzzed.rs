//! A fuzzer that knows nothing but the description finds no 5xx, no answer that is not described, no wrong request that is
//! taken, and no right one that is refused. Knows nothing of how it is run.

use handsel_tests::admin::ADMIN_KEY;
use handsel_tests::{Person, Server, Started};
use serde_json::json;

use super::fuzzer::{Run, finds};

/// Two who talk about the offer and the conversation of the description's examples.
async fn market() -> (Server, Person) {
    let server = Started::fresh().with_admin().with(&["--sign-ins-per-minute", "0"]).start().await;
    let (ada, bob) = (server.person("ada").await, server.person("bob").await);
    ada.offers("Bike repair").await;
    ada.needs("Somebody who sings").await;
    bob.post("/api/conversations/offer_1/messages/", json!({"content": "Hello!"})).await.is(201);
    (server, ada)
}

/// Who asks, and which refusals a request can meet that fits its schema: of texts whose length counts only once they are
/// trimmed, of terms whose bytes count, of names whose letters count, of people whom nobody knows, of cursors that are from
/// nowhere, of events that are still to come. That what no call knows is not heeded is told to clients, so it is no wrong
/// data.
fn settings(person: &Person) -> String {
    let of_what_is_said = CAN_BE_REFUSED.map(|call| {
        format!(
            "[[operations]]\ninclude-path = \"{call}\"\n\
             checks.positive_data_acceptance.expected-statuses = {ACCEPTED_OR_REFUSED}\n"
        )
    });
    format!(
        "[generation]\nallow-extra-parameters = false\n\n\
         [auth.openapi.token]\nbearer = \"{}\"\n\n[auth.openapi.adminKey]\nbearer = \"{ADMIN_KEY}\"\n\n{}",
        person.token,
        of_what_is_said.join("\n")
    )
}

const CAN_BE_REFUSED: [&str; 13] = [
    "/api/offers/",
    "/api/needs/",
    "/api/conversations/",
    "/api/blocks/",
    "/api/conversations/{conversation}/messages/",
    "/api/conversations/{conversation}/handshake/{step}/",
    "/api/conversations/{conversation}/read/",
    "/api/auth/register/",
    "/api/blocks/{id}/",
    "/api/admin/users/{id}/",
    "/api/admin/listings/{listing}/",
    "/api/admin/events/",
    "/api/admin/audit/",
];

const ACCEPTED_OR_REFUSED: &str = r#"["2xx", 400, 401, 403, 404, 409, 422, 429]"#;

fn nothing_is_found(run: &Run<'_>) {
    let (nothing, said) = finds(run);
    assert!(nothing, "the fuzzer has found something:\n{said}");
    assert!(said.contains("Test cases:"), "the fuzzer has tested nothing:\n{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_of_any_kind_gets_described_answers() {
    let (server, ada) = market().await;
    // Sockets are no requests to be fuzzed by HTTP; a log-out would leave no user to be; admin calls have keys of their own.
    let calls = ["--exclude-tag", "Sockets", "--exclude-tag", "Admin", "--exclude-operation-id", "logOut"];
    nothing_is_found(&Run { address: &server.address, settings: &settings(&ada), calls: &calls, examples: 40 });
    ada.get("/api/auth/user/").await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_of_any_kind_gets_described_answers() {
    let (server, ada) = market().await;
    let calls = ["--include-tag", "Admin"];
    nothing_is_found(&Run { address: &server.address, settings: &settings(&ada), calls: &calls, examples: 40 });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_out_gets_described_answers() {
    let (server, ada) = market().await;
    let calls = ["--include-operation-id", "logOut"];
    nothing_is_found(&Run { address: &server.address, settings: &settings(&ada), calls: &calls, examples: 5 });
}
