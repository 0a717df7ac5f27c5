//! The answer of `ssh -G`: a line for each option, its name in front, lists over several lines or
//! parted by spaces, nothing quoted.

use std::path::PathBuf;
use std::time::Duration;

use super::error::ResolveError;
use super::expand::{Local, Tokens, tilde};
use super::fallback::split;
use super::target::{
    AddressFamily, AgentChoice, Algorithms, MIN_RSA_BITS, Source, SshCall, SshTarget,
    StrictHostKeyChecking,
};

/// The lines of an answer.
struct Options<'a>(Vec<(String, &'a str)>);

impl<'a> Options<'a> {
    fn new(output: &'a str) -> Self {
        let lines = output
            .lines()
            .filter_map(|line| line.trim().split_once(' '));
        Self(
            lines
                .map(|(name, value)| (name.to_ascii_lowercase(), value.trim()))
                .collect(),
        )
    }

    fn all(&self, option: &str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(name, _)| name == option)
            .map(|&(_, value)| value)
    }

    fn first(&self, option: &str) -> Option<&'a str> {
        self.all(option).next()
    }

    /// A value, with OpenSSH's word for "nothing" read as such.
    fn some(&self, option: &str) -> Option<&'a str> {
        self.first(option)
            .filter(|value| !value.eq_ignore_ascii_case("none"))
    }

    /// Old and new versions write yes and true, no and false.
    fn flag(&self, option: &str, default: bool) -> bool {
        match self.first(option) {
            Some("no" | "false") => false,
            Some(_) => true, // PubkeyAuthentication also has unbound and host-bound.
            None => default,
        }
    }

    fn number(&self, option: &str, default: u32) -> u32 {
        self.first(option)
            .and_then(|value| value.parse().ok())
            .unwrap_or(default)
    }
}

/// Reads the answer of `ssh -G` about a destination.
pub(super) fn parse(
    output: &str,
    destination: &str,
    local: &Local,
) -> Result<SshTarget, ResolveError> {
    let answer = Options::new(output);
    let missing = |option| ResolveError::Unreadable {
        destination: destination.to_owned(),
        option,
    };
    let host = answer
        .first("hostname")
        .ok_or_else(|| missing("hostname"))?;
    let user = answer.first("user").ok_or_else(|| missing("user"))?;
    let port = answer
        .first("port")
        .and_then(|port| port.parse().ok())
        .filter(|&port| port != 0);
    let port = port.ok_or_else(|| missing("port"))?;
    // Only newer versions print the name as given.
    let alias = answer
        .first("host")
        .unwrap_or_else(|| given_name(destination));
    // Not `some`: to ssh, `none` is an alias like any other.
    let host_key_alias = answer.first("hostkeyalias");
    let proxy_jump = answer.some("proxyjump");
    let tokens = Tokens {
        local,
        host,
        alias,
        host_key_alias: host_key_alias.unwrap_or(alias),
        port,
        user,
        jump: proxy_jump.unwrap_or_default(),
    };
    let proxy_command = answer.some("proxycommand");
    let proxy_command = proxy_command.map(|command| tokens.command(command));
    let proxy_command = proxy_command.transpose().map_err(|reason| {
        let destination = destination.to_owned();
        ResolveError::BadDestination {
            destination,
            reason,
        }
    })?;
    Ok(SshTarget {
        proxy_command,
        ..fill(&answer, &tokens, host_key_alias, proxy_jump)
    })
}

fn fill(
    answer: &Options,
    tokens: &Tokens,
    host_key_alias: Option<&str>,
    proxy_jump: Option<&str>,
) -> SshTarget {
    SshTarget {
        alias: tokens.alias.to_owned(),
        host: tokens.host.to_owned(),
        port: tokens.port,
        user: tokens.user.to_owned(),
        host_key_alias: host_key_alias.map(str::to_owned),
        identity_files: one_per_line(answer, "identityfile", tokens),
        identities_only: answer.flag("identitiesonly", false),
        identity_agent: agent(answer.first("identityagent"), tokens),
        certificate_files: one_per_line(answer, "certificatefile", tokens),
        user_known_hosts: several_per_line(answer, "userknownhostsfile", tokens),
        global_known_hosts: several_per_line(answer, "globalknownhostsfile", tokens),
        batch: answer.flag("batchmode", false),
        told_keys: Vec::new(),
        revoked_host_keys: answer
            .some("revokedhostkeys")
            .map(|path| tilde(path, tokens.local)),
        known_hosts_command: answer.some("knownhostscommand").map(str::to_owned),
        ca_signature_algorithms: list(answer.first("casignaturealgorithms")),
        check_host_ip: answer.flag("checkhostip", false),
        trust_localhost: answer.flag("nohostauthenticationforlocalhost", false),
        min_rsa_bits: answer.number("requiredrsasize", MIN_RSA_BITS),
        strict: strict(answer.first("stricthostkeychecking")),
        hash_known_hosts: answer.flag("hashknownhosts", false),
        connect_timeout: timeout(answer.first("connecttimeout")),
        family: family(answer.first("addressfamily")),
        bind_address: answer.some("bindaddress").map(str::to_owned),
        bind_interface: answer.some("bindinterface").map(str::to_owned),
        preferred_auth: list(answer.some("preferredauthentications")),
        pubkey: answer.flag("pubkeyauthentication", true),
        password: answer.flag("passwordauthentication", true),
        kbd_interactive: answer.flag("kbdinteractiveauthentication", true),
        pubkey_algorithms: pubkey_algorithms(answer),
        pkcs11_provider: answer.some("pkcs11provider").map(str::to_owned),
        security_key_provider: answer.some("securitykeyprovider").map(str::to_owned),
        gssapi: answer.flag("gssapiauthentication", false),
        hostbased: answer.flag("hostbasedauthentication", false),
        yields: false,
        algorithms: Algorithms {
            kex: list(answer.some("kexalgorithms")),
            host_keys: list(answer.some("hostkeyalgorithms")),
            ciphers: list(answer.some("ciphers")),
            macs: list(answer.some("macs")),
        },
        password_prompts: answer.number("numberofpasswordprompts", 3),
        proxy_jump: proxy_jump.map(str::to_owned),
        proxy_command: None,
        proxy_fdpass: answer.flag("proxyusefdpass", false),
        sets_env: answer.first("setenv").is_some(),
        alive_interval: Duration::from_secs(answer.number("serveraliveinterval", 0).into()),
        alive_count_max: answer.number("serveralivecountmax", 3),
        call: SshCall {
            arguments: Vec::new(),
            options: unsettled(answer),
            // The option came with 8.7.
            is_old: answer.first("forkafterauthentication").is_none(),
            control_path: answer
                .some("controlpath")
                .map(|path| tilde(path, tokens.local)),
        },
        source: Source::OpenSsh,
    }
}

