//! `kill -9` while somebody is erased with all that they said: asked for again, it is done, and each hears of it once.

use handsel_tests::socket::Heard;
use handsel_tests::{Admin, Person, Server, Started, feed, in_time, seeding};
use serde_json::{Value, json};

const SEEDED: i64 = 40_000;
/// Bob has begun, and written each second of the others.
const BOBS: i64 = SEEDED / 2 + 1;
const HEAD: i64 = SEEDED + 1;
const FLAGS: [&str; 2] = ["--frames-per-second", "0"];

async fn redacted(server: &Started) -> i64 {
    server.database().number("SELECT COUNT(*) FROM entries WHERE redacted_at IS NOT NULL").await
}

/// Asks for the erase, and kills whoever does it once some is redacted; returns how much is then.
async fn killed_in_the_middle(server: Server, bob: i64) -> (Started, i64) {
    let (admin, path) = (Admin::of(&server), erase(bob));
    let asked = tokio::spawn(async move { admin.delete(&path).await.status });
    let over = server.another();
    let some = async { while redacted(&over).await == 0 {} };
    in_time("something to be redacted", some).await;
    let left = server.kill().await;
    assert!(asked.await.is_err(), "expected no answer from a process that was killed");
    let done = redacted(&left).await;
    assert!((1..BOBS).contains(&done), "expected it killed in the middle, saw {done} of {BOBS} redacted");
    (left, done)
}

fn erase(user: i64) -> String {
    format!("/api/admin/users/{user}/?messages=redact")
}

/// Expects what Bob has said there to be gone, and all else to stand, in a resumed socket as in the tables.
async fn reads(ana: &Person, key: &str) {
    const SHOWN: i64 = 50;
    let (mut resumed, _) = ana.resumes(key, HEAD - SHOWN).await;
    for seq in HEAD - SHOWN + 1..=HEAD {
        let frame = resumed.hears().await;
        let message = &frame["message"];
        assert_eq!(message["seq"], seq, "in order and once: {frame}");
        let is_anas = message["sender"]["id"] == ana.id;
        let content = if is_anas { format!("seeded {seq}") } else { String::new() };
        assert_eq!((&message["content"], message["redacted_at"].is_string()), (&json!(content), !is_anas), "{frame}");
    }
    assert_eq!(resumed.hears().await["redaction"]["seq"], HEAD + 1);
    resumed.has_heard_nothing().await;
}

#[tokio::test]
async fn an_erase_that_is_killed_is_done_when_it_is_asked_for_again_and_told_once() {
    let server = Started::fresh().with(&FLAGS).start().await;
    let (ana, bob, cleo) = (server.person("ana").await, server.person("bob").await, server.person("cleo").await);
    let key = format!("{}:{}", ana.offers("Bike repair").await, bob.id);
    let cleos = format!("{}:{}", bob.offers("Bikes").await, cleo.id);
    for (person, key) in [(&bob, &key), (&cleo, &cleos), (&bob, &cleos)] {
        person.post(&format!("/api/conversations/{key}/messages/"), json!({"content": "Hello!"})).await.is(201);
    }
    seeding::messages(server.database(), &key, SEEDED).await;
    // What was seeded lies before the feed.
    let server = server.kill().await.with_admin().with(&FLAGS).start().await;
    let (mut before, _) = ana.at(&server.address).opens_by_v1(&key).await;
    let (left, done) = killed_in_the_middle(server, bob.id).await;
    assert_eq!(before.next().await, Heard::Broke, "a killed process says no goodbye, and has told nothing yet");

    let server = left.with_admin().with(&FLAGS).start().await;
    let (ana, cleo, admin) = (ana.at(&server.address), cleo.at(&server.address), Admin::of(&server));
    bob.at(&server.address).get("/api/conversations/").await.is_problem(401, "token_revoked");
    let (mut anas, _) = ana.resumes(&key, HEAD).await;
    let (mut inbox, _) = ana.opens_inbox().await;
    let (mut of_cleo, _) = cleo.opens_by_v1(&cleos).await;
    let rest = json!({"id": bob.id, "messages": "redact", "redacted": BOBS + 1 - done, "conversations": 2});
    assert_eq!(*admin.delete(&erase(bob.id)).await.is(200), rest, "{done} were redacted before");
    for (socket, key, seq) in [(&mut anas, &key, HEAD + 1), (&mut inbox, &key, HEAD + 1), (&mut of_cleo, &cleos, 3)] {
        let heard = socket.hears().await;
        let redaction = &heard["redaction"];
        assert_eq!((&redaction["conversation"], &redaction["seq"]), (&json!(key), &json!(seq)), "saw {heard}");
        assert_eq!(redaction["actor_id"], bob.id);
    }
    assert_eq!(admin.delete(&erase(bob.id)).await.is(200)["redacted"], 0, "again there is nothing left to do");
    for socket in [&mut anas, &mut inbox, &mut of_cleo] {
        socket.has_heard_nothing().await;
    }
    reads(&ana, &key).await;
    let left = "SELECT COUNT(*) FROM entries WHERE kind = 'message' AND redacted_at IS NULL AND content <> ''";
    assert_eq!(server.database().number(left).await, SEEDED / 2 + 1, "Ana's and Cleo's");
    let is_redaction = |event: &Value| event["type"] == "message.redacted";
    let of_cleos = |event: &Value| is_redaction(event) && event["data"]["conversation"] == cleos.as_str();
    feed::until(&admin, "the redaction of the other conversation", of_cleos).await;
    let told = feed::all(&admin).await.into_iter().filter(is_redaction).count();
    assert_eq!(told, 2, "one for each conversation");
}
