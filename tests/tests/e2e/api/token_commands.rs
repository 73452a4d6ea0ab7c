//! `handsel token …`: what an operator does with tokens. Knows nothing of log-in.

use handsel_tests::{Person, Server};

#[tokio::test]
async fn a_token_that_was_issued_works() {
    let server = Server::start().await;
    let ana = server.person("ana").await;
    let (status, output, errors) = server.command(&["token", "issue", "Ana"], "").await;
    assert!(status.success(), "{errors}");
    let token = output.strip_suffix('\n').expect("a line");
    assert_eq!(token.len(), 43, "nothing but the token: {output:?}");
    assert!(!errors.contains(token), "and not in the log");
    let issued = Person { token: token.to_owned(), ..ana.clone() };
    assert_eq!(issued.get("/api/auth/user/").await.is(200)["username"], "ana");
    ana.get("/api/auth/user/").await.is(200);
}

#[tokio::test]
async fn revoking_takes_all_of_a_users_tokens() {
    let server = Server::start().await;
    let (ana, bob) = (server.person("ana").await, server.person("bob").await);
    let elsewhere = server.logs_in("ana").await;
    let offer = bob.offers("Piano lessons").await;
    let mut socket = ana.opens(&offer).await;
    let (status, output, errors) = server.command(&["token", "revoke", "ana"], "").await;
    assert!(status.success(), "{errors}");
    assert_eq!(output, "Revoked 2 tokens of ana.\n");
    for person in [&ana, &elsewhere] {
        person.get("/api/auth/user/").await.is_problem(401, "token_revoked");
    }
    socket.hears_close(4001, "token_revoked").await;
    bob.get("/api/auth/user/").await.is(200);
    server.logs_in("ana").await.get("/api/auth/user/").await.is(200);
}

#[tokio::test]
async fn a_user_who_is_not_there_is_a_clear_error() {
    let server = Server::start().await;
    for command in ["issue", "revoke"] {
        let (status, output, errors) = server.command(&["token", command, "nobody"], "").await;
        assert_eq!((status.code(), output.as_str()), (Some(1), ""));
        assert!(errors.contains("there is no user \"nobody\"") && errors.contains("handsel user list"), "{errors}");
    }
}
