//! IPv4 addresses and ranges of them: of networks, and of callers.

use std::fmt;
use std::net::Ipv4Addr;

use serde_json::Value as Json;

use crate::spec::decode::{Decode, Decoder, checked, pattern};
use crate::spec::yaml::Node;

/// An IPv4 address range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    pub address: Ipv4Addr,
    pub prefix: u8,
}

impl Cidr {
    /// The shortest and longest prefix of a virtual network or subnet in Azure
    /// (learn.microsoft.com/azure/virtual-network/virtual-networks-faq, seen 2025-06).
    const PREFIX: std::ops::RangeInclusive<u8> = 2..=29;

    const FORM: &'static str = "an address range such as `10.2.4.0/24`";

    fn parse(text: &str) -> Result<Self, &'static str> {
        let (address, prefix) = text.split_once('/').ok_or(Self::FORM)?;
        let address: Ipv4Addr = address.parse().map_err(|_| Self::FORM)?;
        let prefix: u8 = prefix
            .parse()
            .ok()
            .filter(|_| prefix.bytes().all(|byte| byte.is_ascii_digit()))
            .ok_or(Self::FORM)?;
        if !Self::PREFIX.contains(&prefix) {
            return Err("an address range with a prefix from /2 to /29");
        }
        let range = Self { address, prefix };
        if range.first() != u32::from(address) {
            return Err("an address range that begins with its own first address");
        }
        Ok(range)
    }

    /// Whether a text is one.
    pub fn is_range(text: &str) -> bool {
        Self::parse(text).is_ok()
    }

    /// How many addresses it holds.
    pub fn size(self) -> u32 {
        1 << (32 - u32::from(self.prefix))
    }

    fn mask(self) -> u32 {
        u32::MAX << (32 - u32::from(self.prefix))
    }

    fn first(self) -> u32 {
        u32::from(self.address) & self.mask()
    }

    fn last(self) -> u32 {
        self.first() | !self.mask()
    }

    /// True where all of `other` lies inside.
    pub fn contains(self, other: Self) -> bool {
        self.first() <= other.first() && other.last() <= self.last()
    }

    /// True where the two have an address in common.
    pub fn overlaps(self, other: Self) -> bool {
        self.first() <= other.last() && other.first() <= self.last()
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl Decode for Cidr {
    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        checked(node, cx, Self::parse)
    }

    fn schema() -> Json {
        pattern(Self::FORM, "^([0-9]{1,3}\\.){3}[0-9]{1,3}/[0-9]{1,2}$")
    }
}

/// One caller's address or a range of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallerRange {
    pub first: Ipv4Addr,
    pub last: Ipv4Addr,
}

impl CallerRange {
    const FORM: &'static str = "an IPv4 address such as `203.0.113.7`, or a range such as `203.0.113.0/24`";

    fn parse(text: &str) -> Result<Self, &'static str> {
        let (address, prefix) = text.split_once('/').unwrap_or((text, "32"));
        let address: Ipv4Addr = address.parse().map_err(|_| Self::FORM)?;
        let is_number = (1..=2).contains(&prefix.len()) && prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix: u32 =
            prefix.parse().ok().filter(|prefix| is_number && *prefix <= 32).ok_or(Self::FORM)?;
        let host_bits = u32::MAX.checked_shr(prefix).unwrap_or(0);
        if u32::from(address) & host_bits != 0 {
            return Err("an address range that begins with its own first address");
        }
        Ok(Self { first: address, last: Ipv4Addr::from(u32::from(address) | host_bits) })
    }
}

impl Decode for CallerRange {
    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        checked(node, cx, Self::parse)
    }

    fn schema() -> Json {
        pattern(Self::FORM, "^([0-9]{1,3}\\.){3}[0-9]{1,3}(/[0-9]{1,2})?$")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_ranges_know_what_they_hold() {
        let range = |text| Cidr::parse(text).unwrap();
        assert!(range("10.2.0.0/16").contains(range("10.2.4.0/24")));
        assert!(!range("10.2.0.0/16").contains(range("10.3.0.0/24")));
        assert!(range("10.2.4.0/23").overlaps(range("10.2.5.0/24")));
        assert!(!range("10.2.4.0/24").overlaps(range("10.2.5.0/24")));
        for wrong in
            ["10.2.0.0", "10.2.0.1/16", "10.2.0.0/33", "10.2.0.0/30", "10.2.0.0/+9", "10.2.0/16", "::/8"]
        {
            assert!(Cidr::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn callers_are_single_or_ranges() {
        for (text, expected) in [
            ("203.0.113.7", Some("203.0.113.7-203.0.113.7")),
            ("203.0.113.0/24", Some("203.0.113.0-203.0.113.255")),
            ("0.0.0.0/0", Some("0.0.0.0-255.255.255.255")),
            ("203.0.113.7/32", Some("203.0.113.7-203.0.113.7")),
            ("203.0.113.7/24", None),
            ("203.0.113.0/33", None),
            ("203.0.113.0/", None),
            ("203.0.113.0/+9", None),
            ("203.0.113", None),
            ("::1", None),
        ] {
            let read = CallerRange::parse(text).ok().map(|range| format!("{}-{}", range.first, range.last));
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }
}
