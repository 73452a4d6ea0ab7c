//! Which of several processes over one database this is. Knows nothing of what they tell each other.

use std::fmt;
use std::str::FromStr;

/// A process, from its start to its end: one that starts again is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeId(u64);

/// A text that is no node's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a node is named by 16 hexadecimal digits")]
pub struct NodeIdInvalid;

impl NodeId {
    /// One that no other process has.
    pub fn random() -> Self {
        Self(getrandom::u64().expect("the operating system gives random numbers"))
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for NodeId {
    type Err = NodeIdInvalid;

    fn from_str(text: &str) -> Result<Self, NodeIdInvalid> {
        let plain = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = plain.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        number.map(Self).ok_or(NodeIdInvalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_is_written() {
        for node in [NodeId(0), NodeId(u64::MAX), NodeId::random()] {
            assert_eq!(node.to_string().parse(), Ok(node));
        }
        for bad in ["", "12", "+123456789abcdef", "00000000000000000", "000000000000000g"] {
            assert_eq!(bad.parse::<NodeId>(), Err(NodeIdInvalid), "{bad:?}");
        }
    }
}
