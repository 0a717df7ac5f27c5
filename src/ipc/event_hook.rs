//! The user's own command for events (`on_event`): it gets each of them as JSON on its standard input.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};

use super::protocol::{Message, MessageBody};
use crate::i18n::fl;
use crate::jupyter::redacted;
use crate::session::{Phase, Walltime};

/// Longest time that a command may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Pause between two looks whether it has ended.
const LOOK: Duration = Duration::from_millis(50);
/// Seconds without a connection after which the loss is told: shorter ones pass unnoticed.
const LOSS: i64 = 20;

/// Tells a command of the user's what happens to one host.
#[derive(Debug)]
pub struct EventHook {
    command: String,
    story: Mutex<Story>,
}

impl EventHook {
    /// A hook that runs that line by `/bin/sh`, for the messages of one session.
    #[must_use]
    pub fn new(command: String) -> Self {
        Self {
            command,
            story: Mutex::default(),
        }
    }

    /// Takes in a message of the session, and runs the command where it is one that users want to hear of. Does not
    /// wait for it. Called in any thread.
    pub fn hear(&self, message: &Message) {
        let mut story = self.story.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Timestamp::now().as_second();
        let Some((event, text)) = story.hear(message, now) else {
            return;
        };
        drop(story);
        if let Err(error) = self.run(&object(event, &text, message).to_string()) {
            tracing::warn!(%error, event, "the command of on_event did not start");
        }
    }

    /// The object fits into the pipe, so that a command which does not read holds nobody up.
    fn run(&self, object: &str) -> std::io::Result<()> {
        let mut child = Command::new("/bin/sh")
            .args(["-c", &self.command])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            // One that ends without reading has what it wants.
            let _ = writeln!(input, "{object}");
        }
        let builder = std::thread::Builder::new().name("on_event".into());
        builder.spawn(move || wait(child)).map(drop)
    }
}

/// Waits until the command has ended, and ends it when its time is over.
fn wait(mut child: Child) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return,
            Ok(Some(status)) => return tracing::warn!(%status, "the command of on_event failed"),
            Ok(None) if Instant::now() < deadline => std::thread::sleep(LOOK),
            _ => break,
        }
    }
    tracing::warn!("the command of on_event did not end within a minute and was ended");
    // It was not waited for, so its number is still its own.
    let _ = kill_process_group(Pid::from_child(&child), Signal::KILL);
    let _ = child.wait();
}

/// The part of a session that was told so far.
#[derive(Debug, Default)]
struct Story {
    /// A job has waited in the queue.
    queued: bool,
    /// The loss of the connection was told.
    lost: bool,
}

impl Story {
    /// Returns the word for an event and its text, if the message is one that is told. `now` is in seconds since 1970.
    fn hear(&mut self, message: &Message, now: i64) -> Option<(&'static str, String)> {
        let host = message.host.as_str();
        self.queued |= message.phase == Phase::Queued;
        match &message.body {
            MessageBody::Ready(ready) if message.phase == Phase::Ready => {
                let is_back = std::mem::take(&mut self.lost);
                if ready.again {
                    return is_back.then(|| ("returned", fl!("notice-returned", host = host)));
                }
                let event = if std::mem::take(&mut self.queued) {
                    "job_started"
                } else {
                    "ready"
                };
                Some((event, fl!("notice-ready", host = host)))
            }
            MessageBody::Loss { loss, note } => {
                let is_long = loss.since.is_some_and(|since| now - since >= LOSS);
                if !is_long || std::mem::replace(&mut self.lost, true) {
                    return None;
                }
                Some((
                    "lost",
                    fl!("event-of-host", host = host, text = note.as_str()),
                ))
            }
            MessageBody::Walltime {
                note,
                walltime: Walltime::Short,
                ..
            } => Some((
                "ending",
                fl!("event-of-host", host = host, text = note.as_str()),
            )),
            MessageBody::Idle { note, idle } if idle.ends.is_some() => Some(("idle", note.clone())),
            MessageBody::CellDone { note, .. } => Some((
                "cell_done",
                fl!("event-of-host", host = host, text = note.as_str()),
            )),
            MessageBody::Failed(problem) => Some(("failed", problem.title.clone())),
            MessageBody::Phase {} if message.phase == Phase::Closed => {
                // Also after a stop: nothing is said of Jupyter.
                Some(("closed", fl!("open-closed", host = host)))
            }
            _ => None,
        }
    }
}

