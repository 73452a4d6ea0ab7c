//! Requests that are under way when a server is asked to end are finished.

use handsel_tests::{Pair, Server, in_time};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const BODY: &str = r#"{"content": "By post"}"#;

async fn begun_post(pair: &Pair) -> TcpStream {
    pair.respondent.begins_to_post(&format!("/api/conversations/{}/messages/", pair.key), BODY.len()).await
}

async fn is_answered_with_201(mut connection: TcpStream) {
    let mut answer = String::new();
    in_time("the answer", connection.read_to_string(&mut answer)).await.expect("the connection holds");
    assert!(answer.starts_with("HTTP/1.1 201 "), "saw {answer}");
    assert!(answer.contains("By post"), "saw {answer}");
}

#[tokio::test]
async fn a_request_whose_commit_is_awaited_is_finished() {
    let server = Server::start().await;
    let pair = Pair::meets(&server, "pair").await;
    let mut bystander = pair.owner.opens(&pair.key).await;
    let lock = server.database().holds_writes().await;
    let mut connection = begun_post(&pair).await;
    connection.write_all(BODY.as_bytes()).await.expect("the connection holds");
    server.terminate().await;
    bystander.hears_close(1012, "restarting").await;
    drop(bystander);
    lock.release().await;
    is_answered_with_201(connection).await;
    is_there_after(server, &pair).await;
}

#[tokio::test]
async fn a_request_whose_body_is_awaited_is_finished() {
    let server = Server::start().await;
    let pair = Pair::meets(&server, "pair").await;
    let mut bystander = pair.owner.opens(&pair.key).await;
    let mut connection = begun_post(&pair).await;
    server.terminate().await;
    bystander.hears_close(1012, "restarting").await;
    drop(bystander);
    connection.write_all(BODY.as_bytes()).await.expect("the connection holds");
    is_answered_with_201(connection).await;
    is_there_after(server, &pair).await;
}

async fn is_there_after(server: Server, pair: &Pair) {
    let again = server.another();
    assert!(server.ended().await.success());
    let again = again.start().await;
    let timeline = pair.owner.at(&again.address).timeline(&pair.key).await;
    assert_eq!((timeline.len(), &timeline[1]["message"]["content"]), (2, &"By post".into()));
}
