//! A jump host's own thread: its login, for which whoever waits is asked, and then its pump.

use std::cell::RefCell;
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::sync::mpsc::{self, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Caller, Hop, connect};
use crate::i18n::say;
use crate::ssh::poll::{Waiter, Waker};
use crate::ssh::prompt::{Answer, Ask, Question, Reply, Unanswered};
use crate::ssh::resolve::Target;
use crate::ssh::{self, Error, channel};
use crate::tunnel::Pump;

/// What the last bytes get at the end.
const DRAIN: Duration = Duration::from_millis(200);

/// Jump hosts whose last login needed nobody: a trusted network, a conversation without prompts. Only
/// their conversation may begin while nobody is there.
static UNATTENDED: Mutex<Vec<Target>> = Mutex::new(Vec::new());

fn remember(target: &Target, needs_nobody: bool) {
    let mut known = UNATTENDED.lock().unwrap_or_else(PoisonError::into_inner);
    known.retain(|other| other != target);
    if needs_nobody {
        known.push(target.clone());
    }
}

fn needs_nobody(target: &Target) -> bool {
    let known = UNATTENDED.lock().unwrap_or_else(PoisonError::into_inner);
    known.contains(target)
}

/// What others ask of a jump host.
pub enum Request {
    /// Carry a connection.
    Join(Visitor),
    /// Make sure that the far side lives.
    Doubt,
}

/// Somebody who waits for a connection through it.
pub struct Visitor {
    /// The jump host's end of the pair.
    pub stream: UnixStream,
    /// Where to.
    pub target: channel::Target,
    /// Whether it may be asked.
    pub expected: bool,
    /// Where it hears.
    pub words: mpsc::Sender<Word>,
    /// Makes it listen.
    pub waker: Waker,
}

/// What a visitor hears.
pub enum Word {
    /// A step of the login, in words.
    Step(String),
    /// The login waits in silence, in words.
    Waits(String),
    /// A question for it.
    Ask(Question, Reply),
    /// Somebody else is being asked, or is not any more.
    Quiet(bool),
    /// The login is done; its own connection is next.
    LoggedIn,
    /// The far side took its connection.
    Open,
    /// The far side did not.
    Refused(ssh2::Error),
    /// There is no login.
    Failed(Arc<Error>),
}

impl Visitor {
    fn hear(&self, word: Word) -> bool {
        let heard = self.words.send(word).is_ok();
        self.waker.wake();
        heard
    }
}

/// Who waits for the login.
struct Desk<'a> {
    hop: &'a Hop,
    requests: mpsc::Receiver<Request>,
    waiter: &'a Waiter,
    visitors: RefCell<Vec<Visitor>>,
}

/// The thread. It ends with its connection, or when it is cancelled. What is left is to be dropped.
pub fn run(
    hop: &Hop,
    before: &[Hop],
    waiter: Waiter,
    requests: mpsc::Receiver<Request>,
) -> Option<Pump> {
    let waiter = Rc::new(waiter);
    let desk = Desk {
        hop,
        requests,
        waiter: &waiter,
        visitors: RefCell::default(),
    };
    let mut pump = match desk.log_in(before, &waiter) {
        Ok(pump) => pump,
        Err(error) => {
            desk.close(error);
            return None;
        }
    };
    desk.admit();
    for visitor in desk.visitors.take() {
        join(&mut pump, visitor);
    }
    let end = loop {
        if let Err(error) = pump.turn(None) {
            break error;
        }
        while let Ok(request) = desk.requests.try_recv() {
            match request {
                Request::Join(visitor) => {
                    visitor.hear(Word::Step(say!("hops-shared", hop = &hop.name)));
                    join(&mut pump, visitor);
                }
                Request::Doubt => pump.doubt(),
            }
        }
        if waiter.take_leap() {
            pump.doubt();
        }
    };
    tracing::info!(hop = %hop.name, error = %end, "the jump host's session ends");
    if matches!(end, Error::Wait(_)) {
        pump.drain(DRAIN);
    }
    Some(pump)
}

fn join(pump: &mut Pump, visitor: Visitor) {
    visitor.hear(Word::LoggedIn);
    let Visitor {
        stream,
        target,
        words,
        waker,
        ..
    } = visitor;
    let tell = move |result: Result<(), ssh2::Error>| {
        let _ = words.send(result.map_or_else(Word::Refused, |()| Word::Open));
        waker.wake();
    };
    pump.join(stream.into(), target, Box::new(tell));
}

