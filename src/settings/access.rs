//! Who gets an answer from the settings page.
//!
//! The browser is given an address with a secret that is good for one entrance, since it stands in the arguments of the
//! programs that open a browser. Looking does not use it up: some of them visit an address first. The page there sends a
//! form, which is answered with a cookie, once. Whatever changes something also needs a secret that only the page can have
//! read, and has to come from it by what the browser says.

use std::io;
use std::sync::{Mutex, PoisonError};

use hyper::header::{COOKIE, HOST, HeaderValue, ORIGIN};
use hyper::{HeaderMap, Method, StatusCode};

use crate::secret::{Secret, random_hex};

/// The path of the entrance, before its secret.
const ENTRANCE: &str = "/enter/";
/// Files that say nothing of this computer. The entrance needs them before there is a cookie.
const PUBLIC: [&str; 2] = ["/settings.css", "/enter.js"];
/// The header with the page's secret.
pub const TOKEN_HEADER: &str = "x-settings-token";

/// The answer that a request gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visit {
    /// The page whose form enters.
    Entrance,
    /// The form: it gets the cookie.
    Enter,
    /// It may have what it asks for.
    Allowed,
    /// None.
    Refused(StatusCode),
}

/// The secrets of one settings page, and the one name that it answers to.
pub struct Access {
    /// `127.0.0.1:PORT`: a site that leads its own name here (DNS rebinding) gets nothing.
    host: String,
    /// Gone once it has been used.
    entrance: Mutex<Option<Secret>>,
    cookie: Secret,
    token: Secret,
    cookie_name: String,
}

impl Access {
    /// Makes the secrets of a page at that port.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn new(port: u16) -> io::Result<Self> {
        let secret = || random_hex(24).map(Secret::new).map_err(io::Error::other);
        Ok(Self {
            host: format!("127.0.0.1:{port}"),
            entrance: Mutex::new(Some(secret()?)),
            cookie: secret()?,
            token: secret()?,
            // Cookies of one address are those of all its ports.
            cookie_name: format!("remote-jupyter-settings-{port}"),
        })
    }

    /// Lets one more entrance in, by an address of its own.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn renew(&self) -> io::Result<()> {
        let secret = Secret::new(random_hex(24).map_err(io::Error::other)?);
        let mut entrance = self.entrance.lock().unwrap_or_else(PoisonError::into_inner);
        *entrance = Some(secret);
        Ok(())
    }

    /// Returns the address to open, which is good for one entrance.
    #[must_use]
    pub fn address(&self) -> String {
        let entrance = self.entrance.lock().unwrap_or_else(PoisonError::into_inner);
        let secret = entrance.as_ref().map_or("", Secret::reveal);
        format!("http://{}{ENTRANCE}{secret}", self.host)
    }

    /// Returns the secret that the page sends with each change.
    #[must_use]
    pub fn token(&self) -> &str {
        self.token.reveal()
    }

    /// Returns the header that gives the browser its cookie.
    #[must_use]
    pub fn cookie(&self) -> String {
        let (name, value) = (&self.cookie_name, self.cookie.reveal());
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict")
    }

    /// Decides on a request.
    #[must_use]
    pub fn judge(&self, method: &Method, path: &str, headers: &HeaderMap) -> Visit {
        if values(headers, HOST.as_str()) != [self.host.as_bytes()] {
            return Visit::Refused(StatusCode::MISDIRECTED_REQUEST);
        }
        if let Some(secret) = path.strip_prefix(ENTRANCE) {
            return self.enter(method, secret, headers);
        }
        if method == Method::GET && PUBLIC.contains(&path) {
            return Visit::Allowed;
        }
        if !self.has_cookie(headers) || !is_same_site(headers) {
            return Visit::Refused(StatusCode::FORBIDDEN);
        }
        let is_read = method == Method::GET;
        if is_read || (self.is_of_own_page(headers) && self.has_token(headers)) {
            Visit::Allowed
        } else {
            Visit::Refused(StatusCode::FORBIDDEN)
        }
    }

    fn enter(&self, method: &Method, secret: &str, headers: &HeaderMap) -> Visit {
        let mut entrance = self.entrance.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = entrance.as_ref() else {
            return Visit::Refused(StatusCode::GONE);
        };
        if !is_equal(known, secret.as_bytes()) {
            return Visit::Refused(StatusCode::NOT_FOUND);
        }
        match *method {
            Method::GET | Method::HEAD => Visit::Entrance,
            Method::POST if self.is_of_own_page(headers) => {
                entrance.take();
                Visit::Enter
            }
            _ => Visit::Refused(StatusCode::FORBIDDEN),
        }
    }

    /// A browser says from where a form or a script sends: the page's own origin, and in newer ones that it is the same.
    fn is_of_own_page(&self, headers: &HeaderMap) -> bool {
        let origin = format!("http://{}", self.host);
        let mut sites = values(headers, "sec-fetch-site").into_iter();
        values(headers, ORIGIN.as_str()) == [origin.as_bytes()]
            && sites.all(|site| site == b"same-origin")
    }

    fn has_token(&self, headers: &HeaderMap) -> bool {
        matches!(values(headers, TOKEN_HEADER)[..], [token] if is_equal(&self.token, token))
    }

    fn has_cookie(&self, headers: &HeaderMap) -> bool {
        let lines = values(headers, COOKIE.as_str()).into_iter();
        let mut cookies = lines.flat_map(|line| line.split(|&byte| byte == b';'));
        cookies.any(|cookie| {
            let value = cookie
                .trim_ascii()
                .strip_prefix(self.cookie_name.as_bytes());
            let value = value.and_then(|rest| rest.strip_prefix(b"="));
            value.is_some_and(|value| is_equal(&self.cookie, value))
        })
    }
}

