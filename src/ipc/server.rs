//! The IPC server: a thread for the socket, and one for each connection.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::broadcast::EventBroadcaster;
use super::host_lock::IpcListener;
use super::protocol::{HolderGreeting, Message, MessageBody, Request, read_request};
use crate::config::Forward;
use crate::jupyter::Page;
use crate::session::{Busy, Handle, KernelCommand, Phase, Walltime};

/// A request is one short line.
const REQUEST_LIMIT: u64 = 64 << 10;
/// For a program that asks nothing, or stops reading its answers.
const PATIENCE: Duration = Duration::from_secs(10);

/// The way in which a session opens its page without being asked for another one.
#[derive(Debug, Clone)]
pub struct OpenDefaults {
    /// The page.
    pub page: Page,
    /// True if the session opens the browser for it.
    pub open_browser: bool,
}

/// A thread that answers requests once there is a session to answer for.
pub struct Serving(mpsc::SyncSender<Handle>);

impl Serving {
    /// Begins to answer, for as long as the host's lock is held.
    pub fn begin(self, handle: Handle) {
        // The thread ends only after it was handed a session, and the channel has room for one.
        let _ = self.0.send(handle);
    }
}

/// Starts the thread that will answer requests about a session; it ends unused when the result is
/// dropped.
///
/// # Errors
/// When no thread can be started.
pub fn serve(
    listener: IpcListener,
    broadcaster: Arc<EventBroadcaster>,
    defaults: OpenDefaults,
) -> io::Result<Serving> {
    let (sender, session) = mpsc::sync_channel(1);
    let serve = move || {
        if let Ok(handle) = session.recv() {
            answer_all(listener, &broadcaster, &handle, &defaults);
        }
    };
    let builder = std::thread::Builder::new().name("ipc".into());
    builder.spawn(serve)?;
    Ok(Serving(sender))
}

fn answer_all(
    listener: IpcListener,
    broadcaster: &Arc<EventBroadcaster>,
    handle: &Handle,
    defaults: &OpenDefaults,
) {
    for stream in listener.incoming() {
        let (broadcaster, handle) = (Arc::clone(broadcaster), handle.clone());
        let defaults = defaults.clone();
        let answer = move || {
            let _answering = broadcaster.begin_answer();
            if let Err(error) = answer(&stream, &broadcaster, &handle, &defaults) {
                tracing::debug!(%error, "an asker went away");
            }
        };
        let builder = std::thread::Builder::new().name("ipc answer".into());
        // Without a thread the connection closes, and the other program says that it did.
        if let Err(error) = builder.spawn(answer) {
            tracing::warn!(%error, "no thread to answer another program");
        }
    }
}

fn answer(
    stream: &UnixStream,
    broadcaster: &EventBroadcaster,
    handle: &Handle,
    defaults: &OpenDefaults,
) -> io::Result<()> {
    let request: Request = receive(stream, broadcaster.host())?;
    let (newest, later) = broadcaster.subscribe();
    let stands = newest.phase == Phase::Ready;
    let needs_tunnel = matches!(
        request,
        Request::Logs
            | Request::Keep
            | Request::Usage
            | Request::Extend { .. }
            | Request::Forward { .. }
    );
    let is_lost = newest.phase == Phase::Reconnecting;
    if request == Request::Check || is_lost && matches!(request, Request::Open { .. }) {
        handle.try_now();
    }
    if matches!(request, Request::Status | Request::Check) {
        return send(stream, &broadcaster.state());
    }
    if let Request::Kernel { id, action } = &request {
        handle.act_on_kernel(KernelCommand {
            id: id.clone(),
            action: *action,
        });
        return send(stream, &newest);
    }
    if needs_tunnel && !stands {
        return send(stream, &newest);
    }
    if request == Request::Close {
        handle.close();
    }
    // A tunnel that reconnects opens no tab of its own accord.
    let joined_early = !stands && newest.phase != Phase::Reconnecting;
    let mut granted = false;
    for message in std::iter::once(newest).chain(later) {
        send(stream, &message)?;
        // A request for a ready tunnel waits until it is open; a waiting job can be stopped, too.
        let is_stop = matches!(request, Request::Stop { .. });
        let queued = message.phase == Phase::Queued && is_stop;
        if !granted && (message.phase == Phase::Ready || queued) {
            granted = true;
            grant(&request, handle, defaults, joined_early);
        }
        if is_last(&request, &message) {
            break;
        }
    }
    Ok(())
}

