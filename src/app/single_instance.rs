//! One app for an account and a configuration: a second launch, and the command line, send their
//! requests to the one that runs.

use std::io;
use std::os::unix::net::UnixStream;
use std::sync::mpsc;
use std::thread::Builder;
use std::time::Duration;

use super::deep_link;
use super::event::AppEvent;
use super::event_sender::EventSender;
use crate::config::Resources;
use crate::host_os::{Scope, runtime_folder};
use crate::i18n::fl;
use crate::ipc::{self, APP, AppRequest, HostLock, IpcListener, LockResult, Message};
use crate::problem;
use crate::problem::Problem;
use crate::session::{Event, Phase};

/// Longest time that the event loop gets for its answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The app in place of a host's name, in messages to other programs.
const APP_WORDS: &str = "the app";

/// Returns the app in place of a host's name, in texts for the user.
pub fn words() -> String {
    fl!("the-app")
}

/// Takes the lock of the one app of this account for one configuration. None if another one runs,
/// which gets the request instead.
///
/// # Errors
/// When the folder of the locks cannot be used, the other app does not answer, or does not
/// understand the request.
pub fn acquire(scope: &Scope, request: &AppRequest) -> Result<Option<HostLock>, Problem> {
    let failed = |error| problem::no_control(&words(), &error);
    let acquired = runtime_folder().and_then(|folder| ipc::acquire(&folder, scope, APP));
    match acquired.map_err(failed)? {
        LockResult::Acquired(host_lock) => Ok(Some(host_lock)),
        LockResult::HeldByOther(client) => {
            let mut answers = client.ask(request).map_err(failed)?;
            // It answers only if it cannot do what it was asked for.
            let problem = answers.find_map(|message| message.problem());
            match problem.or_else(|| answers.silence(&words())) {
                Some(problem) => Err(problem),
                None => Ok(None),
            }
        }
    }
}

/// Responses the requests of other programs, each in a thread of its own: one that says nothing must
/// not keep the others waiting.
///
/// # Errors
/// When no thread can be started.
pub fn listen(listener: IpcListener, sender: EventSender) -> io::Result<()> {
    let work = move || {
        for stream in listener.incoming() {
            spawn_answer(stream, sender.clone());
        }
    };
    let builder = Builder::new().name("second starts".to_owned());
    builder.spawn(work).map(drop)
}

fn spawn_answer(stream: UnixStream, sender: EventSender) {
    let work = move || {
        if let Err(error) = answer(&stream, &sender) {
            tracing::debug!(%error, "a client went away");
        }
    };
    let builder = Builder::new().name("app request".to_owned());
    if let Err(error) = builder.spawn(work) {
        tracing::warn!(%error, "a request of another program was dropped");
    }
}

fn answer(stream: &UnixStream, sender: &EventSender) -> io::Result<()> {
    match ipc::receive(stream, APP_WORDS)? {
        AppRequest::Show => {
            sender.send(AppEvent::SecondLaunch);
        }
        AppRequest::DeepLink { url } => deep_link::open(&url, sender),
        AppRequest::Connect { host } => connect(stream, sender, host, Resources::default())?,
        AppRequest::Start { host, resources } => connect(stream, sender, host, resources)?,
    }
    Ok(())
}

fn connect(
    stream: &UnixStream,
    sender: &EventSender,
    host: String,
    resources: Resources,
) -> io::Result<()> {
    // One message at most: the channel needs no bound.
    let (done, outcome) = mpsc::channel();
    let name = host.clone();
    sender.send(AppEvent::ConnectRequested {
        host,
        resources,
        done,
    });
    let outcome = outcome_message(&name, outcome.recv_timeout(PATIENCE));
    ipc::send(stream, &outcome)
}

/// Returns the one line of the answer: `resolving` when the app connects the host, else `closed`,
/// and the other program connects on its own.
fn outcome_message(
    host: &str,
    outcome: Result<Result<(), Problem>, mpsc::RecvTimeoutError>,
) -> Option<Message> {
    let event = match outcome {
        Ok(Ok(())) => Event::Phase(Phase::Resolving),
        Ok(Err(problem)) => Event::Failed(problem),
        Err(_) => Event::Closed,
    };
    Message::of(&event, host, 0, Phase::Resolving)
}
