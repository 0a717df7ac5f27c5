//! A command that runs beside everything else on a connection: carried on in turns, never waited
//! for.

use std::task::Poll;

use super::Error;
use super::channel::Channel;
use super::exec::Output;

/// Our longest answer is a log of 200 kB in hexadecimal; a start-up file may print for ever.
const LIMIT: usize = 4 << 20;

/// What is to be run.
#[derive(Debug)]
pub struct Task {
    /// For the account's login shell.
    pub command: String,
    /// All of its standard input.
    pub input: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Starting,
    Writing,
    Ending,
    Reading,
}

/// A task under way.
pub struct Errand {
    task: Task,
    channel: Channel,
    step: Step,
    sent: usize,
    output: Output,
}

impl Errand {
    /// Runs a task on a fresh channel.
    #[must_use]
    pub fn new(task: Task, channel: Channel) -> Self {
        Self {
            task,
            channel,
            step: Step::Starting,
            sent: 0,
            output: Output::default(),
        }
    }

    /// Carries it on. True when something moved.
    ///
    /// # Errors
    /// The session's own.
    pub fn work(&mut self) -> Result<bool, Error> {
        let done = match self.step {
            Step::Starting => self.channel.poll_exec(&self.task.command),
            Step::Writing => self.write(),
            Step::Ending => self.channel.poll_send_eof(),
            Step::Reading if self.output.size() > LIMIT => return Err(Error::Closed),
            Step::Reading => return self.output.read(&mut self.channel),
        };
        match done {
            Poll::Pending => return Ok(false),
            Poll::Ready(result) => result?,
        }
        self.step = match self.step {
            Step::Starting => Step::Writing,
            Step::Writing if self.sent < self.task.input.len() => Step::Writing,
            Step::Writing => Step::Ending,
            Step::Ending | Step::Reading => Step::Reading,
        };
        Ok(true)
    }

    fn write(&mut self) -> super::channel::Step<()> {
        let rest = &self.task.input.as_bytes()[self.sent..];
        self.channel
            .poll_write(rest)
            .map_ok(|size| self.sent += size)
    }

    /// Whether the command has said all that it will.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.output.has_ended()
    }

    /// What it said, line by line, and the channel, to be closed.
    #[must_use]
    pub fn finish(self) -> (Vec<String>, Channel) {
        (self.output.into_lines(), self.channel)
    }
}
