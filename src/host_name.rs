//! Names and addresses of hosts, as Jupyter and the schedulers write them.

use std::net::IpAddr;

/// Returns true if two names mean the same host: one may be without its domain. Addresses are compared whole, and an
/// empty name is that of no host.
#[must_use]
pub fn same_machine(one: &str, other: &str) -> bool {
    let short = |name: &str| name.split('.').next().unwrap_or_default().to_lowercase();
    match (address(one), address(other)) {
        (None, None) => !one.is_empty() && short(one) == short(other),
        (one, other) => one == other,
    }
}

/// Returns true if a name or address means the host itself.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    let name = host.trim_matches(['[', ']']);
    name == "localhost" || address(host).is_some_and(|at| at.is_loopback())
}

/// Parses an address, also in the brackets that IPv6 has in a URL.
#[must_use]
pub fn address(host: &str) -> Option<IpAddr> {
    host.trim_matches(['[', ']']).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_the_same_without_its_domain() {
        assert!(same_machine("node17", "Node17.cluster.example"));
        assert!(!same_machine("node17", "node1"));
        assert!(!same_machine("", ""));
        assert!(same_machine("10.1.0.5", "10.1.0.5"));
        assert!(!same_machine("10.1.0.5", "10.9.9.9"), "addresses are whole");
        assert!(!same_machine("10.1.0.5", "10"));
        assert!(same_machine("fd00::1", "fd00:0::1"));
        assert!(same_machine("[fd00::1]", "fd00::1"));
    }
}
