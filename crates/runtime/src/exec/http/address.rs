//! Which addresses may be connected to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use crate::settings;

/// What the settings allow.
#[derive(Clone, Debug, Default)]
pub(super) struct Policy {
    private: Vec<IpNet>,
    hosts: Vec<String>,
    only: Vec<String>,
}

impl Policy {
    pub(super) fn new(settings: &settings::Http) -> Self {
        let plain = |hosts: &[String]| hosts.iter().map(|host| plain(host)).collect();
        Self {
            private: settings.allow_private.clone(),
            hosts: plain(&settings.allow_hosts),
            only: plain(&settings.only_hosts),
        }
    }

    /// Whether a host may be called at all.
    pub(super) fn may_call(&self, host: &str) -> bool {
        self.only.is_empty() || among(&self.only, host)
    }

    /// Whether a host may be called wherever its address is.
    pub(super) fn trusts(&self, host: &str) -> bool {
        among(&self.hosts, host)
    }

    /// Whether an address may be connected to.
    pub(super) fn reaches(&self, address: IpAddr) -> bool {
        let inner = embedded(address);
        (is_public(address) && inner.is_none_or(is_public))
            || self.private.iter().any(|net| {
                net.contains(&address) || inner.is_some_and(|inner| net.contains(&inner))
            })
    }
}

fn plain(host: &str) -> String {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned()
}

fn among(hosts: &[String], host: &str) -> bool {
    let host = plain(host);
    hosts.iter().any(|known| match known.strip_prefix("*.") {
        Some(parent) => host
            .strip_suffix(parent)
            .is_some_and(|rest| rest.ends_with('.')),
        None => *known == host,
    })
}

/// Whether an address is one of the public internet's, by the registries of special-purpose addresses (RFC 6890
/// and its successors at IANA).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = a == 0
        || a == 10
        || a == 127
        // Shared by providers, link-local (where clouds keep their metadata), private, of the IETF.
        || (a == 100 && (64..128).contains(&b))
        || (a == 169 && b == 254)
        || (a == 172 && (16..32).contains(&b))
        || (a == 192 && b == 168)
        || (a == 192 && b == 0 && (c == 0 || c == 2))
        || (a == 192 && b == 88 && c == 99)
        // For measurements and documentation.
        || (a == 198 && (b == 18 || b == 19))
        || (a == 198 && b == 51 && c == 100)
        || (a == 203 && b == 0 && c == 113)
        // Multicast, reserved, broadcast.
        || a >= 224;
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // Only 2000::/3 is given out; what stands for an address of version 4 is looked at as that one, too.
    let given_out = a & 0xe000 == 0x2000 || embedded(IpAddr::V6(address)).is_some();
    let special = match a {
        0x2001 => b < 0x200 || b == 0xdb8,
        0x3fff => b < 0x1000,
        _ => false,
    };
    given_out && !special
}

/// The address of version 4 that one of version 6 stands for: mapped, compatible, translated (NAT64) or 6to4.
fn embedded(address: IpAddr) -> Option<IpAddr> {
    let IpAddr::V6(address) = address else {
        return None;
    };
    let [a, b, c, d, e, f, g, h] = address.segments();
    let v4 = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Some(IpAddr::V4(Ipv4Addr::new(a, b, c, d)))
    };
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0 | 0xffff) | (0, 0, 0, 0, 0xffff, 0) | (0x64, 0xff9b, 0, 0, 0, 0) => {
            v4(g, h)
        }
        (0x2002, high, low, ..) => v4(high, low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(private: &[&str], hosts: &[&str], only: &[&str]) -> Policy {
        let texts = |list: &[&str]| list.iter().map(|t| (*t).to_owned()).collect();
        Policy::new(&settings::Http {
            allow_private: private.iter().map(|n| n.parse().unwrap()).collect(),
            allow_hosts: texts(hosts),
            only_hosts: texts(only),
            ..settings::Http::default()
        })
    }

    #[test]
    fn only_addresses_of_the_public_internet_are_reached() {
        let policy = policy(&[], &[], &[]);
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:0:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "2001:0:7f00:1::",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
        ] {
            assert!(!policy.reaches(private.parse().unwrap()), "{private}");
        }
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.1.0.1",
            "2606:4700:4700::1111",
            "2a00:1450:4001::1",
            "64:ff9b::8.8.8.8",
            "::ffff:8.8.8.8",
            "2002:808:808::",
        ] {
            assert!(policy.reaches(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn networks_can_be_allowed() {
        let policy = policy(&["10.0.0.0/8", "127.0.0.1/32"], &[], &[]);
        for reached in ["10.9.9.9", "127.0.0.1", "::ffff:10.0.0.1"] {
            assert!(policy.reaches(reached.parse().unwrap()), "{reached}");
        }
        for other in ["127.0.0.2", "192.168.0.1", "::1"] {
            assert!(!policy.reaches(other.parse().unwrap()), "{other}");
        }
    }

    #[test]
    fn hosts_are_named_or_named_by_their_ends() {
        let policy = policy(
            &[],
            &["Db.internal", "*.corp.example"],
            &["a.example", "*.b.example"],
        );
        assert!(policy.trusts("db.internal") && policy.trusts("DB.internal."));
        assert!(policy.trusts("x.corp.example") && policy.trusts("y.x.corp.example"));
        assert!(!policy.trusts("corp.example") && !policy.trusts("evilcorp.example"));
        assert!(policy.may_call("a.example") && policy.may_call("x.b.example"));
        assert!(!policy.may_call("b.example") && !policy.may_call("a.example.evil"));
    }
}
