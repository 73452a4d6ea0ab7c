//! The timeline over HTTP: which page one gets, and that its entries are the frames that sockets heard. Knows nothing
//! of how one writes.

use handsel_tests::people::seq;
use serde_json::{Value, json};

use super::support::{Market, has_read, page, takes, writes};

fn seqs(page: &Value) -> Vec<i64> {
    page["entries"].as_array().expect("a list").iter().map(seq).collect()
}

#[tokio::test]
async fn its_entries_are_the_frames_that_sockets_heard() {
    let market = Market::open().await;
    let Market { ana, bob, offer, key, .. } = &market;
    let mut sockets = [ana.opens(offer).await, bob.opens(offer).await];
    let mut heard: [Vec<Value>; 2] = [Vec::new(), Vec::new()];
    let named = json!({"type": "message", "content": " \u{202e}Hi\n🤝 ", "client_message_id": "é"});
    let start = json!({"type": "handshake_start", "note": "Two", "terms": {"b": 1.50, "a": []}});
    for turn in 0..6 {
        match turn {
            0 => sockets[1].sends(named.clone()).await,
            1 => sockets[0].says("\"Hello\" \\ <b>").await,
            2 => drop(writes(bob, offer, "by HTTP").await),
            3 => sockets[0].sends(start.clone()).await,
            4 => drop(takes(bob, offer, "approve", json!({})).await),
            _ => sockets[1].sends(json!({"type": "handshake_complete"})).await,
        }
        for (socket, heard) in sockets.iter_mut().zip(&mut heard) {
            heard.push(socket.hears().await);
        }
    }
    let [owners, respondents] = &heard;
    assert_eq!(owners, respondents, "both heard the same");
    for (person, name) in [(ana, key), (bob, key), (ana, offer), (bob, offer)] {
        let page = page(person, name, "").await;
        assert_eq!(page["entries"], json!(owners), "{} reads {name}", person.username);
        assert_eq!((&page["head"], &page["handshake"]), (&json!(6), &owners[5]["handshake"]));
    }

    has_read(ana, key, 6).await.is(201);
    let entries = page(bob, offer, "").await["entries"].clone();
    for (mut heard, now) in owners.clone().into_iter().zip(entries.as_array().expect("a list")) {
        if heard["message"]["recipient_id"] == ana.id {
            heard["message"]["is_read"] = json!(true);
        }
        assert_eq!(heard, *now, "nothing but is_read changes");
    }
}

#[tokio::test]
async fn a_page_is_between_its_bounds_and_the_newest_without_any() {
    let market = Market::open().await;
    let Market { bob, offer, .. } = &market;
    for number in 1..=7 {
        writes(bob, offer, &number.to_string()).await;
    }
    for (query, expected) in [
        ("", (1..=7).collect::<Vec<_>>()),
        ("?limit=3", vec![5, 6, 7]),
        ("?after=0&limit=3", vec![1, 2, 3]),
        ("?after=3", vec![4, 5, 6, 7]),
        ("?after=3&limit=2", vec![4, 5]),
        ("?after=7", vec![]),
        ("?after=1000", vec![]),
        ("?before=5", vec![1, 2, 3, 4]),
        ("?before=5&limit=2", vec![3, 4]),
        ("?before=1", vec![]),
        ("?before=1000&limit=1", vec![7]),
        ("?after=2&before=6", vec![3, 4, 5]),
        ("?after=2&before=6&limit=2", vec![3, 4]),
        ("?after=6&before=2", vec![]),
    ] {
        let page = page(bob, offer, query).await;
        assert_eq!((seqs(&page), &page["head"]), (expected, &json!(7)), "{query}");
    }
}

#[tokio::test]
async fn a_page_has_at_most_100_entries_and_50_where_nothing_is_said() {
    let market = Market::open().await;
    let Market { bob, offer, .. } = &market;
    for _ in 0..11 {
        futures_util::future::join_all((0..10).map(|_| writes(bob, offer, "Hello?"))).await;
    }
    assert_eq!(seqs(&page(bob, offer, "").await), (61..=110).collect::<Vec<_>>());
    assert_eq!(seqs(&page(bob, offer, "?limit=100").await), (11..=110).collect::<Vec<_>>());
    assert_eq!(seqs(&page(bob, offer, "?after=0&limit=100").await), (1..=100).collect::<Vec<_>>());
    let whole: Vec<_> = bob.timeline(offer).await.iter().map(seq).collect();
    assert_eq!(whole, (1..=110).collect::<Vec<_>>(), "page by page, without a hole");
}

#[tokio::test]
async fn a_bound_that_is_none_is_refused() {
    let market = Market::talking().await;
    for (name, value) in [
        ("after", "-1"),
        ("after", "x"),
        ("after", ""),
        ("after", "99999999999999999999"),
        ("before", "0"),
        ("before", "1.5"),
        ("limit", "0"),
        ("limit", "101"),
    ] {
        let path = format!("/api/conversations/{}/timeline/?{name}={value}", market.offer);
        assert_eq!(market.bob.get(&path).await.is_problem(400, "query_invalid")["parameter"], name);
    }
}

#[tokio::test]
async fn a_conversation_that_nobody_has_written_in_is_an_empty_page() {
    let market = Market::open().await;
    let empty = json!({"entries": [], "handshake": null, "head": 0});
    for (person, name) in [(&market.bob, &market.offer), (&market.bob, &market.key), (&market.ana, &market.key)] {
        assert_eq!(page(person, name, "").await, empty);
        assert_eq!(page(person, name, "?after=5").await, empty);
    }
}
