//! Addresses of ours, `remote-jupyter://open/HOST`: from Shortcuts, a launcher, a bookmark, or from
//! any web page that likes to. So they only ever name a configured host, and carry nothing else.

use percent_encoding::percent_decode_str;

/// What an address asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeepLink {
    /// `…/open/HOST`: as a click on the host.
    Open(String),
    /// `…/close/HOST`: as Disconnect.
    Close(String),
    /// `…/list`: the hosts and their states.
    List,
}

/// What `address` asks for; none when it is not exactly one of ours.
pub fn parse(address: &str) -> Option<DeepLink> {
    let (scheme, rest) = address.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("remote-jupyter") || rest.contains(['?', '#']) {
        return None;
    }
    // Browsers end an address without a path with a slash.
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let Some((verb, host)) = rest.split_once('/') else {
        return rest.eq_ignore_ascii_case("list").then_some(DeepLink::List);
    };
    let host = percent_decode_str(host).decode_utf8().ok()?.into_owned();
    if host.is_empty() {
        return None;
    }
    match verb.to_ascii_lowercase().as_str() {
        "open" => Some(DeepLink::Open(host)),
        "close" => Some(DeepLink::Close(host)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_addresses_are_understood() {
        for (address, want) in [
            (
                "remote-jupyter://open/gpu01",
                DeepLink::Open("gpu01".into()),
            ),
            (
                "REMOTE-JUPYTER://OPEN/gpu01/",
                DeepLink::Open("gpu01".into()),
            ),
            (
                "remote-jupyter://open/my%20box",
                DeepLink::Open("my box".into()),
            ),
            ("remote-jupyter://open/a%2Fb", DeepLink::Open("a/b".into())),
            (
                "remote-jupyter://open/%E6%A9%9F",
                DeepLink::Open("機".into()),
            ),
            (
                "remote-jupyter://close/gpu01",
                DeepLink::Close("gpu01".into()),
            ),
            ("remote-jupyter://list", DeepLink::List),
            ("remote-jupyter://list/", DeepLink::List),
        ] {
            assert_eq!(parse(address), Some(want), "{address}");
        }
    }

    #[test]
    fn what_launchers_open_is_understood() {
        for host in ["gpu01", "my box", "a/b", "100% \"x\"?#", "機🧪"] {
            let address = crate::desktop::shortcut::address(host);
            assert_eq!(
                parse(&address),
                Some(DeepLink::Open(host.into())),
                "{address}"
            );
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for address in [
            "remote-jupyter://stop/gpu01",
            "remote-jupyter://open/",
            "remote-jupyter://open",
            "remote-jupyter://open/gpu01?command=rm",
            "remote-jupyter://open/gpu01#x",
            "remote-jupyter://open/%FF",
            "remote-jupyter:open/gpu01",
            "https://open/gpu01",
            "",
        ] {
            assert_eq!(parse(address), None, "{address}");
        }
    }
}
