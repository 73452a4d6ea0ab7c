//! Whom an owner means: nobody yet, the only respondent, or the one that is named.

use handsel_tests::{Person, Server, Socket, Started};
use serde_json::{Value, json};

/// Ana's offer, and her socket on its short form.
struct Owner {
    server: Server,
    ana: Person,
    offer: String,
    anas: Socket,
}

impl Owner {
    async fn waiting() -> Self {
        let server = Started::fresh().with(&["--frames-per-second", "0"]).start().await;
        let ana = server.person("ana").await;
        let offer = ana.offers("Bike repair").await;
        let anas = ana.opens(&offer).await;
        Self { server, ana, offer, anas }
    }

    /// Someone writes about the offer, and Ana hears it.
    async fn hears_from(&mut self, username: &str) -> (Person, Socket) {
        let person = self.server.person(username).await;
        let mut socket = person.opens(&self.offer).await;
        let content = format!("{username} is here");
        socket.says(&content).await;
        let seen = socket.hears_message(&content).await;
        assert_eq!(self.anas.hears_message(&content).await, seen);
        (person, socket)
    }

    async fn entries(&self) -> i64 {
        self.server.database().number("SELECT count(*) FROM entries").await
    }
}

fn to(recipient: i64, content: &str) -> Value {
    json!({"type": "message", "content": content, "recipient_id": recipient})
}

#[tokio::test]
async fn before_anyone_has_written_there_is_nobody_to_answer() {
    let mut owner = Owner::waiting().await;
    let cem = owner.server.person("cem").await;
    // Being connected is not having written.
    let _cems = cem.opens(&owner.offer).await;
    for frame in [
        json!({"type": "message", "content": "Anyone?"}),
        json!({"type": "handshake_start"}),
        json!({"type": "handshake_approve"}),
        to(cem.id, "You?"),
        to(1_000_000, "Whoever?"),
    ] {
        owner.anas.sends(frame).await;
        owner.anas.hears_error("no_respondent").await;
    }
    owner.hears_from("bob").await;
    owner.anas.says("There you are").await;
    owner.anas.hears_message("There you are").await;
    assert_eq!(owner.entries().await, 2);
}

#[tokio::test]
async fn with_exactly_one_respondent_everything_just_works() {
    let mut owner = Owner::waiting().await;
    let (bob, mut bobs) = owner.hears_from("bob").await;
    owner.anas.says("Hi, when?").await;
    assert_eq!(owner.anas.hears_message("Hi, when?").await["recipient_id"], bob.id);
    bobs.hears_message("Hi, when?").await;
    owner.anas.sends(json!({"type": "handshake_start"})).await;
    assert_eq!(owner.anas.hears_handshake("pending").await, bobs.hears_handshake("pending").await);
    bobs.sends(json!({"type": "handshake_approve"})).await;
    assert_eq!(owner.anas.hears_handshake("approved").await, bobs.hears_handshake("approved").await);
    // Naming the only one is no mistake.
    owner.anas.sends(to(bob.id, "See you")).await;
    owner.anas.hears_message("See you").await;
    bobs.hears_message("See you").await;
}

#[tokio::test]
async fn with_several_respondents_one_must_be_named_and_the_error_lists_them() {
    let mut owner = Owner::waiting().await;
    let (bob, mut bobs) = owner.hears_from("bob").await;
    let (cem, mut cems) = owner.hears_from("cem").await;
    let both = json!([
        {"id": bob.id, "username": "bob", "full_name": "bob"},
        {"id": cem.id, "username": "cem", "full_name": "cem"},
    ]);
    for frame in [json!({"type": "message", "content": "Hi"}), json!({"type": "handshake_start"})] {
        owner.anas.sends(frame).await;
        assert_eq!(owner.anas.hears_error("recipient_required").await["recipients"], both);
    }
    owner.anas.sends(to(cem.id, "Hi Cem")).await;
    assert_eq!(owner.anas.hears_message("Hi Cem").await["conversation"], format!("{}:{}", owner.offer, cem.id));
    cems.hears_message("Hi Cem").await;
    owner.anas.sends(json!({"type": "handshake_start", "recipient_id": bob.id})).await;
    let started = owner.anas.hears_handshake("pending").await;
    assert_eq!(started["handshake"]["user2_id"], bob.id);
    assert_eq!(bobs.hears_handshake("pending").await, started, "Bob has not heard what was for Cem");
    // The handshake with one is none with the other.
    owner.anas.sends(json!({"type": "handshake_cancel", "recipient_id": cem.id})).await;
    owner.anas.hears_error("handshake_not_possible").await;
    bobs.sends(json!({"type": "handshake_approve"})).await;
    assert_eq!(bobs.hears_handshake("approved").await, owner.anas.hears_handshake("approved").await);
    cems.says("And me?").await;
    cems.hears_message("And me?").await;
}

