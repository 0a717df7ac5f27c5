//! Spare channels to the server's own port, opened before a browser needs them: a connection that
//! gets one saves the round trip of an opening. Further forwards have none, since a server that
//! speaks first must not be called in vain.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::ssh::channel::{Channel, ForwardTarget};

/// Number of spare channels at rest: browsers open six connections to one host.
const FIRST: usize = 6;

/// Largest number of spare channels.
const MOST: usize = 16;

/// Time without a new connection after which the number is that at rest again.
const QUIET: Duration = Duration::from_secs(60);

/// Time without a new connection after which there are none until the next one: a page that is away
/// holds no connections of the server's, which closes idle ones after an hour itself.
const AWAY: Duration = Duration::from_secs(600);

/// A server that closes a spare channel sooner than this hangs up on idle connections.
const HASTY: Duration = Duration::from_secs(30);

struct Spare<C> {
    channel: C,
    /// Duration of its opening.
    round_trip: Duration,
    since: Instant,
}

/// The spare channels of one target, first in, first out.
pub struct Spares<C = Channel> {
    target: Option<ForwardTarget>,
    ready: VecDeque<Spare<C>>,
    size: usize,
    /// False after a refusal, and after the server has closed one early: until the next connection
    /// gets a channel none is opened.
    opens: bool,
    /// Time of the last new connection.
    asked_at: Instant,
}

impl<C> Default for Spares<C> {
    fn default() -> Self {
        Self {
            target: None,
            ready: VecDeque::new(),
            size: FIRST,
            opens: true,
            asked_at: Instant::now(),
        }
    }
}

impl<C> Spares<C> {
    /// Keeps spare channels to a target from now on.
    pub fn keep(&mut self, target: &ForwardTarget, now: Instant) {
        if !self.serves(target) {
            self.target = Some(target.clone());
            self.asked_at = now;
        }
    }

    /// Keeps none any more, and returns those that were ready.
    pub fn drop_all(&mut self) -> Vec<C> {
        self.target = None;
        self.take_all()
    }

    /// Returns those that were ready; others may be opened.
    pub fn take_all(&mut self) -> Vec<C> {
        let ready = self.ready.drain(..);
        ready.map(|spare| spare.channel).collect()
    }

    /// Returns true if the target has spare channels.
    pub fn serves(&self, target: &ForwardTarget) -> bool {
        self.target.as_ref() == Some(target)
    }

    /// Takes the oldest one, for a new connection, and the duration of its opening. If none is
    /// ready, there will be more of them.
    pub fn take(&mut self, now: Instant) -> Option<(C, Duration)> {
        if now > std::mem::replace(&mut self.asked_at, now) + QUIET {
            self.size = FIRST;
        }
        let spare = self.ready.pop_front();
        match spare {
            Some(_) => self.opens = true,
            None => self.size = (self.size + 1).min(MOST),
        }
        spare.map(|spare| (spare.channel, spare.round_trip))
    }

    /// Returns the target, once for each channel that is to be opened while `coming` are on their
    /// way.
    pub fn missing(&self, coming: usize, now: Instant) -> impl Iterator<Item = ForwardTarget> {
        let have = self.ready.len() + coming;
        let missing = if self.opens && now < self.asked_at + AWAY {
            self.size.saturating_sub(have)
        } else {
            0
        };
        self.target.clone().into_iter().cycle().take(missing)
    }

    /// Adds one, unless none is kept any more.
    ///
    /// # Errors
    /// Gives the channel back.
    pub fn add(&mut self, channel: C, round_trip: Duration, now: Instant) -> Result<(), C> {
        if self.target.is_none() {
            return Err(channel);
        }
        self.ready.push_back(Spare {
            channel,
            round_trip,
            since: now,
        });
        Ok(())
    }

    /// The remote host refuses them.
    pub fn refused(&mut self) {
        self.opens = false;
    }

    /// A connection has got a channel of its own.
    pub fn allowed(&mut self) {
        self.opens = true;
    }

    /// Takes out those that the server has closed, before a browser gets one. Others replace them,
    /// unless the server closes them early.
    pub fn take_ended(&mut self, now: Instant, is_ended: impl Fn(&C) -> bool) -> Vec<C> {
        if !self.ready.iter().any(|spare| is_ended(&spare.channel)) {
            return Vec::new();
        }
        let (ended, ready): (Vec<_>, Vec<_>) = std::mem::take(&mut self.ready)
            .into_iter()
            .partition(|spare| is_ended(&spare.channel));
        self.ready = ready.into();
        self.opens &= ended.iter().all(|spare| now >= spare.since + HASTY);
        ended.into_iter().map(|spare| spare.channel).collect()
    }

