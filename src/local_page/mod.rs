//! Pages of this program's own, which a browser gets at a host's local port while Jupyter does not answer there.
//!
//! A page holds no token, takes nothing from elsewhere and runs no script. Whoever may connect to the port may read it, so
//! it says no more than the host's name and what happened to it.

pub mod request;

use base64ct::{Base64, Encoding};

use crate::i18n::{fl, language};

const TEMPLATE: &str = include_str!("page.html");
const ICON: &str = include_str!("../../assets/icons/app/remote-jupyter-small.svg");

/// Seconds after which a page loads itself again.
const REFRESH: u32 = 2;

/// The name of the secret in the form of a page with a button.
pub const SECRET_FIELD: &str = "secret";

/// No page may take anything from elsewhere, send its form elsewhere, or stand in another one's frame. Its style is its own
/// text, in which everything that is put in is escaped.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPage {
    title: String,
    paragraphs: Vec<String>,
    /// The evidence, a line each.
    facts: Vec<String>,
    button: Option<Button>,
    loads_again: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Button {
    text: String,
    secret: String,
}

impl LocalPage {
    /// Says that a host is being connected again, and loads itself until Jupyter answers in its place.
    #[must_use]
    pub fn reconnecting(host: &str, facts: Vec<String>) -> Self {
        Self {
            title: fl!("page-reconnecting", host = host),
            paragraphs: vec![fl!("page-reconnecting-text")],
            facts,
            button: None,
            loads_again: true,
        }
    }

    /// Says that a login has to be made again by the user, and loads itself until Jupyter answers in its place.
    #[must_use]
    pub fn log_in(host: &str, facts: Vec<String>) -> Self {
        Self {
            title: fl!("page-log-in", host = host),
            paragraphs: vec![
                fl!("page-log-in-text", host = host),
                fl!("page-log-in-then"),
            ],
            facts,
            button: None,
            loads_again: true,
        }
    }

    /// Says that Jupyter has ended, and why, with a button that sends `secret` back.
    #[must_use]
    pub fn jupyter_ended(title: &str, detail: &str, secret: &str) -> Self {
        let (text, button) = (fl!("page-ended-text"), fl!("page-start-again"));
        Self::ended(title, text, detail, button, secret)
    }

    /// Says that the connection could not be made again, and why, with a button that sends `secret` back.
    #[must_use]
    pub fn connection_ended(title: &str, remedy: &str, detail: &str, secret: &str) -> Self {
        let (text, button) = (remedy.to_owned(), fl!("page-connect-again"));
        Self::ended(title, text, detail, button, secret)
    }

    fn ended(title: &str, text: String, detail: &str, button: String, secret: &str) -> Self {
        let facts = detail.trim().lines().map(str::to_owned);
        Self {
            title: title.to_owned(),
            paragraphs: vec![text],
            facts: facts.collect(),
            button: Some(Button {
                text: button,
                secret: secret.to_owned(),
            }),
            loads_again: false,
        }
    }

    /// Says that the host is being opened again, in a tab of its own: the browser is logged in there.
    #[must_use]
    pub fn opening(host: &str) -> Self {
        Self {
            title: fl!("page-opening", host = host),
            paragraphs: vec![fl!("page-opening-text"), fl!("page-opening-else")],
            facts: Vec::new(),
            button: None,
            loads_again: false,
        }
    }

    /// Returns the whole HTTP response. Its status keeps programs from taking the page for what they asked for.
    #[must_use]
    pub fn response(&self) -> Vec<u8> {
        let html = self.html();
        let head = format!(
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
             Content-Security-Policy: {POLICY}\r\nReferrer-Policy: same-origin\r\nCache-Control: no-store\r\n\
             X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\nRetry-After: {REFRESH}\r\n\
             Connection: close\r\n\r\n",
            html.len(),
        );
        [head, html].concat().into_bytes()
    }

    fn html(&self) -> String {
        let refresh = format!("<meta http-equiv=\"refresh\" content=\"{REFRESH}\">\n");
        let icon = Base64::encode_string(ICON.as_bytes());
        // What is put in last may hold any text, those marks among it.
        TEMPLATE
            .replace("@LANGUAGE@", language())
            .replace("@REFRESH@", if self.loads_again { &refresh } else { "" })
            .replace("@ICON@", &icon)
            .replace("@TEXT@", &self.text())
            .replace("@TITLE@", &escaped(&self.title))
    }

    fn text(&self) -> String {
        let paragraphs = self.paragraphs.iter();
        let mut parts: Vec<String> = paragraphs
            .map(|text| format!("<p>{}</p>\n", with_code(text)))
            .collect();
        if !self.facts.is_empty() {
            let facts = escaped(&self.facts.join("\n"));
            parts.push(format!("<p class=\"facts\">{facts}</p>\n"));
        }
        if let Some(Button { text, secret }) = &self.button {
            parts.push(format!(
                "<form method=\"post\"><input type=\"hidden\" name=\"{SECRET_FIELD}\" value=\"{}\">\
                 <button>{}</button></form>\n",
                escaped(secret),
                escaped(text)
            ));
        }
        parts.concat()
    }
}

/// Marks text between backquotes, which is to be typed as it is.
fn with_code(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(number, part)| match number % 2 {
        1 => format!("<code>{}</code>", escaped(part)),
        _ => escaped(part),
    });
    parts.collect()
}

/// Text for between quotation marks, or between tags.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parts(page: &LocalPage) -> (String, String) {
        let response = String::from_utf8(page.response()).unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    #[test]
    fn a_page_loads_itself_again_while_jupyter_may_come_back_and_takes_nothing_from_elsewhere() {
        let page = LocalPage::reconnecting("gpu01", vec!["no answer for 15 s".into()]);
        let (head, body) = parts(&page);
        assert!(head.starts_with("HTTP/1.1 503 "), "{head}");
        assert!(
            head.contains(&format!("Content-Length: {}", body.len())),
            "{head}"
        );
        for header in ["default-src 'none'", "no-store", "X-Frame-Options: DENY"] {
            assert!(head.contains(header), "{head}");
        }
        assert!(
            body.contains("<title>gpu01 is reconnecting…</title>"),
            "{body}"
        );
        assert!(body.contains("http-equiv=\"refresh\"") && body.contains("no answer for 15 s"));
        assert!(
            !body.contains("http://") && !body.contains("https://"),
            "{body}"
        );
        assert!(
            !body.contains("<script") && !body.contains("<form"),
            "{body}"
        );
        let ended = LocalPage::jupyter_ended("gone", "", "s3");
        assert!(!parts(&ended).1.contains("http-equiv"));
    }

    #[test]
    fn what_is_put_in_stays_text() {
        let host = "a<b>&\"@TEXT@";
        let page = LocalPage::connection_ended(host, "\"><i>", "<script>", "\"s");
        let (_, body) = parts(&page);
        assert!(
            body.contains("<h1>a&lt;b&gt;&amp;&quot;@TEXT@</h1>"),
            "{body}"
        );
        assert!(!body.contains("<script") && !body.contains("<i>"), "{body}");
        assert!(body.contains("value=\"&quot;s\""), "{body}");
        let (_, body) = parts(&LocalPage::log_in("a`b<", Vec::new()));
        assert!(!body.contains("b<<"), "{body}");
        assert!(body.contains("<code>"), "{body}");
    }
}
