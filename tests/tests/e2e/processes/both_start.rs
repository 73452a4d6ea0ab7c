//! Starts from both sides at the same moment, 200 times: one wins, the other hears that, and there is one handshake.

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use handsel_tests::seed::seeded;
use handsel_tests::{Database, Person, Server, Socket, Started};
use serde_json::{Value, json};

const TIMES: usize = 100;
/// A socket for each conversation.
const FLAGS: [&str; 4] = ["--sockets-per-user", "1000", "--frames-per-second", "0"];

#[tokio::test]
async fn of_two_starts_at_once_one_wins() {
    let server = Started::fresh().with(&FLAGS).start().await;
    both_start(&server, &server).await;
}

#[tokio::test]
async fn of_two_starts_at_once_through_two_processes_one_wins() {
    let one = Started::fresh().with(&FLAGS).start().await;
    let other = one.another().with(&FLAGS).start().await;
    both_start(&one, &other).await;
}

/// The owner's and the respondent's socket on one conversation.
type Sides = (Socket, Socket);

async fn both_start(one: &Server, other: &Server) {
    let mut random = seeded();
    let (ana, bob) = tokio::join!(one.person("ana"), one.person("bob"));
    let bob = bob.at(&other.address);
    let beginning = (0..TIMES).map(|number| begun_conversation(&ana, &bob, number));
    let mut conversations: Vec<_> = stream::iter(beginning).buffered(16).collect().await;
    let mut races = Vec::new();
    for (owners, respondents) in &mut conversations {
        let start = || json!({"type": "handshake_start"});
        // Whoever's bytes leave first must not always be the same.
        if random.bool() {
            tokio::join!(owners.sends(start()), respondents.sends(start()));
        } else {
            tokio::join!(respondents.sends(start()), owners.sends(start()));
        }
        races.push(Race::watched(owners, respondents, &ana).await);
    }
    let owners = races.iter().filter(|race| race.won_by_owner).count();
    println!("the owner won {owners} of {TIMES}");
    assert!((1..TIMES).contains(&owners), "a race that one side always wins is none: {owners} of {TIMES}");
    is_one_pending_each(one.database()).await;

    // Through two processes the losers hear of the winners' starts with the next comparison.
    join_all(races.into_iter().zip(&mut conversations).map(|(race, sides)| race.ends(sides))).await;
    for (owners, respondents) in &mut conversations {
        owners.has_heard_nothing().await;
        respondents.has_heard_nothing().await;
    }
}

/// The respondent has written, so that the owner may start, too.
async fn begun_conversation(ana: &Person, bob: &Person, number: usize) -> Sides {
    let offer = ana.offers(&format!("Offer {number}")).await;
    bob.post(&format!("/api/conversations/{offer}/messages/"), json!({"content": "Hello!"})).await.is(201);
    let key = format!("{offer}:{}", bob.id);
    tokio::join!(ana.opens(&key), bob.opens(&offer))
}

/// How two starts ended: what the winner has heard, and what the loser has heard by now.
struct Race {
    won_by_owner: bool,
    won: Value,
    lost: Vec<Value>,
}

impl Race {
    /// Until the loser knows that it has lost.
    async fn watched(owners: &mut Socket, respondents: &mut Socket, owner: &Person) -> Self {
        let (first, second) = tokio::join!(owners.hears(), respondents.hears());
        // The loser may hear of the other's start before its own is answered: then both have heard the same.
        let won_by_owner = match (&first["type"], &second["type"]) {
            (error, _) if error == "error" => false,
            (_, error) if error == "error" => true,
            _ => first["handshake"]["initiator_id"] == owner.id,
        };
        let (won, lost, loser) = if won_by_owner { (first, second, respondents) } else { (second, first, owners) };
        assert_eq!(won["handshake"]["status"], "pending", "saw {won}");
        assert_eq!(won["handshake"]["initiator_id"] == owner.id, won_by_owner, "the winner hears the own start: {won}");
        assert_eq!(won["repeat"], Value::Null, "the winner hears it as new: {won}");
        let mut lost = vec![lost];
        while lost.last().is_some_and(|frame| frame["repeat"] != true) {
            lost.push(loser.hears().await);
        }
        Self { won_by_owner, won, lost }
    }

    /// The loser has heard an error, the current state right after it, and the winner's start once.
    async fn ends(self, (owners, respondents): &mut Sides) {
        let Self { won_by_owner, won, mut lost } = self;
        let loser = if won_by_owner { respondents } else { owners };
        while lost.len() < 3 {
            lost.push(loser.hears().await);
        }
        let error = lost.iter().position(|frame| frame["type"] == "error").expect("the loser hears an error");
        let state = lost.iter().position(|frame| frame["repeat"] == true).expect("the loser hears the state");
        assert_eq!((&lost[error]["code"], state), (&json!("handshake_exists"), error + 1), "{lost:?}");
        assert_eq!(lost[state]["handshake"], won["handshake"], "it is the winner's");
        let live = if error == 0 { &lost[2] } else { &lost[0] };
        assert_eq!(live, &won, "the winner's start comes as new, once: {lost:?}");
    }
}

async fn is_one_pending_each(database: &Database) {
    const PENDING: &str = "SELECT COUNT(*) FROM handshakes WHERE status = 'pending'";
    const CONVERSATIONS: &str = "SELECT COUNT(DISTINCT conversation_id) FROM handshakes";
    const STARTS: &str = "SELECT COUNT(*) FROM entries WHERE step = 'start'";
    let times = i64::try_from(TIMES).expect("small");
    for sql in [PENDING, CONVERSATIONS, STARTS, "SELECT COUNT(*) FROM handshakes"] {
        assert_eq!(database.number(sql).await, times, "{sql}");
    }
    database.is_sound().await;
}
