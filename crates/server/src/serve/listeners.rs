//! Where a process listens: the public address, and the operator's where that is another. Knows nothing of what is
//! served at either.

use std::future::pending;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context;
use tokio::net::{TcpListener, TcpStream};

use crate::config::Config;
use crate::http::Entrance;

/// The open sockets that connections come in by.
pub struct Listeners {
    /// For everybody.
    pub public: TcpListener,
    /// For the operator alone, where `--admin-bind` says so.
    pub admin: Option<TcpListener>,
}

impl Listeners {
    /// Takes the addresses; to be done in front of everything else, so that a taken one changes nothing.
    pub async fn bind(config: &Config) -> anyhow::Result<Self> {
        let (ip, port) = (config.bind, config.port);
        let public = TcpListener::bind((ip, port))
            .await
            .with_context(|| format!("cannot listen on {ip}:{port}; choose another with --bind and --port"))?;
        let admin = match config.admin_bind {
            Some(address) => {
                let taken = || format!("cannot listen on {address}; choose another with --admin-bind");
                Some(TcpListener::bind(address).await.with_context(taken)?)
            }
            None => None,
        };
        Ok(Self { public, admin })
    }

    /// The next connection, by either.
    pub(super) async fn accept(&self) -> (Entrance, io::Result<(TcpStream, SocketAddr)>) {
        let admin = async {
            match &self.admin {
                Some(admin) => admin.accept().await,
                None => pending().await,
            }
        };
        tokio::select! {
            accepted = self.public.accept() => (Entrance::Public, accepted),
            accepted = admin => (Entrance::Admin, accepted),
        }
    }
}

/// One listens on all addresses, and connects to one of them.
pub(crate) fn reached_at(mut listening: SocketAddr) -> SocketAddr {
    if listening.ip().is_unspecified() {
        listening.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    listening
}
