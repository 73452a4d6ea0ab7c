//! Ports that nobody uses. Knows nothing of who will.

use std::net::{Ipv4Addr, TcpListener, TcpStream};

/// A port of the loopback address that was free a moment ago. Whoever starts a server there must be ready to try
/// another one.
pub fn free() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    listener.local_addr().expect("it is bound").port()
}

/// Whether somebody listens there.
pub(crate) fn answers(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}
