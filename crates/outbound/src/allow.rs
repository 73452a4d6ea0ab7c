//! Which addresses may be reached: public ones, and those that configuration lists. Knows nothing of names' resolution.
//!
//! Whoever can set a URL, or what a name resolves to, must not reach through this server what only this server can reach:
//! the machine itself, its network, the metadata of its cloud.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

const fn v4(a: u8, b: u8, c: u8, d: u8, bits: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits)
}

const fn v6(a: u16, b: u16, bits: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), bits)
}

/// What IANA's registry of special purposes says is no one's public address; the metadata of clouds are link-local.
const NOT_PUBLIC_V4: [Ipv4Net; 15] = [
    v4(0, 0, 0, 0, 8),
    v4(10, 0, 0, 0, 8),
    v4(100, 64, 0, 0, 10),
    v4(127, 0, 0, 0, 8),
    v4(169, 254, 0, 0, 16),
    v4(172, 16, 0, 0, 12),
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),
    v4(192, 88, 99, 0, 24),
    v4(192, 168, 0, 0, 16),
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v4(224, 0, 0, 0, 4),
    v4(240, 0, 0, 0, 4),
];
/// Of IPv6 this is public …
const PUBLIC_V6: Ipv6Net = v6(0x2000, 0, 3);
/// … without these: protocols (Teredo among them), documentation, 6to4, documentation again.
const NOT_PUBLIC_V6: [Ipv6Net; 4] = [v6(0x2001, 0, 23), v6(0x2001, 0xdb8, 32), v6(0x2002, 0, 16), v6(0x3fff, 0, 20)];
/// How a network without IPv4 shows addresses of IPv4: the last 32 bits are one.
const NAT64: Ipv6Net = v6(0x64, 0xff9b, 96);

/// What is allowed beside public addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allow {
    networks: Vec<IpNet>,
    /// In lower case, without a dot at the end.
    names: Vec<String>,
}

/// A text that is neither a network, an address nor a host's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is neither a network, an address nor a host's name; write for instance 10.0.0.0/8, ::1 or django.internal"
)]
pub struct AllowInvalid(String);

impl Allow {
    /// Networks, addresses and names of hosts. A name that is listed may resolve to anything.
    pub fn parse<S: AsRef<str>>(items: &[S]) -> Result<Self, AllowInvalid> {
        let mut allow = Self::default();
        for item in items.iter().map(|item| item.as_ref().trim()) {
            let address = IpAddr::from_str(item.trim_start_matches('[').trim_end_matches(']'));
            match (IpNet::from_str(item), address) {
                (Ok(network), _) => allow.networks.push(network),
                (_, Ok(address)) => allow.networks.push(address.to_canonical().into()),
                (Err(_), Err(_)) if is_name(item) => allow.names.push(plain(item)),
                (Err(_), Err(_)) => return Err(AllowInvalid(item.to_owned())),
            }
        }
        Ok(allow)
    }

    /// Whether everything that this host's name resolves to is allowed.
    pub(crate) fn name(&self, name: &str) -> bool {
        self.names.contains(&plain(name))
    }

    /// Whether that address may be reached.
    pub(crate) fn address(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_public(address) || self.networks.iter().any(|network| network.contains(&address))
    }
}

/// As a URL has it: names of other scripts are written with `xn--`.
fn is_name(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    // What ends in a number is meant as an address.
    let number = text.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    !number && text.len() <= 253 && text.trim_end_matches('.').split('.').all(label)
}

fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !NOT_PUBLIC_V4.iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) if NAT64.contains(&address) => {
            let [.., a, b, c, d] = address.octets();
            is_public(Ipv4Addr::new(a, b, c, d).into())
        }
        IpAddr::V6(address) => {
            PUBLIC_V6.contains(&address) && !NOT_PUBLIC_V6.iter().any(|network| network.contains(&address))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(allow: &Allow, address: &str) -> bool {
        allow.address(address.parse().expect("an address"))
    }

    #[test]
    fn what_is_not_public_is_refused() {
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.168.1.1",
            "198.19.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!allows(&Allow::default(), address), "{address}");
        }
    }

    #[test]
    fn what_is_public_is_allowed() {
        for address in
            ["1.1.1.1", "100.128.0.1", "172.32.0.1", "192.0.1.1", "2606:4700::1", "::ffff:1.1.1.1", "64:ff9b::101:101"]
        {
            assert!(allows(&Allow::default(), address), "{address}");
        }
    }

    #[test]
    fn what_is_listed_is_allowed_however_it_is_written() {
        let allow = Allow::parse(&["127.0.0.1", "10.0.0.0/8", "fd00::/8", "[::1]", "Django.Internal"]).expect("a list");
        for address in ["127.0.0.1", "::ffff:127.0.0.1", "10.9.9.9", "::ffff:10.0.0.1", "fd12::1", "::1"] {
            assert!(allows(&allow, address), "{address}");
        }
        for address in ["127.0.0.2", "192.168.0.1", "fe80::1"] {
            assert!(!allows(&allow, address), "{address}");
        }
        assert!(allow.name("django.internal") && allow.name("DJANGO.internal."));
        assert!(!allow.name("internal") && !allow.name("x.django.internal"));
    }

    #[test]
    fn a_list_of_something_else_is_refused() {
        for text in ["", "10.0.0.0/33", "10.0.0.256", "http://django", "a b", "django:8000", "*", "a..b", "0x7f.1"] {
            assert_eq!(Allow::parse(&[text]), Err(AllowInvalid(text.to_owned())), "{text:?}");
        }
    }
}
