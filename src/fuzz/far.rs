//! The script on the remote host, and what it reads there.

use super::text::text;
use crate::config::{Host, LauncherKind};
use crate::jupyter::HostInfo;
use crate::remote::{
    DiscoveryBuilder, JobRecord, NodeUsage, OtherServers, OutputCollector, ScriptMessage,
    SharedRuntimeFile,
};
use crate::scheduler::{LocalTime, adapter};
use crate::ssh::LineBuffer;

/// The nonce of the frames.
const NONCE: &str = "n0";

const SCHEDULERS: [LauncherKind; 4] = [
    LauncherKind::Sge,
    LauncherKind::Slurm,
    LauncherKind::Pbs,
    LauncherKind::Lsf,
];

/// Standard output of the script, among whatever start-up files print.
pub fn script_frames(bytes: &[u8]) {
    let mut output = LineBuffer::default();
    // In two pieces: a frame may come in several.
    let (first, second) = bytes.split_at(bytes.len() / 2);
    output.take(first);
    output.take(second);
    let frames: Vec<ScriptMessage> = output
        .into_lines()
        .iter()
        .filter_map(|line| ScriptMessage::parse(line, NONCE))
        .collect();
    let mut collector = OutputCollector::default();
    for frame in &frames {
        if let Some(output) = collector.take(frame.clone()) {
            let _ = (output.words(), output.section("1"));
        }
        if let ScriptMessage::Launched(file) | ScriptMessage::Ready(file) = frame {
            let _ = file.server(Some(1000));
        }
    }
    for kind in SCHEDULERS {
        discover(kind, &frames);
    }
}

/// Does with the frames of a look as a session does.
fn discover(kind: LauncherKind, frames: &[ScriptMessage]) {
    let mut host = Host::named("gpu01");
    host.launcher = kind;
    let (Some(scheduler), mut builder) = (adapter(kind), DiscoveryBuilder::default()) else {
        return;
    };
    let mut host_info = HostInfo::default();
    for frame in frames {
        host_info = builder.take(frame.clone()).unwrap_or(host_info);
    }
    let Ok(missing) = builder.missing(&host) else {
        return;
    };
    if let Some(list) = builder.list().cloned() {
        builder.answer(scheduler, &missing, &list);
    }
    let others = OtherServers::default();
    let _ = builder.new_server("4711", Some("n7"), &others, None, &host_info);
    if let Ok(mut discovery) = builder.finish(&host, host_info) {
        discovery.set_back(60);
    }
}

/// The folder of a job, and a runtime file of another node.
pub fn job_records(bytes: &[u8]) {
    let text = text(bytes);
    let record = JobRecord::parse(&text);
    let _ = (
        record.printed(),
        record.submitted_at(LocalTime::parse(&text)),
    );
    if let Some(ready) = &record.ready {
        let _ = ready.server(Some(1000));
    }
    let shared = SharedRuntimeFile::parse(&text);
    let names = &shared.names;
    let file = crate::jupyter::RuntimeFile::elsewhere(
        &shared.file,
        shared.uid,
        shared.json.clone(),
        ("n7", names),
    );
    if let Some(file) = file {
        let _ = file.server(Some(1000));
    }
    for kind in SCHEDULERS {
        if let Some(scheduler) = adapter(kind) {
            let _ = scheduler.parse_job_id(&record.printed());
        }
    }
}

/// The lists of the tools that say how busy a machine is.
pub fn usage(bytes: &[u8]) {
    let text = text(bytes);
    for server in [0, 100] {
        let usage = NodeUsage::parse(&text, server);
        let is_plain = |name: &str| name.chars().count() <= 60 && !name.contains(char::is_control);
        assert!(is_plain(&usage.node));
        assert!(usage.gpus.iter().all(|gpu| is_plain(&gpu.name)));
        let can_be_shown = |one: &crate::remote::Listener| {
            is_plain(&one.name) && crate::config::Forward::to(&one.remote).is_some()
        };
        assert!(usage.listeners.iter().all(can_be_shown), "{usage:?}");
        let _ = serde_json::to_string(&usage);
    }
}
