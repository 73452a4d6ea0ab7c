//! One connection through the proxy: two ways, and what befalls them. Knows nothing of the other connections.

use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::time::{Instant, sleep_until};

use super::fault::{Counts, Ending, Fault, Moment, Way};
use super::pump::{End, Order, Pump};
use super::weather::Weather;

/// What befalls a connection: what it is told to suffer, and what comes by itself.
pub(super) struct Fate<'a> {
    pub(super) told: UnboundedReceiver<Fault>,
    pub(super) weather: Weather,
    pub(super) counts: &'a Counts,
}

/// Passes on what the two say to each other, until both have said all or one is gone.
pub(super) async fn lasts(client: TcpStream, server: TcpStream, fate: Fate<'_>) {
    for stream in [&client, &server] {
        // Without it the proxy would itself delay small frames. A stream that is gone already is found by reading.
        let _ = stream.set_nodelay(true);
    }
    let counts = fate.counts;
    let [(from_client, to_client), (from_server, to_server)] = [client, server].map(TcpStream::into_split);
    let (mut up, told_up) = Pump::new(from_client, to_server);
    let (mut down, told_down) = Pump::new(from_server, to_client);
    let end = tokio::select! {
        end = async { tokio::try_join!(up.runs(), down.runs()) } => end.err(),
        ending = befalls(fate, &told_up, &told_down) => Some(End::Told(ending)),
    };
    if let Some(End::Told(ending)) = end {
        counts.end(ending);
        if ending == Ending::Reset {
            up.resets();
            down.resets();
        }
    }
}

/// Tells the two ways what befalls them; returns how the connection ends at once.
async fn befalls(fate: Fate<'_>, up: &UnboundedSender<Order>, down: &UnboundedSender<Order>) -> Ending {
    let Fate { mut told, mut weather, counts } = fate;
    // A way that has ended takes no more orders, and needs none.
    let tell = |way: Way, order: Order| {
        for told in [(way != Way::Down).then_some(up), (way != Way::Up).then_some(down)].into_iter().flatten() {
            let _ = told.send(order);
        }
    };
    let mut by_itself = coming(&mut weather);
    loop {
        let fault = tokio::select! {
            Some(fault) = told.recv() => fault,
            fault = comes(by_itself) => {
                by_itself = coming(&mut weather);
                fault
            }
        };
        match fault {
            Fault::Delay(way, by) => {
                counts.delay();
                tell(way, Order::Delay(by));
            }
            Fault::Stall(way, how_long) => {
                counts.stall();
                tell(way, Order::HoldUntil(Instant::now() + how_long));
            }
            Fault::End(ending, Moment::Now) => return ending,
            Fault::End(ending, Moment::After(way, bytes)) => tell(way, Order::EndAfter(bytes, ending)),
            Fault::Calm => {
                by_itself = None;
                tell(Way::Both, Order::Calm);
            }
        }
    }
}

fn coming(weather: &mut Weather) -> Option<(Instant, Fault)> {
    weather.next().map(|(after, fault)| (Instant::now() + after, fault))
}

async fn comes(fault: Option<(Instant, Fault)>) -> Fault {
    let Some((due, fault)) = fault else { return std::future::pending().await };
    sleep_until(due).await;
    fault
}
