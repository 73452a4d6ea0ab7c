//! Nothing that is there is overwritten, whoever put it there. Knows nothing of files that are wrong by themselves.

use serde_json::json;

use super::file::{conversation, listing, message, user, whole};
use super::scene::{assert_same, exports, found, imports};
use handsel_tests::{Server, Started};

/// What Ana and Bob have said by a file, 4 entries; nobody is served.
async fn imported() -> Started {
    let over = Started::fresh();
    let (report, ended) = imports(&over, &whole(&talk(4))).await;
    ended.is(0);
    assert_eq!(found(&report), [""; 0]);
    over
}

fn talk(entries: u64) -> Vec<String> {
    let mut lines = vec![user(1, "ana"), user(2, "bob"), listing("offer_1", 1), conversation("offer_1:2", 2, 0)];
    lines.extend((1..=entries).map(|seq| message("offer_1:2", seq, 2 - (seq + 1) % 2, &format!("Message {seq}."))));
    lines
}

#[tokio::test]
async fn what_differs_stays_as_it_is_and_is_reported() {
    let over = imported().await;
    let before = exports(&over).await;
    let lines = [
        user(1, "zoe").replace("2024-", "2022-"),
        user(2, "bob").replace("\"first_name\":\"\"", "\"first_name\":\"Robert\""),
        user(3, "ana"),
        user(4, "dan"),
        listing("offer_1", 2),
        listing("offer_2", 1),
    ];
    let (report, ended) = imports(&over, &whole(&lines)).await;
    ended.is(1);
    let expected = ["2 user_differs", "3 +user_kept", "4 username_taken", "6 listing_differs", "7 user_unknown"];
    assert_eq!(found(&report), expected);
    let after = exports(&over).await;
    assert_eq!(after.len(), before.len() + 1, "Dan is new");
    assert_same(
        &before[1..before.len() - 1],
        &after.iter().filter(|line| line["username"] != "dan").cloned().collect::<Vec<_>>()[1..before.len() - 1],
    );

    let mut lines = talk(4);
    lines[2] = listing("offer_1", 1).replace("Bike repair", "Bicycle repair");
    lines[5] = message("offer_1:2", 2, 1, "Something else.");
    let (report, ended) = imports(&over, &whole(&lines)).await;
    ended.is(1);
    assert_eq!(found(&report), ["4 +listing_kept", "7 entry_differs", "8 behind_refused", "9 behind_refused"]);
    assert_same(&after, &exports(&over).await);
}

#[tokio::test]
async fn a_longer_file_is_taken_from_where_the_last_one_ended() {
    let over = imported().await;
    let mut lines = talk(6);
    lines[3] = conversation("offer_1:2", 1, 6);
    let (report, ended) = imports(&over, &whole(&lines)).await;
    ended.is(0);
    assert_eq!(found(&report), [""; 0]);
    let exported = exports(&over).await;
    let conversation = exported.iter().find(|line| line["type"] == "conversation").expect("it is there");
    // Nobody has read less than before.
    assert_eq!((&conversation["owner_read_up_to"], &conversation["respondent_read_up_to"]), (&json!(2), &json!(6)));
    assert_eq!(exported.iter().filter(|line| line["type"] == "message").count(), 6);
}

#[tokio::test]
async fn what_people_wrote_meanwhile_stays_and_keeps_the_rest_of_its_conversation_out() {
    let over = imported().await;
    let server: Server = over.start().await;
    let (status, token, errors) = server.command(&["token", "issue", "bob"], "").await;
    assert!(status.success(), "{errors}");
    let bob = handsel_tests::Person {
        address: server.address.clone(),
        id: 2,
        username: "bob".to_owned(),
        token: token.split_whitespace().last().expect("a token").to_owned(),
    };
    bob.post("/api/conversations/offer_1:2/messages/", json!({"content": "I was here."})).await.is(201);
    let again = server.another();
    let mut lines = talk(6);
    lines.extend([user(3, "cem"), conversation("offer_1:3", 0, 0), message("offer_1:3", 1, 3, "And I.")]);
    let (report, ended) = imports(&again, &whole(&lines)).await;
    ended.is(1);
    assert_eq!(found(&report), ["10 entry_differs", "11 behind_refused"]);
    let seen = bob.get("/api/conversations/offer_1:2/timeline/").await;
    assert_eq!(seen.is(200)["entries"][4]["message"]["content"], "I was here.", "{}", seen.json);
    assert_eq!(seen.json["head"], 5);
}

#[tokio::test]
async fn whoever_was_erased_does_not_come_back_by_an_old_file() {
    let over = imported().await;
    over.database().change("UPDATE users SET deleted_at = 1704067300000 WHERE id = 2").await;
    over.database()
        .change(
            "UPDATE entries SET content = '', client_message_id = NULL, redacted_at = 1704067300000 WHERE actor_id = 2",
        )
        .await;
    let (report, ended) = imports(&over, &whole(&talk(6))).await;
    ended.is(1);
    let mut expected = vec!["3 user_deleted".to_owned(), "5 user_unknown".to_owned()];
    expected.extend((6..12).map(|line| format!("{line} behind_refused")));
    assert_eq!(found(&report), expected);
    let messages: Vec<_> = exports(&over).await.into_iter().filter(|line| line["type"] == "message").collect();
    assert!(messages.iter().all(|line| line["sender_id"] == 1 || line["content"] == ""), "{messages:?}");
}