/// Options of the configuration that would keep a process from only connecting. An older version does not know all of
/// them, and refuses what it does not know.
fn unsettled(answer: &Options) -> Vec<&'static str> {
    let settled = [
        ("forkafterauthentication", "ForkAfterAuthentication=no"),
        ("remotecommand", "RemoteCommand=none"),
    ];
    let known = settled
        .iter()
        .filter(|(option, _)| answer.first(option).is_some());
    known.map(|(_, setting)| *setting).collect()
}

/// Before OpenSSH 8.5 the option had another name.
fn pubkey_algorithms(answer: &Options) -> Vec<String> {
    let named = answer.some("pubkeyacceptedalgorithms");
    list(named.or_else(|| answer.some("pubkeyacceptedkeytypes")))
}

/// Returns the host in a destination as `ssh` reads it: a colon parts a port off in a URI only.
#[must_use]
pub fn given_name(destination: &str) -> &str {
    if destination.starts_with("ssh://") {
        return split(destination).host;
    }
    destination
        .rsplit_once('@')
        .map_or(destination, |(_, host)| host)
}

fn one_per_line(answer: &Options, option: &str, tokens: &Tokens) -> Vec<PathBuf> {
    let named = answer
        .all(option)
        .filter(|value| !value.eq_ignore_ascii_case("none"));
    named.map(|value| tokens.path(unquote(value))).collect()
}

/// Files parted by spaces. A path with a space in it is printed without quotes; a piece that
/// doesn't begin like a path is therefore taken for the rest of the path before it.
fn several_per_line(answer: &Options, option: &str, tokens: &Tokens) -> Vec<PathBuf> {
    let mut paths: Vec<String> = Vec::new();
    for piece in answer.some(option).unwrap_or_default().split(' ') {
        let begins = piece.starts_with(['/', '~', '%', '$', '.', '"']);
        match paths.last_mut() {
            Some(last) if !begins => {
                last.push(' ');
                last.push_str(piece);
            }
            _ => paths.push(piece.to_owned()),
        }
    }
    let named = paths
        .iter()
        .map(|path| unquote(path))
        .filter(|path| !path.is_empty());
    named.map(|path| tokens.path(path)).collect()
}

fn unquote(value: &str) -> &str {
    value
        .strip_prefix('"')
        .and_then(|v| v.strip_suffix('"'))
        .unwrap_or(value)
}

fn agent(value: Option<&str>, tokens: &Tokens) -> AgentChoice {
    match value {
        None | Some("SSH_AUTH_SOCK") => AgentChoice::Default,
        Some(none) if none.eq_ignore_ascii_case("none") => AgentChoice::Disabled,
        Some(value) => match value
            .strip_prefix('$')
            .filter(|name| !name.starts_with('{'))
        {
            // As in ssh, naming a variable that isn't set means no agent, not the default one.
            Some(name) => match (tokens.local.env)(name) {
                Some(path) => AgentChoice::Path(path.into()),
                None => AgentChoice::Unset(name.to_owned()),
            },
            None => AgentChoice::Path(tokens.path(unquote(value))),
        },
    }
}

/// A word that isn't known counts as the strictest.
fn strict(value: Option<&str>) -> StrictHostKeyChecking {
    match value {
        None | Some("ask") => StrictHostKeyChecking::Ask,
        Some("accept-new") => StrictHostKeyChecking::AcceptNew,
        Some("no" | "off" | "false") => StrictHostKeyChecking::No,
        Some(_) => StrictHostKeyChecking::Yes,
    }
}

fn family(value: Option<&str>) -> AddressFamily {
    match value {
        Some("inet") => AddressFamily::V4,
        Some("inet6") => AddressFamily::V6,
        _ => AddressFamily::Any,
    }
}

/// `none` and zero leave the time to the system.
fn timeout(value: Option<&str>) -> Option<Duration> {
    let seconds = value?.parse().ok().filter(|&seconds| seconds > 0)?;
    Some(Duration::from_secs(seconds))
}

fn list(value: Option<&str>) -> Vec<String> {
    let items = value.unwrap_or_default().split(',').map(str::trim);
    items
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}
