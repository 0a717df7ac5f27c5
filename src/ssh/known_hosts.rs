//! OpenSSH's verdict on a host key, read from the same files.
//!
//! libssh2's own reader ignores `@revoked`, wildcards and negation, and gives up on a whole file
//! at one bad line, after which an attacker's key looks merely new. So the rules are here, taken
//! from sshd(8), "`SSH_KNOWN_HOSTS` FILE FORMAT", and from how `ssh` 9.2 behaves. Where the two
//! choices differ in safety this module takes the stricter one, and says so.

mod certificate;
mod error;
mod host_name;
mod line;
mod lookup;
mod order;
mod remember;
mod revoked;
mod signature;

pub use super::wire::key_type;
pub use certificate::{UserCertificate, is_certificate, plain_key, user_certificate};
pub use error::KnownHostsError;
pub use host_name::HostName;
pub use lookup::{CertificateVerdict, KnownHosts, KnownKey, Verdict, fingerprint};
pub use order::{ALGORITHMS, wants_plain};
pub use remember::remember;
pub use revoked::RevokedKeys;
pub use signature::rsa_bits;

#[cfg(test)]
mod property;
#[cfg(test)]
mod tests;
