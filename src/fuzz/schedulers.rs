//! Output of the commands of schedulers.

use super::text::text;
use crate::config::{Host, LauncherKind};
use crate::scheduler::{
    CommandOutput, Dialect, Job, JobIdentity, LocalTime, Presence, Scheduler, adapter, job_name,
    may_rerun,
};

pub fn grid_engine(bytes: &[u8]) {
    read(LauncherKind::Sge, bytes);
}

pub fn slurm(bytes: &[u8]) {
    read(LauncherKind::Slurm, bytes);
}

pub fn pbs(bytes: &[u8]) {
    read(LauncherKind::Pbs, bytes);
}

pub fn lsf(bytes: &[u8]) {
    read(LauncherKind::Lsf, bytes);
}

/// The lists that a user chooses from. Whatever they hold, the lines made of them are lines.
pub fn choices(bytes: &[u8]) {
    let choices = crate::scheduler::HostChoices::parse(&text(bytes));
    let lines = choices.environments.iter().chain(&choices.modules);
    for line in lines.chain(choices.queues.iter().map(|queue| &queue.name)) {
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
}

/// Standard output, standard error and the remote host's clock, with record separators between them.
pub fn command_output(text: &str) -> CommandOutput {
    let mut parts = text.splitn(3, '\x1e');
    let mut next = || parts.next().unwrap_or_default();
    let (out, err, clock) = (next(), next(), next());
    let clock = if clock.is_empty() {
        "1795503762 2026-11-24T16:02:42"
    } else {
        clock
    };
    CommandOutput {
        status: i32::from(!err.is_empty()),
        out: out.to_owned(),
        err: err.to_owned(),
        clock: LocalTime::parse(clock),
    }
}

/// Asks the adapter everything that it can tell of an output.
fn read(kind: LauncherKind, bytes: &[u8]) {
    let text = text(bytes);
    let Some(scheduler) = adapter(kind) else {
        return;
    };
    let mut host = Host::named("gpu01");
    host.launcher = kind;
    let whole = command_output(&text);
    for answer in [whole.section("4711"), whole.clone().without_marks(), whole] {
        let _ = answer.words();
        let jobs = scheduler.parse_jobs(&answer).unwrap_or_default();
        let id = scheduler.parse_job_id(&answer.out);
        submitted(scheduler, &host, &answer, id.as_deref());
        let _ = (
            scheduler.dialect(&answer),
            scheduler.rehearsed(&answer),
            scheduler.obstacle(&host, &answer),
            scheduler.parse_pending_reason(&answer),
            scheduler.denies(&answer.words()),
        );
        for mut job in jobs.into_iter().take(16) {
            found(scheduler, &answer, &job);
            job.set_back(86_400);
        }
    }
    let options: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    let _ = may_rerun(scheduler, &options);
    host.options = options;
    let _ = (
        job_name(scheduler, &host),
        scheduler.submit(&host, Dialect::Usual),
    );
}

/// An id goes into command lines: no shell may read more than a word in it.
fn submitted(scheduler: &dyn Scheduler, host: &Host, answer: &CommandOutput, id: Option<&str>) {
    let Some(id) = id else {
        return;
    };
    let quoted = crate::shell_quote::quote(id);
    for line in [scheduler.cancel(id), scheduler.query(id)] {
        let bare = line.replace(&quoted, "");
        assert!(
            !id.contains(['\'', '`', '$', '\n', '&', '|']) || !bare.contains(id),
            "{id:?} in {line:?}"
        );
    }
    let _ = (scheduler.list(host), scheduler.presence(id, answer));
}

fn found(scheduler: &dyn Scheduler, answer: &CommandOutput, job: &Job) {
    let identity = JobIdentity::of(job);
    let _ = identity.is(job);
    if let Presence::Listed(listed) = scheduler.presence(&job.id, answer).of(&identity) {
        let _ = identity.is(&listed);
    }
}
