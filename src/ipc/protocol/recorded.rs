//! Lines that other versions and users' scripts rely on, one of each kind, as recorded from version
//! 0.1.0: `messages.jsonl` and `requests.jsonl`. The files only ever gain lines.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::Resources;
use crate::jupyter::{Activity, KernelAction, Kernels, Notebook};
use crate::problem::{Code, Problem};
use crate::secret::Secret;
use crate::session::{
    CellDone, Event, Forwarded, Gpu, IdleTime, JobInfo, KernelMemory, Listener, Loss, MemoryUse,
    NodeUsage, OwnShare, Phase, Ready, ServerInfo, Walltime,
};

const REQUESTS: &str = include_str!("requests.jsonl");

/// The recorded messages. Notes about a job's time take their words from the catalogue.
fn messages() -> String {
    include_str!("messages.jsonl")
        .replace("{short}", &job().short())
        .replace("{longer}", &job().longer())
        .replace("{idle}", &idle(Some(1_795_510_000)).words("gpu01"))
}

/// A job whose end is long past, so that its words depend neither on the clock nor on the time zone.
fn job() -> JobInfo {
    JobInfo {
        scheduler: "slurm".into(),
        id: "4711".into(),
        state: Some("PENDING".into()),
        reason: Some("Priority".into()),
        place: Some(3),
        start_estimate: Some(3600),
        usual_wait: None,
        node: Some("node17".into()),
        started: Some(7200),
        ends: Some(10800),
    }
}

fn ready(socket: bool) -> Ready {
    Ready {
        url: Secret::new("http://localhost:8890/lab?token=abcdef0123"),
        local_port: 8890,
        server: ServerInfo {
            host: "node17".into(),
            port: (!socket).then_some(8888),
            socket: socket.then(|| "/run/user/1000/jupyter.sock".into()),
            pid: 12345,
            version: "2.14.0".into(),
            base_url: "/user/me/".into(),
        },
        job: (!socket).then(job),
        reused: socket,
        forwards: if socket {
            Vec::new()
        } else {
            vec![Forwarded {
                name: "TensorBoard".into(),
                local_port: 16006,
                remote: String::new(),
            }]
        },
        again: !socket,
    }
}

fn activity() -> Activity {
    Activity {
        kernels: Kernels { total: 2, busy: 1 },
        open: 0,
        notebooks: vec![Notebook {
            path: "a b.ipynb".into(),
            name: "a b".into(),
            kernel: "python3".into(),
            state: "busy".into(),
            ..Notebook::default()
        }],
        latest: Some("a b.ipynb".into()),
        ..Activity::default()
    }
}

fn kernels() -> Activity {
    let busy = Notebook {
        id: "6e5f".into(),
        busy_since: Some(3600),
        ..activity().notebooks.remove(0)
    };
    let alone = Notebook {
        name: "python3".into(),
        kernel: "python3".into(),
        state: "idle".into(),
        id: "7a8b".into(),
        ..Notebook::default()
    };
    Activity {
        kernels: Kernels { total: 2, busy: 1 },
        notebooks: vec![busy],
        alone: vec![alone],
        ..Activity::default()
    }
}

fn cell_done() -> CellDone {
    CellDone {
        notebook: "work/a b.ipynb".into(),
        name: "a b.ipynb".into(),
        seconds: 754,
        error: None,
    }
}

fn idle(ends: Option<i64>) -> IdleTime {
    let unused = if ends.is_some() { 6600 } else { 0 };
    IdleTime { ends, unused }
}

fn usage() -> NodeUsage {
    NodeUsage {
        node: "node17".into(),
        has_server: true,
        at: 3600,
        load: Some(3.25),
        cores: Some(16),
        memory: Some(MemoryUse {
            used: 16,
            total: 64,
        }),
        gpus: vec![Gpu {
            name: "A100".into(),
            busy: Some(87),
            ..Gpu::default()
        }],
        own: Some(OwnShare {
            processes: 3,
            cores: Some(1.5),
            memory: 300,
            limit: None,
        }),
        kernels: vec![KernelMemory {
            id: "6e5f".into(),
            bytes: 200,
        }],
        listeners: vec![Listener {
            name: "MLflow".into(),
            port: 5000,
            remote: "127.0.0.1:5000".into(),
            is_known: true,
        }],
        can_forward: true,
    }
}

fn open_page() -> Activity {
    Activity {
        kernels: Kernels { total: 1, busy: 0 },
        open: 1,
        ..Activity::default()
    }
}

fn problem() -> Problem {
    Problem::new(
        Code::JobRefused,
        "the job was refused",
        "sbatch: error\nmore",
        "Choose another queue.",
    )
}

