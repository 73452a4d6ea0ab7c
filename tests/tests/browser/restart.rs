//! The server is away for ten seconds while both write: afterwards both have the same thread, with nothing lost and
//! nothing twice, and neither has reloaded anything.

use std::time::Duration;

use handsel_tests::Server;
use handsel_tests::proxy::{Proxy, Weather};
use serde_json::json;

use crate::scene::{People, Scene};

const AWAY: Duration = Duration::from_secs(10);

/// What each wrote while the server was away.
const WRITTEN: [&str; 3] = ["one, while you are away", "two", "three"];

#[tokio::test]
async fn what_both_write_while_the_server_is_away_is_there_once() {
    let server = Server::start().await;
    let (People { ada, bob }, key) = People::acquainted(&server).await;
    let proxy = Proxy::to(&server.address, Weather::calm()).await;
    let people = People { ada: ada.at(&proxy.address), bob: bob.at(&proxy.address) };
    let mut scene = Scene::of(server, people, key).await;
    for visitor in [&scene.ada, &scene.bob] {
        // There is no server: that the browser says so on its console is as it should be.
        visitor.page.expects("WebSocket connection to");
        visitor.page.expects("net::ERR_");
        visitor.page.runs("window.isTheSamePage = true", json!(null)).await;
    }
    scene.ada.says("Before").await;
    scene.bob.reads("Before").await;

    let (over, database) = (scene.server.another(), scene.server.database().clone());
    let away = async {
        scene.server.terminate().await;
        assert!(scene.server.ended().await.success());
        tokio::time::sleep(AWAY).await;
        let server = over.start().await;
        proxy.leads_to(&server.address);
        server
    };
    let write = async {
        tokio::join!(scene.ada.notices_the_connection(), scene.bob.notices_the_connection());
        for written in WRITTEN {
            tokio::join!(scene.ada.says(written), scene.bob.says(written));
            scene.ada.sees_delivery(written, "Sending …").await;
        }
    };
    let (server, ()) = tokio::join!(away, write);
    scene.server = server;

    for visitor in [&scene.ada, &scene.bob] {
        for written in WRITTEN {
            tokio::join!(visitor.reads(written), visitor.has_said(written));
        }
        visitor
            .page
            .until("nothing to wait", "return shownAll('.entry.pending, .entry.failed').length === 0", json!(null))
            .await;
    }
    scene.bob.says("After").await;
    scene.ada.reads("After").await;
    let (adas, bobs) = (scene.ada.timeline().await, scene.bob.timeline().await);
    let from_the_other_side = |entry: &String| match entry.split_at(1) {
        (">", rest) => format!("<{rest}"),
        ("<", rest) => format!(">{rest}"),
        _ => entry.clone(),
    };
    assert_eq!(adas, bobs.iter().map(from_the_other_side).collect::<Vec<_>>());
    for written in WRITTEN {
        for side in [">", "<"] {
            let count = adas.iter().filter(|entry| **entry == format!("{side} {written}")).count();
            assert_eq!(count, 1, "{side} {written} in {adas:?}");
        }
    }
    assert_eq!(adas.len(), 3 + 2 * WRITTEN.len(), "{adas:?}");
    let stored = database.messages(&scene.key).await;
    assert_eq!(stored.len(), adas.len(), "{stored:?}");
    for visitor in [&scene.ada, &scene.bob] {
        let same = visitor.page.runs("return window.isTheSamePage === true", json!(null)).await;
        assert_eq!(same, json!(true), "nobody has reloaded the page");
        visitor.is_connected().await;
    }
    scene.ends().await;
}
