//! What the ledger's answer means, and that nobody asks twice at the same moment.

use handsel_domain::conversation::Conversation;
use handsel_domain::handshake::{Decision, Step, StepAction, StepKind, decide};
use handsel_domain::ids::{Seq, UserId};
use handsel_domain::ports::MockClock;
use handsel_domain::user::Username;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::allow::Allow;

fn says(status: u16, body: &str) -> Verdict {
    verdict(&Answer { status, body: body.as_bytes().to_vec() })
}

#[test]
fn the_status_decides_and_the_message_is_for_people() {
    assert_eq!((says(200, ""), says(204, "{"), says(299, "no")), (Ok(()), Ok(()), Ok(())));
    let refused = |text: Option<&str>| Err(NotAgreed::Refused(RefusalText::new(text)));
    assert_eq!(says(409, r#"{"message": "Two hours are missing."}"#), refused(Some("Two hours are missing.")));
    for body in ["", "<p>no</p>", "[]", "7", r#"{"message": 7}"#, r#"{"message": null}"#, r#"{"detail": "no"}"#] {
        assert_eq!(says(400, body), refused(None), "{body}");
    }
    for status in [100, 301, 307, 408, 425, 429, 500, 502, 503, 600] {
        assert_eq!(says(status, r#"{"message": "no"}"#), Err(Unavailable.into()), "{status}");
    }
}

fn step() -> ProposedStep {
    let person = |id| {
        let id = UserId::new(id).expect("an id");
        Person::new(id, Username::parse(&format!("user{id}")).expect("a name"), "", "")
    };
    let (owner, respondent) = (person(1), person(2));
    let conversation = Conversation::new("offer_1:2".parse().expect("a key"), owner.id).expect("two people");
    let start = Step::new(StepAction::Start { note: None, terms: None });
    let Decision::Taken(handshake) = decide(None, Side::Respondent, &start, Seq::FIRST, Timestamp::from_millis(0))
    else {
        panic!("a start is possible")
    };
    ProposedStep { conversation, owner, respondent, actor: Side::Owner, step: StepKind::Approve, handshake }
}

#[tokio::test]
async fn the_same_question_at_the_same_moment_is_asked_once_and_later_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let allow = Allow::parse(&["127.0.0.1"]).expect("a list");
    let url = format!("http://{}/", listener.local_addr().expect("it listens"));
    let target = Target::parse(&url, &allow).expect("a target");
    let secrets = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().expect("a secret");
    let mut clock = MockClock::new();
    clock.expect_now().returning(|| Timestamp::from_millis(0));
    let client = Client::new(allow, &[&target]).expect("a client");
    let hook = Hook::new(client, target, secrets, Arc::new(clock));
    // One answer for each connection, which then ends: a question too many would find nobody.
    let answers = async {
        for status in ["204 Agreed", "409 No"] {
            let (mut socket, _) = listener.accept().await.expect("a connection");
            let mut heard = [0; 8192];
            let mut length = 0;
            while !heard[..length].ends_with(b"}}") {
                length += socket.read(&mut heard[length..]).await.expect("a request");
            }
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            socket.write_all(answer.as_bytes()).await.expect("it is heard");
        }
    };
    let step = step();
    let asking = async {
        let both = tokio::join!(hook.agree(&step), hook.agree(&step));
        assert_eq!(both, (Ok(()), Ok(())));
        assert!(hook.under_way().is_empty());
        assert_eq!(hook.agree(&step).await, Err(NotAgreed::Refused(RefusalText::new(None))));
    };
    tokio::join!(answers, asking);
}
