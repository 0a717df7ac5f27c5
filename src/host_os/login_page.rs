//! A page on this computer that logs the browser in to Jupyter, so that the token is in no address:
//! neither in the arguments of the programs that open the browser, nor in a redirect, the address
//! bar or the history.
//!
//! Opening a browser puts an address into the arguments of one process or more, which every account
//! of the computer may read; some of these programs visit it themselves before the browser does. So
//! the browser gets a loopback address with a random path. The page there is a form that sends the
//! token to Jupyter's own login, by script at once and else by its button.

use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::peer::{Owner, owner};
use super::visitor::{MOST, PATIENCE, Visitor};
use crate::i18n::fl;
use crate::local_page::escaped;
use crate::secret::random_hex;
use crate::session::PageLogin;

/// Time for the first visit: a browser that has to start first may take long on a busy computer.
const OPEN_FOR: Duration = Duration::from_secs(120);
/// Time that the page stays open after the first visit: a program that visits it before it starts
/// the browser has this long for that.
const OPEN_ON: Duration = Duration::from_secs(30);

/// Gives the address that logs the browser in.
///
/// # Errors
/// When no port can be had.
pub fn open(login: PageLogin) -> io::Result<String> {
    let nonce = random_hex(24).map_err(io::Error::other)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = format!("http://127.0.0.1:{}/{nonce}", listener.local_addr()?.port());
    std::thread::Builder::new()
        .name("login page".into())
        .spawn(move || serve(&listener, &nonce, &login))?;
    Ok(address)
}

fn serve(listener: &TcpListener, nonce: &str, login: &PageLogin) {
    let mut until = Instant::now() + OPEN_FOR;
    let mut visitors = Vec::new();
    while Instant::now() < until && await_some(listener, &mut visitors, until).is_ok() {
        for visitor in &mut visitors {
            match hear(visitor, nonce, login) {
                Ok(Some(Greeted::Own)) => until = until.min(Instant::now() + OPEN_ON),
                Ok(Some(Greeted::Unknown)) => return,
                Ok(Some(Greeted::NotLetIn) | None) => {}
                Err(error) => {
                    visitor.is_done = true;
                    tracing::debug!(%error, "a visitor of the login page went away");
                }
            }
        }
        visitors.retain(Visitor::stays);
    }
}

/// Waits for a connection, for data, or for a visitor's time to end, and accepts new connections.
fn await_some(
    listener: &TcpListener,
    visitors: &mut Vec<Visitor>,
    until: Instant,
) -> io::Result<()> {
    let ends = visitors.iter().map(Visitor::ends);
    let left = ends.fold(until, Instant::min);
    let left = left.saturating_duration_since(Instant::now());
    let timeout = Timespec {
        tv_sec: left.as_secs().try_into().unwrap_or(0),
        tv_nsec: left.subsec_nanos().into(),
    };
    let mut fds = vec![PollFd::new(listener, PollFlags::IN)];
    let streams = visitors.iter().map(|visitor| &visitor.stream);
    fds.extend(streams.map(|stream| PollFd::new(stream, PollFlags::IN)));
    match poll(&mut fds, Some(&timeout)) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    if !fds[0].revents().is_empty() {
        visitors.push(Visitor::new(listener.accept()?.0)?);
    }
    if visitors.len() > MOST {
        visitors.remove(0);
    }
    Ok(())
}

/// Answers once the request is whole.
fn hear(visitor: &mut Visitor, nonce: &str, login: &PageLogin) -> io::Result<Option<Greeted>> {
    visitor.hear()?;
    let Some(request) = request(&visitor.request) else {
        return Ok(None);
    };
    visitor.is_done = true;
    visitor.stream.set_nonblocking(false)?;
    visitor.stream.set_write_timeout(Some(PATIENCE))?;
    greet(&mut visitor.stream, &request, nonce, login).map(Some)
}

/// Outcome of a visit.
enum Greeted {
    /// A program of this account has the page.
    Own,
    /// A program of an unknown account has the page: no second one may get it.
    Unknown,
    NotLetIn,
}

fn greet(
    visitor: &mut TcpStream,
    request: &PageRequest,
    nonce: &str,
    login: &PageLogin,
) -> io::Result<Greeted> {
    let owner = owner(visitor.peer_addr()?, visitor.local_addr()?);
    let knows = request.path == format!("/{nonce}") && owner != Owner::Other;
    match (request.method.as_str(), owner) {
        ("GET", _) if knows => answer(visitor, &page(login)?, true)?,
        ("HEAD", _) if knows => {
            answer(visitor, &page(login)?, false)?;
            return Ok(Greeted::NotLetIn);
        }
        _ => {
            refuse(visitor)?;
            return Ok(Greeted::NotLetIn);
        }
    }
    Ok(match owner {
        Owner::Own => Greeted::Own,
        Owner::Other | Owner::Unknown => Greeted::Unknown,
    })
}

/// The page, and the policy that it is shown under.
struct LoginPage {
    policy: String,
    html: String,
}

/// No page may keep the answer, learn this address, or frame it.
fn answer(visitor: &mut TcpStream, page: &LoginPage, has_body: bool) -> io::Result<()> {
    write!(
        visitor,
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Content-Security-Policy: {}\r\nReferrer-Policy: no-referrer\r\nCache-Control: no-store\r\n\
         X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\nConnection: close\r\n\r\n",
        page.html.len(),
        page.policy
    )?;
    if has_body {
        visitor.write_all(page.html.as_bytes())?;
    }
    Ok(())
}

