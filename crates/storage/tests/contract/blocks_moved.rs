//! Blocks that were made elsewhere are taken in, and hold like those that are made here. Knows nothing of files.

use handsel_domain::ids::UserId;
use handsel_domain::moving::{MovedBlock, MovedUser};
use handsel_domain::ports::BLOCKS_MAX;
use handsel_domain::time::Timestamp;
use handsel_storage::{Exported, Item, Line, Took, Unfit, Verdict, export};

use super::bench::{Bench, Process};
use super::clock::START;
use super::expect::{new_entry, refused};
use super::feed::NOTIFY_AFTER;
use super::import::{id, user};
use super::seat::{Seat, message};

fn block(by: UserId, whom: UserId, at: Timestamp) -> Item {
    Item::Block(MovedBlock { blocker: by, blocked: whom, at })
}

impl Process {
    /// Takes the items in as the lines of one file; says of each that there is a verdict on what became of it.
    async fn takes_in(&self, items: &[Item]) -> Vec<String> {
        let lines: Vec<_> = (1..).zip(items).map(|(number, item)| Line { number, item: item.clone() }).collect();
        let verdicts = self.storage.importer(NOTIFY_AFTER).take(&lines).await.expect("the storage answers");
        verdicts.iter().map(said).collect()
    }

    /// Who has blocked whom and when, as it would be exported.
    async fn blocks_exported(&self, bench: &Bench) -> Vec<(i64, i64, i64)> {
        let (url, mut blocks) = (bench.subject.url().parse().expect("a URL that is supported"), Vec::new());
        let each = |exported| {
            if let Exported::Block(MovedBlock { blocker, blocked, at }) = exported {
                blocks.push((blocker.get(), blocked.get(), at.as_millis()));
            }
            Ok(())
        };
        export(&url, each).await.expect("it is exported");
        blocks
    }
}

fn said(verdict: &Verdict) -> String {
    let took = match verdict.took {
        Took::New => "new",
        Took::There => "there",
        Took::Refused => "refused",
    };
    verdict.findings.iter().fold(format!("{} {took}", verdict.line), |said, finding| format!("{said} {}", finding.code))
}

async fn a_block_is_taken_once_and_is_left_as_it_is(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let (first, later) = (START, Timestamp::from_millis(START.as_millis() + 5_000));
    let (ana_id, bob_id) = (ana.id(), bob.id());
    let items = [block(bob_id, ana_id, later), block(ana_id, bob_id, first), block(ana_id, bob_id, later)];
    assert_eq!(bench.takes_in(&items).await, ["1 new", "2 new", "3 there"]);
    assert_eq!(bench.takes_in(&items).await, ["1 there", "2 there", "3 there"]);
    let both = [(ana_id.get(), bob_id.get(), first.as_millis()), (bob_id.get(), ana_id.get(), later.as_millis())];
    assert_eq!(bench.blocks_exported(&bench).await, both);
    for seat in [&ana, &bob] {
        assert_eq!(refused(seat.sends("x", "Are you there?").await), "peer_blocked");
    }
    // Who serves one of the two reads it here.
    assert_eq!(bench.storage.conversations.barred(&[ana_id]).await.expect("the storage answers").len(), 2);
    bench.storage.blocks.unblock(ana_id, bob_id).await.expect("the storage answers");
    bench.storage.blocks.unblock(bob_id, ana_id).await.expect("the storage answers");
    new_entry(ana.sends("x", "I am.").await);
    assert_eq!(bench.finds().await, Vec::<String>::new());
}

async fn one_that_somebody_made_here_stays(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    bench.storage.blocks.block(ana.id(), bob.id(), START).await.expect("there is such a user");
    let earlier = Timestamp::from_millis(START.as_millis() - 1);
    assert_eq!(bench.takes_in(&[block(ana.id(), bob.id(), earlier)]).await, ["1 there"]);
    assert_eq!(bench.blocks_exported(&bench).await, [(ana.id().get(), bob.id().get(), START.as_millis())]);
}

