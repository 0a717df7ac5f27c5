//! The login that an `ssh` process does: waiting for it, and answering its questions.

use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use super::askpass::Question;
use super::control::ControlSocket;
use super::greeting::greet;
use super::master::{Asks, OwnMaster};
use super::question::{Asked, QuestionKind, prompt};
use super::said::OpensshCause;
use crate::i18n::fl;
use crate::ssh::SshError;
use crate::ssh::host_key::confirmed;
use crate::ssh::poll::Poller;
use crate::ssh::prompt::{NoAnswer, Prompt, Prompter, one_line};
use crate::ssh::resolve::SshTarget;

/// Time between two looks at a process that is connecting.
const LOOK: Duration = Duration::from_millis(10);

/// Longest time for a process to connect and log in while nobody is prompted.
const PATIENCE: Duration = Duration::from_secs(120);

/// A login that takes longer, and asks nothing, is spoken of.
const SLOW: Duration = Duration::from_secs(4);

/// One login.
pub struct OpensshLogin<'a> {
    own: OwnMaster,
    asks: Asks,
    target: &'a SshTarget,
    prompter: &'a dyn Prompter,
    poller: &'a Poller,
    /// Since when nothing was asked, and no other method was begun.
    since: Instant,
    /// Number of methods that it had begun by then.
    methods: usize,
    told: bool,
    /// The questions so far.
    asked: Vec<String>,
    needed_user: bool,
}

impl<'a> OpensshLogin<'a> {
    /// Of a process that was just started.
    pub fn new(
        (own, asks): (OwnMaster, Asks),
        target: &'a SshTarget,
        prompter: &'a dyn Prompter,
        poller: &'a Poller,
    ) -> Self {
        Self {
            own,
            asks,
            target,
            prompter,
            poller,
            since: Instant::now(),
            methods: 0,
            told: false,
            asked: Vec::new(),
            needed_user: false,
        }
    }

    /// Waits until the process shares its connection, which it does once it is logged in. Returns the process, a connection
    /// to its control socket, and true if the user had a part in the login.
    pub fn finish(mut self) -> Result<(OwnMaster, ControlSocket, bool), SshError> {
        let path = self.own.socket();
        loop {
            self.own.listen();
            if path.exists()
                && let Some(idle) = greet(&path, self.poller)?
            {
                return Ok((self.own, idle, self.needed_user));
            }
            self.check_end()?;
            if let Some(question) = self.own.questions().next() {
                self.answer(question)?;
                self.since = Instant::now();
            }
            self.wait()?;
        }
    }

    fn wait(&mut self) -> Result<(), SshError> {
        let methods = self.own.transcript().methods();
        if methods != self.methods {
            self.methods = methods;
            self.since = Instant::now();
        }
        // Before that it is the network that is slow, and not a login that may wait for a human.
        if methods > 0 && self.since.elapsed() >= SLOW && !self.told {
            self.told = true;
            self.needed_user = true;
            self.prompter.tell_silence(self.hint());
        }
        let errors = self.own.errors();
        let errors = errors.map(|errors| PollFd::new(errors, PollFlags::IN));
        let questions = self.own.questions();
        let questions = PollFd::new(questions, PollFlags::IN);
        let mut fds: Vec<PollFd<'_>> = errors.into_iter().chain([questions]).collect();
        self.poller.wait(&mut fds, Some(Instant::now() + LOOK))?;
        Ok(())
    }

    fn hint(&mut self) -> String {
        let seconds = self.since.elapsed().as_secs().to_string();
        let host = self.target.alias.as_str();
        let waits = fl!("login-waits", host = host, seconds = seconds);
        let said = one_line(&self.own.transcript().said());
        if said.is_empty() {
            return waits;
        }
        let said = fl!("explain-auth-said", words = said);
        format!("{waits} {said}")
    }

    /// Fails once the process has ended, or has neither asked nor come to an end for long.
    fn check_end(&mut self) -> Result<(), SshError> {
        let status = self.own.has_ended();
        if status.is_none() && self.since.elapsed() < PATIENCE {
            return Ok(());
        }
        self.own.listen();
        let said = self.own.transcript().said();
        let Some(status) = status else {
            return Err(SshError::Openssh {
                cause: OpensshCause::Silent,
                status: String::new(),
                said,
            });
        };
        let cause = OpensshCause::read(&said);
        // It was not let ask, and might have been let in.
        let kept_from_asking = self.asks == Asks::Nobody && !self.target.batch;
        if cause == OpensshCause::Denied && kept_from_asking {
            return Err(SshError::NoAnswer {
                prompt: fl!("openssh-own-login"),
                reason: NoAnswer::nobody().to_string(),
                tried: vec![one_line(&said)],
            });
        }
        Err(SshError::Openssh {
            cause,
            status: status.to_string(),
            said,
        })
    }

    fn asked_for(&self) -> Asked<'a> {
        Asked {
            alias: &self.target.alias,
            host: &self.target.host,
            user: &self.target.user,
            marks_servers: !self.target.call.is_old,
        }
    }

    /// Asks the user. Without an answer the process is ended before its helper: else it would send an empty one.
    fn answer(&mut self, question: Question) -> Result<(), SshError> {
        let text = question.text.trim().to_owned();
        if question.kind == QuestionKind::Note {
            self.needed_user = true;
            self.prompter.tell_silence(one_line(&text));
            question.answer("");
            return Ok(());
        }
        let again = self.asked.contains(&text);
        let prompt = prompt(&text, self.asked_for(), again);
        self.asked.push(text);
        if let Prompt::HostKey { fingerprint, .. } = &prompt {
            let fingerprint = fingerprint.clone();
            let answer = self.prompter.ask(prompt);
            return match confirmed(answer, &fingerprint) {
                Ok(()) => {
                    question.answer("yes");
                    Ok(())
                }
                Err(reason) => {
                    self.own.end();
                    Err(SshError::HostKeyUnknown {
                        fingerprint,
                        reason,
                    })
                }
            };
        }
        let shown = prompt.text();
        match self.prompter.ask(prompt) {
            Ok(answer) => {
                self.needed_user = true;
                match question.kind {
                    QuestionKind::Confirm if !answer.trim().eq_ignore_ascii_case("yes") => {
                        question.refuse();
                    }
                    _ => question.answer(&answer),
                }
                Ok(())
            }
            Err(reason) => {
                self.own.end();
                Err(SshError::NoAnswer {
                    prompt: shown,
                    reason: reason.to_string(),
                    tried: Vec::new(),
                })
            }
        }
    }
}
