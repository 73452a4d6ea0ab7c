//! Saying what is read: forward only, at most to the head. Knows nothing of sockets.

use serde_json::{Value, json};

use super::support::{Market, finds_wrong, has_read, page, takes, writes};

fn read_flags(page: &Value) -> Vec<Option<bool>> {
    page["entries"].as_array().expect("a list").iter().map(|entry| entry["message"]["is_read"].as_bool()).collect()
}

#[tokio::test]
async fn the_cursor_goes_forward_only_and_at_most_to_the_head() {
    let market = Market::talking().await;
    let Market { ana, bob, offer, key, .. } = &market;
    for _ in 0..3 {
        writes(bob, offer, "Hello?").await;
    }
    for (up_to, status, stands_at) in [(2, 201, 2), (2, 200, 2), (1, 200, 2), (0, 200, 2), (99, 201, 4), (100, 200, 4)]
    {
        let answer = has_read(ana, key, up_to).await;
        let expected = json!({"conversation": key, "reader_id": ana.id, "up_to": stands_at});
        assert_eq!(*answer.is(status), json!({"type": "read", "read": expected}), "up to {up_to}");
        assert_eq!(market.line_of(ana).await["read_up_to"], stands_at);
    }
    assert_eq!(market.line_of(bob).await["read_up_to"], 0, "each has a cursor of the own");
    writes(bob, offer, "Hello?").await;
    assert_eq!(market.line_of(ana).await["read_up_to"], 4, "what lies past the head is not read in advance");
}

#[tokio::test]
async fn what_is_read_is_shown_as_read_to_both() {
    let market = Market::talking().await;
    let Market { ana, bob, offer, key, .. } = &market;
    writes(ana, key, "Hi").await;
    takes(bob, offer, "start", json!({})).await.is(201);
    writes(bob, offer, "Tomorrow?").await;
    let [yes, no] = [Some(true), Some(false)];
    for (reader, up_to, expected) in [
        (ana, 1, [yes, no, None, no]),
        (bob, 1, [yes, no, None, no]),
        (bob, 4, [yes, yes, None, no]),
        (ana, 4, [yes, yes, None, yes]),
    ] {
        has_read(reader, key, up_to).await.is(201);
        for person in [ana, bob] {
            assert_eq!(read_flags(&page(person, offer, "").await), expected, "{} after {up_to}", reader.username);
        }
    }
    assert_eq!(market.line_of(bob).await["last_entry"]["message"]["is_read"], true);
}

#[tokio::test]
async fn a_conversation_that_nobody_has_written_in_has_nothing_to_read() {
    let market = Market::open().await;
    let read = has_read(&market.bob, &market.offer, 5).await;
    assert_eq!(read.is(200)["read"]["up_to"], 0);
    assert_eq!(page(&market.bob, &market.offer, "").await["head"], 0);
}

#[tokio::test]
async fn each_wrong_field_is_named() {
    let market = Market::talking().await;
    let path = format!("/api/conversations/{}/read/", market.key);
    for (body, pointer, code) in [
        (json!({}), "/up_to", "required"),
        (json!({"up_to": null}), "/up_to", "required"),
        (json!({"up_to": "1"}), "/up_to", "field_invalid"),
        (json!({"up_to": 1.5}), "/up_to", "field_invalid"),
        (json!({"up_to": -1}), "/up_to", "field_invalid"),
        (json!({"up_to": 1, "recipient_id": 0}), "/recipient_id", "field_invalid"),
    ] {
        finds_wrong(&market.ana.post(&path, body).await, &[(pointer, code)]);
    }
}
