//! Waiting for a socket, with a deadline, and so that another thread can interrupt it.
//!
//! `poll(2)` and not epoll or kqueue: libssh2 may leave data in the socket when it says EAGAIN, so
//! only a level-triggered wait is right, and a tunnel has tens of sockets, not thousands.

use std::cell::Cell;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use rustix::event::{PollFd, PollFlags, Timespec};

/// Shortest gap between the clocks, or after a deadline, that means that the computer was
/// suspended, or the process stopped.
const LEAP: Duration = Duration::from_secs(5);

/// Why a wait ended without the socket being ready.
#[derive(Debug, thiserror::Error)]
pub enum WaitError {
    /// The deadline passed.
    #[error("it took longer than allowed")]
    TimedOut,
    /// [`Waker::cancel`] was called.
    #[error("interrupted")]
    Cancelled,
    /// The system refused to wait.
    #[error("cannot wait for the network: {0}")]
    System(#[from] std::io::Error),
}

/// Wakes a waiting thread from any other one.
#[derive(Debug, Clone)]
pub struct Waker {
    pipe: Arc<UnixStream>,
    cancelled: Arc<AtomicBool>,
}

impl Waker {
    /// Makes the waiting thread look around.
    pub fn wake(&self) {
        // A full pipe already holds a wake-up.
        let _ = (&*self.pipe).write(&[1]);
    }

    /// Ends the present wait, and every later one, with [`WaitError::Cancelled`].
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        self.wake();
    }
}

/// The waiting side; it belongs to the one thread that owns the SSH session.
#[derive(Debug)]
pub struct Poller {
    pipe: UnixStream,
    waker: Waker,
    deadline: Cell<Option<Instant>>,
    obeys: Cell<bool>,
    seen: Cell<Times>,
    leapt: Cell<bool>,
}

impl Poller {
    /// A new pair of pipe ends.
    ///
    /// # Errors
    /// When the process has no file descriptors left.
    pub fn new() -> std::io::Result<Self> {
        let (pipe, other) = UnixStream::pair()?;
        pipe.set_nonblocking(true)?;
        other.set_nonblocking(true)?;
        let waker = Waker {
            pipe: Arc::new(other),
            cancelled: Arc::default(),
        };
        Ok(Self {
            pipe,
            waker,
            deadline: Cell::new(None),
            obeys: Cell::new(true),
            seen: Cell::new(Times::now()),
            leapt: Cell::new(false),
        })
    }

    /// Sets the time at which every wait ends with [`WaitError::TimedOut`]; `None` for never.
    pub fn set_deadline(&self, deadline: Option<Instant>) {
        self.deadline.set(deadline);
    }

    /// The deadline that is set.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline.get()
    }

    /// From now on nothing is cancelled any more: for the last things to be done.
    pub fn ignore_cancel(&self) {
        self.obeys.set(false);
    }

    /// Returns true if the computer was suspended since the last call of this.
    pub fn take_suspend(&self) -> bool {
        self.leapt.take()
    }

    /// A handle for other threads.
    #[must_use]
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// Fails once [`Waker::cancel`] was called or the deadline has passed: for loops that may find
    /// something to do for ever.
    ///
    /// # Errors
    /// [`WaitError::Cancelled`], [`WaitError::TimedOut`].
    pub fn check(&self) -> Result<(), WaitError> {
        if self.obeys.get() && self.waker.cancelled.load(Ordering::SeqCst) {
            return Err(WaitError::Cancelled);
        }
        if self.deadline.get().is_some_and(|at| Instant::now() >= at) {
            return Err(WaitError::TimedOut);
        }
        Ok(())
    }

    /// Waits for one socket. A mere [`Waker::wake`] is swallowed here and looks like readiness;
    /// callers try their operation again anyway.
    ///
    /// # Errors
    /// See [`WaitError`].
    pub fn wait_one(&self, socket: &impl AsFd, interest: PollFlags) -> Result<(), WaitError> {
        let mut fds = vec![PollFd::new(socket, interest)];
        self.wait(&mut fds, None)
    }

    /// Waits for any of `fds`, whose `revents` then tell which, or for a wake-up, at most until
    /// `until`.
    ///
    /// # Errors
    /// See [`WaitError`]. That `until` passed is none.
    pub fn wait<'a>(
        &'a self,
        fds: &mut Vec<PollFd<'a>>,
        until: Option<Instant>,
    ) -> Result<(), WaitError> {
        self.check()?;
        fds.push(PollFd::new(&self.pipe, PollFlags::IN));
        let end = [self.deadline.get(), until].into_iter().flatten().min();
        let timeout = end.map(|at| timespec(at.saturating_duration_since(Instant::now())));
        match rustix::event::poll(fds, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Err(WaitError::System(errno.into())),
        }
        let woken = fds.pop().is_some_and(|own| !own.revents().is_empty());
        let now = Times::now();
        let slept = now.leap_since(self.seen.replace(now));
        let overslept = end.is_some_and(|end| now.running.saturating_duration_since(end) > LEAP);
        self.leapt.set(self.leapt.get() || slept || overslept);
        if woken {
            let mut sink = [0; 64];
            while matches!((&self.pipe).read(&mut sink), Ok(n) if n > 0) {}
        }
        self.check()
    }
}

