//! Jobs of a scheduler that were refused, cannot start, or ended: in its own words, with what to do.

use crate::config::Host;
use crate::launcher::{Output, Scheduler, Stranger};
use crate::problem::{Code, Problem};
use crate::token::redact;
use crate::words::say;

/// Explains that the scheduler's commands are not there, or are another scheduler's.
#[must_use]
pub fn no_scheduler(host: &Host, scheduler: &dyn Scheduler, stranger: &Stranger) -> Problem {
    let (name, scheduler) = (&host.name, scheduler.name());
    let title = say!("job-no-scheduler", scheduler = scheduler, host = name);
    match stranger {
        Stranger::Absent(words) => Problem::new(
            Code::SchedulerMissing,
            title,
            redact(words),
            say!(
                "job-no-scheduler-remedy",
                destination = host.ssh_destination()
            ),
        ),
        Stranger::Other(kind) => Problem::new(
            Code::SchedulerMissing,
            title,
            say!("job-other-scheduler", kind = kind.as_str()),
            say!("job-other-scheduler-remedy", kind = kind.as_str()),
        ),
    }
}

/// Explains a submission that the scheduler refused.
#[must_use]
pub fn job_refused(host: &str, scheduler: &str, output: &Output) -> Problem {
    Problem::new(
        Code::JobRefused,
        say!("job-refused", scheduler = scheduler, host = host),
        redact(&output.words()),
        say!("job-refused-remedy"),
    )
}

/// Explains a scheduler that gives no list of jobs.
#[must_use]
pub fn no_list(host: &str, scheduler: &str, words: &str) -> Problem {
    Problem::new(
        Code::SchedulerSilent,
        say!("job-silent", scheduler = scheduler, host = host),
        redact(words),
        say!("job-silent-remedy"),
    )
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
        say!("job-never", id = id, host = host),
        redact(&seen),
        say!("job-never-remedy"),
    )
}

/// Explains a server that may be another job's.
#[must_use]
pub fn job_confused(host: &str, id: &str, node: &str) -> Problem {
    Problem::new(
        Code::JupyterAnswer,
        say!("job-confused-title", host = host),
        say!("job-confused-detail", id = id, node = node),
        say!("job-confused-remedy"),
    )
}

/// Explains a job that ended before its Jupyter listened, and left no word of its own.
#[must_use]
pub fn job_ended(host: &str, id: &str, status: Option<i32>, log: &str) -> Problem {
    let title = match status {
        Some(status) => say!("job-ended-status", id = id, host = host, status = status),
        None => say!("job-ended", id = id, host = host),
    };
    let remedy = if log.is_empty() {
        say!("job-ended-silent-remedy")
    } else {
        say!("job-ended-remedy")
    };
    Problem::new(Code::JobEnded, title, redact(log), remedy)
}

/// Explains a tunnel whose job is gone.
#[must_use]
pub fn job_gone(host: &str, id: &str) -> Problem {
    Problem::new(
        Code::JobEnded,
        say!("job-gone", id = id, host = host),
        say!("job-gone-detail"),
        say!("job-gone-remedy", host = host),
    )
}

/// Explains a tunnel whose job has used up its time.
#[must_use]
pub fn job_time_up(host: &str, id: &str) -> Problem {
    Problem::new(
        Code::JobEnded,
        say!("job-time-up", id = id, host = host),
        say!("job-time-up-detail"),
        say!("job-time-up-remedy", host = host),
    )
}

/// Explains a job that runs and whose Jupyter does not come.
#[must_use]
pub fn job_start_slow(host: &str, node: Option<&str>) -> Problem {
    Problem::new(
        Code::TimedOut,
        say!("job-slow", host = host, node = node.unwrap_or("?")),
        say!("job-slow-detail"),
        say!("job-slow-remedy", host = host),
    )
}
