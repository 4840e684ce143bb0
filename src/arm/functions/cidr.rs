//! Address ranges: `parseCidr`, `cidrSubnet`, `cidrHost`, for IPv4 and IPv6.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use indexmap::IndexMap;

use super::Needs::Everything;
use super::{Function, int, text, values, wrong};
use crate::arm::Value;
use crate::arm::fault::{Eval, Fault};

pub(super) const FUNCTIONS: &[Function] = &[
    values("cidrHost", 2, Some(2), Everything, host),
    values("cidrSubnet", 3, Some(3), Everything, subnet),
    values("parseCidr", 1, Some(1), Everything, parse),
];

/// A range of addresses, as numbers of `bits` bits.
struct Range {
    network: u128,
    prefix: u32,
    bits: u32,
}

impl Range {
    fn read(args: &[Value]) -> Eval<Self> {
        let bad = || wrong(args, 0, "a range such as `10.0.0.0/16`");
        let (address, prefix) = text(args, 0)?.split_once('/').ok_or_else(bad)?;
        let (value, bits) = match address.parse().map_err(|_| bad())? {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        let prefix = prefix.parse().ok().filter(|prefix| *prefix <= bits).ok_or_else(bad)?;
        let range = Self { network: 0, prefix, bits };
        Ok(Self { network: value & !range.host_mask(), ..range })
    }

    fn host_mask(&self) -> u128 {
        1_u128.checked_shl(self.bits - self.prefix).map_or(u128::MAX, |size| size - 1)
    }

    fn last(&self) -> u128 {
        self.network | self.host_mask()
    }

    /// The first and last host: without the network address, and without the broadcast address of IPv4.
    fn usable(&self) -> (u128, u128) {
        let wide = u128::from(self.bits - self.prefix > 1);
        (self.network + wide, if self.bits == 32 { self.last() - wide } else { self.last() })
    }

    fn address(&self, value: u128) -> String {
        match u32::try_from(value) {
            Ok(value) if self.bits == 32 => Ipv4Addr::from(value).to_string(),
            _ => Ipv6Addr::from(value).to_string(),
        }
    }
}

fn subnet(args: &[Value]) -> Eval<Value> {
    let range = Range::read(args)?;
    let prefix = u32::try_from(int(args, 1)?)
        .ok()
        .filter(|prefix| (range.prefix..=range.bits).contains(prefix))
        .ok_or_else(|| wrong(args, 1, &format!("a prefix length of {} to {}", range.prefix, range.bits)))?;
    let room = 1_u128.checked_shl(prefix - range.prefix).unwrap_or(u128::MAX);
    let index = u128::try_from(int(args, 2)?).ok().filter(|index| *index < room).ok_or_else(|| {
        Fault::failed(format!("`{}` has no subnet of that index", text(args, 0).unwrap_or("")))
    })?;
    let network = range.network + index.checked_shl(range.bits - prefix).unwrap_or(0);
    Ok(format!("{}/{prefix}", range.address(network)).into())
}

/// The usable address after the network address by index; index 0 is the first host.
fn host(args: &[Value]) -> Eval<Value> {
    let range = Range::read(args)?;
    let index = u128::try_from(int(args, 1)?).map_err(|_| wrong(args, 1, "an index from 0"))?;
    let (first, last) = range.usable();
    match first.checked_add(index) {
        Some(address) if address <= last => Ok(range.address(address).into()),
        _ => Err(Fault::failed(format!("`{}` has no host of that index", text(args, 0)?))),
    }
}

fn parse(args: &[Value]) -> Eval<Value> {
    let range = Range::read(args)?;
    let mut map = IndexMap::from([
        ("network".to_owned(), Value::from(range.address(range.network))),
        ("netmask".to_owned(), range.address(mask(&range)).into()),
    ]);
    if range.bits == 32 {
        map.insert("broadcast".to_owned(), range.address(range.last()).into());
    }
    let (first, last) = range.usable();
    map.insert("firstUsable".to_owned(), range.address(first).into());
    map.insert("lastUsable".to_owned(), range.address(last).into());
    map.insert("cidr".to_owned(), Value::Int(i64::from(range.prefix)));
    Ok(Value::Object(map))
}

fn mask(range: &Range) -> u128 {
    let all = if range.bits == 32 { u128::from(u32::MAX) } else { u128::MAX };
    all & !range.host_mask()
}
