//! Which conversations `hello` lists, and what it says of each.

use handsel_tests::{Person, seeding};
use serde_json::{Value, json};

use super::scene::{Scene, has_read, writes};

fn keys(hello: &Value) -> Vec<&str> {
    let list = hello["conversations"].as_array().expect("a list of conversations");
    list.iter().map(|line| line["conversation"].as_str().expect("a key")).collect()
}

fn peer(person: &Person) -> Value {
    json!({"id": person.id, "username": person.username, "full_name": person.username})
}

#[tokio::test]
async fn a_respondent_who_has_written_nothing_is_told_of_the_own_conversation() {
    let scene = Scene::strangers().await;
    let own = json!([{"conversation": scene.key, "head": 0, "read_up_to": 0, "peer_read_up_to": 0,
        "peer": peer(&scene.ana), "online": false}]);
    for conversation in [&scene.offer, &scene.key] {
        let (_bobs, hello) = scene.bob.opens_by_v1(conversation).await;
        assert_eq!(hello["conversations"], own);
    }
    let conversations = "SELECT count(*) FROM conversations";
    assert_eq!(scene.server.database().number(conversations).await, 0, "connecting begins none");
}

#[tokio::test]
async fn an_owner_to_whom_nobody_has_written_is_told_of_none() {
    let scene = Scene::strangers().await;
    let (_bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    for conversation in [&scene.offer, &scene.key] {
        let (_anas, hello) = scene.ana.opens_by_v1(conversation).await;
        assert_eq!(hello["conversations"], json!([]), "on {conversation}");
    }
    let (_anas, hello) = scene.ana.opens_inbox().await;
    assert_eq!(hello["conversations"], json!([]));
}

#[tokio::test]
async fn an_owner_on_the_key_of_whoever_has_not_written_hears_their_first_entry() {
    let scene = Scene::strangers().await;
    let (mut anas, hello) = scene.ana.opens_by_v1(&scene.key).await;
    assert_eq!(hello["conversations"], json!([]));
    let (mut anas_resumed, hello) = scene.ana.resumes(&scene.key, 0).await;
    assert_ne!(hello["reset"], true, "saw {hello}");
    let (mut anas_ahead, hello) = scene.ana.resumes(&scene.key, 3).await;
    assert_eq!(hello["reset"], true, "saw {hello}");
    scene.is_asked_by("cleo").await;
    for due in 1..3 {
        let frame = writes(&scene.bob, &scene.offer, "Hello!").await;
        assert_eq!(frame["message"]["seq"], due);
        for socket in [&mut anas, &mut anas_resumed, &mut anas_ahead] {
            socket.hears_frame(&frame).await;
        }
    }
    anas.says("Hi").await;
    assert_eq!(anas.hears_message("Hi").await["recipient_id"], scene.bob.id);
}

#[tokio::test]
async fn each_side_is_told_where_it_stands_and_where_the_peer_does() {
    let scene = Scene::acquainted().await;
    writes(&scene.ana, &scene.key, "Hi").await;
    writes(&scene.bob, &scene.offer, "When?").await;
    has_read(&scene.ana, &scene.key, 3).await;
    has_read(&scene.bob, &scene.key, 2).await;
    let anas_line = json!([{"conversation": scene.key, "head": 3, "read_up_to": 3, "peer_read_up_to": 2,
        "peer": peer(&scene.bob), "online": false}]);
    let bobs_line = json!([{"conversation": scene.key, "head": 3, "read_up_to": 2, "peer_read_up_to": 3,
        "peer": peer(&scene.ana), "online": true}]);
    let (_anas, hello) = scene.ana.opens_by_v1(&scene.key).await;
    assert_eq!(hello["conversations"], anas_line);
    let (_bobs, hello) = scene.bob.opens_by_v1(&scene.key).await;
    assert_eq!(hello["conversations"], bobs_line);
    let (_bobs_phone, hello) = scene.bob.opens_by_v1(&scene.offer).await;
    assert_eq!(hello["conversations"], bobs_line);
    let (_bobs_inbox, hello) = scene.bob.opens_inbox().await;
    assert_eq!(hello["conversations"], bobs_line);
}

#[tokio::test]
async fn an_owners_short_form_is_all_about_the_listing_and_a_key_is_that_one() {
    let scene = Scene::acquainted().await;
    let (cleo, with_cleo) = scene.is_asked_by("cleo").await;
    let other_offer = scene.ana.offers("Plants").await;
    writes(&cleo, &other_offer, "And the plants?").await;
    let with_cleo_too = format!("{other_offer}:{}", cleo.id);

    let (_anas, hello) = scene.ana.opens_by_v1(&scene.offer).await;
    assert_eq!(keys(&hello), [&with_cleo, &scene.key], "the newest first");
    let (_anas_too, hello) = scene.ana.opens_by_v1(&scene.key).await;
    assert_eq!(keys(&hello), [&scene.key]);
    let (_anas_inbox, hello) = scene.ana.opens_inbox().await;
    assert_eq!(keys(&hello), [&with_cleo_too, &with_cleo, &scene.key]);
    let (_cleos_inbox, hello) = cleo.opens_inbox().await;
    assert_eq!(keys(&hello), [&with_cleo_too, &with_cleo]);
}

#[tokio::test]
async fn the_one_with_the_newest_entry_comes_first_whatever_side_one_is_on() {
    let scene = Scene::acquainted().await;
    let bobs_need = scene.bob.needs("A ladder").await;
    writes(&scene.ana, &bobs_need, "I have one").await;
    let about_the_need = format!("{bobs_need}:{}", scene.ana.id);
    let (_anas, hello) = scene.ana.opens_inbox().await;
    assert_eq!(keys(&hello), [&about_the_need, &scene.key]);
    writes(&scene.ana, &scene.key, "And the bike?").await;
    let (_anas_too, hello) = scene.ana.opens_inbox().await;
    assert_eq!(keys(&hello), [&scene.key, &about_the_need]);
}

#[tokio::test]
async fn of_more_than_a_thousand_it_lists_a_thousand_and_all_of_them_are_live() {
    let scene = Scene::strangers().await;
    seeding::respondents(scene.server.database(), &scene.offer, 1_001).await;
    let (mut anas_inbox, hello) = scene.ana.opens_inbox().await;
    assert_eq!((keys(&hello).len(), &hello["more_conversations"]), (1_000, &json!(true)));
    let (mut anas, hello) = scene.ana.opens_by_v1(&scene.offer).await;
    assert_eq!((keys(&hello).len(), &hello["more_conversations"]), (1_000, &json!(true)));

    let listed = keys(&hello);
    let first = scene.bob.id + 1;
    let all = (first..first + 1_001).map(|respondent| format!("{}:{respondent}", scene.offer));
    let left_out: Vec<_> = all.filter(|key| !listed.contains(&key.as_str())).collect();
    assert_eq!(left_out.len(), 1);
    let frame = writes(&scene.ana, &left_out[0], "Hi").await;
    anas.hears_frame(&frame).await;
    anas_inbox.hears_frame(&frame).await;
}
