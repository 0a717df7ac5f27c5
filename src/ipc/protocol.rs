//! Requests and answers, and the JSON events of the command line: one object a line.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::version::{VERSION, misunderstood};
use crate::i18n::fl;
use crate::jupyter::Activity;
use crate::problem::{Code, Problem};
use crate::session::{Event, JobInfo, Loss, Phase, Ready, Walltime};

/// Request to the program that holds a tunnel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "lowercase")]
pub enum Request {
    /// Open the page again, and answer with events up to `ready` or `failed`.
    Open {
        /// True if the browser is to be opened.
        browser: bool,
        /// A notebook or folder instead of the usual page.
        notebook: Option<String>,
    },
    /// Answer with the newest event.
    Status,
    /// Answer with events up to the end, whatever they are.
    Watch,
    /// Answer with the newest launch's log; if the tunnel does not stand, with the newest event.
    Logs,
    /// Close the tunnel, and answer with events up to the end.
    Close,
    /// Try to connect again now, if the connection is lost, and answer with the newest event.
    Check,
    /// Give the server's job more time, and answer with events up to `walltime` or a refusal; if the
    /// tunnel does not stand, with the newest event.
    Extend {
        /// Seconds to add.
        by: u64,
    },
    /// Stop the server, and answer with events up to the end, or to a refusal.
    Stop {
        /// True if busy kernels may be shut down.
        force: bool,
    },
}

/// Request to the app, which answers [`AppRequest::Connect`] with one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "lowercase")]
pub enum AppRequest {
    /// It was started once more: open the usual host, or show that it is there.
    #[serde(rename = "summon")]
    Show,
    /// An address of ours was opened.
    #[serde(rename = "visit")]
    DeepLink {
        /// `remote-jupyter://…`.
        url: String,
    },
    /// Connect a host, without opening the browser. The answer comes when the host has its socket.
    Connect {
        /// The host's name.
        host: String,
    },
}

/// The first line that a holder sends. Versions that know of none skip it, since it is no message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolderGreeting {
    /// The holder's version.
    pub version: String,
}

impl HolderGreeting {
    /// Returns the greeting of this version.
    #[must_use]
    pub fn of_this_version() -> Self {
        Self {
            version: VERSION.to_owned(),
        }
    }
}

/// Returns the line that asks for something, with this program's version.
///
/// # Errors
/// When the request cannot be written as JSON.
pub fn request_line<R: Serialize>(request: &R) -> serde_json::Result<String> {
    #[derive(Serialize)]
    struct Line<'a, R> {
        #[serde(flatten)]
        request: &'a R,
        version: &'static str,
    }
    let version = VERSION;
    serde_json::to_string(&Line { request, version }).map(|line| line + "\n")
}

