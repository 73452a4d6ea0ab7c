//! One order for each conversation, without a hole, whoever writes at the same moment. Knows nothing of processes.

use std::collections::HashMap;

use super::bench::Bench;
use super::expect::{assert_same, seqs, text, up_to};
use super::seat::{Seat, message};
use super::together::{all_begun, at_once};

contract! {
    many_writers_of_several_conversations_leave_no_hole,
    what_is_said_first_comes_first,
    ids_are_unique_across_conversations,
}

const CONVERSATIONS: usize = 4;
const WRITERS_EACH: usize = 5;
const MESSAGES_EACH: usize = 10;

/// Both sides of several conversations about one offer.
async fn conversations(bench: &Bench) -> Vec<[Seat; 2]> {
    let ana = bench.user("ana").await;
    let offer = bench.offer_of(&ana).await;
    let mut all = Vec::new();
    for index in 0..CONVERSATIONS {
        let respondent = bench.user(&format!("respondent-{index}")).await;
        let both = [bench.seat(&respondent, offer, &respondent), bench.seat(&ana, offer, &respondent)];
        both[0].says("first").await;
        all.push(both);
    }
    all
}

async fn many_writers_of_several_conversations_leave_no_hole(bench: Bench) {
    let all = conversations(&bench).await;
    let writers = (0..CONVERSATIONS * WRITERS_EACH).map(|writer| {
        let seat = all[writer % CONVERSATIONS][writer / CONVERSATIONS % 2].clone();
        async move {
            for index in 0..MESSAGES_EACH {
                seat.says(&format!("{writer}.{index}")).await;
            }
        }
    });
    at_once(writers.collect::<Vec<_>>()).await;

    let each = 1 + WRITERS_EACH * MESSAGES_EACH;
    let heard = bench.heard.entries(CONVERSATIONS * each).await;
    for [respondent, _] in &all {
        assert_eq!(bench.heard.seqs_by_conversation()[&respondent.key], up_to(each), "in the order of their places");
        let read = respondent.reads_all().await;
        assert_eq!(seqs(&read), up_to(each));
        let heard = heard.iter().filter(|entry| entry.conversation.key() == respondent.key);
        for (heard, read) in heard.zip(&read) {
            assert_same(heard, read);
        }
        // Whoever writes one message after the other finds them in that order.
        let mut by_writer: HashMap<&str, Vec<&str>> = HashMap::new();
        for (writer, index) in read.iter().filter_map(|entry| text(entry).split_once('.')) {
            by_writer.entry(writer).or_default().push(index);
        }
        assert_eq!(by_writer.len(), WRITERS_EACH);
        for (writer, indices) in by_writer {
            assert_eq!(indices, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], "writer {writer}");
        }
    }
}

async fn what_is_said_first_comes_first(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let held = bench.holds_writes().await;
    let texts: Vec<_> = (0..60).map(|index| format!("number {index}")).collect();
    let says = texts.iter().enumerate().map(|(index, said)| {
        let seat = if index % 3 == 0 { &ana } else { &bob };
        seat.appends(message(said, None))
    });
    let waiting = all_begun(says).await;
    held.rollback().await.expect("the lock is let go");
    for said in waiting {
        said.await.expect("it is said");
    }
    let read = bob.reads_all().await;
    assert_eq!(read.iter().map(text).skip(1).collect::<Vec<_>>(), texts);
}

async fn ids_are_unique_across_conversations(bench: Bench) {
    let all = conversations(&bench).await;
    for [respondent, owner] in &all {
        respondent.says("second").await;
        owner.says("third").await;
    }
    let mut ids: Vec<_> = bench.heard.entries(3 * CONVERSATIONS).await.iter().map(|entry| entry.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 3 * CONVERSATIONS);
}
