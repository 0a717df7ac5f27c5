//! Addresses of ours, `remote-jupyter://open/HOST`: from Shortcuts, a host's shortcut, a bookmark,
//! or from any web page. So they only ever name a configured host, and carry nothing else.

use percent_encoding::percent_decode_str;

use super::event::AppEvent;
use super::event_sender::EventSender;
use super::menu_action::{HostAction, MenuAction};

/// Sends the choice that an address is. What is no address of ours is refused, and only the log says
/// so: a web page may try as often as it likes.
pub fn open(address: &str, sender: &EventSender) {
    if let Some(action) = parse(address) {
        sender.send(AppEvent::DeepLink(action));
    } else {
        let address = address.escape_debug();
        tracing::warn!(%address, "not an address of ours: refused");
    }
}

/// Returns the choice that an address is; none when it is not exactly one of ours.
///
/// `…/open/HOST` is a click on the host, `…/close/HOST` is Disconnect, and `…/list` shows the hosts
/// and their states.
pub(crate) fn parse(address: &str) -> Option<MenuAction> {
    let (scheme, rest) = address.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("remote-jupyter") || rest.contains(['?', '#']) {
        return None;
    }
    // Browsers end an address without a path with a slash.
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let Some((verb, host)) = rest.split_once('/') else {
        let is_list = rest.eq_ignore_ascii_case("list");
        return is_list.then_some(MenuAction::ShowHosts);
    };
    let host = percent_decode_str(host).decode_utf8().ok()?.into_owned();
    if host.is_empty() {
        return None;
    }
    let action = match verb.to_ascii_lowercase().as_str() {
        "open" => HostAction::Open,
        "close" => HostAction::Close,
        _ => return None,
    };
    Some(MenuAction::Host(host, action))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open_host(host: &str) -> MenuAction {
        MenuAction::host(host, HostAction::Open)
    }

    #[test]
    fn our_addresses_are_understood() {
        for (address, want) in [
            ("remote-jupyter://open/gpu01", open_host("gpu01")),
            ("REMOTE-JUPYTER://OPEN/gpu01/", open_host("gpu01")),
            ("remote-jupyter://open/my%20box", open_host("my box")),
            ("remote-jupyter://open/a%2Fb", open_host("a/b")),
            ("remote-jupyter://open/%E6%A9%9F", open_host("機")),
            (
                "remote-jupyter://close/gpu01",
                MenuAction::host("gpu01", HostAction::Close),
            ),
            ("remote-jupyter://list", MenuAction::ShowHosts),
            ("remote-jupyter://list/", MenuAction::ShowHosts),
        ] {
            assert_eq!(parse(address), Some(want), "{address}");
        }
    }

    #[test]
    fn what_launchers_open_is_understood() {
        for host in [
            "gpu01",
            "gpu01:gpu",
            "my box",
            "a/b",
            "100% \"x\"?#",
            "機🧪",
        ] {
            let address = crate::desktop::shortcut::address(host);
            assert_eq!(parse(&address), Some(open_host(host)), "{address}");
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
