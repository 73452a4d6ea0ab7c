//! Whatever somebody writes is text: in a message, a note, a title, a description, a name. Nothing in it runs, loads,
//! becomes a link that it must not be, or leaves its place.

use handsel_tests::browser::{Look, Page, Visitor};
use handsel_tests::{Person, Server};
use serde_json::{Value, json};

use crate::scene::{People, Scene, Writes};

const HOSTILE: [&str; 16] = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(2)</script>",
    "</textarea></title></style><svg onload=alert(3)>",
    "<iframe srcdoc='<script>parent.alert(4)</script>'></iframe>",
    "<a href=\"javascript:alert(5)\">here</a> &lt;b&gt; &amp; &#60;i&#62;",
    "javascript:alert(6) JavaScript:alert(6) data:text/html,<script>alert(6)</script> vbscript:x file:///etc/passwd",
    "${alert(7)} {{alert(7)}} `alert(7)` \\u003cscript\\u003e %3Cscript%3E",
    "\u{202e}desrever si siht\u{202c} \u{2066}isolated\u{2069}",
    "\u{202e}nothing closes this",
    "\u{202d}\u{2067}\u{2068} open \u{200f}\u{200e}\u{61c} marks",
    "مرحبا، هل يمكنك إصلاح دراجتي؟ (אולי) — 10:00",
    "👩‍👩‍👧‍👦 👨🏽‍🔧 🏳️‍🌈 🇮🇸🇳🇴 👍🏿 ☺️ ☺︎ 1️⃣ 🫱🏻‍🫲🏿",
    "Z\u{338}\u{321}\u{322}\u{317}\u{353}\u{33b}a\u{338}\u{321}\u{317}\u{353}\u{33b}lgo and e\u{301} and \u{200b}zero\u{200d}width\u{feff}less",
    "a\tb\n\n\n  c   d\u{a0}e\u{2028}f\u{85}g",
    "\u{1}\u{7}\u{1b}[31mred\u{7f}",
    "__proto__ constructor toString [object Object] null undefined NaN",
];

/// Nothing that a text could have become is on the page, and no script of it has run.
async fn nothing_but_text(page: &Page) {
    let made = "return [...document.querySelectorAll('main img, body script:not([src]), iframe, object, embed, body style, body svg[onload], [onerror], [onload], [onclick]')]
      .map((element) => element.outerHTML).join(' ')";
    assert_eq!(page.runs(made, Value::Null).await, "", "elements that nobody but a text can have made");
}

#[tokio::test]
async fn messages_are_text() {
    let scene = Scene::begins().await;
    let Scene { ada, bob, people, key, .. } = &scene;
    for (number, text) in HOSTILE.iter().enumerate() {
        // From a page and from a client that is none.
        if number % 2 == 0 {
            bob.says(text).await;
        } else {
            people.bob.writes(key, text).await;
        }
        ada.reads(text).await;
        bob.has_said(text).await;
    }
    for visitor in [ada, bob] {
        nothing_but_text(&visitor.page).await;
        let links =
            visitor.page.runs("return document.querySelectorAll('handsel-timeline .text a').length", Value::Null).await;
        assert_eq!(links, 0, "none of these is a link");
    }
    // The list shows the last of them, and reading it all again makes no difference.
    ada.page.reloads().await;
    for text in HOSTILE {
        ada.reads(text).await;
    }
    nothing_but_text(&ada.page).await;
    scene.ends().await;
}

#[tokio::test]
async fn only_web_addresses_become_links_and_they_open_safely() {
    let scene = Scene::begins().await;
    let Scene { ada, people, key, .. } = &scene;
    for (text, href) in [
        ("See https://example.org/a?b=c#d (or not).", Some("https://example.org/a?b=c#d")),
        ("http://example.org", Some("http://example.org/")),
        ("(https://example.org/wiki/Hand_(anatomy))", Some("https://example.org/wiki/Hand_(anatomy)")),
        ("https://example.org/\"onmouseover=alert(1)//", Some("https://example.org/")),
        ("javascript:alert('https:')", None),
        ("data:text/html,hello ftp://example.org blob:null", None),
        ("https://good.example@evil.test/", None),
        ("https://evil.test/\u{202e}gro.elpmaxe", None),
    ] {
        people.bob.writes(key, text).await;
        ada.reads(text).await;
        let script = "return [...entryOf(given).querySelectorAll('a')].map((a) => [a.href, new URL(a.textContent).href, a.rel, a.target])";
        let links = ada.page.runs(script, json!(text)).await;
        match href {
            None => assert_eq!(links, json!([]), "{text:?}"),
            Some(href) => assert_eq!(links, json!([[href, href, "noopener noreferrer", "_blank"]]), "{text:?}"),
        }
    }
    scene.ends().await;
}

