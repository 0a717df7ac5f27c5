//! Whether the host that answered is the one that was meant. Fails closed.

use ssh2::{MethodType, Session};

use super::known_hosts::{HostName, KnownHosts, Verdict, fingerprint, key_type, remember};
use super::question::{Ask, Question};
use super::resolve::{StrictHostKeyChecking, Target};
use super::{Error, algorithms};
use crate::words::say;

/// What libssh2 and OpenSSH both have, best first. No certificates: libssh2 would take one without
/// looking at its authority.
const ALGORITHMS: [&str; 6] = [
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
];

/// The known hosts that matter for one target.
pub struct HostKeys {
    known: KnownHosts,
    name: HostName,
}

impl HostKeys {
    /// Reads the files.
    ///
    /// # Errors
    /// When a file exists but cannot be read: an unread `@revoked` line must not be missed.
    pub fn read(target: &Target) -> Result<Self, Error> {
        let known = KnownHosts::read(&target.user_known_hosts, &target.global_known_hosts)?;
        if let Some(file) = &target.revoked_host_keys {
            // Unread, a revoked key would pass.
            return Err(Error::Route {
                name: "RevokedHostKeys",
                value: file.display().to_string(),
            });
        }
        Ok(Self {
            known,
            name: target.known_hosts_name(),
        })
    }

    /// Asks the server for a key of a type that is known, if any: an RSA-only entry must not look
    /// like a changed key just because the server prefers ed25519.
    ///
    /// # Errors
    /// When libssh2 has none of the algorithms.
    pub fn prefer_known(&self, session: &Session, wanted: &[String]) -> Result<(), Error> {
        let types = self.known.key_types(&self.name);
        let is_known = |algorithm: &str| {
            types.iter().any(|known| {
                known == algorithm || (known == "ssh-rsa" && algorithm.starts_with("rsa-"))
            })
        };
        let possible = algorithms::choose("HostKeyAlgorithms", wanted, &ALGORITHMS)?;
        let (mut order, rest): (Vec<&str>, Vec<&str>) = possible
            .into_iter()
            .partition(|algorithm| is_known(algorithm));
        order.extend(rest);
        session.method_pref(MethodType::HostKey, &order.join(","))?;
        Ok(())
    }

    /// Judges the key that the server proved to have, asking about an unknown one.
    ///
    /// # Errors
    /// One of the `HostKey…` errors, or that a file could not be written.
    pub fn check(&self, session: &Session, target: &Target, asker: &dyn Ask) -> Result<(), Error> {
        let (blob, _) = session.host_key().ok_or_else(|| Error::Handshake {
            text: say!("host-key-none"),
            cut: false,
        })?;
        let print = fingerprint(blob);
        let without_port = match self.known.verdict(&self.name, blob) {
            Verdict::Trusted => return Ok(()),
            Verdict::Changed { known, same_type } => {
                return Err(Error::HostKeyChanged {
                    fingerprint: print,
                    known,
                    same_type,
                });
            }
            Verdict::Revoked { file, line } => return Err(Error::HostKeyRevoked { file, line }),
            Verdict::Unknown { without_port } => without_port,
        };
        let unknown = |reason| Error::HostKeyUnknown {
            fingerprint: print.clone(),
            reason,
        };
        match target.strict {
            StrictHostKeyChecking::Yes => {
                return Err(unknown(say!("host-key-nobody-asked")));
            }
            StrictHostKeyChecking::AcceptNew => {}
            // `no` in ssh means "take anything"; here it still means "ask".
            StrictHostKeyChecking::Ask | StrictHostKeyChecking::No => {
                let answer = asker.ask(Question::HostKey {
                    host: self.name.to_string(),
                    key_type: key_type(blob).unwrap_or_else(|| say!("host-key-type-unknown")),
                    fingerprint: print.clone(),
                    also_known: without_port
                        .into_iter()
                        .map(|key| key.fingerprint)
                        .collect(),
                });
                confirmed(answer, &print).map_err(unknown)?;
            }
        }
        match target.user_known_hosts.first() {
            Some(file) => Ok(remember(file, &self.name, blob, target.hash_known_hosts)?),
            None => Ok(()),
        }
    }
}

/// As with ssh: `yes`, or the fingerprint itself, and nothing else.
fn confirmed(answer: super::question::Answer, print: &str) -> Result<(), String> {
    let answer = answer?;
    let answer = answer.trim();
    if answer.eq_ignore_ascii_case("yes") || answer == print {
        Ok(())
    } else {
        Err(say!("host-key-not-yes"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use zeroize::Zeroizing;

    #[test]
    fn only_yes_or_the_fingerprint_confirms() {
        let said = |text: &str| confirmed(Ok(Zeroizing::new(text.into())), "SHA256:abc");
        assert!(said("yes").is_ok());
        assert!(said(" YES\n").is_ok());
        assert!(said("SHA256:abc").is_ok());
        assert!(said("").is_err());
        assert!(said("y").is_err());
        assert!(said("SHA256:abd").is_err());
        assert!(confirmed(Err("no terminal".into()), "SHA256:abc").is_err());
    }
}
