//! One way of one connection: bytes go on as they come, later, or no more. Knows nothing of the other way.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::{Instant, sleep, sleep_until};

use super::fault::Ending;

/// What is read at once.
const BUFFER_BYTES: usize = 16 * 1024;

/// What a way is told.
#[derive(Clone, Copy)]
pub(super) enum Order {
    /// Whatever comes is passed on so much later.
    Delay(Duration),
    /// Nothing is passed on before that moment.
    HoldUntil(Instant),
    /// It ends once so many bytes have passed and another is due.
    EndAfter(usize, Ending),
    /// As it was in the beginning.
    Calm,
}

/// Why a connection ends before both sides have said all.
#[derive(Clone, Copy)]
pub(super) enum End {
    /// It was told to.
    Told(Ending),
    /// One side is gone.
    Broke,
}

impl From<io::Error> for End {
    fn from(_: io::Error) -> Self {
        Self::Broke
    }
}

pub(super) struct Pump {
    from: OwnedReadHalf,
    to: OwnedWriteHalf,
    orders: UnboundedReceiver<Order>,
}

impl Pump {
    /// With where it takes its orders.
    pub(super) fn new(from: OwnedReadHalf, to: OwnedWriteHalf) -> (Self, UnboundedSender<Order>) {
        let (told, orders) = mpsc::unbounded_channel();
        (Self { from, to, orders }, told)
    }

    /// Closes what it reads from with a reset, once the other way is gone too.
    pub(super) fn resets(self) {
        let stream: &TcpStream = self.from.as_ref();
        // Whoever is gone already needs no telling.
        let _ = stream.set_zero_linger();
        // Dropped, it would tell the other side of an end in good order first.
        self.to.forget();
    }

    /// Returns once the one side has said all and the other knows.
    pub(super) async fn runs(&mut self) -> Result<(), End> {
        let Self { from, to, orders } = self;
        let mut buffer = vec![0; BUFFER_BYTES];
        let (mut delay, mut held_until, mut end_after) = (Duration::ZERO, None, None);
        loop {
            // While it is held nothing is even read, so that the side that writes feels it.
            let read = tokio::select! {
                biased;
                Some(order) = orders.recv() => {
                    match order {
                        Order::Delay(by) => delay = by,
                        Order::HoldUntil(moment) => held_until = Some(moment),
                        Order::EndAfter(bytes, ending) => end_after = Some((bytes, ending)),
                        Order::Calm => (delay, held_until, end_after) = (Duration::ZERO, None, None),
                    }
                    continue;
                }
                () = sleep_until(held_until.unwrap_or_else(Instant::now)), if held_until.is_some() => {
                    held_until = None;
                    continue;
                }
                read = from.read(&mut buffer), if held_until.is_none() => read?,
            };
            if !delay.is_zero() {
                sleep(delay).await;
            }
            if read == 0 {
                return Ok(to.shutdown().await?);
            }
            match &mut end_after {
                Some((left, ending)) if *left < read => {
                    to.write_all(&buffer[..*left]).await?;
                    return Err(End::Told(*ending));
                }
                Some((left, _)) => *left -= read,
                None => {}
            }
            to.write_all(&buffer[..read]).await?;
        }
    }
}