/// The message with its word and text, and without the token: the command may send it anywhere.
fn object(event: &str, text: &str, message: &Message) -> Value {
    let mut object = json!(message);
    if let Some(ready) = message.ready() {
        object["url"] = json!(redacted(ready.url.reveal()));
    }
    object["event"] = json!(event);
    object["text"] = json!(text);
    object
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::problem::{Code, Problem};
    use crate::secret::Secret;
    use crate::session::{CellDone, Event, JobInfo, Loss, Ready, ServerInfo};

    fn ready(again: bool) -> Event {
        Event::Ready(Box::new(Ready {
            url: Secret::new("http://localhost:8890/lab?token=abcdef0123"),
            local_port: 8890,
            server: ServerInfo {
                host: "node17".into(),
                port: Some(8888),
                socket: None,
                pid: 1,
                version: "2".into(),
                base_url: "/".into(),
            },
            job: None,
            reused: false,
            forwards: Vec::new(),
            again,
        }))
    }

    /// Returns the words for those events, heard at second 1000.
    fn told(events: &[Event]) -> Vec<&'static str> {
        let mut story = Story::default();
        let mut phase = Phase::Resolving;
        let heard = events.iter().filter_map(|event| {
            let message = Message::of(event, "gpu01", 1, phase)?;
            phase = message.phase;
            story.hear(&message, 1000).map(|(word, _)| word)
        });
        heard.collect()
    }

    fn loss(since: i64) -> Event {
        Event::Loss(Loss {
            cause: "no answer".into(),
            since: Some(since),
            ..Loss::default()
        })
    }

    #[test]
    fn what_users_want_to_hear_has_a_word_and_all_else_none() {
        let done = CellDone {
            notebook: "a.ipynb".into(),
            name: "a.ipynb".into(),
            seconds: 90,
            error: None,
        };
        let day = [
            Event::Phase(Phase::Queued),
            Event::Job(JobInfo::default()),
            ready(false),
            Event::Note("a port was taken".into()),
            Event::Kernels(crate::jupyter::Activity::default()),
            Event::CellDone(done),
            Event::Walltime(JobInfo::default(), Walltime::Extended),
            Event::Walltime(JobInfo::default(), Walltime::Short),
            Event::Failed(Problem::new(Code::JobTimeUp, "t", "d", "r")),
        ];
        assert_eq!(told(&day), ["job_started", "cell_done", "ending", "failed"]);
        assert_eq!(told(&[ready(false), Event::Closed]), ["ready", "closed"]);
    }

    #[test]
    fn an_end_says_nothing_of_a_server_that_may_have_been_stopped() {
        let closed = Message::of(&Event::Closed, "gpu01", 1, Phase::Ready).unwrap();
        let (_, text) = Story::default().hear(&closed, 0).unwrap();
        assert_eq!(text, "The tunnel to gpu01 was closed.");
    }

    #[test]
    fn a_loss_is_told_once_it_lasts_and_its_end_only_then() {
        let short = [ready(false), loss(999), ready(true)];
        assert_eq!(told(&short), ["ready"]);
        let long = [ready(false), loss(981), loss(980), loss(979), ready(true)];
        assert_eq!(told(&long), ["ready", "lost", "returned"]);
    }

    #[test]
    fn the_command_gets_no_token() {
        let message = Message::of(&ready(false), "gpu01", 1, Phase::Starting).unwrap();
        let object = object("ready", "gpu01 is ready", &message);
        assert!(!object.to_string().contains("abcdef0123"), "{object}");
        assert_eq!(object["event"], "ready");
        assert_eq!(object["server"]["host"], "node17");
        assert!(
            object["url"]
                .as_str()
                .unwrap()
                .starts_with("http://localhost:8890/lab")
        );
    }

    #[test]
    fn a_command_that_does_not_read_or_is_not_there_holds_nobody_up() {
        let message = Message::of(&ready(false), "gpu01", 1, Phase::Starting).unwrap();
        for command in ["sleep 30 <&-", "/nowhere/at/all", "exit 3"] {
            let began = Instant::now();
            EventHook::new(command.to_owned()).hear(&message);
            assert!(began.elapsed() < Duration::from_secs(5), "{command}");
        }
    }
}
