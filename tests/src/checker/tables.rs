//! The conversations by their keys, and what must hold in each by itself. Knows nothing of records.

use std::collections::HashMap;

use super::{Entry, Timeline};
use crate::seen::{self, Breach, Placed};

pub(super) struct Tables<'a>(HashMap<&'a str, &'a Timeline>);

impl<'a> Tables<'a> {
    pub(super) fn of(timelines: &'a [Timeline]) -> Self {
        Self(timelines.iter().map(|timeline| (&*timeline.key, timeline)).collect())
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &'a Timeline> {
        self.0.values().copied()
    }

    /// That conversation, which must be there and that user's.
    pub(super) fn theirs(&self, key: &str, user: i64) -> Result<&'a Timeline, Breach> {
        let timeline = self.0.get(key).copied().filter(|timeline| timeline.has(user));
        timeline.ok_or_else(|| format!("was told of {key}, which is not theirs"))
    }

    /// Expects an entry to be as the table has it, in a conversation of that user.
    pub(super) fn have(&self, entry: &Entry, user: i64) -> Result<(), Breach> {
        let there = entry.among(&self.theirs(&entry.conversation, user)?.entries);
        match there {
            Some(there) if there == entry => Ok(()),
            _ => Err(format!("heard {entry:?} where the table has {there:?}")),
        }
    }

    /// Each timeline is whole: from 1 to its head, and nobody has read further.
    pub(super) fn breaches(&self) -> Vec<Breach> {
        let whole = |timeline: &Timeline| {
            let Timeline { key, head, owner_read_up_to, respondent_read_up_to, entries, .. } = timeline;
            seen::without_a_hole(key, entries, 1)?;
            let last = entries.last().map_or(0, Placed::seq);
            if last != *head {
                return Err(format!("{key}: the head is {head}, the last entry {last}"));
            }
            match owner_read_up_to.max(respondent_read_up_to) {
                read if read > head => Err(format!("{key}: read up to {read}, beyond the head {head}")),
                _ => Ok(()),
            }
        };
        self.all().filter_map(|timeline| whole(timeline).err()).collect()
    }
}
