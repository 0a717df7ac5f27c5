//! What reaches the app from outside its menu: signals, second starts, other programs, a changed
//! configuration.

use std::collections::BTreeSet;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, SystemTime};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::deep_link;
use super::event::AppEvent;
use super::event_sender::EventSender;
use super::menu_action::MenuAction;
use crate::config::Config;
use crate::desktop::shortcut;
use crate::host_os::{Scope, runtime_folder};
use crate::ipc::{self, APP, AppRequest, HostLock, IpcListener, LockResult, Message};
use crate::problem;
use crate::problem::Problem;
use crate::session::{Event, Phase};
use crate::ssh::aliases;

/// For the app to take a host in hand.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The app in place of a host's name, in problems.
pub const APP_WORDS: &str = "the app";

/// The right to be the one app of this account for one configuration; none if another one runs,
/// which is asked instead.
pub fn claim(scope: &Scope, request: &AppRequest) -> Result<Option<HostLock>, Problem> {
    let failed = |error| problem::no_control(APP_WORDS, &error);
    let acquired = runtime_folder().and_then(|folder| ipc::acquire(&folder, scope, APP));
    match acquired.map_err(failed)? {
        LockResult::Acquired(host_lock) => Ok(Some(host_lock)),
        LockResult::HeldByOther(client) => {
            let mut answers = client.ask(request).map_err(failed)?;
            // It answers only if it cannot do what it was asked for.
            match answers.find_map(|message| message.problem()) {
                Some(problem) => Err(problem),
                None => Ok(None),
            }
        }
    }
}

/// Passes on what other programs ask for, each in a thread of its own: one that says nothing must
/// not keep the others waiting.
pub fn listen(listening: IpcListener, sender: EventSender) -> io::Result<()> {
    spawn("second starts", move || {
        for stream in listening.incoming() {
            let sender = sender.clone();
            let answered = spawn("ipc answer", move || {
                if let Err(error) = answer(&stream, &sender) {
                    tracing::debug!(%error, "an asker went away");
                }
            });
            if let Err(error) = answered {
                tracing::warn!(%error, "no thread to answer another program");
            }
        }
    })
}

fn answer(stream: &UnixStream, sender: &EventSender) -> io::Result<()> {
    match ipc::receive(stream, APP_WORDS)? {
        AppRequest::Show => {
            sender.send(AppEvent::SecondLaunch);
        }
        AppRequest::DeepLink { url } => visit(&url, sender),
        AppRequest::Connect { host } => {
            let (done, outcome) = mpsc::channel();
            let name = host.clone();
            sender.send(AppEvent::ConnectRequested { host, done });
            // One message at most: the channel needs no bound.
            let outcome = outcome_message(&name, outcome.recv_timeout(PATIENCE));
            ipc::send(stream, &outcome)?;
        }
    }
    Ok(())
}

/// `resolving` when the app has the host in hand; else `closed`: the asker goes on by itself.
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

/// Passes an address of ours on; what is none is refused, and only the log says so: a web page
/// may try as often as it likes.
pub fn visit(address: &str, sender: &EventSender) {
    if let Some(visit) = deep_link::parse(address) {
        sender.send(AppEvent::DeepLink(visit));
    } else {
        let address = address.escape_debug();
        tracing::warn!(%address, "not an address of ours: refused");
    }
}

/// The first signal quits as the menu does; a second one ends the process, for a quit that hangs.
pub fn quit_on_signal(sender: EventSender) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    spawn("signals", move || {
        let mut signals = signals.forever();
        if signals.next().is_some() {
            sender.send(AppEvent::MenuClicked(MenuAction::Quit));
        }
        if signals.next().is_some() {
            std::process::exit(130);
        }
    })
}

/// Reads the configuration, the aliases of the ssh configuration and the launchers again whenever
/// their files change, and tells which hosts other programs have opened. A look every two seconds
/// costs nothing, and works on every file system.
pub fn watch(path: PathBuf, scope: Scope, sender: EventSender) -> io::Result<()> {
    // Not from before the first reading: what changed in between would be missed.
    let (mut seen, mut known) = (None, Vec::new());
    let (mut hosts, mut held) = (Vec::new(), BTreeSet::new());
    let mut launchers = None;
    spawn("configuration", move || {
        let ssh_config = scope.ssh_config().map(Path::to_owned);
        let ssh_config = ssh_config.or_else(aliases::default_file);
        loop {
            let now = Some(stamp(&path));
            if now != seen {
                seen = now;
                let config = Config::load(&path).map(Box::new);
                if let Ok(config) = &config {
                    hosts = config.hosts.iter().map(|host| host.name.clone()).collect();
                }
                if !sender.send(AppEvent::ConfigReloaded(config)) {
                    return;
                }
            }
            let now = held_of(&scope, &hosts);
            for (host, _) in now.difference(&held) {
                sender.send(AppEvent::HostLocked(host.clone()));
            }
            held = now;
            // It may include others, so it is read and not only looked at: some kilobytes.
            let aliases = ssh_config.as_deref().map(aliases::aliases);
            let aliases = aliases.unwrap_or_default();
            if aliases != known {
                known.clone_from(&aliases);
                sender.send(AppEvent::Aliases(aliases));
            }
            let now = shortcut::folder().and_then(|folder| stamp(&folder));
            if now != launchers {
                launchers = now;
                sender.send(AppEvent::Shortcuts(shortcut::list_of(&scope)));
            }
            std::thread::sleep(LOOK_EVERY);
        }
    })
}

/// The hosts that have a control socket, and since when.
fn held_of(scope: &Scope, hosts: &[String]) -> BTreeSet<(String, SystemTime)> {
    let Ok(folder) = runtime_folder() else {
        return BTreeSet::new();
    };
    let since = |host: &String| Some((host.clone(), ipc::held_since(&folder, scope, host)?));
    hosts.iter().filter_map(since).collect()
}

/// Changes with the file.
fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let builder = std::thread::Builder::new().name(name.to_owned());
    builder.spawn(work).map(drop)
}