#[tokio::test]
async fn a_recipient_who_has_not_written_is_unknown() {
    let mut owner = Owner::waiting().await;
    let (_, mut bobs) = owner.hears_from("bob").await;
    let dora = owner.server.person("dora").await;
    let mut doras = dora.opens(&owner.offer).await;
    for unknown in [dora.id, owner.ana.id, 1_000_000, 1 << 53] {
        owner.anas.sends(to(unknown, "Hi")).await;
        let error = owner.anas.hears_error("recipient_unknown").await;
        assert_eq!(error["recipients"][0]["username"], "bob", "it says who could be meant: {error}");
        owner.anas.says("just you").await;
        owner.anas.hears_message("just you").await;
        bobs.hears_message("just you").await;
    }
    doras.says("Now I have").await;
    doras.hears_message("Now I have").await;
    owner.anas.hears_message("Now I have").await;
    owner.anas.sends(to(dora.id, "Hi Dora")).await;
    owner.anas.hears_message("Hi Dora").await;
    doras.hears_message("Hi Dora").await;
}

#[tokio::test]
async fn a_socket_on_the_key_has_that_one_alone() {
    let mut owner = Owner::waiting().await;
    let (bob, mut bobs) = owner.hears_from("bob").await;
    let (cem, mut cems) = owner.hears_from("cem").await;
    let mut anas_with_cem = owner.ana.opens(&format!("{}:{}", owner.offer, cem.id)).await;
    anas_with_cem.says("Hi Cem").await;
    anas_with_cem.hears_message("Hi Cem").await;
    cems.hears_message("Hi Cem").await;
    owner.anas.hears_message("Hi Cem").await;
    anas_with_cem.sends(to(bob.id, "Hi Bob")).await;
    anas_with_cem.hears_error("recipient_unknown").await;
    bobs.says("Hi Ana").await;
    bobs.hears_message("Hi Ana").await;
    owner.anas.hears_message("Hi Ana").await;
    anas_with_cem.sends(to(cem.id, "only you here")).await;
    anas_with_cem.hears_message("only you here").await;
}

#[tokio::test]
async fn an_owner_hears_new_respondents_from_their_first_entry() {
    let mut owner = Owner::waiting().await;
    owner.hears_from("bob").await;
    let cem = owner.server.person("cem").await;
    let mut cems = cem.opens(&owner.offer).await;
    cems.sends(json!({"type": "handshake_start", "note": "right away"})).await;
    let first = cems.hears_handshake("pending").await;
    assert_eq!(first["handshake"]["seq"], 1, "a step may be a first entry, too");
    assert_eq!(owner.anas.hears_handshake("pending").await, first);
    owner.anas.sends(json!({"type": "handshake_approve", "recipient_id": cem.id})).await;
    assert_eq!(cems.hears_handshake("approved").await, owner.anas.hears_handshake("approved").await);
}

#[tokio::test]
async fn connecting_makes_no_conversation_and_an_error_makes_none_either() {
    let mut owner = Owner::waiting().await;
    let bob = owner.server.person("bob").await;
    let mut bobs = bob.opens(&owner.offer).await;
    let bobs_other = bob.opens(&format!("{}:{}", owner.offer, bob.id)).await;
    for (frame, code) in [
        (json!({"type": "message", "content": ""}), "content_required"),
        (json!({"type": "handshake_approve"}), "handshake_not_possible"),
        (json!({"type": "handshake_complete"}), "handshake_not_possible"),
        (to(1_000_000, "Hi"), "recipient_unknown"),
    ] {
        bobs.sends_text(&frame.to_string()).await;
        bobs.hears_error(code).await;
    }
    bobs_other.leaves().await;
    let conversations = "SELECT count(*) FROM conversations";
    assert_eq!(owner.server.database().number(conversations).await, 0);
    assert_eq!(bob.get("/api/conversations/").await.is(200)["results"], json!([]));
    bobs.says("Hello!").await;
    assert_eq!(bobs.hears_message("Hello!").await["seq"], 1);
    owner.anas.hears_message("Hello!").await;
    assert_eq!(owner.server.database().number(conversations).await, 1);
}
