//! Both sides of a pair write at the same time. Knows nothing of whether they use one process or two.

use handsel_tests::seen::{self, kept};
use handsel_tests::{Database, Pair, Socket};

/// The first message is older than the sockets.
const FIRST_HEARD: i64 = 2;

/// Each side writes so many, and hears all of both: once each, in one order, without a hole, as they are stored.
pub(super) async fn both_write(pair: &Pair, messages: usize, database: &Database) {
    let (mut owners, mut respondents) = pair.open().await;
    tokio::join!(writes(&mut owners, "owner", messages), writes(&mut respondents, "respondent", messages));
    let (by_owner, by_respondent) =
        tokio::join!(owners.hears_messages(2 * messages), respondents.hears_messages(2 * messages));

    let (owner, respondent) = (&pair.owner.username, &pair.respondent.username);
    kept(seen::without_a_hole(owner, &by_owner, FIRST_HEARD));
    kept(seen::the_same(owner, &by_owner, respondent, &by_respondent));
    for (sender, who) in [(&pair.owner, "owner"), (&pair.respondent, "respondent")] {
        let own = by_owner.iter().filter(|seen| seen.sender == sender.id).map(|seen| seen.content.clone());
        assert_eq!(own.collect::<Vec<_>>(), (0..messages).map(|number| text(who, number)).collect::<Vec<_>>());
    }
    for reader in [&pair.owner, &pair.respondent] {
        let timeline = seen::in_frames(&reader.timeline(&pair.key).await);
        kept(seen::the_same("the timeline", &timeline[1..], owner, &by_owner));
        kept(seen::the_same("the table", &database.messages(&pair.key).await, "the timeline", &timeline));
    }
    owners.has_heard_nothing().await;
    respondents.has_heard_nothing().await;
}

async fn writes(socket: &mut Socket, who: &str, messages: usize) {
    for number in 0..messages {
        socket.says(&text(who, number)).await;
        // The others' turn: a write that does not wait would leave them none.
        tokio::task::yield_now().await;
    }
}

fn text(who: &str, number: usize) -> String {
    format!("{who} {number}")
}
