//! Detects a dead connection: after a period of silence it sends a keepalive and waits for the
//! reply. A dead connection does not report itself, and libssh2's own keepalive returns success on
//! one forever.

use std::time::{Duration, Instant};

use crate::ssh::channel::Channel;
use crate::ssh::{ConnectionUse, KeepaliveConfig, SshError};

/// Time that a remote host has to answer a probe. A Wi-Fi that comes back after a suspend takes up
/// to three seconds, and a connection that is slow and alive is not to be cut.
const PROBE: Duration = Duration::from_secs(10);

/// Keepalives to one remote host, on their own channel.
pub struct Keepalive {
    alive: KeepaliveConfig,
    /// On it no command runs.
    channel: Option<Channel>,
    /// One on its way out, to make room.
    leaving: Option<Channel>,
    /// Since when its end is waited for.
    leaves: Option<Instant>,
    /// Time from which another channel that is being opened counts as a question.
    behind: Option<Instant>,
    /// True while the channel is being opened.
    ordered: bool,
    /// True if it may be opened before it is needed.
    early: bool,
    /// Since when a question is out.
    asked: Option<Instant>,
    /// Since when there is reason to doubt.
    probe: Option<Instant>,
    used: ConnectionUse,
    /// True if a new login would need the user: a wait for an answer does not shorten the time then.
    is_patient: bool,
}

impl Keepalive {
    pub fn new(alive: KeepaliveConfig) -> Self {
        Self {
            alive,
            channel: None,
            leaving: None,
            leaves: None,
            behind: None,
            ordered: false,
            early: true,
            asked: None,
            probe: None,
            used: ConnectionUse::Idle,
            is_patient: false,
        }
    }

    /// Notes what the connection is used for now.
    pub fn set_use(&mut self, used: ConnectionUse) {
        self.used = match used {
            ConnectionUse::Waiting(_) if self.is_patient => ConnectionUse::Open,
            used => used,
        };
    }

    /// Notes that a new login would need the user.
    pub fn be_patient(&mut self) {
        self.is_patient = true;
    }

    /// There is reason to doubt: it is to answer now.
    pub fn doubt(&mut self, now: Instant) {
        self.probe.get_or_insert(now);
    }

    /// Asks if it is time to.
    ///
    /// # Errors
    /// [`SshError::Silent`] when no answer came.
    pub fn work(&mut self, heard: Instant, now: Instant) -> Result<(), SshError> {
        self.probe = self.probe.filter(|since| heard <= *since);
        if self.channel.is_some() && self.is_due(heard, now) {
            self.asked.get_or_insert(now);
        }
        self.carry_on();
        match self.lost_at(heard) {
            Some(at) if now >= at => Err(SshError::Silent(now.saturating_duration_since(heard))),
            _ => Ok(()),
        }
    }

    /// Returns when [`Keepalive::work`] has to be called next.
    pub fn next(&self, heard: Instant, now: Instant) -> Option<Instant> {
        let ask_at = Some(self.alive.ask_at(heard, self.used)).filter(|at| *at > now);
        self.lost_at(heard).or(ask_at)
    }

    /// Lets go of the channel, which may be the only session that the server gives (`MaxSessions`).
    /// True once nothing is held. Another one is opened early or when it is due.
    pub fn make_room(&mut self) -> bool {
        if let Some(channel) = self.channel.take() {
            self.leaving = Some(channel);
            self.leaves = Some(Instant::now());
            (self.asked, self.early) = (None, true);
        }
        self.leaving = self
            .leaving
            .take()
            .and_then(|channel| channel.close().err());
        self.leaves = self.leaves.filter(|_| self.leaving.is_some());
        self.leaving.is_none()
    }

    /// The channel, also one on its way out, for taking in what the connection holds.
    pub fn channel(&mut self) -> Option<&mut Channel> {
        self.channel.as_mut().or(self.leaving.as_mut())
    }

