//! Questions of the login, as events with a reply.

use std::rc::Rc;
use std::sync::mpsc;
use std::time::Instant;

use super::event::{Event, Reply};
use crate::ssh::question::{Answer, Ask, Question};
use crate::ssh::wait::Waiter;
use crate::words::say;

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
}

impl Ask for Asker<'_> {
    fn ask(&self, question: Question) -> Answer {
        if !self.expected {
            return Err(say!("session-nobody"));
        }
        let began = Instant::now();
        let deadline = self.waiter.deadline();
        self.waiter.set_deadline(None);
        let (reply, answers) = Reply::new(self.waiter.waker());
        (self.sink)(Event::Ask(question, reply));
        let answer = loop {
            match answers.try_recv() {
                Ok(answer) => break answer,
                Err(mpsc::TryRecvError::Disconnected) => break Err(say!("session-nobody")),
                Err(mpsc::TryRecvError::Empty) => {
                    if let Err(error) = self.waiter.wait(&mut vec![], None) {
                        break Err(error.to_string());
                    }
                }
            }
        };
        self.waiter
            .set_deadline(deadline.map(|at| at + began.elapsed()));
        answer
    }
}
