//! Requests to the page of an ended tunnel: the page itself, and the form that its button sends.

use httparse::{Request, Status};

use crate::local_page::SECRET_FIELD;
use crate::local_page::request::{asks_for_page, host_of, is_for_this_computer, values};

/// Number of headers that are read.
const HEADERS: usize = 100;

/// Request of a visitor.
#[derive(Debug, PartialEq, Eq)]
pub enum PageVisit {
    /// It has not said all.
    Partial,
    /// The page.
    Page,
    /// The button of a page of ours was pressed.
    Form {
        /// The page's path.
        path: String,
        /// The secret that the form holds.
        secret: String,
    },
    /// Anything else, or of a page that is not ours.
    Other,
}

/// Reads a request, as far as it has come.
pub fn read(data: &[u8]) -> PageVisit {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut request = Request::new(&mut headers);
    let size = match request.parse(data) {
        Ok(Status::Complete(size)) => size,
        Ok(Status::Partial) => return PageVisit::Partial,
        Err(_) => return PageVisit::Other,
    };
    if asks_for_page(&request) {
        return PageVisit::Page;
    }
    if request.method != Some("POST") || !is_of_own_page(&request) {
        return PageVisit::Other;
    }
    let length = values(request.headers, "content-length").next();
    let length = length.and_then(|length| std::str::from_utf8(length).ok()?.trim().parse().ok());
    let body = &data[size..];
    match length {
        Some(length) if body.len() < length => PageVisit::Partial,
        Some(_) => {
            let mut fields = url::form_urlencoded::parse(body);
            let secret = fields.find(|(name, _)| name == SECRET_FIELD);
            PageVisit::Form {
                path: request.path.unwrap_or_default().to_owned(),
                secret: secret
                    .map(|(_, value)| value.into_owned())
                    .unwrap_or_default(),
            }
        }
        None => PageVisit::Other,
    }
}

/// A browser says from where a form is sent: the page's own origin, and in newer ones that it is the same.
fn is_of_own_page(request: &Request) -> bool {
    let Some(host) = host_of(request).filter(|_| is_for_this_computer(request)) else {
        return false;
    };
    let origin = format!("http://{host}");
    let mut origins = values(request.headers, "origin");
    let mut sites = values(request.headers, "sec-fetch-site");
    origins.next() == Some(origin.as_bytes()) && sites.all(|site| site == b"same-origin")
}

/// Returns the response that sends the browser back to the page, which it may load again without sending the form again. More than one slash in front
/// would lead to another host.
pub fn see(path: &str) -> Vec<u8> {
    let path = path.trim_start_matches(['/', '\\']);
    format!(
        "HTTP/1.1 303 See Other\r\nLocation: /{path}\r\nCache-Control: no-store\r\nContent-Length: 0\r\n\
         Connection: close\r\n\r\n"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_in_pieces_is_one() {
        let own = "localhost:1";
        let form = format!(
            "POST /a HTTP/1.1\r\nHost: {own}\r\nOrigin: http://{own}\r\nContent-Length: 9\r\n\r\nsecret=ab"
        );
        for end in 0..form.len() {
            assert_eq!(read(&form.as_bytes()[..end]), PageVisit::Partial, "{end}");
        }
        let (path, secret) = ("/a".into(), "ab".into());
        assert_eq!(read(form.as_bytes()), PageVisit::Form { path, secret });
    }
}