/// A page that was typed in, or that this page itself asked for.
fn is_same_site(headers: &HeaderMap) -> bool {
    let mut sites = values(headers, "sec-fetch-site").into_iter();
    sites.all(|site| site == b"same-origin" || site == b"none")
}

fn values<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a [u8]> {
    let values = headers.get_all(name).iter();
    values.map(HeaderValue::as_bytes).collect()
}

/// Takes the same time wherever the two differ.
fn is_equal(secret: &Secret, given: &[u8]) -> bool {
    let secret = secret.reveal().as_bytes();
    secret.len() == given.len() && openssl::memcmp::eq(secret, given)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "127.0.0.1:5000";

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let lines = lines.iter();
        let lines = lines.map(|(name, value)| {
            (
                hyper::header::HeaderName::from_static(name),
                value.parse().unwrap(),
            )
        });
        lines.collect()
    }

    fn path(access: &Access) -> String {
        let address = access.address();
        address
            .strip_prefix("http://127.0.0.1:5000")
            .unwrap()
            .to_owned()
    }

    #[test]
    fn an_address_is_good_for_one_entrance_and_looking_does_not_use_it_up() {
        let access = Access::new(5000).unwrap();
        let path = path(&access);
        let own = headers(&[("host", OWN)]);
        let form = headers(&[("host", OWN), ("origin", "http://127.0.0.1:5000")]);
        for method in [Method::HEAD, Method::GET, Method::GET] {
            assert_eq!(access.judge(&method, &path, &own), Visit::Entrance);
        }
        for other in ["/enter/", "/enter/00"] {
            let verdict = access.judge(&Method::GET, other, &own);
            assert_eq!(verdict, Visit::Refused(StatusCode::NOT_FOUND), "{other}");
        }
        // Another site's form, and one that says nothing of its origin.
        let foreign = headers(&[("host", OWN), ("origin", "http://evil.example")]);
        for lines in [&foreign, &own] {
            let verdict = access.judge(&Method::POST, &path, lines);
            assert_eq!(verdict, Visit::Refused(StatusCode::FORBIDDEN));
        }
        assert_eq!(access.judge(&Method::POST, &path, &form), Visit::Enter);
        for method in [Method::GET, Method::POST] {
            let verdict = access.judge(&method, &path, &form);
            assert_eq!(verdict, Visit::Refused(StatusCode::GONE));
        }
        assert!(!access.address().contains(&path));
        access.renew().unwrap();
        let verdict = access.judge(&Method::GET, &path, &own);
        assert_eq!(verdict, Visit::Refused(StatusCode::NOT_FOUND));
        let path = self::path(&access);
        assert_eq!(access.judge(&Method::POST, &path, &form), Visit::Enter);
    }

    #[test]
    fn a_change_needs_the_cookie_the_pages_secret_and_its_origin() {
        let access = Access::new(5000).unwrap();
        let cookie = access.cookie();
        let cookie = cookie.split(';').next().unwrap();
        let (origin, token) = ("http://127.0.0.1:5000", access.token());
        let all = [
            ("host", OWN),
            ("cookie", cookie),
            ("origin", origin),
            ("sec-fetch-site", "same-origin"),
            (TOKEN_HEADER, token),
        ];
        let judge = |lines: &[(&'static str, &str)]| {
            access.judge(&Method::POST, "/change", &headers(lines))
        };
        assert_eq!(judge(&all), Visit::Allowed);
        for (name, other) in [
            ("host", "evil.example:5000"),
            ("host", "localhost:5000"),
            ("host", "127.0.0.1"),
            ("cookie", "remote-jupyter-settings-5000=00"),
            ("cookie", ""),
            ("origin", "http://127.0.0.1:5001"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            (TOKEN_HEADER, "00"),
        ] {
            let mut lines = all;
            for line in lines.iter_mut().filter(|line| line.0 == name) {
                line.1 = other;
            }
            assert!(
                matches!(judge(&lines), Visit::Refused(_)),
                "{name}: {other}"
            );
        }
        for name in ["host", "cookie", "origin", TOKEN_HEADER] {
            let lines: Vec<_> = all.into_iter().filter(|line| line.0 != name).collect();
            assert!(matches!(judge(&lines), Visit::Refused(_)), "without {name}");
        }
    }

    #[test]
    fn another_site_cannot_read_the_page() {
        let access = Access::new(5000).unwrap();
        let cookie = access.cookie();
        let cookie = cookie.split(';').next().unwrap();
        let read = |host: &str, site: &str| {
            let lines = [("host", host), ("cookie", cookie), ("sec-fetch-site", site)];
            access.judge(&Method::GET, "/state", &headers(&lines))
        };
        assert_eq!(read(OWN, "same-origin"), Visit::Allowed);
        assert_eq!(read(OWN, "none"), Visit::Allowed);
        for (host, site) in [
            (OWN, "cross-site"),
            (OWN, "same-site"),
            ("evil.example:5000", "same-origin"),
        ] {
            assert!(
                matches!(read(host, site), Visit::Refused(_)),
                "{host} {site}"
            );
        }
        let lines = headers(&[("host", OWN)]);
        let verdict = access.judge(&Method::GET, "/", &lines);
        assert_eq!(verdict, Visit::Refused(StatusCode::FORBIDDEN));
    }
}
