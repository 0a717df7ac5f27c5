//! Questions of the login, as events with a reply.

use std::rc::Rc;

use super::event::Event;
use crate::ssh::poll::Poller;
use crate::ssh::prompt::{self, NoAnswer, Prompt, PromptAnswer, Prompter};

/// Function that receives a session's events.
pub type EventSink = Box<dyn Fn(Event)>;

/// Prompter that sends prompts as events; the user's time does not count against the deadline.
pub struct SessionPrompter<'a> {
    /// Receiver of the prompts.
    pub sink: &'a EventSink,
    /// Poller whose deadline is suspended during a prompt.
    pub poller: &'a Rc<Poller>,
    /// True if the user expects a prompt: false while reconnecting.
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
