//! Events of a session as JSON objects, a line each: on the socket, and for scripts.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::i18n::fl;
use crate::jupyter::Activity;
use crate::problem::{Code, Problem};
use crate::session::{CellDone, Event, IdleTime, JobInfo, Loss, NodeUsage, Phase, Ready, Walltime};

/// An event of a host's session, as other programs and scripts read it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Message {
    /// The host's name.
    pub host: String,
    /// The phase of the session, after the event.
    pub phase: Phase,
    /// Milliseconds since the session began.
    pub at_ms: u64,
    /// The event.
    #[serde(flatten)]
    pub body: MessageBody,
}

/// The part of a message that depends on the event. It has no tag of its own: its keys tell the
/// variants apart, and the first variant whose keys are all present is the one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum MessageBody {
    /// The session failed.
    Failed(#[serde(deserialize_with = "read_problem")] Problem),
    /// The tunnel is ready.
    Ready(Box<Ready>),
    /// A request was refused; the session goes on.
    Refused {
        /// The reason.
        #[serde(deserialize_with = "read_problem")]
        refused: Problem,
    },
    /// The state of the server's kernels.
    Kernels {
        /// The kernels and their notebooks.
        kernels: Activity,
    },
    /// The log of the newest launch.
    Log {
        /// The log.
        log: LogText,
    },
    /// The load of the server's machine.
    Usage {
        /// It.
        usage: Box<NodeUsage>,
    },
    /// The job's time is nearly up, or was extended.
    Walltime {
        /// The same as text, for programs that show notes only.
        note: String,
        /// The kind of change.
        walltime: Walltime,
        /// The job, with its new end.
        job: JobInfo,
    },
    /// The connection is lost, or an attempt to make it again has failed.
    Loss {
        /// The same as text, for programs that show notes only.
        note: String,
        /// The loss.
        loss: Loss,
    },
    /// A run of cells has come to its end.
    CellDone {
        /// The same as text, for programs that show notes only.
        note: String,
        /// The run.
        cell_done: CellDone,
    },
    /// Something that nobody uses is about to end, or is not any more.
    Idle {
        /// The same as text, for programs that show notes only.
        note: String,
        /// When it ends, and for how long it has not been used.
        idle: IdleTime,
    },
    /// The page was not shown again: a browser has one open.
    PageOpen {
        /// The same as text, for programs that show notes only.
        note: String,
        /// Always true: tells it from a remark.
        page_open: bool,
    },
    /// A remark.
    Note {
        /// The remark.
        note: String,
        /// True if the login waits in silence, perhaps for the user.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        waits: bool,
        /// True if the remark needs the user.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        warns: bool,
    },
    /// News of a job that waits.
    Job {
        /// The job.
        job: JobInfo,
    },
    /// A phase began.
    Phase {},
}

/// The log of a launch, as far as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogText {
    /// Its path on the remote host; empty when there is no log.
    pub path: String,
    /// Its text, without tokens.
    pub text: String,
}

impl Message {
    /// Returns the message of an event. `phase` is the phase that goes on while the event begins
    /// none. Prompts and reports are for the caller of the session, and make no message.
    #[must_use]
    pub fn of(event: &Event, host: &str, at_ms: u64, phase: Phase) -> Option<Self> {
        Some(Self {
            host: host.to_owned(),
            phase: phase_after(event, phase),
            at_ms,
            body: MessageBody::of(event, host)?,
        })
    }

    /// Returns the reason of a failure or of a refusal.
    #[must_use]
    pub fn problem(&self) -> Option<Problem> {
        match &self.body {
            MessageBody::Failed(problem) | MessageBody::Refused { refused: problem } => {
                Some(problem.clone())
            }
            _ => None,
        }
    }

    /// Returns the answer to a request that the other program does not know.
    #[must_use]
    pub fn misunderstood(&self) -> Option<&Problem> {
        match &self.body {
            MessageBody::Failed(problem) if problem.code == Code::Unsupported => Some(problem),
            _ => None,
        }
    }