    /// Returns true if a channel is to be opened for the keepalives.
    pub fn take_order(&mut self, heard: Instant, now: Instant) -> bool {
        let has_one = self.channel.is_some() || self.leaving.is_some();
        let wants = !has_one && !self.ordered && self.is_due(heard, now);
        self.ordered |= wants;
        wants
    }

    /// The same before one is due, once.
    pub fn take_early_order(&mut self) -> bool {
        let wants = std::mem::take(&mut self.early) && self.channel.is_none() && !self.ordered;
        self.ordered |= wants;
        wants
    }

    /// The channel was asked for, which is a question too.
    pub fn opening(&mut self, now: Instant) {
        self.ordered = true;
        self.asked.get_or_insert(now);
    }

    /// Since when another channel is being opened, behind which a question has to wait. It is one too, with more time for
    /// its answer: a module of PAM may be slow.
    pub fn set_behind(&mut self, since: Option<Instant>) {
        self.behind = since.map(|since| since + PROBE);
    }

    /// The channel, or none when it was refused: an answer in both cases.
    pub fn opened(&mut self, channel: Option<Channel>) {
        self.ordered = false;
        self.asked = None;
        self.channel = channel;
    }

    fn is_due(&self, heard: Instant, now: Instant) -> bool {
        self.probe.is_some() || now >= self.alive.ask_at(heard, self.used)
    }

    /// Silence alone is no proof: only a question without an answer is.
    fn lost_at(&self, heard: Instant) -> Option<Instant> {
        let questions = [self.asked, self.behind, self.leaves].into_iter();
        let asked = questions.flatten().min()?.max(heard);
        match self.probe {
            Some(since) => Some(since + PROBE),
            None => self.alive.lost_at(heard, asked, self.used),
        }
    }

