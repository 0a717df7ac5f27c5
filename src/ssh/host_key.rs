//! Checks that the host that answered is the one that was meant: as `ssh` decides it, and refused
//! when in doubt.
//!
//! libssh2 proves that the server has the key it shows, of a certificate the key inside. That is all
//! it does: who the key belongs to is decided here, with [`KnownHosts`].

use std::net::IpAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use ssh2::{MethodType, Session};

use super::SshError;
use super::known_hosts::{
    self, CertificateVerdict, HostName, KnownHosts, KnownHostsError, RevokedKeys, Verdict,
    fingerprint, is_certificate, key_type, plain_key, remember, rsa_bits, wants_plain,
};
use super::poll::Poller;
use super::prompt::{Prompt, Prompter};
use super::resolve::{SshTarget, StrictHostKeyChecking};
use crate::i18n::fl;

/// The known hosts that matter for one target.
pub struct HostKeys {
    known: KnownHosts,
    revoked: Option<RevokedKeys>,
    name: HostName,
}

/// The reason why a host key was accepted.
pub enum Accepted {
    /// It is the host's: known before, certified, or confirmed now. With what the user should know.
    Known(Vec<String>),
    /// The configuration exempts this address from the check.
    Unchecked,
}

/// A key that the server proved to have, under judgement.
struct Shown<'a> {
    target: &'a SshTarget,
    /// The plain key, even where a certificate was shown.
    key: Vec<u8>,
    print: String,
    /// Fault of the certificate that it came in.
    why_not_certified: Option<String>,
    /// The other name to look at, with `CheckHostIP`.
    address: Option<HostName>,
}

impl HostKeys {
    /// Reads the files.
    ///
    /// # Errors
    /// When a file exists but cannot be read: an unread `@revoked` line must not be missed.
    pub fn read(target: &SshTarget) -> Result<Self, SshError> {
        if let Some(command) = &target.known_hosts_command {
            // What it prints may revoke keys.
            return Err(SshError::Route {
                name: "KnownHostsCommand",
                value: command.clone(),
            });
        }
        let revoked = target.revoked_host_keys.as_deref().map(RevokedKeys::read);
        Ok(Self {
            known: KnownHosts::read(&target.user_known_hosts, &target.global_known_hosts)?
                .with_told(&target.told_keys),
            revoked: revoked.transpose()?,
            name: target.known_hosts_name(),
        })
    }

    /// Tells the server which kinds of key are wanted, known ones first.
    ///
    /// # Errors
    /// [`SshError::Algorithms`] when libssh2 has none of those that the user wants.
    pub fn prefer_known(&self, session: &Session, wanted: &[String]) -> Result<(), SshError> {
        let order = self.known.algorithms(&self.name, wanted);
        if order.is_empty() {
            return Err(SshError::Algorithms {
                keyword: "HostKeyAlgorithms",
                asked: wanted.join(","),
                possible: known_hosts::ALGORITHMS.join(","),
            });
        }
        session.method_pref(MethodType::HostKey, &order.join(","))?;
        Ok(())
    }

    /// Judges the key that the server proved to have, asking about an unknown one. `peer` is the
    /// address of a direct connection.
    ///
    /// # Errors
    /// One of the `HostKey…` errors, or that the key could not be looked up.
    pub fn check(
        &self,
        session: &Session,
        peer: Option<IpAddr>,
        target: &SshTarget,
        prompter: &dyn Prompter,
        poller: &Poller,
    ) -> Result<Accepted, SshError> {
        let (blob, _) = session.host_key().ok_or_else(|| SshError::Handshake {
            text: fl!("host-key-none"),
            cut: false,
            greeting: None,
        })?;
        refuse_short(blob, target.min_rsa_bits)?;
        self.refuse_revoked(blob, poller)?;
        if is_exempt(target, peer) {
            return Ok(Accepted::Unchecked);
        }
        let (key, why_not_certified) = match self.certified(blob, target)? {
            Certified::Trusted => return Ok(Accepted::Known(Vec::new())),
            Certified::No(key, why) => (key, why),
        };
        if is_certified(blob) {
            refuse_unwanted(
                &key,
                &target.algorithms.host_keys,
                why_not_certified.as_deref(),
            )?;
        }
        let shown = Shown {
            target,
            print: fingerprint(&key),
            key,
            why_not_certified,
            address: self.address(target, peer).filter(|_| !is_certified(blob)),
        };
        self.judge(&shown, prompter).map(Accepted::Known)
    }