    /// Returns true for a refusal.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self.body, MessageBody::Refused { .. })
    }

    /// Returns true if the phase goes on and only a remark about it is made.
    #[must_use]
    pub fn is_remark(&self) -> bool {
        match self.body {
            MessageBody::Refused { .. }
            | MessageBody::Kernels { .. }
            | MessageBody::Log { .. }
            | MessageBody::Usage { .. }
            | MessageBody::Walltime { .. }
            | MessageBody::Loss { .. }
            | MessageBody::CellDone { .. }
            | MessageBody::Idle { .. }
            | MessageBody::PageOpen { .. }
            | MessageBody::Note { .. } => true,
            MessageBody::Failed(_)
            | MessageBody::Ready(_)
            | MessageBody::Job { .. }
            | MessageBody::Phase {} => false,
        }
    }

    /// Returns true for the last message of a session.
    #[must_use]
    pub fn is_end(&self) -> bool {
        matches!(self.phase, Phase::Failed | Phase::Closed)
    }

    /// Returns false if the phase should say more than could be read: the other program is newer.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let says_more = matches!(self.phase, Phase::Ready | Phase::Failed);
        !(says_more && matches!(self.body, MessageBody::Phase {} | MessageBody::Job { .. }))
    }

    /// Returns the path and the text of a log.
    #[must_use]
    pub fn log(&self) -> Option<(&str, &str)> {
        match &self.body {
            MessageBody::Log { log } => Some((&log.path, &log.text)),
            _ => None,
        }
    }

    /// Returns how busy the server's machine is.
    #[must_use]
    pub fn usage(&self) -> Option<&NodeUsage> {
        match &self.body {
            MessageBody::Usage { usage } => Some(usage),
            _ => None,
        }
    }

    /// Returns what is known of a lost connection.
    #[must_use]
    pub fn loss(&self) -> Option<&Loss> {
        match &self.body {
            MessageBody::Loss { loss, .. } => Some(loss),
            _ => None,
        }
    }

    /// Returns the kind of a change of the job's time.
    #[must_use]
    pub fn walltime(&self) -> Option<Walltime> {
        match self.body {
            MessageBody::Walltime { walltime, .. } => Some(walltime),
            _ => None,
        }
    }

    /// Returns the job that waits, or that the server runs in.
    #[must_use]
    pub fn job(&self) -> Option<JobInfo> {
        match &self.body {
            MessageBody::Walltime { job, .. } | MessageBody::Job { job } => Some(job.clone()),
            MessageBody::Ready(ready) => ready.job.clone(),
            _ => None,
        }
    }

    /// Puts a newer state of the job into a message that tells of one.
    pub(in crate::ipc) fn update_job(&mut self, newer: &JobInfo) {
        match &mut self.body {
            MessageBody::Ready(ready) => ready.job = Some(newer.clone()),
            MessageBody::Walltime { job, .. } | MessageBody::Job { job } => job.clone_from(newer),
            _ => {}
        }
    }

    /// Returns the words of a remark.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        match &self.body {
            MessageBody::Note { note, .. }
            | MessageBody::Loss { note, .. }
            | MessageBody::CellDone { note, .. }
            | MessageBody::Idle { note, .. }
            | MessageBody::PageOpen { note, .. }
            | MessageBody::Walltime { note, .. } => Some(note),
            _ => None,
        }
    }

    /// Returns the local port of a `ready` message's tunnel that leads to that target.
    #[must_use]
    pub fn leads_to(&self, remote: &str) -> Option<u16> {
        let mut forwards = self.ready()?.forwards.iter();
        let forward = forwards.find(|forward| forward.remote == remote)?;
        Some(forward.local_port)
    }

    /// Returns the tunnel of a `ready` message.
    #[must_use]
    pub fn ready(&self) -> Option<&Ready> {
        match &self.body {
            MessageBody::Ready(ready) if self.phase == Phase::Ready => Some(ready),
            _ => None,
        }
    }
}

