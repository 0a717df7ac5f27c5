//! Questions of the login, as events with a reply.

use std::rc::Rc;

use super::event::Event;
use crate::ssh::poll::Poller;
use crate::ssh::prompt::{self, NoAnswer, Prompt, PromptAnswer, Prompter};

/// Where a session's events go.
pub type EventSink = Box<dyn Fn(Event)>;

/// Questions go out as events; the person's time does not count against the deadline.
pub struct SessionPrompter<'a> {
    /// Where the question goes.
    pub sink: &'a EventSink,
    /// Whose deadline stands still meanwhile.
    pub poller: &'a Rc<Poller>,
    /// Whether the person expects a question: not while a connection is made anew.
    pub expected: bool,
    /// True if the login before needed no user, so that the server may converse unattended.
    pub converses: bool,
}

impl Prompter for SessionPrompter<'_> {
    fn ask(&self, prompt: Prompt) -> PromptAnswer {
        if !self.expected {
            return Err(NoAnswer::nobody());
        }
        prompt::put(prompt, self.poller, |prompt, reply| {
            (self.sink)(Event::Ask(prompt, reply));
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
