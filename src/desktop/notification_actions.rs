//! Actions on a click on notifications: each is kept until the click, but not for ever.

use std::collections::VecDeque;

/// Number of notifications that keep their action. There is no event when one is dismissed or
/// scrolls away, so the oldest are dropped.
const MOST: usize = 64;

/// The clicks that may still come, by their notification's name.
pub struct NotificationActions<T> {
    kept: VecDeque<(String, T)>,
}

impl<T> NotificationActions<T> {
    /// None yet.
    pub const fn new() -> Self {
        Self {
            kept: VecDeque::new(),
        }
    }

    /// Keeps what a click does, in place of what a click on an older notification of that name did; the
    /// oldest goes when there are too many.
    pub fn keep(&mut self, notification: String, click: T) {
        self.take(&notification);
        if self.kept.len() == MOST {
            self.kept.pop_front();
        }
        self.kept.push_back((notification, click));
    }

    /// Takes the action of a notification; `None` if it is unknown or was clicked before.
    pub fn take(&mut self, notification: &str) -> Option<T> {
        let at = self.kept.iter().position(|(name, _)| name == notification);
        let (_, click) = self.kept.remove(at?)?;
        Some(click)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_comes_at_most_once() {
        let mut clicks = NotificationActions::new();
        clicks.keep("a".to_owned(), 1);
        clicks.keep("b".to_owned(), 2);
        assert_eq!(clicks.take("a"), Some(1));
        assert_eq!(clicks.take("a"), None);
        assert_eq!(clicks.take("c"), None);
        assert_eq!(clicks.take("b"), Some(2));
    }

    #[test]
    fn a_notification_that_was_replaced_does_what_the_new_one_says() {
        let mut clicks = NotificationActions::new();
        clicks.keep("a".to_owned(), 1);
        clicks.keep("a".to_owned(), 2);
        assert_eq!(clicks.take("a"), Some(2));
        assert_eq!(clicks.take("a"), None);
    }

    #[test]
    fn the_oldest_makes_room() {
        let mut clicks = NotificationActions::new();
        for number in 0..=MOST {
            clicks.keep(number.to_string(), number);
        }
        assert_eq!(clicks.take("0"), None);
        assert_eq!(clicks.take("1"), Some(1));
        assert_eq!(clicks.take(&MOST.to_string()), Some(MOST));
        assert_eq!(clicks.kept.len(), MOST - 2);
    }
}
