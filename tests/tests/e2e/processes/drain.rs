//! A server that is asked to end: sockets hear that it restarts, and what was said before is committed and answered.

use std::time::{Duration, Instant};

use handsel_tests::socket::Heard;
use handsel_tests::{Pair, Server};
use tokio::net::TcpStream;

/// How long sockets are given by default.
const DRAIN: Duration = Duration::from_secs(8);
/// How long a socket that is to close waits for what its client has still asked for.
const ANSWERS_PATIENCE: Duration = Duration::from_secs(2);
/// How often a test that is decided within that time may meet a machine that is too busy.
const ATTEMPTS: usize = 5;

#[tokio::test]
async fn sigterm_tells_every_socket_that_the_server_restarts() {
    let server = Server::start().await;
    let asked_at = everyone_is_told(&server, async { server.terminate().await }).await;
    assert!(server.ended().await.success());
    assert!(asked_at.elapsed() < DRAIN, "it took {:?}", asked_at.elapsed());
}

#[tokio::test]
async fn ctrl_c_is_the_same() {
    let server = Server::start().await;
    let asked_at = everyone_is_told(&server, async { server.interrupt().await }).await;
    assert!(server.ended().await.success());
    assert!(asked_at.elapsed() < DRAIN, "it took {:?}", asked_at.elapsed());
}

async fn everyone_is_told(server: &Server, ask: impl Future<Output = ()>) -> Instant {
    let (ana, bob) = tokio::join!(server.person("ana"), server.person("bob"));
    let offer = ana.offers("Bike repair").await;
    let (mut plain, mut extended) = (Vec::new(), Vec::new());
    for person in [&ana, &bob, &ana, &bob, &ana] {
        plain.push(person.opens(&offer).await);
        let connecting = person.connecting(&offer).header("sec-websocket-protocol", "handsel.v1");
        extended.push(connecting.open().await.expect("it opens"));
    }
    let asked_at = Instant::now();
    ask.await;
    for mut socket in plain {
        socket.hears_close(1012, "restarting").await;
    }
    for mut socket in extended {
        let error = loop {
            let frame = socket.hears().await;
            if frame["type"] == "error" {
                break frame;
            }
        };
        assert_eq!(error["code"], "restarting");
        assert!(error["retry_after_ms"].as_u64().is_some_and(|millis| millis > 0), "saw {error}");
        socket.hears_close(1012, "restarting").await;
    }
    asked_at
}

#[tokio::test]
async fn what_was_said_just_before_is_committed_and_answered() {
    for _ in 0..ATTEMPTS {
        if is_answered_while_it_ends().await {
            return;
        }
    }
    panic!("this machine was too busy {ATTEMPTS} times");
}

/// Says something while another process holds the database, and gives it free once the server is ending. False where
/// the machine took so long for it that the server was right to wait no more.
async fn is_answered_while_it_ends() -> bool {
    let server = Server::start().await;
    let (pair, cleo) = tokio::join!(Pair::meets(&server, "pair"), server.person("cleo"));
    let (_, mut respondents) = pair.open().await;
    let offer = cleo.offers("A bystander's").await;
    let mut bystander = cleo.opens(&offer).await;
    let lock = server.database().holds_writes().await;
    respondents.says("Just before").await;
    respondents.has_heard_nothing().await;
    let asked_at = Instant::now();
    server.terminate().await;
    // From here on the server is ending, and the message is not committed yet.
    bystander.hears_close(1012, "restarting").await;
    drop(bystander);
    lock.release().await;

    let answered = match respondents.next().await {
        Heard::Frame(frame) => frame,
        other => {
            assert!(asked_at.elapsed() >= ANSWERS_PATIENCE, "it did not wait for the answer, but {other:?}");
            return false;
        }
    };
    assert_eq!(answered["message"]["content"], "Just before");
    respondents.hears_close(1012, "restarting").await;
    drop(respondents);
    let again = server.another();
    assert!(server.ended().await.success());
    let again = again.start().await;
    assert_eq!(pair.owner.at(&again.address).timeline(&pair.key).await[1], answered);
    true
}

#[tokio::test]
async fn with_nobody_there_it_ends_at_once() {
    let server = Server::start().await;
    server.get("/healthz").await.is(200);
    // Browsers open connections that they may never use.
    let _unused = TcpStream::connect(&server.address).await.expect("the server accepts");
    let asked_at = Instant::now();
    server.terminate().await;
    assert!(server.ended().await.success());
    assert!(asked_at.elapsed() < DRAIN / 2, "it took {:?}", asked_at.elapsed());
}
