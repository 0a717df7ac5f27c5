//! The answering side: a thread for the socket, and one for each asker.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::time::Duration;

use super::hub::Hub;
use super::message::{Message, Request};
use crate::jupyter::Page;
use crate::session::{Busy, Handle, Phase};

/// A request is one short line.
const REQUEST_LIMIT: u64 = 64 << 10;
/// An asker that says nothing is not waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Answers requests about one session for as long as the process lives. `page` is what the host
/// usually shows.
///
/// # Errors
/// When no thread can be started.
pub fn serve(listener: UnixListener, hub: Arc<Hub>, handle: Handle, page: Page) -> io::Result<()> {
    let answer_all = move || {
        for stream in listener.incoming().flatten() {
            let (hub, handle, page) = (Arc::clone(&hub), handle.clone(), page.clone());
            std::thread::spawn(move || {
                let _answering = hub.answering();
                if let Err(error) = answer(&stream, &hub, &handle, &page) {
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

fn answer(stream: &UnixStream, hub: &Hub, handle: &Handle, page: &Page) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    BufReader::new(stream.take(REQUEST_LIMIT)).read_line(&mut line)?;
    let request: Request = serde_json::from_str(&line)?;
    let (newest, later) = hub.listen();
    let is_last: fn(&Message) -> bool = match request {
        Request::Status => return tell(stream, &newest),
        Request::Open { .. } => |message| {
            matches!(message.phase, Phase::Ready | Phase::Failed | Phase::Closed)
                && message.note().is_none()
        },
        Request::Close => |message| matches!(message.phase, Phase::Failed | Phase::Closed),
        Request::Stop { .. } => {
            |message| message.is_refusal() || matches!(message.phase, Phase::Failed | Phase::Closed)
        }
    };
    match request {
        Request::Open {
            browser: true,
            notebook,
        } if newest.phase == Phase::Ready => {
            let notebook = notebook.or_else(|| page.notebook.clone());
            handle.show(Page {
                notebook,
                ..page.clone()
            });
        }
        Request::Close => handle.close(),
        Request::Stop { force: true } => handle.stop(Busy::End),
        Request::Stop { force: false } => handle.stop(Busy::Refuse),
        Request::Open { .. } | Request::Status => {}
    }
    tell(stream, &newest)?;
    if is_last(&newest) {
        return Ok(());
    }
    for message in later {
        tell(stream, &message)?;
        if is_last(&message) {
            break;
        }
    }
    Ok(())
}

fn tell(mut stream: &UnixStream, message: &Message) -> io::Result<()> {
    let mut line = serde_json::to_string(message)?;
    line.push('\n');
    stream.write_all(line.as_bytes())
}
