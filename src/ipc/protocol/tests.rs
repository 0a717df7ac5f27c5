#![allow(clippy::unwrap_used)]
use super::super::version::VERSION;
use super::*;
use crate::jupyter::Activity;
use crate::problem::{Code, Problem};
use crate::secret::Secret;
use crate::session::{
    Event, Forwarded, InspectReport, JobInfo, Phase, Ready, ServerInfo, Walltime,
};

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
            remote: String::new(),
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
        unless_open: false,
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