    fn refuse_revoked(&self, blob: &[u8], poller: &Poller) -> Result<(), SshError> {
        let revoked = self.revoked.as_ref();
        let found = revoked.map(|revoked| revoked.find(blob, poller));
        match found.transpose()?.flatten() {
            Some((file, line)) => Err(SshError::HostKeyRevoked {
                fingerprint: fingerprint(blob),
                file,
                line,
            }),
            None => Ok(()),
        }
    }

    /// A certificate is looked at as such; one that does not count leaves its key.
    fn certified(&self, blob: &[u8], target: &SshTarget) -> Result<Certified, SshError> {
        if !is_certified(blob) {
            return Ok(Certified::No(blob.to_vec(), None));
        }
        // A clock before 1970 makes every certificate "not yet valid".
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |now| now.as_secs());
        let signed_with = &target.ca_signature_algorithms;
        match self
            .known
            .certificate_verdict(&self.name, blob, now, signed_with)
        {
            CertificateVerdict::Trusted => Ok(Certified::Trusted),
            CertificateVerdict::PlainKey { key, why } => Ok(Certified::No(key, why)),
            CertificateVerdict::Revoked { file, line } => Err(SshError::HostKeyRevoked {
                fingerprint: fingerprint(blob),
                file,
                line: Some(line),
            }),
            CertificateVerdict::Malformed => Err(SshError::Handshake {
                text: fl!("certificate-forged"),
                cut: false,
                greeting: None,
            }),
        }
    }

    /// The address as a name of its own. `ssh` leaves it out for this machine, and where the host was
    /// named by it anyway; with an alias that is so at port 22 alone.
    fn address(&self, target: &SshTarget, peer: Option<IpAddr>) -> Option<HostName> {
        let peer = peer.filter(|peer| target.check_host_ip && !peer.is_loopback())?;
        let name = HostName::new(&peer.to_string(), target.port);
        (target.host != name.as_str() && name != self.name).then_some(name)
    }

    fn judge(&self, shown: &Shown, prompter: &dyn Prompter) -> Result<Vec<String>, SshError> {
        let address = shown.address.as_ref();
        let at_address = address.map(|name| self.known.verdict(name, &shown.key));
        let address_is_new = matches!(at_address, Some(Verdict::Unknown { .. }));
        let mut notes = Vec::new();
        let mut to_write = match self.known.verdict(&self.name, &shown.key) {
            Verdict::Trusted => Vec::new(),
            Verdict::Unknown { without_port } => {
                self.confirm(shown, &without_port_prints(without_port), prompter)?;
                notes.extend(shown.why_not_certified.clone());
                vec![&self.name]
            }
            refused => return Err(shown.refusal(refused)),
        };
        match at_address {
            // With `no`, `ssh` only grumbles about this.
            Some(Verdict::Changed { .. }) if shown.target.strict == StrictHostKeyChecking::No => {}
            Some(refused @ (Verdict::Changed { .. } | Verdict::Revoked { .. })) => {
                return Err(shown.refusal(refused));
            }
            _ if address_is_new => to_write.extend(address),
            _ => {}
        }
        notes.extend(shown.write_down(&to_write)?);
        Ok(notes)
    }

    /// Checks that an unknown key may be accepted.
    fn confirm(
        &self,
        shown: &Shown,
        also_known: &[String],
        prompter: &dyn Prompter,
    ) -> Result<(), SshError> {
        if shown.target.user_known_hosts.is_empty() {
            // `ssh` takes no new key either where it has nowhere to keep it.
            return Err(shown.unknown(fl!("host-key-no-file")));
        }
        match shown.target.strict {
            StrictHostKeyChecking::Yes => Err(shown.unknown(fl!("host-key-nobody-asked"))),
            StrictHostKeyChecking::Ask if shown.target.batch => {
                Err(shown.unknown(fl!("login-batch")))
            }
            // As the user's configuration says: `no` differs from `accept-new` in its treatment of
            // changed keys, and there `ssh` forwards nothing, so this program refuses.
            StrictHostKeyChecking::AcceptNew | StrictHostKeyChecking::No => Ok(()),
            StrictHostKeyChecking::Ask => {
                let answer = prompter.ask(Prompt::HostKey {
                    alias: shown.target.alias.clone(),
                    host: self.name.to_string(),
                    key_type: key_type(&shown.key)
                        .map_or_else(|| fl!("host-key-type-unknown"), str::to_owned),
                    fingerprint: shown.print.clone(),
                    also_known: also_known.to_vec(),
                });
                confirmed(answer, &shown.print).map_err(|why| shown.unknown(why))
            }
        }
    }
}

