//! Passes a session's messages to every program that listens, now or later.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use super::protocol::{Message, MessageBody};
use crate::session::Phase;

/// Messages that a listener may be behind. A session says a few dozen things in a day; a program
/// that is stopped, and reads none of so many, is disconnected instead of filling the memory.
const BACKLOG: usize = 256;

/// The newest state of a session, and the listeners for more.
#[derive(Debug)]
pub struct EventBroadcaster {
    host: String,
    inner: Mutex<Inner>,
    answered: Condvar,
}

#[derive(Debug)]
struct Inner {
    newest: Message,
    /// The newest message about a lost connection, until the next phase.
    loss: Option<Message>,
    listeners: Vec<mpsc::SyncSender<Message>>,
    answering: usize,
}

impl EventBroadcaster {
    /// Returns the broadcaster of a session that has not said anything yet.
    #[must_use]
    pub fn new(host: &str) -> Self {
        let newest = Message {
            host: host.to_owned(),
            phase: Phase::Resolving,
            at_ms: 0,
            body: MessageBody::Phase {},
        };
        let inner = Inner {
            newest,
            loss: None,
            listeners: Vec::new(),
            answering: 0,
        };
        Self {
            host: host.to_owned(),
            inner: Mutex::new(inner),
            answered: Condvar::new(),
        }
    }

    /// Returns the name of the session's host.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Sends a message to all listeners. A remark does not replace the phase as the newest message.
    pub fn publish(&self, message: &Message) {
        let mut inner = self.lock();
        if !message.is_remark() {
            inner.newest = message.clone();
            inner.loss = None;
        } else if let MessageBody::Loss { .. } = message.body {
            inner.loss = Some(message.clone());
        } else if let MessageBody::Walltime { job, .. } = &message.body {
            // New subscribers need the updated end time.
            inner.newest.update_job(job);
        }
        inner
            .listeners
            .retain(|listener| listener.try_send(message.clone()).is_ok());
    }

    /// Returns the newest state: the newest message, with what is known of a lost connection.
    pub fn state(&self) -> Message {
        let inner = self.lock();
        inner.loss.as_ref().unwrap_or(&inner.newest).clone()
    }

    /// Returns the newest message, and a receiver of all later ones, and of the last about a lost connection.
    pub fn subscribe(&self) -> (Message, mpsc::Receiver<Message>) {
        let mut inner = self.lock();
        let (sender, receiver) = mpsc::sync_channel(BACKLOG);
        if let Some(loss) = inner.loss.clone() {
            // It has room: it is empty.
            let _ = sender.try_send(loss);
        }
        inner.listeners.push(sender);
        (inner.newest.clone(), receiver)
    }

