//! Three respondents of one offer, through two processes: none ever sees a frame of another.

use handsel_tests::{Person, Server, Socket};
use serde_json::{Value, json};

async fn people() -> (Server, Server, [Person; 4]) {
    let one = Server::start().await;
    let other = one.another().start().await;
    let (ana, bob, cleo, dan) =
        tokio::join!(one.person("ana"), one.person("bob"), one.person("cleo"), one.person("dan"));
    let (bob, dan) = (bob.at(&other.address), dan.at(&other.address));
    (one, other, [ana, bob, cleo, dan])
}

#[tokio::test]
async fn each_hears_the_own_conversation_and_nothing_of_the_others() {
    let (one, other, [ana, bob, cleo, dan]) = people().await;
    let offer = ana.offers("Bike repair").await;
    let (mut anas, mut anas_with_cleo) =
        (ana.opens(&offer).await, ana.at(&other.address).opens(&format!("{offer}:{}", cleo.id)).await);
    let respondents = [&bob, &cleo, &dan];
    let key = |person: &Person| format!("{offer}:{}", person.id);
    let mut sockets = Vec::new();
    for person in respondents {
        sockets.push(person.opens(&offer).await);
    }

    for (person, socket) in respondents.into_iter().zip(&mut sockets) {
        socket.says(&format!("{} asks", person.username)).await;
    }
    let mut asked: Vec<_> = anas.hears_messages(3).await.into_iter().map(|seen| seen.content).collect();
    asked.sort_unstable();
    assert_eq!(asked, ["bob asks", "cleo asks", "dan asks"], "the owner hears them all on one socket");

    anas_with_cleo.hears_message("cleo asks").await;

    // By recipient_id on the short form, by key over HTTP at either process, and a handshake with one alone.
    for person in respondents {
        let answer = format!("for {}", person.username);
        anas.sends(json!({"type": "message", "content": answer, "recipient_id": person.id})).await;
        anas.hears_message(&answer).await;
    }
    anas.sends(json!({"type": "handshake_start", "recipient_id": cleo.id})).await;
    anas.hears_handshake("pending").await;
    anas_with_cleo.sends(json!({"type": "message", "content": "by key"})).await;
    for (person, server) in respondents.into_iter().zip([&one, &other, &one]) {
        let path = format!("/api/conversations/{}/messages/", key(person));
        ana.at(&server.address).post(&path, json!({"content": "last"})).await.is(201);
    }

    for (person, socket) in respondents.into_iter().zip(&mut sockets) {
        let heard = hears_until_the_last(socket).await;
        assert!(heard.iter().all(|frame| conversation(frame) == key(person)), "{}: {heard:?}", person.username);
        let due = if person.id == cleo.id { 5 } else { 3 };
        assert_eq!(heard.len(), due, "{}: {heard:?}", person.username);
        assert_eq!(person.timeline(&offer).await, heard, "{}", person.username);
    }
    let heard = hears_until_the_last(&mut anas_with_cleo).await;
    assert_eq!(cleo.timeline(&offer).await[1..], heard, "the owner's socket on a key has that conversation alone");
    // What was committed for one was compared for all: had anything gone astray, it would be here by now.
    anas_with_cleo.has_heard_nothing().await;
    for (person, socket) in respondents.into_iter().zip(&mut sockets) {
        socket.has_heard_nothing().await;
        for stranger in respondents.into_iter().filter(|stranger| stranger.id != person.id) {
            stranger.is_refused(&key(person)).await.is(403, "not_a_participant");
            let peek = stranger.at(&one.address).get(&format!("/api/conversations/{}/timeline/", key(person))).await;
            peek.is_problem(403, "not_a_participant");
        }
    }
}

fn conversation(frame: &Value) -> &str {
    let body = &frame[frame["type"].as_str().unwrap_or_default()];
    body["conversation"].as_str().unwrap_or_else(|| panic!("expected a conversation in {frame}"))
}

async fn hears_until_the_last(socket: &mut Socket) -> Vec<Value> {
    let mut heard: Vec<Value> = Vec::new();
    while heard.last().is_none_or(|frame| frame["message"]["content"] != "last") {
        heard.push(socket.hears().await);
    }
    heard
}
