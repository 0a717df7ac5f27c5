//! LSF: `bsub`, `bjobs`, `bkill`. Met: none; the forms are those of the manual of LSF 10.1
//! (<https://www.ibm.com/docs/en/spectrum-lsf/10.1.0?topic=reference-bjobs>).

use jiff::civil::DateTime;

use super::adapter::{DetectError, Dialect, Rehearsal, Scheduler};
use super::job::{Job, JobState, Presence};
use super::options::value;
use super::output::{CommandOutput, LocalTime};
use super::resources::{CommandLine, seconds};
use super::shell::{count_place, filtered};
use crate::config::Host;
use crate::shell_quote::quote;

/// The adapter.
#[derive(Debug, Clone, Copy)]
pub struct Lsf;

/// Id, state, node, start, estimate, time left, queue, reason, submission, and last the name, which alone may hold the
/// delimiter.
const FORMAT: &str = "jobid stat exec_host start_time estimated_start_time time_left queue pend_reason submit_time \
    job_name delimiter=\"|\"";
const FIELDS: usize = 10;

/// Text in the place of the reason before the scheduler has considered a job: not a reason.
const NOT_YET: &str = "New job is waiting for scheduling";

/// Keeps the ledger's jobs, and lines that are none; the last line says how many jobs there were.
const FILTER: &str = concat!(
    r#"/^[0-9]+[^|]*\|/ { jobs++; name = $0; fields = gsub(/\|/, "|") < 9 ? 9 : 10; "#,
    r#"for (i = 1; i < fields; i++) name = substr(name, index(name, "|") + 1); "#,
    r#"id = $0; sub(/[^0-9].*/, "", id); if ((id in own) || (name in named)) print; next } "#,
    r#"NF && NR < 20 { print substr($0, 1, 2000) } END { print "rj_jobs " jobs + 0; exit status }"#,
);

