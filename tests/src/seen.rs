//! A message as someone has seen it, and what is promised of many. Knows nothing of where it was seen.

use std::fmt::Debug;

use serde_json::Value;

use crate::people::seq;

/// What must be the same of a message wherever one looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its place in the timeline.
    pub seq: i64,
    /// Its id.
    pub id: i64,
    /// Who wrote it.
    pub sender: i64,
    /// What it says.
    pub content: String,
}

/// A promise that was not kept: whose eyes saw what.
pub type Breach = String;

impl Seen {
    /// In a `message` frame.
    pub fn in_frame(frame: &Value) -> Self {
        let message = &frame["message"];
        let number = |value: &Value| value.as_i64().unwrap_or_else(|| panic!("expected a number in {frame}"));
        let content = message["content"].as_str().unwrap_or_else(|| panic!("expected a content in {frame}"));
        Self {
            seq: seq(frame),
            id: number(&message["id"]),
            sender: number(&message["sender"]["id"]),
            content: content.to_owned(),
        }
    }
}

/// In the frames of a timeline, all of which must be messages.
pub fn in_frames(frames: &[Value]) -> Vec<Seen> {
    frames.iter().map(Seen::in_frame).collect()
}

/// What has a place in a timeline.
pub trait Placed: Debug + PartialEq {
    /// Its place.
    fn seq(&self) -> i64;

    /// What stands in its place among all from 1 on.
    fn among<'a>(&self, timeline: &'a [Self]) -> Option<&'a Self>
    where
        Self: Sized,
    {
        timeline.get(usize::try_from(self.seq() - 1).ok()?)
    }
}

impl Placed for Seen {
    fn seq(&self) -> i64 {
        self.seq
    }
}

/// Each once, in `seq` order, without a hole, from `first` on.
pub fn without_a_hole(who: &str, seen: &[impl Placed], first: i64) -> Result<(), Breach> {
    match (first..).zip(seen).find(|(due, seen)| *due != seen.seq()) {
        None => Ok(()),
        Some((due, seen)) => Err(format!("{who}: seq {due} was due, and came {seen:?}")),
    }
}

/// Both have seen the same.
pub fn the_same(one: &str, seen_by_one: &[Seen], other: &str, seen_by_other: &[Seen]) -> Result<(), Breach> {
    if let Some((a, b)) = seen_by_one.iter().zip(seen_by_other).find(|(a, b)| a != b) {
        return Err(format!("{one} has {a:?} where {other} has {b:?}"));
    }
    let (a, b) = (seen_by_one.len(), seen_by_other.len());
    if a == b { Ok(()) } else { Err(format!("{one} has {a} messages, {other} {b}")) }
}

/// All that someone has heard is in the timeline, as it was heard.
pub fn is_kept<'a, T: Placed + 'a>(
    who: &str,
    heard: impl IntoIterator<Item = &'a T>,
    timeline: &[T],
) -> Result<(), Breach> {
    match heard.into_iter().find(|seen| seen.among(timeline) != Some(seen)) {
        None => Ok(()),
        Some(lost) => Err(format!("{who} had heard {lost:?}; the timeline has {:?} there", lost.among(timeline))),
    }
}

/// For a test: the promise must have been kept.
pub fn kept(promise: Result<(), Breach>) {
    if let Err(breach) = promise {
        panic!("{breach}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(seq: i64, content: &str) -> Seen {
        Seen { seq, id: 100 + seq, sender: 1, content: content.to_owned() }
    }

    #[test]
    fn a_hole_a_repetition_and_a_wrong_order_are_breaches() {
        for (seqs, whole) in [
            (vec![2, 3, 4], true),
            (vec![], true),
            (vec![2, 4], false),
            (vec![2, 2, 3], false),
            (vec![3, 2], false),
            (vec![1, 2], false),
        ] {
            let all: Vec<_> = seqs.iter().map(|seq| seen(*seq, "x")).collect();
            assert_eq!(without_a_hole("ana", &all, 2).is_ok(), whole, "{seqs:?}");
        }
    }

    #[test]
    fn one_that_differs_and_one_that_is_missing_are_breaches() {
        let both = [seen(1, "a"), seen(2, "b")];
        assert_eq!(the_same("ana", &both, "bob", &both), Ok(()));
        assert!(the_same("ana", &both, "bob", &both[..1]).is_err());
        assert!(the_same("ana", &both, "bob", &[seen(1, "a"), seen(2, "c")]).is_err());
    }

    #[test]
    fn what_is_not_kept_as_it_was_heard_is_a_breach() {
        let timeline = [seen(1, "a"), seen(2, "b"), seen(3, "c")];
        assert_eq!(is_kept("ana", &timeline[1..], &timeline), Ok(()));
        assert!(is_kept("ana", &timeline[1..], &timeline[..2]).is_err(), "the last is lost");
        assert!(is_kept("ana", &[seen(2, "x")], &timeline).is_err(), "another has taken its place");
    }
}
