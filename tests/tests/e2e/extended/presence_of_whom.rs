//! Only those hear of someone's coming and going who have talked with them.

use super::scene::{Scene, writes};

#[tokio::test]
async fn strangers_hear_nothing_of_each_other() {
    let scene = Scene::strangers().await;
    let cleo = scene.server.person("cleo").await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.offer).await;
    let (mut anas_inbox, _) = scene.ana.opens_inbox().await;
    let (mut cleos, hello) = cleo.opens_by_v1(&scene.offer).await;
    assert_eq!(hello["conversations"][0]["online"], false, "they have not talked: {hello}");
    let (bobs, hello) = scene.bob.opens_by_v1(&scene.offer).await;
    assert_eq!(hello["conversations"][0]["online"], false, "they have not talked: {hello}");
    bobs.leaves().await;
    let bobs_base = scene.bob.opens(&scene.offer).await;
    bobs_base.leaves().await;
    for socket in [&mut anas, &mut anas_inbox, &mut cleos] {
        socket.has_heard_nothing().await;
    }
}

#[tokio::test]
async fn two_respondents_of_one_offer_hear_of_its_owner_and_not_of_each_other() {
    let scene = Scene::acquainted().await;
    let (cleo, _) = scene.is_asked_by("cleo").await;
    let (mut bobs, _) = scene.bob.opens_inbox().await;
    let (mut cleos, _) = cleo.opens_inbox().await;
    let (anas, _) = scene.ana.opens_by_v1(&scene.key).await;
    for socket in [&mut bobs, &mut cleos] {
        socket.hears_presence(scene.ana.id, true).await;
    }
    cleos.leaves().await;
    anas.leaves().await;
    bobs.hears_presence(scene.ana.id, false).await;
    bobs.has_heard_nothing().await;
}

#[tokio::test]
async fn those_who_talk_about_several_things_hear_it_once() {
    let scene = Scene::acquainted().await;
    for title in ["Plants", "Bread"] {
        let offer = scene.ana.offers(title).await;
        writes(&scene.bob, &offer, "Hello!").await;
    }
    let need = scene.bob.needs("A ladder").await;
    writes(&scene.ana, &need, "Hello!").await;
    let (mut anas, _) = scene.ana.opens_inbox().await;
    let (bobs, hello) = scene.bob.opens_inbox().await;
    let lines = hello["conversations"].as_array().expect("a list");
    assert!(lines.len() == 4 && lines.iter().all(|line| line["online"] == true), "saw {hello}");
    anas.hears_presence(scene.bob.id, true).await;
    anas.has_heard_nothing().await;
    bobs.leaves().await;
    anas.hears_presence(scene.bob.id, false).await;
    anas.has_heard_nothing().await;
}

#[tokio::test]
async fn a_chat_socket_hears_of_those_alone_with_whom_it_talks() {
    let scene = Scene::acquainted().await;
    let (cleo, with_cleo) = scene.is_asked_by("cleo").await;
    let other_offer = scene.ana.offers("Plants").await;
    let (mut with_cleo, _) = scene.ana.opens_by_v1(&with_cleo).await;
    let (mut about_plants, _) = scene.ana.opens_by_v1(&other_offer).await;
    let (mut about_bikes, _) = scene.ana.opens_by_v1(&scene.offer).await;
    let (bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    about_bikes.hears_presence(scene.bob.id, true).await;
    let (_cleos, _) = cleo.opens_by_v1(&scene.offer).await;
    about_bikes.hears_presence(cleo.id, true).await;
    bobs.leaves().await;
    about_bikes.hears_presence(scene.bob.id, false).await;

    with_cleo.hears_presence(cleo.id, true).await;
    for socket in [&mut with_cleo, &mut about_plants, &mut about_bikes] {
        socket.has_heard_nothing().await;
    }
}

/// Of whom nothing was told, they are not there: so those who begin to talk are told of each other.
#[tokio::test]
async fn who_begins_to_talk_over_an_open_socket_is_there_from_then_on() {
    let scene = Scene::strangers().await;
    let cleo = scene.server.person("cleo").await;
    let (mut cleos, _) = cleo.opens_by_v1(&scene.offer).await;
    let (mut anas, _) = scene.ana.opens_inbox().await;
    let (mut anas_chat, _) = scene.ana.opens_by_v1(&scene.offer).await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    let (mut bobs_inbox, _) = scene.bob.opens_inbox().await;
    bobs.says("Hello!").await;
    for socket in [&mut anas, &mut anas_chat] {
        socket.hears_message("Hello!").await;
        socket.hears_presence(scene.bob.id, true).await;
    }
    for socket in [&mut bobs, &mut bobs_inbox] {
        socket.hears_message("Hello!").await;
        socket.hears_presence(scene.ana.id, true).await;
    }
    // Nor are they told again when they go on, or begin to talk about something else.
    bobs.says("And?").await;
    let need = scene.ana.needs("Plants").await;
    for socket in [&mut anas, &mut anas_chat, &mut bobs, &mut bobs_inbox] {
        socket.hears_message("And?").await;
    }
    let first = writes(&scene.bob, &need, "And the plants?").await;
    for socket in [&mut anas, &mut bobs_inbox] {
        socket.hears_frame(&first).await;
    }
    bobs.leaves().await;
    bobs_inbox.leaves().await;
    for socket in [&mut anas, &mut anas_chat] {
        socket.hears_presence(scene.bob.id, false).await;
    }
    for socket in [&mut anas, &mut anas_chat, &mut cleos] {
        socket.has_heard_nothing().await;
    }
}
