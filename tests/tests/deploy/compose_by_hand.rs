//! The compose file in use, where there is no container engine: two people talk through Caddy, each at another node, and
//! one node is restarted meanwhile. Knows nothing of how the services are run.

use handsel_tests::people::seq;
use handsel_tests::socket::Heard;
use handsel_tests::{Person, http};
use serde_json::json;

use super::by_hand::Machine;

async fn sockets(machine: &Machine, node: &str) -> f64 {
    let metrics = http::request(&machine.address(&format!("{node}:9000")), "GET", "/metrics", None, None).await.text;
    let value = metrics.lines().find_map(|line| line.strip_prefix("handsel_sockets "));
    value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("no handsel_sockets in\n{metrics}"))
}

#[tokio::test]
async fn two_people_talk_over_what_the_compose_file_starts() {
    let mut machine = Machine::start().await;
    let caddy = machine.address("caddy:80");
    let ready = http::request(&caddy, "GET", "/readyz", None, None).await;
    let state = ready.is(200);
    assert_eq!((&state["database"], &state["broker"]), (&json!("ok"), &json!("ok")), "saw {state}");
    let page = http::request(&caddy, "GET", "/", None, None).await;
    assert!(page.is(200).is_null() && page.text.contains("<!doctype html>"), "{}", page.text);
    for public in [&caddy, &machine.address("handsel-1:8000")] {
        assert_eq!(http::request(public, "GET", "/metrics", None, None).await.status, 404, "for operators alone");
    }

    let (ana, bob) = (Person::registers(&caddy, "ana").await, Person::registers(&caddy, "bob").await);
    let offer = ana.offers("Bike repair").await;
    let (mut anas, _) = ana.opens_by_v1(&offer).await;
    let (anas_node, bobs_node) = match sockets(&machine, "handsel-1").await {
        1.0 => ("handsel-1", "handsel-2"),
        _ => ("handsel-2", "handsel-1"),
    };
    let (mut bobs, _) = bob.opens_by_v1(&offer).await;
    let each = (sockets(&machine, anas_node).await, sockets(&machine, bobs_node).await);
    assert_eq!(each, (1.0, 1.0), "Caddy gives each node one socket");
    bobs.says("Hello!").await;
    let hello = bobs.hears_entry().await;
    assert_eq!(hello["message"]["content"], "Hello!");
    assert_eq!(anas.hears_entry().await, hello);
    anas.sends(json!({"type": "handshake_start"})).await;
    let pending = anas.hears_entry().await;
    assert_eq!(pending["handshake"]["status"], "pending");
    assert_eq!(bobs.hears_entry().await, pending);

    // As an upgrade does it: whose node ends goes on at the other one.
    let until_closed = async {
        loop {
            match anas.next().await {
                Heard::Frame(_) => {}
                ended => return ended,
            }
        }
    };
    let (status, closed) = tokio::join!(machine.stop(anas_node), until_closed);
    assert!(status.success(), "{anas_node} ended with {status}");
    assert!(matches!(closed, Heard::Closed(1012, _)), "saw {closed:?}");
    let conversation = format!("{offer}:{}", bob.id);
    let (mut again, _) = ana.resumes(&conversation, seq(&hello)).await;
    assert_eq!(again.hears_entry().await, pending, "it goes on where it stopped");

    machine.start_one(&machine.service(anas_node)).await;
    let at_the_node = ana.at(&machine.address(&format!("{anas_node}:8000")));
    let (mut back, _) = at_the_node.resumes(&conversation, seq(&pending)).await;
    bobs.sends(json!({"type": "handshake_approve"})).await;
    for socket in [&mut bobs, &mut again, &mut back] {
        assert_eq!(socket.hears_entry().await["handshake"]["status"], "approved");
    }

    // Its status says whether anything was found.
    machine.run_in(bobs_node, &["verify"]);
}
