//! Requests and answers, and the JSON events of the command line: one object a line.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::jupyter::Activity;
use crate::problem::Problem;
use crate::secret::Secret;
use crate::session::{Event, Forwarded, JobInfo, Phase, Ready, ServerInfo, Walltime};

/// What one program asks of the one that holds a tunnel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "lowercase")]
pub enum Request {
    /// Open the page again, and answer with events up to `ready` or `failed`.
    Open {
        /// Whether to open the browser.
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
    /// Give the server's job more time, and answer with events up to `walltime` or a refusal; if the
    /// tunnel does not stand, with the newest event.
    Extend {
        /// How many seconds more.
        by: u64,
    },
    /// Stop the server, and answer with events up to the end, or to a refusal.
    Stop {
        /// Whether busy kernels may be ended.
        force: bool,
    },
}

/// What one program asks of the app, which answers [`AppRequest::Connect`] with one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "lowercase")]
pub enum AppRequest {
    /// It was started once more: open the usual host, or show that it is there.
    Show,
    /// An address of ours was opened.
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

/// An event as others read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The host's name.
    pub host: String,
    /// The phase.
    pub phase: Phase,
    /// Milliseconds since the session began.
    pub at_ms: u64,
    /// What else belongs to the phase.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

impl Message {
    /// The message of an event. `phase` is the phase that goes on while an event is no phase of its
    /// own. Questions are for the program that asked, and make none.
    #[must_use]
    pub fn of(event: &Event, host: &str, at_ms: u64, phase: Phase) -> Option<Self> {
        let (phase, more) = match event {
            Event::Phase(phase) => (*phase, json!({})),
            Event::Note(text) => (phase, json!({ "note": text })),
            Event::Waits(text) => (phase, json!({ "note": text, "waits": true })),
            Event::Job(job) => (phase, json!({ "job": job })),
            Event::Ready(ready) => (Phase::Ready, ready_fields(ready)),
            Event::Walltime(job, what) => (phase, walltime_fields(job, *what)),
            Event::Kernels(activity) => (phase, json!({ "kernels": activity })),
            Event::Log { path, text } => (phase, json!({ "log": { "path": path, "text": text } })),
            Event::Refused(problem) => (phase, json!({ "refused": problem })),
            Event::Failed(problem) => (Phase::Failed, json!(problem)),
            Event::Closed => (Phase::Closed, json!({})),
            Event::Ask(..) | Event::Seen(_) | Event::Step(_) => return None,
        };
        let Value::Object(more) = more else {
            return None;
        };
        Some(Self {
            host: host.to_owned(),
            phase,
            at_ms,
            more,
        })
    }

    /// The failure of a `failed` message, or of a refusal.
    #[must_use]
    pub fn problem(&self) -> Option<Problem> {
        let fields = match self.more.get("refused") {
            Some(refused) => refused.clone(),
            None => Value::Object(self.more.clone()),
        };
        serde_json::from_value(fields).ok()
    }

    /// Whether it is a refusal.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.more.contains_key("refused")
    }

    /// Whether it only remarks on something while its phase goes on.
    #[must_use]
    pub fn is_remark(&self) -> bool {
        let remarks = ["note", "refused", "kernels", "log"];
        remarks.iter().any(|field| self.more.contains_key(*field))
    }

    /// What goes on in the server, if that is what it tells.
    #[must_use]
    pub fn kernels(&self) -> Option<Activity> {
        serde_json::from_value(self.more.get("kernels")?.clone()).ok()
    }

    /// The log, if it is one: its path on the far side, empty when there is none, and its text.
    #[must_use]
    pub fn log(&self) -> Option<(&str, &str)> {
        let log = self.more.get("log")?;
        Some((log.get("path")?.as_str()?, log.get("text")?.as_str()?))
    }

    /// What it says about the time of the job, if it does.
    #[must_use]
    pub fn walltime(&self) -> Option<Walltime> {
        serde_json::from_value(self.more.get("walltime")?.clone()).ok()
    }

    /// The job that is waited for, or that the server runs in.
    #[must_use]
    pub fn job(&self) -> Option<JobInfo> {
        serde_json::from_value(self.more.get("job")?.clone()).ok()
    }

    /// The note, if it is one.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.more.get("note")?.as_str()
    }

    /// Returns true if the note is about a login that waits in silence, perhaps for the user.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.more.get("waits").and_then(Value::as_bool) == Some(true)
    }

    /// What a `ready` message says.
    #[must_use]
    pub fn ready(&self) -> Option<Ready> {
        if self.phase != Phase::Ready {
            return None;
        }
        let server: ServerInfo = serde_json::from_value(self.more.get("server")?.clone()).ok()?;
        Some(Ready {
            url: Secret::new(self.more.get("url")?.as_str()?),
            local_port: u16::try_from(self.more.get("local_port")?.as_u64()?).ok()?,
            server,
            job: self.job(),
            reused: self.more.get("reused")?.as_bool()?,
            forwards: self.forwards(),
            again: self.more.get("again").and_then(Value::as_bool) == Some(true),
        })
    }

    /// None from a program that is older than they are.
    fn forwards(&self) -> Vec<Forwarded> {
        let forwards = self.more.get("forwards").cloned();
        let forwards = forwards.and_then(|forwards| serde_json::from_value(forwards).ok());
        forwards.unwrap_or_default()
    }
}

/// A note for whoever reads notes, with the job as it is now.
fn walltime_fields(job: &JobInfo, what: Walltime) -> Value {
    let note = match what {
        Walltime::Short => job.short(),
        Walltime::Extended => job.longer(),
    };
    json!({ "note": note, "walltime": what, "job": job })
}

fn ready_fields(ready: &Ready) -> Value {
    json!({
        "url": ready.url.reveal(),
        "local_port": ready.local_port,
        "server": ready.server,
        "job": ready.job,
        "reused": ready.reused,
        "forwards": ready.forwards,
        "again": ready.again,
    })
}

#[cfg(test)]
mod recorded;
#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::problem::Code;
    use crate::session::InspectReport;

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
        assert_eq!(back.ready().unwrap(), ready);
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
        assert_eq!(message.more["code"], "connection_refused");
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
        assert!(message.is_remark() && message.kernels().is_none());
        assert_eq!(message.log(), Some(("/p", "t")));
        let message = of(&Event::Kernels(Activity::default())).unwrap();
        assert!(message.is_remark() && message.log().is_none());
        assert_eq!(message.kernels(), Some(Activity::default()));
        assert!(!of(&Event::Phase(Phase::Reconnecting)).unwrap().is_remark());
    }

    #[test]
    fn what_is_for_the_asker_alone_is_no_message() {
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
