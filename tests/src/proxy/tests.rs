//! What the proxy does to a connection, over a server that says back whatever it is told. Knows nothing of frames.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::select_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};

use super::{Ending, Fault, Faults, Moment, Proxy, Way, Weather, Whom};
use crate::in_time;

const STALL: Duration = Duration::from_millis(150);

/// A server that says back what it hears, its own mark first.
async fn echo(mark: u8) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it has an address").to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                to.write_all(&[mark]).await.expect("a client");
                let _ = copy(&mut from, &mut to).await;
                // A client that ends what it says is still told the rest.
                let _ = to.shutdown().await;
            });
        }
    });
    address
}

/// A client that the server has greeted with its mark.
struct Client(TcpStream);

impl Client {
    async fn connects(proxy: &Proxy, mark: u8) -> Self {
        let mut client = Self(TcpStream::connect(&proxy.address).await.expect("the proxy accepts"));
        assert_eq!(client.hears(1).await, [mark]);
        client
    }

    fn address(&self) -> SocketAddr {
        self.0.local_addr().expect("it is connected")
    }

    async fn says(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.expect("it is connected");
    }

    async fn hears(&mut self, bytes: usize) -> Vec<u8> {
        let mut heard = vec![0; bytes];
        in_time("bytes", self.0.read_exact(&mut heard)).await.expect("it is connected");
        heard
    }

    /// All until the end, and how that came.
    async fn hears_the_end(&mut self) -> (Vec<u8>, Option<ErrorKind>) {
        let mut heard = Vec::new();
        let end = in_time("the end", self.0.read_to_end(&mut heard)).await;
        (heard, end.err().map(|error| error.kind()))
    }
}

#[tokio::test]
async fn in_calm_weather_everything_passes_and_each_way_ends_on_its_own() {
    let proxy = Proxy::to(&echo(b'a').await, Weather::calm()).await;
    let mut client = Client::connects(&proxy, b'a').await;
    let much: Vec<u8> = (0..1_000_000_u32).map(|number| number.to_le_bytes()[0]).collect();
    let (mut from, mut to) = client.0.split();
    let says = async {
        to.write_all(&much).await.expect("it is connected");
        to.shutdown().await.expect("it is connected");
    };
    let mut heard = Vec::new();
    let ((), end) = tokio::join!(says, in_time("all", from.read_to_end(&mut heard)));
    end.expect("it ends in order");
    assert!(heard == much, "what was said, to the byte");
    assert_eq!(proxy.faults(), Faults::default());
}

#[tokio::test]
async fn one_is_cut_and_the_other_goes_on() {
    let proxy = Proxy::to(&echo(b'a').await, Weather::calm()).await;
    let (mut one, mut other) = (Client::connects(&proxy, b'a').await, Client::connects(&proxy, b'a').await);
    assert_eq!(proxy.does(Fault::End(Ending::Cut, Moment::Now), Whom::One(one.address())), 1);
    assert_eq!(one.hears_the_end().await, (vec![], None));
    other.says(b"still here").await;
    assert_eq!(other.hears(10).await, b"still here");
    assert_eq!(proxy.faults(), Faults { cuts: 1, ..Faults::default() });
}

#[tokio::test]
async fn a_cut_in_the_middle_lets_so_many_bytes_pass() {
    let proxy = Proxy::to(&echo(b'a').await, Weather::calm()).await;
    for way in [Way::Up, Way::Down] {
        let mut client = Client::connects(&proxy, b'a').await;
        let told = proxy.does(Fault::End(Ending::Cut, Moment::After(way, 7)), Whom::All);
        assert_eq!(told, 1, "who is gone is not told");
        client.says(b"half of ").await;
        let (heard, _) = client.hears_the_end().await;
        // Where it ends on the way up, the answer may not come back in time.
        assert!(
            if way == Way::Up { b"half of".starts_with(&heard) } else { heard == b"half of" },
            "{way:?}: {heard:?}"
        );
    }
    assert_eq!(proxy.faults().cuts, 2);
}

