//! Problems at a jump host, and with a proxy command.

use super::code::{Code, Problem};
use crate::i18n::fl;

/// `name` is the jump host that was to connect to `wanted`.
pub(super) fn forward(
    name: &str,
    destination: &str,
    wanted: &str,
    port: u16,
    forbidden: bool,
    reason: &str,
) -> Problem {
    let place = format!("{wanted}:{port}");
    if forbidden {
        return Problem::new(
            Code::HopForbids,
            fl!("hops-forbids", host = name, place = &place),
            reason,
            fl!("hops-forbids-remedy", place = &place),
        );
    }
    Problem::new(
        Code::HopUnreachable,
        fl!("hops-unreachable", host = name, place = &place),
        reason,
        fl!(
            "hops-unreachable-remedy",
            destination = destination,
            wanted = wanted
        ),
    )
}

pub(super) fn no_way(name: &str, names: &[String]) -> Problem {
    Problem::new(
        Code::HopLoop,
        fl!("hops-loop", host = name),
        names.join(" → "),
        fl!("hops-loop-remedy"),
    )
}

pub(super) fn proxy_command(name: &str, command: &str, status: &str, said: &str) -> Problem {
    // What a shell ends with when it does not find a program.
    let is_absent = status.ends_with(" 127");
    let path = std::env::var("PATH").unwrap_or_default();
    let path = is_absent.then(|| fl!("hops-proxy-path", path = path));
    // A menu has room for one line, and the last one is the reason.
    let mut lines = last_lines(said);
    let reason = lines.pop();
    let reason = reason.map(|said| fl!("hops-proxy-said", said = said));
    let reason = reason.unwrap_or_default();
    let before = lines.join("\n");
    let path = path.unwrap_or_default();
    let seen = [&reason, status, command, &before, &path];
    let seen = seen.into_iter().filter(|text| !text.is_empty());
    Problem::new(
        Code::ProxyCommand,
        fl!("hops-proxy-failed", host = name),
        seen.collect::<Vec<_>>().join("\n"),
        if is_absent {
            fl!("hops-proxy-path-remedy")
        } else {
            fl!("hops-proxy-failed-remedy")
        },
    )
}

/// Returns the end of a command's words. One that prints megabytes says the same again and again.
pub(super) fn last_lines(said: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = said
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines.dedup();
    lines.split_off(lines.len().saturating_sub(10))
}