impl Scheduler for Lsf {
    fn id(&self) -> &'static str {
        "lsf"
    }

    fn name(&self) -> &'static str {
        "LSF"
    }

    fn version_command(&self) -> &'static str {
        "LC_ALL=C bsub -V 2>&1 </dev/null"
    }

    fn dialect(&self, probe: &CommandOutput) -> Result<Dialect, DetectError> {
        match probe.status {
            126.. => Err(DetectError::Absent(probe.words())),
            _ => Ok(Dialect::Usual),
        }
    }

    /// `-W` counts minutes. All cores on one machine: a server is one process. Units after memory
    /// are of 10.1; before, its numbers meant what `LSF_UNIT_FOR_LIMITS` says.
    fn submit(&self, host: &Host, _: Dialect) -> String {
        let generated = "-o \"$rj_dir/batch.log\" -rn";
        let mut line = CommandLine::submission(self, "bsub", generated, "-q", host);
        if let Some(cores) = host.cores {
            line = line.ours(&format!("-n {cores} -R 'span[hosts=1]'"));
        }
        if let Some(memory) = &host.memory {
            let reserve = format!("rusage[mem={memory}B]");
            line = line
                .option("-M", Some(&format!("{memory}B")))
                .option("-R", Some(&reserve));
        }
        if let Some(gpus) = host.gpus.filter(|gpus| *gpus > 0) {
            line = line.option("-gpu", Some(&format!("num={gpus}")));
        }
        if let Some(walltime) = &host.walltime {
            line = line.ours(&format!("-W {}", minutes_of(seconds(walltime))));
        }
        // #BSUB lines are read from standard input alone.
        line.end_reading(host)
    }

    /// LSF checks a job when it is submitted alone: its queue is asked for.
    fn rehearse(&self, host: &Host, _: Dialect) -> Option<String> {
        let queue = value(self.style(), &host.options, &["-q"]).or_else(|| host.queue.clone());
        let queue = queue.map(|queue| quote(&queue)).unwrap_or_default();
        Some(format!("LC_ALL=C bqueues {queue} 2>&1"))
    }

    fn rehearsed(&self, answer: &CommandOutput) -> Rehearsal {
        match answer.status {
            0 => Rehearsal::Queue,
            _ if answer.out.contains("No such queue") => Rehearsal::Refused,
            _ => Rehearsal::Open,
        }
    }

    /// `Job <12> is submitted to queue <normal>.`
    fn parse_job_id(&self, printed: &str) -> Option<String> {
        printed.lines().rev().find_map(|line| {
            let (id, rest) = line.trim().strip_prefix("Job <")?.split_once('>')?;
            let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
            (is_number && rest.contains("submitted")).then(|| id.to_owned())
        })
    }

    fn list(&self, _: &Host) -> String {
        let list = format!("LC_ALL=C bjobs -u \"$(id -un)\" -noheader -o '{FORMAT}'");
        filtered(&list, FILTER)
    }

    /// Without a job it prints `No unfinished job found` on standard error, with a status in some versions.
    fn parse_jobs(&self, list: &CommandOutput) -> Result<Vec<Job>, String> {
        let says_none = list.err.lines().any(|line| self.denies(line));
        let denied = |line: &str| line.trim().is_empty() || self.denies(line);
        let all_denied = says_none && list.err.lines().all(denied);
        let is_whole = list.has_finished() && (list.status == 0 || all_denied);
        let count = |line: &str| {
            line.strip_prefix("rj_jobs ")
                .is_some_and(|count| count != "0")
        };
        if !is_whole || !says_none && !list.out.lines().any(count) {
            return Err(list.words());
        }
        let jobs = list.out.lines();
        Ok(jobs
            .filter_map(|line| job(line, list.clock).ok().flatten())
            .collect())
    }

    fn query(&self, id: &str) -> String {
        format!("LC_ALL=C bjobs -noheader -o '{FORMAT}' {} 2>&1", quote(id))
    }

    /// LSF shows a job for an hour after its end (`CLEAN_PERIOD`).
    fn presence(&self, _: &str, answer: &CommandOutput) -> Presence {
        let jobs: Vec<Option<Job>> = answer
            .out
            .lines()
            .filter_map(|line| job(line, answer.clock).ok())
            .collect();
        match jobs.iter().flatten().next() {
            Some(job) => Presence::Listed(Box::new(job.clone())),
            None if !jobs.is_empty() => Presence::Ended,
            None if self.denies(&answer.out) => Presence::Unknown,
            None => Presence::Silent(answer.words()),
        }
    }

    /// Those of bjobs, and bkill's `Job <12>: No matching job found` and `Job has already finished`.
    fn denies(&self, words: &str) -> bool {
        let parts = [
            "No unfinished job found",
            "No matching job",
            "already finished",
        ];
        let of_job = |line: &str| line.contains("Job <") && line.contains("is not found");
        parts.iter().any(|part| words.contains(part)) || words.lines().any(of_job)
    }

    fn pending_reason_calls(&self) -> u32 {
        1
    }

    /// The place alone: `bjobs` shows waiting jobs in the order in which they will be considered
    /// (manual of `btop`). `SECURE_JOB_INFO_LEVEL` may hide those of others.
    fn pending_reason_command(&self, id: &str, queue: &str) -> Option<String> {
        Some(format!(
            "LC_ALL=C bjobs -u all -q {} -noheader -o 'stat user jobid delimiter=\" \"' | {}",
            quote(queue),
            count_place(id, "$1 == \"PEND\"", "$3 == id", "$2 != me")
        ))
    }

    /// The file is written at the job's end; `bpeek` has what there is before.
    fn output_path_command(&self, id: &str) -> String {
        let id = quote(id);
        format!(
            "LC_ALL=C bjobs -noheader -o 'output_file exec_cwd sub_cwd delimiter=\"|\"' {id} | \
             awk -F'|' '{OUTPUT}'; echo; LC_ALL=C bpeek {id}"
        )
    }

    fn output_only_at_end(&self) -> bool {
        true
    }

    fn cancel(&self, id: &str) -> String {
        format!("LC_ALL=C bkill {}", quote(id))
    }

    /// The whole time, in hours and minutes. A job that runs is changed only where the site has
    /// `LSB_MOD_ALL_JOBS=Y` (the manual's page on `bmod`).
    fn extend(&self, id: &str, _: u64, limit: Option<u64>) -> Option<String> {
        let limit = minutes_of(limit?);
        Some(format!("LC_ALL=C bmod -W {limit} {}", quote(id)))
    }

    fn hold_options(&self) -> &'static [&'static str] {
        &["-H"]
    }

    fn name_option(&self) -> &'static [&'static str] {
        &["-J"]
    }
}

