//! A command that runs beside everything else on a connection: carried on in turns, never waited
//! for.

use std::task::Poll;

use super::SshError;
use super::channel::Channel;
use super::exec::LineBuffer;

/// Our longest answer is a log of 200 kB in hexadecimal; a start-up file may print for ever.
const LIMIT: usize = 4 << 20;

/// Command to run.
#[derive(Debug)]
pub struct ExecRequest {
    /// For the account's login shell.
    pub command: String,
    /// All of its standard input.
    pub input: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ExecPhase {
    Starting,
    Writing,
    Ending,
    Reading,
}

/// A task under way.
pub struct BackgroundExec {
    task: ExecRequest,
    channel: Channel,
    step: ExecPhase,
    sent: usize,
    output: LineBuffer,
}

impl BackgroundExec {
    /// Runs a task on a fresh channel.
    #[must_use]
    pub fn new(task: ExecRequest, channel: Channel) -> Self {
        Self {
            task,
            channel,
            step: ExecPhase::Starting,
            sent: 0,
            output: LineBuffer::default(),
        }
    }

    /// Carries it on. True when something moved.
    ///
    /// # Errors
    /// The session's own.
    pub fn work(&mut self) -> Result<bool, SshError> {
        let done = match self.step {
            ExecPhase::Starting => self.channel.poll_exec(&self.task.command),
            ExecPhase::Writing => self.write(),
            ExecPhase::Ending => self.channel.poll_send_eof(),
            ExecPhase::Reading if self.output.size() > LIMIT => return Err(SshError::Closed),
            ExecPhase::Reading => return self.output.read(&mut self.channel),
        };
        match done {
            Poll::Pending => return Ok(false),
            Poll::Ready(result) => result?,
        }
        self.step = match self.step {
            ExecPhase::Starting => ExecPhase::Writing,
            ExecPhase::Writing if self.sent < self.task.input.len() => ExecPhase::Writing,
            ExecPhase::Writing => ExecPhase::Ending,
            ExecPhase::Ending | ExecPhase::Reading => ExecPhase::Reading,
        };
        Ok(true)
    }

    fn write(&mut self) -> super::forward_target::Nonblocking<()> {
        let rest = &self.task.input.as_bytes()[self.sent..];
        self.channel
            .poll_write(rest)
            .map_ok(|size| self.sent += size)
    }

    /// Returns true if the command's output has ended.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.output.has_ended()
    }

    /// Returns its output, line by line, and the channel, to be closed.
    #[must_use]
    pub fn finish(self) -> (Vec<String>, Channel) {
        (self.output.into_lines(), self.channel)
    }
}
