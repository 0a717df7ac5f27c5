//! The relay of a forwarder: one command on the login host that leads into a job, and carries all
//! connections to the server there. It begins at once, and again when a connection comes after its
//! end.

pub mod frame;
pub mod mux;
mod starting_holder;
pub mod stream;

use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::event::PollFlags;

use self::mux::{Mux, Who};
use self::starting_holder::StartingHolder;
use super::channel_opener::{ChannelOpener, OpenRequest};
use super::resume::HolderRequest;
use crate::i18n::fl;
use crate::ssh::channel::ForwardTarget;
use crate::ssh::{ExecRequest, SshError, Stream};

/// The least time between two beginnings: each asks the scheduler, and a page asks again at once.
const REST: Duration = Duration::from_secs(5);
/// Longest time until its first output: start-up files, and a scheduler that is busy.
const PATIENCE: Duration = Duration::from_secs(45);

/// Connections that take a relay, and the command for it.
#[derive(Debug)]
pub struct RelayState {
    /// Target that the connections would otherwise reach by a channel each.
    pub target: ForwardTarget,
    /// Command that leads there, with [`super::RELAY`] at its end.
    pub task: ExecRequest,
    /// First line that the command prints.
    pub mark: String,
}

/// The relay.
pub struct RelayConnection {
    what: RelayState,
    mux: Option<Mux>,
    /// Connections to a holder that wait for another beginning.
    to_holder: Vec<HolderRequest>,
    starting: Option<StartingHolder>,
    began: Instant,
    was_up: bool,
    /// Both are known when it is over: what came instead of its first word, and the command's words.
    noise: Option<String>,
    words: Option<String>,
    refusal: Option<String>,
}

impl RelayConnection {
    /// Begins it.
    pub fn new(what: RelayState, openings: &mut ChannelOpener, now: Instant) -> Self {
        let mut relay = Self {
            what,
            mux: None,
            to_holder: Vec::new(),
            starting: None,
            began: now,
            was_up: false,
            noise: None,
            words: None,
            refusal: None,
        };
        relay.begin(openings, now);
        relay
    }

    fn begin(&mut self, openings: &mut ChannelOpener, now: Instant) {
        self.began = now;
        (self.was_up, self.noise, self.words) = (false, None, None);
        let task = &self.what.task;
        let begun = UnixStream::pair().and_then(|(near, far)| {
            far.set_nonblocking(true)?;
            let mux = Mux::new(near, &task.input, &self.what.mark, now)?;
            openings.want(OpenRequest::Command(far.into(), task.command.clone()));
            Ok(mux)
        });
        match begun {
            Ok(mux) => self.mux = Some(mux),
            Err(error) => self.refusal = Some(error.to_string()),
        }
    }

    /// Returns true if the relay carries connections to this target.
    pub fn serves(&self, target: &ForwardTarget) -> bool {
        self.what.target == *target
    }

    /// Returns the target of its connections.
    pub fn target(&self) -> &ForwardTarget {
        &self.what.target
    }

    /// Carries one more connection; without one, checks that something listens.
    pub fn add(&mut self, local: Option<Stream>, openings: &mut ChannelOpener, now: Instant) {
        if self.mux.is_none() && now >= self.began + REST {
            self.begin(openings, now);
        }
        // Else its socket is closed, as if nobody listened there.
        if let Some(mux) = &mut self.mux {
            mux.add(local);
        }
    }

    /// Carries a connection to a holder. It waits for the relay, where that may not begin yet: a holder that cannot be reached
    /// for seconds is not gone.
    pub fn attach(&mut self, request: HolderRequest, openings: &mut ChannelOpener, now: Instant) {
        self.to_holder.push(request);
        self.attach_waiting(openings, now);
    }

    /// Starts a holder: its program and arguments, separated by zeros.
    ///
    /// # Errors
    /// When the process has no file descriptors left.
    pub fn start_holder(&mut self, program: String, now: Instant) -> std::io::Result<()> {
        let (start, local) = StartingHolder::new(now)?;
        self.starting = Some(start);
        // Else its socket is closed, and its output empty.
        if let Some(mux) = &mut self.mux {
            mux.start_holder(local, program);
        }
        Ok(())
    }

