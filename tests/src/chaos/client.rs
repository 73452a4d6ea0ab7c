//! One client that goes on whatever happens to its socket, as `docs/protocol.md` tells clients to. Knows nothing of
//! the others.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::crowd::Participant;
use super::diary::Diary;
use super::habits::{self, Act};
use super::opening::{self, Failed};
use super::world::{Phase, World};
use crate::checker::Record;
use crate::proxy::{Fault, Whom};
use crate::seen::Breach;
use crate::socket::Heard;
use crate::{PATIENCE, Socket};

/// How long a client waits for what is due, with nothing in the way.
const SILENCE_MAX: Duration = Duration::from_secs(20);
/// How long a client waits before it sends again what the server could not store.
const RETRY_AFTER: Duration = Duration::from_millis(50);

pub(super) struct Client {
    participant: Participant,
    diary: Diary,
    rng: Rng,
    world: Arc<World>,
    phase: watch::Receiver<Phase>,
    /// The node that it is connected to, or tries to be.
    node: usize,
    connected: Instant,
}

/// What is left of a client.
pub(super) struct Ended {
    pub(super) record: Record,
    /// Why it could not go on.
    pub(super) breach: Option<Breach>,
}

impl Client {
    /// Begins with that node; any other may be the next one.
    pub(super) fn new(participant: Participant, node: usize, rng: Rng, world: Arc<World>) -> Self {
        let diary = Diary::new(&participant.who, participant.person.id);
        let phase = world.phase.clone();
        Self { participant, diary, rng, world, phase, node, connected: Instant::now() }
    }

    /// From the first socket until it has everything.
    pub(super) async fn lives(mut self) -> Ended {
        let breach = self.goes_on().await.err().map(|breach| format!("{}: {breach}", self.participant.who));
        Ended { record: self.diary.record, breach }
    }

    async fn goes_on(&mut self) -> Result<(), Breach> {
        while self.storms() {
            let socket = self.connects().await?;
            let away = self.talks(socket).await?;
            self.diary.lost();
            self.moves_on();
            // The end of the storm ends what someone is away for.
            let _ = timeout(away, self.phase.wait_for(|phase| *phase != Phase::Storm)).await;
        }
        // From here on nothing fails: a socket that is lost now is lost for no reason.
        let mut socket = self.connects().await?;
        let in_vain = |_| format!("waited {SILENCE_MAX:?} in vain");
        timeout(SILENCE_MAX, self.settles(&mut socket)).await.map_err(in_vain)??;
        self.world.settled.send(()).expect("the run waits for all");
        self.catches_up(&mut socket).await
    }

    fn storms(&self) -> bool {
        *self.phase.borrow() == Phase::Storm
    }

    /// The next socket goes to any node, as behind a balancer.
    fn moves_on(&mut self) {
        self.node = self.world.any_node(&mut self.rng);
    }

    /// Tries until it has a socket; sends again what has no answer.
    async fn connects(&mut self) -> Result<Socket, Breach> {
        let began = Instant::now();
        // Nobody finds a way while the database is away; each time that it is back, the patience begins anew.
        let (mut since, mut outages) = (began, self.world.outages.stand());
        for tries in 1.. {
            if self.world.outages.any_since(outages) {
                (since, outages) = (Instant::now(), self.world.outages.stand());
            }
            match self.tries().await {
                Ok(mut socket) => {
                    self.connected = Instant::now();
                    self.world.resumed(began.elapsed(), tries);
                    self.goes_on_talking(&mut socket).await;
                    return Ok(socket);
                }
                Err(Failed::ForGood(breach)) => return Err(breach),
                Err(Failed::Broke) if since.elapsed() > PATIENCE => break,
                Err(Failed::Broke) => sleep(habits::backoff(&mut self.rng, tries)).await,
            }
            self.moves_on();
        }
        Err(format!("found no way back in {PATIENCE:?}"))
    }

    /// Once, for the client; a balancer may try several nodes for it.
    async fn tries(&mut self) -> Result<Socket, Failed> {
        let forgotten = if self.storms() { habits::forgets(&mut self.rng) } else { 0 };
        let mut led = 1;
        loop {
            let address = &self.world.proxies[self.node].address;
            self.participant.person = self.participant.person.at(address);
            let opened = opening::open(&self.participant, &mut self.diary, forgotten).await;
            match (opened, self.world.next_node(self.node, led)) {
                (Err(Failed::Broke), Some(next)) => (self.node, led) = (next, led + 1),
                (opened, _) => return opened,
            }
        }
    }

    /// The first thing on a socket: what was said and not answered, while what was missed is still coming.
    async fn goes_on_talking(&mut self, socket: &mut Socket) {
        if self.storms() {
            if let Some(cut) = habits::cut_in_replay(&mut self.rng) {
                self.suffers(socket, cut);
            }
            self.diary.open.retain(|_| !habits::gives_up(&mut self.rng));
        }
        self.world.replaying.notify_waiters();
        self.says_open_again(socket).await;
    }

    /// What has no answer yet. What does not arrive has none, and is sent once more.
    async fn says_open_again(&mut self, socket: &mut Socket) {
        for frame in self.diary.says_open_again() {
            self.world.crossing.says_again(&frame);
            let _ = socket.tries_to_send(frame).await;
        }
    }