async fn whom_it_names_must_be_here(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    let gone = bench.user("gone").await;
    bench.delete(gone.id).await;
    let (ana, bob, at) = (ana.id(), bob.id(), START);
    let items = [
        block(ana, ana, at),
        block(ana, id(4_000), at),
        block(id(4_000), ana, at),
        block(gone.id, ana, at),
        block(ana, gone.id, at),
        // Whoever comes behind it comes too late, and who is somebody else here is not meant.
        block(ana, id(50), at),
        Item::User(user(50, "cleo")),
        block(ana, id(50), at),
        Item::User(user(bob.get(), "robert")),
        Item::User(MovedUser { created_at: Timestamp::from_millis(1), ..user(bob.get(), "robert") }),
        block(ana, bob, at),
        Item::Unfit(Unfit::User(ana)),
        block(id(50), ana, at),
        Item::Unfit(Unfit::Block),
    ];
    let expected = [
        "1 refused block_self",
        "2 refused user_unknown",
        "3 refused user_unknown",
        "4 refused user_deleted",
        "5 refused user_deleted",
        "6 refused user_unknown",
        "7 new",
        "8 new",
        "9 there user_kept",
        "10 refused user_differs",
        "11 refused user_unknown",
        "13 refused user_unknown",
    ];
    assert_eq!(bench.takes_in(&items).await, expected);
    assert_eq!(bench.blocks_exported(&bench).await, [(ana.get(), 50, at.as_millis())]);
}

async fn nobody_has_more_than_may_be(bench: Bench) {
    let ana = bench.user("ana").await.id;
    let others: Vec<_> = (100..=100 + i64::from(BLOCKS_MAX)).collect();
    let users: Vec<_> = others.iter().map(|other| Item::User(user(*other, &format!("u{other}")))).collect();
    bench.takes_in(&users).await;
    let mut blocks: Vec<_> = others.iter().map(|other| block(ana, id(*other), START)).collect();
    let said = bench.takes_in(&blocks[..500]).await;
    assert!(said.iter().all(|said| said.ends_with(" new")), "{said:?}");
    // Who blocks the other way round has a count of their own.
    blocks.push(block(id(100), ana, START));
    let said = bench.takes_in(&blocks).await;
    let refused: Vec<_> = said.iter().filter(|said| said.contains("refused")).collect();
    assert_eq!(refused, [&format!("{} refused too_many_blocks", others.len())]);
    assert_eq!(said.iter().filter(|said| said.ends_with(" there")).count(), 500);
    assert_eq!(bench.blocks_exported(&bench).await.len(), others.len());
}

/// Through another process, while the talking goes on without a pause, as for a block that somebody asks for.
async fn once_it_is_taken_nothing_is_committed_without_it(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let other = bench.another_process().await;
    for round in 0..5 {
        let talking = (0..4).map(|_| {
            let bob = bob.clone();
            tokio::spawn(async move { until_refused(&bob).await })
        });
        let talking: Vec<_> = talking.collect();
        bench.heard.entries(bench.heard.entries_now().len() + 5).await;
        assert_eq!(other.takes_in(&[block(ana.id(), bob.id(), START)]).await, ["1 new"]);
        let head = bob.head().await;
        for task in talking {
            task.await.expect("it was refused");
        }
        assert_eq!(bob.head().await, head, "round {round}");
        other.storage.blocks.unblock(ana.id(), bob.id()).await.expect("the storage answers");
    }
    other.storage.close().await;
}

async fn until_refused(seat: &Seat) {
    loop {
        if let Err(refused) = seat.appends(message("and another thing", None)).await {
            assert_eq!(refused.code(), "conversation_closed");
            return;
        }
    }
}

contract!(
    a_block_is_taken_once_and_is_left_as_it_is,
    one_that_somebody_made_here_stays,
    whom_it_names_must_be_here,
    nobody_has_more_than_may_be,
    once_it_is_taken_nothing_is_committed_without_it,
);
