//! The jump hosts of this process, each a session that is shared by all who go through it.

use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::jump_host_thread::{self, Request, Visitor, Word};
use super::{Caller, DEFAULT_TIMEOUT, Hop, at};
use crate::i18n::say;
use crate::ssh::poll::{Waiter, Waker};
use crate::ssh::resolve::Target;
use crate::ssh::{Error, Transport, channel};

/// All that are in use, or that refused their last login.
static BASTIONS: Mutex<Vec<Entry>> = Mutex::new(Vec::new());

/// What the end of a session may take: its last bytes, and a proxy command that does not want to end.
const PARTING: Duration = Duration::from_secs(3);

struct Entry {
    /// The jump host, and those before it.
    way: Vec<Target>,
    state: State,
}

enum State {
    Used(Weak<Bastion>),
    Refused(Arc<Error>),
}

/// A jump host's session, seen from other threads. It ends with the last who holds it.
pub struct Bastion {
    requests: mpsc::Sender<Request>,
    waker: Waker,
    ended: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Bastion {
    fn start(hop: &Hop, before: &[Hop]) -> std::io::Result<Arc<Self>> {
        let waiter = Waiter::new()?;
        let waker = waiter.waker();
        let (requests, receiver) = mpsc::channel();
        let ended = Arc::new(AtomicBool::new(false));
        let (hop, before, has_ended) = (hop.clone(), before.to_vec(), Arc::clone(&ended));
        let thread = std::thread::Builder::new()
            .name(format!("hop {}", hop.name))
            .spawn(move || {
                let rest = jump_host_thread::run(&hop, &before, waiter, receiver);
                // Whoever notices the end by a closed socket must find it told here already.
                has_ended.store(true, Ordering::SeqCst);
                drop(rest);
            })?;
        Ok(Arc::new(Self {
            requests,
            waker,
            ended,
            thread,
        }))
    }

    fn send(&self, request: Request) {
        // A session that has ended does not listen; whoever asked sees the channel closed.
        let _ = self.requests.send(request);
        self.waker.wake();
    }
}

impl Drop for Bastion {
    /// Waits for the end, which takes a moment: a child process of its own may have to be ended. An
    /// agent that asks its owner cannot be interrupted, and is not waited for.
    fn drop(&mut self) {
        self.waker.cancel();
        let deadline = Instant::now() + PARTING;
        while !self.thread.is_finished() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// A jump host that may be dead is found out within seconds: the machine woke up, or its network
/// changed.
pub fn check() {
    let bastions = BASTIONS.lock().unwrap_or_else(PoisonError::into_inner);
    let used = bastions.iter().filter_map(|entry| match &entry.state {
        State::Used(bastion) => bastion.upgrade(),
        State::Refused(_) => None,
    });
    let used: Vec<_> = used.collect();
    drop(bastions);
    for bastion in used {
        bastion.send(Request::Doubt);
    }
}

/// A way to `target` through the jump host `hop`, behind the hosts `before` it.
pub fn reach(
    target: &Target,
    hop: &Hop,
    before: &[Hop],
    caller: &Caller<'_>,
) -> Result<Transport, Error> {
    let (ours, theirs) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    theirs.set_nonblocking(true)?;
    let bastion = take(hop, before, caller.expected)?;
    let (words, hears) = mpsc::channel();
    bastion.send(Request::Join(Visitor {
        stream: theirs,
        target: channel::Target::Tcp {
            host: target.host.clone(),
            port: target.port,
        },
        expected: caller.expected,
        words,
        waker: caller.waiter.waker(),
    }));
    await_opening(target, caller, &hears).map_err(|error| {
        remember(hop, before, &error);
        at(hop, error)
    })?;
    Ok(Transport {
        stream: ours.into(),
        keeper: Some(Box::new(bastion)),
    })
}

/// Serves the jump host until the way is open: asks its questions, tells its steps.
fn await_opening(
    target: &Target,
    caller: &Caller<'_>,
    hears: &mpsc::Receiver<Word>,
) -> Result<(), Arc<Error>> {
    let patience = target.connect_timeout.unwrap_or(DEFAULT_TIMEOUT);
    let mut until: Option<Instant> = None;
    let mut quiet: Option<(Instant, Option<Instant>)> = None;
    loop {
        match hears.try_recv() {
            Ok(Word::Step(text)) => (caller.tell)(text),
            Ok(Word::Waits(text)) => caller.asker.tell_silence(text),
            Ok(Word::Ask(question, reply)) => reply.send(caller.asker.ask(question)),
            // Somebody else is being asked: a person's time does not count here either.
            Ok(Word::Quiet(true)) => {
                quiet.get_or_insert((Instant::now(), caller.waiter.deadline()));
                caller.waiter.set_deadline(None);
            }
            Ok(Word::Quiet(false)) => {
                if let Some((since, deadline)) = quiet.take() {
                    let deadline = deadline.map(|at| at + since.elapsed());
                    caller.waiter.set_deadline(deadline);
                }
            }
            Ok(Word::LoggedIn) => until = Some(Instant::now() + patience),
            Ok(Word::Open) => return Ok(()),
            Ok(Word::Failed(error)) => return Err(error),
            Ok(Word::Refused(error)) => {
                return Err(no_way(target, error.message().to_owned()).into());
            }
            Err(TryRecvError::Disconnected) => return Err(Error::Closed.into()),
            Err(TryRecvError::Empty) if until.is_some_and(|at| at <= Instant::now()) => {
                return Err(no_way(target, say!("dial-no-answer")).into());
            }
            Err(TryRecvError::Empty) => {
                let woken = caller.waiter.wait(&mut vec![], until);
                woken.map_err(|error| Arc::new(error.into()))?;
            }
        }
    }
}

fn no_way(target: &Target, reason: String) -> Error {
    Error::forward(target.host.clone(), target.port, reason)
}

/// The session that stands or is being made, or a new one. A refused login is not tried again unless
/// a person asks for it: a second host behind the same jump host, healing by itself, does not.
fn take(hop: &Hop, before: &[Hop], expected: bool) -> Result<Arc<Bastion>, Error> {
    let way = way(hop, before);
    let mut bastions = BASTIONS.lock().unwrap_or_else(PoisonError::into_inner);
    let known = bastions.iter().position(|entry| entry.way == way);
    match known.map(|at| &bastions[at].state) {
        Some(State::Used(bastion)) => {
            let usable = |bastion: &Arc<Bastion>| !bastion.ended.load(Ordering::SeqCst);
            if let Some(bastion) = bastion.upgrade() {
                if usable(&bastion) {
                    return Ok(bastion);
                }
                // Were it dropped here, it would be waited for with the list locked.
                let _ = std::thread::spawn(move || drop(bastion));
            }
        }
        Some(State::Refused(error)) if !expected => return Err(at(hop, Arc::clone(error))),
        _ => {}
    }
    let bastion = Bastion::start(hop, before)?;
    if let Some(at) = known {
        bastions.swap_remove(at);
    }
    let state = State::Used(Arc::downgrade(&bastion));
    bastions.retain(|entry| match &entry.state {
        State::Used(bastion) => bastion.strong_count() > 0,
        State::Refused(_) => true,
    });
    bastions.push(Entry { way, state });
    Ok(bastion)
}

fn remember(hop: &Hop, before: &[Hop], error: &Arc<Error>) {
    if !matches!(error.cause(), Error::AuthRefused { .. }) {
        return;
    }
    let way = way(hop, before);
    let mut bastions = BASTIONS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(entry) = bastions.iter_mut().find(|entry| entry.way == way) {
        entry.state = State::Refused(Arc::clone(error));
    }
}

/// What a session is known by. The name that was used for it does not matter.
fn way(hop: &Hop, before: &[Hop]) -> Vec<Target> {
    let nameless = |hop: &Hop| Target {
        alias: String::new(),
        proxy_jump: None,
        ..hop.target.clone()
    };
    before.iter().chain([hop]).map(nameless).collect()
}