#[tokio::test]
async fn a_reset_is_a_reset_to_both_sides() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let target = listener.local_addr().expect("it has an address").to_string();
    let proxy = Proxy::to(&target, Weather::calm()).await;
    let mut client = TcpStream::connect(&proxy.address).await.expect("the proxy accepts");
    let (mut server, _) = in_time("a connection", listener.accept()).await.expect("it comes");
    client.write_all(b"!").await.expect("it is connected");
    assert_eq!(server.read_u8().await.expect("it comes"), b'!');
    proxy.does(Fault::End(Ending::Reset, Moment::Now), Whom::All);
    for side in [&mut client, &mut server] {
        let read = in_time("the end", side.read_u8()).await;
        assert_eq!(read.expect_err("it is over").kind(), ErrorKind::ConnectionReset);
    }
    assert_eq!(proxy.faults(), Faults { resets: 1, ..Faults::default() });
}

#[tokio::test]
async fn a_stall_holds_one_way_and_loses_nothing() {
    let proxy = Proxy::to(&echo(b'a').await, Weather::calm()).await;
    for fault in [Fault::Stall(Way::Up, STALL), Fault::Stall(Way::Both, STALL), Fault::Delay(Way::Down, STALL)] {
        let mut client = Client::connects(&proxy, b'a').await;
        proxy.does(fault, Whom::One(client.address()));
        let began = Instant::now();
        client.says(b"late").await;
        assert_eq!(client.hears(4).await, b"late");
        assert!(began.elapsed() >= STALL, "{fault:?} took {:?}", began.elapsed());
    }
    assert_eq!(proxy.faults(), Faults { stalls: 2, delays: 1, ..Faults::default() });
}

#[tokio::test]
async fn calm_ends_what_is_under_way() {
    let proxy = Proxy::to(&echo(b'a').await, Weather::calm()).await;
    let mut client = Client::connects(&proxy, b'a').await;
    proxy.does(Fault::Stall(Way::Both, Duration::from_hours(1)), Whom::All);
    proxy.does(Fault::End(Ending::Cut, Moment::After(Way::Both, 0)), Whom::All);
    proxy.calms();
    client.says(b"at once").await;
    assert_eq!(client.hears(7).await, b"at once");
    assert_eq!(proxy.faults().cuts, 0);
}

#[tokio::test]
async fn the_target_can_be_another_and_can_be_away() {
    let proxy = Proxy::to(&echo(b'a').await, Weather::calm()).await;
    let mut first = Client::connects(&proxy, b'a').await;
    proxy.leads_to(&echo(b'b').await);
    let _second = Client::connects(&proxy, b'b').await;
    first.says(b"as before").await;
    assert_eq!(first.hears(9).await, b"as before");
    let gone = TcpListener::bind("127.0.0.1:0").await.expect("a port is free").local_addr().expect("an address");
    proxy.leads_to(&gone.to_string());
    let mut nobody = TcpStream::connect(&proxy.address).await.expect("the proxy accepts");
    assert!(!matches!(in_time("the end", nobody.read(&mut [0])).await, Ok(1..)), "nobody is there");
}

#[tokio::test]
async fn a_storm_ends_connections_and_a_calm_ends_the_storm() {
    let proxy = Proxy::to(&echo(b'a').await, Weather::stormy(7, 1..=300)).await;
    let goes_on_and_on = || async {
        while proxy.faults().cuts < 5 || proxy.faults().resets < 5 {
            let Ok(mut client) = TcpStream::connect(&proxy.address).await else { continue };
            while client.write_all(b"on and on").await.is_ok() && matches!(client.read(&mut [0; 64]).await, Ok(1..)) {}
        }
    };
    in_time("ten ends", select_all((0..20).map(|_| Box::pin(goes_on_and_on())))).await;
    proxy.calms();
    let before = proxy.faults();
    assert!(before.delays > 0 && before.stalls > 0, "{before}");
    let mut client = Client::connects(&proxy, b'a').await;
    for _ in 0..100 {
        client.says(b"calm").await;
        assert_eq!(client.hears(4).await, b"calm");
    }
    assert_eq!(proxy.faults(), before);
}

#[test]
fn a_seed_gives_each_connection_the_same_faults_again() {
    let faults = |seed, number| {
        let mut weather = Weather::stormy(seed, 1..=1_000).for_connection(number);
        (0..50).map(|_| weather.next()).collect::<Vec<_>>()
    };
    assert_eq!(faults(1, 0), faults(1, 0));
    assert_ne!(faults(1, 0), faults(1, 1));
    assert_ne!(faults(1, 0), faults(2, 0));
    assert!(Weather::calm().next().is_none());
}
