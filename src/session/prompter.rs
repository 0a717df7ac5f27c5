//! Questions of the login, as events with a reply.

use std::rc::Rc;

use super::event::Event;
use crate::ssh::poll::Waiter;
use crate::ssh::prompt::{self, Answer, Ask, Question, Unanswered};

/// Where a session's events go.
pub type Sink = Box<dyn Fn(Event)>;

/// Questions go out as events; the person's time does not count against the deadline.
pub struct Asker<'a> {
    /// Where the question goes.
    pub sink: &'a Sink,
    /// Whose deadline stands still meanwhile.
    pub waiter: &'a Rc<Waiter>,
    /// Whether the person expects a question: not while a connection is made anew.
    pub expected: bool,
    /// True if the login before needed no user, so that the server may converse unattended.
    pub converses: bool,
}

impl Ask for Asker<'_> {
    fn ask(&self, question: Question) -> Answer {
        if !self.expected {
            return Err(Unanswered::nobody());
        }
        prompt::put(question, self.waiter, |question, reply| {
            (self.sink)(Event::Ask(question, reply));
        })
    }

    fn is_attended(&self) -> bool {
        self.expected
    }

    fn lets_converse(&self) -> bool {
        self.expected || self.converses
    }

    fn tell_silence(&self, text: String) {
        (self.sink)(Event::Waits(text));
    }
}
