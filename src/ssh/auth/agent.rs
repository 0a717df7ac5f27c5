//! The agent, asked over its socket (draft-miller-ssh-agent).
//!
//! Not libssh2's client: that one blocks for as long as an agent is silent, drops what a security
//! key adds to its signature, and signs RSA certificates with SHA-1, which servers refuse.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use socket2::{Domain, SockAddr, Socket, Type};

use super::silence::Silence;
use crate::i18n::fl;
use crate::ssh::SshError;
use crate::ssh::poll::Poller;
use crate::ssh::wire::{put_string, take_chunk, take_string};

/// An agent that cannot list its keys in this time hangs.
const LIST: Duration = Duration::from_secs(5);
/// A signature may need a finger on a sensor, or a password.
const SIGN: Duration = Duration::from_secs(60);
/// OpenSSH's own limit for an agent's message.
const LONGEST: usize = 256 << 10;

const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES_ANSWER: u8 = 12;
const SIGN_REQUEST: u8 = 13;
const SIGN_RESPONSE: u8 = 14;

/// The connection to an agent.
pub struct Agent(UnixStream);

/// One of its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentKey {
    /// The public key or the certificate.
    pub blob: Vec<u8>,
    /// The user's name for it.
    pub comment: String,
}

/// Reason why the agent did not help: its own, as text, or the end of the login.
pub enum AgentError {
    /// The agent's fault.
    Agent(String),
    /// The login's.
    Login(SshError),
}

impl From<std::io::Error> for AgentError {
    fn from(error: std::io::Error) -> Self {
        Self::Agent(error.to_string())
    }
}

impl Agent {
    /// Connects to the agent's socket.
    pub fn connect(socket: &Path) -> Result<Self, AgentError> {
        // Which one it is depends on the environment, so it is named.
        Self::reach(socket).map_err(|why| AgentError::Agent(format!("{}: {why}", socket.display())))
    }

    fn reach(socket: &Path) -> std::io::Result<Self> {
        let stream = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        // A hanging agent's queue may be full; to connect would then hang too.
        stream.set_nonblocking(true)?;
        stream.connect(&SockAddr::unix(socket)?)?;
        Ok(Self(UnixStream::from(std::os::fd::OwnedFd::from(stream))))
    }

    /// Its keys, in its order.
    pub fn keys(&mut self, silence: &Silence) -> Result<Vec<AgentKey>, AgentError> {
        silence.begin();
        let answer = self.ask(&[REQUEST_IDENTITIES], LIST, silence)?;
        parse_keys(&answer).ok_or_else(|| AgentError::Agent(fl!("login-agent-nonsense")))
    }

    /// A signature, in SSH's form: the algorithm's name, then its bytes.
    pub fn sign(
        &mut self,
        key: &[u8],
        data: &[u8],
        flags: u32,
        poller: &Poller,
        silence: &Silence,
    ) -> Result<Vec<u8>, AgentError> {
        let mut request = vec![SIGN_REQUEST];
        put_string(&mut request, key);
        put_string(&mut request, data);
        request.extend(flags.to_be_bytes());
        silence.begin();
        let answer = on_the_users_time(poller, || self.ask(&request, SIGN, silence))?;
        match answer.split_first() {
            Some((&SIGN_RESPONSE, mut rest)) => take_string(&mut rest)
                .map(<[u8]>::to_vec)
                .ok_or_else(|| AgentError::Agent(fl!("login-agent-nonsense"))),
            _ => Err(AgentError::Agent(fl!("login-agent-will-not-sign"))),
        }
    }

    fn ask(
        &mut self,
        request: &[u8],
        patience: Duration,
        silence: &Silence,
    ) -> Result<Vec<u8>, AgentError> {
        let until = Instant::now() + patience;
        let mut message = Vec::with_capacity(request.len() + 4);
        put_string(&mut message, request);
        let mut sent = 0;
        while sent < message.len() {
            match self.0.write(&message[sent..]) {
                Ok(size) => sent += size,
                Err(error) => self.wait_after(&error, PollFlags::OUT, until, silence)?,
            }
        }
        let mut length = [0; 4];
        self.read(&mut length, until, silence)?;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > LONGEST {
            return Err(AgentError::Agent(fl!("login-agent-nonsense")));
        }
        let mut answer = vec![0; length];
        self.read(&mut answer, until, silence)?;
        Ok(answer)
    }

    fn read(
        &mut self,
        mut buffer: &mut [u8],
        until: Instant,
        silence: &Silence,
    ) -> Result<(), AgentError> {
        while !buffer.is_empty() {
            match self.0.read(buffer) {
                Ok(0) => return Err(std::io::Error::from(ErrorKind::UnexpectedEof).into()),
                Ok(size) => buffer = &mut buffer[size..],
                Err(error) => self.wait_after(&error, PollFlags::IN, until, silence)?,
            }
        }
        Ok(())
    }

    fn wait_after(
        &self,
        error: &std::io::Error,
        interest: PollFlags,
        until: Instant,
        silence: &Silence,
    ) -> Result<(), AgentError> {
        match error.kind() {
            ErrorKind::Interrupted => return Ok(()),
            ErrorKind::WouldBlock => {}
            _ => return Err(AgentError::Agent(error.to_string())),
        }
        if Instant::now() >= until {
            return Err(AgentError::Agent(fl!("login-agent-silent")));
        }
        let result = silence.wait(&self.0, interest, Some(until));
        result.map_err(|error| AgentError::Login(error.into()))
    }
}

/// Suspends the deadline: the user's time does not count against it.
fn on_the_users_time<T>(poller: &Poller, act: impl FnOnce() -> T) -> T {
    let (began, deadline) = (Instant::now(), poller.deadline());
    poller.set_deadline(None);
    let result = act();
    poller.set_deadline(deadline.map(|at| at + began.elapsed()));
    result
}

pub(crate) fn parse_keys(answer: &[u8]) -> Option<Vec<AgentKey>> {
    let (&kind, mut rest) = answer.split_first()?;
    let count = u32::from_be_bytes(take_chunk(&mut rest)?);
    if kind != IDENTITIES_ANSWER {
        return None;
    }
    let mut keys = Vec::new();
    for _ in 0..count {
        let blob = take_string(&mut rest)?.to_vec();
        let comment = String::from_utf8_lossy(take_string(&mut rest)?).into_owned();
        keys.push(AgentKey { blob, comment });
    }
    Some(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agents_answer_is_read_and_nonsense_is_refused() {
        let mut answer = vec![IDENTITIES_ANSWER, 0, 0, 0, 1];
        put_string(&mut answer, b"blob");
        put_string(&mut answer, b"me@laptop");
        let key = AgentKey {
            blob: b"blob".to_vec(),
            comment: "me@laptop".into(),
        };
        assert_eq!(parse_keys(&answer), Some(vec![key]));
        answer[4] = 2;
        assert_eq!(parse_keys(&answer), None, "says two, has one");
        assert_eq!(parse_keys(&[5]), None, "SSH_AGENT_FAILURE");
        assert_eq!(parse_keys(&[]), None);
    }
}
