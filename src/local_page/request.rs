//! Requests that get a page of ours: which they are, by what a browser says of them.

use httparse::{Header, Request};

/// Names of this computer that no other site can have: one that leads its own name here (DNS rebinding) could read what a
/// page says.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Returns true if a browser asks for a new page, which is to fill a tab.
///
/// Browsers say what a request is for (<https://www.w3.org/TR/fetch-metadata/>); older ones say only what they accept,
/// and no script of Jupyter's asks for HTML. A page that is fetched ahead of need waits as everything else does.
#[must_use]
pub fn asks_for_page(request: &Request) -> bool {
    let has = |name, wanted: &str| {
        values(request.headers, name).any(|value| value.eq_ignore_ascii_case(wanted.as_bytes()))
    };
    let is_said = values(request.headers, "sec-fetch-dest").next().is_some();
    let accepts_html =
        || values(request.headers, "accept").any(|value| contains(value, b"text/html"));
    let is_document = if is_said {
        has("sec-fetch-dest", "document")
    } else {
        accepts_html()
    };
    let is_ahead = values(request.headers, "sec-purpose").next().is_some();
    request.method == Some("GET") && is_document && !is_ahead && is_for_this_computer(request)
}

/// Returns true if it was sent to a name of this computer.
#[must_use]
pub fn is_for_this_computer(request: &Request) -> bool {
    host_of(request).is_some_and(|host| {
        let name = host
            .rsplit_once(':')
            .filter(|(_, port)| port.bytes().all(|digit| digit.is_ascii_digit()));
        let name = name.map_or(host, |(name, _)| name);
        LOOPBACK.iter().any(|own| own.eq_ignore_ascii_case(name))
    })
}

/// Returns the name, with its port, that the request was sent to.
#[must_use]
pub fn host_of<'a>(request: &'a Request) -> Option<&'a str> {
    let mut hosts = values(request.headers, "host");
    std::str::from_utf8(hosts.next()?).ok()
}

/// Returns the values of a header.
pub fn values<'a>(headers: &'a [Header<'a>], name: &'a str) -> impl Iterator<Item = &'a [u8]> {
    let named = headers
        .iter()
        .filter(move |header| header.name.eq_ignore_ascii_case(name));
    named.map(|header| header.value)
}

fn contains(value: &[u8], part: &[u8]) -> bool {
    value
        .windows(part.len())
        .any(|piece| piece.eq_ignore_ascii_case(part))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn is_page(text: &str) -> bool {
        let mut headers = [httparse::EMPTY_HEADER; 16];
        let mut request = Request::new(&mut headers);
        assert!(request.parse(text.as_bytes()).unwrap().is_complete());
        asks_for_page(&request)
    }

    /// The headers of Chromium 130, Firefox 128 and Safari 15, which has no Sec-Fetch-Dest, without what does not matter.
    #[test]
    fn a_new_page_is_told_from_what_its_scripts_ask() {
        let html = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        let document = "Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate";
        let asks = |host: &str, lines: &str| {
            let request = format!("GET /lab HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n\r\n");
            is_page(&request)
        };
        let own = "localhost:8890";
        for (lines, is_page) in [
            (format!("{document}\r\n{html}"), true),
            (html.to_owned(), true),
            ("Accept: */*".to_owned(), false),
            (
                "Accept: application/json, text/javascript, */*; q=0.01".to_owned(),
                false,
            ),
            (format!("{html}\r\nSec-Fetch-Dest: empty"), false),
            (
                format!("{html}\r\nSec-Fetch-Dest: iframe\r\nSec-Fetch-Mode: navigate"),
                false,
            ),
            (
                format!("{document}\r\n{html}\r\nSec-Purpose: prefetch;prerender"),
                false,
            ),
        ] {
            assert_eq!(asks(own, &lines), is_page, "{lines}");
        }
        let posted = format!("POST /lab HTTP/1.1\r\nHost: {own}\r\n{document}\r\n\r\n");
        assert!(!is_page(&posted));
    }

    #[test]
    fn a_page_of_another_sites_name_is_none_of_ours() {
        let asks = |host: &str| {
            let lines = "Sec-Fetch-Dest: document\r\nAccept: text/html";
            let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n\r\n");
            is_page(&request)
        };
        for own in [
            "localhost",
            "LOCALHOST:8890",
            "127.0.0.1:8890",
            "[::1]:8890",
            "[::1]",
        ] {
            assert!(asks(own), "{own}");
        }
        for other in [
            "evil.example",
            "evil.example:8890",
            "localhost.evil.example:8890",
            "",
            ":8890",
        ] {
            assert!(!asks(other), "{other}");
        }
    }
}
