//! The local computer: configuration, other programs of the account, web pages, and text that is shown.

use std::path::Path;

use super::text::text;
use crate::config::{Config, text_with_host};
use crate::host_os::login_page;
use crate::ipc::{AppRequest, HolderGreeting, Message, Request, read_request};
use crate::problem::last_words;
use crate::secret::redact;
use crate::ssh::prompt;

/// The configuration, and a host that is added to it.
pub fn configuration(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(before) = Config::parse(Path::new("config.toml"), text) else {
        return;
    };
    if let Ok(new) = text_with_host(text, "added") {
        let after = Config::parse(Path::new("config.toml"), &new);
        let after = after.ok().map(|after| after.hosts);
        let after = after.unwrap_or_default();
        assert_eq!(after.len(), before.hosts.len() + 1, "{new}");
        assert_eq!(after[..before.hosts.len()], before.hosts, "{new}");
    }
}

/// A request of another program of this account.
pub fn ipc_request(bytes: &[u8]) {
    let text = text(bytes);
    for line in text.lines() {
        let _ = read_request::<Request>(line, "gpu01");
        let _ = read_request::<AppRequest>(line, "gpu01");
    }
}

/// The answers of a program that holds a host.
pub fn ipc_answer(bytes: &[u8]) {
    for line in text(bytes).lines() {
        let _ = serde_json::from_str::<HolderGreeting>(line);
        let Ok(message) = serde_json::from_str::<Message>(line) else {
            continue;
        };
        let _ = (message.is_complete(), message.is_end(), message.is_remark());
        let _ = (message.note(), message.log(), message.ready());
        if let Some(job) = message.job() {
            let _ = (job.waiting(), job.start_time(), job.left(), job.short());
            let _ = (job.whole(), job.longer());
        }
        let line = serde_json::to_string(&message).unwrap_or_default();
        let again = serde_json::from_str::<Message>(&line);
        assert!(again.is_ok(), "{line}");
    }
}

/// A request at the one-time address.
pub fn browser_request(bytes: &[u8]) {
    if let Some(request) = login_page::request(bytes) {
        assert!(
            !request.path.contains(char::is_whitespace),
            "{}",
            request.path
        );
        assert!(!request.method.contains(char::is_whitespace));
    }
    let _ = crate::tunnel::request_kind(bytes);
}

/// Text of servers, logs and programs that is shown to the user.
pub fn terminal_text(bytes: &[u8]) {
    let text = text(bytes);
    let shown = prompt::in_lines(&text);
    assert!(
        !shown.contains(|c: char| c.is_control() && c != '\n'),
        "{shown:?}"
    );
    let line = prompt::one_line(&text);
    assert!(!line.contains(char::is_control), "{line:?}");
    let plain = redact(&text);
    assert!(!plain.contains("token=0"), "{plain:?}");
    let _ = last_words::remedy(Some(1), &text);
    #[cfg(feature = "app")]
    {
        let shown = crate::desktop::sanitize::sanitized(&text);
        let harmful = |c: char| {
            c.is_control() && !"\n\t".contains(c) || ('\u{202A}'..='\u{202E}').contains(&c)
        };
        assert!(!shown.contains(harmful), "{shown:?}");
    }
}

/// An address that any web page may open.
#[cfg(feature = "app")]
pub fn deep_link(bytes: &[u8]) {
    use crate::app::deep_link::parse;
    use crate::app::menu_action::{HostAction, MenuAction};
    match parse(&text(bytes)) {
        None | Some(MenuAction::ShowHosts) => {}
        Some(MenuAction::Host(host, HostAction::Open | HostAction::Close)) => {
            assert!(!host.is_empty());
        }
        Some(other) => unreachable!("a web page may not ask for {other:?}"),
    }
}

/// Where the server for updates leads to.
#[cfg(feature = "app")]
pub fn release(bytes: &[u8]) {
    use crate::app::updates::releases::{ReleaseSource, version};
    if let Some(version) = version(&text(bytes)) {
        let release = ReleaseSource::at("https://example.org/a/b").release(version);
        let page = release
            .page
            .strip_prefix("https://example.org/a/b/releases/tag/v");
        let is_tag = |c: char| c.is_ascii_alphanumeric() || ".-+".contains(c);
        assert!(
            page.is_some_and(|tag| tag.chars().all(is_tag)),
            "{}",
            release.page
        );
    }
}

/// A change that the settings page sends. Whatever it holds, the file that it makes loads, or it is refused.
pub fn settings_change(bytes: &[u8]) {
    let Some(change) = crate::settings::read_change(bytes) else {
        return;
    };
    for old in [
        "",
        "[[host]]\nname = \"a\" # first\ncores = 1\n\n[[host]]\nname = \"b\"\n",
    ] {
        if let Ok(new) = crate::config::changed_text(old, &change) {
            assert!(Config::parse(Path::new(""), &new).is_ok(), "{new}");
        }
    }
}
