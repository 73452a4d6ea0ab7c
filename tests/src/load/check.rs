//! Whether what was promised to a pair was kept. Knows nothing of how fast.

use super::Talk;
use super::side::{Side, number};
use crate::Database;
use crate::seen::{self, Breach};

/// The first message is older than the sockets.
const FIRST_HEARD: i64 = 2;

/// Each message once to both, in one order, without a hole; the timeline and the table agree.
pub(super) async fn all(talk: &Talk, database: &Database) -> Result<(), Breach> {
    let Talk { pair, owner, respondent } = talk;
    seen::without_a_hole(&owner.name, &owner.heard, FIRST_HEARD)?;
    seen::the_same(&owner.name, &owner.heard, &respondent.name, &respondent.heard)?;
    for side in [owner, respondent] {
        in_order_of_writing(side)?;
    }
    let timeline = seen::in_frames(&pair.owner.timeline(&pair.key).await);
    seen::without_a_hole(&pair.key, &timeline, 1)?;
    seen::the_same("the timeline", &timeline[1..], &owner.name, &owner.heard)?;
    seen::the_same("the table", &database.messages(&pair.key).await, "the timeline", &timeline)
}

/// What a side has written came back in the order in which it was written, each once.
fn in_order_of_writing(side: &Side) -> Result<(), Breach> {
    let own: Vec<_> = side.heard.iter().filter(|seen| seen.sender == side.id).map(number).collect();
    let written: Vec<_> = (0..side.sent()).map(Some).collect();
    if own == written { Ok(()) } else { Err(format!("{}: wrote {}, heard back {own:?}", side.name, side.sent())) }
}
