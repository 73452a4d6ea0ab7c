//! A network that fails, between clients and a server: what passes through it comes late, stops for a while, or ends in
//! the middle of a frame. Knows nothing of what passes.

mod connection;
mod fault;
mod pump;
#[cfg(test)]
mod tests;
mod weather;

pub use fault::{Ending, Fault, Faults, Moment, Way};
pub use weather::Weather;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::task::{JoinHandle, JoinSet};

use connection::Fate;
use fault::Counts;

/// Listens on a port of its own, and leads to a server that can be exchanged for another.
pub struct Proxy {
    /// `127.0.0.1:PORT`, for the clients.
    pub address: String,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

/// Whose connections a fault is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// Everyone who is connected now.
    All,
    /// The client that connects from this address.
    One(SocketAddr),
}

struct Shared {
    counts: Counts,
    state: Mutex<State>,
}

struct State {
    target: String,
    weather: Weather,
    open: HashMap<SocketAddr, UnboundedSender<Fault>>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics with the state in hand")
    }
}

impl State {
    fn does(&self, fault: Fault, whom: Whom) -> usize {
        let told = |to: &UnboundedSender<Fault>| usize::from(to.send(fault).is_ok());
        match whom {
            Whom::All => self.open.values().map(told).sum(),
            Whom::One(client) => self.open.get(&client).map_or(0, told),
        }
    }
}

impl Proxy {
    /// Leads to `target`, `127.0.0.1:PORT`, in that weather.
    pub async fn to(target: &str, weather: Weather) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it has an address").to_string();
        let state = State { target: target.to_owned(), weather, open: HashMap::new() };
        let shared = Arc::new(Shared { counts: Counts::default(), state: Mutex::new(state) });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, accepting }
    }

    /// Leads to another server from now on. Connections that are open stay as they are.
    pub fn leads_to(&self, target: &str) {
        target.clone_into(&mut self.shared.state().target);
    }

    /// Does that to them; returns how many there were. A client that has had an answer is always found.
    pub fn does(&self, fault: Fault, whom: Whom) -> usize {
        self.shared.state().does(fault, whom)
    }

    /// That weather from now on. Connections that are open are cut, so that each is in it that there is.
    pub fn storms(&self, weather: Weather) {
        let mut state = self.shared.state();
        state.weather = weather;
        state.does(Fault::End(Ending::Cut, Moment::Now), Whom::All);
    }

    /// No more faults by themselves, and an end to those under way: for open connections and for later ones.
    pub fn calms(&self) {
        let mut state = self.shared.state();
        state.weather = Weather::calm();
        state.does(Fault::Calm, Whom::All);
    }

    /// What happened so far.
    pub fn faults(&self) -> Faults {
        self.shared.counts.so_far()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // The connections' tasks belong to this one, and end with it.
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    for number in 0.. {
        let Ok((client, from)) = listener.accept().await else { continue };
        connections.spawn(connect(number, client, from, Arc::clone(&shared)));
        while connections.try_join_next().is_some() {}
    }
}

/// One connection from its beginning to its end, which is at once where there is no server now.
async fn connect(number: u64, client: TcpStream, from: SocketAddr, shared: Arc<Shared>) {
    let target = shared.state().target.clone();
    let Ok(server) = TcpStream::connect(&target).await else { return };
    let (orders, told) = mpsc::unbounded_channel();
    let weather = {
        let mut state = shared.state();
        state.open.insert(from, orders);
        state.weather.for_connection(number)
    };
    connection::lasts(client, server, Fate { told, weather, counts: &shared.counts }).await;
    shared.state().open.remove(&from);
}
