//! Jobs of a scheduler that were refused, cannot start, or ended: in its own words, with what to do.

use super::code::{Code, Problem, Remedy};
use super::last_words;
use super::remote::set_up_failed;
use crate::config::Host;
use crate::i18n::fl;
use crate::remote::UncertainJob;
use crate::scheduler::{CommandOutput, DetectError, Scheduler, clock};
use crate::secret::redact;
use crate::shell_quote::quote;

/// Explains that the scheduler's commands are not there, or are another scheduler's.
#[must_use]
pub fn no_scheduler(host: &Host, scheduler: &dyn Scheduler, detect_error: &DetectError) -> Problem {
    let (name, scheduler) = (&host.name, scheduler.name());
    let title = fl!("job-no-scheduler", scheduler = scheduler, host = name);
    match detect_error {
        DetectError::Absent(words) => Problem::new(
            Code::SchedulerMissing,
            title,
            redact(words),
            fl!(
                "job-no-scheduler-remedy",
                destination = host.ssh_destination()
            ),
        ),
        DetectError::Other(kind) => Problem::new(
            Code::SchedulerMissing,
            title,
            fl!("job-other-scheduler", kind = kind.as_str()),
            fl!("job-other-scheduler-remedy", kind = kind.as_str()),
        ),
    }
}

/// Explains that a job runs or waits which asked for other resources than the user does now.
#[must_use]
pub fn other_resources(host: &str, id: &str) -> Problem {
    Problem::new(
        Code::AlreadyRunning,
        fl!("job-other-resources", host = host, id = id),
        fl!("job-other-resources-detail"),
        Remedy::by_face(
            fl!("job-other-resources-remedy", host = host),
            fl!("job-other-resources-app"),
        ),
    )
}

/// Explains a submission that the scheduler refused.
#[must_use]
pub fn job_refused(host: &str, scheduler: &str, output: &CommandOutput) -> Problem {
    let words = output.words();
    if is_unreachable(&words) {
        return Problem::new(
            Code::SchedulerSilent,
            fl!("job-not-given", scheduler = scheduler, host = host),
            redact(&words),
            fl!("job-not-given-remedy"),
        );
    }
    Problem::new(
        Code::JobRefused,
        fl!("job-refused", scheduler = scheduler, host = host),
        redact(&words),
        fl!("job-refused-remedy"),
    )
}

/// Returns true if a command could not reach its server, in the words of Slurm, Grid Engine, PBS and LSF: no option of the
/// user's own is to blame.
fn is_unreachable(words: &str) -> bool {
    const SILENT: [&str; 7] = [
        "Unable to contact slurm controller",
        "unable to contact qmaster",
        "commlib error",
        "cannot connect to server",
        "Connection refused",
        "LSF is down",
        "daemon not responding",
    ];
    SILENT.iter().any(|silence| words.contains(silence))
}

/// Explains that the scheduler would refuse a job, which was not submitted.
#[must_use]
pub fn job_would_be_refused(host: &str, scheduler: &str, output: &CommandOutput) -> Problem {
    Problem::new(
        Code::JobRefused,
        fl!("rehearsal-refused", scheduler = scheduler, host = host),
        redact(&output.words()),
        fl!("rehearsal-refused-remedy"),
    )
}

/// Explains a submission that ended without an error and without a job.
#[must_use]
pub fn job_not_taken(host: &str, scheduler: &str, output: &CommandOutput) -> Problem {
    Problem::new(
        Code::JobRefused,
        fl!("job-not-taken", scheduler = scheduler, host = host),
        redact(&output.words()),
        fl!("job-not-taken-remedy"),
    )
}

/// Explains a scheduler that gives no list of jobs.
#[must_use]
pub fn no_list(host: &str, scheduler: &str, words: &str) -> Problem {
    Problem::new(
        Code::SchedulerSilent,
        fl!("job-silent", scheduler = scheduler, host = host),
        redact(words),
        fl!("job-silent-remedy"),
    )
}

/// Explains a job of the ledger that may live, though the scheduler does not show it.
#[must_use]
pub fn job_uncertain(host: &str, scheduler: &str, doubt: &UncertainJob) -> Problem {
    let (id, folder) = (doubt.id.as_str(), doubt.folder.as_str());
    let title = match id {
        "" => fl!("job-unanswered", scheduler = scheduler, host = host),
        id => fl!("job-uncertain", scheduler = scheduler, id = id, host = host),
    };
    let remedy = match folder {
        "" => fl!("job-uncertain-remedy"),
        folder => fl!("job-uncertain-folder-remedy", folder = folder),
    };
    Problem::new(Code::SchedulerSilent, title, redact(&doubt.words), remedy)
}

