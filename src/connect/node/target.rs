//! A compute node as a target of a session.

use std::path::Path;

use ssh_key::PublicKey;

use crate::ssh::SshError;
use crate::ssh::poll::Poller;
use crate::ssh::resolve::{SshTarget, hop_arguments, resolve_hop};

/// The node as a target: who logs in is who logged in at the login host, with the same keys, and what
/// the ssh configuration says of the node counts for its port, its keys and its place in `known_hosts`.
/// `keys` are its host keys, `TYPE BASE64`, as it told them itself.
///
/// # Errors
/// The resolved configuration of `ssh -G` for it.
pub fn target(
    login: &SshTarget,
    (name, address): (&str, Option<&str>),
    keys: &[String],
    ssh_config: Option<&Path>,
    poller: &Poller,
) -> Result<SshTarget, SshError> {
    let mut node = resolve_hop(name, ssh_config, poller)?;
    let filed_under = node.known_hosts_name().as_str().to_owned();
    let blob = |line: &String| PublicKey::from_openssh(line).ok()?.to_bytes().ok();
    let mut identity_files = login.identity_files.clone();
    if leads_through(node.proxy_jump.as_deref(), login) {
        node.identity_files
            .retain(|file| !identity_files.contains(file));
        identity_files.append(&mut node.identity_files);
    }
    Ok(SshTarget {
        alias: name.to_owned(),
        host: address.map_or(node.host, str::to_owned),
        user: login.user.clone(),
        host_key_alias: Some(filed_under),
        told_keys: keys.iter().filter_map(blob).collect(),
        // Its address is one among its own kind, and may be a machine's here.
        check_host_ip: false,
        trust_localhost: false,
        identity_files,
        identities_only: login.identities_only,
        identity_agent: login.identity_agent.clone(),
        certificate_files: login.certificate_files.clone(),
        preferred_auth: Vec::new(),
        pubkey: true,
        pubkey_algorithms: login.pubkey_algorithms.clone(),
        proxy_jump: None,
        proxy_command: None,
        alive_interval: login.alive_interval,
        alive_count_max: login.alive_count_max,
        ..node
    })
}

/// Returns true if a host's configuration says that this login host leads to it. A name alone is not
/// enough to offer a host's keys: the login host says what its nodes are called.
fn leads_through(jumps: Option<&str>, login: &SshTarget) -> bool {
    let last = jumps.and_then(|jumps| jumps.rsplit(',').next());
    last.is_some_and(|last| {
        let (_, host) = hop_arguments(last.trim());
        host == login.alias || host == login.host
    })
}