/// Both clocks: the monotonic one, which stops during a suspend, and the wall clock.
#[derive(Debug, Clone, Copy)]
struct Times {
    running: Instant,
    wall: SystemTime,
}

impl Times {
    fn now() -> Self {
        Self {
            running: Instant::now(),
            wall: SystemTime::now(),
        }
    }

    /// Returns true if the wall clock went on without the other. (It does so, too, when it is set;
    /// checking the connection costs little.)
    fn leap_since(&self, before: Self) -> bool {
        let wall = self.wall.duration_since(before.wall).unwrap_or_default();
        wall > self.running.saturating_duration_since(before.running) + LEAP
    }
}

/// Rounded up to a millisecond, so that a wait never ends just before its deadline and spins.
fn timespec(left: Duration) -> Timespec {
    let left = left + Duration::from_micros(999);
    Timespec {
        tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(left.subsec_millis()) * 1_000_000,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_silent_socket_times_out() {
        let poller = Poller::new().unwrap();
        let (silent, _other) = UnixStream::pair().unwrap();
        poller.set_deadline(Some(Instant::now() + Duration::from_millis(20)));
        let result = poller.wait_one(&silent, PollFlags::IN);
        assert!(matches!(result, Err(WaitError::TimedOut)));
    }

    #[test]
    fn a_socket_that_is_always_ready_times_out_too() {
        let poller = Poller::new().unwrap();
        let (ready, _other) = UnixStream::pair().unwrap();
        poller.set_deadline(Some(Instant::now() + Duration::from_millis(20)));
        let result = loop {
            if let Err(error) = poller.wait_one(&ready, PollFlags::OUT) {
                break error;
            }
        };
        assert!(matches!(result, WaitError::TimedOut));
    }

    #[test]
    fn another_thread_can_cancel() {
        let poller = Poller::new().unwrap();
        let (silent, _other) = UnixStream::pair().unwrap();
        poller.set_deadline(Some(Instant::now() + Duration::from_secs(10)));
        let waker = poller.waker();
        let thread = std::thread::spawn(move || waker.cancel());
        let result = poller.wait_one(&silent, PollFlags::IN);
        assert!(matches!(result, Err(WaitError::Cancelled)));
        thread.join().unwrap();
    }

    #[test]
    fn a_sleep_shows_in_the_difference_of_two_clocks() {
        let before = Times::now();
        let later = |running: u64, wall: u64| Times {
            running: before.running + Duration::from_secs(running),
            wall: before.wall + Duration::from_secs(wall),
        };
        assert!(later(2, 3600).leap_since(before));
        assert!(!later(3600, 3600).leap_since(before));
        assert!(!later(10, 13).leap_since(before));
        let set_back = Times {
            wall: before.wall - Duration::from_secs(3600),
            ..before
        };
        assert!(!set_back.leap_since(before));
    }

    #[test]
    fn a_wait_that_ends_far_too_late_was_a_sleep_too() {
        let poller = Poller::new().unwrap();
        poller.waker().wake();
        poller.wait(&mut vec![], None).unwrap();
        assert!(!poller.take_suspend());
        let long_ago = Instant::now().checked_sub(LEAP * 2).unwrap();
        poller.wait(&mut vec![], Some(long_ago)).unwrap();
        assert!(poller.take_suspend());
        assert!(!poller.take_suspend(), "told once");
    }

    #[test]
    fn a_wake_up_ends_one_wait_and_an_own_limit_is_no_error() {
        let poller = Poller::new().unwrap();
        poller.waker().wake();
        poller.wait(&mut vec![], None).unwrap();
        poller
            .wait(
                &mut vec![],
                Some(Instant::now() + Duration::from_millis(10)),
            )
            .unwrap();
    }
}
