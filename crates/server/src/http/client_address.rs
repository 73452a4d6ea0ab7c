//! Whose request it is: the address of the connection, or what a trusted proxy says. Knows nothing of why one asks.

use std::net::IpAddr;

use hyper::HeaderMap;
use ipnet::IpNet;

/// Whether this is a reverse proxy of ours.
pub(super) fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&address.to_canonical()))
}

/// The address that counts. `X-Forwarded-For` is believed from the right, as far as trusted proxies wrote it: what
/// stands further to the left anyone can have sent.
pub(super) fn client_address(connection: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let forwarded: Vec<_> = headers
        .get_all("x-forwarded-for")
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let mut address = connection.to_canonical();
    for hop in forwarded.into_iter().rev() {
        match hop.trim().parse::<IpAddr>() {
            Ok(hop) if is_trusted(address, trusted) => address = hop.to_canonical(),
            Ok(_) | Err(_) => break,
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().expect("a network")];
        for (connection, forwarded, expected) in [
            ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
            ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
            ("10.0.0.1", "nonsense", "10.0.0.1"),
            ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", forwarded.parse().expect("a header"));
            let address = client_address(connection.parse().expect("an address"), &headers, &trusted);
            assert_eq!(address.to_string(), expected, "{connection}: {forwarded}");
        }
    }
}
