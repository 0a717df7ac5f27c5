//! Dialogs that are shown one after the other: which is on the screen, and which wait.

use std::collections::VecDeque;

use super::contract::DialogId;

/// A dialog on the screen at most, and others that wait for their turn.
#[derive(Debug)]
pub struct OneAtATime<T> {
    newest: DialogId,
    shown: Option<DialogId>,
    waiting: VecDeque<(DialogId, T)>,
}

/// Place of a dialog when it was withdrawn.
#[derive(Debug, PartialEq, Eq)]
pub enum Withdrawn<T> {
    /// It waited, and is out of the line now.
    Waited(T),
    /// It is on the screen: the caller has to close it.
    Shown,
    /// It is over already.
    Gone,
}

impl<T> OneAtATime<T> {
    /// Nothing to show.
    pub const fn new() -> Self {
        Self {
            newest: 0,
            shown: None,
            waiting: VecDeque::new(),
        }
    }

    /// Puts a dialog at the end of the line.
    pub fn add(&mut self, dialog: T) -> DialogId {
        self.newest += 1;
        self.waiting.push_back((self.newest, dialog));
        self.newest
    }

    /// The dialog whose turn it is, from now on the one that is shown: none while another one is.
    pub fn begin(&mut self) -> Option<T> {
        if self.shown.is_some() {
            return None;
        }
        let (id, dialog) = self.waiting.pop_front()?;
        self.shown = Some(id);
        Some(dialog)
    }

    /// Returns the dialog on the screen.
    #[cfg_attr(
        target_os = "macos",
        expect(dead_code, reason = "Linux has its windows by id")
    )]
    pub fn shown(&self) -> Option<DialogId> {
        self.shown
    }

    /// The dialog on the screen is closed.
    pub fn end(&mut self) {
        self.shown = None;
    }

    /// Takes a dialog out of the line, or tells where it is.
    pub fn withdraw(&mut self, id: DialogId) -> Withdrawn<T> {
        if self.shown == Some(id) {
            return Withdrawn::Shown;
        }
        let at = self.waiting.iter().position(|(waits, _)| *waits == id);
        match at.and_then(|at| self.waiting.remove(at)) {
            Some((_, dialog)) => Withdrawn::Waited(dialog),
            None => Withdrawn::Gone,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_waits_for_the_first_to_end() {
        let mut dialogs = OneAtATime::new();
        let (one, two) = (dialogs.add("one"), dialogs.add("two"));
        assert_ne!(one, two);
        assert_eq!(dialogs.begin(), Some("one"));
        assert_eq!(dialogs.begin(), None, "one is on the screen");
        dialogs.end();
        assert_eq!(dialogs.begin(), Some("two"));
        dialogs.end();
        assert_eq!(dialogs.begin(), None);
    }

    #[test]
    fn only_who_waits_can_be_taken_out_of_the_line() {
        let mut dialogs = OneAtATime::new();
        let ids = ["one", "two", "three"].map(|name| dialogs.add(name));
        dialogs.begin();
        assert_eq!(dialogs.withdraw(ids[0]), Withdrawn::Shown);
        assert_eq!(dialogs.withdraw(ids[1]), Withdrawn::Waited("two"));
        assert_eq!(dialogs.withdraw(ids[1]), Withdrawn::Gone);
        dialogs.end();
        assert_eq!(dialogs.withdraw(ids[0]), Withdrawn::Gone);
        assert_eq!(dialogs.begin(), Some("three"), "two is skipped");
    }

    #[test]
    fn no_id_comes_twice() {
        let mut dialogs = OneAtATime::new();
        let first = dialogs.add(());
        dialogs.withdraw(first);
        assert_ne!(dialogs.add(()), first);
    }
}