const OUTPUT: &str = concat!(
    r#"$1 != "-" { folder = $2 == "-" ? $3 : $2; sub(/^\$HOME/, ENVIRON["HOME"], folder); "#,
    r#"print ($1 ~ /^\// ? $1 : folder "/" $1) }"#,
);

/// Seconds as LSF writes limits: `H:MM`.
fn minutes_of(seconds: u64) -> String {
    let minutes = seconds.div_ceil(60);
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

/// Reads a line: a job, or none for one that has ended.
///
/// # Errors
/// When it is no line of a job.
fn job(line: &str, clock: LocalTime) -> Result<Option<Job>, ()> {
    let mut fields: Vec<&str> = line.splitn(FIELDS, '|').map(str::trim).collect();
    if fields.len() == FIELDS - 1 {
        // A wrapper in front of the scheduler knows no submission time.
        fields.insert(FIELDS - 2, "-");
    }
    let [
        id,
        word,
        node,
        start,
        estimate,
        left,
        queue,
        reason,
        submitted,
        name,
    ] = fields.as_slice()
    else {
        return Err(());
    };
    if !id.starts_with(|first: char| first.is_ascii_digit()) {
        return Err(());
    }
    let never = reason.contains("never satisfied") || reason.contains("never be satisfied");
    let state = match *word {
        "PSUSP" => JobState::Held,
        "PEND" | "WAIT" if never => JobState::Never,
        "RUN" | "USUSP" | "SSUSP" | "UNKWN" => JobState::Running,
        "DONE" | "EXIT" | "PDONE" | "PERR" => return Ok(None),
        "ZOMBI" => JobState::Ending,
        // PEND, WAIT, PROV; and a word that is not known is no end.
        _ => JobState::Waiting,
    };
    let runs = state == JobState::Running;
    let some = |text: &str| (!matches!(text, "" | "-")).then(|| text.to_owned());
    Ok(Some(Job {
        id: (*id).to_owned(),
        name: (*name).to_owned(),
        submitted: time(submitted, clock),
        queue: (*queue).to_owned(),
        state,
        word: (*word).to_owned(),
        // Each of several reasons ends in a semicolon.
        reason: some(reason.trim_end_matches(';'))
            .filter(|reason| !reason.starts_with(NOT_YET))
            .unwrap_or_default(),
        // "4*node17:node18", the first being where the script runs.
        node: some(node).and_then(|hosts| {
            let first = hosts.split(':').next()?;
            Some(first.rsplit('*').next()?.to_owned())
        }),
        place: None,
        start_estimate: time(estimate, clock).filter(|_| !runs),
        started: time(start, clock).filter(|_| runs),
        ends: minutes(left)
            .filter(|_| runs)
            .map(|left| clock.now + left * 60),
    }))
}

/// `Nov 22 18:46`, in this year, or in another if that is half a year away. `LSB_DISPLAY_YEAR` adds seconds and the year.
fn time(text: &str, clock: LocalTime) -> Option<i64> {
    // An estimate may have a letter after it, as limits do.
    let words: Vec<&str> = text.split_whitespace().take(4).collect();
    let whole = DateTime::strptime("%b %e %H:%M:%S %Y", words.join(" "));
    if let Ok(time) = whole {
        return Some(clock.epoch(time));
    }
    let text = words.get(..3)?.join(" ");
    let half_a_year = 183 * 86400;
    let of = |year: i16| {
        let text = format!("{text} {year}");
        let usual = DateTime::strptime("%b %e %H:%M %Y", &text);
        let time = usual.or_else(|_| DateTime::strptime("%b %e %H:%M:%S %Y", &text));
        Some(clock.epoch(time.ok()?))
    };
    let year = clock.year();
    [year, year + 1, year - 1]
        .into_iter()
        .filter_map(of)
        .find(|time| (time - clock.now).abs() < half_a_year)
}

/// `0:32 L`: hours and minutes, then what limits them.
fn minutes(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_whitespace().next()?.split_once(':')?;
    Some(i64::from(hours.parse::<u32>().ok()?) * 60 + i64::from(minutes.parse::<u32>().ok()?))
}

#[cfg(test)]
mod tests;
