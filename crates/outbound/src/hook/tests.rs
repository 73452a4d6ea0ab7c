//! What the ledger's answer means, how long it is waited for, and that nobody asks twice at the same moment.

use handsel_domain::conversation::Conversation;
use handsel_domain::handshake::{Decision, Step, StepAction, StepKind, decide};
use handsel_domain::ids::{Seq, UserId};
use handsel_domain::ports::MockClock;
use handsel_domain::user::Username;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

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

fn hook(listener: &TcpListener) -> Hook {
    let allow = Allow::parse(&["127.0.0.1"]).expect("a list");
    let url = format!("http://{}/", listener.local_addr().expect("it listens"));
    let target = Target::parse(&url, &allow).expect("a target");
    let secrets = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().expect("a secret");
    let mut clock = MockClock::new();
    clock.expect_now().returning(|| Timestamp::from_millis(0));
    Hook::new(Client::new(allow, &[&target]).expect("a client"), target, secrets, Arc::new(clock))
}

/// Hears one question, and begins with this answer.
async fn answers(listener: &TcpListener, answer: &str) -> TcpStream {
    let (mut socket, _) = listener.accept().await.expect("a connection");
    let mut heard = [0; 8192];
    let mut length = 0;
    while !heard[..length].ends_with(b"}}") {
        length += socket.read(&mut heard[length..]).await.expect("a request");
    }
    socket.write_all(answer.as_bytes()).await.expect("it is heard");
    socket
}

#[tokio::test]
async fn a_status_counts_though_what_follows_it_never_ends() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let (hook, step) = (hook(&listener), step());
    let begins = |status: &str| format!("HTTP/1.1 {status}\r\nContent-Length: 99\r\n\r\n{{\"message\": \"Two");
    for (status, expected) in [
        ("200 OK", Ok(())),
        ("409 No", Err(NotAgreed::Refused(RefusalText::new(None)))),
        ("503 Later", Err(Unavailable.into())),
    ] {
        // It is held open until the answer is there.
        let (begun, answer) = (begins(status), hook.agree(&step));
        let (_open, verdict) = tokio::join!(answers(&listener, &begun), answer);
        assert_eq!(verdict, expected, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_says_nothing_is_waited_for_for_two_seconds_whatever_they_pass_with() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let (hook, step) = (hook(&listener), step());
    let waits = async || {
        let began = Instant::now();
        assert_eq!(hook.agree(&step).await, Err(Unavailable.into()));
        began.elapsed()
    };
    assert_eq!(waits().await, Duration::from_secs(2), "the question is not answered");
    let _others = hook.asked.places.acquire_many(64).await.expect("it is never closed");
    assert_eq!(waits().await, Duration::from_secs(2), "as many as may be are asked already");
}

#[tokio::test]
async fn the_same_question_at_the_same_moment_is_asked_once_and_later_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let hook = hook(&listener);
    // One answer for each connection, which then ends: a question too many would find nobody.
    let answering = async {
        for status in ["204 Agreed", "409 No"] {
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            answers(&listener, &answer).await;
        }
    };
    let step = step();
    let asking = async {
        let both = tokio::join!(hook.agree(&step), hook.agree(&step));
        assert_eq!(both, (Ok(()), Ok(())));
        assert!(hook.under_way().is_empty());
        assert_eq!(hook.agree(&step).await, Err(NotAgreed::Refused(RefusalText::new(None))));
    };
    tokio::join!(answering, asking);
}
