//! A one-time address that leads to a page, so that the page's token stands in no process'
//! arguments.
//!
//! Opening a browser puts the address into the argument list of a helper process, which every
//! account of the machine may read. So the browser gets a loopback address with a random path; its
//! first visitor is sent on to the page, and there is no second one.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::token::{Secret, random_hex};

/// A browser that has to start first may take long on a busy machine.
const OPEN_FOR: Duration = Duration::from_secs(120);
/// A visitor that says nothing does not keep the others out for longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Gives the one-time address that leads to `url`.
///
/// # Errors
/// When no port can be had.
pub fn open(url: &str) -> io::Result<String> {
    let nonce = random_hex(24).map_err(io::Error::other)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = format!("http://127.0.0.1:{}/{nonce}", listener.local_addr()?.port());
    let url = Secret::new(url);
    std::thread::Builder::new()
        .name("one-time address".into())
        .spawn(move || serve(&listener, &nonce, &url))?;
    Ok(address)
}

fn serve(listener: &TcpListener, nonce: &str, url: &Secret) {
    let until = Instant::now() + OPEN_FOR;
    while let Some(visitor) = next_visitor(listener, until) {
        match greet(visitor, nonce, url) {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => tracing::debug!(%error, "a visitor of the one-time address went away"),
        }
    }
}

fn next_visitor(listener: &TcpListener, until: Instant) -> Option<TcpStream> {
    let left = until.saturating_duration_since(Instant::now());
    let timeout = Timespec {
        tv_sec: i64::try_from(left.as_secs()).ok()?,
        tv_nsec: 0,
    };
    let mut fds = [PollFd::new(listener, PollFlags::IN)];
    match poll(&mut fds, Some(&timeout)) {
        Ok(1..) => listener.accept().ok().map(|(visitor, _)| visitor),
        _ => None,
    }
}

/// True when the visitor knew the path and was sent on.
fn greet(mut visitor: TcpStream, nonce: &str, url: &Secret) -> io::Result<bool> {
    visitor.set_read_timeout(Some(PATIENCE))?;
    visitor.set_write_timeout(Some(PATIENCE))?;
    let knows = requested_path(&mut visitor)?.is_some_and(|path| path == format!("/{nonce}"));
    let answer = if knows {
        format!("302 Found\r\nLocation: {}", url.reveal())
    } else {
        "404 Not Found".to_owned()
    };
    // The page must not learn this address, and nobody is to keep the answer.
    write!(
        visitor,
        "HTTP/1.1 {answer}\r\nReferrer-Policy: no-referrer\r\nCache-Control: no-store\r\n\
         Content-Length: 0\r\nConnection: close\r\n\r\n"
    )?;
    Ok(knows)
}

fn requested_path(visitor: &mut TcpStream) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    let mut part = [0; 2048];
    while head.len() < 16384 {
        let size = visitor.read(&mut part)?;
        head.extend(&part[..size]);
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(&head) {
            Ok(httparse::Status::Complete(_)) if request.method == Some("GET") => {
                return Ok(request.path.map(str::to_owned));
            }
            Ok(httparse::Status::Partial) if size > 0 => {}
            _ => break,
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn visit(address: &str, path: &str) -> String {
        let port = url::Url::parse(address).unwrap().port().unwrap();
        let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else {
            return "closed".into();
        };
        let _ = write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    }

    #[test]
    fn it_leads_to_the_page_once_and_only_who_knows_it() {
        let address = open("http://localhost:1/lab?token=t").unwrap();
        let path = address.rsplit_once('/').unwrap().1.to_owned();
        assert!(!address.contains("token"));
        assert!(visit(&address, "/").starts_with("HTTP/1.1 404"));
        assert!(visit(&address, "/favicon.ico").starts_with("HTTP/1.1 404"));
        let answer = visit(&address, &format!("/{path}"));
        assert!(answer.starts_with("HTTP/1.1 302"), "{answer}");
        assert!(answer.contains("Location: http://localhost:1/lab?token=t\r\n"));
        let again = visit(&address, &format!("/{path}"));
        assert!(!again.contains("token"), "{again}");
    }
}
