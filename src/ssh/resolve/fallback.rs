//! Resolves a destination on a computer without `ssh`: as it is written, with OpenSSH's defaults.

use std::path::PathBuf;
use std::time::Duration;

use super::error::ResolveError;
use super::expand::{Local, tilde};
use super::target::{
    AddressFamily, AgentChoice, Algorithms, MIN_RSA_BITS, Source, SshCall, SshTarget,
    StrictHostKeyChecking,
};
use crate::i18n::fl;

const IDENTITIES: [&str; 5] = [
    "~/.ssh/id_rsa",
    "~/.ssh/id_ecdsa",
    "~/.ssh/id_ecdsa_sk",
    "~/.ssh/id_ed25519",
    "~/.ssh/id_ed25519_sk",
];
const USER_KNOWN_HOSTS: [&str; 2] = ["~/.ssh/known_hosts", "~/.ssh/known_hosts2"];
const GLOBAL_KNOWN_HOSTS: [&str; 2] = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"];

/// The parts of `[ssh://][user@]host[:port]`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    pub(super) user: Option<&'a str>,
    pub(super) host: &'a str,
    pub(super) port: Option<&'a str>,
}

/// Takes a destination apart. An IPv6 address needs brackets only where a port follows.
pub(super) fn split(destination: &str) -> Parts<'_> {
    let bare = destination.strip_prefix("ssh://").unwrap_or(destination);
    let bare = bare.strip_suffix('/').unwrap_or(bare);
    let (user, place) = match bare.rsplit_once('@') {
        Some((user, place)) => (Some(user).filter(|u| !u.is_empty()), place),
        None => (None, bare),
    };
    if let Some((host, after)) = place.strip_prefix('[').and_then(|p| p.split_once(']')) {
        return Parts {
            user,
            host,
            port: after.strip_prefix(':'),
        };
    }
    match place.split_once(':') {
        Some((host, port)) if !port.contains(':') => Parts {
            user,
            host,
            port: Some(port),
        },
        _ => Parts {
            user,
            host: place,
            port: None,
        },
    }
}

/// OpenSSH's defaults for a destination.
pub(super) fn target(destination: &str, local: &Local) -> Result<SshTarget, ResolveError> {
    let refuse = |reason| ResolveError::BadDestination {
        destination: destination.to_owned(),
        reason,
    };
    let Parts { user, host, port } = split(destination);
    if host.is_empty() {
        return Err(refuse(fl!("resolve-no-host")));
    }
    let port = port
        .map_or(Ok(22), str::parse)
        .ok()
        .filter(|&port| port != 0);
    let port = port.ok_or_else(|| refuse(fl!("resolve-bad-port")))?;
    let user = user.unwrap_or(&local.user).to_owned();
    if user.is_empty() {
        return Err(refuse(fl!("resolve-no-user")));
    }
    let paths = |list: &[&str]| -> Vec<PathBuf> { list.iter().map(|p| tilde(p, local)).collect() };
    Ok(SshTarget {
        alias: host.to_owned(),
        host: host.to_ascii_lowercase(),
        port,
        user,
        host_key_alias: None,
        identity_files: paths(&IDENTITIES),
        identities_only: false,
        identity_agent: AgentChoice::Default,
        certificate_files: Vec::new(),
        user_known_hosts: paths(&USER_KNOWN_HOSTS),
        global_known_hosts: paths(&GLOBAL_KNOWN_HOSTS),
        batch: false,
        told_keys: Vec::new(),
        revoked_host_keys: None,
        known_hosts_command: None,
        ca_signature_algorithms: Vec::new(),
        check_host_ip: false,
        trust_localhost: false,
        min_rsa_bits: MIN_RSA_BITS,
        strict: StrictHostKeyChecking::Ask,
        hash_known_hosts: false,
        connect_timeout: None,
        family: AddressFamily::Any,
        bind_address: None,
        bind_interface: None,
        preferred_auth: Vec::new(),
        pubkey: true,
        password: true,
        kbd_interactive: true,
        pubkey_algorithms: Vec::new(),
        pkcs11_provider: None,
        security_key_provider: None,
        gssapi: false,
        hostbased: false,
        yields: false,
        algorithms: Algorithms::default(),
        password_prompts: 3,
        proxy_jump: None,
        proxy_command: None,
        proxy_fdpass: false,
        sets_env: false,
        alive_interval: Duration::ZERO,
        alive_count_max: 3,
        call: SshCall::default(),
        source: Source::Fallback,
    })
}