    /// Counts an answer that is being given, until the guard is dropped.
    pub fn begin_answer(&self) -> InFlight<'_> {
        self.lock().answering += 1;
        InFlight(self)
    }

    /// Waits until all answers are given, for at most `patience`: a process that ends must not cut
    /// off the last one.
    pub fn wait_for_answers(&self, patience: Duration) {
        let inner = self.lock();
        let still = |inner: &mut Inner| inner.answering > 0;
        drop(self.answered.wait_timeout_while(inner, patience, still));
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer that is being given.
pub struct InFlight<'a>(&'a EventBroadcaster);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.lock().answering -= 1;
        self.0.answered.notify_all();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;
    use std::time::Instant;

    use super::*;
    use crate::jupyter::Activity;
    use crate::problem::{Code, Problem};
    use crate::secret::Secret;
    use crate::session::{Event, JobInfo, Loss, Ready, ServerInfo, Walltime};

    fn message(event: &Event) -> Message {
        Message::of(event, "h", 1, Phase::Ready).unwrap()
    }

    fn job(ends: i64) -> JobInfo {
        JobInfo {
            ends: Some(ends),
            ..JobInfo::default()
        }
    }

    fn ready(job: Option<JobInfo>) -> Ready {
        Ready {
            url: Secret::new("u"),
            local_port: 1,
            server: ServerInfo {
                host: "n".into(),
                port: Some(2),
                socket: None,
                pid: 3,
                version: "2".into(),
                base_url: "/".into(),
            },
            job,
            reused: false,
            forwards: Vec::new(),
            again: false,
        }
    }

    #[test]
    fn who_comes_later_knows_when_the_job_ends_now() {
        let broadcaster = EventBroadcaster::new("h");
        broadcaster.publish(&message(&Event::Ready(Box::new(ready(Some(job(1)))))));
        broadcaster.publish(&message(&Event::Walltime(job(2), Walltime::Extended)));
        let newest = broadcaster.subscribe().0;
        assert_eq!(newest.ready(), Some(&ready(Some(job(2)))));
        assert!(newest.note().is_none());
    }

    #[test]
    fn a_phase_without_a_job_gains_none() {
        let broadcaster = EventBroadcaster::new("h");
        broadcaster.publish(&message(&Event::Phase(Phase::Reconnecting)));
        broadcaster.publish(&message(&Event::Walltime(job(2), Walltime::Short)));
        assert_eq!(broadcaster.subscribe().0.job(), None);
    }

    #[test]
    fn who_comes_later_hears_the_newest_phase_and_not_the_remarks() {
        let broadcaster = EventBroadcaster::new("h");
        assert_eq!(broadcaster.subscribe().0.phase, Phase::Resolving);
        let problem = Problem::new(Code::KernelsBusy, "t", "d", "r");
        for event in [
            Event::Ready(Box::new(ready(None))),
            Event::Note("n".into()),
            Event::Refused(problem),
            Event::Kernels(Activity::default()),
        ] {
            broadcaster.publish(&message(&event));
        }
        let (newest, _) = broadcaster.subscribe();
        assert_eq!(newest.ready(), Some(&ready(None)));
    }

    #[test]
    fn who_comes_later_hears_why_the_connection_is_lost_as_long_as_it_is() {
        let broadcaster = EventBroadcaster::new("h");
        let while_lost = |event: &Event| Message::of(event, "h", 1, Phase::Reconnecting).unwrap();
        let loss = while_lost(&Event::Loss(Loss::default()));
        broadcaster.publish(&while_lost(&Event::Phase(Phase::Reconnecting)));
        broadcaster.publish(&loss);
        broadcaster.publish(&while_lost(&Event::Note("n".into())));
        assert_eq!(broadcaster.state(), loss);
        let (newest, later) = broadcaster.subscribe();
        assert!(newest.note().is_none(), "the phase comes first");
        assert_eq!(later.try_iter().collect::<Vec<_>>(), [loss]);

        let back = message(&Event::Ready(Box::new(ready(None))));
        broadcaster.publish(&back);
        assert_eq!(broadcaster.state(), back);
        assert_eq!(broadcaster.subscribe().1.try_iter().count(), 0);
    }

    #[test]
    fn who_listens_hears_everything_in_order() {
        let broadcaster = EventBroadcaster::new("h");
        let (_, later) = broadcaster.subscribe();
        let (_, gone) = broadcaster.subscribe();
        drop(gone);
        let all = [
            message(&Event::Phase(Phase::Starting)),
            message(&Event::Note("n".into())),
            message(&Event::Closed),
        ];
        for message in &all {
            broadcaster.publish(message);
        }
        assert_eq!(later.try_iter().collect::<Vec<_>>(), all);
    }

    #[test]
    fn who_reads_nothing_is_dropped_and_the_others_hear_on() {
        let broadcaster = EventBroadcaster::new("h");
        let (_, stuck) = broadcaster.subscribe();
        let (_, reads) = broadcaster.subscribe();
        for number in 0..=BACKLOG {
            broadcaster.publish(&message(&Event::Note(number.to_string())));
            assert_eq!(reads.try_recv().unwrap().note(), Some(&*number.to_string()));
        }
        assert_eq!(stuck.try_iter().count(), BACKLOG);
        assert_eq!(stuck.try_recv(), Err(mpsc::TryRecvError::Disconnected));
        assert_eq!(reads.try_recv(), Err(mpsc::TryRecvError::Empty));
    }

    #[test]
    fn the_last_answer_is_waited_for_but_not_for_ever() {
        let broadcaster = Arc::new(EventBroadcaster::new("h"));
        broadcaster.wait_for_answers(Duration::from_secs(60)); // nobody is being answered

        let stuck = broadcaster.begin_answer();
        broadcaster.wait_for_answers(Duration::from_millis(10));
        drop(stuck);

        let other = Arc::clone(&broadcaster);
        let (begun, is_begun) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let _answering = other.begin_answer();
            begun.send(()).unwrap();
            std::thread::sleep(Duration::from_millis(30));
        });
        is_begun.recv().unwrap();
        let before = Instant::now();
        broadcaster.wait_for_answers(Duration::from_secs(60));
        assert!(before.elapsed() < Duration::from_secs(30));
        thread.join().unwrap();
    }
}
