//! The thread that owns a jump host's session: it logs in, prompting a waiting session if needed,
//! then forwards data.

use std::cell::RefCell;
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{self, TryRecvError};
use std::time::Duration;

use super::{Caller, Hop, JumpHostPool, TransportWish, connect, leave_to_openssh};
use crate::i18n::fl;
use crate::ssh::poll::{Poller, Waker};
use crate::ssh::prompt::{NoAnswer, Prompt, PromptAnswer, Prompter, Reply};
use crate::ssh::{self, SshError, channel};
use crate::tunnel::Forwarder;

/// Longest time for the last bytes at the end.
const DRAIN: Duration = Duration::from_millis(200);

/// Command to a jump host's thread.
pub enum JumpHostCommand {
    /// Carry a connection.
    Join(ChannelRequest),
    /// Probe the remote host, which may be dead.
    ProbePeer,
}

/// Request of a session that waits for a connection through the jump host.
pub struct ChannelRequest {
    /// The jump host's end of the pair.
    pub stream: UnixStream,
    /// Target of the connection.
    pub target: channel::ForwardTarget,
    /// True if this session may be prompted.
    pub expected: bool,
    /// Sender of its events.
    pub words: mpsc::Sender<JumpHostEvent>,
    /// Makes it listen.
    pub waker: Waker,
}

/// Event for a session that waits for its connection.
pub enum JumpHostEvent {
    /// A step of the login, as text.
    Step(String),
    /// The login waits without a prompt; the text says so.
    Waits(String),
    /// A question for it.
    Ask(Prompt, Reply),
    /// Another session is being prompted, or no longer is.
    PromptInProgress(bool),
    /// The login is done; its own connection is next.
    LoggedIn,
    /// The remote host accepted its connection.
    Open,
    /// The remote host refused its connection.
    Refused(ssh2::Error),
    /// There is no login.
    Failed(Arc<SshError>),
}

impl ChannelRequest {
    fn hear(&self, word: JumpHostEvent) -> bool {
        let heard = self.words.send(word).is_ok();
        self.waker.wake();
        heard
    }
}

/// State of the thread, with the sessions that wait for the login.
struct JumpHostThread<'a> {
    hop: &'a Hop,
    requests: mpsc::Receiver<JumpHostCommand>,
    poller: &'a Poller,
    visitors: RefCell<Vec<ChannelRequest>>,
    /// The jump hosts before it are in the same pool.
    pool: &'a JumpHostPool,
}

/// The thread. It ends with its connection, or when it is cancelled. What is left is to be dropped.
pub fn run(
    hop: &Hop,
    before: &[Hop],
    poller: Poller,
    requests: mpsc::Receiver<JumpHostCommand>,
    pool: &JumpHostPool,
) -> Option<Forwarder> {
    let poller = Rc::new(poller);
    let desk = JumpHostThread {
        hop,
        requests,
        poller: &poller,
        visitors: RefCell::default(),
        pool,
    };
    let mut forwarder = match desk.log_in(before, &poller) {
        Ok(forwarder) => forwarder,
        Err(error) => {
            desk.close(error);
            return None;
        }
    };
    desk.admit();
    for visitor in desk.visitors.take() {
        join(&mut forwarder, visitor);
    }
    let end = loop {
        if let Err(error) = forwarder.poll_once(None) {
            break error;
        }
        while let Ok(request) = desk.requests.try_recv() {
            match request {
                JumpHostCommand::Join(visitor) => {
                    visitor.hear(JumpHostEvent::Step(fl!("hops-shared", hop = &hop.name)));
                    join(&mut forwarder, visitor);
                }
                JumpHostCommand::ProbePeer => forwarder.probe_peer(),
            }
        }
        if poller.take_suspend() {
            forwarder.probe_peer();
        }
    };
    tracing::info!(hop = %hop.name, error = %end, "the jump host's session ends");
    if matches!(end, SshError::Wait(_)) {
        forwarder.drain(DRAIN);
    }
    Some(forwarder)
}

fn join(forwarder: &mut Forwarder, visitor: ChannelRequest) {
    visitor.hear(JumpHostEvent::LoggedIn);
    let ChannelRequest {
        stream,
        target,
        words,
        waker,
        ..
    } = visitor;
    let tell = move |result: Result<(), ssh2::Error>| {
        let _ = words.send(result.map_or_else(JumpHostEvent::Refused, |()| JumpHostEvent::Open));
        waker.wake();
    };
    forwarder.join(stream.into(), target, Box::new(tell));
}

