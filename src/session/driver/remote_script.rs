//! The conversation with the far side's script, while nothing else uses the connection.

use std::rc::Rc;

use super::{Driver, Halt, Outcome};
use crate::i18n::say;
use crate::jupyter::Server;
use crate::remote::{Conversation, Error, Failure, Frame};
use crate::scheduler::scheduler;
use crate::session::event::Event;
use crate::session::fsm::Input;
use crate::session::prompter::Sink;
use crate::ssh::Error as SshError;

impl Driver {
    /// Gives a command to the script, which is started for its first one.
    fn begin(&mut self, command: &str) -> Result<(), Error> {
        if let Some(running) = &mut self.conversation {
            return running.send(command);
        }
        let Some(connection) = self.connection.clone() else {
            return Err(SshError::Closed.into());
        };
        let (waiter, host) = (Rc::clone(&self.waiter), &self.order.host);
        let name = host.name.as_str();
        let slow = || (self.sink)(Event::Waits(say!("session-opens-slowly", host = name)));
        let conversation = Conversation::start(connection, waiter, host, command, &slow)?;
        self.conversation = Some(conversation);
        Ok(())
    }

    /// Gives a command and collects its answers up to the one that `last` recognises.
    pub(super) fn converse<T>(
        &mut self,
        command: &str,
        last: impl FnMut(&Sink, Frame) -> Option<T>,
    ) -> Result<T, Halt> {
        let answers = self.answers(command, last);
        answers.map_err(|error| self.halt(error))
    }

    fn answers<T>(
        &mut self,
        command: &str,
        mut last: impl FnMut(&Sink, Frame) -> Option<T>,
    ) -> Result<T, Error> {
        self.begin(command)?;
        let (Some(conversation), sink) = (&mut self.conversation, &self.sink) else {
            return Err(SshError::Closed.into());
        };
        loop {
            let frame = conversation.answer()?;
            if frame == Frame::Slow {
                let host = self.order.host.name.as_str();
                sink(Event::Note(say!("start-up-slow", host = host)));
            } else if let Some(outcome) = last(sink, frame) {
                return Ok(outcome);
            }
        }
    }

    pub(super) fn look(&mut self, verb: &str) -> Outcome {
        match scheduler(self.host().launcher) {
            Some(_) => self.survey(verb),
            None => self.find(verb),
        }
    }

    fn find(&mut self, command: &str) -> Outcome {
        let mut candidates = Vec::new();
        let mut waited = false;
        let facts = self.converse(command, |sink, frame| match frame {
            Frame::Server(candidate) => {
                candidates.push(candidate);
                None
            }
            Frame::Found(facts) => Some(facts),
            Frame::Wait(_) if !waited => {
                waited = true;
                sink(Event::Note(say!("session-other-click")));
                None
            }
            _ => None,
        })?;
        Ok(Some(Input::Found(candidates, facts)))
    }

    pub(super) fn await_launch(&mut self, command: &str) -> Outcome {
        let host = self.order.host.name.clone();
        let candidate = self.answers(command, |sink, frame| match frame {
            Frame::Launched(candidate) => Some(candidate),
            Frame::Wait(what) if what == "logout" => {
                sink(Event::Note(say!(
                    "session-ends-at-logout",
                    host = host.as_str()
                )));
                None
            }
            _ => None,
        });
        match candidate {
            Ok(candidate) => Ok(Some(Input::Launched(candidate))),
            Err(Error::Failed(failure)) if is_stale(command, &failure) => {
                Ok(Some(Input::LookAgain))
            }
            Err(error) => Err(self.halt(error)),
        }
    }

    pub(super) fn make_gone(&mut self, server: &Server, asked: bool) -> Outcome {
        // The requests are done; the script gets the connection for itself.
        self.end_pump()?;
        let command = if asked { "gone" } else { "term" };
        let began = server.began.as_deref().unwrap_or("-");
        self.await_end(&format!("{command} {} {began} {}", server.pid, server.file))
    }

    pub(super) fn await_end(&mut self, command: &str) -> Outcome {
        let how = self.converse(command, |_, frame| match frame {
            Frame::Gone(how) => Some(how),
            _ => None,
        })?;
        Ok(Some(Input::Gone(how)))
    }
}

/// Returns true if what was found before is true no more: the launch that was waited for has ended (it may
/// have been one that was shutting down), or another click has the lock.
fn is_stale(command: &str, failure: &Failure) -> bool {
    match failure {
        Failure::Died { .. } => command.starts_with("await "),
        Failure::Other { code, .. } => code == "lock",
    }
}
