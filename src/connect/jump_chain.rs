//! Lists the jump hosts of a destination, by the rules of `ssh -J`.
//!
//! OpenSSH reaches a host with `ProxyJump a,b` by running `ssh -J a -W TARGET b`: the first one's own
//! `ProxyJump` counts, and that of the later ones is replaced by the list.

use std::path::Path;

use crate::ssh::SshError;
use crate::ssh::poll::Poller;
use crate::ssh::resolve::{SshTarget, hop_arguments, resolve_hop};

/// More jump hosts than any real configuration has; one that names ever new hosts (`Match exec`)
/// ends here.
const MOST: usize = 8;

/// A jump host on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// As the configuration names it: `[user@]host[:port]`, or an address beginning with `ssh://`.
    pub name: String,
    /// Target that the name resolves to.
    pub target: SshTarget,
}

impl Hop {
    /// Returns what to type after `ssh` to get there.
    #[must_use]
    pub fn destination(&self) -> String {
        let (options, host) = hop_arguments(&self.name);
        let words: Vec<&str> = options.into_iter().chain([host]).collect();
        words.join(" ")
    }

    fn is_same(&self, other: &SshTarget) -> bool {
        let place = |target: &SshTarget| (target.host.clone(), target.port, target.user.clone());
        place(&self.target) == place(other)
    }
}

/// The jump hosts before `target`, the nearest to this machine first.
///
/// # Errors
/// The errors of `ssh -G` for one of them, or [`SshError::Hops`].
pub fn hops(
    target: &SshTarget,
    ssh_config: Option<&Path>,
    poller: &Poller,
) -> Result<Vec<Hop>, SshError> {
    let mut hops: Vec<Hop> = Vec::new();
    let mut before = target.proxy_jump.clone();
    while let Some(list) = before.take() {
        let mut found = Vec::new();
        for name in list
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
        {
            found.push(Hop {
                name: name.to_owned(),
                target: SshTarget {
                    yields: target.yields,
                    ..resolve_hop(name, ssh_config, poller)?
                },
            });
        }
        before = found.first().and_then(|hop| hop.target.proxy_jump.clone());
        found.append(&mut hops);
        hops = found;
        check(&hops, target)?;
    }
    Ok(hops)
}

/// Checks that no host occurs twice, and that there are not too many: the chain would be a loop.
fn check(hops: &[Hop], target: &SshTarget) -> Result<(), SshError> {
    let is_again = |(at, hop): (usize, &Hop)| {
        hop.is_same(target)
            || hops[..at]
                .iter()
                .any(|earlier| earlier.is_same(&hop.target))
    };
    if hops.len() > MOST || hops.iter().enumerate().any(is_again) {
        let names = hops.iter().map(|hop| hop.name.clone());
        return Err(SshError::Hops(
            names.chain([target.alias.clone()]).collect(),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ssh::resolve::resolve;

    fn way(config: &str) -> Result<Vec<String>, SshError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, config).unwrap();
        let target = resolve("target", Some(file.path()))?;
        let hops = hops(&target, Some(file.path()), &Poller::new()?)?;
        let seen = hops.into_iter().map(|hop| {
            let SshTarget {
                user, host, port, ..
            } = hop.target;
            format!("{user}@{host}:{port}")
        });
        Ok(seen.collect())
    }

    const HOSTS: &str = "Host a\n HostName a.example\n User alice\n Port 2201\n\
        Host b\n HostName b.example\n User bob\n ProxyJump elsewhere\n\
        Host outer\n User olga\n";

    #[test]
    fn each_hop_has_a_configuration_of_its_own() {
        for (jump, want) in [
            ("a", vec!["alice@a.example:2201"]),
            ("a,b", vec!["alice@a.example:2201", "bob@b.example:22"]),
            ("me@a:44", vec!["me@a.example:44"]),
            ("ssh://me@a:44", vec!["me@a.example:44"]),
            ("me@[::1]:44,b", vec!["me@::1:44", "bob@b.example:22"]),
            ("me@realm@a", vec!["me@realm@a.example:2201"]),
            ("none", vec![]),
        ] {
            let config = format!("Host target\n ProxyJump {jump}\n{HOSTS}");
            assert_eq!(way(&config).unwrap(), want, "{jump}");
        }
    }

    #[test]
    fn the_first_hops_own_jump_counts_and_that_of_later_ones_does_not() {
        let config = format!("Host target\n ProxyJump a,b\nHost a\n ProxyJump outer\n{HOSTS}");
        let want = ["olga@outer:22", "alice@a.example:2201", "bob@b.example:22"];
        assert_eq!(way(&config).unwrap(), want);
    }

    #[test]
    fn a_circle_is_an_error() {
        let config = "Host *\n User me\nHost target\n ProxyJump a\n\
            Host a\n ProxyJump b\nHost b\n ProxyJump a\n";
        assert!(matches!(way(config), Err(SshError::Hops(_))));
        // This one is found by OpenSSH itself.
        let everywhere = way("Host *\n User me\n ProxyJump bastion\n").unwrap_err();
        assert!(everywhere.to_string().contains("loop"), "{everywhere}");
    }

    #[test]
    fn a_hop_that_is_no_name_is_refused() {
        assert!(way("Host target\n ProxyJump a,'b;c'\n").is_err());
    }
}