    /// Takes them all out once no connection has come for long.
    pub fn take_away(&mut self, now: Instant) -> Vec<C> {
        if now < self.asked_at + AWAY {
            return Vec::new();
        }
        self.take_all()
    }

    /// Returns when [`Spares::take_away`] has to be called.
    pub fn next(&self) -> Option<Instant> {
        (!self.ready.is_empty()).then(|| self.asked_at + AWAY)
    }
}

impl Spares {
    /// Any of them, for taking in what the connection holds.
    pub fn channel(&mut self) -> Option<&mut Channel> {
        self.ready.front_mut().map(|spare| &mut spare.channel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jupyter() -> ForwardTarget {
        ForwardTarget::Tcp {
            host: "127.0.0.1".into(),
            port: 8888,
        }
    }

    fn spares(ready: usize, now: Instant) -> Spares<usize> {
        let mut spares = Spares::default();
        spares.keep(&jupyter(), now);
        for channel in 0..ready {
            assert_eq!(spares.add(channel, Duration::ZERO, now), Ok(()));
        }
        spares
    }

    fn taken(spares: &mut Spares<usize>, now: Instant) -> Option<usize> {
        spares.take(now).map(|(channel, _)| channel)
    }

    #[test]
    fn the_oldest_is_taken_first_and_replaced() {
        let now = Instant::now();
        let mut spares = spares(FIRST, now);
        assert_eq!(spares.missing(0, now).count(), 0);
        assert_eq!(taken(&mut spares, now), Some(0));
        assert_eq!(taken(&mut spares, now), Some(1));
        assert_eq!(spares.missing(0, now).count(), 2);
        assert_eq!(spares.missing(1, now).count(), 1);
    }

    #[test]
    fn there_are_more_while_bursts_need_them_and_only_then() {
        let mut now = Instant::now();
        let mut spares = spares(0, now);
        for _ in 0..50 {
            assert_eq!(taken(&mut spares, now), None);
        }
        assert_eq!(spares.missing(0, now).count(), MOST);
        now += QUIET;
        taken(&mut spares, now);
        assert_eq!(spares.missing(0, now).count(), MOST);
        now += QUIET + Duration::from_millis(1);
        taken(&mut spares, now);
        assert_eq!(spares.missing(0, now).count(), FIRST + 1);
    }

    #[test]
    fn one_that_the_server_closes_early_reaches_nobody_and_is_not_replaced_in_vain() {
        let now = Instant::now();
        let mut spares = spares(3, now);
        assert_eq!(spares.take_ended(now, |channel| *channel == 0), [0]);
        assert_eq!(spares.missing(0, now).count(), 0);
        assert_eq!(taken(&mut spares, now), Some(1));
        assert_eq!(spares.missing(0, now).count(), FIRST - 1);
    }

    #[test]
    fn one_that_the_server_closes_later_is_replaced() {
        let now = Instant::now();
        let mut spares = spares(FIRST, now);
        let later = now + HASTY;
        assert_eq!(spares.take_ended(later, |channel| *channel == 0), [0]);
        assert_eq!(spares.missing(0, later).count(), 1);
    }

    #[test]
    fn a_page_that_is_away_has_none_until_its_next_connection() {
        let now = Instant::now();
        let mut spares = spares(FIRST, now);
        assert_eq!(spares.next(), Some(now + AWAY));
        assert_eq!(spares.take_away(now + AWAY / 2), [] as [usize; 0]);
        let later = now + AWAY;
        assert_eq!(spares.take_away(later).len(), FIRST);
        assert_eq!(spares.missing(0, later).count(), 0);
        assert_eq!(spares.next(), None);
        assert_eq!(taken(&mut spares, later), None);
        assert_eq!(spares.missing(0, later).count(), FIRST + 1);
    }

    #[test]
    fn a_remote_host_that_refuses_is_asked_again_after_a_connection_only() {
        let now = Instant::now();
        let mut spares = spares(0, now);
        spares.refused();
        assert_eq!(spares.missing(0, now).count(), 0);
        spares.allowed();
        assert_eq!(spares.missing(0, now).count(), FIRST);
    }

    #[test]
    fn without_a_target_there_are_none() {
        let now = Instant::now();
        let mut spares = spares(2, now);
        assert!(spares.serves(&jupyter()));
        assert_eq!(spares.drop_all(), [0, 1]);
        assert!(!spares.serves(&jupyter()));
        assert_eq!(spares.missing(0, now).count(), 0);
        assert_eq!(spares.add(3, Duration::ZERO, now), Err(3));
    }
}
