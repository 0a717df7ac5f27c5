//! The jump hosts of a process, each a session that is shared by all who go through it.

use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, TryRecvError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::jump_host_thread::{self, ChannelRequest, JumpHostCommand, JumpHostEvent};
use super::learned::Learned;
use super::unattended::Unattended;
use super::{Caller, DEFAULT_TIMEOUT, Hop, at};
use crate::i18n::fl;
use crate::ssh::poll::{Poller, Waker};
use crate::ssh::resolve::{SshCall, SshTarget};
use crate::ssh::{SshError, Transport, channel};

/// Longest time for a session to end: it sends its last bytes, and a proxy command may be slow to
/// exit.
const PARTING: Duration = Duration::from_secs(3);

/// The jump hosts that are in use, or that refused their last login. Clones are the same pool.
#[derive(Clone, Default)]
pub struct JumpHostPool {
    entries: Arc<Mutex<Vec<PoolEntry>>>,
    unattended: Unattended,
    learned: Learned,
}

struct PoolEntry {
    /// The jump host, and those before it.
    way: Vec<SshTarget>,
    state: PoolState,
}

enum PoolState {
    Used(Weak<JumpHost>),
    Refused(Arc<SshError>),
}

/// A jump host's session, seen from other threads. It ends with the last who holds it.
pub struct JumpHost {
    requests: mpsc::Sender<JumpHostCommand>,
    waker: Waker,
    ended: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl JumpHost {
    fn start(hop: &Hop, before: &[Hop], pool: &JumpHostPool) -> std::io::Result<Arc<Self>> {
        let poller = Poller::new()?;
        let waker = poller.waker();
        // No bound: a session sends one request for each of its connections, and a few probes.
        let (requests, receiver) = mpsc::channel();
        let ended = Arc::new(AtomicBool::new(false));
        let (hop, before, has_ended) = (hop.clone(), before.to_vec(), Arc::clone(&ended));
        let pool = pool.clone();
        let thread = std::thread::Builder::new()
            .name(format!("hop {}", hop.name))
            .spawn(move || {
                let rest = jump_host_thread::run(&hop, &before, poller, receiver, &pool);
                // A thread that notices the end by a closed socket must find it recorded here
                // already.
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

    fn send(&self, request: JumpHostCommand) {
        // A session that has ended receives nothing; the caller sees its channel closed.
        let _ = self.requests.send(request);
        self.waker.wake();
    }
}

impl Drop for JumpHost {
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

impl JumpHostPool {
    /// Finds out within seconds which jump hosts are dead: the local computer woke up, or its network
    /// changed.
    pub fn probe_peers(&self) {
        let entries = self.entries();
        let used = entries.iter().filter_map(|entry| match &entry.state {
            PoolState::Used(jump_host) => jump_host.upgrade(),
            PoolState::Refused(_) => None,
        });
        let used: Vec<_> = used.collect();
        drop(entries);
        for jump_host in used {
            jump_host.send(JumpHostCommand::ProbePeer);
        }
    }

    /// Opens a way to `target` through the jump host `hop`, behind the hosts `before` it.
    pub(super) fn open_channel(
        &self,
        target: &SshTarget,
        hop: &Hop,
        before: &[Hop],
        caller: &Caller<'_>,
    ) -> Result<Transport, SshError> {
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        theirs.set_nonblocking(true)?;
        let jump_host = self.take(hop, before, caller.expected)?;
        // No bound: a login has a few steps, and the receiver hears them while it waits.
        let (words, hears) = mpsc::channel();
        jump_host.send(JumpHostCommand::Join(ChannelRequest {
            stream: theirs,
            target: channel::ForwardTarget::Tcp {
                host: target.host.clone(),
                port: target.port,
            },
            expected: caller.expected,
            words,
            waker: caller.poller.waker(),
        }));
        await_opening(target, caller, &hears).map_err(|error| {
            self.remember(hop, before, &error);
            at(hop, error)
        })?;
        Ok(Transport {
            stream: ours.into(),
            keeper: Some(Box::new(jump_host)),
        })
    }

    /// Returns the session that is open or being opened, or a new one. A refused login is not retried
    /// unless a prompt is expected: the automatic reconnect of a second host behind the same jump host
    /// does not retry it.
    fn take(&self, hop: &Hop, before: &[Hop], expected: bool) -> Result<Arc<JumpHost>, SshError> {
        let way = way(hop, before);
        let mut entries = self.entries();
        let known = entries.iter().position(|entry| entry.way == way);
        match known.map(|at| &entries[at].state) {
            Some(PoolState::Used(jump_host)) => {
                let usable = |jump_host: &Arc<JumpHost>| !jump_host.ended.load(Ordering::SeqCst);
                if let Some(jump_host) = jump_host.upgrade() {
                    if usable(&jump_host) {
                        return Ok(jump_host);
                    }
                    // Were it dropped here, it would be waited for with the list locked.
                    let builder = std::thread::Builder::new().name("hop end".into());
                    let _ = builder.spawn(move || drop(jump_host));
                }
            }
            Some(PoolState::Refused(error)) if !expected => return Err(at(hop, Arc::clone(error))),
            _ => {}
        }
        let jump_host = JumpHost::start(hop, before, self)?;
        if let Some(at) = known {
            entries.swap_remove(at);
        }
        let state = PoolState::Used(Arc::downgrade(&jump_host));
        entries.retain(|entry| match &entry.state {
            PoolState::Used(jump_host) => jump_host.strong_count() > 0,
            PoolState::Refused(_) => true,
        });
        entries.push(PoolEntry { way, state });
        Ok(jump_host)
    }

    fn remember(&self, hop: &Hop, before: &[Hop], error: &Arc<SshError>) {
        if !error.is_refused_login() {
            return;
        }
        let way = way(hop, before);
        let mut entries = self.entries();
        if let Some(entry) = entries.iter_mut().find(|entry| entry.way == way) {
            entry.state = PoolState::Refused(Arc::clone(error));
        }
    }

    /// The jump hosts whose last login needed nobody.
    pub(super) fn unattended(&self) -> &Unattended {
        &self.unattended
    }

    /// The known needs of targets, jump hosts or not.
    pub(super) fn learned(&self) -> &Learned {
        &self.learned
    }

    fn entries(&self) -> MutexGuard<'_, Vec<PoolEntry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves the jump host until the way is open: asks its questions, tells its steps.
fn await_opening(
    target: &SshTarget,
    caller: &Caller<'_>,
    hears: &mpsc::Receiver<JumpHostEvent>,
) -> Result<(), Arc<SshError>> {
    let patience = target.connect_timeout.unwrap_or(DEFAULT_TIMEOUT);
    let mut until: Option<Instant> = None;
    let mut quiet: Option<(Instant, Option<Instant>)> = None;
    loop {
        match hears.try_recv() {
            Ok(JumpHostEvent::Step(text)) => (caller.tell)(text),
            Ok(JumpHostEvent::Waits(text)) => caller.prompter.tell_silence(text),
            Ok(JumpHostEvent::Ask(prompt, reply)) => reply.send(caller.prompter.ask(prompt)),
            // Another request is being prompted: the user's time does not count here either.
            Ok(JumpHostEvent::PromptInProgress(true)) => {
                quiet.get_or_insert((Instant::now(), caller.poller.deadline()));
                caller.poller.set_deadline(None);
            }
            Ok(JumpHostEvent::PromptInProgress(false)) => {
                if let Some((since, deadline)) = quiet.take() {
                    let deadline = deadline.map(|at| at + since.elapsed());
                    caller.poller.set_deadline(deadline);
                }
            }
            Ok(JumpHostEvent::LoggedIn) => until = Some(Instant::now() + patience),
            Ok(JumpHostEvent::Open) => return Ok(()),
            Ok(JumpHostEvent::Failed(error)) => return Err(error),
            Ok(JumpHostEvent::Refused(error)) => {
                return Err(no_way(target, error.message().to_owned()).into());
            }
            Err(TryRecvError::Disconnected) => return Err(SshError::Closed.into()),
            Err(TryRecvError::Empty) if until.is_some_and(|at| at <= Instant::now()) => {
                return Err(no_way(target, fl!("dial-no-answer")).into());
            }
            Err(TryRecvError::Empty) => {
                let woken = caller.poller.wait(&mut vec![], until);
                woken.map_err(|error| Arc::new(error.into()))?;
            }
        }
    }
}

fn no_way(target: &SshTarget, reason: String) -> SshError {
    SshError::forward(target.host.clone(), target.port, reason)
}

/// Returns the key of a session in the pool. The name that was used for the host does not matter.
fn way(hop: &Hop, before: &[Hop]) -> Vec<SshTarget> {
    let nameless = |hop: &Hop| SshTarget {
        alias: String::new(),
        proxy_jump: None,
        call: SshCall::default(),
        ..hop.target.clone()
    };
    before.iter().chain([hop]).map(nameless).collect()
}
