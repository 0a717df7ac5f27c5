//! The pace of uploads: how much of one may be on its way, and less of it while somebody types.
//!
//! A remote host gives a window of megabytes (OpenSSH: 2 MiB), and what fills it is ahead of every key press on the other
//! channels. Near the remote host a part of the window keeps the network just as busy, since more is granted soon. Where it
//! is not, because the remote host grants late or is far away, more and more of the window is used.

use std::time::{Duration, Instant};

/// Number of bytes on their way while grants come soon. OpenSSH grants after 96 KiB.
const SHARE: u32 = 256 << 10;

/// The same while small messages travel beside it: about what OpenSSH grants after, and a packet.
const SHARE_BESIDE_SMALL: u32 = 128 << 10;

/// Largest message that is small: a key press, a request.
const SMALL: usize = 2 << 10;

/// Time that somebody counts as typing after a small message.
const TYPING: Duration = Duration::from_millis(500);

/// The small messages of a connection.
#[derive(Debug, Default)]
pub struct SmallMessages {
    last: Option<Instant>,
}

impl SmallMessages {
    /// Takes note of what one read of the local side gave, if that was all there was.
    pub fn note(&mut self, size: usize, now: Instant) {
        if size <= SMALL {
            self.last = Some(now);
        }
    }

    /// Returns true if one has travelled lately.
    pub fn are_lately(&self, now: Instant) -> bool {
        self.last.is_some_and(|last| now < last + TYPING)
    }
}

/// A grant that takes longer is late.
const LATE: Duration = Duration::from_millis(5);

/// The pace of the uploads of one channel.
#[derive(Debug)]
pub struct Pace {
    /// Largest window so far: the remote host gives back what it has taken up to that.
    most: u32,
    /// Number of bytes that may be on their way.
    limit: u32,
    /// Since when there is no room.
    full_since: Option<Instant>,
}

impl Pace {
    /// For a channel whose opening took `round_trip`.
    pub fn new(round_trip: Duration) -> Self {
        Self {
            most: 0,
            limit: if round_trip < LATE { SHARE } else { u32::MAX },
            full_since: None,
        }
    }

    /// Returns the number of bytes that may be sent now, with so much left of the remote host's window, perhaps
    /// `beside_small` messages.
    pub fn room(&mut self, window: u32, beside_small: bool, now: Instant) -> u32 {
        self.most = self.most.max(window);
        let on_its_way = self.most - window;
        let since = self.full_since.take();
        let is_late = since.is_some_and(|since| now >= since + LATE);
        if is_late {
            self.limit = self.limit.saturating_add(SHARE);
        }
        let kept_free = u32::from(beside_small) * (SHARE - SHARE_BESIDE_SMALL);
        let limit = self.limit - kept_free;
        let room = limit.saturating_sub(on_its_way).min(window);
        if room == 0 {
            // With nothing left of the window itself only a grant helps.
            self.full_since = since.filter(|_| !is_late).or(Some(now));
            self.full_since.take_if(|_| window == 0);
        } else if since.is_some() && !is_late {
            self.limit = (self.limit - self.limit / 4).max(SHARE);
        }
        room
    }

    /// Returns when [`Pace::room`] may have another answer although nothing came.
    pub fn next(&self) -> Option<Instant> {
        self.full_since.map(|since| since + LATE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OpenSSH's.
    const WINDOW: u32 = 2 << 20;

    fn near() -> (Pace, Instant) {
        (Pace::new(Duration::from_millis(1)), Instant::now())
    }

    #[test]
    fn near_the_remote_host_a_part_of_the_window_is_used() {
        let (mut pace, now) = near();
        assert_eq!(pace.room(WINDOW, false, now), SHARE);
        assert_eq!(pace.room(WINDOW - SHARE, false, now), 0);
        // A grant.
        assert_eq!(pace.room(WINDOW - SHARE + 1000, false, now), 1000);
        assert_eq!(pace.next(), None);
    }

    #[test]
    fn beside_a_key_press_less_of_it_is_and_who_grants_late_still_gets_more() {
        let (mut pace, now) = near();
        assert_eq!(pace.room(WINDOW, true, now), SHARE_BESIDE_SMALL);
        let left = WINDOW - SHARE_BESIDE_SMALL;
        assert_eq!(pace.room(left, true, now), 0);
        assert_eq!(pace.room(left, true, now + LATE), SHARE);
        let mut far = Pace::new(Duration::from_millis(80));
        assert!(far.room(WINDOW, true, now) > WINDOW / 2);
    }

    #[test]
    fn small_messages_count_for_a_while() {
        let (mut small, now) = (SmallMessages::default(), Instant::now());
        small.note(32_700, now);
        assert!(!small.are_lately(now));
        small.note(80, now);
        assert!(small.are_lately(now + TYPING / 2));
        assert!(!small.are_lately(now + TYPING));
    }

    #[test]
    fn far_away_all_of_it_is() {
        let mut pace = Pace::new(Duration::from_millis(80));
        assert_eq!(pace.room(WINDOW, false, Instant::now()), WINDOW);
        assert_eq!(pace.room(0, false, Instant::now()), 0);
    }

    #[test]
    fn who_grants_late_gets_all_of_it_in_the_end() {
        let (mut pace, mut now) = near();
        let mut window = WINDOW;
        for _ in 0..8 {
            let room = pace.room(window, false, now);
            assert_eq!(room, SHARE);
            window -= room;
            assert_eq!(pace.room(window, false, now), 0);
            if let Some(next) = pace.next() {
                now = next;
            }
        }
        assert_eq!(window, 0);
        assert_eq!(pace.next(), None, "time helps no more");
    }

    #[test]
    fn a_grant_is_late_by_the_time_since_there_was_no_room() {
        let (mut pace, now) = near();
        assert_eq!(pace.room(WINDOW, false, now), SHARE);
        for passed in [0, 3] {
            let asked = now + Duration::from_millis(passed);
            assert_eq!(pace.room(WINDOW - SHARE, false, asked), 0);
            assert_eq!(pace.next(), Some(now + LATE), "however often it is asked");
        }
    }

    #[test]
    fn after_late_grants_one_in_time_takes_a_quarter_back() {
        let (mut pace, mut now) = near();
        let mut window = WINDOW - pace.room(WINDOW, false, now);
        for _ in 0..3 {
            assert_eq!(pace.room(window, false, now), 0);
            now += LATE;
            window -= pace.room(window, false, now);
        }
        assert_eq!(WINDOW - window, 4 * SHARE);
        assert_eq!(pace.room(window, false, now), 0);
        assert_eq!(
            pace.room(window + SHARE, false, now),
            SHARE,
            "granted at once"
        );
        assert_eq!(pace.room(WINDOW, false, now), 3 * SHARE);
    }

    #[test]
    fn one_late_grant_does_not_stay() {
        let (mut pace, now) = near();
        assert_eq!(pace.room(WINDOW, false, now), SHARE);
        assert_eq!(pace.room(WINDOW - SHARE, false, now), 0);
        let later = now + LATE;
        assert_eq!(pace.room(WINDOW - SHARE, false, later), SHARE, "late");
        let mut window = WINDOW - 2 * SHARE;
        for _ in 0..4 {
            assert_eq!(pace.room(window, false, later), 0);
            window = WINDOW - SHARE;
            window -= pace.room(window, false, later);
        }
        assert_eq!(WINDOW - window, SHARE);
    }
}
