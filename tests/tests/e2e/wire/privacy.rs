//! A conversation has exactly two readers: with several respondents on one offer, none ever sees a frame of another.

use handsel_tests::{Person, Server, Socket, Started};
use serde_json::{Value, json};

const EACH: usize = 8;

struct Respondent {
    person: Person,
    /// One on the short form, one on the key.
    sockets: [Socket; 2],
}

impl Respondent {
    async fn joins(server: &Server, username: &str, offer: &str) -> Self {
        let person = server.person(username).await;
        let key = format!("{offer}:{}", person.id);
        let sockets = [person.opens(offer).await, person.opens(&key).await];
        Self { person, sockets }
    }

    /// Writes, takes steps and errs, all in one go.
    async fn says_much(&mut self) {
        for number in 0..EACH {
            let content = format!("{} {number}", self.person.username);
            self.sockets[number % 2].says(&content).await;
        }
        self.sockets[0].sends(json!({"type": "handshake_start", "note": self.person.username})).await;
    }

    /// All that the sockets hear up to the owner's last word.
    async fn hears_all(&mut self) -> [Vec<Value>; 2] {
        let [one, two] = &mut self.sockets;
        [hears_up_to_the_end(one).await, hears_up_to_the_end(two).await]
    }
}

async fn hears_up_to_the_end(socket: &mut Socket) -> Vec<Value> {
    let mut heard = Vec::new();
    loop {
        let frame = socket.hears().await;
        let ended = frame["message"]["content"] == "the end";
        heard.push(frame);
        if ended {
            return heard;
        }
    }
}

fn conversation(frame: &Value) -> &str {
    frame[frame["type"].as_str().unwrap_or_default()]["conversation"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn of_three_respondents_none_ever_sees_a_frame_of_another() {
    let server = Started::fresh().with(&["--frames-per-second", "0"]).start().await;
    let ana = server.person("ana").await;
    let offer = ana.offers("Bike repair").await;
    let mut anas = ana.opens(&offer).await;
    let mut bob = Respondent::joins(&server, "bob", &offer).await;
    let mut cem = Respondent::joins(&server, "cem", &offer).await;
    let mut dora = Respondent::joins(&server, "dora", &offer).await;
    // Eve has an open socket and writes nothing until the end.
    let eve = server.person("eve").await;
    let mut eves = eve.opens(&offer).await;

    tokio::join!(bob.says_much(), cem.says_much(), dora.says_much());
    let mut heard_by_ana = Vec::new();
    while heard_by_ana.len() < 3 * (EACH + 1) {
        heard_by_ana.push(anas.hears().await);
    }
    for number in 0..EACH {
        for Respondent { person, .. } in [&bob, &cem, &dora] {
            let content = format!("Ana to {} {number}", person.username);
            anas.sends(json!({"type": "message", "content": content, "recipient_id": person.id})).await;
        }
    }
    for Respondent { person, .. } in [&bob, &cem, &dora] {
        anas.sends(json!({"type": "handshake_approve", "recipient_id": person.id})).await;
        anas.sends(json!({"type": "message", "content": "the end", "recipient_id": person.id})).await;
    }
    let all = 3 * (EACH + 1) + 3 * (EACH + 2);
    while heard_by_ana.len() < all {
        heard_by_ana.push(anas.hears().await);
    }

    for respondent in [&mut bob, &mut cem, &mut dora] {
        let key = format!("{offer}:{}", respondent.person.id);
        let of_theirs: Vec<_> = heard_by_ana.iter().filter(|frame| conversation(frame) == key).cloned().collect();
        assert_eq!(of_theirs.len(), 2 * EACH + 3);
        let seqs: Vec<_> = of_theirs.iter().map(handsel_tests::people::seq).collect();
        assert!(seqs.iter().copied().eq(1..=i64::try_from(2 * EACH + 3).expect("few")), "no hole: {seqs:?}");
        for heard in respondent.hears_all().await {
            assert_eq!(heard, of_theirs, "{} hears exactly what is theirs", respondent.person.username);
        }
        assert_eq!(respondent.person.timeline(&offer).await, of_theirs);
    }
    eves.says("And now me").await;
    eves.hears_message("And now me").await;
}
