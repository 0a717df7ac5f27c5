//! The pages that are open, and what they are told.
//!
//! Each page keeps one stream of server-sent events open. That says that it is still there, also in the background, where
//! browsers hold a page's timers back.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame};
use serde_json::Value;
use tokio::sync::{mpsc, watch};

/// Events that wait for a page that does not read.
const WAITING: usize = 256;

/// The pages that are open.
#[derive(Clone)]
pub struct OpenPages {
    streams: Arc<Mutex<Vec<mpsc::Sender<Bytes>>>>,
    count: Arc<watch::Sender<usize>>,
}

impl OpenPages {
    /// None is open yet.
    pub fn new() -> Self {
        Self {
            streams: Arc::default(),
            count: Arc::new(watch::Sender::new(0)),
        }
    }

    /// Returns the stream of one more page.
    pub fn join(&self) -> EventStream {
        let (sender, events) = mpsc::channel(WAITING);
        // The first bytes let the browser know that the stream is open.
        let _ = sender.try_send(Bytes::from_static(b": open\n\n"));
        self.count.send_modify(|count| *count += 1);
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.push(sender);
        EventStream {
            events,
            count: Arc::clone(&self.count),
        }
    }

    /// Tells every page. One that reads nothing any more misses it.
    pub fn tell(&self, event: &Value) {
        let text = Bytes::from(format!("data: {event}\n\n"));
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.retain(|stream| !stream.is_closed());
        for stream in streams.iter() {
            let _ = stream.try_send(text.clone());
        }
    }

    /// Returns the number of pages, as it changes.
    pub fn count(&self) -> watch::Receiver<usize> {
        self.count.subscribe()
    }
}

/// A page's stream. Dropping it, as the server does when the page closes it, tells that the page has gone.
pub struct EventStream {
    events: mpsc::Receiver<Bytes>,
    count: Arc<watch::Sender<usize>>,
}

impl Body for EventStream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = self.events.poll_recv(context);
        next.map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        self.count.send_modify(|count| *count -= 1);
    }
}