fn loss(retry_in: Option<u64>) -> Event {
    let cause = "no answer for 45 s".into();
    Event::Loss(Loss {
        cause,
        retry_in,
        needs_login: false,
        ..Loss::default()
    })
}

/// One event of each kind that others read, and the phase that goes on beside it.
fn events() -> Vec<(Event, Phase)> {
    let log = Event::Log {
        path: "~/.local/share/log".into(),
        text: "one\ntwo \"quoted\" 日本\n".into(),
    };
    vec![
        (Event::Phase(Phase::Connecting), Phase::Resolving),
        (Event::Note("port 8890 was taken".into()), Phase::Forwarding),
        (
            Event::Waits("it may wait for you".into()),
            Phase::Authenticating,
        ),
        (Event::Job(job()), Phase::Queued),
        (Event::Job(JobInfo::default()), Phase::Queued),
        (Event::Ready(Box::new(ready(false))), Phase::Forwarding),
        (Event::Ready(Box::new(ready(true))), Phase::Forwarding),
        (Event::Walltime(job(), Walltime::Short), Phase::Ready),
        (Event::Walltime(job(), Walltime::Extended), Phase::Ready),
        (Event::Kernels(activity()), Phase::Ready),
        (Event::Kernels(Activity::default()), Phase::Ready),
        (log, Phase::Ready),
        (Event::Refused(problem()), Phase::Ready),
        (Event::Phase(Phase::Reconnecting), Phase::Ready),
        (Event::Failed(problem()), Phase::Submitting),
        (Event::Closed, Phase::Ready),
        (Event::Warning("open to all".into()), Phase::Ready),
        (loss(None), Phase::Reconnecting),
        (loss(Some(4)), Phase::Reconnecting),
        (Event::Kernels(open_page()), Phase::Ready),
        (Event::PageOpen, Phase::Ready),
        (Event::CellDone(cell_done()), Phase::Ready),
        (Event::Kernels(kernels()), Phase::Ready),
        (Event::Idle(idle(Some(1_795_510_000))), Phase::Ready),
        (Event::Idle(idle(None)), Phase::Ready),
        (Event::Usage(Box::new(usage())), Phase::Ready),
    ]
}

#[test]
fn every_event_is_written_as_it_was_recorded() {
    let lines = events().into_iter().zip(1..).map(|((event, phase), at)| {
        let message = Message::of(&event, "gpu01", at, phase).unwrap();
        serde_json::to_string(&message).unwrap() + "\n"
    });
    assert_eq!(lines.collect::<String>(), messages());
}

#[test]
fn every_recorded_message_comes_back_as_its_event() {
    for (line, (event, phase)) in messages().lines().zip(events()) {
        let read: Message = serde_json::from_str(line).unwrap();
        let written = Message::of(&event, "gpu01", read.at_ms, phase).unwrap();
        assert_eq!(read, written, "{line}");
        assert_eq!(serde_json::to_string(&read).unwrap(), line);
    }
}

#[test]
fn every_recorded_request_is_understood() {
    let notebook = Some("a b.ipynb".to_owned());
    let of_a_host = [
        Request::Open {
            browser: true,
            notebook,
            unless_open: false,
        },
        Request::Open {
            browser: false,
            notebook: None,
            unless_open: false,
        },
        Request::Status,
        Request::Watch,
        Request::Logs,
        Request::Close,
        Request::Extend { by: 3600 },
        Request::Stop { force: false },
        Request::Check,
        Request::Open {
            browser: true,
            notebook: None,
            unless_open: true,
        },
        Request::Forward {
            remote: "node17:6006".into(),
        },
        Request::Keep,
        Request::Kernel {
            id: "6e5f".into(),
            action: KernelAction::ShutDown,
        },
        Request::Usage,
    ];
    let url = "remote-jupyter://open/gpu01".to_owned();
    let host = "gpu01".to_owned();
    let resources = Resources {
        queue: Some("gpu".into()),
        gpus: Some(1),
        ..Resources::default()
    };
    let of_the_app = [
        AppRequest::Show,
        AppRequest::DeepLink { url },
        AppRequest::Connect { host: host.clone() },
        AppRequest::Start { host, resources },
    ];
    let lines: Vec<&str> = REQUESTS.lines().collect();
    let (hosts, apps) = lines.split_at(of_a_host.len());
    for (line, request) in hosts.iter().zip(&of_a_host) {
        assert_eq!(&serde_json::from_str::<Request>(line).unwrap(), request);
        assert_eq!(serde_json::to_string(request).unwrap(), *line);
    }
    assert_eq!(apps.len(), of_the_app.len());
    for (line, request) in apps.iter().zip(&of_the_app) {
        assert_eq!(&serde_json::from_str::<AppRequest>(line).unwrap(), request);
        assert_eq!(serde_json::to_string(request).unwrap(), *line);
    }
}