fn refuse(visitor: &mut TcpStream) -> io::Result<()> {
    visitor.write_all(
        b"HTTP/1.1 404 Not Found\r\nCache-Control: no-store\r\nContent-Length: 0\r\n\
          Connection: close\r\n\r\n",
    )
}

/// Builds the page. Jupyter takes the token in the field for the password. In the field `token` it
/// also replaces the cookie against forged requests, which a browser cannot have on its first
/// visit.
fn page(login: &PageLogin) -> io::Result<LoginPage> {
    let nonce = random_hex(16).map_err(io::Error::other)?;
    let fields = [
        ("token", login.token.reveal()),
        ("password", login.token.reveal()),
        ("next", &login.next),
    ];
    let fields = fields.map(|(name, value)| {
        let value = escaped(value);
        format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">")
    });
    let html = format!(
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>{}</title></head><body>\n\
         <form method=\"post\" action=\"{}\">{}<button>{}</button></form>\n\
         <script nonce=\"{nonce}\">document.forms[0].submit()</script>\n</body></html>\n",
        escaped(&fl!("login-page-title")),
        escaped(&login.action),
        fields.concat(),
        escaped(&fl!("login-page-button")),
    );
    let origin = url::Url::parse(&login.action).map_err(io::Error::other)?;
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; form-action {}; base-uri 'none'; \
         frame-ancestors 'none'",
        origin.origin().ascii_serialization()
    );
    Ok(LoginPage { policy, html })
}

/// The first line of a request; empty when it is none.
#[derive(Default)]
pub(crate) struct PageRequest {
    pub(crate) method: String,
    pub(crate) path: String,
}

/// None while more of it is to come.
pub(crate) fn request(head: &[u8]) -> Option<PageRequest> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut headers);
    let text = |part: Option<&str>| part.unwrap_or_default().to_owned();
    match request.parse(head) {
        Ok(httparse::Status::Complete(_)) => Some(PageRequest {
            method: text(request.method),
            path: text(request.path),
        }),
        Ok(httparse::Status::Partial) => None,
        Err(_) => Some(PageRequest::default()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Read;

    use super::*;
    use crate::secret::Secret;

    fn visit(address: &str, method: &str, path: &str) -> String {
        let port = url::Url::parse(address).unwrap().port().unwrap();
        let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else {
            return "closed".into();
        };
        let _ = write!(stream, "{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    }

    fn login() -> PageLogin {
        PageLogin {
            action: "http://localhost:1/a&b/login".into(),
            token: Secret::new("s3<cr>\"et"),
            next: "/a&b/lab/tree/x%2520y".into(),
        }
    }

    #[test]
    fn only_who_knows_it_gets_the_page_and_looking_does_not_use_it_up() {
        let address = open(login()).unwrap();
        let path = format!("/{}", address.rsplit_once('/').unwrap().1);
        assert!(!address.contains("s3"));
        for (method, path) in [("GET", "/"), ("GET", "/favicon.ico"), ("POST", &path)] {
            assert!(visit(&address, method, path).starts_with("HTTP/1.1 404"));
        }
        let head = visit(&address, "HEAD", &path);
        assert!(
            head.starts_with("HTTP/1.1 200") && !head.contains("s3"),
            "{head}"
        );
        for _ in 0..3 {
            let answer = visit(&address, "GET", &path);
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            assert!(
                head.starts_with("HTTP/1.1 200") && !head.contains("s3"),
                "{head}"
            );
            assert!(
                !head.contains("Location") && head.contains("no-store"),
                "{head}"
            );
            assert!(
                body.contains("action=\"http://localhost:1/a&amp;b/login\""),
                "{body}"
            );
            assert!(body.contains("value=\"s3&lt;cr&gt;&quot;et\""), "{body}");
        }
    }

    /// Browsers connect ahead of need, and another account may hold connections open.
    #[test]
    fn a_silent_visitor_keeps_no_other_waiting() {
        let address = open(login()).unwrap();
        let url = url::Url::parse(&address).unwrap();
        let place = (Ipv4Addr::LOCALHOST, url.port().unwrap());
        let began = Instant::now();
        let connect = |_| TcpStream::connect(place).unwrap();
        let mut idle: Vec<TcpStream> = (0..MOST + 8).map(connect).collect();
        idle[MOST + 1].write_all(b"GET /").unwrap();
        let answer = visit(&address, "GET", url.path());
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(
            began.elapsed() < Duration::from_secs(2),
            "{:?}",
            began.elapsed()
        );
        // One of them is used after all.
        let mut late = idle.pop().unwrap();
        write!(late, "GET {} HTTP/1.1\r\n", url.path()).unwrap();
        late.write_all(b"Host: x\r\n\r\n").unwrap();
        let mut answer = String::new();
        late.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    #[test]
    fn the_page_may_send_its_form_to_jupyter_alone() {
        let page = page(&login()).unwrap();
        assert!(
            page.policy.contains("form-action http://localhost:1;"),
            "{}",
            page.policy
        );
        assert!(
            page.policy.starts_with("default-src 'none';"),
            "{}",
            page.policy
        );
    }
}
