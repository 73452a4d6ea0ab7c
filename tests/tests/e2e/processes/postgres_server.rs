//! PostgreSQL servers and databases that cannot be used, each told in a line that names the setting and no secret. Knows
//! nothing of SQLite, whose places are [`super::sqlite_file`]'s.

use std::process::ExitStatus;

use handsel_services::Postgres;
use handsel_tests::server::command_with;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::starts_not::is_refused;

/// As one says it in a URL, and as it is.
const WRONG_PASSWORD: (&str, &str) = ("open%20sesame", "open sesame");

async fn serve(url: &str) -> (ExitStatus, String, String) {
    let directory = tempfile::tempdir().expect("a directory");
    let ended = command_with(directory.path(), &["serve", "--port", "0"], &[("DATABASE_URL", url)], "").await;
    assert_eq!(std::fs::read_dir(directory.path()).expect("it is there").count(), 0, "nothing was made");
    ended
}

#[tokio::test]
async fn a_database_that_is_not_there_is_refused() {
    is_refused(serve(&Postgres::shared().url("nowhere")).await, &["database_url", "/nowhere", "does not exist"]);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_refused() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
    let port = free.local_addr().expect("it has an address").port();
    drop(free);
    let place = format!("127.0.0.1:{port}/handsel");
    is_refused(serve(&format!("postgres://ana@{place}")).await, &["database_url", &place, "refused"]);
}

#[tokio::test]
async fn a_password_that_is_wrong_is_refused_and_not_told() {
    let (in_url, password) = WRONG_PASSWORD;
    let place = format!("127.0.0.1:{}/postgres", Postgres::shared().port());
    let ended = serve(&format!("postgres://handsel:{in_url}@{place}")).await;
    for secret in [in_url, password] {
        assert!(!ended.2.contains(secret), "{}", ended.2);
    }
    is_refused(ended, &["database_url", &place, "password"]);
}

#[tokio::test]
async fn something_else_that_listens_there_is_refused() {
    let post_office = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
    let place = format!("{}/handsel", post_office.local_addr().expect("it has an address"));
    let greets = async {
        let (mut guest, _) = post_office.accept().await.expect("somebody comes");
        guest.write_all(b"220 mail.example ESMTP\r\n").await.expect("it greets");
        guest
    };
    let url = format!("postgres://ana@{place}");
    let (_guest, ended) = tokio::join!(greets, serve(&url));
    is_refused(ended, &["database_url", &place, "unexpected response"]);
}

#[tokio::test]
async fn a_database_in_which_one_may_make_nothing_is_refused() {
    let (server, url) = (Postgres::shared(), Postgres::shared().fresh_database());
    server.run("postgres", "CREATE ROLE guest LOGIN PASSWORD 'guest'");
    let (_, place) = url.split_once('@').expect("it has a password");
    let ended = serve(&format!("postgres://guest:guest@{place}")).await;
    is_refused(ended, &["database_url", place, "permission denied for schema public"]);
}

/// It could be used for a while, until somebody writes what such a database has no sign for.
#[tokio::test]
async fn a_database_that_keeps_no_unicode_is_refused_and_stays_as_it_is() {
    let server = Postgres::shared();
    for encoding in ["LATIN1", "SQL_ASCII"] {
        let name = format!("in_{}", encoding.to_lowercase());
        server.run("postgres", &format!("CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0"));
        is_refused(serve(&server.url(&name)).await, &["database_url", &name, encoding, "ENCODING 'UTF8'"]);
        assert_eq!(server.run(&name, "SELECT to_regclass('seaql_migrations')").trim(), "", "nothing was made");
    }
}