    /// Returns what the holder that was started has printed, once, line by line.
    pub fn take_holder_output(&mut self, now: Instant) -> Option<Result<Vec<String>, SshError>> {
        let output = self.starting.as_mut()?.take_output(now)?;
        self.starting = None;
        Some(output)
    }

    fn attach_waiting(&mut self, openings: &mut ChannelOpener, now: Instant) {
        if self.to_holder.is_empty() {
            return;
        }
        if self.mux.is_none() && now >= self.began + REST {
            self.begin(openings, now);
        }
        if let Some(mux) = &mut self.mux {
            self.to_holder.drain(..).for_each(|one| mux.attach(one));
        }
    }

    /// The command was not started, or has ended, with these words.
    pub fn command_ended(&mut self, words: String) {
        self.words = Some(words);
        self.settle();
    }

    /// Why a connection was last refused, once: it is over, or the node has refused it.
    pub fn take_refusal(&mut self) -> Option<String> {
        self.refusal.take()
    }

    /// Returns true if it has reached the node since it began.
    pub fn was_up(&self) -> bool {
        self.was_up
    }

    /// The connections that have not been begun.
    pub fn into_waiting(self) -> impl Iterator<Item = OpenRequest> {
        let target = self.what.target;
        let early = self.mux.into_iter().flat_map(Mux::into_early);
        early.map(move |local| OpenRequest::Link(local, target.clone()))
    }

    /// Returns true if bytes are on their way.
    pub fn is_carrying(&self) -> bool {
        self.mux.as_ref().is_some_and(Mux::is_carrying)
    }

    /// Returns when [`RelayConnection::work`] has to be called next, if nothing happens before.
    pub fn next(&self) -> Option<Instant> {
        let waits = !self.to_holder.is_empty();
        let own = match &self.mux {
            Some(mux) if mux.is_up() => Some(mux.next()),
            Some(_) => Some(self.began + PATIENCE),
            None => waits.then(|| self.began + REST),
        };
        let starting = self.starting.as_ref().map(StartingHolder::until);
        own.into_iter().chain(starting).min()
    }

    /// Returns the file descriptors to poll, and the events to wait for.
    pub fn interest(&self) -> Vec<(Who, std::os::fd::BorrowedFd<'_>, PollFlags)> {
        self.mux.as_ref().map(Mux::interest).unwrap_or_default()
    }

    /// Takes note of what `poll` said.
    pub fn polled(&mut self, who: Who, events: PollFlags) {
        if let Some(mux) = &mut self.mux {
            mux.polled(who, events);
        }
    }

    /// Moves what can be moved. True when something was.
    pub fn work(&mut self, now: Instant, openings: &mut ChannelOpener, scratch: &mut [u8]) -> bool {
        self.attach_waiting(openings, now);
        let Some(mux) = &mut self.mux else {
            return false;
        };
        let mut progress = mux.work(now, scratch);
        self.was_up |= mux.is_up();
        self.refusal = mux.take_refusal().or(self.refusal.take());
        let is_late = !mux.is_up() && now >= self.began + PATIENCE;
        if is_late {
            self.refusal = Some(fl!("relay-silent"));
        } else if mux.has_ended() {
            self.noise = Some(mux.noise());
        }
        if is_late || mux.has_ended() {
            // Its stream is closed with it, and so the command ends.
            self.mux = None;
            self.settle();
            progress = true;
        }
        progress
    }

    /// It is over when both its stream and its command are.
    fn settle(&mut self) {
        let (Some(noise), Some(words)) = (&self.noise, &self.words) else {
            return;
        };
        let said = [words, noise].into_iter().find(|said| !said.is_empty());
        let said = said.cloned().unwrap_or_else(|| fl!("relay-ended"));
        self.refusal = Some(said);
        (self.noise, self.words) = (None, None);
    }
}
