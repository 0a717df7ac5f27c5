//! The server of the settings page: HTTP/1 on loopback, in one thread, until the page is closed.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use super::service::{Service, SettingsRequest};
use crate::host_os::peer::{Owner, owner};

/// Time for the first visit: a browser that has to start first may take long on a busy computer.
const OPEN_FOR: Duration = Duration::from_secs(120);
/// Time that the page may be away: while it loads again, or the computer sleeps.
const AWAY_FOR: Duration = Duration::from_secs(15);
/// Time for the head of a request.
const PATIENCE: Duration = Duration::from_secs(30);
/// Connections that wait for their turn at a break-down of `accept`.
const BREATH: Duration = Duration::from_millis(100);

/// A settings page that is open.
pub struct SettingsPage {
    service: Arc<Service>,
    stopper: Stopper,
    thread: JoinHandle<()>,
}

/// Closes the page, from any thread.
#[derive(Clone, Default)]
pub struct Stopper(Arc<Notify>);

impl Stopper {
    /// Closes the page.
    pub fn stop(&self) {
        self.0.notify_one();
    }
}

impl SettingsPage {
    /// Opens the page, at a port that is free.
    ///
    /// # Errors
    /// When no port, thread or random number can be had.
    pub fn open(request: SettingsRequest) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let service = Arc::new(Service::new(port, request)?);
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().build()?;
        let stopper = Stopper::default();
        let (own, ends) = (Arc::clone(&service), stopper.clone());
        let thread = std::thread::Builder::new().name("settings page".into());
        let thread = thread.spawn(move || {
            runtime.block_on(serve(listener, &own, &ends));
            own.close();
        })?;
        Ok(Self {
            service,
            stopper,
            thread,
        })
    }

    /// Returns the address to open in the browser. It is good for one entrance.
    #[must_use]
    pub fn address(&self) -> String {
        self.service.address()
    }

    /// Returns another address that is good for one entrance; the one before is good for nothing then.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn new_address(&self) -> io::Result<String> {
        self.service.new_address()
    }

    /// Returns what closes the page.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// Returns true once the page is closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.thread.is_finished()
    }

    /// Waits until the page is closed, by the user or by a [`Stopper`].
    pub fn wait(self) {
        if self.thread.join().is_err() {
            tracing::error!("the settings page panicked");
        }
    }
}

async fn serve(listener: std::net::TcpListener, service: &Arc<Service>, stopper: &Stopper) {
    match TcpListener::from_std(listener) {
        Ok(listener) => tokio::spawn(accept(listener, Arc::clone(service))),
        Err(error) => return tracing::error!(%error, "the settings page cannot be served"),
    };
    let (pages, ends) = (service.pages(), stopper.clone());
    tokio::spawn(async move {
        until_left(pages).await;
        ends.stop();
    });
    stopper.0.notified().await;
}

/// Waits until no page is open any more, or none has been opened in time.
async fn until_left(mut pages: watch::Receiver<usize>) {
    let mut patience = OPEN_FOR;
    loop {
        match timeout(patience, pages.wait_for(|&count| count > 0)).await {
            Ok(Ok(_)) => {}
            Ok(Err(_)) | Err(_) => return,
        }
        if pages.wait_for(|&count| count == 0).await.is_err() {
            return;
        }
        patience = AWAY_FOR;
    }
}

async fn accept(listener: TcpListener, service: Arc<Service>) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) if is_own(&stream, peer) => {
                tokio::spawn(answer(stream, Arc::clone(&service)));
            }
            Ok(_) => tracing::warn!("another account asked for the settings page"),
            Err(error) => {
                tracing::warn!(%error, "a visitor of the settings page could not be heard");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}

/// Another account's programs get nothing. Where the system does not say whose they are, the secrets decide.
fn is_own(stream: &TcpStream, peer: SocketAddr) -> bool {
    let here = stream.local_addr();
    here.is_ok_and(|here| owner(peer, here) != Owner::Other)
}

async fn answer(stream: TcpStream, service: Arc<Service>) {
    let answer = service_fn(move |request| {
        let service = Arc::clone(&service);
        async move { Ok::<_, Infallible>(service.answer(request).await) }
    });
    let mut connection = http1::Builder::new();
    connection
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE);
    let served = connection
        .serve_connection(TokioIo::new(stream), answer)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a visitor of the settings page went away");
    }
}