    fn carry_on(&mut self) {
        let (Some(channel), Some(_)) = (&mut self.channel, self.asked) else {
            return;
        };
        if channel.at_eof() {
            // The server has closed it (`ChannelTimeout`): another one is opened instead.
            self.opened(None);
        } else if channel.poll_ask().is_ready() {
            self.asked = None;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ssh::resolve::resolve;

    fn keepalive() -> Keepalive {
        let mut target = resolve("nowhere.invalid", Some("/dev/null".as_ref())).unwrap();
        target.alive_interval = Duration::from_secs(10);
        target.alive_count_max = 2;
        Keepalive::new(KeepaliveConfig::of(&target))
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn nothing_is_asked_of_a_peer_that_speaks() {
        let (mut keepalive, heard) = (keepalive(), Instant::now());
        let now = heard + seconds(9);
        assert!(!keepalive.take_order(heard, now));
        assert_eq!(keepalive.next(heard, now), Some(heard + seconds(10)));
        keepalive.work(heard, now).unwrap();
    }

    #[test]
    fn silence_brings_a_question_and_then_the_end() {
        let (mut keepalive, heard) = (keepalive(), Instant::now());
        let now = heard + seconds(10);
        assert!(keepalive.take_order(heard, now));
        assert!(!keepalive.take_order(heard, now), "once");
        keepalive.opening(now);
        assert_eq!(keepalive.next(heard, now), Some(heard + seconds(30)));
        keepalive.work(heard, heard + seconds(29)).unwrap();
        let lost = keepalive.work(heard, heard + seconds(30));
        assert!(matches!(lost, Err(SshError::Silent(silent)) if silent == seconds(30)));
    }

    #[test]
    fn any_byte_is_an_answer() {
        let (mut keepalive, heard) = (keepalive(), Instant::now());
        keepalive.opening(heard + seconds(10));
        let later = heard + seconds(12);
        keepalive.work(later, heard + seconds(31)).unwrap();
    }

    #[test]
    fn doubt_asks_at_once_and_waits_for_seconds_only() {
        let (mut keepalive, heard) = (keepalive(), Instant::now());
        let now = heard + seconds(1);
        keepalive.doubt(now);
        keepalive.doubt(now + seconds(1));
        assert!(keepalive.take_order(heard, now));
        keepalive.opening(now);
        assert_eq!(keepalive.next(heard, now), Some(now + PROBE));
        assert!(keepalive.work(heard, now + PROBE).is_err());
    }

    #[test]
    fn doubt_ends_with_a_byte() {
        let (mut keepalive, heard) = (keepalive(), Instant::now());
        keepalive.doubt(heard + seconds(1));
        keepalive.opening(heard + seconds(1));
        let later = heard + seconds(2);
        keepalive.work(later, heard + seconds(3)).unwrap();
        keepalive.opened(None);
        assert!(!keepalive.take_order(later, heard + seconds(3)));
    }

    #[test]
    fn a_session_that_does_not_open_is_a_question_with_more_time() {
        let (mut keepalive, heard) = (keepalive(), Instant::now());
        keepalive.set_behind(Some(heard + seconds(1)));
        keepalive.work(heard, heard + seconds(29)).unwrap();
        assert!(keepalive.work(heard, heard + seconds(30)).is_err());
    }

    /// The one opening at a time may be a forwarded connection whose target does not answer.
    #[test]
    fn without_a_question_silence_is_no_end() {
        let (mut keepalive, heard) = (keepalive(), Instant::now());
        keepalive.doubt(heard);
        let now = heard + seconds(1000);
        keepalive.work(heard, now).unwrap();
        assert_eq!(keepalive.next(heard, now), None, "no busy waiting");
    }

    /// With the times of a host whose configuration sets no interval.
    fn usual() -> Keepalive {
        let target = resolve("nowhere.invalid", Some("/dev/null".as_ref())).unwrap();
        Keepalive::new(KeepaliveConfig::of(&target))
    }

    #[test]
    fn what_waits_for_an_answer_is_asked_about_soon_unless_a_login_would_need_the_user() {
        let heard = Instant::now();
        let asks_at = |is_patient: bool, used| {
            let mut keepalive = usual();
            if is_patient {
                keepalive.be_patient();
            }
            keepalive.set_use(used);
            let at = keepalive.next(heard, heard).unwrap();
            assert!(!keepalive.take_order(heard, heard));
            assert!(keepalive.take_order(heard, at));
            assert_eq!(keepalive.next(heard, at), None, "no busy waiting");
            at.duration_since(heard)
        };
        let waiting = ConnectionUse::Waiting(heard);
        assert_eq!(asks_at(false, waiting), seconds(2));
        assert_eq!(asks_at(true, waiting), seconds(6));
        for is_patient in [false, true] {
            assert_eq!(asks_at(is_patient, ConnectionUse::Open), seconds(6));
            assert_eq!(asks_at(is_patient, ConnectionUse::Idle), seconds(15));
        }
    }

    #[test]
    fn a_channel_that_is_being_opened_has_more_time_than_the_silence() {
        let (mut keepalive, heard) = (usual(), Instant::now());
        keepalive.set_use(ConnectionUse::Open);
        keepalive.set_behind(Some(heard + seconds(10)));
        keepalive.work(heard, heard + seconds(22)).unwrap();
        assert!(keepalive.work(heard, heard + seconds(23)).is_err());
    }

    #[test]
    fn one_channel_is_ordered_at_a_time_early_or_when_it_is_due() {
        let (mut keepalive, heard) = (keepalive(), Instant::now());
        let due = heard + seconds(10);
        assert!(keepalive.take_early_order());
        assert!(!keepalive.take_early_order(), "once");
        assert!(!keepalive.take_order(heard, due), "it is on its way");
        keepalive.opened(None);
        assert!(!keepalive.take_early_order(), "it was refused");
        assert!(keepalive.take_order(heard, due));
        assert!(keepalive.make_room(), "nothing is held");
        let mut due_first = self::keepalive();
        assert!(due_first.take_order(heard, due));
        assert!(!due_first.take_early_order());
    }
}