impl Desk<'_> {
    fn log_in(&self, before: &[Hop], waiter: &Rc<Waiter>) -> Result<Pump, Error> {
        let target = &self.hop.target;
        let tell = |text: String| self.tell(|| Word::Step(text.clone()));
        let own = |text: String| tell(say!("hops-step", hop = &self.hop.name, step = text));
        let caller = Caller {
            asker: self,
            expected: self.expected(),
            tell: &tell,
            waiter,
        };
        let connection = connect(target, before, &caller)?;
        own(connection.describe());
        let login =
            ssh::log_in(&connection, target, self, waiter).map_err(|error| match error {
                Error::Session(_) if connection.wire().has_ended() => Error::Closed,
                error => error,
            })?;
        login.steps().into_iter().for_each(own);
        remember(target, !login.needed_user);
        Ok(Pump::new(Rc::new(connection), Rc::clone(waiter), None))
    }

    /// Takes in who has come meanwhile.
    fn admit(&self) {
        while let Ok(request) = self.requests.try_recv() {
            if let Request::Join(visitor) = request {
                self.visitors.borrow_mut().push(visitor);
            }
        }
    }

    /// The first visitor is there before the login begins, or will be in a moment.
    fn expected(&self) -> bool {
        self.admit();
        let nobody = self.visitors.borrow().is_empty();
        if nobody && let Ok(Request::Join(visitor)) = self.requests.recv() {
            self.visitors.borrow_mut().push(visitor);
        }
        self.visitors
            .borrow()
            .iter()
            .any(|visitor| visitor.expected)
    }

    fn tell(&self, word: impl Fn() -> Word) {
        self.admit();
        self.visitors
            .borrow_mut()
            .retain(|visitor| visitor.hear(word()));
    }

    fn close(&self, error: Error) {
        let error = Arc::new(error);
        self.tell(|| Word::Failed(Arc::clone(&error)));
    }

    /// Takes in who has come while somebody else is being asked: their time does not count either.
    fn admit_quietly(&self) {
        while let Ok(request) = self.requests.try_recv() {
            if let Request::Join(visitor) = request {
                visitor.hear(Word::Quiet(true));
                self.visitors.borrow_mut().push(visitor);
            }
        }
    }

    /// Puts the question to the first who may be asked, and tells the others to be patient.
    fn put(&self, question: &Question) -> Option<mpsc::Receiver<Answer>> {
        self.admit();
        let (reply, answers) = Reply::new(self.waiter.waker());
        let mut reply = Some(reply);
        self.visitors.borrow_mut().retain(|visitor| {
            let asked = reply.take_if(|_| visitor.expected);
            visitor.hear(match asked {
                Some(reply) => Word::Ask(question.clone(), reply),
                None => Word::Quiet(true),
            })
        });
        reply.is_none().then_some(answers)
    }
}

impl Ask for Desk<'_> {
    fn ask(&self, question: Question) -> Answer {
        let answer = loop {
            let Some(answers) = self.put(&question) else {
                break Err(Unanswered::nobody());
            };
            let answer = loop {
                match answers.try_recv() {
                    Ok(answer) => break Some(answer),
                    // Whoever was asked has gone; somebody else may wait.
                    Err(TryRecvError::Disconnected) => break None,
                    Err(TryRecvError::Empty) => {
                        if let Err(error) = self.waiter.wait(&mut vec![], None) {
                            break Some(Err(Unanswered::Cancelled(error.to_string())));
                        }
                        self.admit_quietly();
                    }
                }
            };
            if let Some(answer) = answer {
                break answer;
            }
        };
        self.tell(|| Word::Quiet(false));
        answer
    }

    fn is_attended(&self) -> bool {
        self.admit();
        let visitors = self.visitors.borrow();
        visitors.iter().any(|visitor| visitor.expected)
    }

    fn lets_converse(&self) -> bool {
        self.is_attended() || needs_nobody(&self.hop.target)
    }

    fn tell_silence(&self, text: String) {
        let text = say!("hops-step", hop = &self.hop.name, step = text);
        self.tell(|| Word::Waits(text.clone()));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::ssh::resolve::resolve;

    fn visitor(waker: &Waker) -> (Visitor, mpsc::Receiver<Word>) {
        let (words, heard) = mpsc::channel();
        let visitor = Visitor {
            stream: UnixStream::pair().unwrap().0,
            target: channel::Target::Unix { path: "/x".into() },
            expected: true,
            words,
            waker: waker.clone(),
        };
        (visitor, heard)
    }

    #[test]
    fn whoever_comes_while_another_one_is_asked_loses_no_time() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let hop = Hop {
            name: "bastion".into(),
            target: resolve("bastion", Some(file.path())).unwrap(),
        };
        let waiter = Waiter::new().unwrap();
        let (requester, requests) = mpsc::channel();
        let desk = Desk {
            hop: &hop,
            requests,
            waiter: &waiter,
            visitors: RefCell::default(),
        };
        let waker = waiter.waker();
        let (first, heard) = visitor(&waker);
        requester.send(Request::Join(first)).unwrap();
        let person = std::thread::spawn(move || {
            let Ok(Word::Ask(_, reply)) = heard.recv() else {
                panic!("a question");
            };
            let (second, heard) = visitor(&waker);
            requester.send(Request::Join(second)).unwrap();
            waker.wake();
            let word = heard.recv_timeout(Duration::from_secs(10));
            assert!(matches!(word, Ok(Word::Quiet(true))), "told to be patient");
            reply.send(Err(Unanswered::nobody()));
            assert!(matches!(heard.recv(), Ok(Word::Quiet(false))));
        });
        let question = Question::Passphrase {
            key: "/k".into(),
            again: false,
        };
        assert!(desk.ask(question).is_err());
        person.join().unwrap();
    }
}
