//! Publishing and browsing offers and needs. Knows nothing of changing them.

use handsel_tests::{Person, Server};
use serde_json::{Value, json};

use super::support::{finds_wrong, has_exactly};

const SHAPE: [(&str, &str); 8] = [
    ("id", "number"),
    ("kind", "text"),
    ("conversation", "text"),
    ("owner", "person"),
    ("title", "text"),
    ("description", "text"),
    ("status", "text"),
    ("created_at", "time"),
];

async fn one_person() -> (Server, Person) {
    let server = Server::start().await;
    let ana = server.person("ana").await;
    (server, ana)
}

#[tokio::test]
async fn a_new_listing_is_shown_whole() {
    let (_server, ana) = one_person().await;
    for (path, kind) in [("/api/offers/", "offer"), ("/api/needs/", "need")] {
        let published = ana.post(path, json!({"title": "  Bike repair ", "description": " Brakes\nand gears "})).await;
        let listing = published.is(201).clone();
        has_exactly(&listing, &SHAPE);
        let expected = json!({"id": 1, "kind": kind, "conversation": format!("{kind}_1"),
            "owner": {"id": ana.id, "username": "ana", "full_name": "ana"}, "title": "Bike repair",
            "description": "Brakes\nand gears", "status": "open", "created_at": listing["created_at"]});
        assert_eq!(listing, expected);
        assert_eq!(*ana.get(&format!("{path}1/")).await.is(200), listing);
        let list = ana.get(path).await;
        assert_eq!(*list.is(200), json!({"results": [listing], "next": null}));
    }
}

#[tokio::test]
async fn numbers_count_for_each_kind() {
    let (_server, ana) = one_person().await;
    let published = [
        ana.offers("One").await,
        ana.needs("One").await,
        ana.needs("Two").await,
        ana.offers("Two").await,
        ana.offers("Three").await,
    ];
    assert_eq!(published, ["offer_1", "need_1", "need_2", "offer_2", "offer_3"]);
    assert_eq!(ana.get("/api/needs/2/").await.is(200)["title"], "Two");
}

#[tokio::test]
async fn each_wrong_field_is_named() {
    let (_server, ana) = one_person().await;
    let [title, description] = [201, 10_001].map(|count| "é".repeat(count));
    for (fields, expected) in [
        (json!({}), [("/title", "required")].as_slice()),
        (json!({"title": null}), &[("/title", "required")]),
        (json!({"title": 7}), &[("/title", "field_invalid")]),
        (json!({"title": " \n"}), &[("/title", "title_required")]),
        (json!({"title": title}), &[("/title", "title_too_long")]),
        (json!({"title": "a\u{0}"}), &[("/title", "text_invalid")]),
        (json!({"title": "a", "description": []}), &[("/description", "field_invalid")]),
        (json!({"title": "a", "description": "\u{0}"}), &[("/description", "text_invalid")]),
        (
            json!({"title": "", "description": description}),
            &[("/title", "title_required"), ("/description", "description_too_long")],
        ),
    ] {
        finds_wrong(&ana.post("/api/offers/", fields).await, expected);
    }
    let fits = json!({"title": "é".repeat(200), "description": "é".repeat(10_000)});
    assert_eq!(ana.post("/api/offers/", fits).await.is(201)["id"], 1, "what was refused took no number");
}

#[tokio::test]
async fn a_listing_has_one_address() {
    let (_server, ana) = one_person().await;
    for _ in 0..7 {
        ana.offers("Bike repair").await;
    }
    ana.get("/api/offers/7/").await.is(200);
    for id in ["007", "x", "0", "-7", "8", "7:2", "+7", "7.0", "99999999999999999999", "offer_7", "%37", "７"] {
        let path = format!("/api/offers/{}/", id.replace('７', "%EF%BC%97"));
        ana.get(&path).await.is_problem(404, "listing_not_found");
        ana.patch(&path, json!({"title": "New"})).await.is_problem(404, "listing_not_found");
    }
    ana.get("/api/needs/7/").await.is_problem(404, "listing_not_found");
}

async fn titles(person: &Person, mut path: String) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    loop {
        let page = person.get(&path).await;
        has_exactly(page.is(200), &[("results", "list"), ("next", "text|null")]);
        let results = page.json["results"].as_array().expect("a list");
        pages.push(results.iter().map(|listing| listing["title"].as_str().expect("text").to_owned()).collect());
        match &page.json["next"] {
            Value::String(next) => path.clone_from(next),
            _ => return pages,
        }
    }
}

#[tokio::test]
async fn lists_are_newest_first_and_paged_to_the_end() {
    let (server, ana) = one_person().await;
    for title in ["One", "Two", "Three", "Four", "Five"] {
        ana.offers(title).await;
    }
    ana.needs("Help").await;
    let bob = server.person("bob").await;
    assert_eq!(
        titles(&bob, "/api/offers/?limit=2".to_owned()).await,
        [vec!["Five", "Four"], vec!["Three", "Two"], vec!["One"]]
    );
    assert_eq!(titles(&bob, "/api/offers".to_owned()).await, [["Five", "Four", "Three", "Two", "One"]]);
    let by_one = titles(&bob, "/api/offers/?limit=1".to_owned()).await.concat();
    assert_eq!(by_one, ["Five", "Four", "Three", "Two", "One"], "none twice, none missing");
}

#[tokio::test]
async fn a_page_goes_on_where_the_last_one_ended_whatever_was_published_since() {
    let (_server, ana) = one_person().await;
    for title in ["One", "Two", "Three"] {
        ana.offers(title).await;
    }
    let first = ana.get("/api/offers/?limit=2").await;
    let next = first.is(200)["next"].as_str().expect("there is more").to_owned();
    ana.offers("Four").await;
    assert_eq!(titles(&ana, next).await, [["One"]]);
}

#[tokio::test]
async fn a_limit_or_a_cursor_that_is_none_is_refused() {
    let (_server, ana) = one_person().await;
    for path in ["/api/offers/", "/api/needs/", "/api/conversations/"] {
        for (name, value) in [
            ("limit", "0"),
            ("limit", "101"),
            ("limit", "-1"),
            ("limit", "x"),
            ("limit", ""),
            ("limit", "1.5"),
            ("cursor", "x"),
            ("cursor", ""),
            ("cursor", "AAAA"),
            ("cursor", "__________8"),
            ("cursor", "%ff"),
        ] {
            let problem = ana.get(&format!("{path}?{name}={value}")).await;
            assert_eq!(problem.is_problem(400, "query_invalid")["parameter"], name);
        }
        ana.get(&format!("{path}?limit=100&unknown=1")).await.is(200);
    }
}