fn grant(request: &Request, handle: &Handle, defaults: &OpenDefaults, joined_early: bool) {
    match request {
        // Two clicks on a host that is still starting want one tab.
        Request::Open {
            browser: true,
            notebook: None,
            ..
        } if joined_early && defaults.open_browser => {}
        Request::Open {
            browser: true,
            notebook,
            unless_open,
        } => {
            let notebook = notebook.clone().or_else(|| defaults.page.notebook.clone());
            let page = Page {
                notebook,
                ..defaults.page.clone()
            };
            if *unless_open {
                handle.show_unless_open(page);
            } else {
                handle.show(page);
            }
        }
        Request::Stop { force: true } => handle.stop(Busy::End),
        Request::Stop { force: false } => handle.stop(Busy::Refuse),
        Request::Logs => handle.log(),
        Request::Keep => handle.keep(),
        Request::Usage => handle.usage(),
        Request::Extend { by } => handle.extend(*by),
        Request::Forward { remote } => {
            if let Some(forward) = Forward::to(remote) {
                handle.forward(forward);
            }
        }
        Request::Open { .. }
        | Request::Status
        | Request::Check
        | Request::Kernel { .. }
        | Request::Watch
        | Request::Close => {}
    }
}

fn is_last(request: &Request, message: &Message) -> bool {
    match (request, message.phase) {
        (_, Phase::Failed | Phase::Closed) => true,
        (Request::Open { .. }, Phase::Ready) => !message.is_remark(),
        (Request::Logs, _) => message.log().is_some() || message.is_refusal(),
        (Request::Usage, _) => message.usage().is_some() || message.is_refusal(),
        (Request::Forward { remote }, _) => {
            // One that cannot be read has no answer but this.
            let is_open = |wanted: Forward| message.leads_to(&wanted.remote()).is_some();
            message.is_refusal() || Forward::to(remote).is_none_or(is_open)
        }
        (Request::Extend { .. }, _) => {
            message.is_refusal() || message.walltime() == Some(Walltime::Extended)
        }
        (Request::Keep, _) => {
            message.is_refusal()
                || matches!(&message.body, MessageBody::Idle { idle, .. } if idle.ends.is_none())
        }
        (Request::Stop { .. }, _) => message.is_refusal(),
        _ => false,
    }
}

/// Greets another program and receives its request. One that this version does not know is
/// answered with a failure, in words, if the other program is of another version.
///
/// # Errors
/// When the other program goes away, says nothing for 10 s, or nothing that is known.
pub fn receive<R: DeserializeOwned>(stream: &UnixStream, host: &str) -> io::Result<R> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    send(stream, &HolderGreeting::of_this_version())?;
    let mut line = String::new();
    BufReader::new(stream.take(REQUEST_LIMIT)).read_line(&mut line)?;
    read_request(&line, host).map_err(|answer| {
        let sent = answer.map_or(Ok(()), |answer| send(stream, &answer));
        let unknown = || io::Error::new(io::ErrorKind::InvalidData, "an unknown request");
        sent.err().unwrap_or_else(unknown)
    })
}

/// Sends a line to another program.
///
/// # Errors
/// When the other program went away, or has not read for 10 s.
pub fn send<T: Serialize>(mut stream: &UnixStream, line: &T) -> io::Result<()> {
    let mut line = serde_json::to_string(line)?;
    line.push('\n');
    stream.write_all(line.as_bytes())
}