#[tokio::test]
async fn names_titles_descriptions_and_notes_are_text() {
    let server = Server::start().await;
    for (number, text) in HOSTILE.iter().enumerate().filter(|(_, text)| !text.contains(['\n', '\u{1}'])) {
        let name: String = text.chars().take(150).collect();
        let account =
            json!({"username": format!("mallory{number}"), "password": "mallory's password", "first_name": name});
        server.post("/api/auth/register/", account).await.is(201);
    }
    let login = json!({"username": "mallory0", "password": "mallory's password"});
    let mallory = Person::new(&server.address, server.post("/api/auth/login/", login).await.is(200));
    let bob = server.person("bob").await;
    for text in HOSTILE {
        mallory.post("/api/offers/", json!({"title": text, "description": text})).await.is(201);
    }
    let visitor = Visitor::logged_in(&bob).await;
    visitor.opens("#/offers").await;
    for text in HOSTILE {
        let script = "return [...document.querySelectorAll('h2')].filter((title) => title.textContent.includes(given)).length === 1";
        visitor.page.until(format!("the title {text:?}"), script, json!(text)).await;
    }
    nothing_but_text(&visitor.page).await;

    let offer = "offer_1";
    visitor.talks_in(offer).await;
    visitor.says("Hello!").await;
    visitor.has_said("Hello!").await;
    visitor.sees(HOSTILE[0]).await;
    visitor.offers_a_hand(Some(HOSTILE[1])).await;
    visitor.sees_step(HOSTILE[1]).await;
    mallory.writes(&format!("{offer}:{}", bob.id), "Hello!").await;
    visitor.reads("Hello!").await;
    nothing_but_text(&visitor.page).await;
    visitor.page.reloads().await;
    visitor.sees_step(HOSTILE[1]).await;
    nothing_but_text(&visitor.page).await;
    visitor.leaves().await;
}

#[tokio::test]
async fn the_longest_word_fits_a_phone() {
    let scene = Scene::begins().await;
    let Scene { ada, people, key, .. } = &scene;
    ada.page.looks_like(Look::Phone).await;
    for word in ["w".repeat(4_000), format!("https://example.org/{}", "w".repeat(3_900)), "👩‍👩‍👧‍👦".repeat(570)]
    {
        people.bob.writes(key, &word).await;
        ada.reads(&word).await;
        assert_eq!(ada.page.overflow().await, json!([]), "nothing is wider than the phone");
    }
    scene.ends().await;
}

#[tokio::test]
async fn an_override_reaches_neither_the_name_nor_the_time_beside_it() {
    let scene = Scene::begins().await;
    let Scene { ada, people, key, .. } = &scene;
    // As wide as each other: what the override does to the one's surroundings shows in a comparison of the two.
    let (plain, turned) = ("left to right 10:00", "\u{202e}left to right 10:00");
    people.bob.writes(key, plain).await;
    people.bob.writes(key, turned).await;
    people.bob.writes(key, plain).await;
    ada.reads(turned).await;
    let script = "const place = (entry) => {
        const { left, top } = entry.getBoundingClientRect();
        return [...entry.querySelectorAll('time, .visually-hidden')].map((part) => {
          const range = document.createRange();
          range.selectNodeContents(part);
          return [...range.getClientRects()].map((box) => [box.left - left, box.width, box.top - top].map(Math.round));
        });
      };
      const entries = [...document.querySelectorAll('handsel-timeline .entry.message.peer')].slice(-2);
      return entries.map(place)";
    let places = ada.page.runs(script, Value::Null).await;
    assert_eq!(places[0], places[1], "the time and the name stand where they stand beside any text");
    assert!(places[0][0][0].is_array(), "they were found: {places}");
    scene.ends().await;
}

#[tokio::test]
async fn a_hostile_owner_s_conversation_list_is_text() {
    let server = Server::start().await;
    let (people, key) = People::acquainted(&server).await;
    let ada = Visitor::logged_in(&people.ada).await;
    ada.opens("#/messages").await;
    for text in HOSTILE {
        people.bob.writes(&key, text).await;
    }
    let last = HOSTILE[HOSTILE.len() - 1];
    ada.sees(last).await;
    nothing_but_text(&ada.page).await;
    ada.leaves().await;
}