/// Reads a request from its line.
///
/// # Errors
/// When it is none that this version knows: with an answer for the other program, if that is of
/// another version.
pub fn read_request<R: DeserializeOwned>(
    line: &str,
    host: &str,
) -> Result<R, Option<Box<Message>>> {
    #[derive(Deserialize)]
    struct Peer {
        version: Option<String>,
    }
    serde_json::from_str(line).map_err(|_| {
        let client: Peer = serde_json::from_str(line).ok()?;
        let problem = misunderstood(host, client.version.as_deref(), Some(VERSION))?;
        Message::of(&Event::Failed(problem), host, 0, Phase::Failed).map(Box::new)
    })
}

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
            body: MessageBody::of(event)?,
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
            | MessageBody::Walltime { .. }
            | MessageBody::Loss { .. }
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
    pub(super) fn update_job(&mut self, newer: &JobInfo) {
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
            | MessageBody::Walltime { note, .. } => Some(note),
            _ => None,
        }
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
    fn of(event: &Event) -> Option<Self> {
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
            Event::Log { path, text } => Self::Log {
                log: LogText {
                    path: path.clone(),
                    text: text.clone(),
                },
            },
            Event::Refused(problem) => Self::Refused {
                refused: problem.clone(),
            },
            Event::Failed(problem) => Self::Failed(problem.clone()),
            Event::Ask(..) | Event::Seen(_) | Event::Step(_) => return None,
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

#[cfg(test)]
mod recorded;
#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::secret::Secret;
    use crate::session::{Forwarded, InspectReport, ServerInfo};

    #[test]
    fn ready_comes_back_as_it_was() {
        let ready = Ready {
            url: Secret::new("http://localhost:1/lab?token=t"),
            local_port: 1,
            server: ServerInfo {
                host: "n".into(),
                port: Some(2),
                socket: None,
                pid: 3,
                version: "2".into(),
                base_url: "/".into(),
            },
            job: Some(JobInfo {
                scheduler: "slurm".into(),
                id: "4711".into(),
                ends: Some(1_795_503_762),
                ..JobInfo::default()
            }),
            reused: true,
            forwards: vec![Forwarded {
                name: "TensorBoard".into(),
                local_port: 16006,
            }],
            again: true,
        };
        let event = Event::Ready(Box::new(ready.clone()));
        let message = Message::of(&event, "h", 7, Phase::Forwarding).unwrap();
        let line = serde_json::to_string(&message).unwrap();
        let back: Message = serde_json::from_str(&line).unwrap();
        assert_eq!(back.ready(), Some(&ready));
        assert!(
            line.starts_with(r#"{"host":"h","phase":"ready","at_ms":7,"#),
            "{line}"
        );
        assert!(line.contains(r#""job":{"ends":1795503762,"id":"4711","node":null"#));
    }

    #[test]
    fn a_failure_carries_code_title_detail_and_remedy() {
        let problem = Problem::new(Code::Refused, "t", "d", "r");
        let message = Message::of(&Event::Failed(problem.clone()), "h", 7, Phase::Ready).unwrap();
        assert_eq!(message.phase, Phase::Failed);
        let written = serde_json::to_value(&message).unwrap();
        assert_eq!(written["code"], "connection_refused");
        assert_eq!(message.problem().unwrap(), problem);
    }

    #[test]
    fn requests_are_small_objects() {
        let text = serde_json::to_string(&Request::Stop { force: true }).unwrap();
        assert_eq!(text, r#"{"command":"stop","force":true}"#);
    }

    fn of(event: &Event) -> Option<Message> {
        Message::of(event, "h", 7, Phase::Starting)
    }

    #[test]
    fn a_remark_keeps_the_phase_that_goes_on() {
        let message = of(&Event::Note("a port was taken".into())).unwrap();
        assert_eq!(message.phase, Phase::Starting);
        assert_eq!(message.note(), Some("a port was taken"));
        assert!(message.ready().is_none() && !message.is_refusal());
    }

    #[test]
    fn a_refusal_is_no_end() {
        let problem = Problem::new(Code::KernelsBusy, "t", "d", "r");
        let message = of(&Event::Refused(problem.clone())).unwrap();
        assert!(message.is_refusal());
        assert_eq!(message.phase, Phase::Starting);
        assert_eq!(message.problem(), Some(problem));
    }

    #[test]
    fn news_of_the_time_is_a_note_with_the_job() {
        let job = JobInfo {
            id: "7".into(),
            ends: Some(1_795_503_762),
            ..JobInfo::default()
        };
        for what in [Walltime::Short, Walltime::Extended] {
            let message = of(&Event::Walltime(job.clone(), what)).unwrap();
            assert!(message.is_remark() && message.problem().is_none());
            assert!(message.note().is_some_and(|note| note.contains('7')));
            assert_eq!(message.walltime(), Some(what));
            assert_eq!(message.job().as_ref(), Some(&job));
        }
        let text = serde_json::to_string(&Request::Extend { by: 60 }).unwrap();
        assert_eq!(text, r#"{"command":"extend","by":60}"#);
    }

    #[test]
    fn remarks_come_back_as_they_were() {
        let log = Event::Log {
            path: "/p".into(),
            text: "t".into(),
        };
        let message = of(&log).unwrap();
        assert!(message.is_remark() && message.note().is_none());
        assert_eq!(message.log(), Some(("/p", "t")));
        let message = of(&Event::Kernels(Activity::default())).unwrap();
        assert!(message.is_remark() && message.log().is_none());
        let kernels = Activity::default();
        assert_eq!(message.body, MessageBody::Kernels { kernels });
        assert!(!of(&Event::Phase(Phase::Reconnecting)).unwrap().is_remark());
    }

    #[test]
    fn what_is_for_the_client_alone_is_no_message() {
        for event in [
            Event::Seen(InspectReport::default()),
            Event::Step("s".into()),
        ] {
            assert_eq!(of(&event), None);
        }
    }

    #[test]
    fn a_ready_message_with_something_missing_is_not_ready() {
        let whole = r#"{"host":"h","phase":"ready","at_ms":1,"url":"u","local_port":1,"reused":true,
            "server":{"host":"n","pid":3,"version":"2","base_url":"/"}}"#;
        let read = |text: &str| serde_json::from_str::<Message>(text).unwrap();
        assert!(read(whole).ready().is_some());
        for (part, instead) in [
            (r#""url":"u","#, ""),
            (r#""local_port":1"#, r#""local_port":70000"#),
            (r#""pid":3,"#, ""),
            (r#""reused":true"#, r#""reused":"yes""#),
            (r#""phase":"ready""#, r#""phase":"starting""#),
        ] {
            assert!(whole.contains(part), "{part}");
            assert!(read(&whole.replace(part, instead)).ready().is_none());
        }
    }

    #[test]
    fn what_only_a_newer_version_knows_keeps_its_phase_and_its_words() {
        let read = |more: &str| {
            let line = format!(r#"{{"host":"h","phase":"failed","at_ms":1{more}}}"#);
            serde_json::from_str::<Message>(&line).unwrap()
        };
        let problem = r#"{"code":"newer","title":"t","detail":"d","remedy":"r","more":1}"#;
        let failed = read(&format!(",{}", problem.trim_matches(['{', '}'])));
        let known = Problem::new(Code::Unsupported, "t", "d", "r");
        assert_eq!(failed.body, MessageBody::Failed(known.clone()));
        let refused = read(&format!(r#","refused":{problem}"#));
        assert_eq!(refused.body, MessageBody::Refused { refused: known });
        assert_eq!(read(r#","newer":[1]"#).body, MessageBody::Phase {});
        let noted = read(r#","note":"n","newer":[1]"#);
        assert_eq!(noted.note(), Some("n"));
    }

    #[test]
    fn a_request_tells_the_version_and_is_read_by_those_that_tell_none() {
        let stop = Request::Stop { force: true };
        let line = request_line(&stop).unwrap();
        let version = format!(r#""version":"{VERSION}""#);
        assert_eq!(
            line,
            format!("{{\"command\":\"stop\",\"force\":true,{version}}}\n")
        );
        assert_eq!(serde_json::from_str::<Request>(&line).unwrap(), stop);
        let line = request_line(&Request::Status).unwrap();
        let older = serde_json::from_str::<Request>(&line).unwrap();
        assert_eq!(older, Request::Status);
        let line = request_line(&AppRequest::Show).unwrap();
        let older = serde_json::from_str::<AppRequest>(&line).unwrap();
        assert_eq!(older, AppRequest::Show);
    }

    #[test]
    fn an_unknown_request_is_answered_where_versions_differ() {
        let read = |line: &str| read_request::<Request>(line, "h");
        assert_eq!(read(r#"{"command":"status"}"#), Ok(Request::Status));
        let own = format!(r#"{{"command":"dance","version":"{VERSION}"}}"#);
        for line in ["", "[]", "GET / HTTP/1.1", &own] {
            assert_eq!(read(line), Err(None), "{line}");
        }
        let newer = read(r#"{"command":"dance","version":"99.0.0"}"#).unwrap_err();
        let problem = crate::problem::holder_too_old("h", Some("99.0.0"), Some(VERSION));
        let newer = newer.unwrap();
        assert_eq!(
            (newer.phase, newer.problem()),
            (Phase::Failed, Some(problem))
        );
        let older = read(r#"{"command":"dance"}"#).unwrap_err().unwrap();
        let problem = crate::problem::client_too_old("h", None, Some(VERSION));
        assert_eq!(older.problem(), Some(problem));
    }

    #[test]
    fn older_programs_skip_the_greeting() {
        let line = serde_json::to_string(&HolderGreeting::of_this_version()).unwrap();
        assert_eq!(line, format!(r#"{{"version":"{VERSION}"}}"#));
        assert!(serde_json::from_str::<Message>(&line).is_err());
    }

    #[test]
    fn requests_come_back_as_they_were_and_unknown_ones_do_not() {
        let open = Request::Open {
            browser: false,
            notebook: Some("a b.ipynb".into()),
        };
        let plain = [
            Request::Status,
            Request::Watch,
            Request::Logs,
            Request::Close,
        ];
        for request in plain.into_iter().chain([open]) {
            let text = serde_json::to_string(&request).unwrap();
            assert_eq!(serde_json::from_str::<Request>(&text).unwrap(), request);
        }
        for text in [r#"{"command":"dance"}"#, r#"{"command":"stop"}"#, "{}", ""] {
            assert!(serde_json::from_str::<Request>(text).is_err(), "{text}");
        }
    }
}
