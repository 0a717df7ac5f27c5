//! Queue for a thread that may block: it keeps the newest entries, up to a limit.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};

/// Capacity: more than a user reads at once.
const MOST: usize = 8;

/// Its oldest entry goes when it is full.
#[derive(Debug)]
pub struct Queue<T> {
    waiting: Mutex<VecDeque<T>>,
    more: Condvar,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self {
            waiting: Mutex::default(),
            more: Condvar::new(),
        }
    }
}

impl<T> Queue<T> {
    /// Puts one at the end; never waits.
    pub fn put(&self, one: T) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() == MOST {
            waiting.pop_front();
            tracing::warn!("a notification was dropped: older ones still wait for their server");
        }
        waiting.push_back(one);
        self.more.notify_one();
    }

    /// Waits for the first.
    pub fn take(&self) -> T {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(one) = waiting.pop_front() {
                return one;
            }
            waiting = self
                .more
                .wait(waiting)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room() {
        let queue = Queue::default();
        for number in 0..MOST + 3 {
            queue.put(number);
        }
        let taken: Vec<usize> = (0..MOST).map(|_| queue.take()).collect();
        assert_eq!(taken, (3..MOST + 3).collect::<Vec<_>>());
    }
}