impl MessageBody {
    fn of(event: &Event, host: &str) -> Option<Self> {
        let note = |note: &String, waits, warns| Self::Note {
            note: note.clone(),
            waits,
            warns,
        };
        Some(match event {
            Event::Phase(_) | Event::Closed => Self::Phase {},
            Event::Note(text) => note(text, false, false),
            Event::Waits(text) => note(text, true, false),
            Event::Warning(text) => note(text, false, true),
            Event::Loss(loss) => Self::Loss {
                note: loss_words(loss),
                loss: loss.clone(),
            },
            Event::Job(job) => Self::Job { job: job.clone() },
            Event::Ready(ready) => Self::Ready(ready.clone()),
            Event::Walltime(job, change) => Self::walltime(job, *change),
            Event::Kernels(kernels) => Self::Kernels {
                kernels: kernels.clone(),
            },
            Event::CellDone(done) => Self::CellDone {
                note: done.words(),
                cell_done: done.clone(),
            },
            Event::Idle(idle) => Self::Idle {
                note: idle.words(host),
                idle: *idle,
            },
            Event::PageOpen => Self::PageOpen {
                note: fl!("session-page-open"),
                page_open: true,
            },
            Event::Log { path, text } => Self::Log {
                log: LogText {
                    path: path.clone(),
                    text: text.clone(),
                },
            },
            Event::Usage(usage) => Self::Usage {
                usage: usage.clone(),
            },
            Event::Refused(problem) => Self::Refused {
                refused: problem.clone(),
            },
            Event::Failed(problem) => Self::Failed(problem.clone()),
            Event::Ask(..)
            | Event::Seen(_)
            | Event::Choices(_)
            | Event::Paths(_)
            | Event::Step(_) => return None,
        })
    }

    fn walltime(job: &JobInfo, walltime: Walltime) -> Self {
        let note = match walltime {
            Walltime::Short => job.short(),
            Walltime::Extended => job.longer(),
        };
        Self::Walltime {
            note,
            walltime,
            job: job.clone(),
        }
    }
}

/// Returns a loss as a line of a terminal or a log.
fn loss_words(loss: &Loss) -> String {
    let cause = loss.cause.as_str();
    match loss.retry_in {
        _ if loss.needs_login => fl!("lost-log-in", cause = cause),
        Some(seconds) => fl!("lost-next-try", cause = cause, count = seconds),
        None => fl!("lost-trying", cause = cause),
    }
}

/// Returns the phase that goes on after an event, if `phase` did before it.
fn phase_after(event: &Event, phase: Phase) -> Phase {
    match event {
        Event::Phase(phase) => *phase,
        Event::Ready(_) => Phase::Ready,
        Event::Failed(_) => Phase::Failed,
        Event::Closed => Phase::Closed,
        _ => phase,
    }
}

/// The keys of the body are sorted: lines that scripts have seen stay the same, byte for byte.
impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Line<'a> {
            host: &'a str,
            phase: Phase,
            at_ms: u64,
            #[serde(flatten)]
            body: Value,
        }
        Line {
            host: &self.host,
            phase: self.phase,
            at_ms: self.at_ms,
            body: serde_json::to_value(&self.body).map_err(serde::ser::Error::custom)?,
        }
        .serialize(serializer)
    }
}

/// Reads a problem. One whose code only a newer version knows keeps its words.
fn read_problem<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Problem, D::Error> {
    #[derive(Deserialize)]
    struct Line {
        code: Value,
        title: String,
        detail: String,
        remedy: String,
    }
    let line = Line::deserialize(deserializer)?;
    let code = serde_json::from_value(line.code).unwrap_or(Code::Unsupported);
    Ok(Problem::new(code, line.title, line.detail, line.remedy))
}