/// Outcome of checking a certificate.
enum Certified {
    Trusted,
    /// The plain key, and why its certificate did not count.
    No(Vec<u8>, Option<String>),
}

fn is_certified(blob: &[u8]) -> bool {
    key_type(blob).is_some_and(is_certificate)
}

fn without_port_prints(known: Vec<super::known_hosts::KnownKey>) -> Vec<String> {
    known.into_iter().map(|key| key.fingerprint).collect()
}

/// `NoHostAuthenticationForLocalhost`. An alias takes it back, as in OpenSSH: behind a local forward
/// the loopback address is another machine's, which the alias names.
fn is_exempt(target: &SshTarget, peer: Option<IpAddr>) -> bool {
    let is_local = peer.is_some_and(|peer| peer.is_loopback());
    target.trust_localhost && is_local && target.host_key_alias.is_none()
}

/// `RequiredRSASize`, for a plain key and for the one inside a certificate, before anything can
/// accept it.
fn refuse_short(blob: &[u8], min: u32) -> Result<(), SshError> {
    let Some(key) = plain_key(blob) else {
        return Ok(());
    };
    match rsa_bits(&key) {
        Some(bits) if bits < min as usize => Err(SshError::HostKeyShort {
            fingerprint: fingerprint(&key),
            bits,
            min,
        }),
        _ => Ok(()),
    }
}

/// The plain key of a certificate that does not count, where the user wants certificates alone, as OpenSSH has
/// refused it since 10.0p2-7+deb13u4 of Debian; 9.2 believed the key if it was on file.
fn refuse_unwanted(key: &[u8], wanted: &[String], why: Option<&str>) -> Result<(), SshError> {
    if wants_plain(wanted, key_type(key).unwrap_or_default()) {
        return Ok(());
    }
    let reasons = why.map(str::to_owned).into_iter();
    let reasons: Vec<String> = reasons.chain([fl!("certificate-only")]).collect();
    Err(SshError::Handshake {
        text: reasons.join("\n"),
        cut: false,
        greeting: None,
    })
}

impl Shown<'_> {
    fn unknown(&self, reason: String) -> SshError {
        let reasons: Vec<String> = self
            .why_not_certified
            .clone()
            .into_iter()
            .chain([reason])
            .collect();
        SshError::HostKeyUnknown {
            fingerprint: self.print.clone(),
            reason: reasons.join("\n"),
        }
    }

    fn refusal(&self, verdict: Verdict) -> SshError {
        let fingerprint = self.print.clone();
        match verdict {
            Verdict::Changed { known, same_type } => SshError::HostKeyChanged {
                fingerprint,
                known,
                same_type,
            },
            Verdict::Revoked { file, line } => SshError::HostKeyRevoked {
                fingerprint,
                file,
                line: Some(line),
            },
            Verdict::Trusted | Verdict::Unknown { .. } => self.unknown(fl!("host-key-not-yes")),
        }
    }

    /// Writes the key to the known-hosts file under all these names. As with `ssh`, a file that
    /// cannot be written does not prevent the login, but is reported to the user.
    fn write_down(&self, names: &[&HostName]) -> Result<Option<String>, SshError> {
        let Some(file) = self.target.user_known_hosts.first() else {
            return Ok(None);
        };
        match remember(file, names, &self.key, self.target.hash_known_hosts) {
            Err(error @ KnownHostsError::Write { .. }) => Ok(Some(error.to_string())),
            other => Ok(other.map(|()| None)?),
        }
    }
}

/// As with ssh: `yes`, or the fingerprint itself, and nothing else.
pub(super) fn confirmed(answer: super::prompt::PromptAnswer, print: &str) -> Result<(), String> {
    let answer = answer.map_err(|why| why.to_string())?;
    let answer = answer.trim();
    if answer.eq_ignore_ascii_case("yes") || answer == print {
        Ok(())
    } else {
        Err(fl!("host-key-not-yes"))
    }
}

#[cfg(test)]
mod tests;
