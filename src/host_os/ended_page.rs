//! A page at the local port of a tunnel that has ended: it says why, and its one button opens the host again.
//!
//! The button is a form with a secret that is good for one click, since any web page may send a form here. Only a page of
//! this port can have read it: other sites see no answer of ours, one that leads its own name to this computer gets none,
//! and a program of another account that reads the page may not send the form.

mod form;

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags};

use self::form::{PageVisit, read, see};
use super::peer::{Owner, owner};
use super::visitor::{MOST, Visitor};
use crate::local_page::LocalPage;
use crate::secret::random_hex;
use crate::session::listen;
use crate::ssh::poll::{Poller, Waker};

/// A tunnel that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedTunnel {
    /// Its host.
    pub host: String,
    /// Its local port.
    pub port: u16,
    /// The reason, in one line.
    pub title: String,
    /// The remedy.
    pub remedy: String,
    /// The evidence.
    pub detail: String,
    /// True if Jupyter has ended, and not the connection alone.
    pub is_jupyter: bool,
}

/// Called for the button.
pub type OnChosen = Box<dyn Fn() + Send>;

/// The pages of all hosts whose tunnels have ended.
#[derive(Clone, Default)]
pub struct EndedPages(Arc<Mutex<HashMap<String, EndedPage>>>);

impl EndedPages {
    /// Shows the page of a tunnel that has ended, in place of an earlier one. `chosen` is called in the page's thread.
    ///
    /// # Errors
    /// When the port is not free, or no thread can be had.
    pub fn show(&self, tunnel: EndedTunnel, chosen: OnChosen) -> io::Result<()> {
        self.close(&tunnel.host);
        let host = tunnel.host.clone();
        let page = EndedPage::open(tunnel, chosen)?;
        self.lock().insert(host, page);
        Ok(())
    }

    /// Says at the host's page that it is being opened, by whatever click.
    pub fn opening(&self, host: &str) {
        if let Some(page) = self.lock().get(host) {
            page.secret.take();
        }
    }

    /// Takes a host's page away. Its port is free then.
    pub fn close(&self, host: &str) {
        let page = self.lock().remove(host);
        drop(page);
    }