impl JumpHostThread<'_> {
    fn log_in(&self, before: &[Hop], poller: &Rc<Poller>) -> Result<Forwarder, SshError> {
        let target = &self.hop.target;
        let tell = |text: String| self.tell(|| JumpHostEvent::Step(text.clone()));
        let own = |text: String| tell(fl!("hops-step", hop = &self.hop.name, step = text));
        let caller = Caller {
            hop: Some(&self.hop.name),
            transport: if target.yields {
                TransportWish::Auto
            } else {
                TransportWish::Libssh2
            },
            prompter: self,
            expected: self.expected(),
            tell: &tell,
            poller,
            jump_hosts: self.pool,
        };
        let mut connection = connect(target, before, &caller)?;
        own(connection.describe());
        let mut login = ssh::log_in(&connection, target, self, poller);
        if let Err(SshError::NeedsOpenssh(need)) = login {
            drop(connection);
            connection = leave_to_openssh(target, before, &caller, need)?;
            own(connection.describe());
            login = ssh::log_in(&connection, target, self, poller);
        }
        let login = login.map_err(|error| match error {
            SshError::Session(_) if connection.ends_now() => SshError::Closed,
            error => error,
        })?;
        login.steps().into_iter().for_each(own);
        self.pool.unattended().remember(target, !login.needed_user);
        let mut forwarder = Forwarder::new(Rc::new(connection), Rc::clone(poller), None);
        // Its login may need the user, and all hosts behind it would be lost with it.
        forwarder.be_patient();
        Ok(forwarder)
    }

    /// Takes in who has come meanwhile.
    fn admit(&self) {
        while let Ok(request) = self.requests.try_recv() {
            if let JumpHostCommand::Join(visitor) = request {
                self.visitors.borrow_mut().push(visitor);
            }
        }
    }

    /// The first visitor is there before the login begins, or will be in a moment.
    fn expected(&self) -> bool {
        self.admit();
        let nobody = self.visitors.borrow().is_empty();
        if nobody && let Ok(JumpHostCommand::Join(visitor)) = self.requests.recv() {
            self.visitors.borrow_mut().push(visitor);
        }
        self.visitors
            .borrow()
            .iter()
            .any(|visitor| visitor.expected)
    }

    fn tell(&self, word: impl Fn() -> JumpHostEvent) {
        self.admit();
        self.visitors
            .borrow_mut()
            .retain(|visitor| visitor.hear(word()));
    }

    fn close(&self, error: SshError) {
        let error = Arc::new(error);
        self.tell(|| JumpHostEvent::Failed(Arc::clone(&error)));
    }

    /// Takes in requests that arrive while another session is being prompted: that time does not
    /// count against their deadlines either.
    fn admit_quietly(&self) {
        while let Ok(request) = self.requests.try_recv() {
            if let JumpHostCommand::Join(visitor) = request {
                visitor.hear(JumpHostEvent::PromptInProgress(true));
                self.visitors.borrow_mut().push(visitor);
            }
        }
    }

    /// Puts the question to the first who may be asked, and tells the others to be patient.
    fn put(&self, prompt: &Prompt) -> Option<mpsc::Receiver<PromptAnswer>> {
        self.admit();
        let (reply, answers) = Reply::new(self.poller.waker());
        let mut reply = Some(reply);
        self.visitors.borrow_mut().retain(|visitor| {
            let asked = reply.take_if(|_| visitor.expected);
            visitor.hear(match asked {
                Some(reply) => JumpHostEvent::Ask(prompt.clone(), reply),
                None => JumpHostEvent::PromptInProgress(true),
            })
        });
        reply.is_none().then_some(answers)
    }
}

impl Prompter for JumpHostThread<'_> {
    fn ask(&self, prompt: Prompt) -> PromptAnswer {
        let answer = loop {
            let Some(answers) = self.put(&prompt) else {
                break Err(NoAnswer::nobody());
            };
            let answer = loop {
                match answers.try_recv() {
                    Ok(answer) => break Some(answer),
                    // The prompted session has gone; another one may be waiting.
                    Err(TryRecvError::Disconnected) => break None,
                    Err(TryRecvError::Empty) => {
                        if let Err(error) = self.poller.wait(&mut vec![], None) {
                            break Some(Err(NoAnswer::Cancelled(error.to_string())));
                        }
                        self.admit_quietly();
                    }
                }
            };
            if let Some(answer) = answer {
                break answer;
            }
        };
        self.tell(|| JumpHostEvent::PromptInProgress(false));
        answer
    }

    fn is_attended(&self) -> bool {
        self.admit();
        let visitors = self.visitors.borrow();
        visitors.iter().any(|visitor| visitor.expected)
    }

    fn lets_converse(&self) -> bool {
        self.is_attended() || self.pool.unattended().contains(&self.hop.target)
    }

    fn tell_silence(&self, text: String) {
        let text = fl!("hops-step", hop = &self.hop.name, step = text);
        self.tell(|| JumpHostEvent::Waits(text.clone()));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::ssh::resolve::resolve;

    fn visitor(waker: &Waker) -> (ChannelRequest, mpsc::Receiver<JumpHostEvent>) {
        let (words, heard) = mpsc::channel();
        let visitor = ChannelRequest {
            stream: UnixStream::pair().unwrap().0,
            target: channel::ForwardTarget::Unix { path: "/x".into() },
            expected: true,
            words,
            waker: waker.clone(),
        };
        (visitor, heard)
    }

    #[test]
    fn a_newcomer_during_anothers_prompt_loses_no_time() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let hop = Hop {
            name: "bastion".into(),
            target: resolve("bastion", Some(file.path())).unwrap(),
        };
        let poller = Poller::new().unwrap();
        let (requester, requests) = mpsc::channel();
        let desk = JumpHostThread {
            hop: &hop,
            requests,
            poller: &poller,
            visitors: RefCell::default(),
            pool: &JumpHostPool::default(),
        };
        let waker = poller.waker();
        let (first, heard) = visitor(&waker);
        requester.send(JumpHostCommand::Join(first)).unwrap();
        let user = std::thread::spawn(move || {
            let Ok(JumpHostEvent::Ask(_, reply)) = heard.recv() else {
                panic!("a question");
            };
            let (second, heard) = visitor(&waker);
            requester.send(JumpHostCommand::Join(second)).unwrap();
            waker.wake();
            let word = heard.recv_timeout(Duration::from_secs(10));
            assert!(
                matches!(word, Ok(JumpHostEvent::PromptInProgress(true))),
                "told to be patient"
            );
            reply.send(Err(NoAnswer::nobody()));
            assert!(matches!(
                heard.recv(),
                Ok(JumpHostEvent::PromptInProgress(false))
            ));
        });
        let prompt = Prompt::Passphrase {
            key: "/k".into(),
            again: false,
        };
        assert!(desk.ask(prompt).is_err());
        user.join().unwrap();
    }
}
