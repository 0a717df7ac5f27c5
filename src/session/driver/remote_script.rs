//! Exchanges commands and messages with the script on the remote host, while nothing else uses the
//! connection.

use std::rc::Rc;

use super::{Driver, EffectError, EffectResult};
use crate::i18n::fl;
use crate::jupyter::Server;
use crate::remote::{RemoteError, ScriptFailure, ScriptMessage, ScriptSession};
use crate::scheduler::adapter;
use crate::session::event::Event;
use crate::session::fsm::{FsmEvent, ScriptEvent};
use crate::session::prompter::EventSink;
use crate::ssh::SshError;

impl Driver {
    /// Gives a command to the script, which is started for its first one.
    fn begin(&mut self, command: &str) -> Result<(), RemoteError> {
        if let Some(running) = self.connection.script() {
            return running.send(command);
        }
        let Some(connection) = self.connection.connection().cloned() else {
            return Err(SshError::Closed.into());
        };
        let (poller, host) = (Rc::clone(&self.poller), &self.order.host);
        let name = host.name.as_str();
        let slow = || (self.sink)(Event::Waits(fl!("session-opens-slowly", host = name)));
        let conversation = ScriptSession::start(connection, poller, host, command, &slow)?;
        self.connection.keep_script(conversation);
        Ok(())
    }

    /// Gives a command and collects its answers up to the one that `last` recognises.
    pub(super) fn converse<T>(
        &mut self,
        command: &str,
        last: impl FnMut(&EventSink, ScriptMessage) -> Option<T>,
    ) -> Result<T, EffectError> {
        let answers = self.answers(command, last);
        answers.map_err(|error| self.halt(error))
    }

    fn answers<T>(
        &mut self,
        command: &str,
        mut last: impl FnMut(&EventSink, ScriptMessage) -> Option<T>,
    ) -> Result<T, RemoteError> {
        self.begin(command)?;
        let (Some(conversation), sink) = (self.connection.script(), &self.sink) else {
            return Err(SshError::Closed.into());
        };
        loop {
            let frame = conversation.answer()?;
            if frame == ScriptMessage::Slow {
                let host = self.order.host.name.as_str();
                sink(Event::Note(fl!("start-up-slow", host = host)));
            } else if let Some(outcome) = last(sink, frame) {
                return Ok(outcome);
            }
        }
    }

    pub(super) fn look(&mut self, verb: &str) -> EffectResult {
        match adapter(self.host().launcher) {
            Some(_) => self.discovery(verb),
            None => self.find(verb),
        }
    }

    fn find(&mut self, command: &str) -> EffectResult {
        let mut runtime_files = Vec::new();
        let mut waited = false;
        let host_info = self.converse(command, |sink, frame| match frame {
            ScriptMessage::Server(runtime_file) => {
                runtime_files.push(runtime_file);
                None
            }
            ScriptMessage::Found(host_info) => Some(host_info),
            ScriptMessage::Wait(_) if !waited => {
                waited = true;
                sink(Event::Note(fl!("session-other-click")));
                None
            }
            _ => None,
        })?;
        Ok(Some(FsmEvent::Script(ScriptEvent::Found(
            runtime_files,
            host_info,
        ))))
    }

    pub(super) fn await_launch(&mut self, command: &str) -> EffectResult {
        let host = self.order.host.name.clone();
        let runtime_file = self.answers(command, |sink, frame| match frame {
            ScriptMessage::Launched(runtime_file) => Some(runtime_file),
            ScriptMessage::Wait(what) if what == "logout" => {
                sink(Event::Note(fl!(
                    "session-ends-at-logout",
                    host = host.as_str()
                )));
                None
            }
            _ => None,
        });
        match runtime_file {
            Ok(runtime_file) => Ok(Some(FsmEvent::Script(ScriptEvent::Launched(runtime_file)))),
            Err(RemoteError::Failed(failure)) if is_stale(command, &failure) => {
                Ok(Some(FsmEvent::Script(ScriptEvent::Rediscover)))
            }
            Err(error) => Err(self.halt(error)),
        }
    }

    pub(super) fn make_gone(&mut self, server: &Server, asked: bool) -> EffectResult {
        // The requests are done; the script gets the connection for itself.
        self.end_forwarder()?;
        let command = if asked { "gone" } else { "term" };
        let began = server.began.as_deref().unwrap_or("-");
        self.await_end(&format!("{command} {} {began} {}", server.pid, server.file))
    }

    pub(super) fn await_end(&mut self, command: &str) -> EffectResult {
        let how = self.converse(command, |_, frame| match frame {
            ScriptMessage::Gone(how) => Some(how),
            _ => None,
        })?;
        Ok(Some(FsmEvent::Script(ScriptEvent::Gone(how))))
    }
}

/// Returns true if what was found before is true no more: the launch that was waited for has ended (it may
/// have been one that was shutting down), or another click has the lock.
fn is_stale(command: &str, failure: &ScriptFailure) -> bool {
    match failure {
        ScriptFailure::Died { .. } => command.starts_with("await "),
        ScriptFailure::Other { code, .. } => code == "lock",
    }
}