    /// Does one thing after the other; returns, once the socket is gone, how long to stay away.
    async fn talks(&mut self, mut socket: Socket) -> Result<Duration, Breach> {
        let mut pause = Box::pin(sleep(habits::pause(&mut self.rng)));
        loop {
            tokio::select! {
                heard = socket.next() => match heard {
                    Heard::Frame(frame) => {
                        self.world.hears(&frame);
                        self.world.crossing.hears(&frame, self.node, self.connected);
                        self.diary.heard(&frame);
                    }
                    end => match Failed::by(end) {
                        Failed::Broke => return Ok(Duration::ZERO),
                        Failed::ForGood(breach) => return Err(breach),
                    },
                },
                () = &mut pause => {
                    pause = Box::pin(sleep(habits::pause(&mut self.rng)));
                    match habits::next(&mut self.rng) {
                        Act::GoAway { politely, how_long } => {
                            if politely {
                                socket.leaves().await;
                            }
                            return Ok(how_long);
                        }
                        act => self.acts(&mut socket, act).await,
                    }
                }
                _ = self.phase.changed() => return Ok(Duration::ZERO),
            }
        }
    }

    async fn acts(&mut self, socket: &mut Socket, act: Act) {
        let key = self.participant.keys[self.rng.usize(..self.participant.keys.len())].clone();
        let mut say = || self.diary.says(&key, |number| habits::content(&mut self.rng, number));
        let (frames, suffers): (Vec<Value>, _) = match act {
            Act::Say(count) => ((0..count).map(|_| say()).collect(), None),
            Act::SayAndSuffer(fault) => (vec![say()], Some(fault)),
            Act::SayOpenAgain => return self.says_open_again(socket).await,
            Act::SayAnsweredAgain => (self.diary.says_answered_again().into_iter().collect(), None),
            Act::Mark => (vec![self.diary.marks(&key)], None),
            Act::Type => (vec![self.diary.types(&key)], None),
            Act::Step(step) => (vec![self.diary.steps(&key, step)], None),
            Act::GoAway { .. } => return,
        };
        for frame in frames {
            if matches!(act, Act::Say(_) | Act::SayAndSuffer(_)) {
                self.world.crossing.says(&frame, self.node);
            }
            let _ = socket.tries_to_send(frame).await;
        }
        if let Some(fault) = suffers {
            self.suffers(socket, fault);
        }
        self.world.sent.notify_waiters();
    }

    fn suffers(&self, socket: &Socket, fault: Fault) {
        if let (true, Ok(address)) = (self.world.sockets_fail(), socket.connection().local_addr()) {
            self.world.proxies[self.node].does(fault, Whom::One(address));
        }
    }

    /// Marks for the last time; until that is done, and all that it said is answered.
    async fn settles(&mut self, socket: &mut Socket) -> Result<(), Breach> {
        for key in &self.participant.keys {
            // A mark has no answer: it is done once what was said behind it has one.
            let mark = self.diary.marks(key);
            let last = self.diary.says(key, |number| habits::content(&mut self.rng, number));
            for frame in [mark, last] {
                let _ = socket.tries_to_send(frame).await;
            }
        }
        while !self.diary.open.is_empty() {
            let frame = frame(socket).await?;
            self.diary.heard(&frame);
            if frame["type"] == "error" && !frame["client_message_id"].is_null() {
                sleep(RETRY_AFTER).await;
                self.says_open_again(socket).await;
            }
        }
        Ok(())
    }

    /// Until it has everything and knows every cursor, and nothing else is on its way.
    async fn catches_up(&mut self, socket: &mut Socket) -> Result<(), Breach> {
        let stands = loop {
            if let Phase::CatchingUp(stands) = &*self.phase.borrow_and_update() {
                break Arc::clone(stands);
            }
            tokio::select! {
                frame = frame(socket) => self.diary.heard(&frame?),
                _ = self.phase.changed() => {}
            }
        };
        let keys = self.participant.keys.clone();
        let lacks = |diary: &Diary| keys.iter().find_map(|key| diary.lacks(key, &stands[key]));
        let catches_up = async {
            while lacks(&self.diary).is_some() {
                self.diary.heard(&frame(socket).await?);
            }
            Ok::<_, Breach>(())
        };
        match timeout(SILENCE_MAX, catches_up).await {
            Ok(caught_up) => caught_up?,
            Err(_) => {
                let lacks = lacks(&self.diary).unwrap_or_default();
                return Err(format!("waited {SILENCE_MAX:?} in vain for {lacks}"));
            }
        }
        for heard in socket.has_heard_by_now().await {
            match heard {
                Heard::Frame(frame) => self.diary.heard(&frame),
                end => return Err(format!("lost its socket for no reason: {end:?}")),
            }
        }
        self.diary.record.caught_up = keys;
        Ok(())
    }
}

/// The next frame, with nothing in the way.
async fn frame(socket: &mut Socket) -> Result<Value, Breach> {
    match socket.next().await {
        Heard::Frame(frame) => Ok(frame),
        end => Err(format!("lost its socket for no reason: {end:?}")),
    }
}
