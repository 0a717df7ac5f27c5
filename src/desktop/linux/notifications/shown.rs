//! Notifications that are still shown, each with what keeps it so.
//!
//! GNOME's server takes all notifications of an app away as soon as the connection that posted the first of them ends.
//! So what an entry keeps is dropped together with all others, once none is shown any more.

use std::collections::VecDeque;
use std::fmt;

/// Number of entries: a server that tells of no end of a notification must not fill the memory.
const MOST: usize = 64;

/// The name of a notification: another server, or the same one started again, counts from the
/// beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationName {
    /// Its server's name on the bus, such as `:1.7`.
    pub server: String,
    /// Its number there.
    pub number: u32,
}

impl fmt::Display for NotificationName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.server, self.number)
    }
}

/// Notifications, oldest first.
pub struct Shown<T> {
    entries: VecDeque<Entry<T>>,
}

struct Entry<T> {
    name: NotificationName,
    subject: String,
    is_shown: bool,
    kept: T,
}

impl<T> Shown<T> {
    /// None yet.
    pub const fn new() -> Self {
        Self {
            entries: VecDeque::new(),
        }
    }

    /// Adds the newest notification about a subject, in place of the older one.
    pub fn add(&mut self, name: NotificationName, subject: String, kept: T) {
        // Replaced under its number: GNOME's would have refused, and no other needs the older connection.
        self.entries.retain(|entry| entry.name != name);
        for entry in &mut self.entries {
            entry.is_shown &= entry.subject != subject;
        }
        if self.entries.len() == MOST {
            self.entries.pop_front();
        }
        self.entries.push_back(Entry {
            name,
            subject,
            is_shown: true,
            kept,
        });
    }

    /// Returns what is kept for the notification about this subject, while it is shown.
    pub fn about(&self, subject: &str) -> Option<&T> {
        let mut shown = self.entries.iter().filter(|entry| entry.is_shown);
        let entry = shown.find(|entry| entry.subject == subject)?;
        Some(&entry.kept)
    }

    /// Marks a notification as closed.
    pub fn close(&mut self, name: &NotificationName) {
        for entry in &mut self.entries {
            entry.is_shown &= entry.name != *name;
        }
        if self.entries.iter().all(|entry| !entry.is_shown) {
            self.entries.clear();
        }
    }

    /// Forgets the notifications of all servers but this one.
    pub fn forget_others(&mut self, server: &str) {
        self.entries.retain(|entry| entry.name.server == server);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(number: u32) -> NotificationName {
        let server = ":1.7".to_owned();
        NotificationName { server, number }
    }

    fn kept(shown: &Shown<u32>) -> Vec<u32> {
        shown.entries.iter().map(|entry| entry.kept).collect()
    }

    #[test]
    fn all_are_kept_until_the_last_is_closed() {
        let mut shown = Shown::new();
        shown.add(name(1), "gpu01".to_owned(), 1);
        shown.add(name(2), "other".to_owned(), 2);
        // In place of the first: with a number of its own, then with the same one.
        shown.add(name(3), "gpu01".to_owned(), 3);
        shown.add(name(3), "gpu01".to_owned(), 4);
        shown.close(&name(2));
        assert_eq!(kept(&shown), [1, 2, 4]);
        assert_eq!(shown.about("gpu01"), Some(&4));
        assert_eq!(shown.about("other"), None);
        shown.close(&name(3));
        assert!(kept(&shown).is_empty());
    }

    #[test]
    fn the_oldest_makes_room() {
        let mut shown = Shown::new();
        for number in 0..=64 {
            shown.add(name(number), number.to_string(), number);
        }
        assert_eq!(kept(&shown), (1..=64).collect::<Vec<_>>());
    }

    #[test]
    fn those_of_a_server_that_is_gone_are_forgotten() {
        let mut shown = Shown::new();
        shown.add(name(1), "gpu01".to_owned(), 1);
        shown.forget_others(":1.8");
        assert!(kept(&shown).is_empty());
    }
}
