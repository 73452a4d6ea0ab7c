//! Two people talk, each in a browser: what the one writes the other reads, without a reload; who is there, who types,
//! what was read.

use handsel_tests::browser::Key;
use serde_json::json;

use crate::scene::Scene;

#[tokio::test]
async fn messages_typing_presence_and_what_was_read() {
    let scene = Scene::begins().await;
    let Scene { ada, bob, key, .. } = &scene;
    ada.sees("online").await;
    bob.sees("online").await;

    bob.writes("Could you mend my bike?").await;
    ada.sees("bob is typing …").await;
    bob.says("Could you mend my bike?").await;
    ada.reads("Could you mend my bike?").await;
    ada.sees_no_more("bob is typing …").await;
    bob.sees_delivery("Could you mend my bike?", "Read").await;

    // Nobody reads what is in a thread that is not open.
    ada.opens("#/offers").await;
    bob.says("On Saturday?").await;
    bob.sees_delivery("On Saturday?", "Sent").await;
    ada.opens("#/messages").await;
    ada.sees("On Saturday?").await;
    ada.sees("Your turn").await;
    bob.sees_delivery("On Saturday?", "Sent").await;
    ada.chooses(key).await;
    ada.reads("On Saturday?").await;
    bob.sees_delivery("On Saturday?", "Read").await;
    ada.sees_no_more("Your turn").await;

    ada.says("Gladly.").await;
    bob.reads("Gladly.").await;
    ada.sees_delivery("Gladly.", "Read").await;
    bob.presses("Log out").await;
    ada.sees("not here right now").await;
    scene.ends().await;
}

#[tokio::test]
async fn a_reload_keeps_everything() {
    let scene = Scene::begins().await;
    let Scene { ada, bob, .. } = &scene;
    ada.says("Two lines,\nor three").await;
    bob.reads("Two lines,\nor three").await;
    bob.offers_a_hand(Some("Saturday at ten")).await;
    ada.may("approve decline").await;
    ada.sees_step("bob offered a hand").await;
    let before = ada.timeline().await;
    let url = ada.page.url().await;
    ada.page.reloads().await;
    ada.sees_step("bob offered a hand").await;
    ada.may("approve decline").await;
    assert_eq!(ada.timeline().await, before);
    assert_eq!(ada.page.url().await, url);
    bob.says("Still there?").await;
    ada.reads("Still there?").await;
    scene.ends().await;
}

#[tokio::test]
async fn shift_and_enter_breaks_the_line_and_enter_sends() {
    let scene = Scene::begins().await;
    let Scene { ada, bob, .. } = &scene;
    ada.writes("One line").await;
    ada.page.presses_with_shift(Key::Enter).await;
    ada.page.puts_in("and another").await;
    assert_eq!(ada.seqs().await, [1], "nothing is sent yet");
    ada.page.presses(Key::Enter).await;
    bob.reads("One line\nand another").await;
    let left = ada.page.runs("return field('Your message').value", json!(null)).await;
    assert_eq!(left, "", "what is sent is not to be written again");

    // Twice at once is once, and nothing at all is nothing.
    ada.page.presses(Key::Enter).await;
    ada.writes("   ").await;
    ada.page.presses(Key::Enter).await;
    ada.writes("Last").await;
    ada.page.types(&Key::Enter.value().to_string().repeat(2)).await;
    bob.reads("Last").await;
    ada.sees_delivery("Last", "Read").await;
    assert_eq!(bob.timeline().await, ["> Hello!", "< One line\nand another", "< Last"]);
    scene.ends().await;
}

#[tokio::test]
async fn who_goes_to_another_page_is_not_there() {
    let scene = Scene::begins().await;
    let Scene { ada, bob, .. } = &scene;
    ada.sees("online").await;
    bob.page.goes_to("about:blank").await;
    ada.sees("not here right now").await;
    scene.ends().await;
}
