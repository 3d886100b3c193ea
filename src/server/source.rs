//! Does the client come from a network that the user allows?
//!
//! `validateSrc`, with the texts that Go's `net.ParseIP` and `net.ParseCIDR` take.

use std::net::{IpAddr, Ipv6Addr};

/// What the list of networks says about an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The list is empty.
    Anywhere,
    /// Inside this network.
    Inside(String),
    /// Inside none of them.
    Outside,
    /// The address is none: an in-process connection has an empty one.
    NoAddress,
    /// This network is none, and was met before a match.
    BadNetwork(String),
}

impl Source {
    /// Whether the server lets the client pass.
    pub fn allowed(&self) -> bool {
        matches!(self, Self::Anywhere | Self::Inside(_))
    }
}

/// Asks a user's `src` list about an address.
pub fn source(networks: &[String], host: &str) -> Source {
    if networks.is_empty() {
        return Source::Anywhere;
    }
    let Ok(ip) = host.parse::<IpAddr>() else { return Source::NoAddress };
    for network in networks {
        match contains(network, ip) {
            None => return Source::BadNetwork(network.clone()),
            Some(true) => return Source::Inside(network.clone()),
            Some(false) => {}
        }
    }
    Source::Outside
}

/// `net.IPNet.Contains` of a parsed CIDR; `None`: it does not parse.
fn contains(network: &str, ip: IpAddr) -> Option<bool> {
    let (address, bits) = network.split_once('/')?;
    if bits.is_empty() || !bits.bytes().all(|b| b.is_ascii_digit()) || address.contains('%') {
        return None;
    }
    let address: IpAddr = address.parse().ok()?;
    // Go's dtoi gives up above 0xFFFFFF.
    let bits: u32 = bits
        .trim_start_matches('0')
        .parse()
        .or_else(|e| if bits.contains('0') { Ok(0) } else { Err(e) })
        .ok()?;
    let (width, offset) = if address.is_ipv4() { (32, 96) } else { (128, 0) };
    if bits > width {
        return None;
    }
    let mapped = |ip: IpAddr| match ip {
        IpAddr::V4(v4) => v4.to_ipv6_mapped(),
        IpAddr::V6(v6) => v6,
    };
    let bits = bits + offset;
    let mask = if bits == 0 { 0 } else { u128::MAX << (128 - bits) };
    let net = u128::from(mapped(address)) & mask;
    let net_is_v4 = Ipv6Addr::from(net).to_ipv4_mapped().is_some();
    let ip = mapped(ip);
    let ip_is_v4 = ip.to_ipv4_mapped().is_some();
    Some(net_is_v4 == ip_is_v4 && u128::from(ip) & mask == net)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_read_as_go_reads_them() {
        for (networks, host, want) in [
            (&[][..], "", true),
            (&["10.0.0.0/8"], "10.1.2.3", true),
            (&["10.0.0.0/8"], "11.1.2.3", false),
            (&["10.0.0.1"], "10.0.0.1", false),
            (&["bad", "10.0.0.0/8"], "10.0.0.1", false),
            (&["10.0.0.0/8", "bad"], "10.0.0.1", true),
            (&["10.0.0.0/33"], "10.0.0.1", false),
            (&["10.0.0.0/08"], "10.0.0.1", true),
            (&["0.0.0.0/0"], "10.0.0.1", true),
            (&["0.0.0.0/00"], "10.0.0.1", true),
            (&["0.0.0.0/0"], "::1", false),
            (&["::/0"], "10.0.0.1", false),
            (&["::1/128"], "::1", true),
            (&["::ffff:10.0.0.0/104"], "10.9.9.9", true),
            (&["10.0.0.0/8"], "::ffff:10.0.0.1", true),
            (&["10.0.0.0/8"], "", false),
            (&["10.0.0.0/8"], "localhost", false),
            (&["10.0.0.0/+8"], "10.0.0.1", false),
            (&["010.0.0.0/8"], "10.0.0.1", false),
            (&["10.0.0.0/99999999999"], "10.0.0.1", false),
        ] {
            let networks: Vec<String> = networks.iter().map(|n| (*n).to_owned()).collect();
            assert_eq!(source(&networks, host).allowed(), want, "{networks:?} {host}");
        }
        assert_eq!(source(&["x".into()], "1.2.3.4"), Source::BadNetwork("x".into()));
    }
}
