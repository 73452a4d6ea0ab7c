//! PostgreSQL behind TLS, as `sslmode` says. Knows nothing of what is stored.

use std::sync::Arc;

use handsel_services::Postgres as Server;
use handsel_storage::Storage;
use tokio::task::spawn_blocking;

use super::clock::TestClock;
use super::heard::Heard;

async fn with_tls() -> (Server, String) {
    let started = spawn_blocking(|| {
        let server = Server::start_with_tls();
        let url = server.fresh_database();
        (server, url)
    });
    started.await.expect("PostgreSQL starts")
}

/// Opens it, or says why that is not possible.
async fn opens(url: &str) -> Result<Storage, String> {
    let parsed = url.parse().expect("a URL that is supported");
    let opened = Storage::open(&parsed, Arc::new(TestClock::default()), Arc::new(Heard::default())).await;
    opened.map_err(|error| error.to_string()).inspect_err(|error| assert!(!error.contains("pass"), "{error}"))
}

async fn is_refused(url: &str, words: &[&str]) {
    let error = opens(url).await.err().expect("it does not open");
    for word in words {
        assert!(error.contains(word), "{url}: expected {word:?}, saw {error}");
    }
}

/// How many of our connections the server has, encrypted and not.
fn connections(server: &Server) -> (usize, usize) {
    let asked = "SELECT s.ssl FROM pg_stat_ssl AS s JOIN pg_stat_activity AS a USING (pid) \
        WHERE a.application_name = 'handsel'";
    let answer = server.run("postgres", asked);
    let count = |word| answer.lines().filter(|line| *line == word).count();
    (count("t"), count("f"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_tls_is_required_every_connection_is_encrypted() {
    let (server, url) = with_tls().await;
    let storage = opens(&format!("{url}?sslmode=require")).await.expect("the server has TLS");
    storage.conversations.ping().await.expect("it answers");
    let (encrypted, plain) = connections(&server);
    assert!(encrypted > 0 && plain == 0, "{encrypted} encrypted, {plain} not");
    storage.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_one_talks_to_is_checked_where_that_is_asked_for() {
    let (server, url) = with_tls().await;
    let by_name = url.replace("127.0.0.1", "localhost");
    let authority = server.authority().display().to_string();
    for url in [
        format!("{by_name}?sslmode=verify-full&sslrootcert={authority}"),
        format!("{url}?sslmode=verify-ca&sslrootcert={authority}"),
    ] {
        let storage = opens(&url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
        storage.close().await;
    }
    // Not the host that the certificate names; and an authority that nobody has heard of.
    is_refused(&format!("{url}?sslmode=verify-full&sslrootcert={authority}"), &["sslmode", "certificate"]).await;
    is_refused(&format!("{by_name}?sslmode=verify-full&sslrootcert={authority}.old"), &["sslrootcert", "read"]).await;
    is_refused(&format!("{by_name}?sslmode=verify-full"), &["sslmode", "certificate"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_server_has_no_tls_none_can_be_required() {
    let url = spawn_blocking(|| Server::shared().fresh_database()).await.expect("PostgreSQL starts");
    for mode in ["require", "verify-ca", "verify-full"] {
        is_refused(&format!("{url}?sslmode={mode}"), &["does not support TLS", "sslmode"]).await;
    }
    for mode in ["prefer", "disable"] {
        let storage = opens(&format!("{url}?sslmode={mode}")).await.expect("no TLS is needed");
        storage.close().await;
    }
}