/// Explains a job that can never start as it is.
#[must_use]
pub fn job_never_starts(host: &str, id: &str, word: &str, reason: &str) -> Problem {
    let seen = match reason {
        "" => word.to_owned(),
        reason => format!("{word}: {reason}"),
    };
    Problem::new(
        Code::JobNeverStarts,
        fl!("job-never", id = id, host = host),
        redact(&seen),
        fl!("job-never-remedy"),
    )
}

/// Explains a server that says nothing because the scheduler has stopped its job for a time.
#[must_use]
pub fn job_suspended(host: &str, id: &str, word: &str) -> Problem {
    Problem::new(
        Code::JupyterAnswer,
        fl!("job-suspended", id = id, host = host),
        word,
        Remedy::by_face(
            fl!("job-suspended-remedy", host = host),
            fl!("job-suspended-app", host = host),
        ),
    )
}

/// Explains a server that may be another job's.
#[must_use]
pub fn job_confused(host: &str, id: &str, node: &str) -> Problem {
    Problem::new(
        Code::JupyterAnswer,
        fl!("job-confused-title", host = host),
        fl!("job-confused-detail", id = id, node = node),
        fl!("job-confused-remedy"),
    )
}

/// Explains a job that ended before its Jupyter listened, and left no word of its own.
#[must_use]
pub fn job_ended(host: &str, id: &str, status: Option<i32>, log: &str) -> Problem {
    if let Some(problem) = set_up_failed(host, &redact(log)) {
        return Problem::new(
            Code::JobEnded,
            problem.title,
            problem.detail,
            problem.remedy,
        );
    }
    let title = match status {
        Some(status) => fl!("job-ended-status", id = id, host = host, status = status),
        None => fl!("job-ended", id = id, host = host),
    };
    let remedy = last_words::remedy(status, log).unwrap_or_else(|| {
        if log.is_empty() {
            fl!("job-ended-silent-remedy")
        } else {
            fl!("job-ended-remedy")
        }
    });
    Problem::new(Code::JobEnded, title, redact(log), remedy)
}

/// Explains a tunnel whose job is gone; `notebook` is the one that the user had open.
#[must_use]
pub fn job_gone(host: &str, id: &str, notebook: Option<&str>) -> Problem {
    Problem::new(
        Code::JobEnded,
        fl!("job-gone", id = id, host = host),
        fl!("job-gone-detail"),
        fl!("job-gone-remedy", command = again(host, notebook)),
    )
}

/// Explains a tunnel whose job has used up its time, of that many seconds where that is known.
#[must_use]
pub fn job_time_up(host: &str, id: &str, whole: Option<u64>, notebook: Option<&str>) -> Problem {
    let title = match whole.map(clock) {
        Some(time) => fl!("job-time-up-of", id = id, host = host, time = time),
        None => fl!("job-time-up", id = id, host = host),
    };
    Problem::new(
        Code::JobTimeUp,
        title,
        fl!("job-time-up-detail"),
        fl!("job-time-up-remedy", command = again(host, notebook)),
    )
}

/// Returns the command that starts it again with the same notebook.
fn again(host: &str, notebook: Option<&str>) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-@+".contains(c);
    let word = |text: &str| match text {
        text if text.chars().all(plain) && !text.starts_with('-') => text.to_owned(),
        text => quote(text),
    };
    let notebook = notebook.map(|path| format!(" --notebook {}", word(path)));
    let notebook = notebook.unwrap_or_default();
    format!("remote-jupyter open {}{notebook}", word(host))
}

/// Explains that the scheduler gives a job no more time, in its own words.
#[must_use]
pub fn not_extended(host: &str, scheduler: &str, words: &str) -> Problem {
    Problem::new(
        Code::NotExtended,
        fl!("extend-refused", scheduler = scheduler, host = host),
        redact(words),
        fl!("extend-refused-remedy"),
    )
}

/// Explains that no command gives this job more time.
#[must_use]
pub fn not_extendable(host: &str, scheduler: &str) -> Problem {
    Problem::new(
        Code::NotExtended,
        fl!("extend-refused", scheduler = scheduler, host = host),
        fl!("extend-no-command", scheduler = scheduler),
        fl!("extend-refused-remedy"),
    )
}

/// Explains that there is no job with an end that could be put off.
#[must_use]
pub fn no_end(host: &str) -> Problem {
    Problem::new(
        Code::NotExtended,
        fl!("extend-no-end", host = host),
        String::new(),
        Remedy::by_face(
            fl!("extend-no-end-remedy", host = host),
            fl!("extend-no-end-app", host = host),
        ),
    )
}

/// Explains a job that runs and whose Jupyter does not come.
#[must_use]
pub fn job_start_slow(host: &str, node: Option<&str>) -> Problem {
    Problem::new(
        Code::TimedOut,
        fl!("job-slow", host = host, node = node.unwrap_or("?")),
        fl!("job-slow-detail"),
        Remedy::by_face(
            fl!("job-slow-remedy", host = host),
            fl!("job-slow-app", host = host),
        ),
    )
}
