//! What comes from one node to a client of another while Redis is away: proof that it comes all the same. Knows nothing
//! of how it comes.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

use serde_json::Value;

/// Shared by all clients.
#[derive(Default)]
pub(super) struct Crossing(Mutex<State>);

#[derive(Default)]
struct State {
    redis_is_away: bool,
    /// The messages that were said since it is, by the name that their sender gave them: over which node, and when.
    said: HashMap<String, (usize, Instant)>,
    crossed: u64,
}

impl Crossing {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("nobody panics with the state in hand")
    }

    pub(super) fn redis_goes(&self) {
        self.state().redis_is_away = true;
    }

    /// It is about to come back.
    pub(super) fn redis_comes(&self) {
        let mut state = self.state();
        state.redis_is_away = false;
        state.said.clear();
    }

    /// A client is about to say that for the first time, over that node.
    pub(super) fn says(&self, frame: &Value, node: usize) {
        let mut state = self.state();
        if let Some(name) = name(frame).filter(|_| state.redis_is_away) {
            state.said.insert(name.to_owned(), (node, Instant::now()));
        }
    }

    /// It is said again, perhaps over another node: nobody can tell which of them will have stored it.
    pub(super) fn says_again(&self, frame: &Value) {
        if let Some(name) = name(frame) {
            self.state().said.remove(name);
        }
    }

    /// A client of that node hears an entry, over a socket that it has since then.
    pub(super) fn hears(&self, frame: &Value, node: usize, connected: Instant) {
        let mut state = self.state();
        let said = name(&frame["message"]).and_then(|name| state.said.get(name).copied());
        // What was said before the socket was there is a replay.
        let crosses = said.is_some_and(|(over, at)| over != node && at > connected);
        state.crossed += u64::from(crosses && state.redis_is_away);
    }

    /// How many entries have come from node to node while it was away; one that came to two clients counts twice.
    pub(super) fn crossed(&self) -> u64 {
        self.state().crossed
    }
}

fn name(message: &Value) -> Option<&str> {
    message["client_message_id"].as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_entry_counts_that_was_said_at_one_node_and_heard_at_another_during_the_outage() {
        let (crossing, before) = (Crossing::default(), Instant::now());
        let entry = |name: &str| json!({"type": "message", "message": {"client_message_id": name}});
        let say = |name: &str| crossing.says(&json!({"client_message_id": name}), 0);
        let mut counted = 0;
        let mut hears = |name: &str, node, connected, counts: bool, why: &str| {
            crossing.hears(&entry(name), node, connected);
            counted += u64::from(counts);
            assert_eq!(crossing.crossed(), counted, "{why}");
        };
        say("early");
        crossing.redis_goes();
        hears("early", 1, before, false, "Redis may have told of it");
        say("a");
        hears("a", 0, before, false, "from the same node");
        hears("a", 1, Instant::now(), false, "a replay");
        hears("a", 1, before, true, "from the other node");
        say("b");
        crossing.says_again(&json!({"client_message_id": "b"}));
        hears("b", 1, before, false, "nobody knows from where");
        say("c");
        crossing.redis_comes();
        hears("c", 1, before, false, "Redis is back");
    }
}
