//! A closed listing takes no new conversation; those that it has go on.

use serde_json::json;

use crate::wire::pair::{Pair, Who};

#[tokio::test]
async fn a_closed_listing_takes_no_new_conversation_and_those_it_has_go_on() {
    let mut pair = Pair::acquainted().await;
    let cem = pair.server.person("cem").await;
    let mut cems = cem.opens(&pair.offer).await;
    let id = pair.offer.strip_prefix("offer_").expect("an offer");
    let listing = format!("/api/offers/{id}/");
    pair.ana.patch(&listing, json!({"status": "closed"})).await.is(200);

    // One who was connected before, and one who connects now.
    let mut cems_other = cem.opens(&pair.offer).await;
    for socket in [&mut cems, &mut cems_other] {
        for frame in [json!({"type": "message", "content": "Too late?"}), json!({"type": "handshake_start"})] {
            socket.sends(frame).await;
            socket.hears_error("listing_closed").await;
        }
    }
    let conversations = "SELECT count(*) FROM conversations";
    assert_eq!(pair.server.database().number(conversations).await, 1);

    pair.says(Who::Bob, "We go on").await;
    pair.says(Who::Ana, "So we do").await;
    pair.takes(Who::Ana, "handshake_start", "pending").await;
    pair.takes(Who::Bob, "handshake_approve", "approved").await;

    pair.ana.patch(&listing, json!({"status": "open"})).await.is(200);
    cems.says("Open again?").await;
    assert_eq!(cems.hears_message("Open again?").await["seq"], 1);
    assert_eq!(cems_other.hears_message("Open again?").await["seq"], 1);
    pair.anas.hears_message("Open again?").await;
}
