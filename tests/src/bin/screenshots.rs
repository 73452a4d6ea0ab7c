//! `cargo xtask screenshots`: what ada and bo see of the demo, on a phone and on a desktop, in light and in dark. Knows
//! nothing of where the pictures are shown.

use std::fs;
use std::path::Path;

use handsel_tests::browser::{Look, Visitor};
use handsel_tests::{Person, Started};
use serde_json::json;

const FIRST: &str = "Hello! My bike's brakes squeal. Could you have a look?";
const PASSWORD: &str = "handsel-demo";

#[tokio::main]
async fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/screenshots");
    fs::create_dir_all(&folder).expect("the folder can be made");
    let server = Started::fresh().with(&["--demo"]).start().await;
    let ada = Visitor::with_password(&server.address, "ada", PASSWORD).await;
    let bo = ada.beside().await;
    bo.logs_in("bo", PASSWORD).await;
    talk(&ada, &bo, &server.address).await;
    for (look, name) in [(Look::Phone, "phone"), (Look::Desktop, "desktop")] {
        ada.page.looks_like(look).await;
        // As on a phone, where there are none.
        ada.page.devtools("Emulation.setScrollbarsHidden", json!({"hidden": look == Look::Phone})).await;
        for scheme in ["light", "dark"] {
            ada.page.prefers(scheme).await;
            // Bo's last words and what can be done about the hand are to be seen, whatever was resized.
            ada.reads("Saturday at ten is perfect, thank you!").await;
            ada.page.until("a calm page", "return document.getAnimations().length === 0", json!(null)).await;
            let file = folder.join(format!("{name}-{scheme}.png"));
            fs::write(&file, ada.page.picture().await).expect("the picture is written");
            println!("docs/screenshots/{name}-{scheme}.png");
        }
    }
    ada.leaves().await;
}

/// Bo asks about the bike, they agree on a day, and bo offers a hand. About the move they are done already.
async fn talk(ada: &Visitor, bo: &Visitor, address: &str) {
    let [ada_herself, bo_himself] = [logged_in(address, "ada").await, logged_in(address, "bo").await];
    for (person, content) in [(&ada_herself, "I can carry boxes on Friday."), (&bo_himself, "You are a star.")] {
        let message = json!({"content": content});
        person.post("/api/conversations/need_1:1/messages/", message).await.is(201);
    }
    bo.talks_in("offer_1").await;
    bo.says(FIRST).await;
    bo.has_said(FIRST).await;
    ada.talks_in("offer_1:2").await;
    ada.reads(FIRST).await;
    for (says, hears, words) in [
        (ada, bo, "Gladly. Rim brakes or discs?"),
        (bo, ada, "Rim brakes, and the rear ones hardly grip."),
        (ada, bo, "Then new pads will do. Saturday at ten, in my yard?"),
        (bo, ada, "Saturday at ten is perfect, thank you!"),
    ] {
        says.says(words).await;
        hears.reads(words).await;
    }
    bo.offers_a_hand(Some("New brake pads, Saturday at ten")).await;
    ada.may("approve decline").await;
    bo.writes("I will bring").await;
    ada.sees("Bo Diddley is typing …").await;
}

async fn logged_in(address: &str, username: &str) -> Person {
    let body = json!({"username": username, "password": PASSWORD});
    let granted = handsel_tests::http::request(address, "POST", "/api/auth/login/", None, Some(body)).await;
    Person::new(address, granted.is(200))
}
