//! Up to where all entries that will ever be committed are recorded. Knows nothing of statements.
//!
//! On SQLite there is one writer at a time, so that ids commit in order: what a transaction sees is all that will ever be
//! there up to the newest. On PostgreSQL an entry can become visible after another one of a higher id. So all entries
//! past `recorded_up_to` are looked at again each time, and those that have their event are passed over; that is right
//! wherever the window begins, and this module only keeps it short:
//!
//! - The newest entry was seen, `candidate`, and *after* that a transaction's number was taken, `horizon`. Whoever may
//!   still commit an entry with an id up to `candidate` got that id before the number was given out, and had a number of
//!   its own even then, since it had locked rows: a lower one.
//! - Once no transaction with a number below `horizon` runs, a statement that begins then sees all of them.
//!
//! A transaction of somebody else that lasts for hours makes the window long, and the reading of it slower; it never makes
//! the feed wait.
//!
//! Whoever inserts entries under ids of their own choice, as an import does, must move the sequence past them before
//! they can be seen: else what is given out later lies in front of them.

/// As it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) recorded_up_to: i64,
    pub(super) candidate: i64,
    pub(super) horizon: i64,
}

/// Transactions of PostgreSQL's, by their numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Running {
    /// The oldest one that ran before the entries were looked at.
    pub(super) oldest: i64,
    /// Given out after the newest entry was looked up.
    pub(super) own: i64,
}

impl Window {
    /// Where it is once the entries past it are recorded: those up to `newest`, or, where there were too many, only up to
    /// `cut_at`.
    pub(super) fn moved(self, newest: i64, cut_at: Option<i64>, running: Option<Running>) -> Self {
        let recorded = cut_at.unwrap_or(newest).max(self.recorded_up_to);
        let Some(Running { oldest, own }) = running else {
            return Self { recorded_up_to: recorded, candidate: recorded, horizon: 0 };
        };
        let renewed = Self { candidate: newest, horizon: own, ..self };
        if self.horizon > own {
            // The numbers are those of another server: this database was restored from a dump.
            renewed
        } else if self.horizon > oldest {
            self
        } else if self.candidate > recorded {
            Self { recorded_up_to: recorded, ..self }
        } else {
            Self { recorded_up_to: self.candidate, ..renewed }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Window = Window { recorded_up_to: 10, candidate: 20, horizon: 100 };

    #[test]
    fn where_ids_commit_in_order_all_is_recorded_that_was_seen() {
        assert_eq!(WINDOW.moved(30, None, None), Window { recorded_up_to: 30, candidate: 30, horizon: 0 });
        assert_eq!(WINDOW.moved(30, Some(25), None), Window { recorded_up_to: 25, candidate: 25, horizon: 0 });
        assert_eq!(WINDOW.moved(0, None, None).recorded_up_to, 10, "it never goes back");
    }

    #[test]
    fn nothing_is_left_behind_while_somebody_may_still_commit_in_front_of_it() {
        let running = |oldest| Some(Running { oldest, own: 130 });
        assert_eq!(WINDOW.moved(30, None, running(99)), WINDOW);
        let over = Window { recorded_up_to: 20, candidate: 30, horizon: 130 };
        assert_eq!(WINDOW.moved(30, None, running(100)), over);
        assert_eq!(WINDOW.moved(30, None, running(131)), over);
    }

    #[test]
    fn what_was_too_much_for_one_recording_is_not_left_behind() {
        let running = Some(Running { oldest: 120, own: 130 });
        assert_eq!(WINDOW.moved(30, Some(15), running), Window { recorded_up_to: 15, ..WINDOW });
        let past = Window { recorded_up_to: 20, candidate: 30, horizon: 130 };
        assert_eq!(WINDOW.moved(30, Some(25), running), past);
    }

    #[test]
    fn numbers_of_another_server_are_taken_for_none() {
        let running = Some(Running { oldest: 50, own: 50 });
        assert_eq!(WINDOW.moved(30, None, running), Window { recorded_up_to: 10, candidate: 30, horizon: 50 });
    }
}
