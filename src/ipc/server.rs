//! The answering side: a thread for the socket, and one for each asker.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use super::broadcast::EventBroadcaster;
use super::host_lock::IpcListener;
use super::protocol::{Message, Request};
use crate::jupyter::Page;
use crate::session::{Busy, Handle, Phase, Walltime};

/// A request is one short line.
const REQUEST_LIMIT: u64 = 64 << 10;
/// An asker that says nothing is not waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a session shows by itself when it is ready.
#[derive(Debug, Clone)]
pub struct OpenDefaults {
    /// The page.
    pub page: Page,
    /// Whether it opens the browser for it.
    pub open_browser: bool,
}

/// Answers requests about one session for as long as its lease.
///
/// # Errors
/// When no thread can be started.
pub fn serve(
    listening: IpcListener,
    hub: Arc<EventBroadcaster>,
    handle: Handle,
    usual: OpenDefaults,
) -> io::Result<()> {
    let answer_all = move || {
        for stream in listening.incoming() {
            let (hub, handle, usual) = (Arc::clone(&hub), handle.clone(), usual.clone());
            std::thread::spawn(move || {
                let _answering = hub.begin_answer();
                if let Err(error) = answer(&stream, &hub, &handle, &usual) {
                    tracing::debug!(%error, "an asker went away");
                }
            });
        }
    };
    std::thread::Builder::new()
        .name("control".into())
        .spawn(answer_all)?;
    Ok(())
}

fn answer(
    stream: &UnixStream,
    hub: &EventBroadcaster,
    handle: &Handle,
    usual: &OpenDefaults,
) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    BufReader::new(stream.take(REQUEST_LIMIT)).read_line(&mut line)?;
    let request: Request = serde_json::from_str(&line)?;
    let (newest, later) = hub.subscribe();
    let stands = newest.phase == Phase::Ready;
    let needs_tunnel = matches!(request, Request::Logs | Request::Extend { .. });
    if request == Request::Status || needs_tunnel && !stands {
        return tell(stream, &newest);
    }
    if request == Request::Close {
        handle.close();
    }
    // A tunnel that is made anew shows no tab by itself.
    let joined_early = !stands && newest.phase != Phase::Reconnecting;
    let mut granted = false;
    for message in std::iter::once(newest).chain(later) {
        tell(stream, &message)?;
        // A wish for a ready tunnel waits until it stands; a job that waits can be stopped, too.
        let is_stop = matches!(request, Request::Stop { .. });
        let queued = message.phase == Phase::Queued && is_stop;
        if !granted && (message.phase == Phase::Ready || queued) {
            granted = true;
            grant(&request, handle, usual, joined_early);
        }
        if is_last(&request, &message) {
            break;
        }
    }
    Ok(())
}

fn grant(request: &Request, handle: &Handle, usual: &OpenDefaults, joined_early: bool) {
    match request {
        // Two clicks on a host that is still starting want one tab.
        Request::Open {
            browser: true,
            notebook: None,
        } if joined_early && usual.open_browser => {}
        Request::Open {
            browser: true,
            notebook,
        } => {
            let notebook = notebook.clone().or_else(|| usual.page.notebook.clone());
            handle.show(Page {
                notebook,
                ..usual.page.clone()
            });
        }
        Request::Stop { force: true } => handle.stop(Busy::End),
        Request::Stop { force: false } => handle.stop(Busy::Refuse),
        Request::Logs => handle.log(),
        Request::Extend { by } => handle.extend(*by),
        Request::Open { .. } | Request::Status | Request::Watch | Request::Close => {}
    }
}

fn is_last(request: &Request, message: &Message) -> bool {
    match (request, message.phase) {
        (_, Phase::Failed | Phase::Closed) => true,
        (Request::Open { .. }, Phase::Ready) => !message.is_remark(),
        (Request::Logs, _) => message.log().is_some() || message.is_refusal(),
        (Request::Extend { .. }, _) => {
            message.is_refusal() || message.walltime() == Some(Walltime::Extended)
        }
        (Request::Stop { .. }, _) => message.is_refusal(),
        _ => false,
    }
}

fn tell(mut stream: &UnixStream, message: &Message) -> io::Result<()> {
    let mut line = serde_json::to_string(message)?;
    line.push('\n');
    stream.write_all(line.as_bytes())
}