    /// Takes the pages of the other hosts away.
    pub fn retain(&self, keeps: impl Fn(&str) -> bool) {
        let hosts: Vec<String> = self.lock().keys().cloned().collect();
        for host in hosts.iter().filter(|host| !keeps(host)) {
            self.close(host);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, EndedPage>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The secret of a page's button, until that is pressed.
#[derive(Clone)]
struct ButtonSecret(Arc<Mutex<Option<String>>>);

impl ButtonSecret {
    fn get(&self) -> Option<String> {
        self.lock().clone()
    }

    fn take(&self) {
        self.lock().take();
    }

    /// Returns true, once, for the secret.
    fn redeem(&self, given: &str) -> bool {
        self.lock().take_if(|secret| secret == given).is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Option<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One page, at its port. Dropping it frees the port.
struct EndedPage {
    secret: ButtonSecret,
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

impl EndedPage {
    fn open(tunnel: EndedTunnel, chosen: OnChosen) -> io::Result<Self> {
        let bound = listen(Some(tunnel.port))?;
        if bound.taken.is_some() {
            return Err(io::ErrorKind::AddrInUse.into());
        }
        let secret = random_hex(24).map_err(io::Error::other)?;
        let secret = ButtonSecret(Arc::new(Mutex::new(Some(secret))));
        let poller = Poller::new()?;
        let waker = poller.waker();
        let service = PageService {
            tunnel,
            secret: secret.clone(),
            chosen,
        };
        let thread = std::thread::Builder::new().name("ended page".into());
        let thread = thread.spawn(move || service.serve(&bound.listeners, &poller))?;
        Ok(Self {
            secret,
            waker,
            thread: Some(thread),
        })
    }
}

impl Drop for EndedPage {
    fn drop(&mut self) {
        self.waker.cancel();
        let ended = self.thread.take().map(JoinHandle::join);
        if ended.is_some_and(|ended| ended.is_err()) {
            tracing::error!("the page of an ended tunnel panicked");
        }
    }
}

/// Everything that the page's thread knows.
struct PageService {
    tunnel: EndedTunnel,
    secret: ButtonSecret,
    chosen: OnChosen,
}

impl PageService {
    /// Answers until it is cancelled.
    fn serve(&self, listeners: &[TcpListener], poller: &Poller) {
        let mut visitors: Vec<Visitor> = Vec::new();
        loop {
            let until = visitors.iter().map(Visitor::ends).min();
            if wait(listeners, &visitors, poller, until).is_err() {
                return;
            }
            for listener in listeners {
                while let Ok((stream, _)) = listener.accept() {
                    visitors.extend(Visitor::new(stream));
                }
            }
            let surplus = visitors.len().saturating_sub(MOST);
            visitors.drain(..surplus);
            for visitor in &mut visitors {
                if let Err(error) = self.hear(visitor) {
                    visitor.is_done = true;
                    tracing::debug!(%error, "a visitor of the ended tunnel's page went away");
                }
            }
            visitors.retain(Visitor::stays);
        }
    }

    /// Answers once the request is whole. Who gets no answer sees the connection closed, as where nobody listens: Jupyter's
    /// pages know what that means.
    fn hear(&self, visitor: &mut Visitor) -> io::Result<()> {
        visitor.hear()?;
        let whose = || {
            let peer = visitor.stream.peer_addr().ok();
            let (Some(peer), Ok(here)) = (peer, visitor.stream.local_addr()) else {
                return Owner::Unknown;
            };
            owner(peer, here)
        };
        let response = match read(&visitor.request) {
            PageVisit::Partial => return Ok(()),
            PageVisit::Other => None,
            PageVisit::Page => Some(self.page().response()),
            PageVisit::Form { path, secret } => {
                if whose() != Owner::Other && self.secret.redeem(&secret) {
                    (self.chosen)();
                }
                Some(see(&path))
            }
        };
        visitor.is_done = true;
        // Smaller than a socket's buffer.
        response.map_or(Ok(()), |response| visitor.stream.write_all(&response))
    }

    fn page(&self) -> LocalPage {
        let tunnel = &self.tunnel;
        match self.secret.get() {
            None => LocalPage::opening(&tunnel.host),
            Some(secret) if tunnel.is_jupyter => {
                LocalPage::jupyter_ended(&tunnel.title, &tunnel.detail, &secret)
            }
            Some(secret) => {
                LocalPage::connection_ended(&tunnel.title, &tunnel.remedy, &tunnel.detail, &secret)
            }
        }
    }
}

fn wait(
    listeners: &[TcpListener],
    visitors: &[Visitor],
    poller: &Poller,
    until: Option<Instant>,
) -> Result<(), crate::ssh::poll::WaitError> {
    let listeners = listeners.iter();
    let mut fds: Vec<PollFd> = listeners
        .map(|listener| PollFd::new(listener, PollFlags::IN))
        .collect();
    let streams = visitors.iter().map(|visitor| &visitor.stream);
    fds.extend(streams.map(|stream| PollFd::new(stream, PollFlags::IN)));
    poller.wait(&mut fds, until)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Read as _;
    use std::net::TcpStream;
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    fn shown() -> (EndedPages, u16, Receiver<()>) {
        let port = listen(None).unwrap().port;
        let pages = EndedPages::default();
        let (send, chosen) = channel();
        let send = Mutex::new(send);
        let tunnel = EndedTunnel {
            host: "gpu01".into(),
            port,
            title: "Jupyter on gpu01 has ended".into(),
            remedy: "Open it again.".into(),
            detail: "Its process is gone.".into(),
            is_jupyter: true,
        };
        let choose = Box::new(move || send.lock().unwrap().send(()).unwrap());
        pages.show(tunnel, choose).unwrap();
        (pages, port, chosen)
    }

    fn ask(port: u16, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    }

    fn page(port: u16, host: &str) -> String {
        let lines = "Sec-Fetch-Dest: document\r\nAccept: text/html";
        ask(
            port,
            &format!("GET /lab HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n\r\n"),
        )
    }

    fn secret(page: &str) -> String {
        let value = page.split("name=\"secret\" value=\"").nth(1).unwrap();
        value.split('"').next().unwrap().to_owned()
    }

    fn post(port: u16, lines: &str, secret: &str) -> String {
        let body = format!("secret={secret}");
        let length = body.len();
        let head =
            format!("POST //evil.example/lab?a=1 HTTP/1.1\r\nContent-Length: {length}\r\n{lines}");
        ask(port, &format!("{head}\r\n\r\n{body}"))
    }

    #[test]
    fn the_button_opens_the_host_once_and_the_page_says_that_it_does() {
        let (_pages, port, chosen) = shown();
        let own = format!("localhost:{port}");
        let shown = page(port, &own);
        assert!(shown.contains("Jupyter on gpu01 has ended"), "{shown}");
        let (secret, lines) = (
            secret(&shown),
            format!("Host: {own}\r\nOrigin: http://{own}"),
        );
        for count in [1, 0] {
            let answer = post(port, &lines, &secret);
            assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
            assert!(
                answer.contains("\r\nLocation: /evil.example/lab?a=1\r\n"),
                "{answer}"
            );
            assert_eq!(chosen.try_iter().count(), count);
        }
        let shown = page(port, &own);
        assert!(shown.contains("Connecting to gpu01"), "{shown}");
        assert!(!shown.contains("<form"), "{shown}");
    }

    #[test]
    fn no_other_site_can_press_the_button() {
        let (_pages, port, chosen) = shown();
        let own = format!("localhost:{port}");
        let secret = secret(&page(port, &own));
        let origin = format!("Origin: http://{own}");
        for lines in [
            format!("Host: {own}"),
            format!("Host: {own}\r\nOrigin: null"),
            format!("Host: {own}\r\nOrigin: https://evil.example"),
            format!("Host: {own}\r\n{origin}\r\nSec-Fetch-Site: cross-site"),
            format!("Host: {own}\r\n{origin}\r\nSec-Fetch-Site: same-site"),
            format!("Host: evil.example:{port}\r\nOrigin: http://evil.example:{port}"),
        ] {
            assert_eq!(post(port, &lines, &secret), "", "{lines}");
        }
        let wrong = post(port, &format!("Host: {own}\r\n{origin}"), "0123");
        assert!(wrong.starts_with("HTTP/1.1 303 "), "{wrong}");
        assert_eq!(chosen.try_iter().count(), 0);
        // Nor read it.
        assert_eq!(page(port, &format!("evil.example:{port}")), "");
        let script = format!("GET /api HTTP/1.1\r\nHost: {own}\r\nSec-Fetch-Dest: empty\r\n\r\n");
        assert_eq!(ask(port, &script), "");
    }

    #[test]
    fn the_port_is_free_once_the_page_is_closed() {
        let (pages, port, _chosen) = shown();
        pages.retain(|_| true);
        assert_eq!(listen(Some(port)).unwrap().taken, Some(port));
        pages.opening("gpu01");
        pages.close("gpu01");
        assert_eq!(listen(Some(port)).unwrap().taken, None);
    }
}
